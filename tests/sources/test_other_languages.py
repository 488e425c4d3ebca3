"""Rule files of programs that read the shape of Prometheus' in languages of their own: vmalert and Loki."""

import textwrap

import pytest

from accord.model.fact import Fact
from accord.model.problem import Problem
from accord.sources._claims import read_text

LOKI = """\
groups:
- name: shop
  rules:
  - alert: Errors
    expr: |
      sum by (team) (count_over_time({app="shop"} |= "error" | json [5m])) > 10
    labels: {severity: page}
  - alert: Silence
    expr: absent_over_time({app="shop"}[5m])
"""
VMALERT = """\
groups:
- name: shop
  KEY
  rules:
  - {alert: Slow, expr: 'EXPR', labels: {severity: page}, annotations: {at: '{{ $activeAt.Add (parseDurationTime "1h") }}'}}
"""


def read(text):
    found = list(read_text(text, "root", "rules.yaml"))
    return [one for one in found if isinstance(one, Fact)], [one for one in found if isinstance(one, Problem)]


def expressions(facts):
    return {fact.provider.partition("/")[2]: fact.value for fact in facts if fact.term == "alert.expression"}


def test_rules_of_loki_are_read_with_the_labels_by_which_they_gather():
    facts, problems = read(LOKI)
    found = expressions(facts)
    assert not problems and {fact.provider for fact in facts if fact.term == "alert"} == {
        "prometheus:rules.yaml#shop/Errors",
        "prometheus:rules.yaml#shop/Silence",
    }
    assert (found["Errors"].carried, found["Errors"].dropped, found["Errors"].rest) == (("team",), ("*",), False)
    assert found["Silence"].rest


@pytest.mark.parametrize(
    "expr",
    [
        'sum without (pod) (rate({app="a"} |= "x" [1m]))',
        'topk(3, sum by (app) (rate({app="a"} |= "x" [1m])))',
        '{app="a"} |= "by (team)"',
        'sum by (app) (rate({app="a"} |= "x" [1m])) or rate({app="a"}[1m])',
    ],
)
def test_labels_that_logql_may_carry_are_open(expr):
    facts, problems = read(f"groups:\n- name: shop\n  rules:\n  - alert: A\n    expr: |\n      {expr}\n")
    assert not problems and expressions(facts)["A"].rest


def test_one_expression_of_loki_among_those_of_prometheus_is_a_slip():
    facts, problems = read(LOKI + "  - {alert: Down, expr: up == 0}\n")
    assert not facts and any("this looks like LogQL, the language of Loki" in one.reason for one in problems)


@pytest.mark.parametrize(
    ("key", "expr", "rest"),
    [
        ("concurrency: 2", "sum by (team) (rate(errors_total[1m])) > 1", False),
        ("type: vlogs", "_time: 5m error | stats by (app) count() as n | filter n:>3", True),
        ("eval_offset: 10s", "range_median(errors_total[1h]) keep_metric_names > 1", True),
        ("headers: ['X-Team: shop']", "up == 0", False),
    ],
)
def test_rules_with_keys_of_vmalert_are_read(key, expr, rest):
    facts, problems = read(VMALERT.replace("KEY", key).replace("EXPR", expr))
    found = expressions(facts)["Slow"]
    assert not problems and found.rest == rest and not found.selections


def test_a_key_that_no_program_knows_is_refused():
    facts, problems = read(VMALERT.replace("KEY", "intervall: 1m").replace("EXPR", "up == 0"))
    assert not facts and "intervall" in problems[0].reason


def test_objects_of_the_operator_of_loki_are_read():
    head = "apiVersion: loki.grafana.com/v1\nkind: AlertingRule\nmetadata: {name: shop, namespace: shop}\nspec:\n  tenantID: application\n"
    facts, problems = read(head + textwrap.indent(LOKI, "  "))
    assert not problems and expressions(facts)["Errors"].carried == ("team",)
    assert {fact.value for fact in facts if fact.term == "alert.namespace"} == {"shop"}
