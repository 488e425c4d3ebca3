"""What an expression selects, and which labels its result carries, drops, or may have."""

from random import Random

import pytest

from accord.model.alerting import Selection
from accord.model.problem import Refused
from accord.sources._promql import EVERY_OTHER, NewerFunction, _apart, _met_with, _quickly_apart, parse_expression

MINUTE = 60_000_000_000

LABELS = [
    ("up", "", "", False),
    ('up{team="a"} == 0', "", "", False),
    ("sum(up)", "", "*", False),
    ("sum by (team, job) (up)", "job team", "*", False),
    ("max without (instance) (up)", "", "instance", True),
    ("sum by (job) (sum by (team, job) (up))", "job", "*", False),
    ("sum by (team) (sum by (job) (up))", "", "*", False),
    ("sum by (team) (max without (team) (up))", "", "*", False),
    ("max without (job) (sum by (team, job) (up))", "team", "job *", False),
    ("topk by (x) (3, up)", "", "", False),
    ("topk(3, sum by (team) (up))", "team", "*", False),
    ('count_values by (job) ("version", build)', "job version", "*", False),
    ("a * on (instance) group_left (team) b", "instance team", "", False),
    ("a * on (instance) group_right (team) b", "instance team", "", False),
    ("sum(a) * on () group_left (team) b", "team", "*", False),
    ("a / ignoring (code) group_left b", "", "", True),
    ("sum by (code) (a) / ignoring (code) group_left (team) b", "code team", "*", False),
    ("a / on (job) b", "job", "*", False),
    ("a / ignoring (job) b", "", "job", False),
    ("a > sum by (team) (b)", "team", "*", False),
    ("a and on (team) b", "", "", False),
    ("sum by (team) (a) unless b", "team", "*", False),
    ("sum by (team) (a) or sum by (job) (b)", "job team", "*", False),
    ("sum by (team) (a) or b", "team", "", False),
    ("a * on (i) group_left (team) b or ignoring (team) c * on (i) group_left (team) d", "i team", "", False),
    ("100 * (1 - sum by (team) (a))", "team", "*", False),
    ("-a", "", "", False),
    ('label_replace(up, "team", "$1", "job", "(.*)")', "team", "", False),
    ('sum by (job) (label_replace(up, "team", "$1", "job", "(.*)"))', "job", "*", False),
    ('label_join(sum(up), "team", "-", "a", "b")', "team", "*", False),
    ('absent(up{job="node", zone=~"a.*", team="t"})', "job team", "*", False),
    ('absent_over_time(up{job="node"}[5m])', "job", "*", False),
    ("absent(sum(up))", "", "*", False),
    ("vector(1)", "", "*", False),
    ("sum by (team) (up) or vector(0)", "team", "*", False),
    ("time() - max by (team) (a)", "team", "*", False),
    ("histogram_quantile(0.9, sum by (le, team) (rate(a[5m])))", "team", "le *", False),
    ("max_over_time(sum by (team) (rate(a[5m]))[1h:1m])", "team", "*", False),
    ("holt_winters(a[5m], 0.5, 0.5)", "", "", False),
    ("info(a)", "", "", True),
]


@pytest.mark.parametrize(("text", "carried", "dropped", "rest"), LABELS, ids=[case[0] for case in LABELS])
def test_labels_follow_the_operations_around_a_selection(text, carried, dropped, rest):
    found = parse_expression(text)
    wanted = tuple(label for label in dropped.split() if label != EVERY_OTHER)
    assert " ".join(found.carried) == carried
    assert found.dropped == (*wanted, *((EVERY_OTHER,) if EVERY_OTHER in dropped else ()))
    assert found.rest is rest


@pytest.mark.parametrize(
    ("text", "produces"),
    [
        ("absent(up)", False),
        ("vector(1) > 0", False),
        ("absent(a) or absent(b)", False),
        ("absent(a) or b", True),
        ("absent(a) and b", False),
        ("sum(up)", True),
        ("1 == bool 1", False),
    ],
)
def test_what_has_at_most_one_result_without_a_series_is_told_apart(text, produces):
    assert parse_expression(text).produces is produces


