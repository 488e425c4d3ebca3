"""Writes an intent on the span in hand, where the program uses OpenTelemetry; where it does not, nothing happens."""

import sys
from typing import Any

from accord.intent.context import Intent
from accord.intent.duplicates import digest


def attributes(
    intent: Intent, refused: str = "", duplicate: bool | None = None, would_refuse: str = ""
) -> dict[str, Any]:
    """What is told of an intent; `http.request.resend_count` is OpenTelemetry's own word for the tries before this one."""
    found: dict[str, Any] = {}
    left = intent.remaining()
    if left is not None:
        found["accord.deadline.remaining_ms"] = int(left * 1000)
    if intent.attempt is not None:
        found["accord.attempt"] = intent.attempt
        if intent.attempt > 1:
            found["http.request.resend_count"] = intent.attempt - 1
    if intent.key is not None:
        found["accord.idempotency_key.hash"] = digest(intent.key)
    if intent.criticality is not None:
        found["accord.criticality"] = intent.criticality
    if refused:
        found["accord.refused"] = refused
    if would_refuse:
        found["accord.would_refuse"] = would_refuse
    if duplicate is not None:
        found["accord.duplicate"] = duplicate
    return found


def noted(told: dict[str, Any]) -> None:
    """Sets attributes on the current span, where OpenTelemetry is in use and the span is recorded."""
    trace = sys.modules.get("opentelemetry.trace")
    if trace is None or not told:
        return
    span = trace.get_current_span()
    if span.is_recording():
        span.set_attributes(told)
