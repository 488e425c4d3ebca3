"""The demo: its story holds at each step, and whatever ends it, it leaves no process and no file."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from accord.demo.shop import terms
from leaving import PATIENCE_S, environ, left_behind, until_nothing_is_left

DEMO = [sys.executable, "-m", "accord", "demo"]


@contextmanager
def begun(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen([*DEMO, "--headless"], env=environ(folder), stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def read_until(process: "subprocess.Popen[str]", begins: str) -> str:
    assert process.stdout is not None
    return next((line for line in process.stdout if line.startswith(begins)), "")


needs_proc = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are looked up in /proc")


@needs_proc
@pytest.mark.slow
def test_every_step_shows_what_it_is_there_to_show(tmp_path: Path) -> None:
    done = subprocess.run([*DEMO, "--headless"], env=environ(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for part in ("1  before", "2  the shop", "3  both sides", "4  to one person", "5  what was told", "6  what was"):
        assert f"\n{part}" in done.stdout
    review = done.stdout.partition("\n6  what was missing")[2]
    for said in ("missing: payments may answer after 5s", "unexamined: checkout", "/review.html", "/reviews/"):
        assert said in review
    assert "checkout confirms" in done.stdout and "everything agrees" in done.stdout
    assert until_nothing_is_left(tmp_path) == []


@needs_proc
@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("part", ["1", "2", "3", "4", "5"])
def test_ended_in_any_part_it_leaves_nothing(tmp_path: Path, part: str, number: signal.Signals) -> None:
    with begun(tmp_path) as process:
        assert read_until(process, part)
        assert left_behind(tmp_path)
        process.send_signal(number)
        code = process.wait(PATIENCE_S)
    assert code == (-number if number is signal.SIGKILL else 128 + number)
    assert until_nothing_is_left(tmp_path) == []


@needs_proc
def test_killed_at_its_beginning_it_leaves_nothing(tmp_path: Path) -> None:
    with begun(tmp_path) as process:
        assert read_until(process, "1")
        process.kill()
    assert until_nothing_is_left(tmp_path) == []


@needs_proc
def test_an_address_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        listen = f"127.0.0.1:{door.getsockname()[1]}"
        done = subprocess.run([*DEMO, "--listen", listen], env=environ(tmp_path), capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    who = f"process {os.getpid()} ({Path('/proc/self/comm').read_text().strip()})"
    told = f"{listen} is not to be had: address already in use by {who}; stop that, or name another one with --listen"
    assert done.stderr == f"accord: {told}\n"
    assert until_nothing_is_left(tmp_path) == []


def test_without_the_extra_it_says_what_is_missing() -> None:
    blocked = "import sys; sys.modules['duckdb'] = None; from accord.cli import run; sys.exit(run(['demo']))"
    done = subprocess.run([sys.executable, "-c", blocked], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1 and "needs the extra accord[server] (duckdb is not installed)" in done.stderr


def test_each_service_does_what_its_contract_says() -> None:
    with as_file(files("accord.demo") / "contracts") as contracts:
        said = {name: terms(contracts / name / "accord.yaml") for name in ("gateway", "checkout", "payments", "ledger")}
    assert (said["checkout"].limit_s, said["checkout"].tries, said["payments"].promised_s) == (2.0, 3, 5.0)
    assert not said["payments"].is_once and said["ledger"].is_once
    assert said["gateway"].limit_s > said["checkout"].promised_s > said["checkout"].limit_s * said["checkout"].tries
