"""Who is on duty, who is next, and when a span of duty time is used up. Instants are nanoseconds since 1970 (UTC)."""

from collections.abc import Iterator

from accord.cases.policy import Duty


def next_on_duty(duty: tuple[Duty, ...], now: int) -> str:
    """Who is on duty now, or else who is next; empty where nobody ever is again."""
    coming = [shift for shift in duty if shift.ends_ns > max(now, shift.begins_ns)]
    return min(coming, key=lambda shift: max(shift.begins_ns, now)).person if coming else ""


def after_duty(duty: tuple[Duty, ...], now: int, span: int) -> int:
    """The instant at which `span` nanoseconds of duty have passed; 0 where the duty that is known ends before."""
    left = span
    for begins, ends in _stretches(duty, now):
        if left <= ends - begins:
            return begins + left
        left -= ends - begins
    return 0


def _stretches(duty: tuple[Duty, ...], now: int) -> Iterator[tuple[int, int]]:
    """What lies ahead, in order and without overlap: two people on duty at once are not twice the time."""
    reached = now
    for shift in sorted(duty, key=lambda shift: shift.begins_ns):
        begins = max(shift.begins_ns, reached)
        if shift.ends_ns > begins:
            yield begins, shift.ends_ns
            reached = shift.ends_ns
