"""Where a chain begins whose first rows were pruned: the last of them stays."""

import sqlite3
from collections.abc import Callable
from typing import Any

from accord.store.chain import ROW

ANCHORS = f"select sequence, hash, {', '.join(ROW)}, prior, body from anchor"
"""Of each: sequence, hash, what the row says, the hash before it, and the case after it."""


def anchor_of(ask: Callable[..., sqlite3.Cursor], key: str) -> tuple[Any, ...] | None:
    """The one of a key, as `ANCHORS` gives it; None where nothing of the chain was pruned."""
    found: tuple[Any, ...] | None = ask(f"{ANCHORS} where key = ?", (key,)).fetchone()
    return found
