"""The own dead-man's switch: told while all is well and only then, and by no other way than messages are."""

import asyncio
import logging
import subprocess
import sys
from ipaddress import ip_network
from pathlib import Path

import pytest
from processes import Hook, Running
from providers import serving
from serving import Within

from accord.files.serving import Alive
from accord.serve.alive import Telling

LOOPBACK = (ip_network("127.0.0.0/8"),)


class Watching:
    def __init__(self) -> None:
        self.times = 0

    async def __call__(self) -> None:
        self.times += 1


def test_it_is_told_only_once_the_ledger_has_taken_it(tmp_path: Path) -> None:
    watching = Watching()
    service = Within(tmp_path, alive=watching)
    service.do(service.service._audit())
    assert watching.times == 1
    service.close()
    service.do(service.service._audit())
    assert watching.times == 1, "a ledger that takes nothing is not well"


def test_one_post_is_one_word(caplog: pytest.LogCaptureFixture) -> None:
    with serving() as provider:
        told = Telling(Alive(f"http://127.0.0.1:{provider.port}/secret-path", LOOPBACK))
        with caplog.at_level(logging.WARNING):
            asyncio.run(told())
        assert provider.told == [{"alive": True}] and caplog.text == ""
        told = Telling(Alive(f"http://127.0.0.1:{provider.port}/secret-path", LOOPBACK))
        provider.mode = "500"
        with caplog.at_level(logging.WARNING):
            asyncio.run(told())
        assert "answered 500" in caplog.text and "secret-path" not in caplog.text


@pytest.mark.parametrize(
    ("url", "allowed", "said"),
    [
        ("http://127.0.0.1:{port}/", (), "no public address"),
        ("http://127.0.0.1:1/", LOOPBACK, "no connection"),
        ("ftp://127.0.0.1/", LOOPBACK, "none of HTTP"),
    ],
)
def test_what_may_not_be_reached_is_not(
    caplog: pytest.LogCaptureFixture, url: str, allowed: tuple[object, ...], said: str
) -> None:
    with serving() as provider:
        with caplog.at_level(logging.WARNING):
            asyncio.run(Telling(Alive(url.format(port=provider.port), allowed))())  # type: ignore[arg-type]
        assert said in caplog.text and provider.connections == 0


def test_the_service_starts_with_both_tables_and_says_what_is_wrong_with_an_option(tmp_path: Path) -> None:
    hook = Hook()
    running = Running(tmp_path, hook)
    toml = tmp_path / "accord.toml"
    more = '[serve]\nalive = "https://watch.example.net/"\n[heartbeats]\nprometheus = "5m"\n'
    toml.write_text(toml.read_text() + more)
    try:
        running.start("--heartbeat", "nightly=45m")
        found = running.client.get("/api/v1/heartbeats").json()
        assert {each["name"]: each["within"] for each in found} == {"prometheus": "5m", "nightly": "45m"}
        assert "is reached under this name" not in running.log(), "everybody has a channel"
        running.end(15)
        for option, said in (("--alive=watch", "expected an address"), ("--heartbeat=x=1ms", "every second at most")):
            words = [sys.executable, "-m", "accord", "serve", str(tmp_path), "--last", "keeper", option]
            done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60)
            assert done.returncode == 2 and said in done.stderr, done.stderr
    finally:
        running.close()
        hook.close()
