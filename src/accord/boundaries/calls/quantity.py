"""Whether what one side puts on the other fits into what that takes: numbers with units, sets of words, growing levels."""

from datetime import date, timedelta
from fractions import Fraction

from msgspec import Struct

from accord.model.amount import Amount, Growth, Words
from accord.model.duration import NANOSECONDS, show_duration
from accord.model.fact import Fact
from accord.model.nothing import NONE

SUMMED = ("rate", "concurrency", "connections")
"""Quantities that callers put on a provider together, unless it takes them `each`."""


class Fit(Struct, frozen=True):
    """`inside` is None where it is not decided; `how` says how much does not fit, or what is missing.

    `day` is the last day on which a growing level fits.
    """

    inside: bool | None
    how: str = ""
    day: date | None = None


FITS = Fit(True)


def fit(sent: Fact, taken: Fact, needed_until: date | None = None) -> Fit:
    """Whether the value sent lies inside the value taken; a level that outgrows it after `needed_until` still does."""
    if sent.value is NONE or taken.value is NONE:
        return FITS
    if isinstance(sent.value, Words) and isinstance(taken.value, Words):
        beyond = sorted(sent.value.words - taken.value.words)
        return Fit(not beyond, ", ".join(beyond))
    limit = taken.value.largest if isinstance(taken.value, Growth) else taken.value
    if isinstance(limit, Amount) and isinstance(sent.value, Amount):
        return _amounts(sent.value, limit, sent, taken)
    if isinstance(limit, Amount) and isinstance(sent.value, Growth):
        return _growing(sent.value, limit, sent, taken, needed_until)
    return Fit(None, f"{sent.text} and {taken.text} are not of one kind")


def _amounts(sent: Amount, limit: Amount, sent_fact: Fact, taken: Fact) -> Fit:
    if sent.dimension != limit.dimension:
        return Fit(None, f"{sent_fact.text} and {taken.text} are not in one unit")
    return FITS if sent.value <= limit.value else Fit(False, f"{sent_fact.text} is more than {taken.text}")


def _growing(sent: Growth, limit: Amount, fact: Fact, taken: Fact, needed_until: date | None) -> Fit:
    for level in (sent.now, sent.largest):
        if level is not None and level.dimension != limit.dimension:
            return Fit(None, f"{fact.text} and {taken.text} are not in one unit")
    if sent.now is not None and sent.now.value > limit.value:
        return Fit(False, f"it is above {taken.text} already")
    if sent.largest is not None:
        return Fit(sent.largest.value <= limit.value, f"its largest is above {taken.text}")
    if (
        sent.grows is not None
        and sent.now is not None
        and sent.grows.dimension == f"{limit.dimension}/ns"
        and sent.grows.value > 0
    ):
        return _outgrown(sent.now, sent.grows, limit, sent.as_of, taken, needed_until)
    if sent.unbounded:
        return Fit(False, "it has no largest level")
    return Fit(None, "nobody says its largest level")


def _outgrown(
    now: Amount, grows: Amount, limit: Amount, as_of: date | None, taken: Fact, needed_until: date | None
) -> Fit:
    days = (limit.value - now.value) / grows.value / NANOSECONDS["d"]
    if as_of is None:
        return Fit(False, f"it outgrows {taken.text} after {days.numerator // days.denominator}d")
    if days >= (date.max - as_of).days:
        return FITS
    last = as_of + timedelta(days=days.numerator // days.denominator)
    if needed_until is not None and last >= needed_until:
        return FITS
    return Fit(False, f"it outgrows {taken.text} on {last.isoformat()}", last)


def settling(stated: Fact, name: str, is_sent: bool) -> str:
    """What the other side must say of a quantity for the stated value of it to fit: `at least 5/s`, `in EUR`."""
    if not isinstance(stated.value, Amount):
        return f"in {stated.text}"
    if is_sent:
        return f"at least {stated.text}"
    together = name in SUMMED and not stated.value.each
    return f"at most {stated.text}" + (", all callers together" if together else "")


def show_amount(amount: Amount, like: str = "") -> str:
    """An amount for people: 65/s, 3, 20KiB; where `like` is a rate, in its unit of time."""
    if amount.dimension == "duration":
        return show_duration(int(amount.value))
    if not amount.dimension.endswith("/ns"):
        return _number(amount.value)
    per = like.removesuffix(" each").rpartition("/")[2]
    unit = NANOSECONDS.get("m" if per == "min" else per, 0)
    per, unit = (per, unit) if unit else ("s", NANOSECONDS["s"])
    return f"{_number(amount.value * unit)}/{per}"


def _number(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    return f"{float(value):.4g}"
