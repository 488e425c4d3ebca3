"""Where more comes than can be decided at once: that it is durable comes first, and what is told of one alert keeps its order.

Deciding costs several times as much as keeping. A source that is kept waiting gives up and tells it again later, or never; so in
a storm a 2xx says that it is kept, and whoever is on duty hears of it some seconds later instead of the source being refused.
"""

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from accord.serve.alerts import Instance
from accord.serve.carrier import Carrier
from accord.store.chain import encode
from accord.store.errors import StoreError, Unavailable

AT_ONCE = 12
"""Alerts that are told at the same moment, on the average of the last ones: where there are as many, what comes waits here."""
MOST_AT_ONCE = 64
"""So many at one moment wait here, whatever the average is."""
_LAST = 64
"""Over about as many requests the average goes: a disk that is slow for a moment is no flood."""
TOGETHER, MOST_TOGETHER = 32, 128
"""Alerts that are decided in one go, and at most where many wait: that costs less for each, and holds up what comes meanwhile."""
FULL = 20_000
"""Alerts that wait here at most; what comes then waits outside until there is room."""
_GIVES_WAY = 6.0
"""For how many times as long as deciding took others come first in a flood."""
_TRIED_AGAIN_S = 1.0
_PAGE = 1000

Told = Sequence[Instance]
Decide = Callable[[Sequence[Told], int, Sequence[int]], Awaitable[None]]
"""Decides what requests told, the first at an instant and each next one a nanosecond later, and what they were received as; all of it
is durable afterwards, or nothing."""

_read = msgspec.json.Decoder(tuple[Instance, ...]).decode
_log = logging.getLogger("accord.serve")


