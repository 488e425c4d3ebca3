"""A ledger as it was exported, decided again row by row: what each case was before and after, and what was told."""

from collections.abc import Callable, Iterable
from itertools import takewhile
from typing import Any

import msgspec
from msgspec import Raw, Struct

from accord.cases.case import Case
from accord.cases.events import AnyEvent, Fire
from accord.cases.policy import Policy
from accord.cases.step import step
from accord.model.message import Fate, Message, Side
from accord.model.problem import Refused

Chained = Callable[[bytes, tuple[Any, ...]], bytes]
"""The hash of a row, from that of the row before it and what the row says."""


class Row(Struct, frozen=True):
    """One event as it was recorded, the case before and after it, and the messages that it came to.

    `is_otherwise` says that this program decides it otherwise than the one that recorded it.
    """

    sequence: int
    key: str
    event: AnyEvent
    policy: Policy
    policy_hash: str
    changed: bool
    note: str
    hash: str
    case_id: str
    before: Case | None
    after: Case | None
    messages: tuple[Message, ...]
    is_otherwise: bool = False


class Sent(Struct, frozen=True):
    """How far one message got on one channel; when is not kept. `is_bundled` says that a bundle told it instead."""

    turn: int
    side: Side
    person: str
    channel: str
    fate: Fate
    is_bundled: bool = False


class Recorded(Struct, frozen=True):
    """All rows in order. `gaps` says of each key what of its chain is missing or does not agree."""

    rows: tuple[Row, ...]
    program: str = ""
    roots: int = 0
    gaps: tuple[tuple[str, str], ...] = ()


class _Line(Struct):
    accord_ledger: int = 0
    policy: str = ""
    body: Policy | None = None
    sequence: int = 0
    root: str = ""
    at_ns: int = 0
    anchor: str = ""
    pruned: int = 0
    case: Case | None = None
    key: str = ""
    number: int = 0
    event_id: str = ""
    case_id: str = ""
    event: Raw = Raw(b"null")
    changed: bool = False
    note: str = ""
    told: str = ""
    queued: str = ""
    state: str = ""
    program: str = ""
    before: Raw = Raw(b"null")
    hash: str = ""


_read_line = msgspec.json.Decoder(_Line).decode
_read_event = msgspec.json.Decoder(AnyEvent).decode
_read_case = msgspec.json.Decoder(Case).decode


def read_ledger(lines: Iterable[bytes], name: str, chained: Chained) -> Recorded:
    """The ledger whose export these lines are; raises Refused, with file and line, where they are none."""
    reader = _Reader(chained)
    for number, line in enumerate(lines, 1):
        try:
            reader.take(_read_line(line), number)
        except Refused as refused:
            raise Refused(f"{name}:{number}:1: {refused}") from None
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            raise Refused(
                f"{name}:{number}:1: expected a line of `accord ledger export`: {str(error).lower()}"
            ) from None
    if not reader.program:
        raise Refused(f"{name}:1:1: expected a ledger or what `accord ledger export` writes, read nothing")
    return Recorded(tuple(reader.rows), reader.program, reader.roots, tuple(reader.gaps))


