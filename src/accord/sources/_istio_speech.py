"""What both kinds of Istio's objects say in the same way: a fact of the mesh, a limit on time, a number of retries, a share."""

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from typing import Any

from msgspec import Struct

from accord.model.fact import ANY, Fact, Layer, Scope, Stance
from accord.model.nothing import NONE
from accord.model.place import Place
from accord.model.problem import Refused
from accord.sources._go_duration import parse_go_duration
from accord.sources._istio_match import MESH
from accord.sources._objects import Reader, kind_of
from accord.sources._yaml import Document, Entry, Node

FORMAT = "istio"

Members = dict[str, Entry]


class Way(Struct, frozen=True):
    """How requests come to an entry: from every sidecar of the mesh (no consumer), or through one gateway."""

    gateway: str
    consumer: str
    layer: Layer


class Subject(Struct, frozen=True):
    """What the facts of one entry share."""

    way: Way
    provider: str
    scope: Scope
    operation: str = ANY


EVERY_SIDECAR = Way(MESH, "", Layer.SIDECAR)
ASSUMES, PROMISES = Stance.ASSUMES, Stance.PROMISES  # looking one up takes twice as long as making a fact


class IstioReader(Reader):
    """Adds what both kinds of object say in the same way; each fact names the API version it was read from."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.version = kind_of(document)[0]

    def say(self, subject: Subject, term: str, value: Any, text: str, at: Node, stance: Stance = ASSUMES) -> None:
        """Adds one fact that the mesh says."""
        mark, document, way = at.mark or at, self.document, subject.way
        self.facts.append(
            Fact(
                FORMAT,
                stance,
                way.consumer,
                subject.provider,
                subject.operation,
                term,
                value,
                text,
                Place(document.root, document.file, mark.line + 1, mark.column + 1),
                way.layer,
                subject.scope,
                FORMAT,
                self.version,
            )
        )

    def limit(self, subjects: Iterable[Subject], entry: Entry | None, what: str, term: str) -> None:
        """A limit on time; 0 is no limit."""
        read = self.value(entry, what, parse_go_duration)
        if entry is not None and read is not None:
            for subject in subjects:
                self.say(subject, term, read[0] or NONE, read[1], entry.at)


@lru_cache(maxsize=1024)
def words_of(text: str) -> tuple[str, ...]:
    """What stands between the commas of a `retryOn`."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def parse_count(text: str) -> int:
    """A whole number of retries. Raises Refused for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Refused(f"expected a number of retries, read {text!r}")
    return int(text)


@lru_cache(maxsize=1024)
def parse_share(text: str) -> Fraction:
    """A share written as a percentage. Raises Refused for anything else."""
    digits = text.replace(".", "", 1)
    if not (digits.isascii() and digits.isdigit() and len(text) <= 18) or Fraction(text) > 100:
        raise Refused(f"expected a percentage between 0 and 100, read {text!r}")
    return Fraction(text) / 100
