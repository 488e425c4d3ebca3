"""Who counts on the detection or the recovery of an operation, by which statement; who does without; who does not say."""

from collections.abc import Iterator

from msgspec import Struct

from accord.boundaries.join.side import Side
from accord.boundaries.join.system import Boundary
from accord.boundaries.people.ownership import side_of
from accord.boundaries.reliance.questions import answer, names
from accord.boundaries.reliance.relying import Reliance
from accord.model.contract_values import Needs
from accord.model.fact import ANY, Fact
from accord.model.finding import Statement
from accord.model.nothing import NONE
from accord.model.subject import operation_of, provider_of

_KEPT = ("at-least-once", "exactly-once")


class Counting(Struct, frozen=True):
    """One who relies on an operation: `fact` is what counts on an answer, `told` its words before the operation.

    `permits` are further statements that show it. `fact` is None where it does without, which it may say itself
    (`agreed`), and where it does not say (`is_open`).
    """

    by: Reliance
    fact: Fact | None = None
    told: str = ""
    permits: tuple[Fact, ...] = ()
    is_open: bool = False
    agreed: bool = False

    @property
    def shown(self) -> tuple[Statement, ...]:
        """What is promised that rests on it, or cannot be taken back, where that is not the fact itself."""
        promised = [fact for fact in self.permits if not fact.consumer and fact != self.fact]
        return tuple(
            Statement(fact, f"{fact.says} says of {fact.subject}: {fact.term} {fact.text}") for fact in promised
        )


def on_recovery(boundary: Boundary, by: Reliance) -> Counting:
    """Whether a caller counts on a recovery of the operation by somebody else."""
    caller = boundary.system.boundary((by.party, boundary.provider, boundary.operation), boundary.view)
    side, named = caller.assumed, caller.assumed.get("recover.by")
    if side.value("recover") is NONE or names(named, by.party) or (named and _side(caller, named) == by.party):
        return Counting(by)
    counted = side.get("recover.within")
    if counted is not None and counted.value is not NONE and (named is None or _side(caller, named)):
        return Counting(by, counted, "counts on recovery of")
    if named is not None and _side(caller, named) == boundary.provider:
        return Counting(by, named, f"counts on {named.text} for a recovery of")
    if _has_another_way(side):
        return Counting(by)
    resting = _resting(
        caller, ("recover.within", *(() if boundary.promised.get("availability") else ("availability",)))
    )
    if resting is not None:
        promise = resting[0]
        promised = (
            promise.text + " availability" if promise.term == "availability" else f"recovery within {promise.text}"
        )
        return Counting(by, promise, f"promises {promised}, which rests on", resting)
    undo, handled = boundary.promised.get("undo"), side.value("handles")
    if undo is not None and undo.value is NONE and not (isinstance(handled, tuple) and "any" in handled):
        return Counting(by, by.fact, by.told, (undo,))
    return Counting(by, is_open=True)


def on_detection(boundary: Boundary, by: Reliance) -> Counting:
    """Whether one who relies on the operation, and names no signal of its own, counts on a signal of others."""
    if not by.calls:
        return _on_signal_behind(boundary, by)
    side = boundary.system.assumed((by.party, boundary.provider, boundary.operation), boundary.view)
    signal, within = answer(side, "detect", "by"), answer(side, "detect", "within")
    if names(signal, boundary.provider):
        return Counting(by, signal, "counts on a signal of")
    if signal is None and within is not None and within.value is not NONE:
        return Counting(by, within, "counts on being shown a deviation of")
    if signal is not None and signal.value is NONE:
        counting = on_recovery(boundary, by)
        recovery = counting.fact is not None and counting.fact.term.startswith("recover.") and counting.fact.consumer
        return Counting(by, counting.fact, counting.told, (signal,)) if recovery else Counting(by, agreed=True)
    return Counting(by, is_open=signal is None and not _has_another_way(side))


def _on_signal_behind(boundary: Boundary, by: Reliance) -> Counting:
    """Messages or failures end there: what the operation promises that lets them end there rests on somebody seeing it."""
    side = boundary.system.promised(by.fact.provider, by.fact.operation, boundary.view)
    kept = [fact for fact in (side.get("delivery"),) if fact is not None and fact.value in _KEPT]
    kept += [fact for term in ("detect.by", "recover.by", "recover.within") if (fact := side.get(term)) is not None]
    promised = [fact for fact in kept if fact.value is not NONE]
    if by.fact.term == "dead_letter" and promised:
        own = (by.own,) if by.own is not None else ()
        return Counting(by, by.fact, by.told, (promised[0], *own))
    return Counting(by, is_open=True)


def _side(caller: Boundary, named: Fact) -> str:
    return side_of(caller, named) if named.value is not NONE else ""


def _has_another_way(side: Side) -> bool:
    fallback = side.get("fallback")
    return fallback is not None and fallback.value is not NONE


def _resting(caller: Boundary, terms: tuple[str, ...]) -> tuple[Fact, Fact, Fact] | None:
    """A promise of the caller that fails with this call, its needs, and its word that it has nothing instead."""
    bare = caller.assumed.get("fallback")
    if bare is None or bare.value is not NONE:
        return None
    for needs in _needing(caller):
        side = caller.system.promised(caller.consumer, needs.operation, caller.view)
        for term in terms:
            promise = side.get(term)
            if promise is not None and promise.value is not NONE and promise.operation == needs.operation:
                return promise, needs, bare
    return None


def _needing(caller: Boundary) -> Iterator[Fact]:
    """The needs of the caller's operations that name this call."""
    system = caller.system
    for operation in (*system.operations(caller.consumer), ANY):
        needs = system.needs(caller.consumer, operation, caller.view)
        if needs is not None and isinstance(needs.value, Needs):
            called = [call for together in needs.value.calls for call in together]
            if any(_leads(call, caller) for call in called):
                yield needs


def _leads(call: str, caller: Boundary) -> bool:
    return provider_of(call) == caller.provider and (operation_of(call) or ANY) in (ANY, caller.operation)
