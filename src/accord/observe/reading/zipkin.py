"""Zipkin's spans, version 2: a list of maps; https://zipkin.io/zipkin-api/ describes them."""

from typing import Any

from accord.model.problem import Refused
from accord.observe.columns import CLIENT, CONSUMER, PRODUCER, SERVER, UNSET
from accord.observe.reading.batch import Attributes, Batch, digest_of, id_of_hex, ids_of_hex
from accord.observe.reading.meaning import of_resource, of_span, whole
from accord.observe.reading.shapes import map_of

_KINDS = {"SERVER": SERVER, "CLIENT": CLIENT, "PRODUCER": PRODUCER, "CONSUMER": CONSUMER}


def add_json(document: Any, batch: Batch) -> None:
    """Adds the spans of a decoded document; raises Refused where it has not the shape of one."""
    if not isinstance(document, list) or not all(isinstance(item, dict | list) for item in document):
        raise Refused("expected Zipkin's spans: a list of them")
    for item in document:
        if isinstance(item, list):
            add_json(item, batch)
        elif "traceId" in item and "id" in item:
            _add(batch, item)
        else:
            batch.refuse("a span without an id")


def _add(batch: Batch, span: dict[str, Any]) -> None:
    attributes = _attributes(span)
    kind = _KINDS.get(str(span.get("kind", "")), 0)
    trace_hi, trace_lo = ids_of_hex(str(span["traceId"]))
    own, parent = id_of_hex(str(span["id"])), id_of_hex(str(span.get("parentId") or ""))
    if span.get("shared") is True and kind == SERVER:
        own, parent = digest_of(f"{own} shared"), own
    local = map_of(span.get("localEndpoint"))
    batch.add(
        {
            **of_resource(
                {**attributes, "service.name": local.get("serviceName") or attributes.get("service.name", "")}
            ),
            **of_span(kind, str(span.get("name", "")), UNSET, attributes),
            "trace_hi": trace_hi,
            "trace_lo": trace_lo,
            "span": own,
            "parent": parent,
            "kind": kind,
            "start_ns": (whole(span.get("timestamp")) or 0) * 1000,
            "duration_ns": (whole(span.get("duration")) or 0) * 1000,
        }
    )


def _attributes(span: dict[str, Any]) -> Attributes:
    """The tags, an error tag of any text among them, and the other side."""
    tags = {str(name): value for name, value in map_of(span.get("tags")).items()}
    if "error" in tags and str(tags["error"]).lower() != "false":
        tags["error"] = True
    remote = map_of(span.get("remoteEndpoint"))
    if remote.get("serviceName"):
        tags["peer.service"] = remote["serviceName"]
    elif remote.get("ipv4") or remote.get("ipv6"):
        tags.setdefault("network.peer.address", remote.get("ipv4") or remote.get("ipv6"))
        tags.setdefault("network.peer.port", remote.get("port") or "")
    return tags
