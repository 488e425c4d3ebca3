"""What signals say becomes events: a first word opens or reopens, a repeat only counts, an end clears, silence lapses."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from accord.cases.case import Phase
from accord.cases.deviation import Deviation
from accord.cases.events import AnyEvent, Clear, Fire, Lapse, Release
from accord.serve.alerts import Instance
from accord.serve.carrier import Carrier
from accord.serve.silencing import hold, holding
from accord.store.kept import Silence

Pair = tuple[Deviation, AnyEvent]


class Intake:
    """Takes instances of signals. What it remembers of them is a copy of what is kept, so that a repeat costs no search."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier, self._ledger = carrier, carrier.ledger
        self.instances = {each.id: each for each in self._ledger.kept(Instance)}
        self.silences = {each.id: each for each in self._ledger.kept(Silence, carrier.clock())}

    async def take(self, told: Sequence[Instance]) -> None:
        """Durable when it returns. Raises Unavailable where it could not be made so: whoever told it must tell it again."""
        now_ns = self._carrier.clock()
        kept: dict[str, Instance] = {}
        events: list[Pair] = []
        for one in told:
            before = kept.get(one.id) or self.instances.get(one.id)
            deviation = self._carrier.carrying.deviation(one.labels, one.annotations)
            events += self._events(one, before, deviation, now_ns)
            if before is not None or not one.resolved:
                kept[one.id] = _after(one, before, deviation.key)
        await self._carrier.record(events, tuple(kept.values()))
        self.instances.update(kept)

    async def _keep(self, instances: Iterable[Instance]) -> None:
        told = tuple(instances)
        if told:
            await asyncio.wrap_future(self._ledger.keep(*told))
            self.instances.update((each.id, each) for each in told)

    def _events(self, one: Instance, before: Instance | None, deviation: Deviation, now_ns: int) -> Iterator[Pair]:
        if one.resolved:
            if before is not None and not before.resolved:
                yield deviation, Clear(f"clear/{one.id}/{one.begins_ns}/{now_ns}", now_ns, one.id)
        elif before is None or before.resolved or before.lapsed or not self._is_carried(one.id, deviation):
            yield deviation, Fire(f"fire/{one.id}/{now_ns}", now_ns, deviation, one.id, one.begins_ns)
            silence = holding(self.silences.values(), one.labels, now_ns)
            if silence is not None and not self._is_loud(deviation):
                yield deviation, hold(silence, one.id, now_ns)

    def _is_carried(self, source: str, deviation: Deviation) -> bool:
        case = self._ledger.case_of(deviation.key)
        return case is not None and case.is_open and case.phase is not Phase.CLAIMED and source in case.sources

    def _is_loud(self, deviation: Deviation) -> bool:
        """Whether the case is open already for another reason than this alert: a silence of one instance holds not all."""
        case = self._ledger.case_of(deviation.key)
        return case is not None and case.is_open and case.phase is not Phase.HELD

    async def lapse(self) -> None:
        """Says of each source that fell silent that it did."""
        now_ns = self._carrier.clock()
        silent = [
            each for each in self.instances.values() if not (each.resolved or each.lapsed) and each.ends_ns <= now_ns
        ]
        if silent:
            deviations = [self._carrier.carrying.deviation(each.labels, each.annotations) for each in silent]
            events = [Lapse(f"lapse/{each.id}/{each.ends_ns}", now_ns, each.id) for each in silent]
            await self._carrier.record(zip(deviations, events, strict=True))
            await self._keep(replace(each, lapsed=True) for each in silent)

    async def silence(self, silence: Silence) -> None:
        """Keeps a silence, and holds each open deviation all of whose firing instances it holds."""
        await asyncio.wrap_future(self._ledger.keep(silence))
        self.silences[silence.id] = silence
        now_ns = self._carrier.clock()
        await self._carrier.record(self._held_by(silence, now_ns))

    def _held_by(self, silence: Silence, now_ns: int) -> Iterator[Pair]:
        for case in self._ledger.cases(is_open=True, limit=100_000):
            labels = [self.instances[source].labels for source in case.sources if source in self.instances]
            if labels and all(holding([silence], each, now_ns) for each in labels):
                yield case.deviation, hold(silence, case.id, now_ns)

    async def unsilence(self, silence: Silence) -> None:
        """Ends a silence now, and releases what it held."""
        now_ns = self._carrier.clock()
        ended = replace(silence, ends_ns=min(silence.ends_ns, now_ns), updated_ns=now_ns)
        await asyncio.wrap_future(self._ledger.keep(ended))
        self.silences.pop(silence.id, None)
        held = [
            case
            for case in self._ledger.cases(is_open=True, limit=100_000)
            if case.phase is Phase.HELD and case.reason.startswith(f"silence {silence.id}:")
        ]
        await self._carrier.record((case.deviation, Release(f"release/{case.id}/{now_ns}", now_ns)) for case in held)


def _after(one: Instance, before: Instance | None, key: str) -> Instance:
    """What is kept: an alert that goes on firing keeps its beginning."""
    goes_on = before is not None and not before.resolved
    begins = min(before.begins_ns, one.begins_ns) if goes_on and before is not None else one.begins_ns
    return replace(one, key=key, begins_ns=begins)
