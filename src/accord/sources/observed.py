"""What `accord observe --format json` wrote: boundaries as telemetry shows them, readable without what reads telemetry.

    {"accord_observed": 1, "boundaries": [{"consumer": "checkout", "provider": "payments", "operation": "POST /charges",
      "counts": {"calls": 3, "paired": 3}, "callee": [["5s", 3]], "began": 1764547200, "ended": 1764633600}]}

A bucket is given by its number, or by a duration that lies in it. Where it is told in how many `windows` calls came, when
the `last` of them ended and the longest time between two (`longest_gap_s`), it can be told that they ceased.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from accord.model.duration import parse_duration
from accord.model.fact import Fact
from accord.model.observed import Buckets, Observed, Ranges, bucket_of
from accord.model.problem import Problem, Refused
from accord.sources._data import data_of
from accord.sources._sightings import FORMAT, facts_of
from accord.sources._yaml import Document, MappingNode, Node, SequenceNode, child, items, place_of, text_of

__all__ = ["FORMAT", "KEY", "VERSION", "claims", "read"]

KEY = "accord_observed"
VERSION = 1


class _Row(Struct):
    provider: str
    counts: dict[str, int]
    consumer: str = ""
    operation: str = ""
    environment: str = ""
    caller: list[tuple[int | str, int]] = []
    callee: list[tuple[int | str, int]] = []
    codes: list[tuple[int, int, int]] = []
    caller_ranges: list[tuple[int, int, int]] = []
    callee_ranges: list[tuple[int, int, int]] = []
    began: int = 0
    ended: int = 0
    last: int = 0
    windows: int = 0
    longest_gap_s: int = 0


AT_KEYS = frozenset((KEY,))


def claims(document: Document) -> bool:
    """A document with the key `accord_observed` among its first."""
    node = document.node
    return type(node) is MappingNode and any(entry.key == KEY for entry in node.value[:4])


def read(document: Document) -> Iterator[Fact | Problem]:
    """The facts of each boundary, at the line where it begins."""
    refusal = _refusal(document)
    if refusal:
        yield refusal
        return
    for node in items(child(document.node, "boundaries")):
        place = place_of(node, document.root, document.file)
        try:
            yield from facts_of(_observed(data_of(node)), place)
        except (msgspec.ValidationError, Refused) as refused:
            yield Problem(place, f"not an observed boundary: {refused}")


def _refusal(document: Document) -> Problem | None:
    version, listed = child(document.node, KEY), child(document.node, "boundaries")
    if version is None or text_of(version) != str(VERSION):
        return _problem(document, version, f"expected `{KEY}: {VERSION}`, the version of the format")
    if type(listed) is not SequenceNode:
        return _problem(document, listed, "expected a list of boundaries under `boundaries`")
    return None


def _problem(document: Document, node: Node | None, reason: str) -> Problem:
    return Problem(place_of(node or document.node, document.root, document.file), reason, fatal=True)


def _observed(data: object) -> Observed:
    row = msgspec.convert(data, _Row)
    others = (row.began, row.ended, row.last, row.windows, row.longest_gap_s)
    if any(count < 0 for name, count in row.counts.items() if name != "twice_skew_ns") or min(others) < 0:
        raise Refused("expected counts and times of at least 0")
    return Observed(
        row.consumer,
        row.provider,
        row.operation,
        row.environment,
        row.counts,
        _buckets(row.caller),
        _buckets(row.callee),
        tuple(row.codes),
        _ranges(row.caller_ranges),
        _ranges(row.callee_ranges),
        row.began,
        row.ended,
        row.last,
        row.windows,
        row.longest_gap_s,
    )


def _buckets(rows: list[tuple[Any, int]]) -> Buckets:
    found: dict[int, int] = {}
    for written, calls in rows:
        bucket = written if isinstance(written, int) else bucket_of(parse_duration(written))
        if calls < 0 or not 0 <= bucket < 2048:
            raise Refused("expected buckets from 0 to 2047, with at least 0 calls")
        found[bucket] = found.get(bucket, 0) + calls
    return tuple(sorted(found.items()))


def _ranges(rows: list[tuple[int, int, int]]) -> Ranges:
    if any(low < 0 or high < low or calls < 0 for low, high, calls in rows):
        raise Refused("expected ranges from low to high, with at least 0 calls")
    return tuple(sorted(rows))
