"""What a review needs of a ledger beside its rows: what became of the messages, and which names must not be shown."""

from collections.abc import Iterable

from accord.review.ledger import Sent
from accord.store.interface import Outbox, People
from accord.store.rows import Sending


def sent_of(outbox: Outbox, cases: Iterable[str]) -> dict[str, tuple[Sent, ...]]:
    """By the id of each case, how far its messages got."""
    return {case: tuple(map(_sent, outbox.sendings(case))) for case in cases}


def names_in(people: People) -> frozenset[str]:
    """Every name that the ledger knows."""
    return frozenset(name for person in people.people() for name in (person.name, person.known_as) if name)


def _sent(each: Sending) -> Sent:
    message = each.message
    return Sent(message.turn, message.side, message.person, each.channel, each.fate, bool(each.also_in))
