"""What one side counts on, held against what the other promises, term by term: shares, spans of time, kinds of delivery."""

from collections.abc import Iterator
from fractions import Fraction

from msgspec import Struct

from accord.boundaries.calls.percentiles import inside, percentile_of, percentiles
from accord.boundaries.join.side import Side
from accord.boundaries.join.system import Boundary
from accord.model.fact import Fact, Stance
from accord.model.nothing import NONE

LONGEST = ("freshness", "acknowledge", "hands_on")
"""Spans of time of which less is stronger."""
LEAST = ("availability", "retention")
"""Terms of which more is stronger."""
GRADES: dict[str, dict[str, tuple[str, ...]]] = {
    "delivery": {"at-most-once": ("at-most-once", "exactly-once"), "at-least-once": ("at-least-once", "exactly-once")},
    "order": {"none": ("none", "per-key", "total"), "per-key": ("per-key", "total")},
}
"""For each word that can be counted on, the promised words that are at least as strong; any other word needs itself."""
_SAYS = {
    "availability": "{} availability",
    "freshness": "data at most {} old",
    "retention": "data kept for at least {}",
    "acknowledge": "an acknowledgement within {}",
    "hands_on": "hands on within {}",
    "delivery": "{} delivery",
    "order": "{} order",
    "latency.max": "every answer within {}",
}
_NOUNS = {"acknowledge": "acknowledgement", "hands_on": "time until hands are on"}


class Comparison(Struct, frozen=True):
    """One term counted on; `promised` is the statement that decides, or the nearest to it, None where there is none.

    `inside` is None where nothing decides; `bound` is what the provider would have to promise.
    """

    counted: Fact
    promised: Fact | None
    inside: bool | None
    bound: str


def comparisons(boundary: Boundary) -> Iterator[Comparison]:
    """Everything of this boundary that its consumer counts on, in order of term; what is said of all callers is not its own."""
    counted_on = [
        counted
        for term in sorted(boundary.assumed.terms)
        if _is_compared(term) and (counted := _counted(boundary, term))
    ]
    promised = own_promises(boundary.promised) if counted_on else boundary.promised
    for counted in counted_on:
        term = counted.term
        if term in LONGEST or term == "latency.max":
            yield _span(counted, promised.get(term), "at most")
        elif term in LEAST:
            yield _least(boundary, counted, promised)
        elif term in GRADES:
            yield _grade(counted, promised.get(term))
        else:
            yield _percentile(counted, promised)


def _is_compared(term: str) -> bool:
    return term in LONGEST or term in LEAST or term in GRADES or term == "latency.max" or term.startswith("latency.p")


def _counted(boundary: Boundary, term: str) -> Fact | None:
    counted = boundary.assumed.get(term)
    own = counted is not None and counted.stance is Stance.ASSUMES and bool(counted.consumer)
    return counted if counted is not None and own and counted.value is not NONE else None


def own_promises(side: Side) -> Side:
    """Only what the provider itself promises: defaults and observations bind nobody."""
    stated = {
        term: tuple(fact for fact in facts if fact.stance is Stance.PROMISES) for term, facts in side.terms.items()
    }
    return Side({term: facts for term, facts in stated.items() if facts})


def in_words(fact: Fact) -> str:
    """What a fact promises, or counts on: `99.95% availability`."""
    if fact.value is NONE or fact.value == "none":
        return f"no {_NOUNS.get(fact.term, fact.term.partition('.')[0])}"
    if fact.term.startswith("latency.p"):
        return f"{float(percentile_of(fact)):g} % of answers within {fact.text}"
    return _SAYS[fact.term].format(fact.text)


def _span(counted: Fact, promised: Fact | None, word: str) -> Comparison:
    bound = f"{word} {counted.text}"
    if promised is None:
        return Comparison(counted, None, None, bound)
    if promised.value is NONE:
        return Comparison(counted, promised, False, bound)
    less, more = sorted((counted.value, promised.value))
    return Comparison(counted, promised, promised.value == (less if word == "at most" else more), bound)


def _least(boundary: Boundary, counted: Fact, side: Side) -> Comparison:
    found = _span(counted, side.get(counted.term), "at least")
    over, window = boundary.assumed.get("over"), side.get("over")
    if counted.term != "availability" or not found.inside or over is None or window is None:
        return found
    shorter = isinstance(over.value, int) and isinstance(window.value, int) and over.value < window.value
    certain = found.promised is not None and found.promised.value == Fraction(1)
    if shorter and not certain:
        return Comparison(counted, found.promised, None, f"{found.bound} over {over.text}")
    return found


def _grade(counted: Fact, promised: Fact | None) -> Comparison:
    enough = GRADES[counted.term].get(counted.value, (counted.value,))
    if promised is None:
        return Comparison(counted, None, None if counted.value != "none" else True, " or ".join(enough))
    return Comparison(counted, promised, promised.value in enough, " or ".join(enough))


def _percentile(counted: Fact, promised: Side) -> Comparison:
    bound = f"{counted.term.removeprefix('latency.')} at most {counted.text}"
    stated = [fact for fact in (*percentiles(promised), promised.get("latency.max")) if fact is not None]
    same = promised.get(counted.term)
    nearest = same if same is not None else min(stated, key=lambda fact: _distance(counted, fact), default=None)
    return Comparison(counted, nearest, inside(counted, promised), bound)


def _distance(counted: Fact, fact: Fact) -> tuple[bool, Fraction]:
    if fact.term == "latency.max":
        return True, Fraction(0)
    return False, abs(percentile_of(fact) - percentile_of(counted))
