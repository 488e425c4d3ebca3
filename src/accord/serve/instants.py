"""Instants as others write them: nanoseconds since 1970 (UTC) inside, RFC 3339 outside."""

from datetime import UTC, datetime

from accord.boundaries.people.duty import instant_at, nanoseconds
from accord.model.problem import Refused

LATEST = 9_000_000_000 * 1_000_000_000
"""In the year 2255: the last instant that is told apart, so that all of them fit into 64 bits."""


def clamped(at_ns: int) -> int:
    """The instant, or the nearest one that is told apart."""
    return min(max(at_ns, 1), LATEST)


def of(moment: datetime) -> int:
    """The instant of a moment; one without a zone is in UTC."""
    try:
        return clamped(nanoseconds((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)))
    except OverflowError:
        return 1 if moment.year < 1970 else LATEST


def read(text: str) -> int:
    """The instant that an RFC 3339 text means; raises Refused for anything else, and for one without a zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(f"expected an instant such as 2026-11-27T14:30:00Z, read `{text[:40]}`") from None
    if moment.tzinfo is None:
        raise Refused(f"expected an instant with its zone, such as {text[:40]}Z")
    return of(moment)


def written(at_ns: int) -> str:
    """An instant as RFC 3339 with milliseconds, UTC."""
    return instant_at(at_ns).isoformat(timespec="milliseconds").replace("+00:00", "Z")
