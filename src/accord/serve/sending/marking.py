"""What sendings came to, written down: all that ends while one write is on its way shares the next one."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence

from accord.store.errors import Unavailable
from accord.store.interface import Outbox
from accord.store.rows import Outcome

_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.1, 5.0
_TOGETHER_AT_MOST = 256
_GATHERED_S, _ENOUGH = 0.03, 25
"""How long marks gather before they are written, and how many are written at once: each write that they spare is one that a
new event need not wait for."""
_log = logging.getLogger("accord.outbox")


class Marking:
    """Marks in the order it is told; while the ledger cannot be written it tries again, and whoever marks waits."""

    def __init__(self, store: Outbox) -> None:
        self._store = store
        self._waiting: list[tuple[Sequence[Outcome], asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._enough: asyncio.Event | None = None

    async def mark(self, outcomes: Sequence[Outcome]) -> None:
        """Returns once it is durable; raises what the ledger refuses these with."""
        marked = asyncio.get_running_loop().create_future()
        self._waiting.append((outcomes, marked))
        if len(self._waiting) >= _ENOUGH and self._enough is not None:
            self._enough.set()
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        await marked

    async def rest(self, within_s: float) -> None:
        """Waits until all is written, at most so long; whoever marked need not wait any more."""
        if self._writing is not None:
            await asyncio.wait([self._writing], timeout=within_s)

    async def _write(self) -> None:
        while self._waiting:
            await self._gathered()
            group, self._waiting = self._waiting[:_TOGETHER_AT_MOST], self._waiting[_TOGETHER_AT_MOST:]
            try:
                await self._reported([one for outcomes, _ in group for one in outcomes])
            except Exception:
                for outcomes, marked in group:
                    await self._alone(outcomes, marked)
            else:
                for _, marked in group:
                    if not marked.done():
                        marked.set_result(None)

    async def _gathered(self) -> None:
        if len(self._waiting) < _ENOUGH:
            self._enough = asyncio.Event()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_GATHERED_S):
                    await self._enough.wait()

    async def _alone(self, outcomes: Sequence[Outcome], marked: asyncio.Future[None]) -> None:
        """One of a group that was refused: the others are not to blame."""
        try:
            await self._reported(outcomes)
        except Exception as error:
            if not marked.done():
                marked.set_exception(error)
        else:
            if not marked.done():
                marked.set_result(None)

    async def _reported(self, outcomes: Sequence[Outcome]) -> None:
        pause_s = _FIRST_WAIT_S
        while True:
            try:
                await asyncio.wrap_future(self._store.report(outcomes))
                return
            except Unavailable as error:
                _log.warning("what was sent cannot be marked: %s", error)
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, _LONGEST_WAIT_S)
