"""CODEOWNERS files of GitHub and GitLab: which line names which owners for the files that its pattern matches.

Which line holds for a file is worked out in boundaries/people/owned_files.py. A line that the host skips is told, and gives nothing.
Sources: docs.github.com, "About code owners"; docs.gitlab.com, "CODEOWNERS syntax" and "CODEOWNERS advanced configuration".
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from accord.model.fact import PARTY, Fact, Layer, Stance
from accord.model.ownership import OwnedFiles
from accord.model.place import Place
from accord.model.problem import Problem

FORMAT = "codeowners"
FILES = ("CODEOWNERS",)
COMMENTS = ("#",)
GITHUB, GITLAB = "github", "gitlab"
LARGEST_ON_GITHUB = 3_000_000
"""Bytes; a larger file is not loaded there."""

_WORD = re.compile(r"(?:\\.|[^\s\\]|\\(?=\s*$))+")
_SECTION = re.compile(r"(\^)?\[([^\[\]]+)\](?:\[(\d+)\])?(?:\s+(.*))?")
_ACCOUNT = re.compile(r"@@?[A-Za-z0-9_][\w.-]*(?:/[\w.-]+)*", re.ASCII)
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_SHOWN = 60
_PROMISES, _PLATFORM = Stance.PROMISES, Layer.PLATFORM  # looking one up takes twice as long as making a fact


class _Section(Struct, frozen=True):
    name: str = ""
    owners: tuple[str, ...] = ()
    optional: bool = False


def read_text(text: str, start: Place) -> Iterator[Fact | Problem]:
    """A fact for each line that names a pattern, and a Problem for each that the host skips."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    syntax = _syntax(start.file, lines)
    size = len(text.encode("utf-8", "replace"))
    if syntax == GITHUB and size > LARGEST_ON_GITHUB:
        yield Problem(start, f"{size:,} bytes, and GitHub loads no CODEOWNERS of more than 3 MB", fatal=True)
        return
    section = _Section()
    for number, typed in enumerate(lines, start=1):
        line = typed.strip()
        if not line or line.startswith("#"):
            continue
        place = Place(start.root, start.file, number, typed.index(line) + 1)
        heading = _SECTION.fullmatch(line) if syntax == GITLAB else None
        if heading:
            section = _Section(heading[2].strip().lower(), _owners(heading[4] or "")[0], bool(heading[1]))
        else:
            yield _line(line, place, syntax, section)


def _syntax(file: str, lines: list[str]) -> str:
    """Whose syntax the file has: its folder tells, else whether it has sections."""
    folders = file.split("/")[:-1]
    if folders and folders[-1] in (".github", ".gitlab"):
        return folders[-1][1:]
    return GITLAB if any(_SECTION.fullmatch(line.strip()) for line in lines) else GITHUB


def _line(line: str, place: Place, syntax: str, section: _Section) -> Fact | Problem:
    pattern = _WORD.match(line)
    if pattern is None:
        return Problem(place, f"this line is skipped: no pattern in {line[:_SHOWN]!r}")
    owners, refused = _owners(line[pattern.end() :])
    wrong = _refusal(pattern[0], refused) if syntax == GITHUB else ""
    if wrong:
        return Problem(place, f"GitHub skips this line: {wrong}")
    value = OwnedFiles(pattern[0], owners or section.owners, syntax, section.name, section.optional)
    party = f"codeowners:{place.file}"
    term = f"owns.{place.line}"
    return Fact(party, _PROMISES, "", party, PARTY, term, value, line, place, _PLATFORM, source=FORMAT)


def _owners(text: str) -> tuple[tuple[str, ...], str]:
    """The owners up to a comment, and the first word that can be none."""
    owners, refused = [], ""
    for word in text.split():
        if word.startswith("#"):
            break
        if _ACCOUNT.fullmatch(word) or _MAIL.fullmatch(word):
            owners.append(word)
        else:
            refused = refused or word
    return tuple(owners), refused


def _refusal(pattern: str, word: str) -> str:
    """Why GitHub skips a line with this pattern and this word among its owners; "" where it does not."""
    if pattern.startswith("!"):
        return "a pattern cannot be negated with !"
    if pattern.startswith("\\#"):
        return "a pattern cannot begin with an escaped #"
    if "[" in pattern or "]" in pattern:
        return f"a pattern has no character ranges, read {pattern[:_SHOWN]!r}"
    if "***" in pattern:
        return f"expected at most two asterisks in a row, read {pattern[:_SHOWN]!r}"
    if word:
        return f"expected an owner such as @name, @org/team or name@example.org, read {word[:_SHOWN]!r}"
    return ""
