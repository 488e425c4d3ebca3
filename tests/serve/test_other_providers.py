"""Apprise, ntfy, Slack and PagerDuty by the outbox, to servers that take what these take; and channels that are changed on the way."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from accord.channels._kinds import kind
from accord.files.channels import Channel
from accord.model.delivery import Secret
from accord.model.message import Fate
from accord.serve.sending.wiring import Wired, wired
from accord.store.person import Address, Person
from cases.carried import HOUR, START
from serve.outboxes import PLACE, SECOND, Clock, admit, closed, ledger_in, only, opened, ready, running, until, webhook
from serve.providers import serving


@contextmanager
def taking(answer: bytes, status: int = 200) -> Iterator[tuple[list[dict[str, Any]], str]]:
    """A server that keeps what it is told, and its address."""
    taken: list[dict[str, Any]] = []

    class Handling(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            taken.append({**json.loads(body), "path": self.path, "authorization": self.headers["authorization"]})
            self.send_response(status)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handling)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield taken, f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def by(name: str, secrets: dict[str, str] | None = None, **settings: object) -> dict[str, Wired]:
    channel = Channel(name, name, kind(name).Settings(**settings), PLACE, 20 * SECOND, (ip_network("127.0.0.0/8"),))
    return wired([channel], secrets or {})


def told(folder: Path, channels: dict[str, Wired], address: str = "", ends: bool = False) -> str:
    """Tells one person, and of the end where asked for; what the provider calls the first message."""
    (name,) = channels
    ledger, clock = ledger_in(folder), Clock()
    ledger.admit(Person("p0", addresses=(Address(name, address),))).result()
    case = opened(ledger)

    async def go() -> None:
        async with running(ledger, channels, clock, answer=lambda _: "https://accord.example/a") as outbox:
            await until(lambda: only(ledger, case, name, turn=1).fate is Fate.HANDED)
            if ends:
                closed(ledger, case, START + SECOND)
                clock.turn(HOUR)
                outbox.wake()
                await until(lambda: all(one.fate is not Fate.QUEUED for one in ledger.sendings(case)))

    asyncio.run(go())
    ref = only(ledger, case, name, turn=1).provider_ref
    ledger.close()
    return ref


def test_ntfy_takes_a_notification_for_a_topic(tmp_path: Path) -> None:
    with taking(b'{"id": "sPs71M8A2T", "event": "message"}') as (taken, address):
        channels = by("ntfy", {"T": "tk_of_the_test"}, url=f"http://{address}", token=Secret("variable T"))
        assert told(tmp_path, channels, "p0-pages") == "sPs71M8A2T"
    (note,) = taken
    assert (note["topic"], note["priority"], note["click"], note["path"]) == (
        "p0-pages",
        5,
        "https://accord.example/a",
        "/",
    )
    assert note["authorization"] == "Bearer tk_of_the_test"
    assert "at most 2s" in note["message"]


def test_slack_takes_a_text_that_mentions_who_may_be_woken(tmp_path: Path) -> None:
    with taking(b"ok") as (taken, address):
        told(tmp_path, by("slack", {"S": f"http://{address}/services/T0"}, url=Secret("variable S")), "U012ABCDE")
    assert taken[0]["path"] == "/services/T0" and taken[0]["text"].startswith("<@U012ABCDE> *checkout -&gt; payments")


def test_pagerduty_opens_one_incident_and_resolves_the_same(tmp_path: Path) -> None:
    with taking(b'{"status": "success", "dedup_key": "k"}', 202) as (taken, address):
        key = {"routing_key": Secret("variable R"), "url": f"http://{address}/v2/enqueue"}
        assert told(tmp_path, by("pagerduty", {"R": "key-of-the-test"}, **key), ends=True) == "k"
    assert [one["event_action"] for one in taken] == ["trigger", "resolve"]
    assert len({one["dedup_key"] for one in taken}) == 1
    assert taken[0]["payload"]["severity"] == "critical" and taken[0]["links"][0]["href"] == "https://accord.example/a"


def test_apprise_sends_by_its_own_addresses(tmp_path: Path) -> None:
    with taking(b"{}") as (taken, address):
        told(tmp_path, by("apprise", {"A": f"json://{address}/in"}, url=Secret("variable A")))
    assert taken[0]["type"] == "failure" and "at most 2s" in taken[0]["message"]


def test_an_address_that_apprise_does_not_know_is_said(tmp_path: Path) -> None:
    ledger, clock = ledger_in(tmp_path), Clock()
    admit(ledger, ["apprise"], ["p0"])
    ledger.admit(Person("p0", addresses=(Address("apprise", ""),))).result()
    case = opened(ledger)

    async def go() -> None:
        async with running(ledger, by("apprise", {"A": "pigeon://roof"}, url=Secret("variable A")), clock):
            await until(lambda: only(ledger, case, "apprise").attempts == 1)

    asyncio.run(go())
    assert only(ledger, case, "apprise").reason == "Apprise does not know this kind of address"
    ledger.close()


def test_channels_can_be_changed_while_it_sends(tmp_path: Path) -> None:
    with serving() as before, serving() as after:
        ledger, clock = ledger_in(tmp_path), Clock()
        admit(ledger, ["hook"], ["p0"])
        first = opened(ledger, "first")

        async def go() -> None:
            async with running(ledger, ready(webhook("hook", before)), clock) as outbox:
                await until(lambda: only(ledger, first, "hook").fate is Fate.HANDED)
                outbox.use(ready(webhook("hook", after)))
                second = opened(ledger, "second")
                outbox.wake()
                await until(lambda: only(ledger, second, "hook").fate is Fate.HANDED)

        asyncio.run(go())
        assert len(before.told) == len(after.told) == 1
        ledger.close()
