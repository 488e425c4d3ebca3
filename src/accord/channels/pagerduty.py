"""PagerDuty, by its Events API v2. One incident is one deviation and one person, whatever is said of it later.

A message that wakes somebody triggers it as critical, others as info; a promise of the owner acknowledges it; the last word
resolves it. PagerDuty merges what has the same `dedup_key`, so copies do no harm and repeats do not page again:
leave repeating to the escalation of one of the two.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from accord.channels._answers import member, of_http
from accord.channels._kinds import Address
from accord.channels._page import Page, page
from accord.channels._urls import url_refusal
from accord.model.delivery import Answering, HttpRequest, Response, Secret, Verdict
from accord.model.message import About, Message, Side

ADDRESS = Address.NONE
_ACTIONS = {About.COMMITTED: "acknowledge", About.CLOSED: "resolve", About.WITHDRAWN: "resolve"}
_LONGEST_SUMMARY = 1_024


class Settings(Struct, frozen=True, kw_only=True):
    """The integration key of a service, and where events go (`https://events.eu.pagerduty.com/v2/enqueue` in Europe)."""

    routing_key: Secret
    url: str = "https://events.pagerduty.com/v2/enqueue"


def refusals(settings: Settings) -> Iterator[tuple[str, str]]:
    """What is wrong with them beyond their types."""
    if refusal := url_refusal(settings.url):
        yield "url", refusal


def request(message: Message, settings: Settings, answering: Answering) -> HttpRequest:
    """One event."""
    shown = page(message, answering)
    event: dict[str, Any] = {
        "routing_key": settings.routing_key.reveal(),
        "event_action": _action(message),
        "dedup_key": _key(message, answering),
        "client": "accord",
        "payload": _payload(message, shown),
    }
    if message.facts.answer.startswith(("https://", "http://")):
        event["links"] = [{"href": message.facts.answer, "text": "answer"}]
    headers = {"content-type": "application/json", "idempotency-key": answering.id}
    return HttpRequest(settings.url, headers, json.dumps(event).encode())


def verdict(response: Response) -> Verdict:
    """Handed for 202: what becomes of the event is told to nobody; 400 is for good, 429 and 5xx are not."""
    return of_http(response, member(response.body, "dedup_key"))


def _action(message: Message) -> str:
    action = _ACTIONS.get(message.about, "trigger")
    return "trigger" if action == "acknowledge" and message.side is not Side.OWNER else action


def _key(message: Message, answering: Answering) -> str:
    """One for each deviation and person; what began and ended unheard has its own, for no other word would be heard."""
    if message.about is About.MISSED:
        return f"accord-{answering.id}"[:255]
    told = "\n".join((message.deviation, message.side, message.person))
    return f"accord-{hashlib.sha256(told.encode()).hexdigest()[:32]}"


def _payload(message: Message, shown: Page) -> dict[str, Any]:
    details = dict(shown.facts) | ({"also": list(shown.also)} if shown.also else {})
    return {
        "summary": f"{shown.title} ({shown.mark})"[:_LONGEST_SUMMARY],
        "source": shown.title.rpartition(": ")[0] or "accord",
        "severity": "critical" if message.interrupts else "info",
        "custom_details": details,
    }
