"""What a bundle tells fails with it: who was to hear of it was not reached, and that is known at once."""

import sqlite3
from collections.abc import Iterable

from accord.model.message import Fate
from accord.store.rows import Outcome


def failed_with_bundles(connection: sqlite3.Connection, outcomes: Iterable[Outcome]) -> None:
    """Where one of these failed for good that is a bundle, and it failed on every other channel too, so has all that it tells."""
    for one in outcomes:
        if one.fate is Fate.FAILED and connection.execute(_FAILED, (one.id,)).fetchone():
            connection.execute(_TOLD, (f"the bundle that tells it failed: {one.reason}", one.id))


_COPIES = (
    "sending as copy where copy.case_id = bundle.case_id and copy.turn = bundle.turn and copy.person = bundle.person"
    " and copy.sequence = 0"
)
_FAILED = f"""
select 1 from sending as bundle where id = ? and sequence = 0 and fate = 'failed'
and not exists (select 1 from {_COPIES} and copy.fate <> 'failed')"""
_TOLD = f"""
update sending set fate = 'failed', reason = ? where fate = 'queued' and also_in <> '' and also_in in (
  select copy.id from sending as bundle, {_COPIES} and bundle.id = ?)"""