class Inbox:
    """Takes requests; those that are not decided at once wait in the ledger too, so that a process that dies decides them later.

    `is_apart` says whether one can be decided beside what is being decided, and before what waits.
    """

    def __init__(self, carrier: Carrier, decide: Decide, is_apart: Callable[[Told], bool]) -> None:
        self._carrier, self._ledger, self._decide, self._is_apart = carrier, carrier.ledger, decide, is_apart
        self._waiting: deque[tuple[int, Told]] = deque()
        self._ids: Counter[str] = Counter()
        self._at_once = self._left = self._came = 0
        self._usual, self._trouble = 0.0, ""
        self._some, self._room = asyncio.Event(), asyncio.Event()
        self.undecided = 0
        """Alerts that could not be decided, and stay for a later start."""

    def __len__(self) -> int:
        """How many alerts are not decided yet."""
        return self._left

    def has_none_of(self, told: Told) -> bool:
        """Whether nothing that waits is about any of these alerts."""
        return not self._left or self._ids.keys().isdisjoint([one.id for one in told])

    def told_up_to(self, now_ns: int) -> int:
        """Up to which instant all that came is decided."""
        return min(now_ns, self._waiting[0][1][0].updated_ns) if self._waiting else now_ns

    async def take(self, told: Told) -> None:
        """Durable when it returns, and decided then or soon after. Raises Unavailable where it could not be made durable."""
        self._came += 1
        self._usual += (self._at_once - self._usual) / _LAST
        is_too_much = self._is_flood() or self._at_once >= MOST_AT_ONCE
        self._at_once += len(told)
        try:
            if is_too_much or not self._is_apart(told):
                await self._enter(told)
            else:
                await self._decide([told], self._carrier.clock(), ())
        finally:
            self._at_once -= len(told)

    def _is_flood(self) -> bool:
        return self._usual >= AT_ONCE

    async def _enter(self, told: Told) -> None:
        while len(self) >= FULL:
            if self._trouble:  # there is no room before the disk takes something again
                raise Unavailable(self._trouble)
            self._room.clear()
            await self._room.wait()
        await self._keep(told)

    async def _keep(self, told: Told) -> None:
        """Kept, also where whoever told it waits no longer."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._add(told)
        keeping = asyncio.wrap_future(self._ledger.receive(encode(told)))
        keeping.add_done_callback(lambda done: self._kept(told, done, kept))
        await kept

    def _kept(self, told: Told, done: "asyncio.Future[int]", kept: "asyncio.Future[None]") -> None:
        failure = done.exception()
        if failure is None:
            self._waiting.append((done.result(), told))
            self._some.set()
        else:
            self._take_out(told)
        if kept.done():
            return
        if failure is None:
            kept.set_result(None)
        else:
            kept.set_exception(failure)

    async def begin(self) -> None:
        """Decides what an earlier process was told and did not come to. Raises Unavailable where the ledger cannot be written."""
        after = 0
        while found := self._ledger.received(after, _PAGE):
            self._waiting += ((each.number, _read(each.body)) for each in found)
            after = found[-1].number
        for _, told in self._waiting:
            self._add(told)
        while self._waiting:
            if (failure := await self._turn()) is not None:
                raise failure

    async def run(self) -> None:
        """Decides what waits, until it is cancelled."""
        while True:
            if not self._waiting:
                self._usual = 0.0  # whatever came is decided, so it was no flood or is over
                self._some.clear()
                await self._some.wait()
            begun, came = time.monotonic(), self._came
            failure = await self._turn()
            self._trouble = str(failure or "")
            if failure is not None:
                self._room.set()
                _log.error("what was accepted waits to be decided: %s", failure)
                await asyncio.sleep(_TRIED_AGAIN_S)
            elif self._waiting and self._is_flood() and self._came > came:
                await self._give_way(time.monotonic() - begun)

    async def _give_way(self, took_s: float) -> None:
        """Lets what comes be kept first, the less so the more waits."""
        await asyncio.sleep(took_s * _GIVES_WAY * max(1 - len(self) / FULL, 0.0))

    async def _turn(self) -> Exception | None:
        """Decides the first that wait; why it has to be tried again, where it has to. What waits stays in its place until it is decided."""
        batch = self._first()
        try:
            await self._decide_all(batch)
        except Unavailable as failure:
            return failure
        except Exception:
            return await self._one_by_one(batch)
        return None

    async def _decide_all(self, batch: Sequence[tuple[int, Told]]) -> None:
        """All of these or none, so that nothing overtakes what the disk refused."""
        numbers, told = [number for number, _ in batch], [each for _, each in batch]
        # events of one alert are told apart by their instant, so each has one of its own that has passed
        await self._decide(told, self._carrier.clock() - len(batch), numbers)
        self._over(batch)

    async def _one_by_one(self, batch: Sequence[tuple[int, Told]]) -> Exception | None:
        """Where one of them cannot be decided the others are, in their order."""
        for each in batch:
            try:
                await self._decide_all([each])
            except Unavailable as failure:
                return failure
            except Exception as why:
                self._over([each])
                self._set_aside(each[0], len(each[1]), why)
        return None

    def _first(self) -> list[tuple[int, Told]]:
        """The first that wait, as many as are decided in one go."""
        left = min(max(TOGETHER, len(self) // TOGETHER), MOST_TOGETHER)
        batch: list[tuple[int, Told]] = []
        for number, told in self._waiting:
            if batch and len(told) > left:
                break
            batch.append((number, told))
            left -= len(told)
        return batch

    def _over(self, batch: Sequence[tuple[int, Told]]) -> None:
        for _, told in batch:
            self._waiting.popleft()
            self._take_out(told)

    def _add(self, told: Told) -> None:
        self._left += len(told)
        for one in told:
            self._ids[one.id] += 1

    def _take_out(self, told: Told) -> None:
        self._left -= len(told)
        for one in told:
            self._ids[one.id] -= 1
            if not self._ids[one.id]:
                del self._ids[one.id]
        if len(self) < FULL:
            self._room.set()

    def _set_aside(self, number: int, many: int, why: Exception) -> None:
        self.undecided += many
        _log.error(
            "accepted as number %d and not decided, it stays in the ledger for the next start: %s",
            number,
            why,
            exc_info=None if isinstance(why, StoreError) else why,
        )
