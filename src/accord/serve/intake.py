"""What signals say becomes events: a first word opens or reopens, a repeat only counts, an end clears, silence lapses."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import suppress

from msgspec.structs import replace

from accord.cases.case import Phase
from accord.cases.deviation import Deviation
from accord.cases.events import AnyEvent, Clear, Fire, Hold, Lapse, Merge, Release
from accord.model.duration import NANOSECONDS
from accord.serve.alerts import Instance
from accord.serve.carrier import Carrier
from accord.serve.inbox import Inbox
from accord.serve.silencing import hold, hold_at_beginning, holding, is_active, is_later
from accord.store.errors import StoreError
from accord.store.kept import Silence

REMEMBERED = 2 * NANOSECONDS["h"]
"""How long an instance is remembered after it ended; Prometheus repeats an end for 15 minutes."""
MOST_FORGOTTEN = 500
Pair = tuple[Deviation, AnyEvent]


class Intake:
    """Takes instances of signals. What it remembers of them is a copy of what is kept, so that a repeat costs no search.

    `hear` is told the name of each heartbeat among them.
    """

    def __init__(self, carrier: Carrier) -> None:
        self._carrier, self._ledger = carrier, carrier.ledger
        self.instances = {each.id: each for each in self._ledger.kept(Instance)}
        self._coming: dict[str, Instance] = {}
        self.inbox = Inbox(carrier, self._decide, self._is_apart)
        self.hear: Callable[[str], Awaitable[None]] = _heard_nowhere
        self.silences = {each.id: each for each in self._ledger.kept(Silence, carrier.clock())}
        self._begun: set[str] = set()

    async def take(self, told: Sequence[Instance]) -> None:
        """Durable when it returns. Raises Unavailable where it could not be made so: whoever told it must tell it again."""
        if told:
            await self.inbox.take(told)
        for name in {one.labels["alertname"] for one in told if not one.resolved and self._is_heartbeat(one)}:
            await self.hear(name)

    async def _decide(self, several: Sequence[Sequence[Instance]], now_ns: int, received: Sequence[int]) -> None:
        kept: dict[str, Instance] = {}
        events: list[Pair] = []
        for place, told in enumerate(several):
            events += self._said(told, kept, now_ns + place)
        fired = [(about, kept[event.source]) for about, event in events if isinstance(event, Fire)]
        events += self._holds(fired, now_ns + len(several) - 1)
        await self._record(events, kept, received)

    def _is_apart(self, told: Sequence[Instance]) -> bool:
        """Whether it can be decided now: no earlier word of it waits, and whether a silence holds depends on all that fires, also on
        what waits or is being written.
        """
        if not (self.silences and (self._coming or len(self.inbox))):
            return self.inbox.has_none_of(told)
        if len(self.inbox):
            return False
        coming = {key for each in self._coming.values() for key in each.keys}
        return coming.isdisjoint(about.key for one in told for about in self._deviations(one))

    def _said(self, told: Sequence[Instance], kept: dict[str, Instance], now_ns: int) -> list[Pair]:
        """What one request comes to after what is `kept` already, to which it adds."""
        events: list[Pair] = []
        for one in told:
            known = kept.get(one.id)
            before = known or self._coming.get(one.id) or self.instances.get(one.id)
            deviations = self._deviations(one)
            came = list(self._moves(before, deviations, now_ns))
            begun = {about.key for about, event in came if isinstance(event, Fire)}
            others = [each for each in deviations if one.resolved or each.key not in begun]
            came += [pair for each in others for pair in self._events(one, before, each, now_ns, known is not None)]
            events += came
            if before is not None or not one.resolved:
                kept[one.id] = _after(one, before, deviations)
        return [*_apart(events)]

    async def _record(self, events: Iterable[Pair], kept: dict[str, Instance], received: Sequence[int] = ()) -> None:
        """What is told meanwhile follows this, which the ledger writes first; where contracts are read meanwhile, it moves afterwards."""
        told, by = list(events), self._carrier.carrying
        self._coming.update(kept)
        try:
            await self._carrier.record(told, tuple(kept.values()), received)
            self.instances.update(kept)
        finally:
            for each in kept.values():
                if self._coming.get(each.id) is each:
                    del self._coming[each.id]
        if self._carrier.carrying is not by:
            with suppress(StoreError):  # this is durable all the same, and moves with the next word
                await self._rejoin([each for each in kept.values() if self.instances.get(each.id) is each])

    def _deviations(self, one: Instance) -> tuple[Deviation, ...]:
        return self._carrier.carrying.deviations(one.labels, one.annotations)

    def _is_heartbeat(self, one: Instance) -> bool:
        return self._carrier.carrying.is_heartbeat(one.labels)

    async def _keep(self, instances: Iterable[Instance]) -> None:
        told = tuple(instances)
        if told:
            await asyncio.wrap_future(self._ledger.keep(*told))
            self.instances.update((each.id, each) for each in told)

    def _events(
        self, one: Instance, before: Instance | None, deviation: Deviation, now_ns: int, is_together: bool
    ) -> Iterator[Pair]:
        """What it comes to; where the word before is recorded together with it, no case has heard of that yet."""
        if self._is_heartbeat(one):
            yield from _heartbeat(one, before, deviation, now_ns)
        elif one.resolved:
            is_on = before is not None and not before.resolved
            if is_on or (before is not None and not is_together and self._is_carried(one.id, deviation)):
                yield deviation, Clear(f"clear/{one.id}/{one.begins_ns}/{now_ns}", now_ns, one.id)
        elif (
            before is None
            or before.resolved
            or before.lapsed
            or not (is_together or self._is_carried(one.id, deviation))
        ):
            yield deviation, Fire(f"fire/{now_ns}/{one.id}", now_ns, deviation, one.id, one.begins_ns)

    def _is_carried(self, source: str, deviation: Deviation) -> bool:
        case = self._carrier.case_of(deviation.key)
        return case is not None and case.is_open and case.phase is not Phase.CLAIMED and source in case.sources

    def _holds(self, fired: Iterable[tuple[Deviation, Instance]], now_ns: int) -> Iterator[Pair]:
        """A silence holds a deviation only where it holds all that fires of it: one that it does not hold is heard."""
        if not self.silences:
            return
        by_key: dict[str, list[tuple[Deviation, Silence | None, str]]] = {}
        for deviation, one in fired:
            found = holding(self.silences.values(), one.labels, now_ns)
            by_key.setdefault(deviation.key, []).append((deviation, found, one.id))
        for key, several in by_key.items():
            deviation, silence, source = several[-1]
            case = self._carrier.case_of(key)
            is_held = case is not None and case.phase is Phase.HELD
            if any(found is None for _, found, _ in several):
                if case is not None and is_held and case.reason.startswith("silence "):
                    yield deviation, Release(f"release/{case.id}/{source}/{now_ns}", now_ns)
            elif silence is not None and (case is None or is_held or not case.is_open):
                about = f"{key}/{source}" if len(by_key) > 1 else source
                yield deviation, hold(silence, about, now_ns)

    async def rejoin(self) -> None:
        """Carries what fires on under the deviation that the contracts say now, where that is another than before."""
        await self._rejoin([each for each in self.instances.values() if each.id not in self._coming])

    async def _rejoin(self, known: Sequence[Instance]) -> None:
        now_ns = self._carrier.clock()
        firing = [(each, self._deviations(each)) for each in known if not each.resolved]
        moved = [(each, several) for each, several in firing if _is_elsewhere(each, several)]
        events = [pair for each, several in moved for pair in self._moved(each, several, now_ns)]
        await self._record(events, {each.id: _keyed(each, several) for each, several in moved})

    def _moves(self, before: Instance | None, deviations: Sequence[Deviation], now_ns: int) -> Iterator[Pair]:
        """The same for one that is told before that was done."""
        if before is not None and not before.resolved and _is_elsewhere(before, deviations):
            yield from self._moved(before, deviations, now_ns)

    def _moved(self, one: Instance, deviations: Sequence[Deviation], now_ns: int) -> Iterator[Pair]:
        """What it was carried under and is no longer goes on in what is new, and that has begun as long ago."""
        found = [case for case in map(self._ledger.case_of, one.keys) if case is not None and case.is_open]
        carried = [case for case in found if one.id in (*case.sources, *case.lapsed)]
        if not carried:
            return
        new = [each for each in deviations if each.key not in one.keys]
        into = (*new, *deviations)[0].key
        for case in carried:
            if case.key not in {each.key for each in deviations}:
                merge = Merge(f"merge/{case.id}/{one.id}/{now_ns}", now_ns, "the contracts", into)
                yield case.deviation, merge
        for each in new:
            yield each, Fire(f"moved/{each.key}/{one.id}/{now_ns}", now_ns, each, one.id, one.begins_ns)
            if one.lapsed:
                yield each, Lapse(f"lapse/{each.key}/{one.id}/{now_ns}", now_ns, one.id)

    async def lapse(self) -> None:
        """Says of each source that fell silent that it did."""
        now_ns = self._carrier.clock()
        up_to_ns = self.inbox.told_up_to(now_ns)
        silent = [
            each
            for each in self.instances.values()
            if not (each.resolved or each.lapsed or each.id in self._coming) and each.ends_ns <= up_to_ns
        ]
        events = [
            pair
            for each in silent
            for pair in _apart([(about, self._lapsed(each, about, now_ns)) for about in self._deviations(each)])
        ]
        await self._record(events, {each.id: replace(each, lapsed=True) for each in silent})

    def _lapsed(self, one: Instance, deviation: Deviation, now_ns: int) -> AnyEvent:
        """A source that fell silent is neither good nor bad, but for one that always is to be heard."""
        if self._is_heartbeat(one):
            return Fire(f"missed/{one.id}/{one.ends_ns}", now_ns, deviation, one.id, one.updated_ns)
        return Lapse(f"lapse/{one.id}/{one.ends_ns}", now_ns, one.id)

    async def forget(self) -> None:
        """Forgets what ended long ago: names of pods and jobs are used once, and nothing asks after them any more."""
        ended_ns = self._carrier.clock() - REMEMBERED
        over = [each for each in self.instances.values() if each.resolved and each.updated_ns < ended_ns]
        await asyncio.gather(*(self._forget(each) for each in over[:MOST_FORGOTTEN]))
        for each in [one for one in self.silences.values() if one.ends_ns < ended_ns]:
            self.silences.pop(each.id, None)

    async def _forget(self, one: Instance) -> None:
        if one.id in self._coming:
            return  # it is being told again
        await asyncio.wrap_future(self._ledger.forget(Instance, one.id))
        if self.instances.get(one.id) is one:
            self.instances.pop(one.id)
        elif one.id in self.instances:
            await self._keep([self.instances[one.id]])  # it was told again meanwhile

    async def silence(self, silence: Silence) -> None:
        """Keeps a silence, and holds each open deviation all of whose firing instances it holds."""
        await asyncio.wrap_future(self._ledger.keep(silence))
        self.silences[silence.id] = silence
        now_ns = self._carrier.clock()
        await self._carrier.record(self._held_by(silence, now_ns, hold))

    async def begin(self) -> None:
        """Holds what is open already when a silence begins that was made before. Told twice, it holds once."""
        now_ns = self._carrier.clock()
        for each in [one for one in self.silences.values() if is_later(one) and is_active(one, now_ns)]:
            if (named := f"{each.id}/{each.updated_ns}") not in self._begun:
                await self._carrier.record(self._held_by(each, now_ns, hold_at_beginning))
                self._begun.add(named)

    def _held_by(self, silence: Silence, now_ns: int, hold: Callable[[Silence, str, int], Hold]) -> Iterator[Pair]:
        for case in self._ledger.cases(is_open=True, limit=100_000):
            labels = [self.instances[source].labels for source in case.sources if source in self.instances]
            if labels and all(holding([silence], each, now_ns) for each in labels):
                yield case.deviation, hold(silence, case.id, now_ns)

    async def unsilence(self, silence: Silence) -> None:
        """Ends a silence now, and releases what it held."""
        now_ns = self._carrier.clock()
        ended = replace(silence, ends_ns=min(silence.ends_ns, now_ns), updated_ns=now_ns)
        known = self.silences.pop(
            silence.id, None
        )  # what is decided from now on is heard; what was before is written first
        try:
            await asyncio.wrap_future(self._ledger.keep(ended))
        except StoreError:
            if known is not None:
                self.silences.setdefault(silence.id, known)
            raise
        held = [
            case
            for case in self._ledger.cases(is_open=True, limit=100_000)
            if case.phase is Phase.HELD and case.reason.startswith(f"silence {silence.id}:")
        ]
        await self._carrier.record((case.deviation, Release(f"release/{case.id}/{now_ns}", now_ns)) for case in held)


def _heartbeat(one: Instance, before: Instance | None, deviation: Deviation, now_ns: int) -> Iterator[Pair]:
    """An alert that always fires deviates where it ends, and no longer once it is heard again."""
    was_silent = before is not None and (before.resolved or before.lapsed)
    if one.resolved and before is not None and not was_silent:
        yield deviation, Fire(f"missed/{one.id}/{now_ns}", now_ns, deviation, one.id, now_ns)
    elif not one.resolved and was_silent:
        yield deviation, Clear(f"heard/{one.id}/{now_ns}", now_ns, one.id)


async def _heard_nowhere(name: str) -> None:
    """No heartbeat is called so."""


def _apart(pairs: Sequence[Pair]) -> Iterator[Pair]:
    """Events of one instant, of one alert for each of its deviations or each time it was told, under ids of their own: an id is recorded once."""
    ids: dict[str, int] = {}
    for about, event in pairs:
        earlier = ids[event.id] = ids.get(event.id, -1) + 1
        yield about, replace(event, id=f"{event.id}/{earlier}") if earlier else event


def _is_elsewhere(one: Instance, deviations: Sequence[Deviation]) -> bool:
    return {about.key for about in deviations} != {*one.keys}


def _keyed(one: Instance, deviations: Sequence[Deviation]) -> Instance:
    first, *others = (each.key for each in deviations)
    return replace(one, key=first, also=tuple(others))


def _after(one: Instance, before: Instance | None, deviations: Sequence[Deviation]) -> Instance:
    """What is kept: an alert that goes on firing keeps its beginning."""
    goes_on = before is not None and not before.resolved
    begins = min(before.begins_ns, one.begins_ns) if goes_on and before is not None else one.begins_ns
    return _keyed(replace(one, begins_ns=begins), deviations)
