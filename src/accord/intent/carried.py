"""How an intent is written on the wire: plain headers for the next hop, W3C baggage for the whole way.

Headers speak of one call, and whoever does not know them passes them to nobody. Baggage is handed on by every tracing
library, so it carries only what stays true however often it is handed on: an instant rather than a time left.
https://www.w3.org/TR/baggage/ gives the form and its limits; the key is that of the IETF draft Idempotency-Key header.
"""

import re
import time
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from accord.intent.context import CRITICALITIES, Intent, Trying

REMAINING = "Accord-Remaining-Ms"
ATTEMPT = "Accord-Attempt"
CRITICALITY = "Accord-Criticality"
KEY = "Idempotency-Key"
BAGGAGE = "baggage"
REFUSED = "Accord-Refused"
"""On an answer: the work was not begun, and why."""

_DEADLINE_MEMBER, _CRITICALITY_MEMBER = "accord.deadline", "accord.criticality"
_LONGEST_BAGGAGE, _MOST_MEMBERS, _LONGEST_KEY = 8192, 180, 255
_LONGEST_MS, _MOST_ATTEMPTS = 7 * 24 * 3600 * 1000, 10_000
_DIGITS = re.compile(r"[0-9]{1,15}")
_KEY = re.compile(r"[\x21-\x7e]+")


def written(intent: Intent, trying: Trying, baggage: str = "") -> dict[str, str]:
    """The headers that tell the next hop what a call is for; `baggage` is what goes along already, and is kept."""
    found: dict[str, str] = {}
    members = {}
    left = intent.remaining()
    if left is not None:
        found[REMAINING] = str(int(left * 1000))
        members[_DEADLINE_MEMBER] = str(int((time.time() + left) * 1000))
    if trying.number is not None:
        found[ATTEMPT] = str(trying.number)
    if trying.key is not None:
        found[KEY] = trying.key
    if intent.criticality is not None:
        found[CRITICALITY] = members[_CRITICALITY_MEMBER] = intent.criticality
    if members:
        found[BAGGAGE] = _joined(baggage, members)
    return found


def read(headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> Intent:
    """The intent that headers tell, by names in any case; what is not of the expected form is as if it were not there.

    The time left counts from now. Where only baggage tells the deadline, the clocks of the two hosts are compared: it is
    off by their skew.
    """
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    said: dict[str, str] = {}
    for name, value in pairs:
        name = name.lower()
        said[name] = f"{said[name]},{value}" if name == BAGGAGE and name in said else value
    carried = members(said.get(BAGGAGE, ""))
    criticality = said.get(CRITICALITY.lower(), carried.get(_CRITICALITY_MEMBER, ""))
    return Intent(
        deadline=_deadline(said.get(REMAINING.lower(), ""), carried.get(_DEADLINE_MEMBER, "")),
        attempt=_number(said.get(ATTEMPT.lower(), ""), _MOST_ATTEMPTS) or None,
        key=_key(said.get(KEY.lower(), "")),
        criticality=criticality if criticality in CRITICALITIES else None,
    )


def members(baggage: str) -> dict[str, str]:
    """The members of a baggage header by name, their properties left out; nothing of one that is longer than the form allows."""
    if len(baggage) > _LONGEST_BAGGAGE:
        return {}
    found = {}
    for member in baggage.split(",")[:_MOST_MEMBERS]:
        name, equals, value = member.partition(";")[0].partition("=")
        if equals:
            found[name.strip()] = unquote(value.strip())
    return found


def _joined(baggage: str, ours: dict[str, str]) -> str:
    """The members that go along already, and ours instead of any of the same name; the others go first to be dropped."""
    others = [member.strip() for member in baggage.split(",") if member.strip()]
    kept = [member for member in others if member.partition("=")[0].strip() not in ours]
    own = [f"{name}={value}" for name, value in ours.items()]
    while kept and (len(kept) + len(own) > _MOST_MEMBERS or len(",".join((*kept, *own))) > _LONGEST_BAGGAGE):
        kept.pop()
    return ",".join((*kept, *own))


def _deadline(remaining_ms: str, instant_ms: str) -> float | None:
    left = _number(remaining_ms, _LONGEST_MS)
    if left is None:
        instant = _number(instant_ms, 10**15)
        if instant is None:
            return None
        left = min(_LONGEST_MS, int(instant - time.time() * 1000))
    return time.monotonic() + left / 1000


def _number(text: str, most: int) -> int | None:
    text = text.strip()
    return int(text) if _DIGITS.fullmatch(text) and int(text) <= most else None


def _key(text: str) -> str | None:
    text = text.strip()
    return text if text and len(text) <= _LONGEST_KEY and _KEY.fullmatch(text) else None
