"""Which column of a table of spans says what: what somebody mapped, or a layout that is known by the names of its columns."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from accord.model.problem import Refused

UNITS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
"""What a time or a duration may be counted in, in nanoseconds."""
POD = "pod"
"""A service that is told by the name of a Kubernetes pod."""
TIMES = ("start", "end", "duration")
ROLES = (
    "trace", "span", "parent", "service", "operation", "kind", *TIMES, "status", "code", "attributes", "resource",
    "environment", "version", "peer", "state", "link_trace", "link_span",
)  # fmt: skip
"""What a column can say; `state` is the W3C trace state, in which the sampling threshold stands."""
_NEEDED = ("trace", "span", "service", "operation", "start")


class Source(Struct, frozen=True):
    """A column, and how its values are written: a unit of time, `pod`, or "" where they say it themselves."""

    column: str
    written: str = ""


class Layout(Struct, frozen=True):
    """For each role the column that says it; `calls` where a row is a call with both of its parties, not a span."""

    name: str
    roles: dict[str, Source]
    calls: bool = False


def _layout(name: str, calls: bool = False, **roles: str) -> Layout:
    return Layout(name, {role: _source(role, text) for role, text in roles.items()}, calls)


def _source(role: str, text: str) -> Source:
    column, colon, written = text.rpartition(":")
    known = UNITS if role in TIMES else (POD,) if role == "service" else ()
    return Source(column, written) if colon and written in known else Source(text)


KNOWN = (
    _layout(
        "otel_traces (ClickHouse exporter of the Collector)",
        trace="TraceId", span="SpanId", parent="ParentSpanId", service="ServiceName", operation="SpanName", kind="SpanKind",
        start="Timestamp", duration="Duration:ns", status="StatusCode", attributes="SpanAttributes",
        resource="ResourceAttributes", state="TraceState", link_trace="Links.TraceId", link_span="Links.SpanId",
    ),
    _layout(
        "flat OTLP, start and end",
        trace="trace_id", span="span_id", parent="parent_span_id", service="service_name", operation="name", kind="kind",
        start="start_time_unix_nano:ns", end="end_time_unix_nano:ns", status="status_code", attributes="attributes",
        resource="resource_attributes", state="trace_state",
    ),
    _layout(
        "flat OTLP, start and duration",
        trace="trace_id", span="span_id", parent="parent_span_id", service="service_name", operation="span_name",
        kind="span_kind", start="timestamp", duration="duration:ns", status="status_code", attributes="span_attributes",
        resource="resource_attributes", state="trace_state",
    ),
    _layout(
        "Nezha",
        trace="TraceID", span="SpanID", parent="ParentID", service="PodName:pod", operation="OperationName",
        start="StartTimeUnixNano:ns", end="EndTimeUnixNano:ns",
    ),
    _layout(
        "Alibaba, one row a call", calls=True,
        trace="traceid", span="rpcid", parent="um", service="dm", kind="rpctype", operation="interface",
        start="timestamp:ms", duration="rt:ms",
    ),
    _layout(
        "Alibaba 2022, one row a call", calls=True,
        trace="traceid", span="rpc_id", parent="um", service="dm", kind="rpctype", operation="interface",
        start="timestamp:ms", duration="rt:ms",
    ),
)  # fmt: skip
"""Layouts that tables in use have; the first that fits holds."""

_OPTIONAL = frozenset(("kind", "status", "attributes", "resource", "state", "link_trace", "link_span"))
"""Roles of a known layout that a table may lack and still be one."""


def mapping(words: Sequence[str]) -> Layout | None:
    """A layout as somebody writes it, `trace=TraceID`, `duration=took:ms`; None where nothing is written.

    Raises Refused for a role that there is not, one that is missing or said twice, or a unit that is missing.
    """
    if not words:
        return None
    roles: dict[str, Source] = {}
    for word in words:
        role, equals, column = (part.strip() for part in word.partition("="))
        if not equals or not column:
            raise Refused(f"columns: expected ROLE=COLUMN such as trace=TraceID, read {word!r}")
        if role not in ROLES:
            raise Refused(f"columns: expected one of {' '.join(ROLES)}, read {role!r}")
        if role in roles:
            raise Refused(f"columns: {role} is said twice: {roles[role].column} and {column}")
        roles[role] = _source(role, column)
    _complete(roles)
    return Layout("the mapping", roles)


def _complete(roles: dict[str, Source]) -> None:
    missing = [role for role in _NEEDED if role not in roles]
    if missing:
        raise Refused(f"columns: expected {' and '.join(missing)} too, such as {missing[0]}=COLUMN")
    if "end" not in roles and "duration" not in roles:
        raise Refused("columns: expected end or duration too, such as duration=COLUMN:ms")
    duration = roles.get("duration")
    if duration and not duration.written:
        raise Refused(f"columns: expected the unit of the duration: duration={duration.column}:ns, :us, :ms or :s")


def layout_of(columns: Iterable[str], given: Layout | None) -> Layout:
    """The layout of a table with these columns: the one that was given where it fits, else a known one; case does not matter.

    Raises Refused where the table has not the columns of it, or where nothing is known of such columns.
    """
    there = {column.strip().lower(): column for column in reversed(list(columns))}
    absent = [source.column for source in given.roles.values() if source.column.lower() not in there] if given else []
    if given and not absent:
        return _bound(given, there)
    for known in KNOWN:
        needed = [source.column for role, source in known.roles.items() if role not in _OPTIONAL]
        if all(column.lower() in there for column in needed):
            return _bound(known, there)
    if absent:
        raise Refused(f"line 1: expected a column {absent[0]!r}, as it is mapped, read {_listed(there.values())}")
    raise Refused(
        f"line 1: expected the columns of a known layout, or a mapping (--columns), read {_listed(there.values())}"
    )


def _bound(layout: Layout, there: dict[str, str]) -> Layout:
    """The layout with the columns as the table writes them, and without those that it lacks."""
    roles = {
        role: Source(there[source.column.lower()], source.written)
        for role, source in layout.roles.items()
        if source.column.lower() in there
    }
    return Layout(layout.name, roles, layout.calls)


def _listed(columns: Iterable[str]) -> str:
    shown = [column[:40] for column in reversed(list(columns))]
    return f"{', '.join(shown[:12])}{' ...' if len(shown) > 12 else ''}"