class _Reader:
    def __init__(self, chained: Chained) -> None:
        self.chained = chained
        self.rows: list[Row] = []
        self.gaps: list[tuple[str, str]] = []
        self.program, self.roots = "", 0
        self._policies: dict[str, Policy] = {}
        self._cases: dict[str, Case | None] = {}
        self._ends: dict[str, tuple[int, bytes]] = {}

    def take(self, line: _Line, number: int) -> None:
        if line.accord_ledger:
            self.program = line.program
        elif not self.program or number == 1:
            raise Refused("expected the line that an export begins with, `accord_ledger`")
        elif line.body is not None:
            self._policies[line.policy] = line.body
        elif line.root:
            self.roots += 1
        elif line.anchor:
            self._cases[line.anchor] = line.case
            self._ends[line.anchor] = (line.number, bytes.fromhex(line.hash))
        elif line.pruned:
            return
        elif line.key:
            self._row(line)
        else:
            raise Refused("expected a policy, a row or a root of a ledger")

    def _row(self, line: _Line) -> None:
        policy = self._policies.get(line.policy)
        if policy is None:
            raise Refused(f"row {line.sequence} names a policy that does not stand before it")
        self._chain(line)
        event = _read_event(line.event)
        case = self._cases.get(line.key) if bytes(line.before) == b"null" else _read_case(line.before)
        stepped = step(case, event, policy)
        self._cases[line.key] = stepped.case
        self.rows.append(
            Row(
                line.sequence, line.key, event, policy, line.policy, line.changed, line.note, line.hash, line.case_id, case, stepped.case,
                stepped.messages, (stepped.note, stepped.changed) != (line.note, line.changed),
            )
        )  # fmt: skip

    def _chain(self, line: _Line) -> None:
        last, before = self._ends.get(line.key, (0, b""))
        if line.number != last + 1:
            missing = line.number - last - 1
            told = f"{missing} rows are missing before row {line.sequence}"
            self.gaps.append((line.key, told if missing > 0 else f"row {line.sequence} is out of order"))
        elif self.chained(before, _hashed(line)).hex() != line.hash:
            self.gaps.append((line.key, f"row {line.sequence} does not agree with its hash"))
        self._ends[line.key] = (line.number, bytes.fromhex(line.hash))


def _hashed(line: _Line) -> tuple[Any, ...]:
    """What a row's hash covers, in its order (docs/ledger.md)."""
    before = b"" if bytes(line.before) == b"null" else bytes(line.before)
    policy, told, queued, state = (bytes.fromhex(text) for text in (line.policy, line.told, line.queued, line.state))
    front = (line.key, line.number, line.event_id, line.case_id, bytes(line.event), policy)
    return (*front, int(line.changed), line.note, told, queued, state, line.program, before)


class Story(Struct, frozen=True):
    """One deviation: all rows of its case in order, what became of its messages, and when it had fired in earlier cases.

    `sent` is None where that is not known, as in an export; a message that is in none of them had no address to go to.
    """

    rows: tuple[Row, ...]
    sent: tuple[Sent, ...] | None = None
    earlier_ns: tuple[int, ...] = ()

    @property
    def case(self) -> Case:
        """The case as the last row leaves it."""
        last = next(row.after for row in reversed(self.rows) if row.after is not None)
        assert last is not None
        return last

    @property
    def first(self) -> Case:
        """The case as it was opened."""
        first = next(row.after for row in self.rows if row.after is not None)
        assert first is not None
        return first

    @property
    def policy(self) -> Policy:
        """By what it was carried at first."""
        return self.rows[0].policy

    @property
    def ends_ns(self) -> int:
        """The instant of the last row."""
        return self.rows[-1].event.at_ns


def stories(recorded: Recorded) -> tuple[Story, ...]:
    """Every deviation in order of its opening; what was heard of none is left out."""
    by_case: dict[str, list[Row]] = {}
    fired: dict[str, list[Row]] = {}
    for row in recorded.rows:
        if row.case_id:
            by_case.setdefault(row.case_id, []).append(row)
        if isinstance(row.event, Fire):
            fired.setdefault(row.key, []).append(row)
    return tuple(
        Story(tuple(rows), earlier_ns=tuple(_earlier(fired.get(rows[0].key, ()), rows[0])))
        for rows in by_case.values()
        if any(row.after is not None for row in rows)
    )


def _earlier(fired: Iterable[Row], first: Row) -> Iterable[int]:
    """When the same key had fired before, in other cases."""
    return (
        row.event.at_ns
        for row in takewhile(lambda row: row.sequence < first.sequence, fired)
        if row.case_id != first.case_id
    )
