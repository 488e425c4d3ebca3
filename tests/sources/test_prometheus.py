"""What is read of Prometheus: rules with the place of each word, servers, the operator's objects; and what is refused."""

from textwrap import dedent

import pytest

from accord.model.alerting import Expression
from accord.model.fact import Fact, Layer, Stance
from accord.model.problem import Problem
from accord.sources._claims import read_text
from accord.sources._promql import UNKNOWN
from accord.sources.prometheus import claims

SECOND = 1_000_000_000
RULES = """\
groups:
- name: shop
  interval: 30s
  rules:
  - alert: CheckoutDown
    expr: sum by (team) (up) == 0
    for: 5m
    labels:
      severity: page
      tier: 1
    annotations: {summary: "down: {{ $value }}"}
  - record: job:up:sum
    expr: sum by (job) (up)
  - alert: CheckoutDown
    expr: up == 0
    for: 0s
"""


def read(text: str, file: str = "rules.yaml") -> tuple[dict[tuple[str, str], Fact], list[Problem]]:
    found = list(read_text(text, ".", file))
    facts = [one for one in found if isinstance(one, Fact)]
    assert len({(fact.says, fact.term) for fact in facts}) == len(facts)
    return {(fact.says, fact.term): fact for fact in facts}, [one for one in found if isinstance(one, Problem)]


def terms(facts: dict[tuple[str, str], Fact], party: str) -> dict[str, object]:
    return {term: fact.value for (says, term), fact in facts.items() if says == party}


def test_an_alert_states_its_words_each_with_its_place():
    facts, problems = read(RULES)
    assert not problems
    party = "prometheus:rules.yaml#shop/CheckoutDown"
    said = {term: (fact.value, fact.place.line) for (says, term), fact in facts.items() if says == party}
    expression = said.pop("alert.expression")
    assert isinstance(expression[0], Expression) and expression[0].carried == ("team",) and expression[1] == 6
    assert said == {
        "alert": ("CheckoutDown", 5),
        "alert.for": (300 * SECOND, 7),
        "alert.interval": (30 * SECOND, 3),
        "label.severity": ("page", 9),
        "label.tier": ("1", 10),
        "annotation.summary": ("down: {{ $value }}", 11),
    }
    fact = facts[party, "alert"]
    assert (fact.provider, fact.operation, fact.consumer, fact.stance) == (party, "", "", Stance.PROMISES)
    assert (fact.layer, fact.source) == (Layer.PLATFORM, "prometheus")


def test_a_second_rule_of_the_same_name_is_another_and_zero_is_a_value():
    facts, _ = read(RULES)
    assert terms(facts, "prometheus:rules.yaml#shop/CheckoutDown#2")["alert.for"] == 0


def test_a_recording_rule_says_what_it_makes():
    facts, _ = read(RULES)
    said = terms(facts, "prometheus:rules.yaml#shop/job:up:sum")
    assert said.pop("records.expression") and said == {"records": "job:up:sum"}


def test_a_rule_that_exists_through_a_merge_key_stands_on_its_own_line():
    text = """\
groups:
- name: shop
  rules:
  - &down
    alert: Down
    expr: up == 0
    labels: {team: a}
  - <<: *down
    expr: up == 1
"""
    facts, problems = read(text)
    assert not problems
    first, second = (facts[f"prometheus:rules.yaml#shop/Down{end}", "alert"] for end in ("", "#2"))
    assert (first.place.line, second.place.line) == (4, 8)
    label = facts[second.says, "label.team"]
    assert (label.value, label.place.line) == ("a", 7)


def test_labels_of_a_group_hold_where_the_rule_has_none():
    text = """\
groups:
- name: shop
  labels: {team: a, tier: one}
  rules: [{alert: Down, expr: up, labels: {tier: two}}]
"""
    facts, _ = read(text)
    said = terms(facts, "prometheus:rules.yaml#shop/Down")
    assert (said["label.team"], said["label.tier"]) == ("a", "two")


def test_rule_objects_are_read_also_from_lists_each_rule_by_itself():
    rules = "spec: {groups: [{name: g, rules: [{alert: Down, expr: up}]}]}"
    item = f"  apiVersion: monitoring.coreos.com/v1\n  kind: PrometheusRule\n  metadata: {{name: r}}\n  {rules}\n"
    text = "apiVersion: v1\nkind: List\nitems:\n" + ("- " + item.lstrip()) * 2
    facts, problems = read(text, "list.yaml")
    assert not problems
    assert [says for says, term in facts if term == "alert"] == [
        "prometheus:list.yaml#g/Down",
        "prometheus:list.yaml#g/Down#2",
    ]


