"""Located reading: what is read and where, and what is refused, in which words and at which place."""

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from accord.model.problem import Problem
from accord.sources import _compose, _yaml
from accord.sources._compose import DEEPEST, LARGEST_EXPANSION, composed
from accord.sources._compose_events import composed_from_events
from accord.sources._yaml import (
    Document,
    MappingNode,
    Node,
    SequenceNode,
    child,
    documents,
    entries,
    items,
    place_of,
    text_of,
)
from counted import calls


def plain(node: Node) -> Any:
    if isinstance(node, MappingNode):
        return {entry.key: plain(entry.value) for entry in entries(node)}
    return [plain(item) for item in node.value] if isinstance(node, SequenceNode) else text_of(node)


def read(text: str, file: str = "a.yaml") -> list[Any]:
    """Each document as plain values, each problem as `line:column reason`."""
    return [
        plain(found.node) if isinstance(found, Document) else f"{found.place.line}:{found.place.column} {found.reason}"
        for found in documents(text, "root", file)
    ]


def top(text: str) -> Node:
    [document] = documents(text, "root", "a.yaml")
    assert isinstance(document, Document)
    return document.node


# ---------------------------------------------------------------------- what is read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 2.10\nb: off\nc: 09:00\nd: NO\ne: '5'\nf:\n", {"a": "2.10", "b": "off", "c": "09:00", "d": "NO", "e": "5", "f": ""}),
        ("1: a\ntrue: b\n~: c\non: d\n? \n: e\n", {"1": "a", "true": "b", "~": "c", "on": "d", "": "e"}),
        ("a: =\nb: !=\nc: != 5\nd: !~\ne: [=, '!=']\n", {"a": "=", "b": "!=", "c": "!= 5", "d": "!~", "e": ["=", "!="]}),
        ("a: !Ref x\nb: !!int '5'\n", {"a": "x", "b": "5"}),
        ("a: 1\r\nb:\r\n  - c\r\n", {"a": "1", "b": ["c"]}),
        ('{\n\t"a":\t1,\n\t"b": ["x"]\t}\n\t\n', {"a": "1", "b": ["x"]}),
        ('\t{"a":1}\n', {"a": "1"}),
        ('{"a": "\\ud83d\\ude00", "b\\/c": "\\u00e9 \\ud83d"}', {"a": "😀", "b/c": "é �"}),
        ('{"a": "[\\\\uD800\\\\uDC00-\\\\uDBFF]"}', {"a": "[\\uD800\\uDC00-\\uDBFF]"}),
        ('{"a": "\\\\\\ud83d\\ude00"}', {"a": "\\😀"}),
        ("summary: '{{ $labels.x }} is {{ $value }}'\ntext: |\n  {{ $labels.y }}\nplain: on {{ $labels.z }}\n",
         {"summary": "{{ $labels.x }} is {{ $value }}", "text": "{{ $labels.y }}\n", "plain": "on {{ $labels.z }}"}),
        ("a: ${{ secrets.X }}\nb: repo/{{ .x }}:{{ .y }}\nc: '<%= x %>'\n",
         {"a": "${{ secrets.X }}", "b": "repo/{{ .x }}:{{ .y }}", "c": "<%= x %>"}),
        ("a: { {x: 1}: 2 }\n", {"a": {"?": "2"}}),
        ("? [a, b]\n: 1\n? {c: d}\n: 2\n", {"?": "2"}),
        ("%YAML 1.2\n---\na: 1\n...\n", {"a": "1"}),
    ],
)  # fmt: skip
def test_reads(text: str, expected: Any) -> None:
    assert read(text) == [expected]


def test_documents_are_read_one_by_one() -> None:
    assert read("a: 1\n---\n---\nb: 2\n...\nc: 3\n...\n# nothing\n") == [{"a": "1"}, "", {"b": "2"}, {"c": "3"}]
    assert read("") == read("# only a comment\n") == []


def test_a_very_long_line_is_read() -> None:
    text = f"a: {'x' * 2_000_000}\nb: [{', '.join(['y'] * 20_000)}]\n"
    assert len(read(text)[0]["a"]) == 2_000_000
    assert len(read(text)[0]["b"]) == 20_000


# ---------------------------------------------------------------------- where it stands


