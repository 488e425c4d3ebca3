"""Cases and what happened to them, read from SQLite."""

from collections.abc import Collection, Iterable
from typing import Any

from accord.cases.case import Case
from accord.cases.policy import Policy
from accord.store.chain import read_case, read_event, read_policy
from accord.store.copying import written_out
from accord.store.parts import Parts
from accord.store.rows import Audit, Row

_ROW = "sequence, key, number, case_id, event, policy, changed, note, program, hash"
_BROKEN_AT_MOST = 100


class Reader(Parts):
    """Reads cases and rows (`interface.Reading`)."""

    def case(self, case_id: str) -> Case | None:
        """The case of this id."""
        return self._case("select body from cases where id = ?", case_id)

    def case_of(self, key: str) -> Case | None:
        """The latest case of this key."""
        return self._case(
            "select body from cases where id = (select case_id from ledger where key = ? order by number desc limit 1)",
            key,
        )

    def policy_of(self, key: str) -> Policy | None:
        """The policy that the last event of this key was decided by."""
        with self.readers() as connection:
            found = connection.execute(
                "select body from policy where hash = (select policy from ledger where key = ? order by number desc limit 1)",
                (key,),
            ).fetchone()
        return read_policy(found[0]) if found else None

    def policy(self, digest: str) -> Policy | None:
        """The policy of this hash."""
        with self.readers() as connection:
            found = connection.execute("select body from policy where hash = ?", (bytes.fromhex(digest),)).fetchone()
        return read_policy(found[0]) if found else None

    def cases(self, is_open: bool | None = None, after: str = "", limit: int = 1000) -> tuple[Case, ...]:
        """Cases by id."""
        return self._cases(
            "select body from cases where id in"
            f" (select id from cases where {_OPEN[is_open]} and id > ? order by id limit ?) order by id",
            after,
            limit,
        )

    def due(self, now_ns: int, limit: int = 1000) -> tuple[Case, ...]:
        """Open cases whose deadline is not after the instant."""
        return self._cases(
            "select body from cases where open = 1 and deadline_ns <= ? order by deadline_ns, actor, id limit ?",
            now_ns,
            limit,
        )

    def next_deadline_ns(self) -> int | None:
        """The earliest deadline of all open cases."""
        with self.readers() as connection:
            found: int | None = connection.execute("select min(deadline_ns) from cases where open = 1").fetchone()[0]
        return found

    def audit(self) -> Audit:
        """Whether every open case has an actor and a deadline: the partial index alone is read, all of it."""
        with self.readers() as connection:
            open_, broken = connection.execute(
                "select count(*), total(actor = '' or deadline_ns <= 0) from cases indexed by cases_due where open = 1"
            ).fetchone()
            ids = connection.execute(_BROKEN, (_BROKEN_AT_MOST,)).fetchall() if broken else []
        return Audit(open_, tuple(id_ for (id_,) in ids))

    def history(self, case: str) -> tuple[Row, ...]:
        """What happened to the case of this id."""
        of_its_key = "key = (select key from cases where id = ?) and case_id = ?"
        return self._rows(f"select {_ROW} from ledger where {of_its_key} order by number", case, case)

    def latest(self, before: str = "", limit: int = 1000) -> tuple[Case, ...]:
        """Cases, the newest first: a case keeps the place in which it was first written."""
        opened = "rowid < (select rowid from cases where id = ?)" if before else "? = ''"
        return self._cases(f"select body from cases where {opened} order by rowid desc limit ?", before, limit)

    def exported(self, keys: Collection[str]) -> tuple[bytes, ...]:
        """The chains of these keys as lines."""
        with self.readers() as connection:
            return tuple(written_out(connection, keys))

    def rows(self, after: int = 0, limit: int = 1000) -> tuple[Row, ...]:
        """Rows of the whole ledger."""
        return self._rows(f"select {_ROW} from ledger where sequence > ? order by sequence limit ?", after, limit)

    def _case(self, query: str, name: str) -> Case | None:
        with self.readers() as connection:
            found = connection.execute(query, (name,)).fetchone()
        return read_case(found[0]) if found else None

    def _cases(self, query: str, *values: object) -> tuple[Case, ...]:
        with self.readers() as connection:
            return tuple(read_case(body) for (body,) in connection.execute(query, values))

    def _rows(self, query: str, *values: object) -> tuple[Row, ...]:
        with self.readers() as connection:
            return tuple(_row(*found) for found in _all(connection.execute(query, values)))


_OPEN = {None: "true", True: "open = 1", False: "open = 0"}
_BROKEN = "select id from cases where open = 1 and (actor = '' or deadline_ns <= 0) order by id limit ?"


def _all(rows: Iterable[Any]) -> list[Any]:
    return list(rows)


def _row(sequence: int, key: str, number: int, case: str, event: bytes, policy: bytes, *rest: Any) -> Row:
    changed, note, program, hash_ = rest
    return Row(sequence, key, number, case, read_event(event), policy.hex(), bool(changed), note, program, hash_.hex())
