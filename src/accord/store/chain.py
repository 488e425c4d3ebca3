"""How rows are chained: what is hashed, and how a case, an event and a policy become bytes that stay the same."""

from collections.abc import Iterable
from functools import cache, lru_cache
from hashlib import sha256
from importlib import resources
from typing import Any

import msgspec

from accord import __version__
from accord.cases.case import Case
from accord.cases.events import AnyEvent
from accord.cases.policy import Policy
from accord.model.message import Message

START = b""
"""The hash before the first row of a chain, and before the first root."""

_DECIDED_BY = ("accord.cases", "accord.model")
"""The packages whose source decides an event."""

encode = msgspec.json.Encoder().encode
read_case = msgspec.json.Decoder(Case).decode
read_event = msgspec.json.Decoder(AnyEvent).decode
read_policy = msgspec.json.Decoder(Policy).decode
read_message = msgspec.json.Decoder(Message).decode


def digest(data: bytes) -> bytes:
    """The SHA-256 of what was encoded; nothing for nothing."""
    return sha256(data).digest() if data else b""


@lru_cache(4096)
def written_policy(policy: Policy) -> tuple[bytes, bytes]:
    """The hash of a policy and its bytes."""
    body = encode(policy)
    return digest(body), body


def written_messages(messages: Iterable[Message]) -> bytes:
    """The bytes of what is told, each message once; nothing where nothing is."""
    return joined(encode(message) for message in messages)


def joined(messages: Iterable[bytes]) -> bytes:
    """The bytes of messages that are written already."""
    distinct = tuple(dict.fromkeys(messages))
    return b"[%b]" % b",".join(distinct) if distinct else b""


def row_hash(before: bytes, row: tuple[Any, ...]) -> bytes:
    """The hash of a row: over that of the row before it in its chain, and all that the row says (`ROW` in its order)."""
    parts = [before]
    for value in row:
        said = value if type(value) is bytes else str(value).encode()
        parts += (b"%d:" % len(said), said)
    return sha256(b"".join(parts)).digest()


ROW = (
    "key",
    "number",
    "event_id",
    "case_id",
    "event",
    "policy",
    "changed",
    "note",
    "told",
    "queued",
    "state",
    "program",
    "before",
)
"""The columns that a row's hash covers; an absent `before` counts as empty."""


def next_root(before: bytes, at_ns: int, hashes: Iterable[bytes]) -> bytes:
    """The root over rows in the order of the ledger, and over the root before them: it pins every chain up to here."""
    sum_ = sha256(b"%b%d:" % (before, at_ns))
    for each in hashes:
        sum_.update(each)
    return sum_.digest()


@cache
def program() -> str:
    """Who decides: the version, and the hash of the source of the kernel, so that a changed kernel is a different program."""
    sum_ = sha256()
    for package in _DECIDED_BY:
        files = (file for file in resources.files(package).iterdir() if file.name.endswith(".py"))
        for file in sorted(files, key=lambda file: file.name):
            sum_.update(digest(file.read_bytes()))
    return f"{__version__}+{sum_.hexdigest()[:12]}"
