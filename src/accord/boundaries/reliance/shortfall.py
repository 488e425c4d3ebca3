"""Where a promise is better than what it rests on: the party's other statements, and the promises of what it needs."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import prod

from msgspec import Struct

from accord.boundaries.calls.evidence import Saying
from accord.boundaries.calls.limits import plan
from accord.boundaries.calls.percentiles import percentile_of
from accord.boundaries.calls.worst import FOREVER, Wait, waits_behind, waits_instead, worst
from accord.boundaries.join.side import Side
from accord.boundaries.join.system import Boundary
from accord.model.contract_values import Needs
from accord.model.duration import show_duration
from accord.model.fact import ANY, Fact, Stance
from accord.model.finding import Verdict
from accord.model.nothing import NONE
from accord.model.subject import operation_of, provider_of

MANY_TRIES = 64
"""So many tries miss nothing worth counting."""


class Shortfall(Struct, frozen=True):
    """A promise and the statements under it that allow something worse.

    `sayings` are these statements, the first the nearest; `follows` is what they come to. `missing` names what nobody
    said: party, question, bound. `holds` is what the promise could say instead (value and text).
    """

    verdict: Verdict
    promise: Fact
    sayings: tuple[Saying, ...]
    message: str
    follows: str = ""
    missing: tuple[tuple[str, str, str], ...] = ()
    condition: str = ""
    holds: tuple[object, str] | None = None


def shortfalls(boundary: Boundary) -> Iterator[Shortfall]:
    """Every promise of this operation that cannot hold, or of which nobody can tell, in order of term."""
    rests = boundary.promised.get("needs") is not None
    if rests:
        yield from _availability(boundary)
        yield from _freshness(boundary)
    yield from _percentiles(boundary)
    if rests:
        yield from _time(boundary)
    yield from _repair(boundary)
    if rests:
        yield from _end(boundary)


def promised(side: Side, term: str) -> Fact | None:
    """The provider's own promise of a term, with a value; a default or an observation is none."""
    return next((fact for fact in side.all(term) if fact.stance is Stance.PROMISES and fact.value is not NONE), None)


def needed(boundary: Boundary) -> list[Boundary]:
    """What the operation calls, each once."""
    needs = boundary.promised.get("needs")
    if needs is None or not isinstance(needs.value, Needs):
        return []
    calls = dict.fromkeys(call for together in needs.value.calls for call in together)
    return [
        boundary.system.boundary((boundary.provider, provider_of(call), operation_of(call) or ANY), boundary.view)
        for call in calls
    ]


def does_without(part: Boundary) -> bool:
    """Whether the caller says what happens instead when the part fails."""
    fallback = part.assumed.get("fallback")
    return fallback is not None and fallback.value is not NONE


# ---------------------------------------------------------------------- its own statements


def _percentiles(boundary: Boundary) -> Iterator[Shortfall]:
    """More answers within less time: both can hold, so the looser one says nothing, and one of them may not be meant."""
    stated = [
        fact
        for fact in boundary.promised.family("latency.p")
        if fact.stance is Stance.PROMISES and fact.value is not NONE
    ]
    stated.sort(key=percentile_of)
    longest = promised(boundary.promised, "latency.max")
    for fact, stronger in zip(stated, [*stated[1:], longest], strict=False):
        if stronger is not None and fact.value > stronger.value:
            looser, tighter = fact.term.removeprefix("latency."), stronger.term.removeprefix("latency.")
            asks = f"which is meant for {boundary.subject}, {looser} {fact.text} or {tighter} {stronger.text}"
            yield Shortfall(
                Verdict.UNANSWERED,
                stronger,
                ((fact, f"promises {looser} within {fact.text}"),),
                f"{boundary.subject}: {looser} {fact.text} lies above {tighter} {stronger.text}",
                missing=(
                    (boundary.provider, asks, f"{looser} at most {stronger.text}, or {tighter} at least {fact.text}"),
                ),
            )


