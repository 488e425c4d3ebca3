"""What is to be sent and what became of it, in SQLite."""

import sqlite3
from collections.abc import Collection, Sequence
from concurrent.futures import Future

from accord.model.message import Fate, Message
from accord.store.bundling import failed_with_bundles
from accord.store.chain import read_message
from accord.store.errors import StoreError
from accord.store.gathering import Gathered, found, written
from accord.store.memory import Memory
from accord.store.parts import Parts
from accord.store.queueing import queue, told
from accord.store.rows import Outcome, Queued, Sending, Unreached
from accord.store.writer import Joint

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
        return self.writer.do(_Report(outcomes))

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


class _Report(Joint[None]):
    """What one caller has heard."""

    outcomes: Sequence[Outcome]

    def __call__(self, connection: sqlite3.Connection) -> None:
        _report(connection, self.outcomes)

    def together(self, connection: sqlite3.Connection, several: "Sequence[_Report]") -> Sequence[None]:
        _report(connection, [outcome for each in several for outcome in each.outcomes])
        return [None] * len(several)


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
    """All at once, but for several of one sending: those follow one another."""
    while outcomes:
        first = {outcome.id: outcome for outcome in reversed(outcomes)}
        _came_to(connection, tuple(first.values()))
        outcomes = [outcome for outcome in outcomes if first[outcome.id] is not outcome]


def _came_to(connection: sqlite3.Connection, outcomes: Sequence[Outcome]) -> None:
    fates = dict(found(connection, _FATES, tuple(outcome.id for outcome in outcomes)))
    rows = []
    for one in outcomes:
        if one.id not in fates:
            raise StoreError(f"no sending has the id {one.id!r}")
        fate = one.fate if fates[one.id] == Fate.QUEUED else _later(Fate(fates[one.id]), one.fate)
        rows.append((one.id, fate, int(one.fate in _TRIED), one.due_ns, one.provider_ref, one.reason))
    written(connection, _CAME_TO, rows)
    failed_with_bundles(connection, outcomes)


_FATES = "with wanted (id) as (values {rows}) select sending.id, fate from wanted cross join sending on sending.id = wanted.id"
_CAME_TO = """
with came_to (id, fate, tried, due_ns, provider_ref, reason) as (values {rows})
update sending set fate = came_to.fate, attempts = attempts + came_to.tried,
due_ns = iif(came_to.due_ns > 0, came_to.due_ns, sending.due_ns),
provider_ref = iif(came_to.provider_ref <> '', came_to.provider_ref, sending.provider_ref), reason = came_to.reason
from came_to where sending.id = came_to.id"""


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
    gathered = Gathered(connection, memory)
    into = queue(gathered, (told(message, at_ns),), key, at_ns, 0)[0].id
    gathered.write()
    for each in ids:
        changed = connection.execute(
            f"update sending set also_in = ? where id = ? and {_WAITING}", (into, each)
        ).rowcount
        if not changed:
            raise StoreError(f"the sending {each!r} is not queued any more, and no bundle may tell it again")
