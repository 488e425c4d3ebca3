"""The whole of it as a process: told, killed, started again, and nothing of what was answered with 200 is lost."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from processes import Hook, Running, eventually
from serving import CONTRACTS


def said(*words: str, **environ: str) -> tuple[int, str]:
    """The exit code of the program, and all that it said."""
    command = [sys.executable, "-m", "accord", *words]
    done = subprocess.run(command, env={**os.environ, **environ}, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def test_who_recovers_and_who_waits_are_told_the_same_by_a_page_of_five_facts(running: Running, hook: Hook) -> None:
    running.start().alert()
    assert eventually(lambda: len(hook.about("opened")) == 2)
    owner, other = sorted(hook.about("opened"), key=lambda one: str(one["side"]), reverse=True)
    assert (owner["person"], other["person"]) == ("payments-oncall", "checkout")
    assert (owner["interrupts"], other["interrupts"]) == (True, False), "who waits is not woken"
    for fact in ("expected", "seen", "since", "recovers", "by", "turn", "subject"):
        assert owner[fact] == other[fact], fact
    assert (owner["expected"], owner["seen"]) == ("latency max 5s", "p99 is 6s")
    page = running.client.get(owner["answer"].removeprefix(str(running.client.base_url)))
    assert page.status_code == 200 and "I have it" in page.text
    assert running.client.post(owner["answer"], data={"say": "commit", "until": "20m"}).status_code == 303
    assert eventually(lambda: len(hook.about("committed")) == 2)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_what_was_answered_with_200_is_told_after_an_end_of_the_process(
    running: Running, hook: Hook, number: int
) -> None:
    hook.status = 503
    running.start().alert()
    running.end(number)
    hook.status = 200
    running.start()
    assert eventually(lambda: len(hook.about("opened")) == 2)
    assert running.cases()[0]["phase"] == "await"


def test_an_end_that_was_asked_for_is_quick_and_clean(running: Running, hook: Hook) -> None:
    running.start().alert()
    assert eventually(lambda: len(hook.about("opened")) == 2)
    assert running.end(signal.SIGTERM) == 0
    assert "Traceback" not in running.log()
    code, output = said("ledger", "verify", str(running.folder / "ledger"))
    assert code == 0 and "everything agrees" in output, output


def test_what_is_over_is_told_although_the_process_that_told_the_beginning_was_killed(
    running: Running, hook: Hook
) -> None:
    running.start().alert()
    assert eventually(lambda: len(hook.about("opened")) == 2)
    running.end()
    running.start().alert(endsAt="2026-01-01T00:00:00Z", startsAt="2026-01-01T00:00:00Z")
    assert eventually(lambda: len(hook.about("claimed")) == 2)


def test_what_begins_and_ends_while_nobody_can_be_told_is_told_once(running: Running, hook: Hook) -> None:
    hook.status = 503
    running.start().alert()
    case = running.cases()[0]
    for say, by in (("fixed", "payments-oncall"), ("confirm", "checkout")):
        said = running.client.post(f"/api/v1/deviations/{case['id']}/answers", json={"say": say, "by": by})
        assert said.status_code == 200, said.text
    assert running.cases()[0]["phase"] == "closed"
    running.end()
    hook.status = 200
    running.start()
    assert eventually(lambda: len(hook.told) >= 2)
    assert sorted((one["about"], one["person"]) for one in hook.told) == [
        ("missed", "checkout"),
        ("missed", "payments-oncall"),
    ]


def test_a_second_process_on_the_same_ledger_is_refused(running: Running, hook: Hook) -> None:
    running.start()
    words = ("serve", str(running.folder), "--last", "keeper", "--ledger", str(running.folder / "ledger"))
    code, output = said(*words, "--listen", "127.0.0.1:0")
    assert code == 2 and "only one may" in output, output


def test_contracts_are_read_again_when_asked(running: Running, hook: Hook) -> None:
    running.start().alert()
    assert running.cases()[0]["actor"] == "payments-oncall"
    (running.folder / "accord.yaml").write_text(CONTRACTS.replace("by: payments-oncall", "by: second"))
    assert running.process is not None
    running.process.send_signal(signal.SIGHUP)
    assert eventually(lambda: running.cases()[0]["actor"] == "second")
    (running.folder / "accord.toml").write_text("[channels.hook]\nkind = 'nothing'\n")
    running.process.send_signal(signal.SIGHUP)
    assert eventually(lambda: "carried on by the old contracts" in running.log())
    assert running.client.get("/-/ready").status_code == 200


def test_an_address_that_is_taken_is_said_in_one_line(running: Running, hook: Hook) -> None:
    running.start()
    words = ("serve", str(running.folder), "--last", "keeper", "--ledger", str(running.folder / "other"))
    code, output = said(*words, "--listen", f"127.0.0.1:{running.port}", HOOK_SECRET="a" * 20)
    assert code == 2, output
    here = f"127.0.0.1:{running.port} is not to be had: address already in use"
    assert running.process is not None
    who = f" by process {running.process.pid} (" if Path("/proc/net/tcp").exists() else ""
    assert f"{here}{who}" in output and output.rstrip().endswith("name another one with --listen"), output


def test_a_configuration_that_cannot_be_used_is_named_as_it_opens_from_here(running: Running) -> None:
    (running.folder / "accord.toml").write_text("[chanels]\nhook = 1\n")
    code, output = said("serve", str(running.folder), "--last", "keeper", "--ledger", str(running.folder / "ledger"))
    assert (code, output) == (
        2,
        f"accord: {running.folder}/accord.toml:1:2: unknown key 'chanels'; did you mean 'channels'?\n",
    )
