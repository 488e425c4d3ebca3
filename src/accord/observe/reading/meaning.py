"""What attributes mean, under the old names of OpenTelemetry's conventions and under the new: who, what, how it ended.

https://opentelemetry.io/docs/specs/semconv/ (HTTP, RPC, messaging, databases); for the sampling threshold,
https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/.
"""

from typing import Any

from accord.observe.columns import CLIENT, ERROR, NO_CODE, ONE, UNSET
from accord.observe.reading.batch import Attributes, digest_of, id_of_hex

_GRPC_OK = 0
_SAMPLES = 1 << 56
_THRESHOLD_DIGITS = 14


def first(attributes: Attributes, *names: str) -> Any:
    """The value under the first of these names that is there; "" where none is."""
    for name in names:
        value = attributes.get(name)
        if value is not None and value != "":
            return value
    return ""


def whole(value: Any) -> int | None:
    """A whole number however it was written; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | str | float):
        return None
    try:
        return int(value)
    except (ValueError, OverflowError):
        return None


def of_resource(resource: Attributes) -> dict[str, Any]:
    """Whose spans these are, where, and which version of it."""
    return {
        "service": str(first(resource, "service.name")),
        "environment": str(first(resource, "deployment.environment.name", "deployment.environment")),
        "version": str(first(resource, "service.version")),
    }


def of_span(kind: int, name: str, status: int, attributes: Attributes) -> dict[str, Any]:
    """What a span says beside its ids and its times."""
    code = code_of(attributes)
    return {
        "operation": operation_of(name, attributes),
        "peer": peer_of(attributes),
        "status": ended(kind, status, code, attributes),
        "code": NO_CODE if code is None else code,
        "attempt": attempt_of(attributes),
        "remaining_ms": _or(whole(attributes.get("accord.deadline.remaining_ms")), -1),
        "key": key_of(attributes),
        "refused": 1 if attributes.get("accord.refused") else 0,
    }


def operation_of(name: str, attributes: Attributes) -> str:
    """Method and route, the full name of an RPC, the destination of a message; else the name of the span."""
    method = first(attributes, "http.request.method", "http.method")
    route = first(attributes, "http.route", "url.template")
    if method and route:
        return f"{method} {route}"
    call = str(first(attributes, "rpc.method"))
    if call:
        service = str(first(attributes, "rpc.service"))
        return f"{service}/{call}" if service and "/" not in call else call
    destination = first(
        attributes, "messaging.destination.template", "messaging.destination.name", "messaging.destination"
    )
    return str(destination or name)


def peer_of(attributes: Attributes) -> str:
    """Whom a client says that it calls: a service by name, else a host, with its port."""
    service = first(attributes, "service.peer.name", "peer.service")
    if service:
        return str(service)
    host = str(first(attributes, "server.address", "net.peer.name", "network.peer.address", "net.peer.ip"))
    port = first(attributes, "server.port", "net.peer.port", "network.peer.port")
    return f"{host}:{port}" if host and port else host


def code_of(attributes: Attributes) -> int | None:
    """The HTTP status or the gRPC code; None where none is told."""
    code = whole(
        first(
            attributes,
            "http.response.status_code",
            "http.status_code",
            "rpc.grpc.status_code",
            "rpc.response.status_code",
        )
    )
    return code if code is not None and -1 < code < 1000 else None


def ended(kind: int, status: int, code: int | None, attributes: Attributes) -> int:
    """The status of a span; where it was left unset, what the conventions say of its code and of `error.type`."""
    if status != UNSET:
        return status
    if attributes.get("error") in (True, "true") or attributes.get("error.type"):
        return ERROR
    if code is None:
        return UNSET
    if "rpc.grpc.status_code" in attributes or "rpc.response.status_code" in attributes:
        return ERROR if kind == CLIENT and code != _GRPC_OK else UNSET
    return ERROR if code >= 500 or (kind == CLIENT and code >= 400) else UNSET


def attempt_of(attributes: Attributes) -> int:
    """Which try it is told to be, from 1; 0 where nobody says. A first try is mostly not told."""
    told = whole(attributes.get("accord.attempt"))
    if told is None:
        again = whole(first(attributes, "http.request.resend_count", "http.resend_count", "previous-rpc-attempts"))
        told = again + 1 if again is not None else 0
    return min(told, 100) if told > 0 else 0


def key_of(attributes: Attributes) -> int:
    """A digest of the idempotency key; 0 where none is told."""
    told = attributes.get("accord.idempotency_key.hash")
    if isinstance(told, str) and told:
        return id_of_hex(told) or digest_of(told)
    header = attributes.get("http.request.header.idempotency-key")
    value = header[0] if isinstance(header, list) and header else header
    return digest_of(str(value)) if value else 0


def weight_of(tracestate: str) -> int | None:
    """How many spans one stands for, in thousandths, by OpenTelemetry's sampling threshold; None where it is not told.

    `ot=th:c` rejects the lowest 0xc0000000000000 of 2^56 samples: one in four is kept.
    """
    for member in tracestate.split(","):
        vendor, _, told = member.strip().partition("=")
        if vendor != "ot":
            continue
        for field in told.split(";"):
            name, _, digits = field.partition(":")
            if name == "th" and 0 < len(digits) <= _THRESHOLD_DIGITS:
                try:
                    rejected = int(digits.ljust(_THRESHOLD_DIGITS, "0"), 16)
                except ValueError:
                    return None
                return round(ONE * _SAMPLES / (_SAMPLES - rejected))
    return None


def _or(value: int | None, absent: int) -> int:
    return absent if value is None else value