def _repair(boundary: Boundary) -> Iterator[Shortfall]:
    """A recovery that counts from the failure cannot be over before the failure is shown."""
    within = promised(boundary.promised, "recover.within")
    shown = promised(boundary.promised, "detect.within")
    if (
        within is None
        or shown is None
        or boundary.promised.value("recover.from") != "failure"
        or shown.value <= within.value
    ):
        return
    counted = boundary.promised.get("recover.from")
    assert counted is not None
    yield Shortfall(
        Verdict.MISMATCH,
        within,
        (
            (shown, f"promises that a deviation is shown within {shown.text}"),
            (counted, "counts the recovery from the failure"),
        ),
        f"{boundary.subject} is recovered within {within.text} of the failure, which is shown within {shown.text}",
        f"{boundary.subject} may be shown to deviate after {shown.text}, when its recovery was due",
        holds=(shown.value, shown.text),
    )


# ---------------------------------------------------------------------- what it needs


def _time(boundary: Boundary) -> Iterator[Shortfall]:
    promise = promised(boundary.promised, "latency.max")
    needs = boundary.promised.get("needs")
    groups = waits_behind(boundary) if promise is not None else ()
    if promise is None or needs is None or not groups:
        return
    longest = [max((_both(boundary, wait) for wait in group), key=_time_of) for group in groups]
    surely = sum(map(_time_of, longest))
    if surely > promise.value:
        waits = [wait for both in longest for wait in both if wait.surely]
        told = ((needs, f"needs {needs.text}"), *(saying for both in longest for saying in _told(boundary, both)))
        takes = f"after {show_duration(surely)}" if surely < FOREVER else "at any time"
        names = " and ".join(dict.fromkeys(wait.subject for wait in waits))
        message = (
            f"{boundary.subject} promises to answer within {promise.text}; waiting for {names} it may answer {takes}"
        )
        holds = (surely, show_duration(surely)) if surely < FOREVER else None
        yield Shortfall(
            Verdict.MISMATCH,
            promise,
            told,
            message,
            f"{boundary.provider} answers {boundary.subject} {takes}",
            holds=holds,
        )
        return
    yield from _unknown_time(boundary, promise, needs, groups)


def _both(boundary: Boundary, wait: Wait) -> tuple[Wait, ...]:
    """The wait, and the one for its fallback once it has been given up on."""
    instead = waits_instead(boundary, wait)
    return (wait,) if instead is None else (wait, instead)


def _time_of(waits: tuple[Wait, ...]) -> int:
    return sum(wait.surely for wait in waits)


def _told(boundary: Boundary, waits: tuple[Wait, ...]) -> Iterator[Saying]:
    """Why a part, and what happens instead of it, takes as long as it does."""
    yield from _sayings(boundary, waits[0])
    for instead in waits[1:]:
        if instead.surely:
            yield instead.because, f"falls back on {instead.because.text}"
            yield from _sayings(boundary, instead)


def _unknown_time(
    boundary: Boundary, promise: Fact, needs: Fact, groups: tuple[tuple[Wait, ...], ...]
) -> Iterator[Shortfall]:
    """The promise holds as far as anybody has said; some of what it waits for may take longer than it leaves."""
    longest = [max(group, key=lambda wait: wait.surely) for group in groups]
    surely = sum(wait.surely for wait in longest)
    open_waits = [
        wait
        for group in groups
        for wait in group
        if wait.missing and not _inside(wait, promise, surely, longest) and not _is_data(boundary, wait)
    ]
    if not open_waits:
        return
    left = {wait: promise.value - surely + (wait.surely if wait in longest else 0) for wait in open_waits}
    missing = tuple(
        (
            provider_of(name),
            f"how late {name} may answer (latency: {{max: ...}})",
            f"at most {show_duration(left[wait])}",
        )
        for wait in open_waits
        for name in wait.missing
    )
    message = f"{boundary.subject} promises to answer within {promise.text}; nobody says how late {open_waits[0].missing[0]} may answer"
    yield Shortfall(
        Verdict.UNANSWERED, promise, ((needs, f"needs {needs.text}"),), message, missing=tuple(dict.fromkeys(missing))
    )


def _inside(wait: Wait, promise: Fact, surely: int, longest: list[Wait]) -> bool:
    """Whether the party's own limit keeps this wait inside what the promise leaves for it."""
    rest = surely - (wait.surely if wait in longest else 0)
    return wait.at_most is not None and rest + wait.at_most <= promise.value


