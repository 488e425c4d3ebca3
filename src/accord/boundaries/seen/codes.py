"""Codes of answers as telemetry tells them: statuses of HTTP from 100 on, codes of gRPC from 0, and what class each is."""

NO_CODE = -1
CLASSES = ("success", "refusal", "failure")
"""What the asker learns: it was done, it must not be asked so, it could not be done."""

_FIRST_STATUS = 100
_GRPC_LEFT = (1, 4)
"""Cancelled and deadline exceeded, which a gRPC client says of itself: no answer."""

_GRPC_REFUSALS = (3, 5, 6, 7, 8, 9, 10, 11, 16)
"""The codes that google/rpc/code.proto maps to a status of the 4xx class, 1 aside."""

_GRPC_NAMES = (
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED",
)  # fmt: skip


def is_told(code: int) -> bool:
    """Whether it is the code of an answer, and not what a side says that heard or gave none."""
    return code != NO_CODE and code not in _GRPC_LEFT


def same_protocol(one: int, other: int) -> bool:
    """Whether both are statuses of HTTP, or both codes of gRPC."""
    return (one >= _FIRST_STATUS) == (other >= _FIRST_STATUS)


def class_of(code: int) -> str:
    """One of CLASSES; a status of 4xx is a refusal, and a code of gRPC is as google/rpc/code.proto maps it to HTTP."""
    if code < _FIRST_STATUS:
        return CLASSES[0] if code == 0 else CLASSES[1] if code in _GRPC_REFUSALS else CLASSES[2]
    return CLASSES[min(max(code // 100 - 3, 0), 2)]


def shown(code: int) -> str:
    """`503`, or `UNAVAILABLE` for a code of gRPC."""
    return _GRPC_NAMES[code] if 0 <= code < len(_GRPC_NAMES) else str(code)
