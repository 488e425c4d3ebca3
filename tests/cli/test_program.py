"""The program around the commands: help, unknown words, ends that nobody wants to see a traceback for."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from accord import __version__, cli
from accord.cli._program import NO_READER, program

from .conftest import Accord

ROOT = Path(__file__).parents[2]
COMMANDS = sorted(file.stem.replace("_", "-") for file in Path(cli.__path__[0]).glob("[!_]*.py"))


def test_help_names_every_command_with_one_line(accord: Accord) -> None:
    done = accord("--help")
    assert done.code == 0 and done.err == ""
    for name in COMMANDS:
        assert f"\n  {name} " in done.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_own_help(accord: Accord, name: str) -> None:
    done = accord(name, "--help")
    assert done.code == 0 and done.out.startswith(f"Usage: accord {name}")


def test_the_version(accord: Accord) -> None:
    assert accord("--version").out == f"accord {__version__}\n"


def test_an_unknown_command_is_told_the_nearest(accord: Accord) -> None:
    done = accord("chekc")
    assert (done.code, done.out) == (2, "")
    assert done.err == "accord: no command 'chekc'; did you mean 'check'?\nsee: accord --help\n"


def test_no_command_shows_the_help(accord: Accord) -> None:
    done = accord()
    assert done.code == 2 and "Commands:" in done.err


def broken(error: BaseException) -> click.Command:
    @click.command()
    def command() -> None:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (ValueError("a\nb"), 2, "accord: an error of its own, ValueError: a b; ACCORD_DEBUG=1 shows where\n"),
        (RecursionError("deep"), 2, "accord: an error of its own, RecursionError: deep; ACCORD_DEBUG=1 shows where\n"),
        (PermissionError(13, "Permission denied", "a.yaml"), 2, "accord: permission denied: a.yaml\n"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (click.ClickException("No such command 'x'."), 2, "accord: no such command 'x'\n"),
        (click.ClickException("NodeDown: no such file."), 2, "accord: NodeDown: no such file\n"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_no_traceback_reaches_anybody(
    accord: Accord, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, words: str
) -> None:
    monkeypatch.setattr(type(program), "get_command", lambda *_: broken(error))
    done = accord("anything")
    assert (done.code, done.out, done.err) == (code, "", words)


def test_a_traceback_is_shown_to_whoever_asks(accord: Accord, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(program), "get_command", lambda *_: broken(ValueError("deep inside")))
    monkeypatch.setenv("ACCORD_DEBUG", "1")
    done = accord("anything")
    assert done.code == 2 and "Traceback" in done.err and "deep inside" in done.err


def test_a_reader_that_leaves_is_no_error() -> None:
    """`accord schema contract | head -1`: the pipe is closed long before the end."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "accord", "schema", "contract"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == NO_READER
