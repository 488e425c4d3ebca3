"""The values of a node of JSON, or of YAML written like it."""

import re

from accord.model.problem import Refused
from accord.sources._yaml import Node, ScalarNode, SequenceNode, text_of

_DEEPEST = 40
_INTEGER = re.compile(r"-?\d{1,400}", re.ASCII)
_LITERALS: dict[str, object] = {"true": True, "false": False, "null": None}


def data_of(node: Node, depth: int = 0) -> object:
    """The JSON value of a node: an unquoted whole number, true, false and null are themselves, all else is text."""
    if depth > _DEEPEST:
        raise Refused(f"nested more than {_DEEPEST} deep")
    if type(node) is ScalarNode:
        text = text_of(node) or ""
        if node.style:
            return text
        return int(text) if _INTEGER.fullmatch(text) else _LITERALS.get(text, text)
    if type(node) is SequenceNode:
        return [data_of(item, depth + 1) for item in node.value]
    return {text_of(key): data_of(value, depth + 1) for key, value in node.value}
