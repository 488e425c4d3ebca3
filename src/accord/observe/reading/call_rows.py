"""Rows that are calls, with both of their parties, as Alibaba publishes its traces: the caller's record, or the callee's.

https://github.com/alibaba/clusterdata, cluster-trace-microservices-v2021 and -v2022: `rpcid` 0.1.2 is the second call that
the callee of 0.1 makes; a call may be told twice, by the caller with a response time `rt` of 0 or more, by the callee with its
negative; of a message the callee tells. Times are milliseconds since the records begin.
"""

from typing import Any

from accord.observe.columns import CLIENT, CONSUMER, SERVER
from accord.observe.reading.batch import digest_of
from accord.observe.reading.values import nanoseconds, trace_of

_UNKNOWN = ("", "(?)", "UNKNOWN", "UNAVAILABLE", "nan")
"""What stands for a party or an interface that is not known."""


def span_of(told: dict[str, Any]) -> dict[str, Any]:
    """The span that a row tells of: the caller's half of a call, or the callee's."""
    call, above, took = told["span"], told["span"].rpartition(".")[0], told["duration"]
    message = told["kind"].lower() == "mq"
    callee = message or took < 0
    return {
        "trace_hi": told["trace"][0],
        "trace_lo": told["trace"][1],
        "span": digest_of(f"{call} answered") if callee else digest_of(call),
        "parent": digest_of(call) if callee else digest_of(f"{above} answered") if above else 0,
        "kind": CONSUMER if message else SERVER if callee else CLIENT,
        "service": told["service"] if callee else told["parent"],
        "peer": "" if callee else told["service"],
        "operation": told["operation"] or told["kind"],
        "start_ns": max(told["start"], 1),
        "duration_ns": abs(took),
    }


def _name(value: Any, _written: str = "") -> str:
    text = "" if value is None else str(value)
    return "" if text in _UNKNOWN else text


READ: dict[str, Any] = {
    "trace": lambda value, _: trace_of(value),
    "span": lambda value, _: str(value),
    "parent": _name,
    "service": _name,
    "kind": _name,
    "operation": _name,
    "start": nanoseconds,
    "duration": nanoseconds,
}
"""How the value of each role is read."""
