"""What is to be sent and what became of it, in SQLite."""

import sqlite3
from collections.abc import Collection, Sequence
from concurrent.futures import Future

from accord.model.message import Fate, Message
from accord.store.chain import read_message
from accord.store.errors import StoreError
from accord.store.parts import Parts
from accord.store.queueing import queue, told
from accord.store.rows import Outcome, Queued, Sending, Unreached
from accord.store.writer import Memory

_COLUMNS = "id, key, channel, body, fate, due_ns, queued_ns, attempts, provider_ref, reason, also_in, parked"
_ORDER = {Fate.QUEUED: 0, Fate.HANDED: 1, Fate.DELIVERED: 2, Fate.OPENED: 3, Fate.ANSWERED: 4}
_BOUNCES = {Fate.QUEUED, Fate.HANDED, Fate.DELIVERED}
_TRIED = {Fate.QUEUED, Fate.HANDED, Fate.FAILED}


class OutboxRows(Parts):
    """The rows of the outbox (`interface.Outbox`)."""

    def sendings_due(self, now_ns: int, limit: int = 100, but_not: Collection[str] = ()) -> tuple[Sending, ...]:
        """Queued sendings due by now."""
        others = f"and channel not in ({', '.join('?' * len(but_not))})" if but_not else ""
        where = f"where {_QUEUED} and due_ns <= ? {others} order by due_ns, rowid limit ?"
        return self._sendings(where, now_ns, *but_not, limit)

    def next_sending_ns(self) -> int | None:
        """When the next queued sending is due."""
        with self.readers() as connection:
            found: int | None = connection.execute(f"select min(due_ns) from sending where {_QUEUED}").fetchone()[0]
        return found

    def report(self, outcomes: Sequence[Outcome]) -> "Future[None]":
        """What became of sendings."""
        return self.writer.do(lambda connection: _report(connection, outcomes))

    def bundle(self, ids: Sequence[str], message: Message, key: str, at_ns: int) -> "Future[None]":
        """These sendings are told by this message instead."""
        memory = self.writer.memory
        return self.writer.do(lambda connection: _bundle(connection, memory, ids, message, key, at_ns))

    def sending(self, sending_id: str) -> Sending | None:
        """The sending of this id."""
        return next(iter(self._sendings("where id = ?", sending_id)), None)

    def sendings(self, case: str) -> tuple[Sending, ...]:
        """All sendings of the case of this id."""
        return self._sendings("where case_id = ? order by rowid", case)

    def queued(self, after: int = 0, limit: int = 1000) -> tuple[Queued, ...]:
        """Sendings of all cases behind a place, in the order they were queued."""
        with self.readers() as connection:
            found = connection.execute(_IN_ORDER, (after, limit)).fetchall()
        return tuple(Queued(place, (policy or b"").hex(), _sending(*columns)) for place, policy, *columns in found)

    def unreached(self, limit: int = 100) -> tuple[Unreached, ...]:
        """Whom the present turn of an open case told on no channel."""
        with self.readers() as connection:
            return tuple(Unreached(*found) for found in connection.execute(_UNREACHED, (limit,)))

    def _sendings(self, where: str, *values: object) -> tuple[Sending, ...]:
        with self.readers() as connection:
            found = connection.execute(f"select {_COLUMNS} from sending {where}", values).fetchall()
        return tuple(_sending(*columns) for columns in found)


_IN_ORDER = (
    f"select sending.rowid, policy, {', '.join(f'sending.{name}' for name in _COLUMNS.split(', '))} from sending"
    " left join ledger on ledger.sequence = sending.sequence where sending.rowid > ? order by sending.rowid limit ?"
)
_WAITING = "fate = 'queued' and also_in = ''"
_QUEUED = f"{_WAITING} and parked = 0"
_UNREACHED = """
select distinct sending.key, case_id, sending.turn, person from sending indexed by sending_failed
join cases on cases.id = case_id and cases.open = 1 and cases.turn = sending.turn
where fate = 'failed' and reported = 0 and not exists (
  select 1 from sending as other where other.case_id = sending.case_id and other.turn = sending.turn
  and other.person = sending.person and other.fate <> 'failed')
order by sending.rowid limit ?"""


def _sending(id_: str, key: str, channel: str, body: bytes, fate: str, *rest: object) -> Sending:
    *told, parked = rest
    return Sending(id_, key, channel, read_message(body), Fate(fate), *told, bool(parked))  # type: ignore[arg-type, call-arg]


def _report(connection: sqlite3.Connection, outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        tried = int(outcome.fate in _TRIED)
        values = (tried, *[outcome.due_ns] * 2, *[outcome.provider_ref] * 2, outcome.reason, outcome.id)
        if not connection.execute(f"{_CAME_TO} and fate = 'queued'", (outcome.fate, *values)).rowcount:
            found = connection.execute("select fate from sending where id = ?", (outcome.id,)).fetchone()
            if not found:
                raise StoreError(f"no sending has the id {outcome.id!r}")
            connection.execute(_CAME_TO, (_later(Fate(found[0]), outcome.fate), *values))


_CAME_TO = (
    "update sending set fate = ?, attempts = attempts + ?, due_ns = iif(? > 0, ?, due_ns),"
    " provider_ref = iif(? <> '', ?, provider_ref), reason = ? where id = ?"
)
"""What is queued becomes whatever is heard of it; anything else is looked up first (`_later`)."""


def _later(fate: Fate, heard: Fate) -> Fate:
    """Receipts come in any order: a fate never goes back, but what was handed may bounce."""
    if fate is Fate.FAILED:
        return heard if heard in (Fate.OPENED, Fate.ANSWERED) else fate
    if heard is Fate.FAILED:
        return heard if fate in _BOUNCES else fate
    return max(fate, heard, key=_ORDER.__getitem__)


def _bundle(
    connection: sqlite3.Connection, memory: Memory, ids: Sequence[str], message: Message, key: str, at_ns: int
) -> None:
    into = queue(connection, memory, (told(message, at_ns),), key, at_ns, 0)[0].id
    for each in ids:
        changed = connection.execute(
            f"update sending set also_in = ? where id = ? and {_WAITING}", (into, each)
        ).rowcount
        if not changed:
            raise StoreError(f"the sending {each!r} is not queued any more, and no bundle may tell it again")
