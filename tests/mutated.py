"""Texts with a few things changed in them, and all that a node says, to hold two readers of YAML against each other."""

import random
from typing import Any

from accord.sources._nodes import MappingNode, Node, SequenceNode

PIECES = (
    *("\n", " ", "  ", ":", ": ", "#", " #", "-", "- ", "\n- ", "\n  ", "\n\n", "'", '"', "''", '""', "|", ">", "|-", ">+", "|2"),
    *("[", "]", "{", "}", ",", ", ", "&a", "*a", "!t", "\t", "\\", "\\n", "?", "? ", "%", "@", "`", "---", "\n---\n", "..."),
    *("~", "null", "a", "a: b", "a:", "<<: ", "{{ x }}", "<%", "=", "0", "é", "\u00a0", "\r\n", "\r", "\x07", "\x85", "\u2028", "\ufeff"),
)  # fmt: skip


def told(node: Node) -> Any:
    """Everything that a node says, as a value that can be compared."""
    if type(node) is MappingNode:
        value: Any = [
            (entry.key, entry.line, entry.column, entry.style, entry.at is entry.value, *map(told, entry))
            for entry in node.value
        ]
    else:
        value = [told(item) for item in node.value] if type(node) is SequenceNode else node.value
    return type(node).__name__, node.line, node.column, node.style, node.tag, node.mark, value


def mutated(text: str, chance: random.Random) -> str:
    """The text with a few pieces put in, taken out, or moved to another indentation or place."""
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        lines = text.split("\n")
        number, at = chance.randrange(len(lines)), chance.randrange(len(text) + 1)
        match chance.randrange(5):
            case 0:
                text = text[:at] + text[at + chance.randrange(1, 9) :]
            case 1:
                lines[number] = " " * chance.randrange(7) + lines[number].lstrip(" ")
                text = "\n".join(lines)
            case 2:
                lines.insert(chance.randrange(len(lines)), lines.pop(number))
                text = "\n".join(lines)
            case _:
                text = text[:at] + chance.choice(PIECES) + text[at:]
    return text
