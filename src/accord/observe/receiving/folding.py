"""The thread beside the receiver: what was acknowledged is made to wait, settled, and let go from the journal."""

import queue
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from accord.model.observed import Observed
from accord.observe.receiving.intake import Taken
from accord.observe.receiving.journal import Journal
from accord.observe.receiving.limits import SECOND_NS
from accord.observe.receiving.settling import Settling, together
from accord.observe.receiving.store import Store, facts_of
from accord.observe.summary import boundaries

_SECOND, _ROLL_S = 1.0, 600.0


class Folding:
    """Takes what was acknowledged, in a thread of its own; `failed` is what ended it before its time."""

    def __init__(self, store: Store, settling: Settling, journal: Journal) -> None:
        self.failed: BaseException | None = None
        self.queued = 0
        self._store, self._settling, self._journal = store, settling, journal
        self._arrived: queue.SimpleQueue[Taken | Callable[[], Any] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="folding", daemon=True)
        self._pause = max(0.05, min(5.0, settling.limits.lateness_ns / SECOND_NS / 4))
        self._counting = threading.Lock()
        self._gathered_ns = time.time_ns()

    def start(self, before: Iterable[Taken] = ()) -> None:
        """Begins with what the journal holds already, once the store is in order."""
        self._store.roll_up(int(time.time()))
        for taken in before:
            self._add([taken])
        self._thread.start()

    @property
    def has_started(self) -> bool:
        """Whether its thread was begun."""
        return self._thread.ident is not None

    def take(self, taken: Taken) -> None:
        """Hands on what was acknowledged."""
        with self._counting:
            self.queued += len(taken.batch)
        self._arrived.put(taken)

    def is_behind(self) -> bool:
        """Whether as many spans are on their way as may be, or it has ended."""
        return self.failed is not None or self.queued > self._settling.limits.queued_spans

    def boundaries(self, timeout_s: float = 30.0) -> list[Observed]:
        """What the store tells, asked of the thread that writes it; empty where that has ended."""
        answer: queue.SimpleQueue[list[Observed]] = queue.SimpleQueue()
        self._arrived.put(lambda: answer.put(boundaries(self._store.engine, facts_of(self._store.engine))))
        try:
            return answer.get(timeout=timeout_s)
        except queue.Empty:
            return []

    def stop(self) -> None:
        """Takes what is on its way, settles what is due, and ends."""
        self._arrived.put(None)
        self._thread.join()

    def _run(self) -> None:
        next_settling, next_rolling = 0.0, time.monotonic() + _ROLL_S
        try:
            while self._gathered():
                if time.monotonic() >= next_settling:
                    self._settle()
                    next_settling = time.monotonic() + self._pause
                if time.monotonic() >= next_rolling:
                    self._store.roll_up(int(time.time()))
                    next_rolling = time.monotonic() + _ROLL_S
            self._settle()
        except BaseException as error:
            self.failed = error

    def _gathered(self) -> bool:
        """Adds what has arrived; False where it is to end."""
        waiting: list[Taken] = []
        goes_on = True
        try:
            item = self._arrived.get(timeout=min(self._pause, 0.5))
            while goes_on:
                if item is None:
                    goes_on = False
                    break
                if isinstance(item, Taken):
                    waiting.append(item)
                else:
                    item()
                item = self._arrived.get_nowait()
        except queue.Empty:
            pass
        self._gathered_ns = time.time_ns()
        self._add(waiting)
        return goes_on

    def _add(self, waiting: list[Taken]) -> None:
        if not waiting:
            return
        count = sum(len(taken.batch) for taken in waiting)
        spans = together([taken.batch.taken() for taken in waiting])
        self._settling.add(spans, max(taken.arrived_ns for taken in waiting))
        with self._counting:
            self.queued = max(0, self.queued - count)

    def _settle(self) -> None:
        # Adding may take long: what arrived meanwhile may be the other half of what looks quiet.
        now = self._gathered_ns
        self._settling.settle(now)
        if not self.queued:
            oldest = self._settling.oldest_ns()
            self._journal.let_go((oldest if oldest is not None else now) - SECOND_NS)
