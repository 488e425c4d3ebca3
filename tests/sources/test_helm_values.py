"""Routing and rules in values of Helm charts: what is handed on is read, what a chart comes with is not held against anybody."""

import textwrap

import pytest

from accord.model.fact import Fact
from accord.model.problem import Problem
from accord.sources._claims import read_text

ROUTING = """\
route:
  receiver: chat
  routes: [{receiver: nobody, matchers: [severity = info]}]
receivers:
- name: nobody
- name: chat
  slack_configs: [{channel: '#shop', api_url: PLACEHOLDER}]
"""
RULES = "groups: [{name: shop, rules: [{alert: ShopDown, expr: up == 0, labels: {severity: page}}]}]\n"


def indented(text, by):
    return textwrap.indent(text, " " * by)


def read(text, file="values.yaml"):
    found = list(read_text(text, "root", file))
    return [one for one in found if isinstance(one, Fact)], [one for one in found if isinstance(one, Problem)]


def at(facts, term):
    return {(fact.provider, fact.place.line) for fact in facts if fact.term == term}


@pytest.mark.parametrize(
    ("before", "by"),
    [
        ("alertmanager:\n  config:\n", 4),
        ("kube-prometheus-stack:\n  alertmanager:\n    config:\n", 6),
        ("config:\n", 2),
        ("alertmanagerFiles:\n  alertmanager.yml:\n", 4),
    ],
)
def test_routing_in_a_file_of_values_is_read_at_its_lines(before, by):
    facts, problems = read(before + indented(ROUTING, by))
    first = before.count("\n") + 2
    assert not problems and at(facts, "route.r") == {("alertmanager:values.yaml", first)}
    assert at(facts, "receiver.chat") == {("alertmanager:values.yaml", first + 4)}


@pytest.mark.parametrize(
    ("head", "by"),
    [
        ("apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\nspec:\n  values:\n", 4),
        ("apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    helm:\n      values: |\n", 8),
        ("apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  sources:\n  - helm:\n      values: |\n", 8),
        ("apiVersion: helm.cattle.io/v1\nkind: HelmChartConfig\nspec:\n  valuesContent: |\n", 4),
    ],
)
def test_routing_in_an_object_that_carries_values_is_read_at_its_lines(head, by):
    facts, problems = read(head + indented("alertmanager:\n  config:\n" + indented(ROUTING, 4), by), "release.yaml")
    assert not problems and at(facts, "route.r") == {("alertmanager:release.yaml", head.count("\n") + 4)}


def test_what_a_chart_comes_with_is_nobodys_routing():
    bare = "alertmanager:\n  config:\n    route: {receiver: 'null'}\n    receivers: [{name: 'null'}]\n"
    assert read(bare) == ([], [])
    release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  values:\n" + indented(bare, 4)
    assert at(read(release)[0], "receiver.null")


def test_a_root_route_that_leaves_its_receiver_to_other_values_is_not_refused_in_alertmanagers_name():
    text = "alertmanager:\n  config:\n" + indented(ROUTING.replace("  receiver: chat\n", ""), 4)
    release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  values:\n" + indented(text, 4)
    for facts, problems in (read(text), read(release, "release.yaml")):
        assert not facts and len(problems) == 1
        assert problems[0].reason.startswith("cannot read this routing: the receiver of its root route stands in")


def test_what_alertmanager_would_refuse_is_refused_but_not_what_comes_from_elsewhere():
    facts, problems = read(
        "alertmanager:\n  config:\n" + indented(ROUTING.replace("receiver: chat", "receiver: chta"), 4)
    )
    assert not facts
    assert [problem.reason for problem in problems] == [
        "Alertmanager refuses this routing: no receiver is called chta; is chat meant?"
    ]


@pytest.mark.parametrize(
    "before",
    [
        "additionalPrometheusRulesMap:\n  shop:\n",
        "kube-prometheus-stack:\n  additionalPrometheusRulesMap:\n    shop:\n",
        "serverFiles:\n  alerting_rules.yml:\n",
        "additionalPrometheusRules:\n-     name: shop\n",
    ],
)
def test_rules_in_values_are_objects_of_the_cluster(before):
    facts, problems = read(before + indented(RULES, 6))
    assert not problems and at(facts, "alert") == {("prometheus:values.yaml#shop/ShopDown", before.count("\n") + 1)}
    assert at(facts, "alert.object")


def test_values_of_other_programs_are_left_alone():
    collector = "config:\n  receivers: {otlp: {}}\n  route: {receiver: otlp}\n"
    assert read(collector) == read("alertmanager: {config: {receivers: []}}\n") == ([], [])


def test_two_routings_in_one_file_are_two():
    one = "apiVersion: v1\nkind: Secret\nstringData:\n  alertmanager.yaml: |\n" + indented(
        ROUTING.replace("PLACEHOLDER", "'https://hooks.example.org/a'"), 4
    )
    facts, problems = read(f"{one}---\n{one}", "secrets.yaml")
    assert not problems
    assert {name for name, _ in at(facts, "route.r")} == {"alertmanager:secrets.yaml", "alertmanager:secrets.yaml#2"}


def test_what_the_chart_of_grafana_is_provisioned_with_is_read():
    values = """\
grafana:
  alerting:
    policies.yaml:
      policies: [{receiver: chat}]
    points.yaml:
      contactPoints: [{name: chat, receivers: [{type: slack, settings: {recipient: '#shop'}}]}]
    rules.yaml:
      groups: [{name: shop, folder: Shop, rules: [{title: Shop down, condition: A, data: []}]}]
"""
    facts, problems = read(values)
    assert not problems
    assert at(facts, "alert") == {("prometheus:values.yaml#shop/Shop down", 8)}
    assert {fact.term for fact in facts if fact.source == "grafana"} >= {"route.r", "receiver.chat", "alert"}


def test_routing_of_two_programs_in_one_file_is_two():
    values = (
        "alertmanager:\n  config:\n"
        + indented(ROUTING, 4)
        + "grafana:\n  alerting:\n    a.yaml: {policies: [{receiver: chat}]}\n"
    )
    facts, _ = read(values)
    assert {name for name, _ in at(facts, "route.r")} == {"alertmanager:values.yaml", "alertmanager:values.yaml#2"}
