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

_NO_USE = ("variable", "terraform", "moved", "removed", "import")
"""Blocks that use nothing: a default counts where the variable is used."""

_NO_TEXTS = ("local",)
"""Blocks whose texts say nothing of use: a local counts where it is used."""

_OF_A_COPY = re.compile(r"\b(?:each|count)\b", re.ASCII)
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
    What is spelled the same and means the same is told of the first place only.
    """
    told: set[tuple[object, ...]] = set()
    for instance in root.below():
        for block in instance.folder.blocks:
            if not _is_passed_over(instance, block, passed_over):
                for names in _copies(instance, block):
                    yield from _used(instance, block, names, told)


def paths_of(node: Node) -> Iterator[tuple[str, Node]]:
    """Every path inside a node that was worked out, with where."""
    for scalar in _scalars(node):
        yield from ((found[0], scalar) for found in _PATHS.finditer(scalar.value) if "${" in scalar.value)


def _is_passed_over(instance: Instance, block: Block, kinds: tuple[str, ...]) -> bool:
    if block.type == "resource":
        return block.labels[0].removeprefix("aws_") in kinds
    return block.type in _NO_USE or (block.type == "output" and bool(instance.prefix))


def _copies(instance: Instance, block: Block) -> Iterator[Names]:
    """What names mean in each copy of a block; where the copies are not known what they are made of is named all the same."""
    names = instance.copies_of(block).names if block.type in ("resource", "data", "module") else None
    yield from (names or {"": instance}).values()


def _used(instance: Instance, block: Block, names: Names, told: set[tuple[object, ...]]) -> Iterator[Mention]:
    start, scope = block.source.start, instance.scope_of(block.source)
    call = instance.calls.get(block.labels[0]) if block.type == "module" else None
    is_read, inside = call is not None and call.instances is not None, call.address if call is not None else ""
    has_texts = block.type not in _NO_TEXTS
    for scalar in _scalars(block.body):
        copy = _meaning(scalar, instance, names)
        spelled = (scalar.value, scalar.style, has_texts, is_read, inside, scope, copy)
        if spelled in told:
            continue
        told.add(spelled)
        value = value_of(scalar, names, start)
        paths = () if is_read else tuple(paths_in(value))
        texts = tuple(texts_in(value)) if has_texts else ()
        if paths or texts:
            yield Mention(paths, texts, place_in(scalar, start), scope, inside)


def _meaning(scalar: ScalarNode, instance: Instance, names: Names) -> Names | None:
    """What decides what a scalar means: nothing but itself where it is plain, and a copy only where it speaks of one."""
    if "${" not in scalar.value and "%{" not in scalar.value:
        return None
    return names if _OF_A_COPY.search(scalar.value) else instance


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
