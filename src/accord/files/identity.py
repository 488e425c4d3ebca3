"""What decides the outcome of a check, as digests: the program, its configuration, each text, the day.

Equal digests mean equal outcomes. Whatever else an outcome comes to depend on belongs here.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from hashlib import blake2b
from pathlib import Path
from zoneinfo import TZPATH

import msgspec
from msgspec.structs import replace

import accord
from accord.files.config import Config
from accord.files.landscape import Side, Text
from accord.files.plugins import plugins
from accord.model.fact import Scope
from accord.model.problem import Problem

_SIZE = 20
_INSTALLED = (".dist-info", ".egg-info")
_OF_REPORTS = ("check.fail_on", "check.format", "check.questions", "check.rules", "check.as_of")
_ENCODER = msgspec.json.Encoder(order="deterministic", enc_hook=repr)


@cache
def program() -> bytes:
    """The digest of this program: its files, the interpreter, the packages beside it, the time zones of the system.

    Empty where it cannot be known, because other packages bring sources of their own or its files are no files: then
    nothing may be remembered.
    """
    found, problems = plugins()
    if found or problems:
        return b""
    try:
        parts = [*sorted(_own_files(str(Path(accord.__file__).parent))), *_packages(), *_zones()]
    except OSError:
        return b""
    return digest(sys.version, sys.platform, parts)


def of_text(text: Text, scope: Scope) -> bytes:
    """The digest of all that the facts of one text depend on, besides the program."""
    content = text.content
    read = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else b""
    refused = content if isinstance(content, Problem) else None
    return digest(text.start, text.path, scope, refused, blake2b(read, digest_size=_SIZE).hexdigest())


def of_check(
    config: Config, as_of: date | None, sides: Iterable[tuple[Side | Problem, list[bytes]]], *more: object
) -> bytes:
    """The digest of all that a check depends on: the program, the configuration, the day, every text of every side, and `more`."""
    read = [
        (side if isinstance(side, Problem) else (side.root, side.day), [text.hex() for text in texts])
        for side, texts in sides
    ]
    settings = tuple(setting for setting in config.settings if setting.key.name not in _OF_REPORTS)
    return digest(program().hex(), replace(config, settings=settings), [*_lists(config)], as_of, read, more)


def digest(*parts: object) -> bytes:
    """The digest of some values."""
    return blake2b(_ENCODER.encode(parts), digest_size=_SIZE).digest()


def _own_files(folder: str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as listed:
        for entry in listed:
            if entry.name.endswith((".py", ".toml")):
                status = entry.stat()
                yield entry.path, status.st_size, status.st_mtime_ns
            elif entry.is_dir():
                yield from _own_files(entry.path)


def _packages() -> Iterator[str]:
    """The names, with versions, of what is installed: what is read depends on extras, and on the libraries that read it."""
    for folder in sys.path:
        if Path(folder or ".").is_dir():
            yield from sorted(name for name in os.listdir(folder or ".") if name.endswith(_INSTALLED))  # noqa: PTH208


def _zones() -> Iterator[tuple[str, int]]:
    for folder in TZPATH:
        for name in ("tzdata.zi", "UTC"):
            path = Path(folder, name)
            if path.exists():
                yield str(path), path.stat().st_mtime_ns


def _lists(config: Config) -> Iterator[str]:
    """What the files hold that the configuration names, besides those that are read as texts."""
    setting = config.setting("runbooks.list")
    for entry in setting.value:
        try:
            content = Path(config.folder if setting.place else ".", entry).read_bytes()
            yield blake2b(content, digest_size=_SIZE).hexdigest()
        except OSError as error:
            yield repr(error)
