"""Small things that are kept beside the ledger until somebody changes them. Instants are nanoseconds since 1970 (UTC).

Each kind has an `id` and an `ends_ns` (0: no end). A kind more is a class here and nothing else.
"""

from enum import StrEnum
from typing import ClassVar

from msgspec import Struct


class Kept(Struct, frozen=True):
    """What all kinds have; `KIND` is what the kind is called in the file, and never changes."""

    KIND: ClassVar[str] = ""
    id: str
    ends_ns: int = 0

    @property
    def owner(self) -> str:
        """The pseudonym of whose it is: it is forgotten with them. Empty where it stays."""
        return ""


class Matcher(Struct, frozen=True):
    """One label of a silence, as Alertmanager writes it."""

    name: str
    value: str
    is_regex: bool = False
    is_equal: bool = True


class Silence(Kept, frozen=True):
    """Alerts that are held from `begins_ns` up to `ends_ns`, by whom (a pseudonym) and why."""

    KIND = "silence"
    matchers: tuple[Matcher, ...] = ()
    begins_ns: int = 0
    by: str = ""
    reason: str = ""
    updated_ns: int = 0


class Heartbeat(Kept, frozen=True):
    """A source that must be heard at least every `within` nanoseconds, and when it last was."""

    KIND = "heartbeat"
    within: int = 0
    heard_ns: int = 0
    missed: bool = False


class Role(StrEnum):
    """What the bearer of a token may do; each may do what the one before it may."""

    READER = "reader"
    RESPONDER = "responder"
    ADMIN = "admin"


class Token(Kept, frozen=True):
    """A key to the API: `id` is the hash of its secret (`token_id`), and the secret is kept nowhere.

    `name` tells tokens apart in a list, `bearer` is the pseudonym of the person who answers with it, if it is one.
    """

    KIND = "token"
    role: Role = Role.READER
    name: str = ""
    bearer: str = ""
    made_ns: int = 0

    @property
    def owner(self) -> str:
        """Its bearer."""
        return self.bearer


class Override(Kept, frozen=True):
    """Somebody else (a pseudonym) is on duty in a rota from `begins_ns` up to `ends_ns`."""

    KIND = "override"
    rota: str = ""
    person: str = ""
    begins_ns: int = 0
    by: str = ""
    reason: str = ""
    made_ns: int = 0

    @property
    def owner(self) -> str:
        """Who is on duty by it."""
        return self.person


class Note(Kept, frozen=True):
    """Any other value of one program part (`part/name` as its id), as text."""

    KIND = "note"
    text: str = ""


def token_id(secret: str) -> str:
    """Under which a token is kept: the SHA-256 of its secret, which must be random (at least 128 bits) and long."""
    from hashlib import sha256

    return sha256(secret.encode()).hexdigest()
