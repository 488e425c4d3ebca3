"""Relations that a mapping declares between two values: what stands on each side, and the reason."""

from collections.abc import Iterator

from msgspec import Struct

from accord.model.amount import Amount, parse_amount
from accord.model.contract_values import Related
from accord.model.fact import PARTY, Fact, Layer, Scope, Stance
from accord.model.place import Place
from accord.model.problem import Problem, Refused
from accord.sources._mapping_gives import FORMAT, Filler
from accord.sources._mapping_text import Filled, Template, parse_template
from accord.sources._yaml import MappingNode, Node, entries, text_of

RELATIONS = ("below", "at_most", "equals")
THIS = "this"


class Side(Struct, frozen=True):
    """One side of a relation: its word, the text as typed, its node and, where it has references, its parts."""

    word: str
    text: str
    node: Node
    template: Template | None


class Relation(Struct, frozen=True):
    """One row of `keep`: this value and the one it is held against, and why."""

    this: Side
    other: Side
    because: str
    node: Node


def read_relation(node: Node) -> Relation:
    """The relation that a row states. Raises Refused."""
    if type(node) is not MappingNode:
        raise Refused("expected {this: <.a>, below: <.b>, because: why}")
    found = {entry.key: entry for entry in entries(node)}
    unknown = [key for key in found if key not in (THIS, "because", *RELATIONS) and not key.startswith("x-")]
    if unknown:
        raise Refused(f"unknown key {unknown[0]!r}")
    words = [word for word in RELATIONS if word in found]
    if THIS not in found or len(words) != 1:
        raise Refused(f"expected `this` and one of {' '.join(RELATIONS)}")
    because = text_of(found["because"].value) if "because" in found else ""
    if not because:
        raise Refused("expected `because`, the reason in one line")
    return Relation(_side(THIS, found[THIS].value), _side(words[0], found[words[0]].value), because, node)


def _side(word: str, node: Node) -> Side:
    text = text_of(node)
    if not text:
        raise Refused(f"{word}: expected one value")
    return Side(word, text, node, parse_template(text))


def related(relation: Relation, filler: Filler, name: str, number: str, scope: Scope) -> Iterator[Fact | Problem]:
    """The two sides of a relation as facts; nothing where a side is missing."""
    sides = []
    for side in (relation.this, relation.other):
        found = _filled(side, filler)
        if found is None:
            return
        sides.append((side, *found))
    amounts = [_amount(filled.text) for _, filled, _ in sides]
    comparable = all(amounts) and len({amount.dimension for amount in amounts if amount}) == 1
    if not comparable and (any(amounts) or relation.other.word != "equals"):
        read = " and ".join(repr(filled.text[:60]) for _, filled, _ in sides)
        yield Problem(sides[0][2], f"keep: expected two durations, counts or sizes to compare, read {read}")
        return
    party = f"{FORMAT}:{name}"
    for (side, filled, place), amount in zip(sides, amounts, strict=True):
        value = Related(side.word, side.text, amount, filled.text, relation.because)
        stance = Stance.DEFAULT if filled.is_default else Stance.PROMISES
        term = f"relation.{number}.{side.word}"
        yield Fact(party, stance, "", party, PARTY, term, value, filled.text, place, Layer.CODE, scope, FORMAT, name)


def _filled(side: Side, filler: Filler) -> tuple[Filled, Place] | None:
    if side.template is None:
        mark = side.node.start_mark
        return Filled(side.text), Place(filler.document.root, filler.document.file, mark.line + 1, mark.column + 1)
    found = filler.text(side.node, side.text, side.template)
    if found is None:
        return None
    done, mark = found
    return done, Place(mark.root, mark.file, mark.line + 1, mark.column + 1)


def _amount(text: str) -> Amount | None:
    try:
        amount = parse_amount(text)
    except Refused:
        return None
    return amount if isinstance(amount, Amount) else None
