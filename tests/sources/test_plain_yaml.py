"""The quick reader of plain YAML gives the very nodes that libyaml composes, or gives the text up."""

import random
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from accord.sources import _plain_yaml
from accord.sources._plain_scalars import LONGEST_KEY
from accord.sources._plain_yaml import read_plain
from accord.sources._refusals import Refusal
from accord.sources._yaml import _read_from, _readable
from beside import CORPUS, needs
from counted import calls
from mutated import PIECES, mutated, told

ROOT = Path(__file__).parents[2]


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
    "a: |\n  x\n  \nb: >\n  x\n  \n  y\n   \nc: |+\n  x\n \nd: 1\n",
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


EXAMPLES = [path.read_text("utf-8") for path in sorted(ROOT.glob("examples/**/*.y*ml"))]


def test_most_examples_are_plain() -> None:
    assert sum(map(is_plain, EXAMPLES)) > 0.8 * len(EXAMPLES) > 0


@needs(CORPUS)
def test_most_real_files_are_plain() -> None:
    texts = [path.read_bytes().decode("utf-8", "replace") for path in sorted(CORPUS.rglob("*.y*ml"))]
    short = [_readable(text) for text in texts if len(text) < 50_000]
    assert sum(map(is_plain, short)) > 0.8 * len(short)


# ---------------------------------------------------------------------- lines that are known


def test_a_line_says_the_same_wherever_it_stands() -> None:
    """What is known of a line from one text is no more than what it says in every other."""
    known = ["a: 1", "  a: {b: [c, d]}", "  a:", "- a: 'x'", "  - b", "a: |", "  a: >-", "---", "", "# c", "  a: # c"]
    for first, second, third in product(known, repeat=3):
        is_plain("\n".join((first, second, third)) + "\n")
        is_plain("\n".join((first, "x:", second, third)))


def test_what_was_read_before_is_read_with_less_work() -> None:
    text = "".join(f"a{number}:\n  b: {{c: d, e: [f, g]}}\n  h: 'i'\n  j: # k\n" for number in range(50))
    first, again = (calls(lambda: read_plain(text)) for _ in range(2))
    assert again < first / 2


def test_nodes_are_nobody_elses() -> None:
    """What is known of a line on which a list stands is not the list that any text was given."""
    text = "a: {b: [c, d]}\n"
    given = read_plain(text)
    assert given is not None
    given[0].value[0].value.value.clear()
    assert is_plain(text)


def test_what_is_known_does_not_grow_without_end() -> None:
    for number in range(0, 60_000, 10_000):
        lines = range(number, number + 10_000)
        assert read_plain("".join(f"a{line}: {line}\n# {line}\nb: {line}\n" for line in lines))
        assert len(_plain_yaml._heads) <= _plain_yaml._MOST_HEADS
        assert len(_plain_yaml._lines) <= _plain_yaml._MOST_LINES
    assert read_plain(f"a: {'x' * 100_000}\n# {'y' * 100_000}\n")
    assert max(map(len, _plain_yaml._lines)) <= LONGEST_KEY


# ---------------------------------------------------------------------- at random

LINES = st.tuples(
    st.sampled_from(("", "  ", "    ", "- ", "  - ", "- - ", " ")), st.lists(st.sampled_from(PIECES[1:]), max_size=5)
)


@given(
    lines=st.lists(LINES.map(lambda line: line[0] + "".join(line[1])), max_size=12), ends=st.sampled_from(("", "\n"))
)
def test_whatever_is_read_quickly_is_what_libyaml_composes(lines: list[str], ends: str) -> None:
    is_plain(_readable("\n".join(lines) + ends))


VALUES = st.recursive(
    st.text(st.sampled_from("ab1 :#-'\"\\[]{},&*!|>%@é\n.?"), max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc-_. :", max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(
    value=st.lists(VALUES) | st.dictionaries(st.text("abc", min_size=1, max_size=2), VALUES),
    flow=st.sampled_from((True, False, None)),
)
def test_what_another_program_writes_is_read_as_libyaml_reads_it(value: Any, flow: bool | None) -> None:
    is_plain(_readable(yaml.safe_dump(value, default_flow_style=flow, allow_unicode=True, width=1_000)))


def test_mutated_files_are_read_as_libyaml_reads_them() -> None:
    chance = random.Random(20261127)
    texts = [*PLAIN, *EXAMPLES]
    quick = sum(is_plain(_readable(mutated(chance.choice(texts), chance))) for _ in range(4_000))
    assert quick > 1_000  # enough to have looked at something
