"""Every kind of channel says the same five facts; what it sends is kept as text, to be read before it is changed."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from accord.channels._kinds import Address, kind, kinds
from accord.channels._page import LONGEST_FACT, page, plain
from accord.channels.email import Settings as EmailSettings
from accord.channels.pagerduty import Settings as PagerDutySettings
from accord.channels.slack import Settings as SlackSettings
from accord.channels.webhook import Settings as WebhookSettings
from accord.model.delivery import AppriseRequest, HttpRequest, MailRequest, Request, Secret
from accord.model.message import About
from channels.told import EXAMPLES, answering, message

GOLDEN = Path(__file__).parent / "golden"
KEY = Secret("variable KEY", "a-secret-of-the-test")
SETTINGS: dict[str, Any] = {
    "webhook": WebhookSettings(url="https://hooks.example.net/accord", secret=KEY),
    "slack": SlackSettings(url=Secret("variable SLACK", "https://hooks.slack.example/T0/B0/x")),
    "pagerduty": PagerDutySettings(routing_key=KEY),
    "ntfy": kind("ntfy").Settings(token=KEY),
    "email": EmailSettings(host="mail.example.net", sender="accord@example.net"),
    "apprise": kind("apprise").Settings(url=Secret("variable APPRISE", "json://example.net")),
}
ADDRESSES = {"email": "anna@example.org", "ntfy": "anna-7-pages", "slack": "U012ABCDE"}


def requested(name: str, example: str) -> Request:
    told, attempt = EXAMPLES[example]
    to = answering(ADDRESSES.get(name, ""), attempt.copy, attempt.ended_ns)
    return kind(name).request(told, SETTINGS[name], to)


def shown(request: Request) -> str:
    if isinstance(request, HttpRequest):
        headers = "".join(f"{name}: {value}\n" for name, value in request.headers.items())
        body = json.dumps(json.loads(request.body), indent=2, ensure_ascii=False)
        return f"POST {request.url}\n{headers}\n{body}\n"
    if isinstance(request, MailRequest):
        return request.content.decode().replace("\r\n", "\n")
    return f"{request.level}: {request.title}\n{request.body}"


def test_every_kind_is_held_to_a_page() -> None:
    assert set(kinds()) == set(SETTINGS) == {path.stem for path in GOLDEN.glob("*.txt")}


@pytest.mark.parametrize("name", kinds())
def test_what_a_kind_sends_is_as_it_was_read(name: str) -> None:
    """Write it anew with ACCORD_REWRITE=1, and read it."""
    text = "\n".join(f"=== {example}\n{shown(requested(name, example))}" for example in EXAMPLES)
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("ACCORD_REWRITE"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("about", list(About))
def test_a_page_has_at_most_five_facts_and_says_which_copy_it_is(about: About) -> None:
    told = page(message(about, reason="why"), answering(copy=2))
    assert 2 <= len(told.facts) <= 5
    assert told.mark == "ref 7F3A, turn 4, copy 2"
    assert told.title.startswith("checkout -> payments/charge latency: ")


@pytest.mark.parametrize("name", kinds())
def test_every_kind_says_all_facts_and_the_mark(name: str) -> None:
    said = shown(requested(name, "promised, to the other side")).replace("=\n", "")
    for text in ("within 2s", "p99 5.1s", "team-payments", "3f9c", "turn"):
        assert text in said
    assert "ref 7F3A, turn 4, copy 2" in said or ('"ref": "7F3A"' in said and '"copy": 2' in said)


def test_what_is_hostile_stays_text_of_one_line() -> None:
    told = page(*EXAMPLES["hostile"])
    texts = [told.title, *(text for _, text in told.facts)]
    assert all(len(text) <= LONGEST_FACT and text.isprintable() for text in texts)
    mail = requested("email", "hostile")
    assert isinstance(mail, MailRequest)
    head = mail.content.partition(b"\r\n\r\n")[0].decode()
    assert "\nBcc:" not in head and head.count("\nSubject:") + head.startswith("Subject:") == 1
    slack = requested("slack", "hostile")
    assert isinstance(slack, HttpRequest) and b"<!channel>" not in slack.body


def test_plain_text_is_cut_before_its_mark() -> None:
    told = page(*EXAMPLES["a bundle"])
    short = plain(told, 120)
    assert len(short) <= 120 and short.endswith("(ref 7F3A, turn 4, copy 1)\n")
    assert "and 2 more" in plain(told)


def test_apprise_is_told_how_urgent_it_is() -> None:
    levels = {example: requested("apprise", example) for example in ("opened", "closed", "held")}
    found = {example: told.level for example, told in levels.items() if isinstance(told, AppriseRequest)}
    assert found == {"opened": "failure", "closed": "success", "held": "info"}


def test_only_kinds_with_own_addresses_need_them() -> None:
    assert {name for name in kinds() if kind(name).ADDRESS is Address.NEEDED} == {"email", "ntfy"}