def test_keys_and_values_have_their_places() -> None:
    found = {entry.key: entry for entry in entries(top("a: 1\nb:\n  - c\n  - {d: e}\n"))}
    assert (place_of(found["a"].key_node, "r", "f").line, place_of(found["a"].value, "r", "f").column) == (1, 4)
    second = items(found["b"].value)[1]
    [inner] = entries(second)
    assert str(place_of(inner.at, "r", "f")) == "f:4:9"


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ('{"a": "\\ud83d\\ude00", "b": 1}', 28),
        ('{"\\ud83d\\ude00": "x", "b": 1}', 28),
        ("{a: '\u2028', b: 1}", 13),
        ("{a: é, b: 1}", 11),
        ("{a: 😀, b: 1}", 11),
        ("\t\t{a: 0, b: 1}", 13),
    ],
)
def test_columns_count_characters_as_they_stand_in_the_file(text: str, column: int) -> None:
    value = child(top(text), "b")
    assert value is not None
    assert (value.start_mark.line, value.start_mark.column + 1) == (0, column)


@pytest.mark.parametrize("marks", ["\ufeff", "\ufeff\ufeff"])
def test_a_mark_of_the_byte_order_that_came_along_shifts_no_place(marks: str) -> None:
    assert read(f"{marks}[") == read("[") == ["1:1 not YAML: the text ends where a value is expected"]
    assert read(f"{marks}a: 1\nb: [") == read("a: 1\nb: [")
    place = place_of(items(top(f"{marks}[x, y]"))[1], "r", "a.yaml")
    assert (place.line, place.column) == (1, 5)


def test_a_line_end_that_no_editor_knows_does_not_shift_lines() -> None:
    node = child(top("a: 'x\u2028y\x85z'\nb: 1\n"), "b")
    assert node is not None
    assert node.start_mark.line == 1


NUMBERS = st.recursive(st.integers(0, 9).map(str), lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=4), max_leaves=20)  # fmt: skip


@given(value=NUMBERS, style=st.sampled_from(["json", "flow", "block", "tabs"]), ends=st.sampled_from(["\n", "\r\n"]))
def test_every_scalar_stands_where_its_place_says(value: Any, style: str, ends: str) -> None:
    text = {
        "json": lambda: json.dumps(value, indent=2),
        "tabs": lambda: json.dumps(value, indent="\t"),
        "flow": lambda: yaml.safe_dump(value, default_flow_style=True),
        "block": lambda: yaml.safe_dump(value, default_flow_style=False),
    }[style]().replace("\n", ends)
    lines = text.split(ends)

    def check(node: Node) -> Any:
        if isinstance(node, MappingNode):
            return {text_of(key): check(part) for key, part in node.value}
        if isinstance(node, SequenceNode):
            return [check(part) for part in node.value]
        at = lines[node.start_mark.line][node.start_mark.column :].lstrip("'\"")
        assert at.startswith(str(text_of(node)))
        return text_of(node)

    assert check(top(text)) == value


# ---------------------------------------------------------------------- merge keys and repeated keys


def test_merged_entries_have_the_place_of_the_entry_that_uses_them() -> None:
    node = child(top("x: &x\n  a: 1\n  b: 2\ny:\n  <<: *x\n  b: 3\nz: *x\n"), "y")
    assert node is not None
    found = {entry.key: (text_of(entry.value), entry.at.start_mark.line + 1) for entry in entries(node)}
    assert found == {"a": ("1", 5), "b": ("3", 6)}
    assert text_of(child(node, "a")) == "1"  # type: ignore[arg-type]


def test_an_alias_has_the_place_of_its_key() -> None:
    *_, last = entries(top("x: &x {a: 1}\nz: *x\n"))
    assert (last.key, last.at.start_mark.line + 1, last.value.start_mark.line + 1) == ("z", 2, 1)


def test_an_anchor_given_twice_means_the_last_before_each_alias() -> None:
    text = "a: &x 1\nb: *x\nc: &x {d: &y [2]}\ne: *x\nf: [*y, &y 3, *y]\n---\ng: &x 4\nh: *x\n"
    assert read(text) == [
        {"a": "1", "b": "1", "c": {"d": ["2"]}, "e": {"d": ["2"]}, "f": [["2"], "3", "3"]},
        {"g": "4", "h": "4"},
    ]


