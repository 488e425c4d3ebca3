"""What this process tells of itself: /metrics in Prometheus' text format 0.0.4, /-/healthy, /-/ready, /-/reload."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any

from starlette.responses import PlainTextResponse, Response

from accord.serve.access import OPEN
from accord.serve.carrier import Carrier
from accord.serve.doors import Asked, Door
from accord.serve.inbox import Inbox
from accord.store.kept import Role

_SECOND = 1_000_000_000
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Operations:
    """The doors for those who run it. `numbers` gives what other parts count."""

    def __init__(
        self,
        carrier: Carrier,
        inbox: Inbox,
        reload: Callable[[], Awaitable[None]],
        numbers: Callable[[], Mapping[str, int]],
    ) -> None:
        self._carrier, self._ledger, self._inbox = carrier, carrier.ledger, inbox
        self._reload, self._numbers = reload, numbers
        self.ready = False

    def doors(self) -> Iterable[Door]:
        """Health asks nobody who they are; numbers and a reload do."""
        yield Door("GET", "/-/healthy", OPEN, self.healthy)
        yield Door("GET", "/-/ready", OPEN, self.is_ready)
        yield Door("GET", "/metrics", Role.READER, self.metrics)
        yield Door("POST", "/-/reload", Role.ADMIN, self.reload)

    async def healthy(self, asked: Asked) -> Response:
        """The process answers."""
        return PlainTextResponse("OK")

    async def is_ready(self, asked: Asked) -> Response:
        """It takes what it is told: 503 while it starts, stops, or its ledger cannot be written."""
        trouble = self._ledger.trouble()
        if self.ready and not trouble:
            return PlainTextResponse("OK")
        return PlainTextResponse(trouble or "starting or stopping", 503)

    async def reload(self, asked: Asked) -> Response:
        """Reads contracts and configuration again; what is wrong with them is answered, and the old ones stay."""
        await self._reload()
        return PlainTextResponse("OK")

    async def metrics(self, asked: Asked) -> Response:
        """Gauges of the open deviations, and what was counted."""
        lines = [
            line
            for name, meaning, value in self._gauges()
            for line in _metric(f"accord_{name}", "gauge", meaning, value)
        ]
        for name, value in sorted({**self._ledger.counters(), **self._numbers()}.items()):
            lines += _metric(f"accord_{name}_total", "counter", f"Counted: {name.replace('_', ' ')}.", value)
        return PlainTextResponse("\n".join(lines) + "\n", media_type=CONTENT_TYPE)

    def _gauges(self) -> Iterator[tuple[str, str, Any]]:
        """Name, meaning and value of each."""
        audit, now_ns = self._ledger.audit(), self._carrier.clock()
        yield "deviations_open", "Open deviations.", audit.open
        meaning = "Open deviations without an actor or a deadline: must be 0."
        yield "deviations_without_actor", meaning, len(audit.broken)
        meaning = "How long the oldest deadline has passed unstepped."
        yield "deadline_overdue_seconds", meaning, _late(self._ledger.next_deadline_ns(), now_ns)
        meaning = "How long the oldest message is due."
        yield "message_overdue_seconds", meaning, _late(self._ledger.next_sending_ns(), now_ns)
        yield "ledger_writable", "Whether the last write to the ledger worked.", int(not self._ledger.trouble())
        yield "alerts_waiting", "Alerts that are on the disk and not decided yet.", len(self._inbox)
        meaning = "Alerts that could not be decided since the start; the next one tries again: must be 0."
        yield "alerts_undecided", meaning, self._inbox.undecided


def _metric(name: str, kind: str, meaning: str, value: Any) -> tuple[str, ...]:
    return f"# HELP {name} {meaning}", f"# TYPE {name} {kind}", f"{name} {value}"


def _late(at_ns: int | None, now_ns: int) -> float:
    return max(now_ns - at_ns, 0) / _SECOND if at_ns is not None else 0.0
