"""What a route says of each operation: its entries hold for the requests they take, the first that matches wins."""

from collections.abc import Iterable, Iterator, Mapping, Set

from accord.boundaries.join.calling import calls_of
from accord.boundaries.join.facts import Facts
from accord.boundaries.join.in_runs import InRuns, Way, Ways
from accord.boundaries.names.who import Link
from accord.boundaries.platforms.addresses import Share, share
from accord.model.fact import ANY, PARTY, Fact, Scope, Stance
from accord.model.finding import Finding
from accord.model.requests import RouteEntry
from accord.model.subject import operation_of, provider_of

REQUESTS = "requests:"
FAMILY = "requests."
PERHAPS = "perhaps "
"""How the requests of a scope begin where it cannot be told whether an operation's are among them."""
SENT = "sent"
_OF_ENTRIES = (SENT, "subset")
_Table = tuple[RouteEntry, ...]


def by_operation(facts: Iterable[Fact] | InRuns) -> InRuns:
    """The facts, those of a route's entries now said of each named operation whose requests the entry takes.

    Where it surely takes all of them the fact holds as it is, where it takes some it keeps its scope, and where that
    cannot be told the scope says so. Where nobody names an operation of the provider nothing changes.
    """
    read = InRuns.of(facts)
    runs = [number for number in read.under(REQUESTS) if read.ways(number)]
    if not runs:
        return read
    facts = read.facts
    listing = facts.spots(facts.family(FAMILY))
    routes = _Routes(facts, [facts[number] for number in listing], {read.first(number).provider for number in runs})
    return read.without(listing).said_anew(runs, routes.of_operations)


def answered(facts: Iterable[Fact], links: Iterable[Link]) -> InRuns:
    """The facts but for limits on requests that others answer; `links` tell which parties a local name stands for.

    What a route injects itself holds whoever answers.
    """
    read = InRuns.of(facts)
    if SENT not in read.facts.by_dimension:
        return read
    answering = {(known.name, known.party) for known in links}

    def decide(fact: Fact, _ways: Ways) -> Ways:
        to = _sent_to(fact.scope)
        if to and fact.stance is not Stance.PROMISES and all((name, fact.provider) not in answering for name in to):
            return ()
        return ((fact.operation, tuple([pair for pair in fact.scope if pair[0] != SENT])),)

    return read.said_anew(read.under(SENT), decide)


def _sent_to(scope: Scope) -> tuple[str, ...]:
    for name, values in scope:
        if name == SENT:
            return values
    return ()


class _Routes:
    """The ordered entries of every route, and where the operations live."""

    def __init__(self, facts: Facts, listing: Iterable[Fact], routed: Set[str]) -> None:
        """`listing` is what lists the entries of routes, `routed` the parties that any sends requests to."""
        self.tables: dict[object, _Table] = {}
        alike: dict[_Table, _Table] = {}
        for fact in listing:
            key = _key(fact, fact.scope, fact.term.removeprefix(FAMILY))
            self.tables[key] = alike.setdefault(fact.value, fact.value)
        self.addresses: dict[str, dict[str, set[str]]] = {}
        self.known: dict[object, dict[str, Share]] = {}
        for provider, operation, address in _named(facts):
            if provider in routed:
                self.addresses.setdefault(provider, {}).setdefault(operation, set()).update(address)

    def of_operations(self, fact: Fact, ways: Ways) -> Ways:
        """Of facts of whatever operation what is left for each that is named."""
        addresses = self.addresses.get(fact.provider)
        if fact.operation != ANY or not addresses:
            return ways
        ((_, scope),) = ways
        return tuple(self.of_each(fact, scope, _resource(scope), addresses))

    def of_each(self, fact: Fact, scope: Scope, resource: str, operations: Mapping[str, set[str]]) -> Iterator[Way]:
        """Of these operations, each with its addresses, those of which an entry of a route takes requests, and in which scope."""
        (words,) = dict(scope)[REQUESTS + resource]
        table = self.tables.get(_key(fact, scope, resource), ())
        for operation, addresses in operations.items():
            taken = self.shares(table, tuple(sorted(addresses))).get(words, Share.NONE if table else Share.PERHAPS)
            if taken is not Share.NONE:
                yield operation, _narrowed(scope, resource, taken)

    def shares(self, table: _Table, addresses: tuple[str, ...]) -> dict[str, Share]:
        """By the words of each entry: the share of an operation's requests that it takes; all its addresses are its own."""
        key = (id(table), addresses)
        known = self.known.get(key)
        if known is None:
            each = [shares(table, address) for address in addresses or ("",)]
            known = {entry.words: _joint([found[entry.words] for found in each]) for entry in table}
            self.known[key] = known
        return known


