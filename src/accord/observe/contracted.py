"""Which contract an observed boundary has, and what of it can be tested minute by minute.

A small matching of its own, by aliases of parties (`names: {otel: ...}`) and addresses of operations; the general one of
observed boundaries to those of contracts takes its place as soon as there is one: `Contracts.named` is the seam.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from accord.boundaries.addresses import Share, share
from accord.boundaries.limits import first_limit
from accord.boundaries.names_claims import Register
from accord.boundaries.names_spelling import spell
from accord.boundaries.percentiles import percentile_of, percentiles, tail
from accord.boundaries.system import Boundary, System
from accord.boundaries.view import DAYS, OTHER, View, holds_in
from accord.model.contract_values import references
from accord.model.drifting import Asks, Contract, Expectation, Seen
from accord.model.fact import ANY, Fact, Scope, Stance
from accord.model.hours import Hours
from accord.model.nothing import NONE
from accord.model.problem import Refused
from accord.model.requests import Match

ALMOST_NONE = 1e-4
"""The share that stands for "never": what is promised without exception is held to no more than 1 in 10,000."""
FEW = 0.01
"""The share of tries beyond those stated that is let pass: which try a call was may have been told from its neighbours."""
_MOST_TRIES_TOLD = 5
_READ = ("latency.", "availability", "timeout.", "attempts", "hours", "to", "recover.by", "recover.within")


class Contracts:
    """What contracts say, by the names that telemetry uses."""

    def __init__(self, system: System) -> None:
        self.system = system
        self._register = Register(system.facts)

    def of(self, seen: Seen) -> Contract:
        """What is agreed for a boundary; without expectations, and with the reason, where nothing is."""
        named = self.named(seen)
        if isinstance(named, str):
            return Contract(seen.consumer, seen.provider, seen.operation, because=named)
        consumer, provider, operation = named
        open_ = self._undecided(named, seen.environment)
        if open_:
            return Contract(consumer, provider, operation, because=open_)
        boundary = self.system.boundary(named, {"env": seen.environment or OTHER})
        if _is_for_others(boundary):
            return Contract(consumer, provider, operation, because=f"{provider} promises nothing to {consumer}")
        return _contract(boundary)

    def hours(self, contract: Contract, seen: Seen) -> Hours | None:
        """When the promise holds; None where nobody limits it."""
        key = (contract.consumer, contract.provider, contract.operation)
        value = self.system.boundary(key, {"env": seen.environment or OTHER}).promised.value("hours")
        return value if isinstance(value, Hours) else None

    # ------------------------------------------------------------------ who and what it is

    def named(self, seen: Seen) -> tuple[str, str, str] | str:
        """The boundary of the contracts that this is; a sentence where it is none, or may be several."""
        view = {"env": seen.environment or OTHER}
        provider = self._party(seen.provider, view)
        if not provider:
            return f"no contract says that it is {seen.provider}: names: {{otel: {seen.provider}}}"
        operation = self._operation(provider, seen.operation)
        if not operation:
            return f"no operation of {provider} is known to be {seen.operation}; its `at` would say so"
        consumer = self._party(seen.consumer, view) if seen.consumer else ""
        return consumer, provider, operation

    def _party(self, service: str, view: View) -> str:
        try:
            claims = self._register.claims(spell(f"otel:{service}"))
        except Refused:
            return ""
        parties = {claim.party for claim in claims if not claim.in_part and holds_in(claim.scope, view)}
        return parties.pop() if len(parties) == 1 else ""

    def _operation(self, party: str, observed: str) -> str:
        named = self.system.operations(party)
        found = [name for name in named if _is_at(self._addresses(party, name), name, observed)]
        if len(found) == 1:
            return found[0]
        known = all(self._addresses(party, name) for name in named)
        promised_any = self.system.promised(party, ANY).terms
        return ANY if not found and known and promised_any else ""

    def _addresses(self, party: str, operation: str) -> tuple[str, ...]:
        said = self.system.promised(party, operation).get("at")
        return tuple(said.value) if said is not None and isinstance(said.value, tuple) else ()

    def _undecided(self, key: tuple[str, str, str], environment: str) -> str:
        """Why it cannot be told which statement holds: an environment or a version that telemetry does not tell."""
        consumer, provider, operation = key
        for fact in self.system.facts:
            if fact.provider != provider or fact.operation not in (operation, ANY) or not fact.term.startswith(_READ):
                continue
            if fact.consumer in ("", consumer) and _depends(fact.scope, environment):
                return f"what {fact.says} says of {fact.subject} depends on {fact.scope[0][0]}, which is not told here"
        return ""


def _depends(scope: Scope, environment: str) -> bool:
    return any(name not in DAYS and not (name == "env" and environment) for name, _ in scope)


def _is_at(addresses: tuple[str, ...], name: str, observed: str) -> bool:
    """Rule 9 of the language: by its address, else by the method of an RPC or the very name of a queue, topic or table."""
    if not addresses:
        return observed.rpartition("/")[2] == name if " " not in observed else False
    return any(_same_address(address, observed) for address in addresses)


def _same_address(address: str, observed: str) -> bool:
    word, _, rest = address.partition(" ")
    method, _, path = observed.partition(" ")
    if path.startswith("/"):
        return word == method and share(f"{word} {rest}", Match(path=path, compared="exact")) is Share.ALL
    return word not in ("tcp", "udp", "file") and rest == observed


def _is_for_others(boundary: Boundary) -> bool:
    """Whether the promise names for whom it was made, and this caller is not among them."""
    said = boundary.promised.get("to")
    if said is None or said.value is NONE or not boundary.consumer:
        return False
    whom = {name.partition("/")[0] for name in references(said.value)}
    return not whom & {boundary.consumer, "anyone"}


# ---------------------------------------------------------------------- what can be tested


def _contract(boundary: Boundary) -> Contract:
    limit = first_limit(boundary)
    quick = _percentile(boundary)
    return Contract(
        boundary.consumer,
        boundary.provider,
        boundary.operation,
        tuple(_expectations(boundary, limit)),
        limit.value if limit else 0,
        limit.text if limit else "",
        _at(limit) if limit else "",
        1 - quick[1] if quick and quick[1] > ALMOST_NONE else 0.99,
        _recovers(boundary),
    )


def _expectations(boundary: Boundary, limit: Fact | None) -> Iterator[Expectation]:
    quick = _percentile(boundary)
    if quick:
        fact, slow = quick
        yield _expected(Asks.SLOW, slow, fact.value, fact)
        yield _expected(Asks.SLOW_AT_ONCE, slow, fact.value, fact)
    beyond = _beyond(boundary, limit.value) if limit else None
    if limit and beyond is not None:
        yield _expected(Asks.OVER_LIMIT, beyond, limit.value, limit)
    promised = boundary.promised.get("availability")
    if promised is not None and promised.stance is Stance.PROMISES and promised.value is not NONE:
        failing = max(float(1 - promised.value), ALMOST_NONE)
        yield _expected(Asks.ERRORS, failing, 0, promised)
        yield _expected(Asks.ERRORS_AT_ONCE, failing, 0, promised)
    stated = [fact for fact in boundary.assumed.all("attempts") if fact.stance is Stance.ASSUMES]
    if len(stated) == 1 and isinstance(stated[0].value, int) and stated[0].value < _MOST_TRIES_TOLD:
        yield _expected(Asks.TRIES, FEW, stated[0].value, stated[0])
    if boundary.consumer and boundary.assumed.terms:
        counted = next(iter(boundary.assumed.terms.values()))[0]
        yield Expectation(Asks.VANISHED, 0.0, 0, "calls", f"{boundary.consumer} calls it", _at(counted))


def _percentile(boundary: Boundary) -> tuple[Fact, float] | None:
    """The promise of latency that says most of the tail, and the share of answers that may exceed it."""
    own = [fact for fact in percentiles(boundary.promised) if fact.stance is Stance.PROMISES]
    if own:
        return own[0], float(100 - percentile_of(own[0])) / 100
    most = boundary.promised.get("latency.max")
    if most is None or most.value is NONE or most.stance is not Stance.PROMISES:
        return None
    return most, ALMOST_NONE


def _beyond(boundary: Boundary, limit: int) -> float | None:
    """The share of answers that may take longer than the caller waits, by what is promised; None where nothing bounds it."""
    most = boundary.promised.get("latency.max")
    if most is not None and most.value is not NONE and most.stance is Stance.PROMISES and most.value <= limit:
        return ALMOST_NONE
    found = tail(boundary.promised, limit)
    if found is None or found.stance is not Stance.PROMISES:
        return None
    return float(100 - percentile_of(found)) / 100


def _expected(asks: Asks, allowed: float, bound: int, fact: Fact) -> Expectation:
    return Expectation(asks, allowed, bound, fact.term, fact.text, _at(fact))


def _at(fact: Fact) -> str:
    return f"{fact.place.file}:{fact.place.line}"


def _recovers(boundary: Boundary) -> str:
    """Who repairs, and within what, in words; empty where nobody says."""
    who, within = boundary.promised.get("recover.by"), boundary.promised.get("recover.within")
    if who is None or who.value is NONE:
        return ""
    names = ", ".join(references(who.value)) or who.text
    return (
        f"{names} within {within.text} ({_at(who)})" if within and within.value is not NONE else f"{names} ({_at(who)})"
    )


def holds_at(hours: Hours | None, minute: int) -> bool:
    """Whether a promise with these hours holds in the minute."""
    return hours is None or hours.hold_at(datetime.fromtimestamp(minute * 60, UTC))
