"""What is sent to a provider, what it answered, and what that comes to; a secret that no log shows.

Durations and instants are nanoseconds, instants since 1970 (UTC).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct, field


class Secret:
    """A text that is never shown: where it comes from (`origin`) is. It has a value once the shell has looked it up."""

    __slots__ = ("_value", "origin")

    def __init__(self, origin: str, value: str = "") -> None:
        self.origin, self._value = origin, value

    def reveal(self) -> str:
        """The text itself, for the request alone."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({self.origin!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and (self.origin, self._value) == (other.origin, other._value)

    def __hash__(self) -> int:
        return hash((self.origin, self._value))


class Answering(Struct, frozen=True):
    """One attempt to tell a message: its identity, which copy it may be, where it goes and when.

    `id` is the same in each attempt. `copy` is 1 more than the earlier attempts that may have arrived. `address` is where
    the person is reached on this channel, "" where the channel has one address for all. `ended_ns` is when what began
    and ended unheard was over, 0 otherwise.
    """

    id: str
    copy: int
    at_ns: int
    address: str = ""
    ended_ns: int = 0

    @property
    def ref(self) -> str:
        """What a person can read out: `7F3A`."""
        return self.id[:4].upper()


class HttpRequest(Struct, frozen=True):
    """One POST; nothing of it is logged but scheme, host and port."""

    url: str
    headers: dict[str, str]
    body: bytes


class Security(StrEnum):
    """How a mail server is spoken to: encrypted from the first byte, after STARTTLS, or not at all."""

    TLS = "tls"
    STARTTLS = "starttls"
    PLAIN = "plain"


class MailRequest(Struct, frozen=True):
    """One mail to one mailbox, handed to one server."""

    host: str
    port: int
    security: Security
    sender: str
    recipient: str
    content: bytes
    username: str = ""
    password: Secret | None = None


class AppriseRequest(Struct, frozen=True):
    """One notification that the Apprise library sends by its own address; `level` is one of its words."""

    url: Secret
    title: str
    body: str
    level: str


Request = HttpRequest | MailRequest | AppriseRequest


class Response(Struct, frozen=True):
    """What a provider answered: the status of HTTP or SMTP, headers by lower-case names, the first bytes of the body.

    Apprise tells only whether it was taken: 200 or 500. `at_ns` is when it was answered.
    """

    status: int
    at_ns: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Outcome(StrEnum):
    """What an attempt came to; `ambiguous` is an attempt that may have arrived although nobody said so."""

    HANDED = "handed"
    DELIVERED = "delivered"
    RETRY = "retry"
    AMBIGUOUS = "ambiguous"
    FAILED = "failed"


class Verdict(Struct, frozen=True):
    """What an attempt came to, why in words, and what the provider calls it.

    `retry_after` is how long the provider asks to be left alone, 0 where it does not say. `provider_failed` says whether
    it speaks against the provider rather than against this one message.
    """

    outcome: Outcome
    reason: str = ""
    provider_ref: str = ""
    retry_after: int = 0
    provider_failed: bool = False


Table = dict[str, Any]
"""A table of a configuration file as it was read."""
