"""Facts that travel: a versioned JSON file of facts as they were read elsewhere, with the places they were read at.

Reading what was written gives equal facts. A newer version of the format is refused; unknown keys are ignored.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct

from accord.model.fact import EVERYWHERE, Fact, Layer, Scope, Stance
from accord.model.place import Place
from accord.model.problem import Problem, Refused
from accord.sources._data import data_of
from accord.sources._typed import as_text, read_value, written
from accord.sources._yaml import Document, MappingNode, Node, SequenceNode, child, items, place_of, text_of

FORMAT = "exported"
KEY = "accord_facts"
VERSION = 1


class _Written(Struct, omit_defaults=True):
    """One fact as the file has it; what is left out is what a fact is unless it says otherwise."""

    says: str
    stance: Stance
    provider: str
    term: str
    value: Any
    text: str
    place: Place
    consumer: str = ""
    operation: str = ""
    layer: Layer = Layer.CODE
    scope: Scope = EVERYWHERE
    source: str = "contract"
    version: str = ""


class _File(Struct):
    accord_facts: int
    facts: list[_Written]


_ENCODER = msgspec.json.Encoder(enc_hook=as_text, order="deterministic")
_OF_JSON_ALONE = re.compile("[\x7f-\x9f\u2028\u2029\ufffe\uffff]")
"""What may stand in a JSON text as it is, and not in YAML, as which the file is read: it is refused, or is a line end there."""


# ---------------------------------------------------------------------- writing


def write(facts: Iterable[Fact], exported_at: date | None = None) -> str:
    """The text of an exported file, one fact to a line, in the order given."""
    head = f'{{"{KEY}": {VERSION}, ' + (f'"exported_at": "{exported_at.isoformat()}", ' if exported_at else "")
    lines = ",\n".join(_ENCODER.encode(_as_written(fact)).decode() for fact in facts)
    return _OF_JSON_ALONE.sub(_escaped, f'{head}"facts": [\n{lines}\n]}}\n')


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def _as_written(fact: Fact) -> _Written:
    return _Written(
        fact.says,
        fact.stance,
        fact.provider,
        fact.term,
        written(fact.value),
        fact.text,
        fact.place,
        fact.consumer,
        fact.operation,
        fact.layer,
        fact.scope,
        fact.source,
        fact.version,
    )


# ---------------------------------------------------------------------- reading

AT_KEYS = frozenset((KEY,))


def claims(document: Document) -> bool:
    """A document with the key `accord_facts` among its first."""
    node = document.node
    return type(node) is MappingNode and any(entry.key == KEY for entry in node.value[:4])


def read(document: Document) -> Iterator[Fact | Problem]:
    """The facts of the file, each with the place it was first read at, and a Problem for each that is refused."""
    refusal = _version_refusal(document)
    if refusal:
        yield refusal
        return
    listed = child(document.node, "facts")
    if type(listed) is not SequenceNode:
        yield Problem(_place(document, listed or document.node), "expected a list of facts under `facts`", fatal=True)
        return
    for node in items(listed):
        try:
            yield _fact(msgspec.convert(data_of(node), _Written))
        except msgspec.ValidationError as error:
            yield Problem(_place(document, node), f"not a fact: {error}")
        except Refused as refused:
            yield Problem(_place(document, node), f"not a fact: {refused}")


def quick(text: str) -> tuple[Fact, ...] | None:
    """The same facts without the places of the file's own lines; None where anything is refused: then `read` says what."""
    try:
        file = msgspec.json.decode(text, type=_File)
        return tuple(_fact(one) for one in file.facts) if file.accord_facts == VERSION else None
    except (msgspec.MsgspecError, Refused, RecursionError, ValueError):
        return None


def exported_at(document: Document) -> date | None:
    """The day on which the file says that it was written; None where it does not."""
    text = text_of(child(document.node, "exported_at") or document.node)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _version_refusal(document: Document) -> Problem | None:
    node = child(document.node, KEY)
    text = text_of(node) if node is not None else None
    if text == str(VERSION):
        return None
    if text and text.isascii() and text.isdigit() and text.strip("0"):
        reason = f"facts of format {text}, which is newer than {VERSION}, the newest read here"
    else:
        reason = f"expected `{KEY}: {VERSION}`, the version of the format, read {text!r}"
    return Problem(_place(document, node or document.node), reason, fatal=True)


def _place(document: Document, node: Node) -> Place:
    return place_of(node, document.root, document.file)


def _fact(read: _Written) -> Fact:
    if not (read.says and read.provider and read.term):
        raise Refused("expected says, provider and term to be named")
    if not all(dimension and values for dimension, values in read.scope):
        raise Refused("expected each part of the scope to have values")
    return Fact(
        read.says,
        read.stance,
        read.consumer,
        read.provider,
        read.operation,
        read.term,
        read_value(read.term, read.value),
        read.text,
        read.place,
        read.layer,
        tuple(sorted(read.scope)),
        read.source,
        read.version,
    )
