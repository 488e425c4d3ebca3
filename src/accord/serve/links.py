"""Links by which a person answers one turn without a login: signed, for one person, and for a while.

The secret lies in a file beside the ledger that only its owner may read. Opening a link changes nothing: mail programs and
chat previews open links too.
"""

import base64
import binascii
import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct

from accord.model.problem import Refused

LIVES_NS = 24 * 3600 * 1_000_000_000
"""How long a link can be answered, at least."""
_NOT_WHOLE = "this link is not whole: copy all of it"
SECRET_BYTES, SIGNATURE_BYTES = 32, 16


class Link(Struct, frozen=True, array_like=True):
    """Whom a link asks, about which turn of which case, until when, and by which channel it was sent."""

    case: str
    turn: int
    person: str
    ends_ns: int
    channel: str = ""


class Links:
    """Makes links and reads them."""

    def __init__(self, secret: bytes, address: str) -> None:
        self._address = address.rstrip("/")
        self._signing = hmac.new(secret, b"accord link 1\0", sha256)

    def address(self, case: str, turn: int, person: str, now_ns: int, channel: str = "", deadline_ns: int = 0) -> str:
        """The address to answer one turn at: for a day, and longer where the turn has its deadline later."""
        ends_ns = max(now_ns + LIVES_NS, deadline_ns)
        return f"{self._address}/a/{self.signed(Link(case, turn, person, ends_ns, channel))}"

    def signed(self, link: Link) -> str:
        """The link as the last part of its address."""
        body = msgspec.msgpack.encode(link)
        return _text(self._signature(body) + body)

    def read(self, text: str, now_ns: int) -> Link:
        """What the link says; raises Refused where it is not ours, or over."""
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise Refused(_NOT_WHOLE) from None
        signature, body = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._signature(body)):
            raise Refused(_NOT_WHOLE)
        link = msgspec.msgpack.decode(body, type=Link)
        if now_ns >= link.ends_ns:
            raise Refused("this link is over: a newer message has a newer one")
        return link

    def _signature(self, body: bytes) -> bytes:
        signing = self._signing.copy()  # with its key already worked in
        signing.update(body)
        return signing.digest()[:SIGNATURE_BYTES]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def secret_in(file: Path) -> bytes:
    """The secret that the file holds; a new one where there is no file. Raises Refused where it is too short."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        secret = file.read_bytes()
        if len(secret) < SECRET_BYTES:
            raise Refused(f"{file}: expected at least {SECRET_BYTES} bytes; remove it for a new one") from None
        return secret
    secret = secrets.token_bytes(SECRET_BYTES)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(secret)
        opened.flush()
        os.fsync(opened.fileno())
    return secret
