"""Jaeger's traces as its query service and its UI give them: `{"data": [{"traceID", "spans", "processes"}]}`."""

from typing import Any

from accord.model.problem import Refused
from accord.observe.columns import CLIENT, CONSUMER, ERROR, INTERNAL, OK, PRODUCER, SERVER, UNSET
from accord.observe.reading.batch import Attributes, Batch, id_of_hex, ids_of_hex
from accord.observe.reading.meaning import of_resource, of_span, whole
from accord.observe.reading.shapes import maps_of

_KINDS = {"internal": INTERNAL, "server": SERVER, "client": CLIENT, "producer": PRODUCER, "consumer": CONSUMER}
_STATUSES = {"OK": OK, "ERROR": ERROR}


def add_json(document: Any, batch: Batch) -> None:
    """Adds the spans of a decoded document; raises Refused where it has not the shape of one."""
    if not isinstance(document, dict) or not isinstance(document.get("data"), list):
        raise Refused("expected Jaeger's traces: it has no data")
    for trace in maps_of(document["data"]):
        told = trace.get("processes")
        processes: dict[str, Any] = told if isinstance(told, dict) else {}
        for span in maps_of(trace.get("spans")):
            named = processes.get(str(span.get("processID"))) or span.get("process")
            process: dict[str, Any] = named if isinstance(named, dict) else {}
            _add(batch, process, span)


def _add(batch: Batch, process: dict[str, Any], span: dict[str, Any]) -> None:
    attributes = _tags(span.get("tags"))
    resource = {"service.name": process.get("serviceName", ""), **_tags(process.get("tags"))}
    kind = _KINDS.get(str(attributes.get("span.kind", "")).lower(), 0)
    status = _STATUSES.get(str(attributes.get("otel.status_code", "")).upper(), UNSET)
    trace_hi, trace_lo = ids_of_hex(str(span.get("traceID", "")))
    told: dict[str, Any] = {
        **of_resource(resource),
        **of_span(kind, str(span.get("operationName", "")), status, attributes),
        "trace_hi": trace_hi,
        "trace_lo": trace_lo,
        "span": id_of_hex(str(span.get("spanID", ""))),
        "kind": kind,
        "start_ns": (whole(span.get("startTime")) or 0) * 1000,
        "duration_ns": (whole(span.get("duration")) or 0) * 1000,
    }
    batch.add(told | _references(span, trace_lo))


def _references(span: dict[str, Any], trace_lo: int) -> dict[str, int]:
    """The parent: the first reference of the same trace that says so; the first other one is a link."""
    found: dict[str, int] = {"parent": id_of_hex(str(span.get("parentSpanID") or ""))}
    for reference in maps_of(span.get("references")):
        hi, lo = ids_of_hex(str(reference.get("traceID", "")))
        other = id_of_hex(str(reference.get("spanID", "")))
        if reference.get("refType") == "CHILD_OF" and lo == trace_lo and not found["parent"]:
            found["parent"] = other
        elif "link_span" not in found:
            found |= {"link_hi": hi, "link_lo": lo, "link_span": other}
    return found


def _tags(tags: Any) -> Attributes:
    return {str(tag.get("key", "")): tag.get("value") for tag in maps_of(tags)}
