"""Who is named as an owner, by which artefact, and which owners a catalogue lists. No verdicts here.

Names of owners are compared by their last part, without regard to case: `@shop/team-a`, `group:default/Team-A` and `team-a`
may be one team, so they are never taken to be two.
"""

import re
from collections.abc import Container, Iterable, Iterator
from difflib import SequenceMatcher
from functools import cached_property, lru_cache
from itertools import chain
from operator import attrgetter

from msgspec import Struct

from accord.boundaries.join.system import System
from accord.boundaries.join.telling import telling
from accord.boundaries.join.view import View, holds_in
from accord.boundaries.join.vocabulary import vocabulary
from accord.boundaries.people.owned_files import PREFIX
from accord.boundaries.signals.alerting import TEMPLATE, Alert, alerting
from accord.model.fact import Fact
from accord.model.ownership import OwnedFiles

CONTRACT, CATALOGUE = "contract", "backstage"
ALERT, LINE, TAG = "alert", "line", "tag"
TEAM = "team"

_PLACEHOLDER = re.compile(
    r"(team|owner|group|squad|your|my)[-_ ]?name|your[-_ ]?(team|org|squad)|change[-_ ]?me|^to[-_ ]?do$|^to[-_ ]?do[:( ]|/to[-_ ]?do$|fix[-_ ]?me|tbd|x{3,}|<[^!@#].*>",
    re.IGNORECASE,
)
_SLIP = 0.9
_KEY, _NAME, _VALUE = attrgetter("key"), attrgetter("name"), attrgetter("fact.value")
_TEAM_OF_HOST = re.compile(r"@[^/\s@]+/\S+")


class Naming(Struct, frozen=True, gc=False):
    """One statement that names an owner: `by` is the kind of artefact, `key` the name as it is compared.

    `label` is the term where labels name it: each may have other names for teams.
    """

    fact: Fact
    by: str
    name: str
    key: str
    label: str = ""
    alert: Alert | None = None

    @property
    def thing(self) -> str:
        """What is owned, in words."""
        if self.alert is not None:
            return self.alert.called
        return str(self.fact.value.pattern) if self.by == LINE else thing_of(self.fact.provider)


class Owners:
    """Everything that is said of owners in one view.

    `groups` are the groups and users that catalogues list, by party; `teams` the parties that contracts say are teams, rotas
    or outsiders; `related` the pairs of compared names of which one group lies in the other.
    """

    def __init__(self, system: System, view: View, facts: Iterable[Fact]) -> None:
        self._system, self._view = system, view
        self.parties = system.parties
        self.groups: dict[str, Fact] = {}
        self.teams: dict[str, Fact] = {}
        self.related: set[tuple[str, str]] = set()
        for fact in facts:
            if fact.term == "kind":
                if fact.source == CATALOGUE and fact.value in (TEAM, "user"):
                    self.groups.setdefault(fact.provider, fact)
                elif fact.source != CATALOGUE and fact.value in (TEAM, "rota", "external"):
                    self.teams.setdefault(fact.provider, fact)
            else:
                self.related.update((plain(fact.provider), plain(other)) for other in fact.value)

    @cached_property
    def things(self) -> dict[str, list[Naming]]:
        """By party what is said of the owner of what is no alert."""
        return _of_parties(self._system, self._view)

    @cached_property
    def named(self) -> tuple[Naming, ...]:
        """Every statement that names an owner."""
        return (*chain.from_iterable(self.things.values()), *_of_alerts(self._system, self._view))

    @cached_property
    def listed(self) -> frozenset[str]:
        """The compared names of all who are listed anywhere."""
        return frozenset(plain(party) for party in (*self.groups, *self.teams))

    @cached_property
    def by_kind(self) -> dict[tuple[str, str], list[Naming]]:
        """The statements by kind of artefact and, of labels, by name: each kind may use other names for teams."""
        kinds: dict[tuple[str, str], list[Naming]] = {}
        for naming in self.named:
            kind = (naming.by, naming.label)
            known = kinds.get(kind)
            if known is None:
                kinds[kind] = [naming]
            else:
                known.append(naming)
        return kinds

    @cached_property
    def _used(self) -> tuple[frozenset[str], ...]:
        """The names that each kind of artefact uses."""
        by_kind: dict[str, set[str]] = {}
        for (by, _), named in self.by_kind.items():
            by_kind.setdefault(by, set()).update(map(_KEY, named))
        listed = ({plain(party) for party in parties} for parties in (self.groups, self.teams))
        return tuple(frozenset(names) for names in (*listed, *by_kind.values()))

    def unlisted(self, named: list[Naming]) -> list[Naming]:
        """Those under whose name nobody is listed, of statements of one kind of artefact: each name is looked up once."""
        spelled = _VALUE if named[0].by == CATALOGUE else _NAME
        one_of_each = dict(zip(map(spelled, named), named, strict=True))
        strange = {name for name, naming in one_of_each.items() if not self.is_listed(naming)}
        return [naming for naming in named if spelled(naming) in strange] if strange else []

    def is_listed(self, naming: Naming) -> bool:
        """Whether somebody is listed under the name: in a catalogue an owner is one entity, elsewhere a name."""
        if naming.by == CATALOGUE:
            return naming.fact.value in self.groups or naming.fact.value in self.teams
        is_party = naming.by == CONTRACT and naming.name in self.parties
        return is_party or naming.key in self.listed

    def are_two(self, one: str, other: str) -> bool:
        """Whether two compared names are certainly two teams: some artefact uses both, and neither group lies in the other."""
        if one == other or (one, other) in self.related or (other, one) in self.related:
            return False
        return any(one in names and other in names for names in self._used)


