"""Which resources are named where, in what is deployed: a queue that something else names may have somebody who takes from it."""

import re
from collections.abc import Iterator

from msgspec import Struct

from accord.model.fact import Scope
from accord.model.place import Place
from accord.sources._terraform_evaluation import Names
from accord.sources._terraform_folders import Block
from accord.sources._terraform_modules import Instance
from accord.sources._terraform_nodes import place_in, value_of
from accord.sources._terraform_values import paths_in, texts_in
from accord.sources._yaml import MappingNode, Node, ScalarNode, SequenceNode

_NO_TEXTS = ("local", "variable", "terraform", "moved")
"""Blocks whose texts say nothing of use: a local counts where it is used."""

_PATHS = re.compile(r"(?:[\w@-]+\.)*aws_\w+\.[\w.@-]+", re.ASCII)


class Mention(Struct, frozen=True):
    """What is used somewhere: the paths as they are spelled from what is deployed, and the texts; `inside` of which module.

    `inside` is the module that is given it, or empty.
    """

    paths: tuple[str, ...]
    texts: tuple[str, ...]
    place: Place
    scope: Scope
    inside: str = ""


def mentions(root: Instance, passed_over: tuple[str, ...]) -> Iterator[Mention]:
    """Every path and text that anything uses, but for resources of AWS of these kinds.

    A path that a module that is read is given counts where the module uses it, and what it gives where its caller does.
    """
    for instance in root.below():
        for block in instance.folder.blocks:
            if not _is_passed_over(instance, block, passed_over):
                for names in _copies(instance, block):
                    yield from _used(instance, block, names)


def paths_of(node: Node) -> Iterator[tuple[str, Node]]:
    """Every path inside a node that was worked out, with where."""
    for scalar in _scalars(node):
        yield from ((found[0], scalar) for found in _PATHS.finditer(scalar.value) if "${" in scalar.value)


def _is_passed_over(instance: Instance, block: Block, kinds: tuple[str, ...]) -> bool:
    if block.type == "resource":
        return block.labels[0].removeprefix("aws_") in kinds
    return block.type == "output" and bool(instance.prefix)


def _copies(instance: Instance, block: Block) -> Iterator[Names]:
    """What names mean in each copy of a block; where the copies are not known what they are made of is named all the same."""
    names = instance.copies_of(block).names if block.type in ("resource", "data", "module") else None
    yield from (names or {"": instance}).values()


def _used(instance: Instance, block: Block, names: Names) -> Iterator[Mention]:
    start, scope = block.source.start, instance.scope_of(block.source)
    call = instance.calls.get(block.labels[0]) if block.type == "module" else None
    is_read = call is not None and call.instances is not None
    for scalar in _scalars(block.body):
        value = value_of(scalar, names, start)
        paths = () if is_read else tuple(paths_in(value))
        texts = tuple(texts_in(value)) if block.type not in _NO_TEXTS else ()
        if paths or texts:
            yield Mention(paths, texts, place_in(scalar, start), scope, call.address if call is not None else "")


def _scalars(node: Node) -> Iterator[ScalarNode]:
    stack = [node]
    while stack:
        current = stack.pop()
        if type(current) is ScalarNode:
            yield current
        elif type(current) is MappingNode:
            stack += [entry.value for entry in current.value]
        elif type(current) is SequenceNode:
            stack += current.value
