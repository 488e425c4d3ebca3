"""The parties that artefacts speak of and no contract does: what is already said of each, and who is said to own it."""

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from accord.boundaries.join.system import System
from accord.boundaries.join.view import EVERY
from accord.boundaries.names.speakers import parties, without_contract
from accord.boundaries.people.owned_files import code_owners
from accord.boundaries.people.owners import CATALOGUE, TAG, Naming, plain, shown, stated_owners
from accord.model.fact import ANY, Fact, Stance
from accord.model.place import Place

_NO_NAMESPACE, _DEFAULT = "kubernetes:/", "kubernetes:default/"
_NO_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_RESERVED = ("none", "unknown", "any", "anyone")
_INSIDE = ("mentioned", "selects", "runs", "versions", "kind", "owner", "platform")
_INSIDE_FAMILIES = ("requests", "subsets", "tag", "names", "group", "left_out")
_TERRAFORM = "aws:"
_TYPES = ("sqs_queue", "lambda_function", "sns_topic_subscription")
_SHOWN_BY = ("declares", "routes", "kind", "runs", "platform")


class Owner(Struct, frozen=True):
    """Who is said to own a party, and where; an artefact's word is a hint, not the party's own."""

    name: str
    place: Place


class Unwritten(Struct, frozen=True):
    """One party without a contract: the name it can have there, its system and its name in that, and what is said of it."""

    name: str
    system: str
    called: str
    owner: Owner | None
    said: tuple[Fact, ...]


def unwritten(system: System) -> list[Unwritten]:
    """Those parties by owner, those without one last, then by name."""
    open_ = without_contract(system)
    said: dict[str, list[Fact]] = {}
    for fact in system.facts:
        for party in {fact.provider, fact.consumer} & open_:
            said.setdefault(_one_name(party, system), []).append(fact)
    own = [party for party, facts in said.items() if any(_is_own(fact, party) for fact in facts)]
    owners = _owners(system)
    names = _names(own, system.parties)
    lines = code_owners(system, EVERY)
    found = [
        Unwritten(
            names[party],
            party.partition(":")[0],
            _called(party),
            owners.get(party) or _of_files(lines.of(_first(party, said[party]).place)),
            tuple(_told(said[party])),
        )
        for party in own
    ]
    return sorted(found, key=lambda one: (one.owner is None, one.owner.name if one.owner else "", one.name))


def unwritten_alerts(system: System, name: str) -> list[Unwritten]:
    """Where alerts are all that is read: one party that they are for, by the name given; else none."""
    alerts = tuple(sorted(system.about("alert"), key=lambda fact: fact.place.spot))
    if not alerts or parties(system):
        return []
    used = _name(name)
    return [Unwritten(used if used and used not in _RESERVED else f"party-{used}".rstrip("-"), "", "", None, alerts)]


def _one_name(party: str, system: System) -> str:
    """The name for a party; what stands in no namespace is in `default`, where something of that name is."""
    there = party.replace(_NO_NAMESPACE, _DEFAULT, 1) if party.startswith(_NO_NAMESPACE) else party
    return there if there in system.parties else party


def _called(party: str) -> str:
    """Its name in its system; a Compose file without a name of its own keeps the slash before it, as its services have it."""
    system, _, name = party.partition(":")
    return name if system == "compose" else name.removeprefix("/")


def _is_own(fact: Fact, party: str) -> bool:
    """Whether a fact shows that the party runs here: it is declared, catalogued, or calls are routed to it."""
    of_it = fact.provider.replace(_NO_NAMESPACE, _DEFAULT, 1) == party or fact.provider == party
    return of_it and (fact.term in _SHOWN_BY or fact.operation == ANY)


def _first(party: str, facts: Iterable[Fact]) -> Fact:
    return min((fact for fact in facts if _is_own(fact, party)), key=lambda fact: fact.place.spot)


def _told(facts: Iterable[Fact]) -> Iterator[Fact]:
    """What is worth reading before one answers: each statement once, in the order of the files."""
    known = set()
    for fact in sorted(facts, key=lambda fact: fact.place.spot):
        family = fact.term.partition(".")[0]
        if fact.stance is Stance.DEFAULT or fact.term in _INSIDE or family in _INSIDE_FAMILIES:
            continue
        once = (fact.consumer, fact.provider, fact.operation, fact.term, fact.text)
        if once not in known:
            known.add(once)
            yield fact


def _owners(system: System) -> dict[str, Owner]:
    """The owner of each party that a catalogue or a label names, where all that name one name the same."""
    found: dict[str, list[Naming]] = {}
    for naming in stated_owners(system, EVERY).named:
        if naming.by in (CATALOGUE, TAG):
            found.setdefault(naming.fact.provider, []).append(naming)
    return {
        party: Owner(shown(named[0].name), named[0].fact.place)
        for party, named in found.items()
        if len({naming.key for naming in named}) == 1
    }


def _of_files(lines: Iterable[Fact]) -> Owner | None:
    named = [(owner, line.place) for line in lines for owner in line.value.owners if "/" in owner]
    return Owner(plain(named[0][0]), named[0][1]) if len({name for name, _ in named}) == 1 else None


def _names(named: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """A name for each: its last part, with the namespace before it where several would be called so."""
    every, used = list(named), set(taken)
    short = {party: _name(_last_part(party)) for party in every}
    names: dict[str, str] = {}
    for party in every:
        several = list(short.values()).count(short[party]) > 1
        name = _name(_whole(party)) if several else short[party]
        name = name if name and name not in _RESERVED else f"party-{name}"
        number = 1
        while (unique := name if number == 1 else f"{name}-{number}") in used:
            number += 1
        used.add(unique)
        names[party] = unique
    return names


def _last_part(party: str) -> str:
    """The name by itself; of a resource of Terraform without its type, `orders` of `module.orders.sqs_queue.this` with `this` behind it."""
    last = party.rpartition("/")[2].rpartition("#")[2]
    if not party.startswith(_TERRAFORM):
        return last
    return "-".join(part for part in last.split(".") if part not in ("module", *_TYPES))


def _whole(party: str) -> str:
    """All of the name; what has dots may be taken for a host, and a resource of Terraform is none."""
    whole = party.partition(":")[2].replace("/", "-")
    return whole.replace(".", "-") if party.startswith(_TERRAFORM) else whole


def _name(text: str) -> str:
    return _NO_NAME.sub("-", text).strip("-._")
