"""A signed webhook: the message as JSON, for programs.

It is signed as Standard Webhooks 1.0.0 says, so that their libraries verify it: `webhook-signature` is `v1,` and the base64 of
the HMAC-SHA256 over `webhook-id`, `webhook-timestamp` (seconds since 1970) and the body, joined by full stops. The receiver
refuses timestamps more than five minutes away, and does the work of one `webhook-id` once: it is the same in every copy.

    import base64, hashlib, hmac, time

    def is_genuine(secret: bytes, headers: dict[str, str], body: bytes) -> bool:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        wanted = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
        fresh = abs(time.time() - int(headers["webhook-timestamp"])) <= 300
        return fresh and hmac.compare_digest(f"v1,{wanted}", headers["webhook-signature"])
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from accord.channels._answers import member, of_http
from accord.channels._kinds import Address
from accord.channels._page import shortened, stamp, titled
from accord.channels._urls import url_refusal
from accord.model.delivery import Answering, HttpRequest, Response, Secret, Verdict
from accord.model.message import Message

ADDRESS = Address.ALLOWED
LONGEST_LINK = 2_000
_ENCODED = "whsec_"
_SHORTEST_SECRET = 16


class Settings(Struct, frozen=True, kw_only=True):
    """Where it is posted to, and what it is signed with: bytes as text, or `whsec_` and their base64."""

    url: str
    secret: Secret


def refusals(settings: Settings) -> Iterator[tuple[str, str]]:
    """What is wrong with them beyond their types."""
    if refusal := url_refusal(settings.url):
        yield "url", refusal
    try:
        key = _key(settings.secret)
    except binascii.Error:
        yield "secret", f"expected base64 after {_ENCODED}"
    else:
        if len(key) < _SHORTEST_SECRET:
            yield "secret", f"expected at least {_SHORTEST_SECRET} bytes, read {len(key)}"


def request(message: Message, settings: Settings, answering: Answering) -> HttpRequest:
    """The message as JSON, signed."""
    body = msgspec.json.encode(_document(message, answering))
    seconds = answering.at_ns // 1_000_000_000
    headers = {
        "content-type": "application/json",
        "idempotency-key": answering.id,
        "webhook-id": answering.id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": signature(_key(settings.secret), answering.id, seconds, body),
    }
    return HttpRequest(settings.url, headers, body)


def signature(key: bytes, id_: str, seconds: int, body: bytes) -> str:
    """What `webhook-signature` must be."""
    signing = _signing(key).copy()
    signing.update(f"{id_}.{seconds}.".encode() + body)
    return "v1," + base64.b64encode(signing.digest()).decode()


@lru_cache(64)
def _signing(key: bytes) -> hmac.HMAC:
    """A signature that has its key worked in and signs nothing yet."""
    return hmac.new(key, b"", hashlib.sha256)


def verdict(response: Response) -> Verdict:
    """Handed for any 2xx; a text `id` in the answer is what the receiver calls it."""
    return of_http(response, member(response.body, "id"))


def _key(secret: Secret) -> bytes:
    text = secret.reveal()
    return base64.b64decode(text[len(_ENCODED) :], validate=True) if text.startswith(_ENCODED) else text.encode()


def _document(message: Message, answering: Answering) -> dict[str, Any]:
    facts = message.facts
    return {
        "version": 1,
        "id": answering.id,
        "ref": answering.ref,
        "turn": message.turn,
        "copy": answering.copy,
        "about": str(message.about),
        "side": str(message.side),
        "person": message.person,
        "address": answering.address,
        "interrupts": message.interrupts,
        "deviation": message.deviation,
        "subject": shortened(message.subject),
        "title": titled(message),
        "expected": shortened(facts.expected),
        "seen": shortened(facts.seen),
        "since": stamp(facts.since_ns),
        "ended": stamp(answering.ended_ns),
        "recovers": shortened(facts.recovers),
        "by": stamp(facts.by_ns),
        "reason": shortened(message.reason),
        "answer": shortened(facts.answer, LONGEST_LINK),
        "also": [shortened(one) for one in message.also],
    }
