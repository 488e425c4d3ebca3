"""Takes requests in, whatever they came by: admitted, understood, written to the journal, then acknowledged and handed on."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from accord.model.problem import Refused
from accord.observe.columns import ONE, UNKNOWN_WEIGHT
from accord.observe.reading import otlp
from accord.observe.reading.batch import Batch
from accord.observe.receiving.bodies import Encoding, inflated
from accord.observe.receiving.journal import Journal, Record
from accord.observe.receiving.limits import DAY_NS, Limits
from accord.observe.receiving.refusal import Refusal


class Taken:
    """What is understood of one request: its spans, and how many were none and why."""

    def __init__(self, arrived_ns: int, batch: Batch) -> None:
        self.arrived_ns, self.batch = arrived_ns, batch

    @property
    def rejected(self) -> int:
        """Spans that were refused one by one."""
        return sum(self.batch.refused.values())

    @property
    def why(self) -> str:
        """The reasons, with how often each was met."""
        return ", ".join(f"{count} times {reason}" for reason, count in sorted(self.batch.refused.items()))


def understood(record: Record, limits: Limits, complete: bool = False) -> Taken:
    """The spans of a request; raises Refusal where it is damaged, too large, or not what it says it is.

    A span whose begin is more than a day from its arrival is refused: nobody waits for its other half.
    """
    body = inflated(record.body, record.encoding, limits.inflated)
    batch = Batch(
        ONE if complete else UNKNOWN_WEIGHT, since=record.arrived_ns - DAY_NS, until=record.arrived_ns + DAY_NS
    )
    try:
        (otlp.read_json if record.format == "json" else otlp.read_protobuf)(body, batch)
    except Refused as refused:
        raise Refusal(400, str(refused)) from None
    return Taken(record.arrived_ns, batch)


class Intake:
    """Bounded: beyond its limits, or while those it hands on to are behind, it refuses and says when to come again.

    `counts` says how many requests and spans were taken, and how many were refused, by reason.
    """

    def __init__(
        self,
        journal: Journal,
        hand_on: Callable[[Taken], None],
        is_behind: Callable[[], bool],
        limits: Limits | None = None,
        complete: bool = False,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.limits = limits or Limits()
        self._journal, self._hand_on, self._is_behind, self._complete = journal, hand_on, is_behind, complete
        self._taking = self._requests = 0
        self._waiting: deque[tuple[Record, asyncio.Future[None]]] = deque()
        self._writer = ThreadPoolExecutor(1, "journal")
        self._writing: asyncio.Task[None] | None = None

    def admit(self, size: int) -> None:
        """Makes room for so many bytes of a request, to be given back by `release`; raises Refusal where there is none."""
        if size > self.limits.sent:
            raise Refusal(413, f"expected at most {self.limits.sent} bytes")
        why = self._no_room(size)
        if why:
            raise Refusal(429, why, self.limits.retry_after_s)
        self._requests += 1
        self._taking += size

    def _no_room(self, size: int) -> str:
        if self._requests >= self.limits.requests or self._taking + size > self.limits.taking:
            return "too many requests at once"
        if self._is_behind():
            return "more spans wait than may"
        return "the journal is full" if self._journal.size + size > self.limits.journal else ""

    def grow(self, admitted: int, more: int) -> None:
        """Makes room for more of a request that was admitted; raises Refusal where there is none."""
        if admitted + more > self.limits.sent:
            raise Refusal(413, f"expected at most {self.limits.sent} bytes")
        if self._taking + more > self.limits.taking:
            raise Refusal(429, "too many requests at once", self.limits.retry_after_s)
        self._taking += more

    def release(self, size: int) -> None:
        """Gives back what `admit` made room for."""
        self._requests -= 1
        self._taking -= size

    def refuse(self, refusal: Refusal) -> Refusal:
        """Counts a refusal, and gives it back."""
        self.refused[f"{refusal.status} {refusal.reason.partition(':')[0]}"[:80]] += 1
        return refusal

    async def take(self, body: bytes, format_: str, encoding: Encoding) -> Taken:
        """What one request says, once it stands in the journal: it may be acknowledged. Raises Refusal."""
        record = Record(time.time_ns(), format_, encoding, body)
        taken = understood(record, self.limits, self._complete)
        if len(taken.batch):
            await self._written(record)
            self._hand_on(taken)
        self.counts["requests"] += 1
        self.counts["spans"] += len(taken.batch)
        for reason, count in taken.batch.refused.items():
            self.refused[reason] += count
        return taken

    async def _written(self, record: Record) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((record, done))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        await done

    async def _write(self) -> None:
        """Whatever came while the last was written goes into the next write."""
        loop = asyncio.get_running_loop()
        while self._waiting:
            group = [self._waiting.popleft() for _ in range(len(self._waiting))]
            failed: OSError | None = None
            try:
                await loop.run_in_executor(self._writer, self._journal.append, [record for record, _ in group])
            except OSError as error:
                failed = error
            for _, done in group:
                if done.done():
                    continue
                if failed is None:
                    done.set_result(None)
                else:
                    words = f"the journal was not written: {failed.strerror or failed}"
                    done.set_exception(Refusal(503, words, self.limits.retry_after_s))

    def close(self) -> None:
        """Ends the writing of the journal."""
        self._writer.shutdown()
        self._journal.close()
