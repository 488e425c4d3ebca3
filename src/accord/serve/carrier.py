"""Events into the ledger: each is decided by the policy of its instant, is durable when this returns, and wakes who waits for it."""

import asyncio
from collections.abc import Callable, Iterable, Sequence

from accord.cases.carrying import Carrying
from accord.cases.case import Case
from accord.cases.deviation import Deviation
from accord.cases.events import AnyEvent, RotaChanged
from accord.store.interface import Ledger
from accord.store.kept import Kept
from accord.store.rows import Entry, Recorded, Sending

Clock = Callable[[], int]
"""Gives the instant, in nanoseconds since 1970 (UTC)."""

NEVER = 1 << 63
KNOWN_AT_MOST = 8192
"""Cases that are known without asking the ledger, the ones written last."""


class Carrier:
    """The one way by which events of this process reach the ledger.

    `offered` are told after each write what it queued to be sent, `woken` where something else was written (`wake`).
    """

    def __init__(self, ledger: Ledger, carrying: Carrying, clock: Clock) -> None:
        self.ledger, self.carrying, self.clock = ledger, carrying, clock
        self.woken: list[Callable[[], None]] = []
        self.offered: list[Callable[[Sequence[Sending]], None]] = []
        self.soonest_ns = NEVER
        """The earliest deadline that was written since this was last set to NEVER."""
        self._known: dict[str, Case] = {}

    def case_of(self, key: str) -> Case | None:
        """The latest case of this key, open or done; what was written a moment ago costs no search."""
        return self._known.get(key) or self.ledger.case_of(key)

    async def record(
        self, events: Iterable[tuple[Deviation, AnyEvent]], keeping: Sequence[Kept] = (), received: Sequence[int] = ()
    ) -> Sequence[Recorded]:
        """All of these in one transaction, with what is kept beside them; what was `received` and is decided by them waits no longer. Raises Unavailable where they could not be made durable: nothing happened then."""
        entries = [
            Entry(deviation.key, event, self.carrying.policy(deviation, event.at_ns)) for deviation, event in events
        ]
        if not (entries or keeping or received):
            return ()
        told: asyncio.Future[Sequence[Recorded]] = asyncio.get_running_loop().create_future()
        recording = asyncio.wrap_future(self.ledger.record(entries, keeping, received))
        recording.add_done_callback(lambda done: self._recorded(entries, done, told))
        return await told

    def _recorded(
        self,
        entries: Sequence[Entry],
        done: "asyncio.Future[tuple[Recorded, ...]]",
        told: "asyncio.Future[Sequence[Recorded]]",
    ) -> None:
        """In the order of the ledger, also where whoever told it waits no longer."""
        if (failure := done.exception()) is not None:
            if not told.done():
                told.set_exception(failure)
            return
        recorded = done.result()
        if not told.done():
            told.set_result(recorded)
        for entry, each in zip(entries, recorded, strict=True):
            self._learn(entry.key, each)
        queued = [sending for each in recorded for sending in each.queued]
        for offer in self.offered:
            offer(queued)

    def _learn(self, key: str, recorded: Recorded) -> None:
        """What was written last is known; where the page budget wrote beside it of another case, that one is not."""
        self._known.pop(key, None)
        for sending in recorded.queued:
            self._known.pop(sending.key, None)
        if recorded.case is not None and not recorded.repeated:
            if len(self._known) >= KNOWN_AT_MOST:
                self._known.pop(next(iter(self._known)))
            self._known[key] = recorded.case
            if recorded.case.deadline_ns:
                self.soonest_ns = min(self.soonest_ns, recorded.case.deadline_ns)

    async def tell(self, case: Case, event: AnyEvent) -> Recorded:
        """One event of a case that is there."""
        return (await self.record([(case.deviation, event)]))[0]

    async def carry_otherwise(self) -> int:
        """Tells every open case whose policy is another one than it was last decided by; how many there were."""
        now_ns = self.clock()
        changed = await asyncio.to_thread(self._carried_otherwise, now_ns)
        await self.record((each, RotaChanged(f"rota/{each.key}/{now_ns}", now_ns)) for each in changed)
        return len(changed)

    def _carried_otherwise(self, now_ns: int) -> list[Deviation]:
        return [
            case.deviation
            for case in self.ledger.cases(is_open=True, limit=100_000)
            if self.carrying.policy(case.deviation, now_ns) != self.ledger.policy_of(case.key)
        ]

    def wake(self) -> None:
        """Says that something was written, and not by `record`."""
        self._known.clear()
        for wake in self.woken:
            wake()
