"""Values of facts as JSON, each with its type beside it, and back: exactly, and refused where no reader could give them."""

import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import msgspec

from accord.model.alerting import Calendar, Expression, Inhibition, Receiver, Route
from accord.model.amount import Amount, Growth, Words
from accord.model.contract_values import Backoff, ErrorAnswer, Idempotence, Needs, Related, Rung, WorkStep
from accord.model.hours import DAY_MINUTES, DailyInstant, Hours
from accord.model.nothing import Nothing
from accord.model.ownership import OwnedFiles
from accord.model.problem import Refused
from accord.model.requests import RouteEntry
from accord.model.rotas import UNITS, ChainStep, Shift
from accord.model.terms import Term, term_of
from accord.model.zone import parse_zone

TYPES: dict[str, Any] = {
    "none": Nothing,
    "flag": bool,
    "int": int,
    "text": str,
    "texts": tuple[str, ...],
    "share": Fraction,
    "date": date,
    "amount": Amount,
    "words": Words,
    "growth": Growth,
    "error": ErrorAnswer,
    "idempotence": Idempotence,
    "needs": Needs,
    "backoff": Backoff,
    "hours": Hours,
    "instant": DailyInstant,
    "ladder": tuple[Rung, ...],
    "steps": tuple[WorkStep, ...],
    "expression": Expression,
    "route": Route,
    "receiver": Receiver,
    "inhibition": Inhibition,
    "calendar": Calendar,
    "owned": OwnedFiles,
    "entries": tuple[RouteEntry, ...],
    "shift": Shift,
    "chain": ChainStep,
    "rows": tuple[tuple[int, ...], ...],
    "related": Related,
}
"""Every type that the value of a fact can have, by its word in an exported file."""

_WORDS = {kind: word for word, kind in TYPES.items() if isinstance(kind, type)}
_IN_TUPLES = {str: "texts", Rung: "ladder", WorkStep: "steps", RouteEntry: "entries", tuple: "rows"}
_OF_DOMAINS: dict[str, tuple[str, ...]] = {
    "duration": ("int",),
    "count": ("int",),
    "duration range": ("backoff",),
    "percent": ("share",),
    "date": ("date",),
    "hours": ("hours",),
    "instant": ("instant",),
    "word": ("text",),
    "text": ("text",),
    "words": ("texts",),
    "references": ("texts",),
    "addresses": ("texts",),
    "idempotence": ("idempotence",),
    "error answer": ("error",),
    "amount": ("amount", "words", "growth"),
    "needs": ("needs",),
    "ladder": ("ladder",),
    "steps": ("steps",),
    "route entries": ("entries",),
    "nothing": ("flag",),
    "expression": ("expression",),
    "route": ("route",),
    "receiver": ("receiver",),
    "inhibition": ("inhibition",),
    "calendar": ("calendar",),
    "owned files": ("owned",),
    "shift": ("shift",),
    "chain step": ("chain",),
    "number": ("int",),
    "rows": ("rows",),
    "related": ("related",),
    "scaled number": ("int", "text"),
}
_SIDES = ("this", "below", "at_most", "equals")
_DIMENSIONS = ("count", "bytes", "duration", "count/ns", "bytes/ns")
_FRACTION = re.compile(r"(\d{1,400})(?:/([1-9]\d{0,399}))?", re.ASCII)


def written(value: object) -> dict[str, object]:
    """The value with the word for its type: `{"int": 5000000000}`. Raises TypeError for a type that no fact has."""
    word = _WORDS.get(type(value), "")
    if isinstance(value, tuple):
        words = {_IN_TUPLES.get(type(part), "") for part in value} or {"texts"}
        word = words.pop() if len(words) == 1 else ""
    if not word:
        raise TypeError(f"no fact has a value such as {value!r}")
    return {word: value}


def read_value(term: str, data: object) -> Any:
    """The value of a fact about `term`, from what `written` gave. Raises Refused with what was expected."""
    known = [(word, part) for word, part in data.items() if word in TYPES] if isinstance(data, dict) else []
    if len(known) != 1:
        raise Refused(f"value: expected one of {' '.join(TYPES)}, read {_shown(data)}")
    word, part = known[0]
    domain = _domain(term)
    allowed = (*_OF_DOMAINS.get(domain, TYPES), "none")
    if word not in allowed:
        raise Refused(f"value of {term}: expected {' or '.join(allowed)}, read {word}")
    try:
        value = msgspec.convert(part, TYPES[word], dec_hook=from_text)
    except (msgspec.ValidationError, OverflowError) as error:
        raise Refused(f"value: {error}") from None
    _check(value, domain)
    return value


def _domain(term: str) -> str:
    """The domain of a term; of `detect.latency.within` as of `detect.within`; "" for a term not known here."""
    head, _, rest = term.partition(".")
    found: Term | None = term_of(term) or (term_of(f"{head}.{rest.rpartition('.')[2]}") if rest else None)
    return found.domain if found else ""


def _shown(data: object) -> str:
    return repr(data)[:80]


def as_text(value: object) -> str:
    """A fraction as text, `1/3`; JSON has no such number."""
    if isinstance(value, Fraction):
        return str(value)
    raise TypeError(f"no fact has a value such as {value!r}")


