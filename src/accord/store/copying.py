"""A ledger copied whole while it is written, and written out as lines."""

import os
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Raw

from accord.store.chain import ROW, program
from accord.store.connections import reading, said, writing
from accord.store.errors import StoreError, Unavailable
from accord.store.instance import Instance

EXPORT = 1
"""The version of the lines."""


def back_up(file: Path, to: Path) -> None:
    """Copies a ledger, also while it is written, into one new file that stands alone; raises StoreError where that exists."""
    with closing(reading(file)) as source:
        _copy(source, to)


def restore(backup: Path, to: Path) -> None:
    """Makes a ledger of a backup, brought up to date; raises StoreError where there is something already."""
    if not backup.is_file():
        raise StoreError(f"{backup}: no such file; expected a backup of a ledger")
    beside = [to.with_name(to.name + ending) for ending in ("-wal", "-shm")]
    for left in filter(Path.exists, beside):
        raise StoreError(f"{left} is there: a ledger of this name was in use; move it away first")
    instance = Instance(to)
    try:
        with closing(_plain(backup)) as source:
            _copy(source, to)
        writing(to).close()
    finally:
        instance.release()


def _plain(file: Path) -> sqlite3.Connection:
    with said(file):
        return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)


def _copy(source: sqlite3.Connection, to: Path) -> None:
    try:
        os.close(os.open(to, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise StoreError(f"{to} exists, and nothing is overwritten; give another name") from None
    except OSError as error:
        raise Unavailable(f"{to}: cannot be written: {(error.strerror or str(error)).lower()}") from None
    try:
        with said(to), closing(sqlite3.connect(to, isolation_level=None)) as target:
            source.backup(target)
            target.execute("pragma journal_mode = delete").fetchall()  # a file that needs none beside it
        _durable(to)
    except BaseException:
        to.unlink(missing_ok=True)
        raise


def shrink(file: Path) -> None:
    """Gives the room of what was deleted back to the disk; it needs as much as the file once more meanwhile."""
    instance = Instance(file)
    try:
        with closing(writing(file)) as connection, said(file):
            connection.execute("vacuum")
            connection.execute("pragma wal_checkpoint(truncate)").fetchall()
    finally:
        instance.release()


def archive(written: Iterator[bytes], to: Path) -> str:
    """Writes lines into one new file, which has its name once the disk has all of it; its SHA-256. Raises StoreError where it exists."""
    partial = to.with_name(to.name + ".partial")
    if to.exists():
        raise StoreError(f"{to} exists, and nothing is overwritten; give another name")
    sum_ = sha256()
    try:
        with os.fdopen(os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as opened:
            for line in written:
                opened.write(line)
                sum_.update(line)
        _durable(partial)
        partial.rename(to)
        _durable(to)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise Unavailable(f"{to}: cannot be written: {(error.strerror or str(error)).lower()}") from None
    return sum_.hexdigest()


def _durable(file: Path) -> None:
    for path in (file, file.absolute().parent):
        with suppress(PermissionError):  # not every system opens a folder
            opened = os.open(path, os.O_RDONLY)
            try:
                os.fsync(opened)
            finally:
                os.close(opened)


def lines(file: Path) -> Iterator[bytes]:
    """The ledger as JSON lines: what wrote them, then each policy before its first row, the rows in order, the roots.

    Everything that a hash covers is there, byte for byte; people are pseudonyms, and no address, token or silence is there.
    """
    with closing(reading(file)) as connection, said(file):
        yield from written_out(connection)


def written_out(
    connection: sqlite3.Connection, keys: Collection[str] | None = None, ends: Mapping[str, int] | None = None
) -> Iterator[bytes]:
    """The same over a connection; of the rows only those of these keys, whose chains are whole then, or of each chain up to its end."""
    connection.execute("begin")
    try:
        yield _line(accord_ledger=EXPORT, program=program())
        yield from _anchors(connection, keys if ends is None else ends)
        yield from _rows(connection, keys, ends)
        for sequence, at_ns, hash_ in connection.execute("select sequence, at_ns, hash from root order by sequence"):
            yield _line(root=hash_.hex(), sequence=sequence, at_ns=at_ns)
    finally:
        connection.execute("rollback")


def _anchors(connection: sqlite3.Connection, keys: Collection[str] | None) -> Iterator[bytes]:
    """Where chains go on from that begin elsewhere; of a whole ledger also the hashes of what was pruned."""
    for key, number, hash_, body in connection.execute("select key, number, hash, body from anchor order by sequence"):
        if keys is None or key in keys:
            yield _line(anchor=key, number=number, hash=hash_.hex(), case=Raw(body or b"null"))
    if keys is None:
        for sequence, hash_ in connection.execute("select sequence, hash from pruned order by sequence"):
            yield _line(pruned=sequence, hash=hash_.hex())


def _rows(
    connection: sqlite3.Connection, keys: Collection[str] | None, ends: Mapping[str, int] | None
) -> Iterator[bytes]:
    policies: set[bytes] = set()
    of = "" if keys is None else f"where key in ({', '.join('?' * len(keys))})"
    for sequence, hash_, *values in connection.execute(
        f"select sequence, hash, {_ROW} from ledger {of} order by sequence", tuple(keys or ())
    ):
        row = dict(zip(ROW, values, strict=True))
        if ends is not None and row["number"] > ends.get(row["key"], 0):
            continue
        if row["policy"] not in policies:
            policies.add(row["policy"])
            found = connection.execute("select body from policy where hash = ?", (row["policy"],)).fetchone()
            yield _line(policy=row["policy"].hex(), body=Raw(found[0] if found else b"null"))
        yield _line(sequence=sequence, **_shown(row), hash=hash_.hex())


_ROW = ", ".join(ROW)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    hashes = {name: row[name].hex() for name in ("policy", "told", "queued", "state")}
    whole = {"event": Raw(row["event"]), "before": Raw(row["before"]) if row["before"] else None}
    return row | hashes | whole | {"changed": bool(row["changed"])}


def _line(**values: object) -> bytes:
    return msgspec.json.encode(values) + b"\n"