REFUSED = [
    ("alert: A", "rule A: it has no expr", 4),
    ("expr: up", "this rule has neither alert nor record", 4),
    ("{alert: A, record: b, expr: up}", "only one of alert and record", 4),
    ("{alert: A, expr: 'sum('}", "expr: unclosed left parenthesis", 4),
    ("{alert: A, expr: up, for: 5}", "for: expected a duration such as 30s, 5m or 1h30m, read '5'", 4),
    ("{alert: A, expr: up, severty: x}", "rule: unknown key 'severty'", 4),
    ("{alert: A, expr: up, label: {}}", "is labels meant?", 4),
    ("{alert: A, expr: up, labels: [a]}", "labels: expected a map, read a list", 4),
    ("{alert: A, expr: up, labels: {__name__: x}}", "no name that a label can have", 4),
    ("{alert: A, expr: up, labels: {a: [b]}}", "label a: expected one value, read a list", 4),
    ("{alert: A, expr: up, labels: {a: '{{ $x }}'}}", "the variable $x is not defined", 4),
    ("{alert: A, expr: up, annotations: {a: '{{ nope }}'}}", "there is no function nope", 4),
    ("{record: a b, expr: up}", "'a b' is no name of a series", 4),
    ("{record: a, expr: up, for: 5m}", "for has no meaning in a rule that records", 4),
    ("{record: a, expr: up, annotations: {b: c}}", "a rule that records has no annotations", 4),
    ('{alert: A, expr: \'{app="x"} |= "y"\'}', "this looks like LogQL", 4),
]


@pytest.mark.parametrize(("rule", "reason", "line"), REFUSED, ids=[case[0] for case in REFUSED])
def test_one_rule_that_is_wrong_costs_its_file(rule, reason, line):
    text = f"groups:\n- name: g\n  rules:\n  - {rule}\n  - {{alert: Right, expr: up}}\n"
    facts, problems = read(text)
    assert not facts
    assert [problem.place.line for problem in problems] == [line]
    assert reason in problems[0].reason and problems[0].fatal
    assert problems[0].reason.endswith("; Prometheus loads nothing of this file")


def test_groups_are_held_to_their_names():
    _, problems = read("groups:\n- name: g\n  rules: [{alert: A, expr: up}]\n- name: g\n- rules: []\n")
    assert [(problem.place.line, problem.place.column) for problem in problems] == [(4, 9), (5, 3)]


def test_a_name_or_a_function_of_a_newer_prometheus_is_noted_and_its_labels_are_unknown():
    text = "groups:\n- name: g\n  rules:\n  - {alert: A, expr: of_tomorrow(up), labels: {a.b: c}}\n"
    facts, problems = read(text)
    assert facts["prometheus:rules.yaml#g/A", "alert.expression"].value.rest
    assert facts["prometheus:rules.yaml#g/A", "label.a.b"].value == "c"
    assert len(problems) == 2 and not any(problem.fatal for problem in problems)


SERVER = """\
global:
  scrape_interval: 15s
  evaluation_interval: 30s
  external_labels: {site: a, node: "${HOST}"}
rule_files: [rules/*.yaml]
alerting:
  alertmanagers:
  - static_configs:
    - targets: ["alerts:9093"]
scrape_configs:
- job_name: node
  scrape_interval: 1m
- job_name: shop
"""


def test_a_server_states_its_intervals_its_rules_and_where_alerts_go():
    facts, problems = read(SERVER, "prometheus.yml")
    assert not problems
    assert terms(facts, "prometheus:prometheus.yml") == {
        "scrape.interval": 15 * SECOND,
        "evaluation.interval": 30 * SECOND,
        "external_label.site": "a",
        "external_label.node": "${HOST}",
        "rule_files": ("rules/*.yaml",),
        "alertmanagers": ("alerts:9093",),
    }
    assert terms(facts, "prometheus:prometheus.yml#job/node") == {"scrape.job": "node", "scrape.interval": 60 * SECOND}
    assert terms(facts, "prometheus:prometheus.yml#job/shop") == {"scrape.job": "shop"}


def test_the_operators_objects_state_intervals():
    text = """\
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: {name: k8s, namespace: monitoring}
spec:
  evaluationInterval: 30s
  externalLabels: {site: a}
  alerting: {alertmanagers: [{name: main, namespace: monitoring, port: web}]}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: node, namespace: monitoring}
spec: {endpoints: [{port: http, interval: 15s}, {port: other}]}
---
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata: {name: shop, namespace: shop}
spec: {podMetricsEndpoints: [{port: http, interval: "0"}]}
---
apiVersion: monitoring.coreos.com/v1
kind: Probe
metadata: {name: page, namespace: shop}
spec: {interval: 1m}
"""
    facts, problems = read(text, "objects.yaml")
    assert not problems
    assert {(*key, fact.value) for key, fact in facts.items() if key[1] != "scrape.job"} == {
        ("prometheus:monitoring/k8s", "evaluation.interval", 30 * SECOND),
        ("prometheus:monitoring/k8s", "external_label.site", "a"),
        ("prometheus:monitoring/k8s", "alertmanagers", ("main.monitoring:web",)),
        ("prometheus:monitoring/k8s", "alertmanagers.each", True),
        ("prometheus:serviceMonitor/monitoring/node/0", "scrape.interval", 15 * SECOND),
        ("prometheus:probe/shop/page", "scrape.interval", 60 * SECOND),
    }
    assert sum(term == "scrape.job" for _, term in facts) == 4


