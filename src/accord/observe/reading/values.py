"""Values of tables, however they are written: ids, times, kinds, statuses, maps. Each raises Refused with what it expected."""

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from accord.model.problem import Refused
from accord.observe.columns import CLIENT, CONSUMER, ERROR, INTERNAL, OK, PRODUCER, SERVER, UNSET
from accord.observe.reading.batch import digest_of, id_of_bytes, ids_of_hex, signed
from accord.observe.reading.layouts import UNITS

_NOBODY = frozenset(("", "root", "null", "none", "nil", "nan", "-", "0", "0000000000000000"))
"""What stands for a parent where there is none."""
_KINDS = {"unspecified": 0, "internal": INTERNAL, "server": SERVER, "client": CLIENT, "producer": PRODUCER,
          "consumer": CONSUMER, "": 0, **{str(number): number for number in range(6)}}  # fmt: skip
_STATUSES = {"unset": UNSET, "ok": OK, "error": ERROR, "": UNSET, "0": UNSET, "1": OK, "2": ERROR,
             "false": UNSET, "true": ERROR}  # fmt: skip
_HEX = re.compile(r"[0-9a-fA-F]+")
_SAFE = "bcdfghjklmnpqrstvwxz2456789"
_OF_REPLICAS = re.compile(rf"-[{_SAFE}]{{6,10}}-[{_SAFE}]{{5}}")
_OF_A_SET = re.compile(rf"-(\d{{1,4}}|[{_SAFE}]{{5}})")
"""What Kubernetes puts behind the name of a workload: apimachinery/pkg/util/rand has these letters alone."""
_LARGEST_POWER = 20
"""Of ten: no time that can be has more digits."""
_FRACTION = re.compile(r"(.*\d\d:\d\d:\d\d)[.,](\d+)(.*)")
_PAIR = re.compile(r"'((?:[^'\\]|\\.|'')*)'\s*[:=]\s*'((?:[^'\\]|\\.|'')*)'")


def trace_of(value: Any) -> tuple[int, int]:
    """A trace id: 32 or 16 hexadecimal digits, a whole number or bytes as such, any other text by its digest."""
    if isinstance(value, bytes) and len(value) == 16:
        return id_of_bytes(value[:8]), id_of_bytes(value[8:])
    if isinstance(value, str) and len(value) in (16, 32) and _HEX.fullmatch(value):
        return ids_of_hex(value)
    low = id_of(value)
    return (0, low) if isinstance(value, int | bytes) else (digest_of(f"{value} trace"), low)


def id_of(value: Any) -> int:
    """A span id: 16 hexadecimal digits, a whole number or 8 bytes as such, any other text by its digest; 0 where there is none."""
    if value is None or value == "" or value == b"":
        return 0
    if isinstance(value, int):
        return signed(value & (1 << 64) - 1)
    if isinstance(value, bytes):
        return id_of_bytes(value) or digest_of(value.hex())
    text = str(value)
    return ids_of_hex(text)[1] if len(text) == 16 and _HEX.fullmatch(text) else digest_of(text)


def parent_of(value: Any) -> int:
    """The id of the span above; 0 where the value says that there is none, such as `root`."""
    if isinstance(value, str) and value.strip().lower() in _NOBODY:
        return 0
    return id_of(value)


def workload_of(pod: str) -> str:
    """The workload that a pod is of: without what its replica set, stateful set or daemon set put behind it."""
    for behind in (_OF_REPLICAS, _OF_A_SET):
        for begins in range(1, len(pod)):
            if pod[begins] == "-" and behind.fullmatch(pod, begins):
                return pod[:begins]
    return pod


def nanoseconds(value: Any, unit: str) -> int:
    """A time since 1970 or a duration; where no unit is told, a date and a time as text, in UTC unless it says otherwise."""
    factor = UNITS.get(unit)
    if factor and isinstance(value, int):
        return value * factor
    text = "" if value is None else str(value).strip()
    if not factor or ":" in text:
        return _instant(text)
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite() or number.adjusted() > _LARGEST_POWER:
        raise Refused(f"expected a number of {unit}, read {shown(value)}")
    return int(number * factor)


def _instant(text: str) -> int:
    parts = _FRACTION.fullmatch(text.strip())
    whole, digits, zone = parts.groups() if parts else (text.strip(), "", "")
    try:
        at = datetime.fromisoformat(whole + zone.strip().replace("UTC", "Z"))
    except (ValueError, OverflowError):
        expected = "a date and a time such as 2027-03-31T10:00:00Z, or a unit such as :ns behind the column"
        raise Refused(f"expected {expected}, read {shown(text)}") from None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return int(at.timestamp()) * 1_000_000_000 + int(digits.ljust(9, "0")[:9] or 0)


def kind_of(value: Any) -> int:
    """The kind of a span, by its name or by OTLP's number; 0 where none is told."""
    found = _KINDS.get(_word(value, "span_kind_"))
    if found is None:
        raise Refused(f"expected client, server, internal, producer or consumer, read {shown(value)}")
    return found


def status_of(value: Any) -> int:
    """How a span ended, by its name, by OTLP's number, or by whether it failed; unset where none is told."""
    found = _STATUSES.get(_word(value, "status_code_"))
    if found is None:
        raise Refused(f"expected unset, ok or error, read {shown(value)}")
    return found


def _word(value: Any, prefix: str) -> str:
    return "" if value is None else str(value).strip().lower().removeprefix(prefix)


def code_told(value: Any) -> dict[str, int]:
    """An HTTP status or a gRPC code as the attribute that would tell it; nothing where none is told."""
    if value is None or value == "":
        return {}
    text = str(value).strip().lower().removesuffix(".0")
    if text == "nan" or text.startswith("-"):
        return {}
    if not text.isdecimal() or len(text) > 3:
        raise Refused(f"expected an HTTP status or a gRPC code, read {shown(value)}")
    code = int(text)
    return {"http.response.status_code" if code >= 100 else "rpc.grpc.status_code": code}


def map_told(value: Any) -> dict[str, Any]:
    """Attributes: a map, a list of pairs, JSON, or a map as ClickHouse writes it; nothing where none are told."""
    if value is None or value == "":
        return {}
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        return dict(pair for pair in value if isinstance(pair, tuple) and len(pair) == 2)
    text = str(value).strip()
    try:
        decoded = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        decoded = None
    if isinstance(decoded, dict):
        return decoded
    if text == "{}" or (text.startswith("{'") and text.endswith("}")):
        return {_bare(key): _bare(told) for key, told in _PAIR.findall(text)}
    raise Refused(f"expected a map of attributes, as JSON, read {shown(value)}")


def _bare(text: str) -> str:
    return text.replace("''", "'").replace("\\'", "'").replace("\\\\", "\\")


def shown(value: Any) -> str:
    """A value in the words of a message, not too long."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
