"""What every part of a ledger in SQLite stands on."""

from accord.store.connections import Readers
from accord.store.writer import Writer


class Parts:
    """The one that writes and those that read."""

    writer: Writer
    readers: Readers
