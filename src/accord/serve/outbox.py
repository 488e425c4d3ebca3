"""The only sender. What the ledger has queued is told channel by channel; a provider that hangs holds up its own messages alone.

At least once: a sending is marked only after it was handed over. It is told more than once only where this process died between
the two, or where the provider did not say whether it took it; never more often than `sending/retrying.py` allows.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from msgspec.structs import replace

from accord.cases.events import Unreachable
from accord.model.delivery import Answering, Outcome, Verdict
from accord.model.duration import SECOND
from accord.model.message import Fate, Message
from accord.serve.sending import retrying
from accord.serve.sending.attempt import made, tried
from accord.serve.sending.breaker import Breaker
from accord.serve.sending.lane import Lane, Said, lane_of, next_said
from accord.serve.sending.marking import Marking
from accord.serve.sending.wiring import CONNECTIONS, CONNECTIONS_AT_FIRST, Wired, provider_of
from accord.store import interface, rows
from accord.store.errors import Unavailable
from accord.store.person import Person
from accord.store.rows import Sending, Unreached

READ_AHEAD, RUNS_LOW = 200, 50
"""Sendings that are read at a time, and how many of a channel wait at most before no more of it are read."""

MOST_OFFERED = 2_000
"""Sendings of one channel that wait without being read from the ledger; what is offered beyond is read later."""

MOST_UNMARKED = 100
"""Sendings of one channel that were told and are not yet marked: a crash tells each of these once more."""

MOST_NAMED = 50
"""Deviations of a bundle that are told by what they are; the rest by their ids."""

_IDLE_S, _KNOWN_S, _MARKED_WITHIN_S = 1.0, 1.0, 1.0
_READING_SHARE, _LONG_READING_S = 5, 0.02
"""Reading what is due, where it takes long, takes at most one part in so many of the time."""

_log = logging.getLogger("accord.outbox")


class Store(interface.Outbox, interface.Reading, interface.People, Protocol):
    """What the outbox needs of a ledger."""


def unreachable(one: Unreached, at_ns: int) -> Unreachable:
    """The event that somebody was reached on no channel; the same however often it is found."""
    return Unreachable(f"unreachable/{one.case}/{one.turn}/{one.person}", at_ns, one.turn, one.person)


class Outbox:
    """Sends until it is stopped. `answer` gives the link or the words by which a sending is answered, where its message has none.

    `failed` is called after a sending failed for good: the loop then asks the ledger whom nothing reached. `became` is told of
    each try that was marked. `chance` gives numbers from 0 up to 1.
    """

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Wired],
        chance: Callable[[], float],
        clock: Callable[[], int] = time.time_ns,
        answer: Callable[[Sending], str] = lambda _: "",
        failed: Callable[[], None] = lambda: None,
        became: Callable[[Sending, rows.Outcome], None] = lambda _sending, _outcome: None,
    ) -> None:
        self.tries: Counter[tuple[str, str]] = Counter()
        self._store, self._channels, self._chance, self._clock = store, channels, chance, clock
        self._answer, self._failed, self._became = answer, failed, became
        self._waiting: dict[str, dict[str, Sending]] = {}
        self._running: Counter[str] = Counter()
        self._unmarked: Counter[str] = Counter()
        self._widths: dict[str, int] = {}
        self._breakers: dict[str, Breaker] = {}
        self._providers: dict[str, str] = {}
        self._busy: dict[Lane, frozenset[str]] = {}
        self._first: dict[Lane, Sending] = {}
        self._again: set[Lane] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing: set[asyncio.Task[None]] = set()
        self._unmarkable: set[str] = set()
        self._woken = asyncio.Event()
        self._is_sending = False
        self._is_stopping, self._has_more, self._reads_again_s, self._looked_s = False, True, 0.0, 0.0
        self._marking = Marking(store)
        self._people: dict[str, tuple[float, Person | None]] = {}

    def offer(self, sendings: Sequence[Sending]) -> None:
        """Sendings that were queued just now: what is due of them need not be looked for. From the thread of the loop only."""
        now_ns = self._clock()
        for sending in sendings:
            lane = lane_of(sending)
            is_first = self._first.pop(lane, None) is None and sending.message.turn == 1
            if sending.fate is not Fate.QUEUED or sending.parked or sending.due_ns > now_ns:
                continue
            if len(self._waiting.get(sending.channel, ())) < MOST_OFFERED:
                self._add(sending, is_first)
            else:
                self._has_more = True
        for name in {sending.channel for sending in sendings}:
            self._go(name)

    def wake(self) -> None:
        """Says that something may have been queued. From the thread of the event loop only."""
        self._has_more = True
        self._woken.set()

    def use(self, channels: Mapping[str, Wired]) -> None:
        """Sends by these channels from now on; what is on its way stays on it. From the thread of the event loop only."""
        before, self._channels = self._channels, channels
        self._providers.clear()
        closing = asyncio.create_task(_closed(before, tuple(self._tasks)))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)
        self.wake()

    @property
    def open_breakers(self) -> tuple[str, ...]:
        """The providers that fail at present."""
        return tuple(sorted(name for name, breaker in self._breakers.items() if not breaker.is_closed))

    @property
    def on_their_way(self) -> int:
        """How many sendings are being tried."""
        return len(self._tasks)

    async def run(self) -> None:
        """Sends what is due, until `stop`."""
        self._is_sending = not self._is_stopping
        while not self._is_stopping:
            self._woken.clear()
            await self._read()
            if self._is_stopping:
                return
            pause_s = min([self._pump(name) for name in list(self._waiting)], default=_IDLE_S)
            if self._wants_more() and not self._woken.is_set():
                pause_s = min(pause_s, max(self._reads_again_s - time.monotonic(), 0.0))
            try:
                async with asyncio.timeout(max(min(pause_s, _IDLE_S), 0.001)):
                    await self._woken.wait()
            except TimeoutError:
                self._has_more = True

    async def stop(self, grace_s: float = 30.0) -> None:
        """Begins nothing more, and waits for what is on its way; what is not done by then will be told again.

        `run` returns, and the connections of all channels are closed.
        """
        self._is_stopping, self._is_sending = True, False
        self._woken.set()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=grace_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._marking.rest(_MARKED_WITHIN_S)
        await asyncio.gather(*self._closing, *(one.transport.close() for one in self._channels.values()))

    async def _read(self) -> None:
        """Reads what is due and not yet known, of the channels that have little to do."""
        begun = time.monotonic()
        self._has_more |= begun - self._looked_s >= _IDLE_S
        if not self._wants_more() or begun < self._reads_again_s:
            return
        full = [name for name, waiting in self._waiting.items() if len(waiting) >= RUNS_LOW]
        known = sum(map(len, self._waiting.values())) + len(self._tasks)
        try:
            found = await asyncio.to_thread(self._store.sendings_due, self._clock(), known + READ_AHEAD, full)
        except Unavailable as error:
            _log.warning("the outbox cannot be read: %s", error)
            self._reads_again_s = time.monotonic() + _IDLE_S
            return
        for sending in found:
            self._add(sending)
        self._has_more, self._looked_s = len(found) == known + READ_AHEAD, time.monotonic()
        took_s = self._looked_s - begun
        self._reads_again_s = self._looked_s + (took_s * _READING_SHARE if took_s > _LONG_READING_S else 0.0)

    def _add(self, sending: Sending, is_first: bool = False) -> None:
        """A sending waits, unless its lane is being told: then the lane is looked at again afterwards.

        Of the first that is queued on a lane it is known that there are no others.
        """
        lane = lane_of(sending)
        if sending.id in self._unmarkable:
            return
        if lane not in self._busy:
            self._waiting.setdefault(sending.channel, {}).setdefault(sending.id, sending)
            if is_first:
                self._first[lane] = sending
        elif sending.id not in self._busy[lane]:
            self._again.add(lane)

    def _wants_more(self) -> bool:
        """Whether there may be more, and a channel that would have nothing to do without it."""
        return self._has_more and (
            not self._channels or any(len(self._waiting.get(name, ())) < RUNS_LOW for name in self._channels)
        )

    def _go(self, name: str) -> None:
        """Begins what may begin on this channel without waiting for `run`; that is woken where it has to look again."""
        if not self._is_sending:
            return
        pause_s = self._pump(name) if name in self._waiting else _IDLE_S
        if pause_s < _IDLE_S or self._wants_more():
            self._woken.set()

    def _is_full(self, name: str) -> bool:
        width = self._widths.get(name, CONNECTIONS_AT_FIRST)
        return self._running[name] >= width or self._unmarked[name] >= MOST_UNMARKED

    def _widen(self, name: str, verdict: Verdict) -> None:
        """How many may be on their way at the same moment, after what became of one."""
        wider = min(self._widths.get(name, CONNECTIONS_AT_FIRST) + 1, CONNECTIONS)
        self._widths[name] = CONNECTIONS_AT_FIRST if verdict.provider_failed else wider

    def _pump(self, name: str) -> float:
        """Begins what may begin on this channel; after how many seconds to look again."""
        waiting = self._waiting[name]
        for sending in () if self._is_full(name) else list(waiting.values()):
            if self._is_full(name):
                return _IDLE_S
            now, breaker = self._clock(), self._breaker(self._providers.get(name, ""))
            if (admitted_ns := breaker.admits_at_ns(now)) > now:
                return (admitted_ns - now) / SECOND
            if (lane := lane_of(sending)) in self._busy:
                continue
            del waiting[sending.id]
            self._begin(name, lane, sending)
            if not breaker.is_closed:
                return _IDLE_S  # the probe decides
        if not waiting:
            del self._waiting[name]
        return _IDLE_S

    def _breaker(self, provider: str) -> Breaker:
        return self._breakers.get(provider, Breaker())

    def _begin(self, name: str, lane: Lane, sending: Sending) -> None:
        self._busy[lane] = frozenset({sending.id})
        self._running[name] += 1
        task = asyncio.create_task(self._tell(lane))
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._ended(done, lane))

    def _ended(self, task: "asyncio.Task[None]", lane: Lane) -> None:
        self._tasks.discard(task)
        self._busy.pop(lane)
        if lane in self._again:
            self._again.discard(lane)
            self._has_more = True
            self._woken.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("a try ended unexpectedly: %s", type(error).__name__)
        self._go(lane.channel)

    async def _tell(self, lane: Lane) -> None:
        """Tries what goes next on the lane, and marks what it came to; the next lane need not wait for the mark."""
        try:
            tried = await self._tried(lane)
        finally:
            self._running[lane.channel] -= 1
            self._go(lane.channel)
        if tried is None:
            return
        said, verdict = tried
        outcome = self._outcome(said, verdict)
        self.tries[lane.channel, verdict.outcome] += 1
        _log.log(
            logging.DEBUG if outcome.fate is Fate.HANDED else logging.INFO,
            "told %s turn %d by %s: %s (%s)",
            said.sending.id[:8],
            said.message.turn,
            lane.channel,
            *_words(outcome),
        )
        self._unmarked[lane.channel] += 1
        try:
            await self._marking.mark([*_replaced(said, outcome), outcome])
        except Exception:
            self._unmarkable.add(said.sending.id)  # it is queued still, and would be told again at once, for ever
            raise
        finally:
            self._unmarked[lane.channel] -= 1
        self._became(said.sending, outcome)
        if outcome.fate is Fate.FAILED:
            self._failed()

    async def _tried(self, lane: Lane) -> tuple[Said, Verdict] | None:
        """What was tried and what it came to; None where nothing is to be tried now."""
        try:
            first = self._first.pop(lane, None)
            said = next_said(lane, (first,) if first else self._store.sendings(lane.case), self._bundle_arrived)
            if said is None or said.ready_ns > self._clock() or said.sending.id in self._unmarkable:
                return None
            self._busy[lane] = frozenset({said.sending.id, *(one.id for one in said.replaced)})
            verdict = await self._verdict(said)
        except Unavailable as error:
            _log.warning("the outbox cannot be read: %s", error)
            return None
        return None if verdict is None else (said, verdict)

    async def _verdict(self, said: Said) -> Verdict | None:
        """What the try came to; None where the provider is left alone for now."""
        sending = said.sending
        wired = self._channels.get(sending.channel)
        if wired is None:
            return Verdict(Outcome.FAILED, f"there is no channel {sending.channel!r}")
        address = self._address(sending)
        if address is None:
            return Verdict(Outcome.FAILED, "no address of this person is known on this channel")
        copy = retrying.copies_of(sending.reason) + 1
        answering = Answering(sending.id, copy, self._clock(), address, said.ended_ns)
        request = made(wired, self._worded(said), answering)
        if isinstance(request, Verdict):
            return request
        provider = self._providers[sending.channel] = provider_of(request, sending.channel)
        now, breaker = self._clock(), self._breaker(provider)
        if breaker.admits_at_ns(now) > now:
            return None
        self._breakers[provider] = breaker.trying(now + wired.channel.deadline)
        verdict = await tried(wired, request, answering)
        self._breakers[provider] = self._breaker(provider).after(verdict, self._clock(), self._chance())
        self._widen(sending.channel, verdict)
        return verdict

    def _worded(self, said: Said) -> Message:
        """The message as the person reads it: with names for pseudonyms, and how to answer."""
        message, facts = said.message, said.message.facts
        who = self._person(facts.recovers) if facts.recovers else None
        recovers = (who.name if who else "") or facts.recovers
        return replace(
            message, facts=replace(facts, recovers=recovers, answer=facts.answer or self._answer(said.sending))
        )

    def _address(self, sending: Sending) -> str | None:
        person = self._person(sending.message.person)
        found = (address.to for address in (person.addresses if person else ()) if address.channel == sending.channel)
        return next(found, None)

    def _person(self, pseudonym: str) -> Person | None:
        """Who this is; what was read is held for a second at most, for many messages in a row go to few people."""
        now_s = time.monotonic()
        read_s, found = self._people.get(pseudonym, (0.0, None))
        if found is None or now_s - read_s > _KNOWN_S:
            if len(self._people) >= READ_AHEAD:
                self._people.clear()
            found = self._store.person(pseudonym)
            self._people[pseudonym] = now_s, found
        return found

    def _bundle_arrived(self, bundle: str) -> bool:
        found = self._store.sending(bundle)
        return found is not None and found.fate not in (Fate.QUEUED, Fate.FAILED)

    def _outcome(self, said: Said, verdict: Verdict) -> rows.Outcome:
        now, sending = self._clock(), said.sending
        if verdict.outcome in (Outcome.HANDED, Outcome.DELIVERED):
            return rows.Outcome(sending.id, Fate(verdict.outcome), now, 0, verdict.provider_ref, verdict.reason)
        copies = retrying.copies_of(sending.reason) + (verdict.outcome is Outcome.AMBIGUOUS)
        reason = retrying.with_copies(verdict.reason, copies)
        final = verdict.reason if verdict.outcome is Outcome.FAILED else ""
        final = final or retrying.given_up(now - sending.queued_ns, verdict.reason)
        if final:
            return rows.Outcome(sending.id, Fate.FAILED, now, reason=retrying.with_copies(final, copies))
        wait = retrying.wait(verdict, sending.attempts, copies, self._chance())
        return rows.Outcome(sending.id, Fate.QUEUED, now, now + wait, reason=reason)


async def _closed(channels: Mapping[str, Wired], on_their_way: Sequence["asyncio.Task[None]"]) -> None:
    """Closes what is sent by no longer, once nothing is on its way by it."""
    if on_their_way:
        await asyncio.wait(on_their_way)
    for one in channels.values():
        await one.transport.close()


def _replaced(said: Said, outcome: rows.Outcome) -> list[rows.Outcome]:
    """The older ones on the lane are not told alone: the newest says all of it."""
    if not said.replaced:
        return []
    reason = f"not told alone: turn {said.message.turn} says all of it (ref {said.sending.id[:4].upper()})"
    return [rows.Outcome(one.id, Fate.FAILED, outcome.at_ns, reason=reason) for one in said.replaced]


def _words(outcome: rows.Outcome) -> tuple[str, str]:
    return str(outcome.fate), outcome.reason
