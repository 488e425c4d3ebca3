"""Messages into the outbox: one sending for each address of whom they are for."""

from collections.abc import Iterable
from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from accord.model.message import Fate, Message
from accord.store.chain import encode
from accord.store.errors import StoreError
from accord.store.gathering import Gathered
from accord.store.people import channels_of
from accord.store.rows import Sending


class Told(Struct, frozen=True):
    """A message to queue, with its bytes: not before `due_ns`, and `parked` where it then leaves in a bundle, not by itself."""

    message: Message
    body: bytes
    due_ns: int
    parked: bool = False


def told(message: Message, due_ns: int, parked: bool = False) -> Told:
    """A message to queue, written."""
    return Told(message, encode(message), due_ns, parked)


def queue(gathered: Gathered, messages: Iterable[Told], key: str, at_ns: int, sequence: int) -> list[Sending]:
    """The sendings of these messages, one for each address of its person.

    Where somebody has no address, there is one that has failed already, so that the silence is known at once.
    """
    made = []
    for each in messages:
        channels = channels_of(gathered.connection, gathered.memory, each.message.person)
        for channel, after in channels or (("", 0),):
            fate, reason = (Fate.QUEUED, "") if channel else (Fate.FAILED, "no address is known")
            due_ns = each.due_ns + after
            sending = Sending("", key, channel, each.message, fate, due_ns, at_ns, reason=reason, parked=each.parked)
            made.append(_queued(gathered, sending, sequence, each.body))
    return made


def _queued(gathered: Gathered, sending: Sending, sequence: int, body: bytes) -> Sending:
    """Two messages of one turn to one person differ in the copy that their ids count."""
    message = sending.message
    about = (sequence, sending.key, message.deviation, message.turn, message.person, sending.channel)
    when = (sending.fate, sending.due_ns, sending.queued_ns, sending.reason, int(sending.parked))
    for copy in range(1 << 20):
        id_ = sending_id(message, sending.channel, copy)
        if gathered.queue(id_, (id_, *about, *when, body)):
            return replace(sending, id=id_)
    raise StoreError(f"too many messages of turn {message.turn} of {message.deviation}")


def sending_id(message: Message, channel: str, copy: int = 0) -> str:
    """What a provider is given as idempotency key: deviation, turn, side, person, channel; it begins as the deviation does."""
    parts = f"{message.deviation}\0{message.turn}\0{message.side.value}\0{message.person}\0{channel}"
    return message.deviation[:11] + sha256((f"{parts}\0{copy}" if copy else parts).encode()).hexdigest()[:21]
