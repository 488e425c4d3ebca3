"""An incoming webhook of Slack, or of what takes the same (Mattermost, Rocket.Chat): one text in one channel.

Its address is its secret, so it comes from the environment or a file. A person's address is a member id, `U012ABCDE`.
"""

import json
import re
from collections.abc import Iterator

from msgspec import Struct

from accord.channels._answers import of_http
from accord.channels._kinds import Address
from accord.channels._page import page, plain
from accord.channels._urls import url_refusal
from accord.model.delivery import Answering, HttpRequest, Response, Secret, Verdict
from accord.model.message import Message

ADDRESS = Address.ALLOWED
_LONGEST = 3_500
_MEMBER = re.compile(r"[A-Z0-9]{1,32}")


class Settings(Struct, frozen=True, kw_only=True):
    """The address of the incoming webhook."""

    url: Secret


def refusals(settings: Settings) -> Iterator[tuple[str, str]]:
    """What is wrong with them beyond their types."""
    if refusal := url_refusal(settings.url.reveal()):
        yield "url", refusal


def address_refusal(address: str) -> str:
    """Why nobody can be mentioned so; "" where somebody may be, or nobody is to be."""
    fits = not address or _MEMBER.fullmatch(address)
    return "" if fits else f"expected a member id such as U012ABCDE, read {address!r}"


def request(message: Message, settings: Settings, answering: Answering) -> HttpRequest:
    """One text; nothing of it is read as markup but who is mentioned."""
    shown = page(message, answering)
    to = f"<@{answering.address}> " if answering.address and message.interrupts else ""
    text = f"{to}*{_escaped(shown.title)}*\n{_escaped(plain(shown, _LONGEST))}"
    headers = {"content-type": "application/json", "idempotency-key": answering.id}
    return HttpRequest(settings.url.reveal(), headers, json.dumps({"text": text}).encode())


def verdict(response: Response) -> Verdict:
    """Handed for 200; what the webhook calls an error is for good, unless it asks for another try."""
    return of_http(response)


def _escaped(text: str) -> str:
    """As Slack asks: these three, and no others."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