def test_what_follows_an_anchor_given_twice_is_read_and_refused_as_ever() -> None:
    begin = "k: 0\n---\na: &x 1\nb: &x 2\n"
    fine, twice, alias = read(begin + "---\nc: *x\n")
    assert (fine, twice) == ({"k": "0"}, {"a": "1", "b": "2"})
    assert alias.startswith("6:4 not YAML: the alias *x has no anchor before it")
    assert read(begin + "---\nc: 'open\n")[2] == "6:4 not YAML: the quotes that open here are not closed"
    assert read(begin + "c: &x [*x]\n")[1].endswith("a value that contains itself through an alias")
    assert "nested more than" in read(begin + "c: " + "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1))[1]


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\nb: [x, 'y', \"z\", {c: ~}]\nd: |\n  text\n  more\ne: !tag {f: ! g}\n",
        "- &x {a: 1}\n- *x\n- <<: *x\n- \n---\n---\n? [k, l]\n: v\n...\n",
        "",
    ],
)
def test_both_ways_of_composing_give_the_same_nodes(text: str) -> None:
    ways = (composed(text), composed_from_events(_compose._GuardedParser(text)))
    quick, slow = ([_everything(node) for node in way] for way in ways)
    assert quick == slow


def _everything(node: yaml.nodes.Node) -> Any:
    marks = [(mark.index, mark.line, mark.column) for mark in (node.start_mark, node.end_mark)]
    style = node.style if isinstance(node, yaml.ScalarNode) else node.flow_style
    if isinstance(node, yaml.MappingNode):
        value: Any = [[_everything(part) for part in pair] for pair in node.value]
    else:
        value = [_everything(item) for item in node.value] if isinstance(node, yaml.SequenceNode) else node.value
    return type(node), node.tag, style, marks, value


def test_merges_come_in_the_order_written_and_through_each_other() -> None:
    text = "a: &a {k: 1, l: 1}\nb: &b {<<: *a, l: 2, m: 2}\nc: &c {l: 3}\nd:\n  <<: [*b, *c]\n  <<: *c\n"
    assert read(text)[0]["d"] == {"l": "2", "m": "2", "k": "1"}


@pytest.mark.parametrize("value", ["5", "[1, 2]", "", "[{a: 1}, x]"])
def test_a_merge_of_no_map_is_an_ordinary_key(value: str) -> None:
    assert [entry.key for entry in entries(top(f"<<: {value}\nb: 1\n"))] == ["<<", "b"]


def test_a_quoted_merge_key_is_an_ordinary_key() -> None:
    assert read('"<<": {a: 1}\n') == [{"<<": {"a": "1"}}]


def test_a_merge_goes_through_hundreds_of_maps() -> None:
    text = "m0: &m0 {k0: 0}\n" + "".join(f"m{n}: &m{n}\n  <<: *m{n - 1}\n" for n in range(1, 350))
    assert read(text)[0]["m349"] == {"k0": "0"}


def test_repeated_keys_keep_their_first_value_and_are_reported() -> None:
    repeated: list[tuple[Node, str]] = []
    found = entries(top("a: 1\nb: 2\na: 3\n? [x]\n: 1\n? [y]\n: 2\n"), repeated)
    assert [(entry.key, text_of(entry.value)) for entry in found[:2]] == [("a", "1"), ("b", "2")]
    assert [(key, node.start_mark.line + 1) for node, key in repeated] == [("a", 3)]


# ---------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("a: 1\n\tb: 2\n", "2:1 not YAML: a tab where spaces are expected; indent with spaces"),
        ("a:\n\tb: 1\n", "2:1 not YAML: a tab where spaces are expected; indent with spaces"),
        ("a:\n  - b\n\t- c\n", "3:1 not YAML: a tab where spaces are expected; indent with spaces"),
        ("x: 1\na: 'b\nc: d\n", "2:4 not YAML: the quotes that open here are not closed"),
        ("a: [1, 2\n", "1:4 not YAML: this [ is not closed; expected ]"),
        ("a:\n  b: {c: 1\n\n\n", "2:6 not YAML: this { is not closed; expected }"),
        ('{"a": 1\n "b": 2}', "2:5 not YAML: expected a comma or }, which closes the { of line 1, column 1"),
        ("a: @x\n", "1:4 not YAML: a text cannot begin with @; put it in quotes"),
        ("a: `x`\n", "1:4 not YAML: a text cannot begin with `; put it in quotes"),
        ("a: *.example.com\n", "1:4 not YAML: a text cannot begin with *; put it in quotes"),
        ("a: *x\n", "1:4 not YAML: the alias *x has no anchor before it; a text that begins with * needs quotes"),
        ("a: {op: !=}\n", "1:9 not YAML: != is read as a tag here; put it in quotes"),
        ('a: "\\d+"\n', "1:5 not YAML: unknown escape \\d in a double-quoted text; write \\\\d or use single quotes"),
        ("a: 1\nb\nc: 2\n", "2:1 not YAML: expected `: ` after this key"),
        ("- a\nb: 1\n", "2:1 not YAML: expected `- `, as the items of this list before it"),
        ("a:\n  b: 1\n c: 2\n", "3:2 not YAML: expected a key of the map that begins in line 1, aligned with its other keys"),
        ("a: - b\n", "1:4 not YAML: `- ` cannot stand here; a list begins on a line of its own"),
        ("a: b\0c\n", "1:5 not YAML: the character U+0000 is not allowed"),
        ("a: 1\nb: \x1b[0m\n", "2:4 not YAML: the character U+001B is not allowed"),
        ("a: '\ud800'\n", "1:5 not YAML: the character U+D800 is not allowed"),
        ("&a [*a]\n", "1:1 cannot read: a value that contains itself through an alias"),
        ("a: &a\n  b: *a\n", "1:4 cannot read: a value that contains itself through an alias"),
        ("%TAG ! a\n" * 200 + "a\n", "1:1 cannot read: more than 100 lines that begin with %"),
        (f'{{"{"k" * 1025}": 1}}', "1:1029 not YAML: a key longer than 1,024 characters"),
    ],
)  # fmt: skip
def test_refuses(text: str, refusal: str) -> None:
    assert read(text) == [refusal]


