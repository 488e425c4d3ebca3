"""What is said next on one lane: the messages of one deviation to one person of one side on one channel. Pure.

Each message stands alone and says the whole state, so the newest says all that older ones would; those are not sent any more. The
last word never comes before a first one: who heard nothing of it, or whose last word was the last one, is told in one note that it
began and ended.
"""

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from accord.cases.missed import outstanding
from accord.model.message import About, Fate, Message
from accord.store.rows import Sending

_ARRIVED = frozenset({Fate.HANDED, Fate.DELIVERED, Fate.OPENED, Fate.ANSWERED})
_LAST_WORDS = frozenset({About.CLOSED, About.WITHDRAWN, About.MERGED, About.MISSED})


class Lane(Struct, frozen=True):
    """Which lane a sending is on."""

    case: str
    side: str
    person: str
    channel: str


class Said(Struct, frozen=True):
    """The sending that goes next and what it says, from when on, and which older ones it stands for."""

    sending: Sending
    message: Message
    ready_ns: int
    replaced: tuple[Sending, ...] = ()

    @property
    def ended_ns(self) -> int:
        """When what began and ended unheard was over; 0 where that is not what is said."""
        return self.sending.queued_ns if self.message.about is About.MISSED else 0


def lane_of(sending: Sending) -> Lane:
    """The lane of a sending."""
    message = sending.message
    return Lane(message.deviation, message.side, message.person, sending.channel)


def next_said(
    lane: Lane, sendings: Iterable[Sending], bundle_arrived: Callable[[str], bool] = lambda _: False
) -> Said | None:
    """What goes next on the lane, of all sendings of its case in the order they were queued; None where nothing is to go.

    What is parked for a bundle does not go alone; what is said after it stands for it all the same.
    `bundle_arrived` says whether the bundle of this id was handed over.
    """
    ours = [sending for sending in sendings if lane_of(sending) == lane]
    waiting = [sending for sending in ours if sending.fate is Fate.QUEUED and not sending.also_in]
    alone = [sending for sending in waiting if not sending.parked]
    if not alone:
        return None
    newest = alone[-1]
    older = tuple(waiting[: waiting.index(newest)])
    ready_ns = newest.due_ns if newest.attempts else min(sending.due_ns for sending in alone)
    message = outstanding((newest.message,), _was_told(ours, newest, bundle_arrived))
    return Said(newest, message or newest.message, ready_ns, older)


def _was_told(ours: Sequence[Sending], newest: Sending, bundle_arrived: Callable[[str], bool]) -> bool:
    """Whether the person knows of it as something that goes on."""
    before = ours[: ours.index(newest)]
    heard = [
        sending
        for sending in before
        if sending.fate in _ARRIVED or (sending.also_in and bundle_arrived(sending.also_in))
    ]
    return bool(heard) and heard[-1].message.about not in _LAST_WORDS
