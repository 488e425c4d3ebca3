"""What the ledger told lately, read once, and from then on only what is new."""

import asyncio
from collections.abc import Iterator

from msgspec import Struct

from accord.cases.heard import Course, Kept, Place, Tally, Told, deviated, tally_of
from accord.cases.signals import DAYS, STALE, Looked
from accord.model.duration import NANOSECONDS
from accord.serve.drills import Drill
from accord.store.interface import Ledger
from accord.store.kept import Heartbeat
from accord.store.rows import Row

_PAGE = 1000
_SPAN = DAYS * NANOSECONDS["d"]
_SWEPT_AFTER = NANOSECONDS["h"]


class Followed(Struct, frozen=True):
    """The courses of the last 90 days and of what is open; `began_ns` is the instant of the first row of all."""

    courses: tuple[Course, ...]
    by_place: dict[Place, dict[str, Course]]
    began_ns: int

    def at(self, provider: str, operation: str) -> tuple[Course, ...]:
        """Those of one operation."""
        return tuple(self.by_place.get((provider, operation), {}).values())


class Following:
    """Follows one ledger; reads in a thread, one at a time. What is over for longer than 90 days is let go."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._courses: dict[str, Course] = {}
        self._row = -1
        self._began_ns = 0
        self._swept_ns = 0
        self._reading = asyncio.Lock()
        self._kept = Kept()
        self._tallies: dict[str, Tally] = {}
        self._told: dict[Place, Told] = {}
        self._looked: Looked | None = None

    async def followed(self, now_ns: int) -> Followed:
        """What is known now. Raises Unavailable where the ledger cannot be read."""
        async with self._reading:
            if self._row < 0 or self._ledger.rows(self._row, 1):
                await asyncio.to_thread(self._read, now_ns)
            return Followed(tuple(self._courses.values()), self._kept.by_place, self._began_ns or now_ns)

    async def looked(self, now_ns: int) -> Looked:
        """What signals are judged by; of what no row came it is the same as before, but for one hour at most."""
        followed = await self.followed(now_ns)
        stamp = now_ns // _SWEPT_AFTER, dict(self._drills()), dict(self._missed())
        async with self._reading:
            before = self._looked
            if before is None or before.stamp != stamp or self._kept.signals or self._kept.places:
                if before is None or before.stamp != stamp:
                    self._kept.signals |= {*self._kept.by_signal, *self._tallies}
                    self._kept.places |= {*self._kept.by_place, *self._told}
                await asyncio.to_thread(self._count, now_ns)
                tallies, told = dict(self._tallies), dict(self._told)
                self._looked = before = Looked(now_ns, followed.began_ns, tallies, told, stamp[1], stamp[2], stamp)
            return before

    def _count(self, now_ns: int) -> None:
        """Counts anew what changed."""
        kept, since_ns = self._kept, now_ns - _SPAN
        for signal in kept.signals:
            tally = tally_of(signal, kept.by_signal.get(signal, {}).values(), since_ns, now_ns - STALE)
            if tally is None:
                self._tallies.pop(signal, None)
            else:
                self._tallies[signal] = tally
        for place in kept.places:
            self._told[place] = deviated(kept.by_place.get(place, {}).values(), since_ns)
        kept.signals, kept.places = set(), set()

    def _drills(self) -> Iterator[tuple[str, int]]:
        """When each party was last tried; a drill of which nobody was told has no key."""
        for each in sorted(self._ledger.kept(Drill), key=lambda each: each.begun_ns):
            if each.key:
                yield each.rota, each.begun_ns

    def _missed(self) -> Iterator[tuple[str, int]]:
        for each in self._ledger.kept(Heartbeat):
            if each.missed:
                yield each.id, each.heard_ns

    def _read(self, now_ns: int) -> None:
        if self._row < 0:
            first = self._ledger.rows(0, 1)
            self._began_ns = first[0].event.at_ns if first else 0
            self._row = self._before(now_ns - _SPAN)
        touched: set[str] = set()
        while rows := self._ledger.rows(self._row, _PAGE):
            touched.update(row.case for row in rows if self._add(row))
            self._began_ns = self._began_ns or rows[0].event.at_ns
            self._row = rows[-1].sequence
        for each in touched:
            case = self._ledger.case(each)
            if case is not None:
                told = {sent.message.turn for sent in self._ledger.sendings(each) if sent.parked or sent.also_in}
                self._courses[each].settle(case, len(told))
                self._kept.add(self._courses[each])
        if now_ns - self._swept_ns >= _SWEPT_AFTER:
            self._swept_ns = now_ns
            kept = {id_: each for id_, each in self._courses.items() if each.is_open or each.last_ns >= now_ns - _SPAN}
            self._courses, self._kept = kept, Kept()
            for course in kept.values():
                self._kept.add(course)

    def _add(self, row: Row) -> bool:
        """Counts a row; False where it is of no case."""
        course = self._courses.get(row.case)
        if course is None:
            case = self._ledger.case(row.case) if row.case else None
            if case is None:
                return False
            course = self._courses[row.case] = Course(row.case, case.deviation, opened_ns=case.opened_ns)
        course.add(row.event, row.changed)
        return True

    def _before(self, since_ns: int) -> int:
        """The last row before an instant, found by halves: rows are in the order of time. 0 where there is none."""
        low, high = 0, _PAGE
        while (found := self._ledger.rows(high, 1)) and found[0].event.at_ns < since_ns:
            low, high = high, high * 2
        while low < high:
            middle = (low + high) // 2
            found = self._ledger.rows(middle, 1)
            if found and found[0].event.at_ns < since_ns:
                low = middle + 1
            else:
                high = middle
        return low
