"""The processes of the demo: each holds a pipe from here and ends when that breaks, so none outlives the demo, however it ends."""

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from accord.model.problem import Refused

_STOP_S, _READY_S = 8.0, 60.0


class Running:
    """One process that was started, and the lines that it said."""

    def __init__(self, name: str, arguments: list[str], environ: dict[str, str]) -> None:
        self.name, self.said, self.is_waited_for, self._is_over = name, list[str](), False, False
        self.process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "NO_PROXY": "127.0.0.1", **environ},
            text=True,
            start_new_session=True,  # Ctrl-C in the terminal is for the demo alone; it ends the others in order
        )
        self._news = threading.Condition()
        self._reading = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self._reading.start()

    def line(self, begins: str = "") -> str:
        """The first line that begins so, waited for; raises Refused with its last words where it ended instead."""

        def found() -> str | None:
            return next((line for line in self.said if line.startswith(begins)), None)

        with self._news:
            self._news.wait_for(lambda: found() or self._is_over, _READY_S)
            told = found()
        if told is None:
            raise Refused(self.last_words() or f"{self.name} did not start within {_READY_S:.0f}s")
        return told

    def asked(self, line: str) -> str:
        """Its next line, after this one was said to it; raises Refused where it ended instead."""
        assert self.process.stdin is not None
        known = len(self.said)
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        with self._news:
            self._news.wait_for(lambda: len(self.said) > known or self._is_over, _READY_S)
        if len(self.said) == known:
            raise Refused(f"{self.name} gave no answer")
        return self.said[known]

    def document(self) -> tuple[int, Any]:
        """The exit code and the JSON of a command that ends by itself; raises Refused with its last words where it wrote none."""
        code = self.wait(_READY_S)
        try:
            return code, json.loads("\n".join(self.said))
        except ValueError:
            raise Refused(f"{self.name} wrote no result: {self.last_words() or 'nothing'}") from None

    def last_words(self) -> str:
        """Its last line."""
        return self.said[-1] if self.said else ""

    def stop(self) -> int:
        """Ends it, by force where it takes longer than it should; its exit code."""
        with suppress(OSError):
            self.process.terminate()
        return self.wait(_STOP_S)

    def wait(self, within_s: float) -> int:
        """Its exit code, once it has ended; ended by force after that time."""
        self.is_waited_for = True
        try:
            code = self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self._reading.join(1.0)
        with suppress(OSError):
            if self.process.stdin is not None:
                self.process.stdin.close()
        return code

    def _read(self, told: IO[str] | None) -> None:
        for line in told or ():
            with self._news:
                self.said.append(line.rstrip("\n"))
                self._news.notify_all()
        with self._news:
            self._is_over = True
            self._news.notify_all()


class Processes:
    """All of them, and the folder that they write to; nothing of it is left behind `stop`."""

    def __init__(self) -> None:
        self._running: list[Running] = []
        self._sweeping = Running("sweeping", ["accord.demo.sweeping"], {})
        self.folder = Path(self._sweeping.line())

    def start(self, name: str, *arguments: str, **environ: str) -> Running:
        """Starts a module of Python."""
        running = Running(name, list(arguments), environ)
        self._running.append(running)
        stdin = self._sweeping.process.stdin
        assert stdin is not None
        stdin.write(f"{running.process.pid}\n")
        stdin.flush()
        return running

    def accord(self, *words: str, **environ: str) -> Running:
        """Starts a command of Accord."""
        return self.start(f"accord {' '.join(words[:2])}", "accord.demo.watching", *words, **environ)

    def told(self, *words: str) -> tuple[int, list[str]]:
        """The exit code of a command of Accord, and the lines that it said."""
        running = self.accord(*words)
        return running.wait(_READY_S), running.said

    def ended(self) -> list[str]:
        """Those that ended in an error although nobody stopped them, each with its last words."""
        failed = [each for each in self._running if each.process.poll() and not each.is_waited_for]
        return [f"{each.name} ended: {each.last_words() or 'it said nothing'}" for each in failed]

    def stop(self) -> None:
        """Ends all of them, the last started first, and has the folder removed."""
        for running in reversed(self._running):
            if running.process.poll() is None:
                running.process.terminate()
        for running in reversed(self._running):
            running.stop()
        stdin = self._sweeping.process.stdin
        if stdin is not None:
            stdin.close()
        self._sweeping.wait(_STOP_S * 2)
