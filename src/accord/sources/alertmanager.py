"""Alertmanager: routing files, plain or inside a Secret or ConfigMap, and the objects of its operator.

A file is read as strictly as Alertmanager reads it: what it would not start with gives no facts, and says why.
"""

from base64 import b64decode
from binascii import Error
from collections.abc import Iterable, Iterator

from accord.model.fact import Fact
from accord.model.problem import Problem
from accord.sources._alertmanager_file import FORMAT as FORMAT
from accord.sources._alertmanager_file import Teller, party_of, read_file
from accord.sources._alertmanager_operator import KIND, is_operated, read_operated
from accord.sources._alertmanager_reading import StrictByShape
from accord.sources._alertmanager_shapes import KINDS
from accord.sources._held_text import held
from accord.sources._objects import kind_of
from accord.sources._yaml import (
    Document,
    Entry,
    MappingNode,
    Node,
    SequenceNode,
    child,
    entries,
    items,
    place_of,
    text_of,
)

KEYS = ("alertmanager.yaml", "alertmanager.yml")
"""The keys of a Secret or ConfigMap under which the operator takes a routing file."""

_HOLDERS = {"Secret": ("stringData", "data"), "ConfigMap": ("data",)}
_ENCRYPTED = "ENC["
"""How a value begins that SOPS has encrypted in its place."""
_OF_A_ROOT = ("receiver", "routes", "group_by", "group_wait", "group_interval", "repeat_interval")

AT_KINDS = frozenset((*_HOLDERS, KIND))
AT_KEYS, AT_WORDS = frozenset(("route", "receivers")), ("receivers", *_OF_A_ROOT)


def claims(document: Document) -> bool:
    """A routing file, or something that is clearly part of one; a Secret or ConfigMap that holds one; an AlertmanagerConfig."""
    if type(document.node) is not MappingNode:
        return False
    version, kind = kind_of(document)
    if kind in _HOLDERS and version == "v1":
        return next(_held(document), None) is not None
    if version or kind:
        return is_operated(version, kind)
    route, receivers = child(document.node, "route"), child(document.node, "receivers")
    if is_routing(document.node):
        return True
    return _is_root(route) or any(_is_receiver(item) for item in items(receivers))


def is_routing(node: Node | None) -> bool:
    """Whether a map has the two words of a routing file, and what stands there is not another program's."""
    route, receivers = child(node, "route"), child(node, "receivers")
    return type(route) is MappingNode and type(receivers) is SequenceNode and not _is_of_another(route, receivers)


def _is_of_another(route: Node, receivers: Node) -> bool:
    """Whether another program has the same two words: its root route says nothing of its own, its receivers other things."""
    if any(child(route, key) is not None for key in _OF_A_ROOT if key != "routes"):
        return False
    others = [key for item in items(receivers) for each in entries(item) if (key := each.key) != "name"]
    return bool(others) and not any(key in KINDS for key in others)


def _is_root(node: Node | None) -> bool:
    return sum(child(node, key) is not None for key in _OF_A_ROOT) > 1


def _is_receiver(node: Node) -> bool:
    return child(node, "name") is not None and any(child(node, key) is not None for key in KINDS)


def read(document: Document) -> Iterable[Fact | Problem]:
    """The facts of one file; only a Problem for each reason to refuse it, where there is one."""
    _, kind = kind_of(document)
    if kind == KIND:
        yield from read_operated(document)
    elif kind in _HOLDERS:
        for entry, encoded in _held(document):
            yield from _read_held(document, entry, encoded)
    else:
        yield from read_file(StrictByShape(document), party_of(document))


def _held(document: Document) -> Iterator[tuple[Entry, bool]]:
    """The entries that hold a routing file, and whether each is in base64; what is plain wins, as in the cluster."""
    seen = set()
    kind = kind_of(document)[1]
    for key in _HOLDERS[kind]:
        node = child(document.node, key)
        for entry in entries(node) if node is not None else ():
            if entry.key in KEYS and entry.key not in seen and (text_of(entry.value) or "").strip():
                seen.add(entry.key)
                yield entry, kind == "Secret" and key == "data"


def _read_held(document: Document, entry: Entry, encoded: bool) -> Iterator[Fact | Problem]:
    """The facts of a file inside another, at the lines of the outer one as far as its text lies there line by line."""
    text: str | None = None
    if (text_of(entry.value) or "").startswith(_ENCRYPTED):
        outer = place_of(entry.at, document.root, document.file)
        yield Problem(outer, f"cannot read {entry.key}: it is encrypted; check what `sops decrypt` writes", fatal=True)
        return
    if encoded:
        try:
            text = b64decode("".join((text_of(entry.value) or "").split()), validate=True).decode("utf-8")
        except (Error, UnicodeDecodeError, ValueError):
            outer = place_of(entry.at, document.root, document.file)
            yield Problem(outer, f"cannot read {entry.key}: it is no text in base64", fatal=True)
            return
    for inner, at in held(document, entry, text):
        if isinstance(inner, Problem):
            yield inner
        else:
            yield from _at_home(document, list(read_file(StrictByShape(inner, at), party_of(document))))
        return


def _at_home(document: Document, found: list[Fact | Problem]) -> Iterator[Fact | Problem]:
    """What was read, and, where it was not refused, the object that holds it, with its namespace."""
    yield from found
    stated = next((each for each in found if isinstance(each, Fact)), None)
    if stated is None:
        return
    teller = Teller(StrictByShape(document, None), stated.provider)
    kind = kind_of(document)[1]
    teller.say("route.object", kind, kind, document.node)
    named = child(document.node, "metadata", "namespace")
    namespace = text_of(named) if named is not None else None
    if named is not None and namespace:
        teller.say("route.namespace", namespace, namespace, named)
    yield from teller.facts
