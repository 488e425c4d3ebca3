"""Pages of the docs as what somebody does who follows them: files that are written, edits that are made, commands that are typed.

A block of ```` ```console ```` holds commands after `$ ` and beneath each what it shows. `…` stands for what differs from run
to run: within a line for any text, alone on a line for any lines. Before a block a comment may say `<!-- exit: 1 -->`, the codes of its last
commands, or `<!-- not run: REASON -->`, one of REASONS. A command that ends in ` &` runs on until the page ends, or `kill %1; wait %1`.
A fence with `file=PATH` is a file to write, and "In `PATH` put `new` in the place of `old`." an edit.
"""

import contextlib
import difflib
import io
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from accord.cli import run
from ports import free_port

PROJECT = Path(__file__).parents[1]
PAGES = [
    *(PROJECT / f"{name}.md" for name in ("ARCHITECTURE", "CONTRIBUTING", "README", "STYLE")),
    *sorted((PROJECT / "docs").rglob("*.md")),
]
REASONS = {
    "needs docker": "a container is built or run",
    "needs root": "it changes the machine",
    "fetches packages": "it asks a package registry",
    "needs a server of yours": "a server that only a reader has",
    "a step of CI by itself": ".ci/run does it, or it is that",
}
PREFIXES = ("uv run ", "uvx --from . ")
ANY = "…"
_PORTS = ("9095", "4318", "4317", "8099")
_PATIENCE_S = 60.0
_STEP = re.compile(
    r"^(?P<comments>(?:<!-- (?:exit|not run): .*? -->\n)*)\n*```console\n(?P<console>.*?)^```$"
    r"|^```\w* file=(?P<file>\S+)\n(?P<text>.*?)^```$"
    r"|^(?:- )?In `(?P<edited>[^`]+)` put `(?P<new>[^`]+)` in the place of `(?P<old>[^`]+)`\.$",
    re.MULTILINE | re.DOTALL,
)
_TYPED = re.compile(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


@dataclass(frozen=True)
class Command:
    """One line that is typed, what it shows, where in the page that stands, and the code it ends with."""

    typed: str
    shown: str
    code: int = 0
    began: int = 0
    ended: int = 0

    @property
    def words(self) -> list[str]:
        """The arguments of `accord` where it is nothing but that; none where a shell is needed."""
        typed = self.typed.replace("\\\n", " ")
        for prefix in PREFIXES:
            typed = typed.removeprefix(prefix)
        if re.search(r"[|<>;&`]|\$\(", typed) or not typed.startswith("accord "):
            return []
        return shlex.split(os.path.expandvars(typed), comments=True)[1:]


def steps(page: str) -> Iterator[re.Match[str]]:
    """What a page has its reader do, in order."""
    return _STEP.finditer(page)


def commands(step: re.Match[str]) -> list[Command]:
    """The commands of one block."""
    told = re.search(r"<!-- exit: ([\d ]+) -->", step["comments"])
    typed, start = list(_TYPED.finditer(step["console"])), step.start("console")
    assert typed and "".join(match[0] for match in typed) == step["console"], step["console"]
    last = [int(code) for code in told[1].split()] if told else []
    codes = [*[0] * (len(typed) - len(last)), *last]
    return [
        Command(match[1], match[2], code, start + match.start(2), start + match.end(2))
        for match, code in zip(typed, codes, strict=True)
    ]


def reason(step: re.Match[str]) -> str:
    """Why a block is not run; nothing where it is."""
    found = re.search(r"<!-- not run: (.*?) -->", step["comments"])
    return found[1] if found else ""


def pattern(shown: str) -> re.Pattern[str]:
    """What is shown as an expression, in which each elision is anything."""
    lines = []
    for line in shown.splitlines():
        anything = "[^\n]*".join(re.escape(part) for part in line.split(ANY))
        lines.append("(?:[^\n]*\n)*?" if line.strip() == ANY else f"{anything}\n")
    return re.compile("".join(lines))


def differs(shown: str, output: str) -> str:
    """How an output is not what is shown; nothing where it is."""
    output = "".join(f"{line.rstrip()}\n" for line in output.splitlines())
    if pattern(shown).fullmatch(output):
        return ""
    return "\n".join(difflib.unified_diff(shown.splitlines(), output.splitlines(), "shown", "output", lineterm=""))


class Reader:
    """Somebody who follows one page in a folder that holds the examples, as a clone does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = {port: str(free_port()) for port in _PORTS}
        self._running: list[tuple[subprocess.Popen[bytes], Path]] = []
        shutil.copytree(PROJECT / "examples", folder / "examples", ignore=shutil.ignore_patterns("__pycache__"))
        for file in (folder / "examples").rglob("*"):
            if file.is_file():
                file.write_text(self._here(file.read_text(encoding="utf-8")), encoding="utf-8")

    def does(self, step: re.Match[str]) -> list[tuple[Command, str]]:
        """Follows one step; what each command that was typed showed."""
        if step["file"]:
            file = self._folder / step["file"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self._here(step["text"]), encoding="utf-8")
        elif step["edited"]:
            file = self._folder / step["edited"]
            text = file.read_text(encoding="utf-8")
            assert text.count(step["old"]) == 1, f"{step['old']} stands {text.count(step['old'])} times in {file.name}"
            file.write_text(text.replace(step["old"], step["new"]), encoding="utf-8")
        elif not reason(step):
            return [(one, self._typed(one)) for one in commands(step)]
        return []

    def ends(self) -> None:
        """Ends what still runs."""
        while self._running:
            self._end()

    def _typed(self, command: Command) -> str:
        if command.typed.startswith("export "):
            name, _, value = command.typed.removeprefix("export ").partition("=")
            code, told = self._by_shell(Command(f"echo {value}", ""))
            assert code == 0, told
            os.environ[name] = told.strip()
            return ""
        if command.typed.startswith("kill %1"):
            return self._as_told(self._end())
        words = [self._here(word) for word in command.words]
        code, output = _in_process(self._local(words)) if words else self._by_shell(command)
        output = self._as_told(output)
        assert code == command.code, f"$ {command.typed}\nexit code {code}, not {command.code}\n{output}"
        return output

    def _by_shell(self, command: Command) -> tuple[int, str]:
        typed = command.typed.replace("\\\n", " ")
        if typed.endswith(" &"):
            return 0, self._begin(shlex.split(self._here(typed[:-2])), command)
        asked = f"accord \\1 --at http://127.0.0.1:{self._ports['9095']}"
        typed = re.sub(r"\baccord (answer|drill)\b", asked, typed)
        done = subprocess.run(
            ["bash", "-c", self._here(typed)],
            cwd=self._folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout.decode()

    def _begin(self, words: list[str], command: Command) -> str:
        if words[0] == "accord":
            words = ["accord", *self._local(words[1:])]
        log = self._folder / f".output-{len(self._running)}-{time.monotonic_ns()}"
        with log.open("wb") as output:
            process = subprocess.Popen(words, cwd=self._folder, stdout=output, stderr=subprocess.STDOUT)
        self._running.append((process, log))
        expected, ends = pattern(command.shown), time.monotonic() + _PATIENCE_S
        while True:
            told = self._as_told(log.read_text(encoding="utf-8"))
            if expected.fullmatch(told) or process.poll() is not None or time.monotonic() > ends:
                return told
            time.sleep(0.05)

    def _end(self) -> str:
        """Ends the first of those that run; what it has said since it was started."""
        process, log = self._running.pop(0)
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(_PATIENCE_S)
        return log.read_text(encoding="utf-8")

    def _local(self, words: list[str]) -> list[str]:
        """A command with the addresses that it takes by itself put where this page has them."""
        if words[0] == "serve" and "--listen" not in words:
            return [*words, "--listen", f"127.0.0.1:{self._ports['9095']}"]
        if words[0] in ("answer", "drill") and "--at" not in words:
            return [*words, "--at", f"http://127.0.0.1:{self._ports['9095']}"]
        if words[0] == "observe" and "--listen" in words and "--grpc" not in words:
            return [*words, "--grpc", f"127.0.0.1:{self._ports['4317']}"]
        return words

    def _here(self, text: str) -> str:
        for told, port in self._ports.items():
            text = text.replace(f"127.0.0.1:{told}", f"127.0.0.1:{port}")
        return text

    def _as_told(self, text: str) -> str:
        for told, port in self._ports.items():
            text = text.replace(f"127.0.0.1:{port}", f"127.0.0.1:{told}")
        return text


def _in_process(words: list[str]) -> tuple[int, str]:
    """What the program shows in this process, on both of its outputs, and its code."""
    shown = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
        code = run(words)
    buffer = shown.buffer
    assert isinstance(buffer, io.BytesIO)
    return code, buffer.getvalue().decode()


def path_with_accord() -> str:
    """The PATH on which `accord` and `python` are those of this environment."""
    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
