"""The quick reader of plain YAML gives the very nodes that libyaml composes, or gives the text up."""

from pathlib import Path
from typing import Any

import pytest

from accord.sources._nodes import MappingNode, Node, SequenceNode
from accord.sources._plain_yaml import read_plain
from accord.sources._refusals import Refusal
from accord.sources._yaml import _read_from

ROOT = Path(__file__).parents[2]


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


def composed(text: str) -> list[Any]:
    """What libyaml composes; what it refuses in words."""
    found = _read_from(text, 0, len(text))
    return [one.reason if isinstance(one, Refusal) else told(one) for one in found]


def is_plain(text: str) -> bool:
    """Whether the text is read quickly; then every node of it is as libyaml has it."""
    quick = read_plain(text)
    if quick is None:
        return False
    assert [told(node) for node in quick] == composed(text)
    return True


PLAIN = [
    "a: 1\n",
    "a: 1",
    "a:\nb: 2\n",
    "a:\n  - b\n  - c: 1\n    d: 2\n  -\n  - - e\n    - f\n",
    "a:\n- b\n- c:\n  - d\ne: f\n",
    "- a\n- b: c\n  d:\n- - - x\n",
    "a: x # y\nb: x#y\n# c\n  # d\nc: # e\n  f: g\n",
    "a: 'it''s'\nb: \"x\\n\\\"y\\\" \\u00e9\\x41\"\n\"c d\": 1\n'e': 2\n",
    "a: |\n  x\n\n    y\n\n\nb: >-\n  one\n  two\n\n  three\n    four\n  five\nc: |+\n  x\n\nd: |2\n    x\n",
    "a: [b, c, 'd, e', \"f\"]\nb: {c: d, e: [f, {g: h}]}\nc: {}\nd: []\ne: [a b, c d]\nf: {\"a\":1}\n",
    "a: 1\n---\n---\nb: 2\n--- # c\n",
    "---\na: 1\n",
    "a:   x   \nb:    # y\n\n   \nc: http://x:80/y?z\nd: -1\ne: :x\nf: a:b\n",
    "a:\n  b\nc:\n  - d\n  -\n    e\n",
    "a: 1\r\nb:\r\n  - c\r\n",
    "é: ü\nb: \U0001f600 # ok\nc: [ä, ö]\n",
    "a: |\n  x\n  ",
    "a: |-\n  x",
    "# nothing\n",
    "",
]  # fmt: skip
GIVEN_UP = [
    "a: &x 1\n", "a: *x\n", "a: !t 1\n", "a: b: c\n", "a: b:\n", "a:\n  b: 1\n c: 2\n", "- a\nb: 1\n", "a: 1\n- b\n",
    "a: 'x\n  y'\n", "a: {{ x }}\n", "a: <%= x %>\n", "a: x\n   <% y\n", "? a\n: b\n", "a:\tb\n", "\ta: 1\n", "%YAML 1.2\n---\na: 1\n",
    "a: 1\n...\n", "--- a\n", "a: [b\n", "a: {b, c}\n", "a: [b: c]\n", "a: \"\\d\"\n", "a: \"\\ud800\"\n", "a: \x07\n", "a: @b\n",
    "a: |\n   \n  b\n", "a: |\n\tb\n", "a: |\nb: 1\n", "a : 1\n", f"{'k' * 1025}: 1\n", "a: 'b' c\n", "a: {b: c} d\n", "a: - b\n",
    "plain\n", "[a]\n", "a: 1\u2028b: 2\n", "a: 1\rb: 2\r", "a: \ufeffb\n", "a: |\n  b\n c: 1\n", "- " * 300 + "a\n",
]  # fmt: skip


@pytest.mark.parametrize("text", PLAIN)
def test_plain_texts_are_read_as_libyaml_reads_them(text: str) -> None:
    assert is_plain(text)


@pytest.mark.parametrize("text", GIVEN_UP)
def test_all_else_is_given_up(text: str) -> None:
    assert read_plain(text) is None


@pytest.mark.parametrize("path", sorted(ROOT.glob("examples/**/*.y*ml")), ids=lambda path: path.name)
def test_the_examples_are_read_as_libyaml_reads_them(path: Path) -> None:
    is_plain(path.read_text("utf-8"))
