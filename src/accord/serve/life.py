"""The loop: deadlines that passed, sources that fell silent, whom nothing reaches; and whether all is well with the ledger itself.

What is looked for again and again is read in a thread: a disk that is slow for a moment then holds up no request.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from accord.cases.events import Timer
from accord.model.message import Fate
from accord.serve.carrier import NEVER, Carrier
from accord.serve.outbox import unreachable
from accord.store.errors import StoreError
from accord.store.rows import Sending

LOOK_S, AUDIT_S, SEAL_S, LAPSE_S = 1.0, 60.0, 3600.0, 15.0
_BREATH_S = 0.1
"""Between two looks at least: however much is written, deadlines and the unreached are looked for so often and no oftener."""
MOST = 500
_SECOND = 1_000_000_000
_log = logging.getLogger("accord.serve")


class Life:
    """Carries what time alone brings. Nothing here is remembered: a process killed at any point goes on where it was."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier, self._ledger = carrier, carrier.ledger
        self._awake = asyncio.Event()
        self._stopping = False
        self._rests_until_ns = NEVER
        carrier.woken.append(self._awake.set)
        carrier.offered.append(self._offered)

    def _offered(self, queued: Sequence[Sending]) -> None:
        """What was written is looked at where it may be due before the rest is over: most deadlines are minutes away."""
        is_sooner = self._carrier.soonest_ns < self._rests_until_ns
        if is_sooner or any(each.parked or each.fate is Fate.FAILED for each in queued):
            self._awake.set()

    def stop(self) -> None:
        """Ends `run` soon."""
        self._stopping = True
        self._awake.set()

    async def run(self) -> None:
        """Steps what is due until it is stopped; what fails is told, and tried again after a while and not at once."""
        while not self._stopping:
            self._awake.clear()
            try:
                if not await self.step():
                    await self._rest()
                    if not self._stopping:
                        await asyncio.sleep(_BREATH_S)
            except StoreError as error:
                _log.error("deadlines wait: %s", error)
                await asyncio.sleep(LOOK_S)
            except Exception:
                _log.exception("deadlines wait")
                await asyncio.sleep(LOOK_S)

    async def step(self) -> bool:
        """Steps the cases that are due, and those whose person nothing reaches; whether there may be more of them."""
        now_ns, self._carrier.soonest_ns = self._carrier.clock(), NEVER
        self._rests_until_ns = NEVER  # it is not yet known until when, and what is written meanwhile is looked at again
        due = await asyncio.to_thread(self._ledger.due, now_ns, MOST)
        events = [
            (case.deviation, Timer(f"timer/{case.id}/{case.turn}", now_ns, case.turn, case.deadline_ns)) for case in due
        ]
        await self._carrier.record(events)
        await self._leave(now_ns)
        return await self._unreached() + len(due) >= MOST

    async def _leave(self, now_ns: int) -> None:
        """Has bundles leave that are due, and breakers close that were quiet."""
        leaving_ns = await asyncio.to_thread(self._ledger.next_leaving_ns)
        if leaving_ns is not None and leaving_ns <= now_ns:
            await asyncio.wrap_future(self._ledger.leave(now_ns))
            self._carrier.wake()

    async def _unreached(self) -> int:
        now_ns = self._carrier.clock()
        found = await asyncio.to_thread(self._ledger.unreached, MOST)
        for each in found:
            case = self._ledger.case(each.case)
            if case is not None:
                await self._carrier.tell(case, unreachable(each, now_ns))
        return len(found)

    async def _rest(self) -> None:
        """Until the next deadline, something is written, or a second is over."""
        soonest = await asyncio.to_thread(self._soonest)
        self._rests_until_ns = min([self._carrier.clock() + int(LOOK_S * _SECOND), *soonest])
        rest_s = min([LOOK_S, *(max((at_ns - self._carrier.clock()) / _SECOND, 0.0) for at_ns in soonest)])
        try:
            await asyncio.wait_for(self._awake.wait(), rest_s)
        except TimeoutError:
            return

    def _soonest(self) -> list[int]:
        found = (self._ledger.next_deadline_ns(), self._ledger.next_leaving_ns())
        return [at_ns for at_ns in found if at_ns]


async def every(seconds: float, what: Callable[[], Awaitable[None]]) -> None:
    """Does it again and again until it is cancelled; what fails is told and tried again."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await what()
        except Exception:
            _log.exception("%s failed", getattr(what, "__qualname__", "a task"))


async def upheld(what: Callable[[], Awaitable[None]]) -> None:
    """Does it until it ends by itself; where it fails, that is told, and it begins again."""
    while True:
        try:
            return await what()
        except Exception:
            _log.exception("%s failed", getattr(what, "__qualname__", "a task"))
            await asyncio.sleep(LOOK_S)