def _is_data(boundary: Boundary, wait: Wait) -> bool:
    """Whether what is needed is read where it lies: it promises when it is ready or how old it is, not how soon it answers."""
    side = boundary.system.promised(wait.provider, wait.operation, boundary.view)
    return side.get("ready_by") is not None or side.get("freshness") is not None


def _sayings(boundary: Boundary, wait: Wait, path: tuple[str, ...] = ()) -> Iterator[Saying]:
    """Why a wait takes as long as it does: the maximum stated there or behind it, and the limit that cuts it.

    `path` is what was told before on the way here: of what needs itself that is all there is to tell.
    """
    if wait.subject in path:
        return
    part = boundary.system.boundary((wait.consumer, wait.provider, wait.operation), boundary.view)
    may = worst(part)
    if may.stated is not None:
        takes = "promises no longest time" if may.stated.value is NONE else f"may answer after {may.stated.text}"
        yield may.stated, takes
    for group in may.waits:
        deeper = max(group, key=lambda each: each.surely)
        yield deeper.because, f"needs {deeper.because.text}"
        yield from _sayings(part, deeper, (*path, wait.subject))
    planned = plan(part)
    if planned is not None and wait.surely == planned.end < may.surely:
        limit = planned.tries[0].limit
        yield limit, f"waits {limit.text} for {part.subject if limit.term == 'timeout.request' else 'each try'}"
        if planned.attempts is not None and len(planned.tries) > 1:
            yield planned.attempts, f"tries {planned.attempts.text} times"


def _availability(boundary: Boundary) -> Iterator[Shortfall]:
    promise, needs = promised(boundary.promised, "availability"), boundary.promised.get("needs")
    instead = boundary.promised.get("fallback")
    hard = [part for part in needed(boundary) if not does_without(part)]
    if promise is None or needs is None or not hard or (instead is not None and instead.value is not NONE):
        return
    if (refused := _refused(boundary, promise, needs, hard)) is not None:
        yield refused
        return
    known = [(part, fact) for part in hard if (fact := promised(part.promised, "availability")) is not None]
    once = _product(fact.value for _, fact in known)
    retried = _product(_retried(part, fact) for part, fact in known)
    if once < promise.value:
        yield _less_available(
            boundary, promise, needs, known, retried if retried < promise.value else once, retried < promise.value
        )
        return
    silent = [part for part in hard if all(part is not other for other, _ in known)]
    if silent:
        bound = f"at least {_percent(promise.value / once, up=True)}" if once else ""
        share = f"{bound} together" if len(silent) > 1 else bound
        missing = tuple((part.provider, f"how available {part.subject} is (availability)", share) for part in silent)
        message = f"{boundary.subject} promises {promise.text}; nobody says how available {silent[0].subject} is"
        yield Shortfall(Verdict.UNANSWERED, promise, ((needs, f"needs {needs.text}"),), message, missing=missing)


def _refused(boundary: Boundary, promise: Fact, needs: Fact, parts: Iterable[Boundary]) -> Shortfall | None:
    """What is promised of something that is needed, and of which the promise is `none`."""
    none = next(
        (
            (part, fact)
            for part in parts
            for fact in part.promised.all(promise.term)
            if fact.stance is Stance.PROMISES and fact.value is NONE
        ),
        None,
    )
    if none is None:
        return None
    part, fact = none
    message = (
        f"{boundary.subject} promises {promise.term} {promise.text}; {part.subject}, which it needs, promises none"
    )
    told = ((needs, f"needs {needs.text}"), (fact, f"promises no {promise.term} of {part.subject}"))
    follows = f"{boundary.provider} cannot keep {promise.term} {promise.text} while {part.subject} keeps its word"
    return Shortfall(Verdict.MISMATCH, promise, told, message, follows)