@pytest.mark.parametrize(
    "text",
    [
        "rule_files: [a.yaml]\ntests: []\nevaluation_interval: 1m\n",
        "route: {receiver: a}\nreceivers: [{name: a}]\nglobal: {}\n",
        "clients: []\nscrape_configs: []\n",
        "scrape_configs: [{job_name: a, pipeline_stages: [{json: {}}]}]\n",
        "groups: [a, b]\nother: c\n",
        "apiVersion: 1\ngroups: [{name: a, rules: [{uid: b, title: c}]}]\n",
        "kind: Service\napiVersion: v1\n",
        "- groups\n",
    ],
)
def test_files_of_other_programs_are_left_alone(text):
    from accord.sources._yaml import Document, documents

    for document in documents(text, ".", "file.yaml"):
        assert isinstance(document, Document) and not claims(document)


@pytest.mark.parametrize(
    "expression", ["up > {{ .Values.most }}", 'up{job="<%= job %>"} == 0', 'up{a="{{ .Values.a }}"}']
)
def test_an_expression_that_somebody_fills_in_makes_the_file_a_template(expression):
    text = f"groups:\n- name: g\n  rules:\n  - alert: Down\n    expr: '{expression}'\n"
    (problem,) = read_text(text, "", "rules.yml")
    assert isinstance(problem, Problem)
    assert problem.reason.startswith("cannot read: template (")
    assert "loads nothing" not in problem.reason


def test_groups_of_something_else_are_no_rules():
    assert read("groups:\n- name: disks\n  services: [{name: node}]\n") == ({}, [])
    for near in ("- {name: a, rulez: []}", "- name: a", "- {name: a, interval: 30s, x: 1}"):
        assert read(f"groups:\n{near}\n")[0] or read(f"groups:\n{near}\n")[1] or near == "- name: a"


def test_rule_files_may_end_in_rules_as_may_files_of_others():
    text = "# accord: allow[signals/owner-missing] until 2027-01-01 because it is new\n'groups':\n- name: g\n  rules:\n  - {alert: Down, expr: up == 0}\n"
    found = list(read_text(text, "root", "node.rules"))
    assert [one.value for one in found if isinstance(one, Fact) and one.term == "alert"] == ["Down"]
    (refused,) = read_text("groups:\n- {{ name }}\n", "root", "node.rules")
    assert isinstance(refused, Problem) and refused.place.line == 2
    assert list(read_text('KERNEL=="sd*", ACTION=="add"\n', "root", "70-disk.rules")) == []


def test_rules_for_victoria_metrics_are_read_and_their_expressions_left_open():
    text = """
        apiVersion: operator.victoriametrics.com/v1beta1
        kind: VMRule
        metadata: {name: vault, namespace: watch}
        spec:
          groups:
          - name: g
            concurrency: 2
            rules:
            - {alert: Sealed, expr: rate(x) keep_metric_names, for: 15m, debug: true, labels: {severity: page}}
    """
    found = list(read_text(dedent(text), "root", "rule.yaml"))
    assert not [one for one in found if isinstance(one, Problem)]
    said = {one.term: one.value for one in found if isinstance(one, Fact)}
    assert (said["alert"], said["label.severity"], said["alert.namespace"]) == ("Sealed", "page", "watch")
    assert said["alert.expression"] == UNKNOWN


@pytest.mark.parametrize(
    ("groups", "reasons"),
    [
        ("[null, null]", []),
        ("[{}, {}]", ["this group has no name"] * 2),
        ("[a, b]", ["group: expected a map, read 'a'", "group: expected a map, read 'b'"]),
    ],
)
def test_several_groups_without_a_name_are_refused_as_promtool_does(groups, reasons):
    facts, problems = read(f"groups: {groups}\n")
    assert not facts and [problem.reason.partition(";")[0] for problem in problems] == reasons


def test_rules_beside_the_configuration_of_a_server_are_refused_for_one_reason():
    facts, problems = read("scrape_configs: [{job_name: a}]\ngroups: [{name: g, rules: [{alert: A, expr: up}]}]\n")
    assert not facts
    assert [problem.reason for problem in problems] == [
        "rules beside the configuration of a server; Prometheus loads this file as neither"
    ]


def test_rules_of_prometheus_1_are_told_to_be_of_another_time():
    found = list(
        read_text('ALERT Down\n  IF up == 0\n  FOR 5m\n  LABELS { severity = "page" }\n', "root", "alert.rules")
    )
    assert [one.reason for one in found] == [
        "rules as Prometheus 1 had them (ALERT ... IF ...); none since 2.0 loads this file"
    ]