def shares(table: Iterable[RouteEntry], address: str) -> dict[str, Share]:
    """By the words of each entry, in order: the share of the requests for this address that it takes; the first takes all it can."""
    entries = tuple(table)
    taken = {
        entry.words: max((share(address, match) for match in entry.matches), default=Share.NONE) for entry in entries
    }
    if any(entry.rewritten and taken[entry.words] for entry in entries):
        return {words: min(found, Share.PERHAPS) for words, found in taken.items()}
    left = Share.ALL
    for words, asks in taken.items():
        taken[words] = min(asks, left)
        if asks is Share.ALL:
            left = Share.NONE
        elif asks is not Share.NONE:
            left = min(left, asks)
    return taken


def perhaps(finding: Finding) -> str:
    """On which requests it rests that may not be the operation's, as a condition; "" where it rests on none."""
    facts = [statement.fact for statement in finding.statements]
    facts += [step.fact for step in finding.witness.steps if step.fact is not None] if finding.witness else []
    found = {
        f"the requests for {fact.subject} are among these: {value.removeprefix(PERHAPS)}": None
        for fact in facts
        for name, values in fact.scope
        if name.startswith(REQUESTS)
        for value in values
        if value.startswith(PERHAPS)
    }
    return f"if {' and '.join(found)}" if found else ""


def _joint(found: list[Share]) -> Share:
    if len(set(found)) == 1 or Share.PERHAPS in found:
        return min(found)
    return Share.SOME


def _narrowed(scope: Scope, resource: str, taken: Share) -> Scope:
    name = REQUESTS + resource
    if taken is Share.ALL:
        return tuple([pair for pair in scope if pair[0] != name])
    if taken is Share.SOME:
        return scope
    return tuple((key, tuple(PERHAPS + value for value in values) if key == name else values) for key, values in scope)


def _named(facts: Facts) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every operation that somebody names, with where it lives if this fact says so."""
    numbers, needs = facts.of_operations(), facts.spots(("needs",))
    provider = operation = ""
    for number in sorted({*numbers, *needs}) if needs else numbers:
        fact = facts[number]
        if fact.provider is provider and fact.operation is operation and fact.term not in ("at", "needs"):
            continue  # most follow their like
        provider, operation = fact.provider, fact.operation
        if operation != PARTY and operation != ANY:
            stated = fact.term == "at" and fact.stance is Stance.PROMISES and isinstance(fact.value, tuple)
            yield provider, operation, fact.value if stated else ()
        for call in calls_of(fact) if fact.term == "needs" else ():
            if operation_of(call) not in ("", ANY):
                yield provider_of(call), operation_of(call), ()


def _key(fact: Fact, scope: Scope, resource: str) -> object:
    """What a route's facts share: who calls whom, in which definition."""
    own = (REQUESTS + resource, *_OF_ENTRIES)
    kept = tuple([pair for pair in scope if pair[0] not in own])
    return (fact.consumer, fact.provider, fact.place.root, resource, kept)


def _resource(scope: Scope) -> str:
    for name, _ in scope:
        if name.startswith(REQUESTS):
            return name.removeprefix(REQUESTS)
    return ""
