"""What a provider answers is judged once, for what it says: taken, again and when, or for good."""

import re
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.channels import webhook
from accord.channels._answers import retry_after
from accord.channels._kinds import kind, kinds
from accord.channels.webhook import Settings
from accord.model.delivery import HttpRequest, Outcome, Response, Secret
from channels.told import NOON, SECOND, answering, message

HTTP = ("webhook", "slack", "pagerduty", "ntfy")


def answered(status: int, body: bytes = b"", **headers: str) -> Response:
    return Response(status, NOON, {name.replace("_", "-"): value for name, value in headers.items()}, body)


@pytest.mark.parametrize("name", HTTP)
@pytest.mark.parametrize(
    ("status", "outcome", "speaks_against_the_provider"),
    [
        (200, Outcome.HANDED, False),
        (202, Outcome.HANDED, False),
        (301, Outcome.FAILED, False),
        (307, Outcome.FAILED, False),
        (400, Outcome.FAILED, False),
        (401, Outcome.FAILED, False),
        (404, Outcome.FAILED, False),
        (410, Outcome.FAILED, False),
        (408, Outcome.RETRY, False),
        (409, Outcome.RETRY, False),
        (429, Outcome.RETRY, True),
        (500, Outcome.RETRY, True),
        (503, Outcome.RETRY, True),
        (504, Outcome.AMBIGUOUS, True),
    ],
)
def test_a_status_of_http_is_judged_alike_by_all(
    name: str, status: int, outcome: Outcome, speaks_against_the_provider: bool
) -> None:
    verdict = kind(name).verdict(answered(status))
    assert (verdict.outcome, verdict.provider_failed) == (outcome, speaks_against_the_provider)
    assert str(status) in verdict.reason


@pytest.mark.parametrize(
    ("status", "words", "outcome", "ref"),
    [
        (250, "2.0.0 Ok: queued as 4F2B1A9", Outcome.HANDED, "4F2B1A9"),
        (250, "OK", Outcome.HANDED, ""),
        (421, "4.3.2 shutting down", Outcome.RETRY, ""),
        (451, "4.7.1 greylisted, try again in 300 s", Outcome.RETRY, ""),
        (550, "5.1.1 no such user", Outcome.FAILED, ""),
        (535, "5.7.8 authentication failed", Outcome.FAILED, ""),
    ],
)
def test_a_reply_of_smtp_is_judged_by_its_first_digit(status: int, words: str, outcome: Outcome, ref: str) -> None:
    verdict = kind("email").verdict(answered(status, words.encode()))
    assert (verdict.outcome, verdict.provider_ref) == (outcome, ref)
    assert words in verdict.reason


def test_a_provider_names_what_it_took() -> None:
    assert kind("ntfy").verdict(answered(200, b'{"id": "sPs71M8A2T"}')).provider_ref == "sPs71M8A2T"
    assert kind("pagerduty").verdict(answered(202, b'{"dedup_key": "accord-1"}')).provider_ref == "accord-1"
    assert kind("webhook").verdict(answered(200, b'{"id": "job 7"}')).provider_ref == "job 7"
    assert kind("webhook").verdict(answered(200, b"[" * 100_000)).provider_ref == ""


def test_the_words_of_a_refusal_are_kept_and_a_page_of_html_is_not() -> None:
    assert kind("slack").verdict(answered(404, b"no_service")).reason == "answered 404: no_service"
    assert kind("slack").verdict(answered(404, b"<!doctype html><h1>gone</h1>")).reason == "answered 404"


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("120", 120), ("0", 0), ("", 0), ("soon", 0), ("-5", 0), ("99999999", 3600), ("1.5", 0), ("9" * 400, 3600)],
)
def test_retry_after_in_seconds_is_respected_up_to_an_hour(told: str, seconds: int) -> None:
    assert retry_after({"retry-after": told}, NOON) == seconds * SECOND


def test_retry_after_as_a_date_is_respected() -> None:
    date = format_datetime(datetime.fromtimestamp(NOON // SECOND + 90, UTC), usegmt=True)
    assert retry_after({"retry-after": date}, NOON) == 90 * SECOND
    assert retry_after({"retry-after": date}, NOON + 200 * SECOND) == 0
    assert kind("ntfy").verdict(answered(429, retry_after=date)).retry_after == 90 * SECOND


@given(st.sampled_from(kinds()), st.integers(100, 999), st.binary(max_size=300), st.text(max_size=60))
def test_no_answer_is_too_odd_to_be_judged(name: str, status: int, body: bytes, header: str) -> None:
    verdict = kind(name).verdict(Response(status, NOON, {"retry-after": header}, body))
    assert verdict.outcome in Outcome and verdict.retry_after >= 0
    assert verdict.reason.isprintable() and len(verdict.reason) < 300


def documented() -> dict[str, object]:
    """The verification that the page of the channel shows, run as it stands there."""
    found: dict[str, object] = {}
    example = re.sub(r"^    ", "", (webhook.__doc__ or "").partition("joined by")[2], flags=re.MULTILINE)
    exec(example[example.index("import base64") :], found)
    return found


def posted(secret: str = "a-secret-of-the-test") -> HttpRequest:
    settings = Settings(url="https://hooks.example.net/", secret=Secret("variable KEY", secret))
    return webhook.request(message(), settings, answering())


def test_the_documented_verification_accepts_ours_and_nothing_that_was_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    names = documented()
    is_genuine, request = names["is_genuine"], posted()
    assert callable(is_genuine)
    monkeypatch.setattr(names["time"], "time", lambda: NOON / SECOND + 200)
    assert is_genuine(b"a-secret-of-the-test", request.headers, request.body)
    assert not is_genuine(b"another-secret-of-it", request.headers, request.body)
    assert not is_genuine(b"a-secret-of-the-test", request.headers, request.body + b" ")
    assert not is_genuine(b"a-secret-of-the-test", {**request.headers, "webhook-id": "other"}, request.body)
    monkeypatch.setattr(names["time"], "time", lambda: NOON / SECOND + 301)
    assert not is_genuine(b"a-secret-of-the-test", request.headers, request.body)


def test_a_secret_in_base64_signs_as_its_bytes() -> None:
    encoded = posted("whsec_YS1zZWNyZXQtb2YtdGhlLXRlc3Q=")
    assert encoded.headers["webhook-signature"] == posted().headers["webhook-signature"]


def test_a_copy_has_the_same_identity_and_another_body() -> None:
    settings = Settings(url="https://hooks.example.net/", secret=Secret("variable KEY", "a-secret-of-the-test"))
    first, second = (webhook.request(message(), settings, answering(copy=copy)) for copy in (1, 2))
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"] == first.headers["webhook-id"]
    assert first.body != second.body
