"""What a manifest says of one party, fact by fact: who it is, in which scope, and the numbers that manifests share."""

from functools import lru_cache
from typing import Any

from accord.model.duration import SECOND
from accord.model.fact import ANY, PARTY, Fact, Layer, Scope, Stance
from accord.model.place import Place
from accord.model.problem import Refused
from accord.sources._objects import Reader
from accord.sources._yaml import Entry, Node, place_of

_LONGEST = 9
_ADDRESSES = ("setting.", "takes_settings")
_PROMISES, _PLATFORM = Stance.PROMISES, Layer.PLATFORM  # looking one up takes twice as long as making a fact


class Speaker:
    """One party of one document, spoken of by its platform."""

    __slots__ = ("facts", "file", "party", "reader", "root", "scope", "source")

    def __init__(self, reader: Reader, party: str, scope: Scope, source: str) -> None:
        self.reader, self.party, self.scope, self.source = reader, party, scope, source
        self.root, self.file, self.facts = reader.document.root, reader.document.file, reader.facts

    def say(self, term: str, value: Any, text: str, at: Node, layer: Layer = _PLATFORM) -> None:
        """States a term of the party itself."""
        mark, party = at.mark or at, self.party
        place = Place(self.root, self.file, mark.line + 1, mark.column + 1)
        self.facts.append(
            Fact(party, _PROMISES, "", party, PARTY, term, value, text, place, layer, self.scope, self.source)
        )

    def names(self, provider: str, text: str, at: Node) -> None:
        """States that the party speaks of another one, without saying of what operation."""
        place, party = place_of(at, self.root, self.file), self.party
        layer, scope = Layer.CODE, self.scope
        self.facts.append(
            Fact(party, Stance.ASSUMES, party, provider, ANY, "mentioned", True, text, place, layer, scope, self.source)
        )

    def seconds(self, entry: Entry | None, what: str, term: str, zero: bool = True) -> None:
        """A whole number of seconds; where `zero` is false, 0 says nothing."""
        read = None if entry is None else self.reader.value(entry, what, parse_seconds)
        if entry is not None and read is not None and (read[0] or zero):
            self.say(term, read[0], f"{read[1]}s", entry.at)

    def number(self, entry: Entry | None, what: str, term: str, zero: bool = True) -> None:
        """A whole number; where `zero` is false, 0 says nothing."""
        read = None if entry is None else self.reader.value(entry, what, parse_number)
        if entry is not None and read is not None and (read[0] or zero):
            self.say(term, read[0], read[1], entry.at)


def parse_number(text: str) -> int:
    """A whole number of at least 0. Raises Refused for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST):
        raise Refused(f"expected a whole number, read {text!r}")
    return int(text)


@lru_cache(maxsize=2048)
def parse_seconds(text: str) -> int:
    """A whole number of seconds, in nanoseconds. Raises Refused for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST):
        raise Refused(f"expected a whole number of seconds, read {text!r}")
    return int(text) * SECOND


def lay_over(speaker: Speaker, at: Node) -> None:
    """What was said of an object that only lays something over another becomes the list of what it states anew.

    Which of the two values holds where it is applied is not known; the addresses that both hold are kept.
    """
    facts = speaker.reader.facts
    stated = tuple(sorted({fact.term for fact in facts if not fact.term.startswith(_ADDRESSES)}))
    facts[:] = [fact for fact in facts if fact.term.startswith(_ADDRESSES)]
    reason = "it lays something over another one; check the rendered manifest instead"
    speaker.reader.refuse(speaker.reader.document.node, "this patch", reason)
    if stated:
        speaker.say("laid_over", stated, ", ".join(stated), at)
