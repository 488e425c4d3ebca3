"""Spans wait for their other halves; once a trace has been quiet for the allowance, its calls are added to their minutes.

The sums, and the ids of the spans that are in them, go into the store in one transaction: a span that comes again, from its
sender or from the journal after a restart, is known and counts once, and a half whose other half is in the sums already is
`undecided`, as are the halves of traces that had to be let go early for want of room. Nothing is let go unsaid.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa

from accord.observe.columns import SPANS
from accord.observe.reading.kinds import with_kinds
from accord.observe.receiving import words
from accord.observe.receiving.limits import Limits
from accord.observe.receiving.store import Store

_SPAN_COLUMNS = ", ".join(column.name for column in SPANS)


class Settling:
    """The spans that wait, in memory, and the way from there into the store; for one thread."""

    def __init__(self, store: Store, limits: Limits | None = None) -> None:
        self.counts: Counter[str] = Counter()
        self.limits = limits or Limits()
        self._store, self._database = store, store.database
        self._database.execute(words.WAITING)
        self._database.execute(words.DUE.format(quiet=0, oldest=0))
        for early in (False, True):  # compiled now, on nothing, rather than while the first senders wait
            self._sum(0, early)
        self.counts.clear()
        self.waiting = 0

    def add(self, spans: pa.Table, arrived_ns: int) -> None:
        """Makes spans wait from when they arrived."""
        self._database.register("arriving", spans)
        self._database.execute(words.ADD.format(columns=_SPAN_COLUMNS, arrived=arrived_ns))
        self._database.unregister("arriving")
        self.waiting += len(spans)

    def settle(self, now_ns: int) -> None:
        """Settles what has waited long enough, and the oldest where more wait than may."""
        quiet, oldest = now_ns - self.limits.lateness_ns, now_ns - self.limits.longest_wait_ns
        self._choose(words.DUE.format(quiet=quiet, oldest=oldest), now_ns)
        excess = self.waiting - self.limits.pending_spans
        if excess > 0:
            self._choose(words.OLDEST.format(excess=excess - 1), now_ns, early=True)
        self._store.forget(now_ns - 2 * self.limits.longest_wait_ns, self.limits.keys)

    def oldest_ns(self) -> int | None:
        """When the oldest span that waits arrived; None where none does."""
        [found] = self._database.execute("SELECT min(arrived) FROM waiting").fetchall()[0]
        return None if found is None else int(found)

    def _choose(self, due: str, now_ns: int, early: bool = False) -> None:
        self._database.execute(due)
        chosen = self._count("due")
        if not chosen:
            return
        try:
            self._sum(now_ns, early)
        except (duckdb.ConversionException, duckdb.OutOfRangeException):
            self.counts["spans whose numbers add to no number"] += chosen
            self._store.write([words.REMEMBER.format(at=now_ns)])
        self._database.execute(words.LET_GO)
        self.waiting -= chosen

    def _sum(self, now_ns: int, early: bool) -> None:
        run = self._database.execute
        for statement in words.SORTED_OUT:
            run(statement)
        self.counts["repeated spans"] += self._count("due") - self._count("fresh")
        self._fill_kinds()
        for statement in words.compiled(early):
            run(statement)
        self._store.write([*words.STORED, words.REMEMBER.format(at=now_ns), words.REMEMBER_KEYS.format(at=now_ns)])
        self.counts["settled spans"] += self._count("spans")
        [undecided] = run(words.UNDECIDED_COUNT).fetchall()[0]
        self.counts["undecided halves"] += undecided or 0
        if early:
            self.counts["spans settled early, for want of room"] += self._count("due")

    def _fill_kinds(self) -> None:
        [unknown] = self._database.execute("SELECT count(*) FROM spans WHERE kind = 0").fetchall()[0]
        if not unknown:
            return
        told: Any = self._database.execute("SELECT * FROM spans").to_arrow_table()
        self._database.register("with_kinds", with_kinds(told))
        self._database.execute("CREATE OR REPLACE TEMP TABLE spans AS SELECT * FROM with_kinds")
        self._database.unregister("with_kinds")

    def _count(self, table: str) -> int:
        [found] = self._database.execute(f"SELECT count(*) FROM {table}").fetchall()[0]
        return int(found)


def together(tables: Sequence[pa.Table]) -> pa.Table:
    """Several tables of spans as one, whatever words each knows."""
    return pa.concat_tables(tables).unify_dictionaries()