def stated_owners(system: System, view: View) -> Owners:
    """What is said of owners in this view; worked out once."""
    key = ("owners", tuple(sorted(view.items())))
    known: Owners | None = system.memory.get(key)
    if known is None:
        about = system.about(*filter(_is_of_people, system.terms))
        people = [fact for fact in about if holds_in(fact.scope, view)]
        known = system.memory[key] = Owners(system, view, people)
    return known


def _is_of_people(term: str) -> bool:
    return term == "kind" or term.startswith("group.")


@lru_cache(maxsize=4096)
def plain(owner: str) -> str:
    """The name itself, of `group:default/team-a`, `@shop/Team-A` or `team-a`."""
    return owner.rpartition("/")[2].rpartition(":")[2].lstrip("@").lower()


def shown(owner: str) -> str:
    """The name as typed, without the kind, the namespace and the organisation that go without saying."""
    return owner.rpartition("/")[2] if owner.startswith("@") else owner.removeprefix("group:").removeprefix("default/")


@lru_cache(maxsize=4096)
def is_placeholder(name: str) -> bool:
    """Whether the name looks like one that somebody was to fill in."""
    return _PLACEHOLDER.search(plain(name)) is not None


def is_slip(owner: str, team: str) -> bool:
    """Whether two names differ by a slip of the pen; names that differ in a number are two names."""
    letters = ["".join(sign for sign in name if not sign.isdigit()) for name in (owner, team)]
    return letters[0] != letters[1] and SequenceMatcher(None, owner, team).ratio() >= _SLIP


# ---------------------------------------------------------------------- who is named


def _of_parties(system: System, view: View) -> dict[str, list[Naming]]:
    """Of what a contract says twice of one party only what holds; a catalogue may list an entity twice."""
    words = {word.lower() for word in vocabulary(system, view).owner}
    terms = {term: family for term in system.terms if (family := _names_by(term, words))}
    found = {}
    for party in telling(system, *terms):
        said = system.said_of_itself(party)
        named: list[Naming] = []
        for term in filter(terms.__contains__, said):
            family, facts = terms[term], said[term]
            for fact in facts:
                holds = not fact.scope or holds_in(fact.scope, view)
                if holds and (len(facts) == 1 or family != "owner" or _holds(system, party, fact, view)):
                    named += _naming(fact, family)
        found[party] = named
    return found


def _holds(system: System, party: str, fact: Fact, view: View) -> bool:
    return fact.source == CATALOGUE or fact in system.party(party, view).all("owner")


def _names_by(term: str, words: Container[str]) -> str:
    """The family of a term that may name an owner; "" for another."""
    family, _, name = term.partition(".")
    return family if term == "owner" or family == "owns" or (family == "tag" and name.lower() in words) else ""


def _naming(fact: Fact, family: str) -> Iterable[Naming]:
    value = fact.value
    if family == "owns":
        return _of_line(fact) if fact.provider.startswith(PREFIX) else ()
    if family == "tag":
        return (Naming(fact, TAG, value, plain(value), fact.term),) if _is_name(value) else ()
    by = CATALOGUE if fact.source == CATALOGUE else CONTRACT
    return (Naming(fact, by, fact.text, plain(fact.text)),) if isinstance(value, str) else ()


def _of_line(fact: Fact) -> Iterator[Naming]:
    line: OwnedFiles = fact.value
    for owner in line.owners:
        if _TEAM_OF_HOST.fullmatch(owner):
            yield Naming(fact, LINE, owner, plain(owner))


def _of_alerts(system: System, view: View) -> Iterator[Naming]:
    words = vocabulary(system, view).owner
    for alert in alerting(system, view).alerts:
        term = alert.form.first(words)
        if term:
            fact = alert.said[term]
            name = fact.value
            if isinstance(name, str) and TEMPLATE not in name and _is_name(name):
                yield Naming(fact, ALERT, name, plain(name), term, alert)


@lru_cache(maxsize=4096)
def _is_name(text: str) -> bool:
    """Whether a text can be the name of a team: no address of a person, and no sentence."""
    return bool(text) and "@" not in text.lstrip("@") and not any(sign.isspace() or sign in ",;" for sign in text)


def thing_of(party: str) -> str:
    """A party for a message: `component payments`, `shop/payments`, or the name that contracts have for it."""
    system, _, rest = party.partition(":")
    if system == "backstage":
        kind, _, name = rest.partition(":")
        return f"{kind} {name.removeprefix('default/')}"
    return rest.lstrip("/") if system == "kubernetes" else party
