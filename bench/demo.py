"""The demo, again and again: `python bench/demo.py [--runs 10] [--kills 5] [--load 0] [--cold] [--seed 1]`.

Runs of `accord demo --headless` in a row, each of which has to show every step; then as many that are ended at moments of chance, by
SIGKILL and by SIGINT in turn: of none a process or a file may be left. `--load` keeps so many processes busy beside it. `--cold` times
what the README says first, in a fresh clone with a fresh environment and with empty caches of pip and uv; it needs the registry.
Exits with 1 where a run fails or anything is left.
"""

import argparse
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from leaving import environ, until_nothing_is_left  # noqa: E402

DEMO = [sys.executable, "-m", "accord", "demo", "--headless"]
BUSY = "import time\nends = time.monotonic() + 3600\nwhile time.monotonic() < ends: pass"
LONGEST_S, FIRST_S = 300, 0.3


@contextmanager
def busy(count: int) -> Iterator[None]:
    """Processes that do nothing but work; they end with the block, and within the hour whatever happens."""
    processes = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


@contextmanager
def a_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="bench-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_whole() -> tuple[float, str]:
    """The seconds that one run took, and what was wrong with it."""
    with a_folder() as folder:
        begun_s = time.monotonic()
        done = subprocess.run(DEMO, env=environ(folder), capture_output=True, text=True, timeout=LONGEST_S, check=False)
        took_s = time.monotonic() - begun_s
        left = until_nothing_is_left(folder)
    wrong = f"exit {done.returncode}: {(done.stdout + done.stderr)[-300:]}" if done.returncode else ""
    return took_s, wrong or (f"left behind: {'; '.join(left)}" if left else "")


def run_killed(number: signal.Signals, after_s: float) -> str:
    """What was wrong after a run that was ended at this moment; earlier where it had ended by itself."""
    with a_folder() as folder:
        process = subprocess.Popen(DEMO, env=environ(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            process.communicate(timeout=after_s)
        except subprocess.TimeoutExpired:
            process.send_signal(number)
        _, told = process.communicate(timeout=LONGEST_S)
        left = until_nothing_is_left(folder)
    if process.returncode == 0 and not left:
        return run_killed(number, after_s / 2)
    wrong = [f"left behind: {'; '.join(left)}"] if left else []
    wrong += ["a traceback"] if "Traceback" in told else []
    print(
        f"  {number.name} after {after_s:5.1f} s: exit {process.returncode}; {'; '.join(wrong) or 'nothing is left'}",
        flush=True,
    )
    return "; ".join(wrong)


def run_cold() -> str:
    """Prints how long each part of the README's first command takes from nothing."""
    with a_folder() as folder:
        clone = folder / "clone"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        kept = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
        bin_ = folder / "env" / "bin"
        subprocess.run([sys.executable, "-m", "venv", str(folder / "env")], check=True)
        env = {**kept, "PATH": f"{bin_}:{kept['PATH']}", "UV_CACHE_DIR": str(folder / "uv"), "PIP_NO_CACHE_DIR": "1"}
        begun_s = time.monotonic()
        subprocess.run([str(bin_ / "pip"), "install", "-q", "uv"], env=env, cwd=clone, check=True)
        installed_s = time.monotonic()
        words = [str(bin_ / "uv"), "run", "accord", "demo", "--headless"]
        done = subprocess.run(words, env=env, cwd=clone, capture_output=True, text=True, check=False)
        ended_s = time.monotonic()
    times = [line for line in done.stdout.splitlines() if line.strip()[:1].isdigit() and "s   " in line[:12]]
    story_s = float(times[-1].split("s")[0]) if times else 0.0
    print(
        f"cold: pip install uv {installed_s - begun_s:.1f} s, uv run accord demo {ended_s - installed_s:.1f} s,",
        end=" ",
    )
    print(f"of which the story {story_s:.1f} s; together {ended_s - begun_s:.1f} s", flush=True)
    return f"exit {done.returncode}: {(done.stdout + done.stderr)[-400:]}" if done.returncode else ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name, usual in (("--runs", 10), ("--kills", 5), ("--load", 0), ("--seed", 1)):
        parser.add_argument(name, type=int, default=usual)
    parser.add_argument("--cold", action="store_true")
    asked = parser.parse_args()
    chance, wrong = random.Random(asked.seed), []
    if asked.cold:
        wrong.append(run_cold())
    with busy(asked.load):
        took = [60.0]
        for number in range(asked.runs):
            took_s, failed = run_whole()
            took = [took_s] if number == 0 else [*took, took_s]
            wrong.append(failed)
            print(f"  run {number + 1}: {took_s:.1f} s{f'; {failed}' if failed else ''}", flush=True)
        print(
            f"{asked.runs} runs with {asked.load} busy beside it: {statistics.median(took):.1f} s in the median, {max(took):.1f} s at most"
        )
        for number in range(asked.kills):
            by = (signal.SIGKILL, signal.SIGINT)[number % 2]
            wrong.append(run_killed(by, chance.uniform(FIRST_S, statistics.median(took))))
    found = [each for each in wrong if each]
    print(f"{len(found)} of {len(wrong)} went wrong")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
