"""Waivers in comments: what is one, what it is for, and what is wrong with one."""

from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
import yaml

from accord.model.place import Place
from accord.model.waiver import Lines, Waiver
from accord.sources._claims import waivers_of_file
from accord.sources._waivers import waivers_in
from counted import steps

START = Place("root", "a.yaml", 1, 1)
A = "# accord: allow[timing/a] because x"


def waivers(text: str, file: str = "a.yaml") -> list[Waiver]:
    return waivers_of_file(text, Place("root", file, 1, 1))


def spans(text: str, file: str = "a.yaml") -> list[tuple[int, int]]:
    return [(waiver.lines.first, waiver.lines.last) for waiver in waivers(text, file) if waiver.lines]


def test_a_waiver_has_a_rule_a_day_an_owner_and_a_reason() -> None:
    (waiver,) = waivers("a: 1  # accord: allow[timing/a] until 2027-03-31 owner team-shop because payments: it is 5s\n")
    assert waiver == Waiver(
        "timing/a", Place("root", "a.yaml", 1, 23), "payments: it is 5s", "team-shop", date(2027, 3, 31), Lines(1, 1)
    )


def test_the_day_and_the_owner_come_in_any_order_and_may_be_left_out() -> None:
    (one,) = waivers("a: 1 # accord: allow[timing/a] owner me until 2027-03-31 because x")
    assert (one.owner, one.until) == ("me", date(2027, 3, 31))
    (other,) = waivers(f"a: 1 {A}")
    assert (other.owner, other.until, other.because) == ("", None, "x")


