"""Which resources are named where, in what is deployed: a queue that something else names may have somebody who takes from it."""

import re
from collections.abc import Iterator

from msgspec import Struct

from accord.model.fact import Scope
from accord.model.place import Place
from accord.sources._sqs_permissions import may_receive, receiving
from accord.sources._terraform_evaluation import Names
from accord.sources._terraform_folders import Block
from accord.sources._terraform_modules import Instance
from accord.sources._terraform_nodes import place_in, value_of
from accord.sources._terraform_values import Many, Partly, Value, paths_in, text_of, texts_in
from accord.sources._yaml import MappingNode, Node, ScalarNode, SequenceNode, child, entries

_NO_USE = ("local", "variable", "terraform", "moved", "removed", "import")
"""Blocks that use nothing: a local and a default count where they are used."""

_PUTS_IN = ("dead_letter_config", "destination_config", "depends_on", "lifecycle")
"""Members that say where something is put, or only what is made before what."""

_DOCUMENT, _QUEUE_POLICY = "aws_iam_policy_document", "aws_sqs_queue_policy"
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
    for scalar in _using(block, names):
        copy = _meaning(scalar, instance, names)
        spelled = (scalar.value, scalar.style, is_read, inside, scope, copy)
        if spelled in told:
            continue
        told.add(spelled)
        value = _of_receivers(value_of(scalar, names, start))
        paths, texts = () if is_read else tuple(paths_in(value)), tuple(texts_in(value))
        if paths or texts:
            yield Mention(paths, texts, place_in(scalar, start), scope, inside)


def _using(block: Block, names: Names) -> Iterator[ScalarNode]:
    """The values of a block, but for those that put something in, and for statements of policies that let nobody receive."""
    is_document = block.labels[:1] == (_DOCUMENT,)
    passed_over = (*_PUTS_IN, "queue_url") if _is_policy_of_senders(block, names) else _PUTS_IN
    stack: list[Node] = [block.body]
    while stack:
        current = stack.pop()
        if type(current) is ScalarNode:
            yield current
        elif type(current) is SequenceNode:
            stack += current.value
        elif type(current) is MappingNode and not (is_document and _lets_nobody_receive(current, block, names)):
            stack += [entry.value for entry in entries(current) if entry.key not in passed_over]


def _is_policy_of_senders(block: Block, names: Names) -> bool:
    """Whether this is the policy of a queue, and no text in it lets anybody receive; what stands in a document is asked there."""
    policy = block.member("policy") if block.labels[:1] == (_QUEUE_POLICY,) else None
    if policy is None:
        return block.labels[:1] == (_QUEUE_POLICY,)
    value = value_of(policy, names, block.source.start)
    return receiving(value.text if isinstance(value, Partly) else text_of(value) or "") in (None, "[]")


def _lets_nobody_receive(statement: MappingNode, block: Block, names: Names) -> bool:
    """Whether a block of a policy document has actions that are known, and none by which anybody receives."""
    node, effect = child(statement, "actions"), child(statement, "effect")
    if node is None or child(statement, "not_actions") is not None:
        return False
    value = value_of(node, names, block.source.start)
    said = text_of(value_of(effect, names, block.source.start)) if effect is not None else "Allow"
    if not isinstance(value, Many):
        return said == "Deny"
    return not may_receive((text_of(item) or "" for item in value.items), said or "")


def _of_receivers(value: Value) -> Value:
    """A policy without the statements that let nobody receive; any other value as it is."""
    text = value.text if isinstance(value, Partly) else text_of(value) or ""
    kept = receiving(text) if "Statement" in text else None
    if kept is None:
        return value
    return Partly(kept, frozenset(path for path in paths_in(value) if path in kept))


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
            stack += [entry.value for entry in current.value]
        elif type(current) is SequenceNode:
            stack += current.value
