"""One thing that two artefacts give two values: same calls, same term, same layer, same scope."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from accord.boundaries.join.listed import is_document
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View, holds_in
from accord.model.fact import Fact, Stance

CONTRACT = "contract"
_SAID = (Stance.PROMISES, Stance.ASSUMES)


class Disagreement(Struct, frozen=True):
    """The facts, one for each value, and whether both are known to hold; otherwise one may be applied without the other."""

    facts: tuple[Fact, ...]
    both: bool


def disagreements(system: System, view: View, reads: Sequence[str]) -> Iterator[Disagreement]:
    """Everything that is said with several values in this view."""
    return (found for found in of_every_view(system, reads) if holds_in(found.facts[0].scope, view))


def of_every_view(system: System, reads: Sequence[str]) -> tuple[Disagreement, ...]:
    """Everything that is said with several values in any view; worked out once."""
    key = ("disagreements", tuple(reads))
    known: tuple[Disagreement, ...] | None = system.memory.get(key)
    if known is None:
        known = system.memory[key] = tuple(_all(system, reads))
    return known


def _all(system: System, reads: Sequence[str]) -> Iterator[Disagreement]:
    terms = {term for term in system.terms if term.partition(".")[0] in reads}
    for facts in [facts for facts in system.several if facts[0].term in terms]:
        stated = [fact for fact in facts if fact.stance in _SAID]
        if len(stated) < 2 or is_document(stated[0].provider):  # each of these is loaded by clients of its own
            continue
        said: dict[tuple[object, ...], list[Fact]] = {}
        for fact in stated:
            said.setdefault((fact.stance, fact.layer, fact.scope), []).append(fact)
        for alike in said.values():
            if len(alike) > 1:
                yield from _apart(sorted(alike, key=lambda fact: fact.place.spot))


def _apart(facts: list[Fact]) -> Iterator[Disagreement]:
    first = facts[0]
    values = {str(first.value): first}
    for fact in facts:
        if _is_another(first, fact):
            values.setdefault(str(fact.value), fact)
    if len(values) > 1:
        found = tuple(values.values())
        yield Disagreement(found, all(_hold_together(first, fact) for fact in found[1:]))


def _is_another(one: Fact, other: Fact) -> bool:
    """Whether two facts stand in two artefacts: in two files, or in two objects of an API, of which each says a thing once."""
    return _file(one) != _file(other) or ("/" in one.version and "/" in other.version)


def _hold_together(one: Fact, other: Fact) -> bool:
    """Whether both are in force: one file is applied as a whole, and what a contract says holds whatever is applied."""
    return _file(one) == _file(other) or (one.source == CONTRACT) != (other.source == CONTRACT)


def _file(fact: Fact) -> tuple[str, str]:
    return (fact.place.root, fact.place.file)
