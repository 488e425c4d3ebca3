"""Messages into the outbox: one sending for each address of whom they are for."""

import sqlite3
from collections.abc import Iterable
from hashlib import sha256

from msgspec import Struct

from accord.model.message import Fate, Message
from accord.store.chain import encode
from accord.store.errors import StoreError
from accord.store.people import channels_of
from accord.store.writer import Memory


class Told(Struct, frozen=True):
    """A message to queue: not before `due_ns`, and `parked` where it then leaves in a bundle, not by itself."""

    message: Message
    due_ns: int
    parked: bool = False


def queue(
    connection: sqlite3.Connection, memory: Memory, told: Iterable[Told], key: str, at_ns: int, sequence: int
) -> list[str]:
    """The ids of the sendings of these messages, one for each address of its person.

    Where somebody has no address, there is one that has failed already, so that the silence is known at once.
    """
    ids = []
    for each in told:
        message, body = each.message, encode(each.message)
        whose = (sequence, key, message.deviation, message.turn, message.person)
        for channel, after in channels_of(connection, memory, message.person) or (("", 0),):
            fate, reason = (Fate.QUEUED, "") if channel else (Fate.FAILED, "no address is known")
            row = (*whose, channel, fate, each.due_ns + after, at_ns, reason, int(each.parked), body)
            ids.append(_queued(connection, message, channel, row))
    return ids


def _queued(connection: sqlite3.Connection, message: Message, channel: str, row: tuple[object, ...]) -> str:
    """Two messages of one turn to one person differ in the copy that their ids count."""
    for copy in range(1 << 20):
        id_ = sending_id(message, channel, copy)
        made = connection.execute(
            "insert or ignore into sending"
            " (id, sequence, key, case_id, turn, person, channel, fate, due_ns, queued_ns, reason, parked, body)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (id_, *row),
        ).rowcount
        if made:
            return id_
    raise StoreError(f"too many messages of turn {message.turn} of {message.deviation}")


def sending_id(message: Message, channel: str, copy: int = 0) -> str:
    """What a provider is given as idempotency key: deviation, turn, side, person, channel."""
    parts = [message.deviation, str(message.turn), message.side, message.person, channel]
    parts += [str(copy)] if copy else []
    return sha256("\x00".join(parts).encode()).hexdigest()[:32]
