"""Somebody stands in: another person is on duty in a rota for a while."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from accord.boundaries.people.duty import nanoseconds
from accord.cases.policy import Duty


class Instead(Struct, frozen=True):
    """A person (by pseudonym) is on duty in a rota from `begins_ns` up to `ends_ns`, whoever else is planned."""

    rota: str
    person: str
    begins_ns: int
    ends_ns: int


def replaced(duty: tuple[Duty, ...], instead: Iterable[Instead], starts: datetime, ends: datetime) -> tuple[Duty, ...]:
    """The duty between two instants with everybody who stands in; where nobody was planned somebody is then. The later one counts."""
    begins_ns, ends_ns = nanoseconds(starts), nanoseconds(ends)
    for each in instead:
        begins, stops = max(each.begins_ns, begins_ns), min(each.ends_ns, ends_ns)
        if begins < stops:
            left = [part for one in duty for part in _outside(one, begins, stops)]
            duty = tuple(sorted((*left, Duty(begins, stops, each.person)), key=lambda one: one.begins_ns))
    return duty


def _outside(one: Duty, begins: int, ends: int) -> list[Duty]:
    """What is left of a duty before and after a stretch."""
    parts = (
        Duty(one.begins_ns, min(one.ends_ns, begins), one.person),
        Duty(max(one.begins_ns, ends), one.ends_ns, one.person),
    )
    return [part for part in parts if part.begins_ns < part.ends_ns]
