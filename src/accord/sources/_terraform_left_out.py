"""What is not read of what is deployed because nobody can tell how many of it there are, each with why and what would tell."""

from collections.abc import Callable, Iterator

from accord.model.problem import Problem
from accord.sources._terraform_folders import Block, Folder
from accord.sources._terraform_modules import Instance
from accord.sources._terraform_nodes import place_in
from accord.sources._terraform_values import Known, Value, members_of, paths_in
from accord.sources._yaml import Node, text_of

_SHOWN = 80
_KEYS = "a key of for_each holds more than letters, digits, `_`, `-` and `@`"

Concerned = Callable[[Block], bool]
"""Whether a resource is read where it is known how many of it there are."""


def left_out(root: Instance, is_concerned: Concerned) -> Iterator[Problem]:
    """Modules and resources of AWS that are not read for this reason, where anything of them would be."""
    for instance in root.below():
        for name, call in instance.calls.items():
            if not (call.copies.names is not None and call.copies.is_sure) and _holds(call.folder, root, is_concerned):
                yield from _told(instance, call.block, f"module.{name}")
        for (kind, name), block in instance.resources.items():
            is_read = instance.copies_of(block).names is not None or not kind.startswith("aws_")
            if not is_read and is_concerned(block):
                yield from _told(instance, block, f"{kind}.{name}")


def _holds(folder: Folder, root: Instance, is_concerned: Concerned) -> bool:
    """Whether a module, or one that it calls, has anything that would be read."""
    waiting, seen = [folder], {folder.path}
    while waiting:
        found = Instance(root.folders, waiting.pop(), {})
        if any(is_concerned(block) for block in found.resources.values()):
            return True
        waiting += [call.folder for call in found.calls.values() if call.folder.path not in seen]
        seen |= {call.folder.path for call in found.calls.values()}
    return False


def _told(instance: Instance, block: Block, name: str) -> Iterator[Problem]:
    for key in ("count", "for_each"):
        node = block.member(key)
        if node is not None:
            place = place_in(node, block.source.start)
            yield Problem(place, f"{name} is not read: {_because(instance.value(block, node), key, node)}")
            return


def _because(value: Value, key: str, node: Node) -> str:
    if isinstance(value, Known) or members_of(value) is not None:
        return _KEYS
    said = " ".join((text_of(node) or "").removeprefix("${").removesuffix("}").split())
    said = f"{key} = {said if len(said) <= _SHOWN else f'{said[:_SHOWN]}...'}" if said else key
    unset = sorted({".".join(path.split(".")[:2]) for path in paths_in(value) if path.startswith("var.")})
    if not unset:
        return f"how many there are is known only where it is deployed ({said})"
    those = " and ".join(unset)
    return f"how many there are hangs on {those}, and no value is known ({said}); terraform.tfvars can give it"