def from_text(kind: type, text: object) -> Any:
    """The fraction that `as_text` wrote."""
    match = _FRACTION.fullmatch(text) if isinstance(text, str) else None
    if kind is not Fraction or not match:
        raise msgspec.ValidationError(f"expected a fraction such as 1/3, read {_shown(text)}")
    return Fraction(int(match[1]), int(match[2] or 1))


# ---------------------------------------------------------------------- what readers could have given


def _check(value: object, domain: str) -> None:
    wrong = _LIMITS[type(value)](value, domain) if type(value) in _LIMITS else ""
    if isinstance(value, tuple):
        wrong = next((found for found in (_of_part(part) for part in value) if found), "")
    if wrong:
        raise Refused(f"value: {wrong}")


def _of_int(value: Any, domain: str) -> str:
    least = 1 if domain == "count" else 0
    return "" if value >= least else f"expected at least {least}, read {value}"


def _of_share(value: Any, domain: str) -> str:
    return "" if value <= 1 else f"expected a share of at most 1, read {value}"


def _of_amount(value: Any, domain: str) -> str:
    return (
        ""
        if value.dimension in _DIMENSIONS
        else f"expected a dimension of {' '.join(_DIMENSIONS)}, read {value.dimension!r}"
    )


def _of_growth(value: Any, domain: str) -> str:
    amounts = [amount for amount in (value.now, value.largest, value.grows) if amount is not None]
    return next((found for found in (_of_amount(amount, domain) for amount in amounts) if found), "")


def _of_related(value: Any, domain: str) -> str:
    if value.word not in _SIDES:
        return f"expected one of {' '.join(_SIDES)}, read {value.word!r}"
    return "" if value.amount is None else _of_amount(value.amount, domain)


def _of_error(value: Any, domain: str) -> str:
    if isinstance(value.retry, int) and value.retry < 0:
        return f"expected a pause of at least 0, read {value.retry}"
    effects = (None, "none", "done", "unknown")
    return (
        ""
        if value.effect in effects and (not isinstance(value.retry, str) or value.retry == "never")
        else "expected retry never or a pause, and effect none, done or unknown"
    )


def _of_idempotence(value: Any, domain: str) -> str:
    kinds = ("always", "never", "key")
    if value.kind not in kinds:
        return f"expected {' or '.join(kinds)}, read {value.kind!r}"
    return "" if (value.remembered or 0) >= 0 else "expected a time of at least 0"


def _of_backoff(value: Any, domain: str) -> str:
    return "" if 0 <= value.first <= value.longest else "expected a first pause that is at most the longest"


def _of_hours(value: Any, domain: str) -> str:
    zones = [window.zone for window in value.windows] + [off.zone for off in value.days_off if off.zone]
    clocks = [(window.days, window.opens) for window in value.windows] + [
        ((0,), window.closes - 1) for window in value.windows if window.closes
    ]
    if any(off.starts.tzinfo is None or off.ends.tzinfo is None for off in value.times_off):
        return "expected instants with their offset, such as 2026-07-01T21:00:00Z"
    return _of_clocks(clocks) or _of_zones(zones)


def _of_instant(value: Any, domain: str) -> str:
    return _of_clocks([(value.days, value.minute)]) or _of_zones([value.zone])


def _of_shift(value: Any, domain: str) -> str:
    windows = [(window.days, window.opens) for window in value.windows]
    windows += [((0,), window.closes - 1) for window in value.windows if window.closes]
    ends = [value.since, value.until, value.last, *value.skipped]
    if any(end is not None and end.tzinfo is None for end in ends):
        return "expected instants with their offset, such as 2026-07-01T21:00:00Z"
    if value.unit not in UNITS or value.every < 0 or (value.unit and not value.every):
        return f"expected a turn of at least one unit of {' '.join(filter(None, UNITS))}"
    if (value.lasts or 0) < 0 or (value.count or 0) < 0:
        return "expected turns of at least 0 seconds, and no fewer than none of them"
    zones = [zone for zone in (value.zone, *(window.zone for window in value.windows)) if zone]
    return _of_clocks([(value.weekdays, 0), *windows]) or _of_zones(zones)


def _of_clocks(clocks: list[tuple[tuple[int, ...], int]]) -> str:
    right = all(set(days) <= set(range(7)) and 0 <= minute < DAY_MINUTES for days, minute in clocks)
    return "" if right else "expected days from 0 to 6 and minutes of a day"


def _of_zones(zones: list[str]) -> str:
    for zone in zones:
        try:
            parse_zone(zone)
        except Refused as refusal:
            return str(refusal)
    return ""


def _of_part(part: object) -> str:
    time = part.after if isinstance(part, Rung) else part.takes if isinstance(part, WorkStep) else None
    return "" if time is None or time >= 0 else f"expected a time of at least 0, read {time}"


_LIMITS: dict[type, Callable[[Any, str], str]] = {
    int: _of_int,
    Fraction: _of_share,
    Amount: _of_amount,
    Growth: _of_growth,
    ErrorAnswer: _of_error,
    Idempotence: _of_idempotence,
    Backoff: _of_backoff,
    Hours: _of_hours,
    DailyInstant: _of_instant,
    Shift: _of_shift,
    Related: _of_related,
}
