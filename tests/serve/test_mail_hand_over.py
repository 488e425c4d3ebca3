"""Mail to a real server of SMTP: encrypted, logged in, handed over with the name of its queue, and refused as servers do."""

import asyncio
import email
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_network
from pathlib import Path

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from accord.channels._kinds import kind
from accord.files.channels import Channel
from accord.model.delivery import Secret, Security
from accord.model.message import Fate
from accord.serve.sending.wiring import Wired, wired
from serve.outboxes import PLACE, SECOND, Clock, admit, ledger_in, only, opened, running, until

AUTHORITY = trustme.CA()
SERVER, CLIENT = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
AUTHORITY.issue_cert("localhost").configure_cert(SERVER)
AUTHORITY.configure_trust(CLIENT)


class Mailboxes:
    """Takes mail, or refuses it as it is told to; `hangs` after it took one."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.refusal = ""
        self.hangs = False
        self.encrypted: list[bool] = []

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list
    ) -> str:  # type: ignore[type-arg]
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        mail = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.taken.append(mail)
        if self.hangs:
            await asyncio.sleep(60)
        return "250 2.0.0 Ok: queued as 4F2B1A9"


def authenticated(_server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: object) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"accord", b"hunter-of-the-test")
    return AuthResult(success=good, handled=good)


@contextmanager
def mailing(security: Security = Security.STARTTLS, login: bool = False) -> Iterator[tuple[Mailboxes, int]]:
    """A server in a thread of its own, until the block ends."""
    boxes, loop = Mailboxes(), asyncio.new_event_loop()

    def conversation() -> SMTP:
        starttls = {"tls_context": SERVER, "require_starttls": True} if security is Security.STARTTLS else {}
        return SMTP(boxes, auth_required=login, authenticator=authenticated if login else None, loop=loop, **starttls)

    context = SERVER if security is Security.TLS else None
    server = loop.run_until_complete(loop.create_server(conversation, "127.0.0.1", 0, ssl=context))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield boxes, server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


def mail_by(
    port: int, security: Security = Security.STARTTLS, password: str = "", deadline_s: float = 10.0
) -> dict[str, Wired]:
    login = {"username": "accord", "password": Secret("variable P")} if password else {}
    settings = kind("email").Settings(
        host="localhost", port=port, sender="accord@example.net", security=security, **login
    )
    channel = Channel("mail", "email", settings, PLACE, int(deadline_s * SECOND), (ip_network("127.0.0.0/8"),))
    return wired([channel], {"P": password}, trust=CLIENT)


def told(folder: Path, channels: dict[str, Wired], fate: Fate, attempts: int = 1) -> tuple:  # type: ignore[type-arg]
    """Sends one message; what its sending came to."""
    ledger, clock = ledger_in(folder), Clock()
    admit(ledger, ["mail"], ["p0"])
    case = opened(ledger)

    async def go() -> None:
        async with running(ledger, channels, clock):
            await until(lambda: only(ledger, case, "mail").attempts >= attempts)

    asyncio.run(go())
    sending = only(ledger, case, "mail")
    ledger.close()
    assert sending.fate is fate
    return sending, case


@pytest.mark.parametrize("security", list(Security))
def test_mail_is_handed_over_by_each_way_of_speaking(tmp_path: Path, security: Security) -> None:
    with mailing(security) as (boxes, port):
        sending, _ = told(tmp_path, mail_by(port, security), Fate.HANDED)
    assert sending.provider_ref == "4F2B1A9"
    (mail,) = boxes.taken
    assert boxes.encrypted == [security is not Security.PLAIN]
    assert (mail["To"], mail["Message-ID"]) == ("p0@mail.example", f"<{sending.id}@example.net>")
    body, page = (mail.get_body((kind_,)) for kind_ in ("plain", "html"))
    assert body is not None and page is not None
    assert "at most 2s" in body.get_content() and "at most 2s" in page.get_content()
    assert mail["Auto-Submitted"] == "auto-generated"


def test_somebody_logs_in_where_the_server_asks_for_it(tmp_path: Path) -> None:
    with mailing(login=True) as (boxes, port):
        told(tmp_path, mail_by(port, password="hunter-of-the-test"), Fate.HANDED)
    assert len(boxes.taken) == 1


def test_a_wrong_password_fails_for_good_and_is_not_repeated_in_words(tmp_path: Path) -> None:
    with mailing(login=True) as (boxes, port):
        sending, _ = told(tmp_path, mail_by(port, password="wrong-of-the-test"), Fate.FAILED)
    assert sending.reason.startswith("answered 535") and "wrong-of" not in sending.reason
    assert not boxes.taken


@pytest.mark.parametrize(
    ("refusal", "fate"),
    [("451 4.7.1 greylisted for p0@mail.example", Fate.QUEUED), ("550 5.1.1 p0@mail.example unknown", Fate.FAILED)],
)
def test_a_mailbox_that_is_refused_is_tried_again_or_not_as_the_server_says(
    tmp_path: Path, refusal: str, fate: Fate
) -> None:
    with mailing() as (boxes, port):
        boxes.refusal = refusal
        sending, _ = told(tmp_path, mail_by(port), fate)
    assert sending.reason == "answered " + refusal.replace("p0@mail.example", "[hidden]")
    assert not boxes.taken


def test_a_server_that_says_nothing_after_the_mail_may_have_taken_it(tmp_path: Path) -> None:
    with mailing() as (boxes, port):
        boxes.hangs = True
        sending, _ = told(tmp_path, mail_by(port, deadline_s=1.0), Fate.QUEUED)
    assert sending.reason == "no answer within 1s; 1 copy may have arrived"
    assert len(boxes.taken) == 1


def test_a_server_without_encryption_gets_no_mail_that_must_be_encrypted(tmp_path: Path) -> None:
    with mailing(Security.PLAIN) as (boxes, port):
        sending, _ = told(tmp_path, mail_by(port, Security.STARTTLS), Fate.QUEUED)
    assert sending.reason.startswith("no connection: ") and not boxes.taken


def test_a_certificate_of_strangers_is_refused(tmp_path: Path) -> None:
    strangers = ssl.create_default_context()
    trustme.CA().configure_trust(strangers)
    with mailing(Security.TLS) as (boxes, port):
        channels = mail_by(port, Security.TLS)
        again = wired([channels["mail"].channel], {}, trust=strangers)
        sending, _ = told(tmp_path, again, Fate.QUEUED)
    assert "the certificate is refused" in sending.reason and not boxes.taken