def test_each_selection_has_its_metric_its_fixed_labels_and_its_window():
    text = 'sum(rate(a{job="x", code=~"5.."}[5m] offset 1m)) / b > max_over_time(c[1h:5m]) + {__name__="d"} offset -1m'
    assert parse_expression(text).selections == (
        Selection("a", (("job", "x"),), 5 * MINUTE, MINUTE, "rate"),
        Selection("b"),
        Selection("c"),
        Selection("d", (), None, -MINUTE),
    )


@pytest.mark.parametrize("text", ["sum(", "rate(a)", "a{b=}", "a[5x]", '{a=~".*"}', 'a{b="c" or d="e"}', ""])
def test_what_is_no_promql_is_refused(text):
    with pytest.raises(Refused):
        parse_expression(text)


def test_a_function_that_is_not_known_is_told_apart():
    with pytest.raises(NewerFunction):
        parse_expression("of_tomorrow(a)")


PIECES = """sum by ( ) { } [5m] rate foo_total job = != =~ !~ "x" 'y' `z` #c on and "a\\"b" "" 1 .5 : a:b:c > unless inf =="" {a="b"} { " é"""


def test_texts_are_taken_apart_quickly_as_they_are_taken_apart_slowly():
    random, pieces, quick = Random(1), [*PIECES.split(" "), " ", "\n"], 0
    for _ in range(20_000):
        text = "".join(random.choices(pieces, k=random.randint(1, 14)))
        found = _quickly_apart(text)
        assert found in (None, _apart(text)), text
        quick += found is not None
    assert quick > 5_000


LIKE_THE_FIRST = (
    'sum by (job) (rate(a_total{job="x", code=~"5.."}[5m])) > 1',
    'sum by (job) (rate(other:total{job="y z", code=~"5.."}[5m])) > 1',
    'sum by (job) (rate(a_total{job="", code=~"5.."}[5m])) > 1',
    'sum by (job) (rate(a_total{job="it\'s", code=~"5.."}[5m])) > 1',
    'sum by (job) (rate(a_total{job="\u00fc", code=~"5.."}[5m])) > 1',
    'sum by (job) (rate(a_total{job="x\\\\", code=~"5.."}[5m])) > 1',
    'sum by (job) (rate(a_total{job="x", code=~"4.."}[5m])) > 1',
    'sum by (job) (rate(a_total{job="a", team="b", code=~"5.."}[5m])) > 1',
    'sum by (job) (rate(a_total{job="accord__name_0", code=~"5.."}[5m])) > 1',
    'sum by (job) (rate(5a{job="x", code=~"5.."}[5m])) > 1',
    'sum by (job) (rate(offset{job="x", code=~"5.."}[5m])) > 1',
    'sum by (job) (rate(a_total{job="x"} offset{job="x", code=~"5.."}[5m])) > 1',
    'sum by (job) (rate(a_total{job="x", code=~"5.."}[5m])) > 1 # > 1',
)


@pytest.mark.parametrize("text", LIKE_THE_FIRST)
def test_what_comes_after_another_expression_is_read_as_if_it_came_first(text: str) -> None:
    assert told(text, LIKE_THE_FIRST[0]) == told(text)


SHAPES = ('{m}{{a="{v}"}} > {n}{{b="{w}"}}', 'sum(rate({m}[5m])) by (job) or {n}{{a="{v}", b="{w}"}}')
NAMES, VALUES = ("up", "a:b", "on", "AND", "5x", "_a1", ""), ("x", "up", "y z", "on", 'a"b', "c\n", "")


@pytest.mark.parametrize("shape", SHAPES)
def test_of_alike_expressions_names_that_were_the_same_in_the_first_are_looked_at_all_the_same(shape: str) -> None:
    random = Random(2)
    for _ in range(300):
        first, text = [
            shape.format(
                m=random.choice(NAMES), n=random.choice(NAMES), v=random.choice(VALUES), w=random.choice(VALUES)
            )
            for _ in range(2)
        ]
        assert told(text, *([first] if is_read(first) else [])) == told(text), (first, text)


def is_read(text: str) -> bool:
    return not isinstance(told(text), str)


def told(text: str, *before: str) -> object:
    """What an expression comes to, or why it is refused, where these were read before it and nothing else."""
    for kept in (parse_expression, _met_with):
        kept.cache_clear()
    for other in before:
        parse_expression(other)
    parse_expression.cache_clear()
    try:
        return parse_expression(text)
    except Refused as refusal:
        return str(refusal)
