"""The three questions of one operation: what each side has answered of what is expected, how it is detected, who recovers."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from msgspec import Struct

from accord.boundaries.join.side import Side
from accord.boundaries.join.system import Boundary
from accord.boundaries.reliance.relying import Reliance, reliances
from accord.model.duration import show_duration
from accord.model.fact import PARTY, Fact, Stance
from accord.model.nothing import NONE
from accord.model.subject import provider_of

NO_BOUND = frozenset(
    (
        *(
            "at",
            "to",
            "needs",
            "mentioned",
            "routes",
            "runs",
            "detect",
            "recover",
            "timeout",
            "instead",
            "undo",
            "fault",
        ),
        *("platform", "left_out", "killed_after"),
    )
)
"""First segments of terms that promise nothing a caller could count on."""
_INJECTED = "latency.injected"


class Answered(Struct, frozen=True):
    """What the provider answered, and the other parties that rely on the operation; None is not answered.

    `expected` tells whether anything at all is promised, in any scope. `detect_by` and `recover_by` hold NONE where the
    answer is that there is nobody. `own_detect` are the parties that say they have a signal of their own, `own_recover`
    those that recover themselves. `counted` is the shortest recovery that somebody counts on.
    """

    relied: list[Reliance]
    expected: bool
    detect_by: Fact | None
    detect_within: Fact | None
    recover_by: Fact | None
    recover_within: Fact | None
    own_detect: frozenset[str]
    own_recover: frozenset[str]
    counted: Fact | None


def answered(boundary: Boundary) -> Answered:
    """What is answered about the operation of this boundary, in its view, by everybody."""
    system, promised = boundary.system, boundary.promised
    relied = reliances(system, boundary.provider, boundary.operation, boundary.view)
    sides = {
        each.party: system.assumed((each.party, boundary.provider, boundary.operation), boundary.view)
        for each in relied
    }
    counted = [
        fact for side in sides.values() if (fact := side.get("recover.within")) is not None and fact.value is not NONE
    ]
    return Answered(
        relied=relied,
        expected=_is_expected(boundary),
        detect_by=answer(promised, "detect", "by"),
        detect_within=answer(promised, "detect", "within"),
        recover_by=answer(promised, "recover", "by") or promised.get("recover.how"),
        recover_within=answer(promised, "recover", "within"),
        own_detect=frozenset(name for name, side in sides.items() if _has_own_signal(side, boundary.provider)),
        own_recover=frozenset(name for name, side in sides.items() if names(side.get("recover.by"), name)),
        counted=min(counted, key=lambda fact: (fact.value, fact.place.spot), default=None),
    )


def is_answered(boundary: Boundary) -> bool:
    """Whether the provider plainly answers every part of all three questions, so that nothing turns on who relies on it."""
    side = boundary.promised
    if side.get("detect") is not None or side.get("recover") is not None:
        return False
    who = side.get("recover.by") or side.get("recover.how")
    parts = (side.get("detect.by"), side.get("detect.within"), who, side.get("recover.within"))
    return not any(part is None or part.value is NONE for part in parts) and _is_expected(boundary)


def answer(side: Side, question: str, part: str) -> Fact | None:
    """What a side answers to one part of a question, for the operation or for any term of it; NONE answers every part."""
    whole = side.get(question)
    if whole is not None and whole.value is NONE:
        return whole
    own = side.get(f"{question}.{part}")
    if own is not None:
        return own
    named = [fact for fact in side.family(f"{question}.") if fact.term.endswith(f".{part}")]
    return named[0] if named else None


def says_none(fact: Fact | None) -> bool:
    """Whether the answer is that there is none."""
    return fact is not None and fact.value is NONE


def first_caller(boundary: Boundary) -> bool:
    """Whether this is the boundary at which what concerns the whole operation is told, once."""
    callers = boundary.system.callers(boundary.provider, boundary.operation)
    return boundary.consumer == (callers[0] if callers else "")


def first_said(boundary: Boundary, relied: list[Reliance]) -> Fact | None:
    """What is said of the operation everywhere before what is said in one scope, the provider's word before others'."""
    own = [fact for facts in boundary.promised.terms.values() for fact in facts if fact.operation]
    every = (*own, *(each.fact for each in relied))
    everywhere = [fact for fact in every if not fact.scope] or every
    by_itself = [fact for fact in everywhere if fact.provider == boundary.provider and not fact.consumer] or everywhere
    return min(by_itself, key=lambda fact: fact.place.spot, default=None)


def left_for(counted: Fact | None, other: Fact | None, called: str) -> str:
    """What the shortest recovery that somebody counts on leaves for one part, the other part known or not."""
    if counted is None:
        return ""
    if other is None or other.value is NONE:
        return f"together with the {called} at most {counted.text}"
    left = counted.value - other.value
    return f"at most {show_duration(left)}" if left > 0 else f"at most {counted.text}"


def names(fact: Fact | None, party: str) -> bool:
    """Whether the references of a fact name the party, or an operation of it."""
    return fact is not None and fact.value is not NONE and any(provider_of(name) == party for name in fact.value)


def _is_expected(boundary: Boundary) -> bool:
    """Whether anything is promised of the operation, in whatever scope."""
    if boundary.operation != PARTY and _promises(boundary.promised.terms):
        return True
    own, of_any = boundary.system.said(boundary.key)[1]
    return _promises(of_any) or (boundary.operation != PARTY and _promises(own))


def _promises(said: Mapping[str, Sequence[Fact]]) -> bool:
    promises = Stance.PROMISES
    return any(_is_bound(term) and any(fact.stance is promises for fact in facts) for term, facts in said.items())


@cache
def _is_bound(term: str) -> bool:
    return term.partition(".")[0] not in NO_BOUND


def _has_own_signal(side: Side, provider: str) -> bool:
    signal = answer(side, "detect", "by")
    return signal is not None and signal.value is not NONE and not names(signal, provider)


# ---------------------------------------------------------------------- what nobody says

Part = tuple[str, str, str]
"""What nobody says, what is asked, and the bound that would settle it."""


def open_parts(boundary: Boundary, given: Answered, blind: list[Reliance]) -> list[Part]:
    """What is left open of the three questions; `blind` are those who rely on it and have no signal of their own."""
    return [*_expected(boundary, given), *_detect(boundary, given, blind), *_recover(boundary, given)]


def _expected(boundary: Boundary, given: Answered) -> Iterator[Part]:
    if not given.expected and given.relied:
        yield "what is promised", f"what {boundary.subject} promises its callers", ""


def _detect(boundary: Boundary, given: Answered, blind: list[Reliance]) -> Iterator[Part]:
    if says_none(given.detect_by) or (given.relied and not blind):
        return
    bound = left_for(given.counted, given.recover_within, "recovery") if given.detect_within is None else ""
    shown = f"a deviation of {boundary.subject} is shown"
    if given.detect_by is None:
        how = "how a deviation is shown" if given.detect_within else "how and how soon a deviation is shown"
        yield how, how.replace("a deviation is shown", shown) + " (detect)", bound
    elif given.detect_within is None and given.relied:
        yield "how soon a deviation is shown", f"how soon {shown} (detect: {{within: ...}})", bound


def _recover(boundary: Boundary, given: Answered) -> Iterator[Part]:
    if says_none(given.recover_by) or given.own_recover:
        return
    bound = left_for(given.counted, given.detect_within, "detection") if given.recover_within is None else ""
    if given.recover_by is None:
        who = "who recovers it" if given.recover_within else "who recovers it within what"
        yield who, who.replace(" it", f" {boundary.subject}", 1) + " (recover)", bound
    elif given.recover_within is None and given.relied:
        yield (
            "within what it is recovered",
            f"within what {boundary.subject} is recovered (recover: {{within: ...}})",
            bound,
        )
