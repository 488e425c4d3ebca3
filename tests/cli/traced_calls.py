"""Calls between services, written as OTLP: each with the span of its caller, of its callee, or of both."""

import json
from typing import Any

SECOND = 1_000_000_000
BEGIN_S = 1_795_752_000
UNANSWERED = 0


class Traces:
    """Spans by service; times are seconds after the beginning."""

    def __init__(self) -> None:
        self._spans: dict[str, list[dict[str, Any]]] = {}
        self._id = 0

    def new(self) -> str:
        """An id that no span has yet."""
        self._id += 1
        return f"{self._id:016x}"

    def call(
        self,
        at: float,
        caller: str,
        callee: str,
        operation: str,
        *,
        took: float = 0.1,
        worked: float | None = None,
        codes: tuple[int, int] = (200, 200),
        again: int = 0,
        key: str = "",
        parent: str = "",
        tells: str = "both",
    ) -> None:
        """One call: how long its caller waited, how long the callee worked, what each says that the answer was.

        `again` is how often it was sent before, `tells` which of the sides do: both, caller or callee.
        """
        method, _, path = operation.partition(" ")
        trace, span = self.new().rjust(32, "0"), self.new()
        seen, gave = codes
        asked: dict[str, object] = {"http.request.method": method, "server.address": callee}
        answered: dict[str, object] = {"http.request.method": method, "http.route": path}
        asked |= {"http.request.resend_count": again} if again else {}
        answered |= {"accord.idempotency_key.hash": key} if key else {}
        if tells != "callee":
            self._add(caller, trace, span, parent or self.new(), 3, at, took, seen, asked)
        if tells != "caller":
            above = span if tells == "both" else ""
            self._add(callee, trace, self.new(), above, 2, at, took if worked is None else worked, gave, answered)

    def _add(
        self,
        service: str,
        trace: str,
        span: str,
        parent: str,
        kind: int,
        at: float,
        took: float,
        code: int,
        told: dict[str, object],
    ) -> None:
        failed = code == UNANSWERED or code >= (400 if kind == 3 else 500)
        told = told | ({"http.response.status_code": code} if code else {})
        began = BEGIN_S * SECOND + int(at * SECOND)
        self._spans.setdefault(service, []).append(
            {
                "traceId": trace,
                "spanId": span,
                "parentSpanId": parent,
                "name": "call",
                "kind": kind,
                "startTimeUnixNano": str(began),
                "endTimeUnixNano": str(began + int(took * SECOND)),
                "status": {"code": 2 if failed else 0},
                "attributes": [{"key": name, "value": _value(value)} for name, value in told.items()],
            }
        )

    def written(self) -> bytes:
        """The request of OTLP that exports them all."""
        resources = [
            {
                "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]},
                "scopeSpans": [{"spans": spans}],
            }
            for service, spans in self._spans.items()
        ]
        return json.dumps({"resourceSpans": resources}).encode()


def _value(value: object) -> dict[str, str]:
    return {"intValue": str(value)} if isinstance(value, int) else {"stringValue": str(value)}