def test_comments_in_json_are_said_to_be_the_reason() -> None:
    assert read('// settings\n{\n"Resources": 1}\n', "settings.json")[-1].endswith(
        "not JSON: it has comments, which JSON does not know"
    )
    assert read('{"a": "http://x"}\n', "a.json") == [{"a": "http://x"}]


def test_two_json_values_are_told_apart_from_documents() -> None:
    assert read('{"a": 1}\n{"b": 2}\n', "a.json") == [
        {"a": "1"},
        "2:1 not JSON: a second value after the end of the first, and a JSON file holds one",
    ]


def test_settings_with_comments_that_are_none_of_the_formats_are_passed_over() -> None:
    assert read('{\n  // strict\n  "compilerOptions": {}\n}\n', "tsconfig.json") == []


@pytest.mark.parametrize(
    ("text", "line", "column", "mark"),
    [
        ("a: {{ .Values.x }}\nb: 1\n", 1, 4, "{{"),
        ("b: 1\na:\n  - {{ x }}\n", 3, 5, "{{"),
        ("a: 1\nb: {{ x }}-y\n", 2, 4, "{{"),
        ("{{- if .Values.x }}\na: 1\n{{- end }}\n", 1, 1, "{{"),
        ("a: 1\n{{ include \"labels\" . | indent 2 }}\nb: 1\n", 2, 1, "{{"),
        ("a: 1\nb:\n  {{- toYaml .Values.x | nindent 2 }}\nc: 1\n", 3, 3, "{{"),
        ("a: \"{{ .Values.x | default \"y\" }}\"\n", 1, 5, "{{"),
        ("x: {{ .a }}:{{ .b }}\n", 1, 4, "{{"),
        ("{%- for x in y %}\na: 1\n", 1, 1, "{%"),
        ("a: 1\n{% if x %}\nb: 2\n", 2, 1, "{%"),
        ("<% if x %>\na: 1\n", 1, 1, "<%"),
        ("a: 1\n<% if x %>\nb: 2\n<% end %>\n", 2, 1, "<%"),
        ("a: <%= x %>\n", 1, 4, "<%"),
        ("# {{ not this }}\ns: '{{ $labels.x }}'\nt: |\n  {{ $value }}\nu: on {{ $labels.y }}\na: 1\n{{ if x }}\n", 7, 1, "{{"),
        ("a: {{{ x }}}\n", 1, 4, "{{"),
        ("a: 1\n---\nb: 1\n---\n{{ if x }}\nc: 1\n---\nd: 1\n", 5, 1, "{{"),
    ],
)  # fmt: skip
def test_names_a_template(text: str, line: int, column: int, mark: str) -> None:
    *before, last = read(text)
    assert last == f"{line}:{column} cannot read: template ({mark}); check its rendered output instead"
    assert all(isinstance(document, dict) for document in before)


@pytest.mark.parametrize(
    "text",
    [
        "s: '{{ $labels.x }}'\nb: [1, 2\n",
        "t: |\n  {{ $value }}\n  {{ end }}\nb: [1, 2\n",
        "u: on {{ $labels.y }}\nb: [1, 2\n",
        "# {{ x }}\nb: [1, 2\n",
        'a: 1\nb: "{{ $value }}" is "down"\n',
    ],
)
def test_does_not_name_a_template_where_ordinary_text_holds_braces(text: str) -> None:
    assert "template" not in "".join(read(text))
    assert "not YAML" in "".join(read(text))


