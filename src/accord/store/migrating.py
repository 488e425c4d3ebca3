"""A ledger's file grows with the program, by numbered steps of plain SQL, forward only."""

import re
import sqlite3
from functools import cache
from importlib import resources

from accord.store.errors import Incompatible

APPLICATION = 0x41434344
"""How a ledger of ours is told from any other SQLite file (`application_id`)."""

_NAME = re.compile(r"(\d{4})_[a-z_]+\.sql")


@cache
def steps() -> tuple[tuple[int, str], ...]:
    """The steps there are, by number: each with its SQL."""
    folder = resources.files("accord.store.migrations")
    found = ((_NAME.fullmatch(file.name), file) for file in folder.iterdir())
    numbered = sorted((int(name[1]), file.read_text(encoding="utf-8")) for name, file in found if name)
    if [number for number, _ in numbered] != list(range(1, len(numbered) + 1)):
        raise Incompatible(f"the program is incomplete: expected migrations 1 to n, read {[n for n, _ in numbered]}")
    return tuple(numbered)


def version(connection: sqlite3.Connection, file: str) -> int:
    """Up to which step this file is; 0 where it is empty. Raises Incompatible for what is no ledger or newer than we are."""
    application, number = (
        connection.execute(f"pragma {name}").fetchone()[0] for name in ("application_id", "user_version")
    )
    is_empty = not connection.execute("select count(*) from sqlite_schema").fetchone()[0]
    if application != APPLICATION and not is_empty:
        raise Incompatible(f"{file}: expected a ledger of accord, read another SQLite file; give a different file")
    newest = len(steps())
    if number > newest:
        raise Incompatible(
            f"{file}: written by a newer accord (format {number}); this one reads up to {newest}: update accord"
        )
    return int(number)


def migrate(connection: sqlite3.Connection, file: str) -> None:
    """Brings a file up to the newest step, each in one transaction."""
    for number, script in steps()[version(connection, file) :]:
        connection.execute("begin immediate")
        try:
            for statement in _statements(script):
                connection.execute(statement)
            connection.execute(f"pragma application_id = {APPLICATION}")
            connection.execute(f"pragma user_version = {number}")
            connection.execute("commit")
        finally:
            if connection.in_transaction:
                connection.execute("rollback")


def _statements(script: str) -> list[str]:
    """The statements of a script; `executescript` would commit between them."""
    statements, statement = [], ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            statements.append(statement)
            statement = ""
    return statements
