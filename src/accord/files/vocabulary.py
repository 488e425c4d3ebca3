"""The words of the configuration as facts, each with its line, so that a finding that rests on one can point at it."""

from collections.abc import Iterator
from pathlib import Path

from accord.boundaries.join.vocabulary import CONFIGURATION
from accord.files import platforms
from accord.files.config import Config, Setting, no_file
from accord.model.fact import PARTY, Fact, Layer, Stance
from accord.model.problem import Problem

_TERMS = {"receivers.log_only": "vocabulary.log_only", "runbooks.pages": "vocabulary.runbook_pages"}
_LIST = "runbooks.list"
_LONGEST_TEXT = 120


def stated(config: Config) -> Iterator[Fact | Problem]:
    """A fact for each word list and each version that the configuration sets; a Problem for a list that cannot be read."""
    yield from platforms.stated(config.platforms)
    pages: list[str] = []
    for setting in config.settings:
        name = setting.key.name
        if setting.origin == "default":
            continue
        if name == _LIST:
            for entry in setting.value:
                listed = _lines(config, setting, entry)
                if isinstance(listed, Problem):
                    yield listed
                else:
                    pages += listed
        elif name == "runbooks.pages":
            pages += setting.value
        elif name.startswith("vocabulary.") or name in _TERMS:
            yield _fact(setting, _TERMS.get(name, name), tuple(setting.value))
    if pages:
        said = next(one for one in config.settings if one.key.table == "runbooks" and one.origin != "default")
        yield _fact(said, _TERMS["runbooks.pages"], tuple(pages))


def _fact(setting: Setting, term: str, words: tuple[str, ...]) -> Fact:
    place = setting.place or no_file(setting.origin)
    text = ", ".join(words)
    shown = text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}..."
    return Fact(
        CONFIGURATION,
        Stance.PROMISES,
        "",
        CONFIGURATION,
        PARTY,
        term,
        words,
        shown,
        place,
        Layer.PEOPLE,
        (),
        "configuration",
    )


def _lines(config: Config, setting: Setting, entry: str) -> list[str] | Problem:
    """The pages that a file lists; empty lines and those that begin with # are none."""
    path = Path(config.folder if setting.place else ".", entry)
    place = setting.place or no_file(setting.origin)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror or "").lower() if isinstance(error, OSError) else "it is not UTF-8"
        return Problem(place, f"runbooks.list {entry}: cannot be read: {reason}", fatal=True)
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]
