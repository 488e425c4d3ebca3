"""Terraform's own language as nodes: what is read, where it stands, and where what is none does not fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.model.place import Place
from accord.model.problem import Problem
from accord.sources._data import data_of
from accord.sources._hcl import parsed
from accord.sources._yaml import MappingNode, child, place_of

START = Place("", "main.tf", 1, 1)


def read(text: str) -> object:
    found = parsed(text, START)
    assert isinstance(found, MappingNode), found
    return data_of(found)


def refused(text: str) -> tuple[int, int]:
    found = parsed(text, START)
    assert isinstance(found, Problem), found
    return found.place.line, found.place.column


@pytest.mark.parametrize(
    ("value", "node"),
    [
        ("30", 30),
        ("true", True),
        ('"a\\tb \\"c\\" \\u00e9"', 'a\tb "c" é'),
        ('"${var.a}-b"', "${var.a}-b"),
        ("var.a[0].b", "${var.a[0].b}"),
        ("60 * 60 // an hour", "${60 * 60}"),
        ("[1, [2], var.a,]", [1, [2], "${var.a}"]),
        ("[for each in var.a : each.b if each.c]", "${[for each in var.a : each.b if each.c]}"),
        ('{ a = 1, "b.c" : 2 }', {"a": 1, "b.c": 2}),
        ("{\n  a = 1 # one\n  (var.b) = 2\n}", {"a": 1, "${(var.b)}": 2}),
        ("[\n  1,\n  2, // two\n]", [1, 2]),
        ("[1, 2][0]", "${[1, 2][0]}"),
        ('var.a ? "x" : null', '${var.a ? "x" : null}'),
        ("f(\n  1,\n  var.a...\n)", "${f(\n  1,\n  var.a...\n)}"),
        ("provider::x::f(1)", "${provider::x::f(1)}"),
        ("<<EOT\na ${var.b}\nEOT", "${<<EOT\na ${var.b}\nEOT}"),
        ('<<EOT\n"b << EOT\nEOT"\n  EOT \n', '${<<EOT\n"b << EOT\nEOT"\n  EOT}'),
        ("a.*.b", "${a.*.b}"),
        ("!a && -b < 3 || c % 2 == 1", "${!a && -b < 3 || c % 2 == 1}"),
    ],
)
def test_a_value_is_a_node(value: str, node: object) -> None:
    assert read(f"x = {value}\ny = 1\n") == {"x": node, "y": 1}


def test_blocks_of_one_type_are_a_list_of_maps() -> None:
    text = '/* two */\nresource "a" "b" {\n  c = 1\n}\nresource a d { e { f = 2 } }\n'
    assert read(text) == {"resource": [{"a": {"b": {"c": 1}}}, {"a": {"d": {"e": [{"f": 2}]}}}]}


def test_every_value_has_its_place() -> None:
    found = parsed('\nlocals {\n  # what\n  a = {\n    b = "é"\n    c = var.d\n  }\n}\n', START)
    assert isinstance(found, MappingNode)
    block = child(found, "locals")
    assert block is not None
    deep = child(block.value[0], "a", "c")
    assert deep is not None
    place = place_of(deep, "", "main.tf")
    assert (place.line, place.column) == (6, 9)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a = = 1\n", (1, 5)),
        ("a {\n  b = <TOKEN>\n}\n", (2, 7)),
        ("a = 1 b = 2\n", (1, 7)),
        ('a "b" = 1\n', (1, 7)),
        ("a {\n", (1, 1)),
        ('a = "b\nc = 1\n', (1, 7)),
        ("a = {b = 1 c = 2}\n", (1, 12)),
        ("a = <<EOT\nb\n", (1, 5)),
        (f"a = {'[' * 100}", (1, 66)),
    ],
)
def test_what_does_not_fit_has_its_place(text: str, place: tuple[int, int]) -> None:
    assert refused(text) == place


@given(st.text(alphabet='ab1 \n={}[]()"$%<>?:.,#/*-!\\é', max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    assert isinstance(parsed(text, START), MappingNode | Problem)
