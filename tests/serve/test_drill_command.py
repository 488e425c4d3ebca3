"""`accord drill` against a real service: one drill that somebody takes by the link of the page, one that nobody can."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import httpx
from processes import Hook, Running, eventually
from serving import CONTRACTS

QUICK = CONTRACTS.replace("acknowledge: 5m", "acknowledge: 4s").replace("acknowledge: 10m", "acknowledge: 4s")


def drilled(running: Running, rota: str) -> tuple[int, str]:
    words = [sys.executable, "-m", "accord", "drill", rota, "--at", f"http://127.0.0.1:{running.port}"]
    done = subprocess.run(words, env=dict(os.environ), capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def test_a_drill_that_is_taken_and_one_that_is_not(tmp_path: Path, hook: Hook) -> None:
    running = Running(tmp_path, hook, QUICK).start()

    def take() -> None:
        [page] = eventually(lambda: hook.about("opened", person="payments-oncall"))
        assert "DRILL" in page["seen"]
        httpx.post(page["answer"], data={"say": "commit", "until": "15m"})

    try:
        taking = threading.Thread(target=take)
        taking.start()
        code, said = drilled(running, "payments-oncall")
        taking.join()
        assert code == 0, said
        assert "payments-oncall by hook: handed over after" in said and ", answered after" in said
        assert "taken by payments-oncall after" in said
        assert eventually(lambda: len(hook.about("withdrawn")) == 2), "both sides are told that it is over"
        assert {one["reason"] for one in hook.about("withdrawn")} == {"drill over"}
        code, said = drilled(running, "second")
        assert code == 1 and "nobody took it in time" in said, said
        assert not [one for one in hook.told if one["person"] == "keeper" and one["interrupts"]]
        code, said = drilled(running, "nobody")
        assert code == 2 and "no party or rota of the contracts is called `nobody`" in said
    finally:
        running.close()
