"""What attributes mean, under the old names of OpenTelemetry's conventions and under the new: who, what, how it ended.

https://opentelemetry.io/docs/specs/semconv/ (HTTP, RPC, messaging, databases); for the sampling threshold,
https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/.
"""

import re
from typing import Any

from accord.observe.columns import CLIENT, ERROR, NO_CODE, ONE, UNSET
from accord.observe.reading.batch import Attributes, digest_of, id_of_hex

_SERVICE, _VERSION = "service.name", "service.version"
_ENVIRONMENT = ("deployment.environment.name", "deployment.environment")
_METHOD = ("http.request.method", "http.method")
_ROUTE = ("http.route", "url.template")
_RPC, _RPC_SERVICE = "rpc.method", "rpc.service"
_DESTINATION = ("messaging.destination.template", "messaging.destination.name", "messaging.destination")
_PEER = ("service.peer.name", "peer.service")
_HOST = (
    "server.address", "net.peer.name", "network.peer.address", "net.peer.ip", "peer.hostname", "peer.address", "peer.ipv4",
    "http.host",
)  # fmt: skip
_PORT = ("server.port", "net.peer.port", "network.peer.port", "peer.port")
_URL = "http.url"
"""Where the other side stands in old words alone; `url.full` never comes without `server.address`."""
_GRPC_CODE = ("rpc.grpc.status_code", "rpc.response.status_code")
_CODE = ("http.response.status_code", "http.status_code", *_GRPC_CODE)
_ATTEMPT = "accord.attempt"
_AGAIN = ("http.request.resend_count", "http.resend_count", "http.retry_count", "previous-rpc-attempts")
_REMAINING, _REFUSED = "accord.deadline.remaining_ms", "accord.refused"
_KEY, _KEY_HEADER = "accord.idempotency_key.hash", "http.request.header.idempotency-key"
_ERROR, _ERROR_TYPE = "error", "error.type"

RESOURCE_WORDS = frozenset((_SERVICE, _VERSION, *_ENVIRONMENT))
"""The attributes of a resource that mean something here."""
OWN_WORDS = frozenset((_REMAINING, _KEY, _KEY_HEADER, _URL))
"""Those of a span that are another with almost every span."""
SPAN_WORDS = frozenset(
    (*_METHOD, *_ROUTE, _RPC, _RPC_SERVICE, *_DESTINATION, *_PEER, *_HOST, *_PORT, *_CODE, _ATTEMPT, *_AGAIN, _REFUSED)
) | OWN_WORDS | {_ERROR, _ERROR_TYPE}  # fmt: skip
"""Those of a span that mean something here."""

_GRPC_OK = 0
_GRPC_NAMES = (
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
    "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
    "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
)  # fmt: skip
"""The names that newer conventions give gRPC's codes, in the order of their numbers."""
_WITH_PORT = re.compile(r"[^:]*:\d+")
_AUTHORITY = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#]+)", re.IGNORECASE)
_SAMPLES = 1 << 56
_THRESHOLD_DIGITS = 14
_HEAVIEST = 10**9 * ONE


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
        "service": str(first(resource, _SERVICE)),
        "environment": str(first(resource, *_ENVIRONMENT)),
        "version": str(first(resource, _VERSION)),
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
        "remaining_ms": remaining_of(attributes),
        "key": key_of(attributes),
        "refused": 1 if attributes.get(_REFUSED) else 0,
    }


def operation_of(name: str, attributes: Attributes) -> str:
    """Method and route, the full name of an RPC, the destination of a message; else the name of the span."""
    method = first(attributes, *_METHOD)
    route = first(attributes, *_ROUTE)
    if method and route:
        return f"{method} {route}"
    call = str(first(attributes, _RPC))
    if call:
        service = str(first(attributes, _RPC_SERVICE))
        return f"{service}/{call}" if service and "/" not in call else call
    destination = first(attributes, *_DESTINATION)
    return str(destination or name)


def peer_of(attributes: Attributes) -> str:
    """Whom a client says that it calls: a service by name, else a host, with its port."""
    service = first(attributes, *_PEER)
    if service:
        return str(service)
    host = str(first(attributes, *_HOST))
    if not host:
        found = _AUTHORITY.match(str(attributes.get(_URL) or ""))
        return found[1] if found else ""
    port = first(attributes, *_PORT)
    return f"{host}:{port}" if port and not _WITH_PORT.fullmatch(host) else host


def code_of(attributes: Attributes) -> int | None:
    """The HTTP status or the gRPC code; None where none is told."""
    told = first(attributes, *_CODE)
    code = _GRPC_NAMES.index(told) if told in _GRPC_NAMES else whole(told)
    return code if code is not None and -1 < code < 1000 else None


def ended(kind: int, status: int, code: int | None, attributes: Attributes) -> int:
    """The status of a span; where it was left unset, what the conventions say of its code and of `error.type`."""
    if status != UNSET:
        return status
    if attributes.get(_ERROR) in (True, "true") or attributes.get(_ERROR_TYPE):
        return ERROR
    if code is None:
        return UNSET
    if any(word in attributes for word in _GRPC_CODE):
        return ERROR if kind == CLIENT and code != _GRPC_OK else UNSET
    return ERROR if code >= 500 or (kind == CLIENT and code >= 400) else UNSET


def attempt_of(attributes: Attributes) -> int:
    """Which try it is told to be, from 1; 0 where nobody says. A first try is mostly not told."""
    told = whole(attributes.get(_ATTEMPT))
    if told is None:
        again = whole(first(attributes, *_AGAIN))
        told = again + 1 if again is not None else 0
    return min(told, 100) if told > 0 else 0


def key_of(attributes: Attributes) -> int:
    """A digest of the idempotency key; 0 where none is told."""
    told = attributes.get(_KEY)
    if isinstance(told, str) and told:
        return id_of_hex(told) or digest_of(told)
    header = attributes.get(_KEY_HEADER)
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
                return min(_HEAVIEST, round(ONE * _SAMPLES / (_SAMPLES - rejected)))
    return None


def remaining_of(attributes: Attributes) -> int:
    """What was left of the caller's time, in milliseconds; -1 where nobody says."""
    told = attributes.get(_REMAINING)
    found = whole(told) if told is not None else None
    return found if found is not None and 0 <= found < 1 << 62 else -1