def test_several_rules_and_several_waivers_stand_on_one_line() -> None:
    found = waivers("a: 1 # accord: allow[timing/a, retries/b] because x # accord: allow[people/c] because y\n")
    assert [(waiver.rule, waiver.because, waiver.place.column) for waiver in found] == [
        ("timing/a", "x", 22),
        ("retries/b", "x", 32),
        ("people/c", "y", 69),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_behind_a_statement_it_is_for_that_line_and_what_is_indented_below(end: str) -> None:
    text = f"x: 1\na: {A}\n  b: 1\n\n  # a comment\n  c: 2\nd: 1\n".replace("\n", end)
    assert spans(text) == [(2, 6)]
    assert spans(f"a: 1 {A}\nb: 2\n".replace("\n", end)) == [(1, 1)]


def test_on_its_own_line_it_is_for_the_next_one_that_is_no_comment() -> None:
    text = f"x: 1\n{A}\n# and why\n\n# accord: allow[timing/b] because y\na:\n  b: 1\nc: 2\n"
    assert spans(text) == [(6, 7), (6, 7)]


def test_items_of_a_list_are_objects_wherever_they_are_indented() -> None:
    assert spans(f"x: 1\n{A}\nlist:\n- a: 1\n  b: 2\n- a: 2\nend: 1\n") == [(3, 6)]
    assert spans(f"list:\n  {A}\n  - a: 1\n    b: 2\n  - a: 2\n") == [(3, 4)]
    assert spans(f"list:\n{A}\n- a: 1\n  b: 2\n- a: 2\n") == [(3, 4)]


def test_at_the_head_of_a_document_it_is_for_the_document() -> None:
    text = f"# of whom\n{A}\n\nparty: a\nassumes:\n  b/c: {{}}\n---\nparty: d\n--- {A}\nparty: e\nowner: f\n...\n"
    assert spans(text) == [(4, 6), (10, 11)]
    assert spans(f"%YAML 1.1\n---\n{A}\na: 1\nb: 2\n") == [(4, 5)]


def test_at_the_end_it_is_for_nothing() -> None:
    assert spans(f"a: 1\n{A}\n") == [(2, 2)]


@pytest.mark.parametrize(
    "text",
    [
        'a: "x # accord: allow[timing/a] because y"',
        "a: 'x\n  # accord: allow[timing/a] because y'",
        "a: |\n  x\n  # accord: allow[timing/a] because y\nb: 1",
        "a: >-\n\n  # accord: allow[timing/a] because y\n",
        "a: x# accord: allow[timing/a] because y",
        '{"a": "# accord: allow[timing/a] because y"}',
    ],
)
def test_what_stands_in_a_text_is_no_comment(text: str) -> None:
    assert waivers(text) == []


def test_behind_what_opens_a_block_of_text_it_is_for_the_block() -> None:
    assert spans(
        f"alertmanager.yaml: |- {A}\n  route:\n    # accord: allow[timing/b] because no\n\n  receivers: []\nb: 1\n"
    ) == [(1, 5)]
    assert spans(f"- >\t{A}\n  x\n") == [(1, 2)]


def test_below_a_block_of_text_a_comment_is_one_again() -> None:
    assert spans(f"a: |\n  x\n{A}\nb: 1\n") == [(4, 4)]
    assert spans(f"a: [1, {A}\n  2]\n") == [(1, 2)]


@pytest.mark.parametrize(
    "text",
    [
        "# accord: the numbers are old",
        "# Honda accord",
        "# accord: see [1]",
        "# accord docs [a/b]",
        "# accord allow 5s",
        "# accord.yaml: [x]",
        "accord: allow[x]",
    ],
)
def test_other_comments_are_none_of_ours(text: str) -> None:
    assert waivers(f"a: 1 {text}") == []


@pytest.mark.parametrize(
    ("comment", "words"),
    [
        ("accord: alow[timing/a] because x", "expected `# accord: allow[family/name] until"),
        ("accord allow[timing/a] because x", "read `# accord allow[timing/a] because x`"),
        ("accord: allow timing/a because x", "expected `# accord: allow["),
        ("accord: allow[] because x", "expected `# accord: allow["),
        ("accord: allow[timing/a because x", "expected `# accord: allow["),
        ("accord: allow[timing/a]", "expected a reason"),
        ("accord: allow[timing/a] because", "expected a reason"),
        ("accord: allow[timing/a] until 2027-03-31", "expected a reason"),
        ("accord: allow[timing/a] until soon because x", "until: expected a date such as 2027-03-31, read 'soon'"),
        ("accord: allow[timing/a] until 2027-02-30 because x", "until: expected a date"),
        ("accord: allow[timing/a] untill 2027-03-31 because x", "expected `until DATE`, `owner NAME` or `because REASON`, read 'untill'"),
        ("accord: allow[timing/a] until because x", "read 'until'"),
        ("accord: allow[timing/a] until 2027-03-31 until 2027-04-01 because x", "read 'until'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(comment: str, words: str) -> None:
    found = waivers(f"a: 1 # {comment}\n")
    assert found and all(words in waiver.wrong for waiver in found)


def test_tabs_and_capitals_and_no_blank_are_taken() -> None:
    assert [waiver.wrong for waiver in waivers("a: 1\t#Accord:allow[timing/a]\tbecause\tx")] == [""]
    assert spans("x: 1\n#accord:  allow [ timing/a ]  because x\na: 1\n") == [(3, 3)]


def test_a_document_that_is_refused_has_no_waivers_and_the_others_keep_theirs() -> None:
    assert spans(f"a: 1 {A}\n---\nb: [ {A}\n---\nc: 1 {A}\n") == [(1, 1), (3, 3), (5, 5)]
    assert spans(f"b: \tc: x: {A}\n\t- @ {A}\n---\nd: 1 {A}\n")[-1:] == [(4, 4)]


def test_line_ends_that_only_libyaml_knows_move_nothing() -> None:
    assert spans(f"x: 'a\u2028b'\na: 1 {A}\n") == [(2, 2)]


def test_hcl_has_comments_of_its_own() -> None:
    text = """\
resource "a" "b" {
  # accord: allow[people/a] because x
  rule {
    x = 1 // accord: allow[people/b] because x
  }
  y = "# accord: allow[people/c] because no"
  z = <<-EOT
    # accord: allow[people/d] because no
  EOT
  /* accord: allow[people/e] because x */
  v = "\\" # accord: allow[people/f] because no"
}
"""
    found = waivers(text, "ops/main.tf")
    assert [(waiver.rule, waiver.because, waiver.lines) for waiver in found] == [
        ("people/a", "x", Lines(3, 4)),
        ("people/b", "x", Lines(4, 4)),
        ("people/e", "x", Lines(11, 11)),
    ]


def test_code_owners_have_comments_and_calendars_have_none() -> None:
    assert spans(f"{A}\n* @a\n/b @c {A}\n", "CODEOWNERS") == [(2, 2), (3, 3)]
    assert spans(f"BEGIN:VCALENDAR\nDESCRIPTION:x {A}\n", "rota.ics") == []


@pytest.mark.parametrize(
    "text",
    [
        lambda size: f"{A}\n" * size + "a: 1\n",
        lambda size: "".join(f"k{number}: v {A}\n" for number in range(size)),
        lambda size: "".join(f"---\n{A}\nk: v\n" for number in range(size)),
        lambda size: "a:\n" + "".join(f"{' ' * (number % 500 + 1)}{A}\n" for number in range(size)),
        lambda size: 'a: "' + f" {A}" * size + '"\n',
        lambda size: f"x: 1 {A * size}\n",
        lambda size: f"# accord: allow[{'timing/a, ' * size}] because x\na: 1\n",
    ],
    ids=[
        "on one object",
        "on each line",
        "in each document",
        "in a stair",
        "in one text",
        "on one line",
        "in one list",
    ],
)
def test_many_are_read_by_work_in_proportion(text: Callable[[int], str]) -> None:
    for comments in (None, ("#", "//")):
        few, many = (partial(waivers_in, text(size), START, comments) for size in (1_000, 4_000))
        assert steps(many) < 5 * steps(few)


SAMPLE = """\
# a head
a: 1
b: "two
  lines # no comment"
c: 'it''s
  # neither'
d: |
  text
   more

e: >-
    folded
    # text

f: plain text
  goes on
g: [1, "x # y",
  {h: 2}]
i:
- j: &anchor k#l
  m: !!str 1
-
  - "n\\"" # o
? complex
: value
p: *anchor
---
- |+

  kept

- end
...
---
'q'
"""


def parsed(text: str) -> object:
    try:
        return list(yaml.load_all(text, yaml.BaseLoader))
    except yaml.YAMLError:
        return None


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_waiver_is_read_exactly_where_no_reader_of_yaml_sees_its_words(end: str) -> None:
    """Put behind every line, and between all lines at several depths: it is a comment if other words give the same documents."""
    lines, same, other = SAMPLE.split("\n"), 0, 0
    places = [(number, f"{line} {A}") for number, line in enumerate(lines) if line]
    places += [(number, f"{' ' * depth}{A}\n{line}") for number, line in enumerate(lines[:-1]) for depth in (0, 2, 5)]
    for number, changed in places:
        text = "\n".join([*lines[:number], changed, *lines[number + 1 :]])
        after = parsed(text)
        if after is None:
            continue
        is_comment = after == parsed(text.replace(A, "# other words"))
        assert bool(waivers(text.replace("\n", end))) == is_comment, text
        same, other = same + is_comment, other + (not is_comment)
    assert same > 60 and other > 20
