"""What a source is and yields: the seam between artefacts and facts."""

import posixpath
from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from accord.model.fact import EVERYWHERE, Fact, Scope
from accord.model.place import Place
from accord.model.problem import Problem

if TYPE_CHECKING:
    from accord.sources._yaml import Document

UNREAD = "\0"
"""The text of a file that cannot be read."""


class SourceText(Struct, frozen=True):
    """One file: where it begins, its text, and the scope that its path gives it."""

    start: Place
    text: str
    scope: Scope = EVERYWHERE

    @property
    def folder(self) -> str:
        """The folder that it lies in, one name for one folder whatever it was found under."""
        return posixpath.normpath(posixpath.join(self.start.root, posixpath.dirname(self.start.file)))

    @property
    def name(self) -> str:
        """The name of the file."""
        return posixpath.basename(self.start.file)


class Source(Protocol):
    """One format. `FORMAT` is its name in facts; `claims` says quickly whether a document is of this format.

    One that claims no document but those of some kinds (`kind`, "" for none), with some key at the top, or in files of some
    names may name them as `AT_KINDS`, `AT_KEYS` (`LIST` for a document that is a list) and `AT_FILES`: it is not asked about
    others. `AT_WORDS` are keys, of letters, of which every document has one, at any depth, that it claims not by its kind.
    """

    FORMAT: str

    def claims(self, document: "Document") -> bool:
        """Whether this document is one of this format; cheap, never raises."""
        ...

    def read(self, document: "Document") -> Iterable[Fact | Problem]:
        """The document's facts, each with its place; what is refused becomes a Problem, never an exception."""
        ...


class TextSource(Protocol):
    """One format that is neither YAML nor JSON: files are known by their name and handed over whole.

    `FILES` are the names, with `*` for any characters: `CODEOWNERS` is that very name, `*.ics` an ending in any case. In this
    package they are written as they are, in one tuple: they are read without importing the source.
    A format in which people write comments names what begins one in `COMMENTS`, `("#",)`: waivers are read there.
    One in which files have a meaning only beside others is a `TogetherSource` as well.
    """

    FORMAT: str
    FILES: tuple[str, ...]

    def read_text(self, text: str, start: Place) -> Iterable[Fact | Problem]:
        """The facts of a text whose first character stands at `start`; what is refused becomes a Problem."""
        ...


class TogetherSource(Protocol):
    """One format whose files are read with others of it; what one of them gives alone is not asked for.

    `ADDING` are the names of files that only add to others: one that cannot be read is handed over without a text.
    """

    FORMAT: str
    ADDING: tuple[str, ...]

    def together(self, texts: Iterable[SourceText]) -> Iterable[list[SourceText]]:
        """The files of which any can change what another gives, each group by itself; those that give nothing are in none."""
        ...

    def read_together(self, texts: Iterable[SourceText]) -> Iterable[Fact | Problem]:
        """The facts of one group."""
        ...