def _less_available(
    boundary: Boundary, promise: Fact, needs: Fact, known: list[tuple[Boundary, Fact]], share: Fraction, surely: bool
) -> Shortfall:
    """A certain shortfall, or one that retries make up for as long as failures do not last over the tries."""
    names, together = " and ".join(part.subject for part, _ in known), _percent(share)
    message = (
        f"{boundary.subject} promises {promise.text}; {names} {'come' if len(known) > 1 else 'comes'} to {together}"
    )
    told: list[Saying] = [(needs, f"needs {needs.text}")]
    for part, fact in known:
        told.append((fact, f"promises {part.subject} {fact.text} of the time"))
        told += [
            (tries, f"tries {part.subject} {tries.text} times")
            for tries in part.assumed.all("attempts")
            if tries.stance is Stance.ASSUMES
        ]
    if not surely:
        condition = f"holds only while no failure of {names} lasts over all tries"
        return Shortfall(Verdict.CONDITIONAL, promise, tuple(told), message, condition=condition)
    follows = f"{boundary.subject} answers {together} while everything it needs keeps its word"
    return Shortfall(Verdict.MISMATCH, promise, tuple(told), message, follows, holds=(share, together))


def _retried(part: Boundary, fact: Fact) -> Fraction:
    """The share that is answered where every try fails or not by itself; with tries without end, all of them."""
    missed: Fraction = 1 - fact.value
    for tries in part.assumed.all("attempts"):
        if tries.stance is Stance.ASSUMES:
            missed = missed**tries.value if isinstance(tries.value, int) and tries.value <= MANY_TRIES else Fraction(0)
    return 1 - missed


def _product(shares: Iterable[Fraction]) -> Fraction:
    return prod(shares, start=Fraction(1))


def _percent(share: Fraction, up: bool = False) -> str:
    """A share to four decimal places, rounded to the side that is still true."""
    scaled = share * 1_000_000
    whole = -(-scaled.numerator // scaled.denominator) if up else scaled.numerator // scaled.denominator
    return f"{whole / 10_000:.4f}".rstrip("0").rstrip(".") + "%"


def _freshness(boundary: Boundary) -> Iterator[Shortfall]:
    promise, needs = promised(boundary.promised, "freshness"), boundary.promised.get("needs")
    if promise is None or needs is None:
        return
    parts = [part for part in needed(boundary) if not does_without(part)]
    if (refused := _refused(boundary, promise, needs, parts)) is not None:
        yield refused
        return
    known = [(part, fact) for part in parts if (fact := promised(part.promised, "freshness")) is not None]
    older = [(part, fact) for part, fact in known if fact.value > promise.value]
    if older:
        part, fact = max(older, key=lambda each: (each[1].value, each[0].subject))
        message = f"{boundary.subject} promises data at most {promise.text} old; {part.subject}, which it reads, at most {fact.text}"
        told = ((needs, f"needs {needs.text}"), (fact, f"promises data at most {fact.text} old"))
        follows = f"data of {boundary.subject} is {fact.text} old as soon as it is read"
        yield Shortfall(Verdict.MISMATCH, promise, told, message, follows, holds=(fact.value, fact.text))
    elif parts and not known:
        missing = tuple(
            (part.provider, f"how old the data of {part.subject} may be (freshness)", f"at most {promise.text}")
            for part in parts
        )
        message = f"{boundary.subject} promises data at most {promise.text} old; nobody says how old {parts[0].subject} may be"
        yield Shortfall(Verdict.UNANSWERED, promise, ((needs, f"needs {needs.text}"),), message, missing=missing)


def _end(boundary: Boundary) -> Iterator[Shortfall]:
    """A promise that outlasts what it needs holds only so long: something else may be needed by then."""
    own = boundary.promised.get("sunset")
    needs = boundary.promised.get("needs")
    for part in needed(boundary):
        ends = promised(part.promised, "sunset")
        if (
            needs is None
            or ends is None
            or does_without(part)
            or (own is not None and own.value is not NONE and own.value <= ends.value)
        ):
            continue
        stays = f"until {own.text}" if own is not None and own.value is not NONE else "without an end"
        message = f"{boundary.subject} is promised {stays}; {part.subject}, which it needs, until {ends.text}"
        told = ((ends, f"promises {part.subject} until {ends.text}"),)
        yield Shortfall(Verdict.CONDITIONAL, own or needs, told, message, condition=f"holds only until {ends.text}")
