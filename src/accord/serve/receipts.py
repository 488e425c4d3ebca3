"""How far messages got: handed over, opened, answered. What is followed closely, such as a drill, has each step in the ledger."""

import asyncio
import contextlib

from msgspec.structs import replace

from accord.cases.events import Receipt
from accord.model.message import Fate
from accord.serve.carrier import Carrier
from accord.serve.links import Link
from accord.store.errors import StoreError
from accord.store.rows import Outcome, Sending

_EARLIER = {
    Fate.OPENED: (Fate.QUEUED, Fate.HANDED, Fate.DELIVERED),
    Fate.ANSWERED: (Fate.QUEUED, Fate.HANDED, Fate.DELIVERED, Fate.OPENED),
}


class Receipts:
    """Keeps what became of messages. `followed` are the ids of the cases of which the ledger has each step, with its instant."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier, self._ledger = carrier, carrier.ledger
        self.followed: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def became(self, sending: Sending, outcome: Outcome) -> None:
        """The outbox has marked a sending; from the thread of the event loop."""
        if sending.message.deviation in self.followed and outcome.fate is not Fate.QUEUED:
            task = asyncio.create_task(self._note(sending, outcome.fate, outcome.at_ns))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def opened(self, link: Link) -> None:
        """The page behind a link was fetched: by a person, or by a program that looks at links before one does."""
        await self._reached(link, Fate.OPENED)

    async def answered(self, link: Link) -> None:
        """Somebody answered by the link: the channel that brought it reaches whom it is to reach."""
        await self._reached(link, Fate.ANSWERED)
        person = self._ledger.person(link.person)
        if person is None or not link.channel:
            return
        now_ns = self._carrier.clock()
        addresses = tuple(
            replace(each, verified_ns=now_ns) if each.channel == link.channel else each for each in person.addresses
        )
        if addresses != person.addresses:
            with contextlib.suppress(StoreError):
                await asyncio.wrap_future(self._ledger.admit(replace(person, addresses=addresses)))

    async def _reached(self, link: Link, fate: Fate) -> None:
        """What cannot be written now is not: the answer itself does not wait for it."""
        with contextlib.suppress(StoreError):
            sending = self._sending(link)
            if sending is None:
                return
            now_ns = self._carrier.clock()
            if sending.fate in _EARLIER[fate]:
                outcome = Outcome(sending.id, fate, now_ns, reason=sending.reason)
                await asyncio.wrap_future(self._ledger.report([outcome]))
            if link.case in self.followed:
                await self._note(sending, fate, now_ns)

    def _sending(self, link: Link) -> Sending | None:
        """The message that brought the link."""
        asked = (link.turn, link.person, link.channel)
        return next(
            (
                each
                for each in self._ledger.sendings(link.case)
                if (each.message.turn, each.message.person, each.channel) == asked
            ),
            None,
        )

    async def _note(self, sending: Sending, fate: Fate, at_ns: int) -> None:
        message = sending.message
        case = self._ledger.case(message.deviation)
        if case is not None:
            told = Receipt(
                f"receipt/{sending.id}/{fate}", at_ns, message.turn, message.person, sending.channel, Fate(fate)
            )
            with contextlib.suppress(StoreError):
                await self._carrier.tell(case, told)