# ---------------------------------------------------------------------- the rest is still read


@pytest.mark.parametrize(
    "bad", ["a: [1", "a: 'x", "a: b: c", "\ta: 1", "a: @", "}", "a: *x", "a: \x07", "- a\nb: 1", "[" * 6_000, "&a [*a]"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_bad_document_does_not_stop_the_others(bad: str, end: str) -> None:
    text = f"one: 1\n---\n{bad}\n---\ntwo: 2\n--- # three\n{bad}\n---\nfour: 4\n".replace("\n", end)
    found = list(documents(text, "r", "f"))
    assert [plain(part.node) for part in found if isinstance(part, Document)] == [
        {"one": "1"},
        {"two": "2"},
        {"four": "4"},
    ]
    lines = bad.count("\n") + 1
    refused = [part.place.line for part in found if isinstance(part, Problem)]
    assert [line in range(begin, begin + lines) for line, begin in zip(refused, (3, 6 + lines), strict=True)] == [
        True,
        True,
    ]
    last = found[-1]
    assert isinstance(last, Document)
    assert last.node.start_mark.line == text.count(end) - 1


def test_a_last_document_cut_off_leaves_the_others() -> None:
    assert read("a: 1\n---\nb: {c: [1, 2") == [
        {"a": "1"},
        "2:1 not YAML: this [ is not closed; expected ]".replace("2:1", "3:8"),
    ]


def test_reading_stops_after_a_hundred_refusals() -> None:
    found = read("---\n}\n" * 5_000)
    assert len(found) == _yaml.MOST_REFUSALS + 1
    assert found[-1] == "201:1 not read from here on: 100 documents before were refused"


# ---------------------------------------------------------------------- bounded


@pytest.mark.parametrize(
    "text",
    [
        "[" * 10_000 + "]" * 10_000,
        "{a: " * 10_000,
        "[" * 1_000_000,
        "".join(" " * depth + "a:\n" for depth in range(3_000)),
        "- " * 10_000 + "a",
        "? " * 10_000 + "a",
        "---\n" + "- " * 10_000,
        '{"a":' * 10_000,
        "a: 1\n---\n" + "- " * 10_000,
        "-\r" + "".join(" " * depth + "-\r" for depth in range(1, 2_000)),
    ],
)
def test_deep_nesting_is_refused(text: str) -> None:
    *_, last = read(text)
    assert last.endswith(f"cannot read: nested more than {DEEPEST:,} deep")


def test_an_alias_bomb_is_refused_at_its_place() -> None:
    text = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
    [refusal] = read(text)
    assert refusal.endswith(f"an alias bomb: its aliases, written out, add more than {LARGEST_EXPANSION:,} values")
    assert 10 < int(refusal.partition(":")[0]) < 25


def test_nesting_through_aliases_is_refused() -> None:
    text = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 5_000))
    assert "nested more than" in read(text)[0] or "alias bomb" in read(text)[0]


def test_many_values_that_need_no_alias_are_no_bomb() -> None:
    text = "a: &a [1]\nb: *a\nc: [" + "x, " * (LARGEST_EXPANSION + 10) + "]\n"
    [document] = documents(text, "r", "f")
    assert isinstance(document, Document)


@pytest.mark.parametrize(
    "text",
    [
        '"' + '\\"' * 500_000,
        '"\\ud83d' * 200_000,
        "{{" * 200_000,
        "{{ " * 200_000,
        "a {{ " * 200_000,
        "- {{ x }}\n" * 50_000 + "[",
        "'{{'\n" * 100_000 + "[",
        "---" * 500_000,
        "---\n\0\n" * 200_000,
        "...\na\n" * 100_000,
        "&a " * 200_000,
        "*" * 1_000_000,
        "!" * 1_000_000,
        "%a\n" * 300_000,
        "\n" * 2_000_000 + "}",
        "\t" * 1_000_000,
        "a: |\n" + " \n" * 500_000,
        "? " * 900 + "\n" + "? a\n" * 10_000,
    ],
)
def test_odd_texts_are_read_to_their_end(text: str) -> None:
    # So long that work which grew with the square of their length would take hours, in native code too.
    assert calls(lambda: read(text)) < 50 * len(text)
