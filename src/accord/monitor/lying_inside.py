"""Whether what one side counts on lies inside what the other promises, term by term."""

from datetime import date

from accord.model.amount import Amount, Growth, Words
from accord.model.fact import Fact
from accord.model.hours import Hours
from accord.model.nothing import NONE
from accord.monitor.carrying import instant

_AT_MOST = ("freshness", "acknowledge", "hands_on", "detect.within", "recover.within", "spread")
_AT_LEAST = ("retention", "availability", "sunset")
_STRONGER: dict[str, dict[str, tuple[str, ...]]] = {
    "delivery": {"exactly-once": ("exactly-once", "at-least-once", "at-most-once")},
    "order": {"total": ("total", "per-key", "none"), "per-key": ("per-key", "none")},
}


def lies_inside(counted_on: Fact, promised: Fact, starts: str = "") -> bool | None:
    """True or False where the two facts can be held side by side, else None."""
    if {counted_on.term.partition(".")[0], promised.term.partition(".")[0]} == {"accepts", "sends"}:
        sent, taken = (counted_on, promised) if counted_on.term.startswith("sends") else (promised, counted_on)
        return _fits(sent, taken)
    if counted_on.term == "until" and promised.term == "sunset":
        return _is_long_enough(counted_on.value, promised.value)
    if counted_on.term.startswith("latency.") and promised.term.startswith("latency."):
        return _is_quick_enough(counted_on, promised)
    if counted_on.term != promised.term or counted_on.value is NONE:
        return None
    if promised.value is NONE:
        return False
    return _of_one_term(counted_on, promised, starts)


def _of_one_term(counted_on: Fact, promised: Fact, starts: str) -> bool | None:
    term, needed, offered = counted_on.term, counted_on.value, promised.value
    if type(needed) is not type(offered):
        return None
    if term in _AT_MOST:
        return bool(offered <= needed)
    if term in _AT_LEAST:
        return bool(offered >= needed)
    if term in _STRONGER:
        return (
            needed == offered
            or needed in _STRONGER[term].get(str(offered), ())
            or (term == "order" and needed == "none")
        )
    if isinstance(needed, Hours) and isinstance(offered, Hours):
        moment = instant(starts, 0)
        return None if moment is None else not needed.hold_at(moment) or offered.hold_at(moment)
    return None


def _is_long_enough(needed: object, offered: object) -> bool | None:
    """Whether a promise lasts until the day on which it is needed last; without a last day it does, and is needed for ever."""
    if offered is NONE:
        return True
    if needed is NONE:
        return False
    return needed <= offered if isinstance(needed, date) and isinstance(offered, date) else None


def _is_quick_enough(counted_on: Fact, promised: Fact) -> bool | None:
    """A promise about at least as large a share of calls decides; a smaller share leaves the rest open."""
    needed, offered = share_of(counted_on.term), share_of(promised.term)
    if needed is None or offered is None or not isinstance(counted_on.value, int):
        return None
    if promised.value is NONE:
        return None if offered < 1 else False
    if offered >= needed:
        return bool(promised.value <= counted_on.value)
    return None


def share_of(term: str) -> float | None:
    """1 for latency.max, 0.999 for latency.p99.9; None for what is no share."""
    name = term.partition(".")[2]
    if name == "max":
        return 1.0
    number = name[1:]
    return float(number) / 100 if name.startswith("p") and number.replace(".", "", 1).isdigit() else None


def _fits(sent: Fact, taken: Fact) -> bool | None:
    """Whether what one side sends fits into what the other takes, for quantities of one name."""
    if sent.term.partition(".")[2] != taken.term.partition(".")[2]:
        return None
    if isinstance(sent.value, Words) and isinstance(taken.value, Words):
        return sent.value.words <= taken.value.words
    most = taken.value.largest if isinstance(taken.value, Growth) else taken.value
    amount = sent.value
    if isinstance(amount, Growth):
        if amount.unbounded and isinstance(most, Amount):
            return False
        if amount.largest is None and _outgrows(amount, most):
            return False
        amount = amount.largest or amount.now
    if amount is NONE and isinstance(most, Amount):
        return False
    if not isinstance(amount, Amount) or not isinstance(most, Amount) or amount.dimension != most.dimension:
        return None
    return amount.value <= most.value


def _outgrows(level: Growth, most: object) -> bool:
    """Whether a level without a largest grows past any limit of its kind."""
    if (
        level.now is None
        or level.grows is None
        or not isinstance(most, Amount)
        or level.now.dimension != most.dimension
    ):
        return False
    return level.grows.value > 0 and level.grows.dimension == f"{most.dimension}/ns"
