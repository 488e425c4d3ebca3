"""Who a pseudonym is. Names and addresses stand here and nowhere else, so that a person can be erased."""

from msgspec import Struct


class Address(Struct, frozen=True):
    """Where somebody can be told: a channel (`smtp`, `ntfy`), what that channel needs, and how long after the first (ns).

    `verified_ns` is when a message was last answered through it; 0 where that never happened.
    """

    channel: str
    to: str
    after: int = 0
    verified_ns: int = 0


class Person(Struct, frozen=True):
    """A person, or a party that is told as one (then `pseudonym` is the name of the party).

    `known_as` is how a rota or a token calls them. All addresses are told, at most one on each channel;
    none means that nobody can be reached.
    """

    pseudonym: str
    name: str = ""
    known_as: str = ""
    addresses: tuple[Address, ...] = ()
    zone: str = ""
