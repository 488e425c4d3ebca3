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
from accord.sources._terraform_values import paths_in
from accord.sources._yaml import MappingNode, Node, ScalarNode, SequenceNode

_PATHS = re.compile(r"(?:[\w@-]+\.)*aws_\w+\.[\w.@-]+", re.ASCII)


class Mention(Struct, frozen=True):
    """A path as it is spelled from what is deployed, and where it is used."""

    path: str
    place: Place
    scope: Scope


def mentions(root: Instance, passed_over: tuple[str, ...]) -> Iterator[Mention]:
    """Every path that anything names, but for resources of AWS of these kinds.

    What a module that is read is given counts where the module uses it, and what it gives where its caller does.
    """
    for instance in root.below():
        for block in instance.folder.blocks:
            if not _is_passed_over(instance, block, passed_over):
                scope = instance.scope_of(block.source)
                for names in _copies(instance, block):
                    yield from (Mention(path, place, scope) for path, place in _named(block, names))


def paths_of(node: Node) -> Iterator[tuple[str, Node]]:
    """Every path inside a node that was worked out, with where."""
    for scalar in _scalars(node):
        yield from ((found[0], scalar) for found in _PATHS.finditer(scalar.value) if "${" in scalar.value)


def _is_passed_over(instance: Instance, block: Block, kinds: tuple[str, ...]) -> bool:
    if block.type == "resource":
        return block.labels[0].removeprefix("aws_") in kinds
    if block.type == "module":
        call = instance.calls.get(block.labels[0])
        return call is not None and call.instances is not None
    return block.type == "output" and bool(instance.prefix)


def _copies(instance: Instance, block: Block) -> Iterator[Names]:
    """What names mean in each copy of a block; where the copies are not known what they are made of is named all the same."""
    names = instance.copies_of(block).names if block.type in ("resource", "data", "module") else None
    yield from (names or {"": instance}).values()


def _named(block: Block, names: Names) -> Iterator[tuple[str, Place]]:
    start = block.source.start
    for scalar in _scalars(block.body):
        if "${" in scalar.value:
            place = place_in(scalar, start)
            yield from ((path, place) for path in paths_in(value_of(scalar, names, start)))


def _scalars(node: Node) -> Iterator[ScalarNode]:
    stack = [node]
    while stack:
        current = stack.pop()
        if type(current) is ScalarNode:
            yield current
        elif type(current) is MappingNode:
            stack += [value for _, value in current.value]
        elif type(current) is SequenceNode:
            stack += current.value
