"""Many who look at one page ask for it in the same instant, for they hear of a change at once: it is drawn once for all of them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct
from starlette.responses import Response

from accord.serve.doors import Asked

FRESH_NS = 1_000_000_000
"""A page is given out again for so long after it began to be drawn: as long as changes are told together."""


class _Drawn(Struct):
    at_ns: int
    page: "asyncio.Future[Response]"


class AtOnce:
    """The pages that were drawn for refreshes in the last second; no others are kept.

    `clock` gives the instant, `change` the number of the last change that was told: what was drawn before it is not given after it.
    """

    def __init__(self, clock: Callable[[], int], change: Callable[[], int]) -> None:
        self._clock, self._change = clock, change
        self._drawn: dict[Any, _Drawn] = {}

    async def given(self, asked: Asked, draw: Callable[[], Awaitable[Response]]) -> Response:
        """The page; shared among refreshes by those who may see the same, and drawn for everybody else."""
        if asked.request.headers.get("hx-request") != "true":
            return await draw()
        now_ns = self._clock()
        self._drawn = {key: each for key, each in self._drawn.items() if 0 <= now_ns - each.at_ns < FRESH_NS}
        key = str(asked.request.url), asked.bearer, self._change()
        if key not in self._drawn:
            self._drawn[key] = _Drawn(now_ns, asyncio.ensure_future(draw()))
        return await asyncio.shield(self._drawn[key].page)
