"""Mail by SMTP: plain text and the same as HTML. A person's address is a mailbox; the relay is the provider.

`Message-ID` is made of the id of the message, so copies have the same and mail programs show one; the messages of one deviation
are one thread. They are marked as automatic (RFC 3834), so that no absence note answers.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from html import escape

from msgspec import Struct

from accord.channels._kinds import Address
from accord.channels._page import Page, page, plain, shortened
from accord.model.delivery import Answering, MailRequest, Outcome, Response, Secret, Security, Verdict
from accord.model.message import Message

ADDRESS = Address.NEEDED
_MAILBOX = re.compile(r"[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,255}")
_NAMED = re.compile(r"queued (?:mail for delivery|as)[ :]*([\w.@<>-]{1,200})", re.IGNORECASE)
_MISFIT = frozenset({500, 501, 502, 503, 504, 530, 534, 535, 538})
"""What a server says of how it was spoken to, rather than of this mail (RFC 5321, RFC 4954)."""


class Settings(Struct, frozen=True, kw_only=True):
    """The relay, how it is spoken to and who sends. Without `username` nobody logs in."""

    host: str
    sender: str
    port: int = 587
    security: Security = Security.STARTTLS
    username: str = ""
    password: Secret | None = None


def refusals(settings: Settings) -> Iterator[tuple[str, str]]:
    """What is wrong with them beyond their types."""
    if not is_mailbox(settings.sender):
        yield "sender", f"expected a mailbox such as accord@example.net, read {settings.sender!r}"
    if settings.password and not settings.username:
        yield "username", "expected beside a password"
    if settings.username and settings.security is Security.PLAIN:
        yield "security", "expected tls or starttls where somebody logs in: a password is never sent in clear"


def is_mailbox(text: str) -> bool:
    """Whether it is `name@domain`, in ASCII and without anything around it."""
    return _MAILBOX.fullmatch(text) is not None


def address_refusal(address: str) -> str:
    """Why nobody is reached there; "" where somebody may be."""
    return "" if is_mailbox(address) else f"expected a mailbox such as name@example.net, read {address!r}"


def request(message: Message, settings: Settings, answering: Answering) -> MailRequest:
    """One mail."""
    content = _mail(message, settings, answering).as_bytes(policy=SMTP)
    return MailRequest(
        settings.host,
        settings.port,
        settings.security,
        settings.sender,
        answering.address,
        content,
        settings.username,
        settings.password,
    )


def verdict(response: Response) -> Verdict:
    """Handed for 2xx, with the name of the queue; 4xx is tried again (RFC 5321, 4.2.1), 5xx is for good."""
    words = shortened(response.body.decode("utf-8", "replace"), 200)
    reason = f"answered {response.status} {words}".strip()
    if 200 <= response.status < 300:
        found = _NAMED.search(words)
        return Verdict(Outcome.HANDED, reason, found[1] if found else "")
    if 400 <= response.status < 500:
        return Verdict(Outcome.RETRY, reason, provider_failed=response.status == 421)
    return Verdict(Outcome.FAILED, reason, provider_failed=response.status in _MISFIT)


def _mail(message: Message, settings: Settings, answering: Answering) -> EmailMessage:
    shown, domain = page(message, answering), settings.sender.rpartition("@")[2]
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = shown.title
    mail["From"] = settings.sender
    mail["To"] = answering.address
    mail["Date"] = format_datetime(datetime.fromtimestamp(answering.at_ns // 1_000_000_000, UTC))
    mail["Message-ID"] = f"<{answering.id}@{domain}>"
    mail["References"] = f"<{sha256(message.deviation.encode()).hexdigest()[:32]}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["List-Id"] = f"<accord.{domain}>"
    mail["X-Accord-Ref"] = shown.mark
    if message.interrupts:
        mail["Importance"] = "high"
    mail.set_content(plain(shown), cte="quoted-printable")
    mail.add_alternative(_html(shown), subtype="html", cte="quoted-printable")
    mail.set_boundary(f"=_{answering.id}")
    return mail


def _html(shown: Page) -> str:
    rows = "".join(
        f"<tr><th align=left>{escape(label)}</th><td>{_linked(text)}</td></tr>\n" for label, text in shown.facts
    )
    also = "".join(f"<li>{escape(one)}</li>\n" for one in shown.also)
    listed = f"<ul>\n{also}</ul>\n" if also else ""
    return (
        f"<h3>{escape(shown.title)}</h3>\n<table>\n{rows}</table>\n{listed}<p><small>{escape(shown.mark)}</small></p>\n"
    )


def _linked(text: str) -> str:
    shown = escape(text)
    return f'<a href="{shown}">{shown}</a>' if text.startswith(("https://", "http://")) and " " not in text else shown
