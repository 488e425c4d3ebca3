"""What a source is and yields: the seam between artefacts and facts."""

from collections.abc import Iterable
from typing import Protocol

from accord.model.fact import Fact
from accord.model.place import Place
from accord.model.problem import Problem
from accord.sources._yaml import Document


class Source(Protocol):
    """One format. `FORMAT` is its name in facts; `claims` says quickly whether a document is of this format."""

    FORMAT: str

    def claims(self, document: Document) -> bool:
        """Whether this document is one of this format; cheap, never raises."""
        ...

    def read(self, document: Document) -> Iterable[Fact | Problem]:
        """The document's facts, each with its place; what is refused becomes a Problem, never an exception."""
        ...


class TextSource(Protocol):
    """One format that is neither YAML nor JSON: files are known by their name and handed over whole.

    `FILES` are the names, with `*` for any characters: `CODEOWNERS` is that very name, `*.ics` an ending in any case.
    A format in which people write comments names what begins one in `COMMENTS`, `("#",)`: waivers are read there.
    """

    FORMAT: str
    FILES: tuple[str, ...]

    def read_text(self, text: str, start: Place) -> Iterable[Fact | Problem]:
        """The facts of a text whose first character stands at `start`; what is refused becomes a Problem."""
        ...
