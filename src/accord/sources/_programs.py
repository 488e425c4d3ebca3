"""Programs that the command or the image of a container shows, and what they are told there: gunicorn, uvicorn and PostgreSQL.

What they do where nothing is written stands in accord/defaults; a configuration file that is not read here leaves it open.
"""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from msgspec import Struct

from accord.model.amount import Amount
from accord.model.fact import Layer
from accord.model.nothing import NONE
from accord.model.problem import Refused
from accord.sources._speaker import Speaker, parse_number, parse_seconds
from accord.sources._yaml import Node

_SHELLS = frozenset(("sh", "bash", "ash", "dash", "zsh"))
_ENDS = frozenset(("&&", "||", ";", "|", "&"))
_LONGEST = 20_000
_CMD_ARGS = "GUNICORN_CMD_ARGS"
_KEPT_BY_VARIABLE = "UVICORN_TIMEOUT_KEEP_ALIVE"
_OPTIONS = {"-t": "timeout", "--timeout": "timeout", "-k": "class", "--worker-class": "class", "--threads": "threads", "-c": "config", "--config": "config", "--timeout-keep-alive": "keep_alive"}  # fmt: skip


class Container(Struct, frozen=True):
    """What starts one container: image, words of command and arguments, its variables, and the node that shows it."""

    image: str
    words: tuple[str, ...]
    variables: Mapping[str, str]
    at: Node


def say_program(speaker: Speaker, container: Container) -> None:
    """What the program in a container is shown to do."""
    if container.words:
        _say_gunicorn(speaker, container)
        _say_uvicorn(speaker, container)
    _say_postgres(speaker, container)


def words_of(command: Sequence[str]) -> tuple[str, ...]:
    """The words of a command, those inside `sh -c "..."` among them."""
    found: list[str] = []
    before = ""
    for position, word in enumerate(command):
        in_shell = _name(command[0]) in _SHELLS and before.startswith("-") and before.endswith("c")
        found += split_command(word) if in_shell and position < 4 else [word]
        before = word
    return tuple(found)


def split_command(text: str) -> list[str]:
    """The words of a command as a shell reads them; none where it cannot."""
    try:
        return shlex.split(text.replace(";", " ; ").replace("&&", " && ")) if len(text) <= _LONGEST else []
    except ValueError:
        return []


def _name(word: str) -> str:
    return word.rpartition("/")[2]


# ---------------------------------------------------------------------- gunicorn


def _say_gunicorn(speaker: Speaker, container: Container) -> None:
    """A worker that serves one request at a time is killed when it has been silent for so long; no other is."""
    told = _arguments(container.words, "gunicorn")
    if told is None:
        return
    options = dict(_options([*split_command(container.variables.get(_CMD_ARGS, "")), *told]))
    try:
        one_at_a_time = parse_number(options.get("threads", "1")) <= 1 and options.get("class", "sync") == "sync"
        stated = parse_seconds(options["timeout"]) if "timeout" in options else None
    except Refused:
        return
    if "config" in options or not one_at_a_time:
        return
    if stated is None:
        speaker.say("platform", "gunicorn", "gunicorn", container.at, Layer.SERVER)
    else:
        speaker.say("killed_after", stated or NONE, f"{options['timeout']}s", container.at, Layer.SERVER)


def _arguments(words: Sequence[str], program: str) -> list[str] | None:
    """What follows a program in a command; None where it does not run it."""
    for position, word in enumerate(words):
        if _name(word) == program and (position == 0 or _starts_a_program(words[:position])):
            following = words[position + 1 :]
            end = next((number for number, word in enumerate(following) if word in _ENDS), len(following))
            return list(following[:end])
    return None


def _starts_a_program(before: Sequence[str]) -> bool:
    """Whether a word after these is the name of a program: first in its command, or handed to one that starts it."""
    last = before[-1]
    runs = ("exec", "-m", "run", "--", "-c", "-ec", "-lc")
    return (
        last in _ENDS
        or last in runs
        or _name(before[0]) in ("tini", "dumb-init", "opentelemetry-instrument", "newrelic-admin")
    )


def _options(arguments: Sequence[str]) -> Iterator[tuple[str, str]]:
    for position, word in enumerate(arguments):
        name, equals, value = word.partition("=")
        if name in _OPTIONS and equals:
            yield _OPTIONS[name], value
        elif word in _OPTIONS:
            yield _OPTIONS[word], arguments[position + 1] if position + 1 < len(arguments) else ""
        elif len(word) > 2 and word[:2] in _OPTIONS and word[1] != "-":
            yield _OPTIONS[word[:2]], word[2:]


# ---------------------------------------------------------------------- uvicorn


def _say_uvicorn(speaker: Speaker, container: Container) -> None:
    """How long a connection is kept on which nothing comes; open where a variable may say it."""
    told = _arguments(container.words, "uvicorn")
    if told is None or _KEPT_BY_VARIABLE in container.variables:
        return
    options = dict(_options(told))
    try:
        stated = parse_seconds(options["keep_alive"]) if "keep_alive" in options else None
    except Refused:
        return
    if stated is None:
        speaker.say("platform", "uvicorn", "uvicorn", container.at, Layer.SERVER)
    elif stated:
        speaker.say("keep_alive", stated, f"{options['keep_alive']}s", container.at, Layer.SERVER)


# ---------------------------------------------------------------------- PostgreSQL


def _say_postgres(speaker: Speaker, container: Container) -> None:
    image = container.image.partition("@")[0].rpartition("/")[2]
    name, _, tag = image.partition(":")
    if name != "postgres":
        return
    settings = dict(_settings(container.words))
    most = settings.get("max_connections", "")
    if most.isascii() and most.isdigit() and len(most) <= 9:
        value = Amount("count", Fraction(int(most)))
        speaker.say("accepts.connections", value, most, container.at, Layer.SERVER)
    elif not most and "config_file" not in settings:
        speaker.say("platform", "postgres", f"postgres {tag}".strip(), container.at, Layer.SERVER)


def _settings(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    for position, word in enumerate(words):
        following = words[position + 1] if position + 1 < len(words) else ""
        if word == "-N":
            yield "max_connections", following
        name, equals, value = (following if word == "-c" else word.removeprefix("--")).partition("=")
        if equals and (word == "-c" or word.startswith("--")):
            yield name.replace("-", "_"), value
