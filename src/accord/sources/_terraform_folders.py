"""Folders of Terraform: what the files of one folder declare together, and which folders call which.

A folder is one module. What `override.tf` and `*_override.tf` say lies over what the others say.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from accord.sources._reading import SourceText
from accord.sources._yaml import MappingNode, Node, child, entries, items, paired, text_of

_CALLS = re.compile(r"""["']?\bsource["']?\s*[=:]\s*["'](\.{1,2}(?:/[^"'\n$]{0,200})?)["']""")
_LABELS = {"resource": 2, "data": 2, "ephemeral": 2, "module": 1, "variable": 1, "output": 1, "provider": 1, "check": 1}


class Block(Struct, frozen=True):
    """One block, or one value of `locals`: its type, its labels, its content, where its name stands, and the file of it."""

    type: str
    labels: tuple[str, ...]
    body: Node
    at: Node
    source: SourceText

    def member(self, key: str) -> Node | None:
        """The value of a member."""
        return child(self.body, key)


class Folder(Struct, frozen=True):
    """What a folder declares: its blocks by their labels."""

    path: str
    shown: str
    blocks: tuple[Block, ...]

    def of_type(self, kind: str) -> dict[str, Block]:
        """The blocks of a type that has one label, by that label; values of `locals` as well."""
        return {block.labels[0]: block for block in self.blocks if block.type == kind and block.labels}

    @property
    def is_deployed(self) -> bool:
        """Whether it says where its state is kept, as only what is deployed by itself does."""
        settings = (block for block in self.blocks if block.type == "terraform")
        return any(entry.key in ("backend", "cloud") for block in settings for entry in entries(block.body))


def called_from(text: SourceText) -> Iterator[str]:
    """The folders that a file may call, found without reading it."""
    for found in _CALLS.finditer(text.text):
        yield posixpath.normpath(posixpath.join(text.folder, found[1]))


def call_of(block: Block) -> str:
    """The folder that a call of a module means; "" where that is none of these files."""
    source = text_of(block.member("source") or block.at) if block.member("source") is not None else ""
    is_local = source is not None and source.startswith(("./", "../")) and "${" not in source
    return posixpath.normpath(posixpath.join(block.source.folder, source)) if is_local and source else ""


def folder_of(path: str, bodies: Iterable[tuple[SourceText, Node]]) -> Folder:
    """What the files of one folder declare."""
    kept = list(bodies)
    blocks: list[Block] = []
    shown = posixpath.dirname(kept[0][0].start.file) if kept else ""
    for source, body in sorted(kept, key=lambda each: _is_override(each[0])):
        own = list(_blocks(source, body))
        blocks = _laid_over(blocks, own) if _is_override(source) else blocks + own
    return Folder(path, shown, tuple(blocks))


def _is_override(source: SourceText) -> bool:
    return source.name.partition(".")[0].endswith("_override") or source.name.startswith("override.")


def _blocks(source: SourceText, body: Node) -> Iterator[Block]:
    for entry in entries(body):
        for node in _maps(entry.value):
            if entry.key == "locals":
                yield from (Block("local", (each.key,), each.value, each.key_node, source) for each in entries(node))
            else:
                yield from _labelled(source, entry.key, entry.key_node, node, _LABELS.get(entry.key, 0), ())


def _labelled(
    source: SourceText, kind: str, at: Node, node: Node, left: int, labels: tuple[str, ...]
) -> Iterator[Block]:
    if not left:
        yield Block(kind, labels, node, at, source)
        return
    for inner in entries(node):
        for body in _maps(inner.value):
            yield from _labelled(source, kind, inner.key_node, body, left - 1, (*labels, inner.key))


def _laid_over(blocks: list[Block], over: list[Block]) -> list[Block]:
    found = {(block.type, block.labels): block for block in over if block.labels}
    return [_overridden(block, found.get((block.type, block.labels))) for block in blocks]


def _overridden(block: Block, over: Block | None) -> Block:
    """The block where what an override has in place of its own is not known."""
    if over is None or type(block.body) is not MappingNode or type(over.body) is not MappingNode:
        return block if over is None else over
    keys = {entry.key for entry in over.body.value}
    unknown = [
        paired(key, replace(key, value="${override}", style="")) if key.value in keys else paired(key, value)
        for key, value in block.body.value
    ]
    body = replace(block.body, value=unknown)
    return Block(block.type, block.labels, body, block.at, block.source)


def _maps(node: Node) -> list[Node]:
    """A map itself, or the maps of a list: Terraform's JSON allows both."""
    return [node] if type(node) is MappingNode else [item for item in items(node) if type(item) is MappingNode]
