"""What schedules of people on call state: who takes turns with whom, and when their turns are."""

from datetime import datetime

from msgspec import Struct

from accord.model.hours import Window
from accord.model.place import Place

UNITS = ("", "seconds", "hours", "days", "weeks")
NOT_KNOWN = ""
"""Stands among people for somebody who cannot be read."""


class Shift(Struct, frozen=True):
    """One layer, rotation or recurring event of a schedule; the schedule is staffed wherever one of its shifts is.

    `people` are the groups that take turns, in order; all of one group are on duty together, and an empty group is
    nobody. Turns begin at `begins` and then every `every` times `unit` (never again where the unit is empty), on each
    of `weekdays` (0 is Monday) of a week where these are given. A turn lasts `lasts` seconds, or until the next one
    begins where that is None. Only what lies from `since` up to `until` counts, inside one of `windows` where there are
    any; turns that would begin at one of `skipped`, after `last`, or after the first `count`, are left out.

    Turns and their ends follow the clock of `zone` (the schedule's own where it is empty), except those of seconds and
    hours. `begins` is an instant, or a clock time of the zone where it has no offset; None where it is not known.
    `followed` is False where something decides that cannot be worked out: such a shift may be anywhere.
    """

    people: tuple[tuple[str, ...], ...] = ()
    begins: datetime | None = None
    zone: str = ""
    every: int = 0
    unit: str = ""
    weekdays: tuple[int, ...] = ()
    lasts: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    last: datetime | None = None
    count: int | None = None
    windows: tuple[Window, ...] = ()
    skipped: tuple[datetime, ...] = ()
    followed: bool = True

    @property
    def goes_on(self) -> bool:
        """Whether one turn follows the other without a pause and without an end, as far as the turns themselves decide."""
        ends = (self.until, self.last, self.count)
        return self.lasts is None and ends == (None, None, None) and not self.skipped

    @property
    def persons(self) -> frozenset[str]:
        """Everybody who takes a turn."""
        return frozenset(person for group in self.people for person in group)


class ChainStep(Struct, frozen=True):
    """One step of a ladder whose steps are stated apart: it waits so many nanoseconds, or pages `to`, in order of position."""

    position: int
    wait: int = 0
    to: tuple[str, ...] = ()
    place: Place = Place("", "", 1, 1)
