"""What was observed of each boundary, held against what is said of it: which parties, which operation, in which environment.

Parties are linked as everywhere: by alias or address. An operation is the one at whose address the calls arrived; where
that is not told, nothing is concluded of it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from accord.boundaries.join.calling import calls_of
from accord.boundaries.join.facts import Facts
from accord.boundaries.join.memory import once
from accord.boundaries.join.system import Boundary, System
from accord.boundaries.join.view import DAYS, OTHER, View
from accord.boundaries.names.who import link
from accord.boundaries.platforms.addresses import Share, share
from accord.model.fact import ANY, PARTY, Fact, Stance
from accord.model.observed import Observed
from accord.model.requests import Match
from accord.model.subject import operation_of, provider_of

_WORDS = ("rpc", "topic", "queue", "table", "file")
_HOST, _SERVICE = "dns:", "otel:"


class Sighting(Struct, frozen=True):
    """One boundary as it was observed in one environment, beside what is said of it there.

    `matched`: the operation is one that somebody states, or the provider states none by name. `comparable`: no condition
    but the environment decides what is said. `seen` has the counts and the times, `facts` each of them by its term.
    """

    boundary: Boundary
    environment: str
    facts: dict[str, Fact]
    seen: Observed
    matched: bool
    comparable: bool

    @property
    def total(self) -> Fact:
        """The fact of how many calls were seen."""
        return self.facts["seen.calls"]

    @property
    def called(self) -> str:
        """What telemetry calls the operation."""
        return self.total.version


def parted(facts: Iterable[Fact]) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
    """What was said, and what was observed."""
    read, observing = Facts.of(facts), Stance.OBSERVES
    if observing not in frozenset([fact.stance for fact in read]):
        return read, ()
    observed = tuple([fact for fact in read if fact.stance is observing])
    return Facts([fact for fact in read if fact.stance is not observing]), observed


def told_of(observed: tuple[Fact, ...], said: tuple[Fact, ...], joined: Sequence[Fact]) -> tuple[Fact, ...]:
    """What was observed in terms of the parties and the operations that were meant, as far as that can be told.

    `said` are the facts as they were read, `joined` what became of them.
    """
    if not observed:
        return ()
    named = operations_named(joined)
    found = []
    for fact in _by_party(observed, said):
        operation = operation_called(named.get(fact.provider, {}), fact.operation)
        found.append(fact if operation is None else replace(fact, operation=operation))
    return tuple(found)


def _by_party(observed: tuple[Fact, ...], said: tuple[Fact, ...]) -> Iterator[Fact]:
    """Each fact with the parties that its names stand for; a peer may be named by its address or as a service."""
    known = link(observed, said).facts
    asked = {fact.provider: fact for fact in known if fact.provider.startswith(_HOST)}
    services = [
        replace(fact, provider=_SERVICE + host.removeprefix(_HOST), consumer="", version=host)
        for host, fact in asked.items()
    ]
    parties: dict[str, set[str]] = {}
    for fact in link(services, said).facts if services else ():
        parties.setdefault(fact.version, set()).add(fact.provider)
    for fact in known:
        [*named] = parties.get(fact.provider, ())
        is_one = len(named) == 1 and not named[0].startswith(_SERVICE)
        yield replace(fact, provider=named[0]) if is_one else fact


@once
def sightings(system: System) -> tuple[Sighting, ...]:
    """Everything that was observed, in the order in which it was read; several addresses of one operation stay apart."""
    return sighted(system, system.observed)


def sighted(system: System, observed: Iterable[Fact]) -> tuple[Sighting, ...]:
    """The same of any facts that `told_of` gave, whether the system has them or not."""
    groups: dict[object, dict[str, Fact]] = {}
    for fact in observed:
        groups.setdefault(identity_of(fact), {})[fact.term] = fact
    return tuple(_sighting(system, facts) for facts in groups.values() if "seen.calls" in facts)


def identity_of(fact: Fact) -> tuple[object, ...]:
    """What the observed facts of one sighting have in common, and of no other."""
    return (fact.consumer, fact.provider, fact.operation, fact.scope, fact.place, fact.version)


def _sighting(system: System, facts: dict[str, Fact]) -> Sighting:
    one = facts["seen.calls"]
    environment = dict(one.scope).get("env", ("",))[0]
    known = _environments(system)
    view: View = {"env": environment if environment in known else OTHER} if known and environment else {}
    named = _named_in(system).get(one.provider, {})
    matched = one.operation in named or (not named and one.operation == ANY)
    boundary = system.boundary((one.consumer, one.provider, one.operation), view)
    comparable = matched and conditions(boundary) <= ({"env"} if environment else set())
    return Sighting(boundary, environment, facts, _observed(facts, one, environment), matched, comparable)


@once
def _environments(system: System) -> frozenset[str]:
    return frozenset(value for fact in system.facts for name, each in fact.scope if name == "env" for value in each)


def conditions(boundary: Boundary) -> set[str]:
    """What decides, beside the day, which statements about a boundary hold."""
    consumer, provider, operation = boundary.key
    said = _scoped(boundary.system).get(provider, ())
    about = (fact for fact in said if fact.operation in (operation, ANY) and fact.consumer in ("", consumer))
    return {name for fact in about for name, _ in fact.scope if name not in DAYS}


@once
def _scoped(system: System) -> dict[str, list[Fact]]:
    found: dict[str, list[Fact]] = {}
    for fact in system.facts:
        if fact.scope:
            found.setdefault(fact.provider, []).append(fact)
    return found


def _observed(facts: dict[str, Fact], one: Fact, environment: str) -> Observed:
    """The counts and the rows of the facts, together again."""
    told = {term.removeprefix("seen."): fact.value for term, fact in facts.items() if term.startswith("seen.")}
    rows = {name: told.pop(name, ()) for name in ("caller", "callee", "codes", "window")}
    began, ended = rows["window"][0] if rows["window"] else (0, 0)
    when = {name: told.pop(name, 0) for name in ("last", "windows", "longest_gap_s")}
    return Observed(
        one.consumer,
        one.provider,
        one.operation,
        environment,
        told,
        codes=rows["codes"],
        caller_ranges=rows["caller"],
        callee_ranges=rows["callee"],
        began=began,
        ended=ended,
        **when,
    )


# ---------------------------------------------------------------------- which operation


def operation_called(named: Mapping[str, tuple[str, ...]], called: str) -> str | None:
    """The stated operation that these calls were of; `any` where none is named; None where it cannot be told."""
    if not named:
        return ANY
    found = [name for name, addresses in named.items() if any(is_at(called, one) for one in addresses)]
    if not found:
        found = [name for name, addresses in named.items() if not addresses and name in _by_name(called)]
    return found[0] if len(found) == 1 else None


def _by_name(called: str) -> tuple[str, str]:
    """The names under which an operation without an address is known: all of it, or the method of an RPC."""
    return called, called.partition("/")[2] if " " not in called else ""


def is_at(called: str, address: str) -> bool:
    """Whether calls observed as `POST /charges`, `pkg.Service/Method` or `orders` are those that this address takes."""
    word, _, rest = address.partition(" ")
    if word in _WORDS:
        return called == rest or (word == "rpc" and called == f"POST /{rest}")
    method, _, path = called.partition(" ")
    if not path.startswith("/"):
        return False
    return share(address, Match(path, "exact", method)) is Share.ALL


@once
def _named_in(system: System) -> dict[str, dict[str, tuple[str, ...]]]:
    return operations_named(system.facts)


def operations_named(facts: Iterable[Fact]) -> dict[str, dict[str, tuple[str, ...]]]:
    """For each provider the operations that anybody names, each with where it lives."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for provider, operation, addresses in _named(facts):
        known = found.setdefault(provider, {})
        known[operation] = tuple(dict.fromkeys((*known.get(operation, ()), *addresses)))
    return found


def _named(facts: Iterable[Fact]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for fact in facts:
        if fact.operation not in (ANY, PARTY):
            lives = fact.term == "at" and isinstance(fact.value, tuple)
            yield fact.provider, fact.operation, fact.value if lives else ()
        for call in calls_of(fact) if fact.term == "needs" else ():
            if operation_of(call) not in ("", ANY):
                yield provider_of(call), operation_of(call), ()
