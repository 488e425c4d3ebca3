"""Alerts as Alertmanager's API v2 writes them (openapi.yaml of github.com/prometheus/alertmanager, 0.27): read, named, written."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from accord.model.duration import NANOSECONDS
from accord.model.problem import Refused
from accord.serve.instants import of, written
from accord.store.kept import Kept

RESOLVE_TIMEOUT = 5 * NANOSECONDS["m"]
"""How long an alert that says no end is held to fire: Alertmanager's default of resolve_timeout."""
MOST_LABELS, LONGEST = 128, 16_384
"""Labels of one alert, and bytes of one value, that are taken."""

_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*", re.ASCII)
_OFFSET, _PRIME, _MASK = 14695981039346656037, 1099511628211, (1 << 64) - 1


class PostedAlert(Struct, rename="camel"):
    """One alert of a POST; an empty instant is not said."""

    labels: dict[str, str]
    annotations: dict[str, str] = {}
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    generator_url: str = msgspec.field(default="", name="generatorURL")


class Instance(Kept, frozen=True):
    """One instance of a signal, as it was last told: `id` is its fingerprint, it fires up to `ends_ns` unless it is told again.

    `key` is the deviation that it belongs to, `also` are the others that it tells of, which other parties recover. `lapsed` says that
    its end passed without a word of it.
    """

    KIND = "alert"
    key: str = ""
    labels: dict[str, str] = msgspec.field(default_factory=dict)
    annotations: dict[str, str] = msgspec.field(default_factory=dict)
    generator_url: str = ""
    begins_ns: int = 0
    updated_ns: int = 0
    resolved: bool = False
    lapsed: bool = False
    also: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Every deviation that it tells of."""
        return (self.key, *self.also)

    def fires(self, now_ns: int) -> bool:
        """Whether it was told to fire, and not yet told to be over. Silence of its source is not the end of it."""
        return not self.resolved or now_ns < self.ends_ns


def fingerprint(labels: Mapping[str, str]) -> str:
    """What Alertmanager calls an alert: FNV-1a (64 bits) over its sorted labels, each part ended by 0xff
    (LabelSet.Fingerprint of github.com/prometheus/common/model)."""
    number = _OFFSET
    for name, value in sorted(labels.items()):
        number = _folded(number, name, value)
    return f"{number:016x}"


@lru_cache(4096)
def _folded(number: int, name: str, value: str) -> int:
    """After one label more; many alerts have their first labels in common, and each is told again every minute."""
    for byte in b"%b\xff%b\xff" % (name.encode(), value.encode()):
        number = ((number ^ byte) * _PRIME) & _MASK
    return number


_read = msgspec.json.Decoder(list[PostedAlert]).decode


def posted(body: bytes) -> list[PostedAlert]:
    """The alerts of a request; raises Refused where it is no list of alerts."""
    try:
        return _read(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused(f"expected a JSON list of alerts: {error}") from None
    except RecursionError:
        raise Refused("expected a JSON list of alerts: it is nested too deep") from None


def instance(alert: PostedAlert, now_ns: int) -> Instance:
    """What is kept of a posted alert. Raises Refused where Alertmanager refuses it."""
    labels = {name: value for name, value in alert.labels.items() if value}
    _check(labels, alert.annotations)
    begins = _instant(alert.starts_at) or _instant(alert.ends_at) or now_ns
    ends = _instant(alert.ends_at) or now_ns + RESOLVE_TIMEOUT
    if ends < begins:
        raise Refused("endsAt lies before startsAt")
    return Instance(
        fingerprint(labels),
        ends,
        "",
        labels,
        alert.annotations,
        alert.generator_url,
        min(begins, now_ns) if ends > now_ns else begins,
        now_ns,
        resolved=ends <= now_ns,
    )


def _check(labels: Mapping[str, str], annotations: Mapping[str, str]) -> None:
    if not labels:
        raise Refused("at least one label must have a value")
    if max(len(labels), len(annotations)) > MOST_LABELS:
        raise Refused(f"more than {MOST_LABELS} labels or annotations")
    for name, value in (*labels.items(), *annotations.items()):
        if not _is_name(name):
            raise Refused(f"`{name[:80]}` is no name of a label: letters, digits and _ that begin with no digit")
        if len(value) > LONGEST:
            raise Refused(f"the value of `{name}` is longer than {LONGEST} characters")


@lru_cache(4096)
def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


def _instant(moment: datetime | None) -> int:
    """Nanoseconds since 1970; 0 for what is not said: Go's zero time stands for that."""
    return 0 if moment is None or moment.year <= 1 else of(moment)


def gettable(one: Instance, receivers: tuple[str, ...], silenced_by: tuple[str, ...], now_ns: int) -> dict[str, Any]:
    """The alert as GET /api/v2/alerts answers."""
    state = "suppressed" if silenced_by else "active"
    return {
        "fingerprint": one.id,
        "labels": one.labels,
        "annotations": one.annotations,
        "startsAt": written(one.begins_ns),
        "endsAt": written(one.ends_ns),
        "updatedAt": written(one.updated_ns),
        "generatorURL": one.generator_url,
        "receivers": [{"name": name} for name in receivers],
        "status": {"state": state, "silencedBy": list(silenced_by), "inhibitedBy": [], "mutedBy": []},
    }
