"""ntfy, the push service, its public server or an own one. A person's address is a topic; who knows it can read it."""

import json
import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from accord.channels._answers import member, of_http
from accord.channels._kinds import Address
from accord.channels._page import page, plain
from accord.channels._urls import url_refusal
from accord.model.delivery import Answering, HttpRequest, Response, Secret, Verdict
from accord.model.message import Message

ADDRESS = Address.NEEDED
_LONGEST = 2_000
_URGENT, _USUAL = 5, 3
_TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")


class Settings(Struct, frozen=True, kw_only=True):
    """The server, and an access token where it asks for one."""

    url: str = "https://ntfy.sh"
    token: Secret | None = None


def refusals(settings: Settings) -> Iterator[tuple[str, str]]:
    """What is wrong with them beyond their types."""
    if refusal := url_refusal(settings.url):
        yield "url", refusal


def address_refusal(address: str) -> str:
    """Why nobody is reached there; "" where somebody may be."""
    return "" if _TOPIC.fullmatch(address) else f"expected a topic of letters, digits, - and _, read {address!r}"


def request(message: Message, settings: Settings, answering: Answering) -> HttpRequest:
    """One notification, published as JSON; it sounds in the quiet hours of a phone only where it may wake somebody."""
    shown = page(message, answering)
    note: dict[str, Any] = {
        "topic": answering.address,
        "title": shown.title,
        "message": plain(shown, _LONGEST),
        "priority": _URGENT if message.interrupts else _USUAL,
    }
    if message.facts.answer.startswith(("https://", "http://")):
        note["click"] = message.facts.answer
    headers = {"content-type": "application/json", "idempotency-key": answering.id}
    if settings.token:
        headers["authorization"] = f"Bearer {settings.token.reveal()}"
    return HttpRequest(settings.url.rstrip("/") + "/", headers, json.dumps(note).encode())


def verdict(response: Response) -> Verdict:
    """Handed for 200, with the id that the server gave it."""
    return of_http(response, member(response.body, "id"))
