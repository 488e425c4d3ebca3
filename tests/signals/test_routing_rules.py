"""What is told of alerts and routes, and what is left alone: where labels come from, whom a receiver tells, what is meant."""

from __future__ import annotations

from datetime import date

import pytest

from accord.check import check, joined, refused_witnesses
from accord.files.read import read
from accord.model.fact import Fact
from accord.model.finding import Finding, Severity, Verdict
from accord.rules._catalogue import rules
from accord.sources._claims import read_text

AS_OF = date(2026, 11, 23)
PAGER = "- {name: pager, pagerduty_configs: [{routing_key: key}]}"
HOOK = "- {name: hook, webhook_configs: [{url: 'http://localhost:6725'}]}"


def rule(expression: str = "disk == 0", labels: str = "", name: str = "DiskFull") -> str:
    return f"- alert: {name}\n  expr: {expression}\n  labels: {{{labels}}}\n"


def alerts(*rules: str) -> str:
    return "groups:\n- name: g\n  rules:\n" + "".join(f"  {line}\n" for text in rules for line in text.splitlines())


def tree(*routes: str, root: str = "empty", receivers: str = f"{PAGER}\n{HOOK}", more: str = "") -> str:
    listed = "".join(f"  - {route}\n" for route in routes)
    return f"route:\n  receiver: {root}\n  routes:\n{listed}receivers:\n- name: empty\n{receivers}\n{more}" if routes else (
        f"route: {{receiver: {root}}}\nreceivers:\n- name: empty\n{receivers}\n{more}"
    )  # fmt: skip


def found(files: dict[str, str], *only: str) -> list[Finding]:
    given = [one for file, text in files.items() for one in read_text(text, "", file)]
    facts = [one for one in given if isinstance(one, Fact)]
    assert len(facts) == len(given), [one for one in given if not isinstance(one, Fact)]
    chosen = [one for one in rules() if one.id.removeprefix("signals/") in only]
    assert len(chosen) == len(only)
    assert refused_witnesses(joined(facts, AS_OF)[0], chosen) == []
    return list(check(facts, as_of=AS_OF, rules=chosen).findings)


def unheard(*texts: str, **more: str) -> list[tuple[str, str]]:
    files = {"rules.yml": texts[0], **{f"am{number}.yml": text for number, text in enumerate(texts[1:])}}
    files |= {name.replace("_", "."): text for name, text in more.items()}
    return [(one.verdict.value, one.severity.value) for one in found(files, "reaches-nobody")]


DATA = "{matchers: [team = data], receiver: pager}"
HEARD: dict[str, tuple[str, ...]] = {
    "a label that the rule sets": (alerts(rule(labels="team: data")), tree(DATA)),
    "a label that every series has": (alerts(rule("up{job='node'} == 0")), tree("{matchers: [job = node], receiver: pager}")),
    "a label that is summed by, and fixed": (alerts(rule("sum by (job) (up{job='node'}) == 0")), tree("{matchers: [job = node], receiver: pager}")),
    "one of two trees hears": (alerts(rule()), tree(DATA), tree(root="pager")),
    "only some values are sent to nobody": (alerts(rule("sum by (team) (up) == 0")), tree("{matchers: [team = shop], receiver: empty}", root="pager")),
    "a heartbeat": (alerts(rule(name="Watchdog")), tree("{matchers: [alertname = Watchdog], receiver: empty}", root="pager")),
    "a webhook that is no copy": (alerts(rule(labels="team: data")), tree("{matchers: [team = data], receiver: hook, continue: true}")),
    "a webhook that everything ends at": (alerts(rule()), tree(root="hook")),
    "a recording rule": (alerts("- {record: a, expr: up}"), tree(DATA)),
}  # fmt: skip


@pytest.mark.parametrize("name", HEARD)
def test_somebody_hears(name: str) -> None:
    assert unheard(*HEARD[name]) == []


UNHEARD: dict[str, tuple[tuple[str, ...], tuple[str, str]]] = {
    "another team": ((alerts(rule(labels="team: shop, severity: warning")), tree(DATA)), ("mismatch", "warning")),
    "no label at all": ((alerts(rule()), tree(DATA)), ("mismatch", "info")),
    "an empty label": ((alerts(rule(labels="team: ''")), tree(DATA)), ("mismatch", "info")),
    "a page": ((alerts(rule(labels="severity: page")), tree(DATA)), ("mismatch", "error")),
    "a label that a sum drops": ((alerts(rule("sum(up{job='node'}) == 0")), tree("{matchers: [job = node], receiver: pager}")), ("mismatch", "info")),
    "a value that the series never have": ((alerts(rule("up{job='node'} == 0")), tree("{matchers: [job = web], receiver: pager}")), ("mismatch", "info")),
    "two trees": ((alerts(rule()), tree(DATA), tree(DATA)), ("mismatch", "info")),
    "a label of the series": ((alerts(rule("sum by (team) (up) == 0")), tree(DATA)), ("conditional", "info")),
    "whatever label the series have": ((alerts(rule("sum without (pod) (up) == 0")), tree(DATA)), ("conditional", "info")),
    "a template": ((alerts(rule(labels='team: "{{ $labels.team }}"')), tree(DATA)), ("conditional", "info")),
    "a template that nothing is asked for": ((alerts(rule(labels='team: "{{ $labels.team }}"')), tree("{matchers: [severity = page], receiver: pager}")), ("mismatch", "info")),
    "a copy": ((alerts(rule(labels="severity: page")), tree("{receiver: hook, continue: true}", DATA)), ("conditional", "error")),
    "sent to nobody by its name": ((alerts(rule()), tree("{matchers: [alertname = DiskFull], receiver: empty}", root="pager")), ("note", "info")),
    "a page sent to nobody by its name": ((alerts(rule(labels="severity: page")), tree("{matchers: [alertname = DiskFull], receiver: empty}", root="pager")), ("note", "warning")),
    "sent to nobody by its severity": ((alerts(rule(labels="severity: info")), tree("{matchers: [severity = info], receiver: empty}", root="pager")), ("note", "info")),
    "a page sent to nobody": ((alerts(rule(labels="severity: page, team: x")), tree("{matchers: [team = x], receiver: empty}", root="pager")), ("mismatch", "error")),
    "nobody anywhere": ((alerts(rule(), rule(name="DiskSlow")), tree(DATA.replace("pager", "empty"), receivers="- name: other")), ("mismatch", "info")),
}  # fmt: skip


@pytest.mark.parametrize("name", UNHEARD)
def test_nobody_hears(name: str) -> None:
    files, told = UNHEARD[name]
    assert unheard(*files) == [told]


def test_a_label_that_the_server_adds_is_there() -> None:
    server = "global: {external_labels: {team: data}}\nrule_files: [rules.yml]\nscrape_configs: [{job_name: a}]\n"
    assert unheard(alerts(rule()), tree(DATA), prometheus_yml=server) == []
    assert unheard(alerts(rule(labels="team: shop")), tree(DATA), prometheus_yml=server) == [("mismatch", "info")]
    added = server.replace("data", "shop")
    assert unheard(alerts(rule(labels="severity: page")), tree(DATA), prometheus_yml=added) == [("mismatch", "error")]
    assert unheard(alerts(rule()), tree(DATA), prometheus_yml=server.replace("[rules.yml]", "[others.yml]")) == [("mismatch", "info")]  # fmt: skip


def test_a_tree_of_one_namespace_may_take_what_comes_from_it() -> None:
    own = """
apiVersion: monitoring.coreos.com/v1beta1
kind: AlertmanagerConfig
metadata: {name: a, namespace: shop}
spec:
  route: {receiver: chat}
  receivers: [{name: chat, webhookConfigs: [{url: 'http://localhost:1'}]}]
"""
    assert unheard(alerts(rule()), tree(DATA), own_yml=own) == []


OPERATED = """
apiVersion: monitoring.coreos.com/v1alpha1
kind: AlertmanagerConfig
metadata: {name: main, namespace: watching}
spec:
  route: {receiver: chat}
  receivers: [{name: chat, pagerdutyConfigs: [{routingKey: {name: a, key: b}}]}]
  inhibitRules: [{sourceMatch: [{name: a, value: b}], targetMatch: [{name: c, value: d}]}]
"""
MANAGER = "apiVersion: monitoring.coreos.com/v1\nkind: Alertmanager\nmetadata: {name: am, namespace: %s}\nspec: {%s}\n"
STRATEGY = "alertmanagerConfigMatcherStrategy: {type: %s}"
ITS = "alertmanagerConfiguration: {name: %s}"
VALUES = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: x}\nspec: {values: {alertmanager: {alertmanagerSpec: {%s}}}}\n"  # fmt: skip
CHART = "kube-prometheus-stack: {alertmanager: {alertmanagerSpec: {%s}}}\n"


@pytest.mark.parametrize(
    ("managers", "hears"),
    [
        ([], False),
        ([MANAGER % ("watching", "")], False),
        ([MANAGER % ("watching", STRATEGY % "OnNamespace")], False),
        ([MANAGER % ("other", STRATEGY % "None")], True),
        ([MANAGER % ("watching", STRATEGY % "OnNamespaceExceptForAlertmanagerNamespace")], True),
        ([MANAGER % ("other", STRATEGY % "OnNamespaceExceptForAlertmanagerNamespace")], False),
        ([MANAGER % ("watching", ITS % "main")], True),
        ([MANAGER % ("other", ITS % "main")], False),
        ([MANAGER % ("watching", ITS % "another")], False),
        ([MANAGER % ("watching", STRATEGY % "'{{ .Values.x }}'")], True),
        ([MANAGER % ("other", ""), MANAGER % ("third", STRATEGY % "None")], True),
        ([VALUES % (STRATEGY % "None")], True),
        ([VALUES % (ITS % "main")], True),
        ([VALUES % (STRATEGY % "OnNamespace")], False),
        ([CHART % (STRATEGY % "None")], True),
    ],
)
def test_an_object_of_the_operator_hears_what_its_alertmanager_lets_it_hear(managers: list[str], hears: bool) -> None:
    files = {f"m{number}_yml": text for number, text in enumerate(managers)}
    elsewhere = alerts(rule(labels="namespace: shop"))
    assert unheard(elsewhere, tree(DATA), own_yml=OPERATED, **files) == ([] if hears else [("mismatch", "info")])
    assert unheard(alerts(rule(labels="namespace: watching")), tree(DATA), own_yml=OPERATED, **files) == []


def test_an_object_that_goes_on_because_its_operator_lets_it_is_no_copy() -> None:
    hook = OPERATED.replace(
        "pagerdutyConfigs: [{routingKey: {name: a, key: b}}]", "webhookConfigs: [{url: 'http://h:1'}]"
    )
    files = {"own_yml": hook, "am_yml": MANAGER % ("x", STRATEGY % "None")}
    assert unheard(alerts(rule(labels="severity: page")), tree(DATA), **files) == []


def test_an_object_that_is_the_tree_itself_asks_for_nothing_and_goes_nowhere_on() -> None:
    def root(*managers: str) -> tuple[str, str]:
        texts = (OPERATED, *managers)
        given = [one for number, text in enumerate(texts) for one in read_text(text, "", f"{number}.yml")]
        system, _ = joined([one for one in given if isinstance(one, Fact)], AS_OF)
        (top,), (holds_back,) = system.about("route.r"), system.about("inhibition.0")
        assert not system.about("operated.matching", "operated.routing")
        return top.text, holds_back.text

    among = root()
    assert among[0] == 'namespace="watching" -> chat, and goes on' and among[1].count('namespace="watching"') == 2
    assert root(MANAGER % ("watching", ITS % "main"))[0] == "every alert -> chat"
    assert root(MANAGER % ("watching", STRATEGY % "None"))[0] == "every alert -> chat, and goes on"
    assert "namespace" not in root(MANAGER % ("watching", STRATEGY % "None"))[1]
    assert root(MANAGER % ("x", STRATEGY % "None"), MANAGER % ("y", ""))[1] == among[1]


def test_the_values_that_decide_are_listed() -> None:
    routes = (DATA, '{matchers: [team =~ "shop|cart"], receiver: pager}', "{matchers: [team = none], receiver: empty}")
    (only,) = found({"r.yml": alerts(rule("sum by (team) (up) == 0")), "am.yml": tree(*routes)}, "reaches-nobody")
    assert only.condition == "heard only if team is data, shop or cart"


SHOP = "{party: shop, promises: {order: {hours: 24x7, detect: {by: DiskFull}}}}\n"
NIGHTS = "time_intervals: [{name: nights, time_intervals: [{times: [{start_time: '20:00', end_time: '24:00'}]}]}]\n"
MUTED = tree("{matchers: [team = data], receiver: pager, mute_time_intervals: [nights]}", root="pager", more=NIGHTS)


def muted(contract: str, *rules: str, am: str = MUTED) -> list[Finding]:
    files = {"accord.yaml": contract, "r.yml": alerts(*rules), "am.yml": am}
    return found(files, "muted-inside-promised-hours")


def test_a_signal_that_is_muted_while_its_promise_holds() -> None:
    (only,) = muted(SHOP, rule(labels="team: data, severity: page"))
    assert (only.verdict, only.severity, only.title) == (Verdict.MISMATCH, Severity.ERROR, "shop/order")
    assert "Mon 2026-11-23 20:00 UTC" in only.message
    assert only.witness is not None
    assert only.witness.starts == "2026-11-23T20:00:00Z"


def test_a_name_that_a_contract_speaks_under_is_no_alert_rule() -> None:
    data = rule(labels="team: data")
    assert len(muted(SHOP + "---\n{party: DiskFull, kind: alert}\n", data)) == 1
    assert muted(SHOP + "---\n{party: DiskFull, kind: team}\n", data) == []
    assert muted(SHOP, data, data) == []
    assert muted(SHOP.replace("by: DiskFull", "by: [DiskFull, callers]"), data) == []
    assert muted(SHOP, rule(labels="team: shop")) == []


def test_a_signal_that_is_muted_in_one_of_two_routes_is_heard_in_the_other() -> None:
    both = (
        "{matchers: [team = data], receiver: pager, mute_time_intervals: [nights], continue: true}",
        "{receiver: %s}",
    )
    heard = tree(*(one.replace("%s", "pager") for one in both), root="pager", more=NIGHTS)
    assert muted(SHOP, rule(labels="team: data"), am=heard) == []
    silent = tree(*(one.replace("%s", "empty") for one in both), root="pager", more=NIGHTS)
    assert len(muted(SHOP, rule(labels="team: data"), am=silent)) == 1


def held_back(rule_of_tree: str, *rules: str) -> list[Finding]:
    am = tree(root="pager", more=f"inhibit_rules: [{{{rule_of_tree}}}]\n")
    return found({"accord.yaml": SHOP, "r.yml": alerts(*rules), "am.yml": am}, "inhibited-only-signal")


DOWN = rule(labels="severity: critical, cluster: a", name="ClusterDown")
BY_CRITICAL = "source_matchers: [severity = critical], target_matchers: [severity = warning]"


def test_an_inhibition_holds_back_the_one_signal() -> None:
    assert len(held_back(BY_CRITICAL, rule(labels="severity: warning"), DOWN)) == 1
    assert len(held_back(f"{BY_CRITICAL}, equal: [cluster]", rule("sum by (cluster) (up) == 0", "severity: warning"), DOWN)) == 1  # fmt: skip
    assert len(held_back(BY_CRITICAL, rule(labels='severity: "{{ $labels.s }}"'), DOWN)) == 1


def test_an_inhibition_that_cannot_hold_it_back() -> None:
    assert held_back(f"{BY_CRITICAL}, equal: [cluster]", rule(labels="severity: warning"), DOWN) == []
    assert held_back(BY_CRITICAL, rule(labels="severity: critical"), DOWN) == []
    assert held_back(BY_CRITICAL, rule(labels="severity: warning"), rule(labels="severity: critical")) == []
    assert held_back("source_matchers: [cluster = a], target_matchers: [cluster = a]", rule(labels="cluster: a"), DOWN) == []  # fmt: skip


def test_a_route_that_only_looks_taken_is_left_alone() -> None:
    routes = (
        '{matchers: [severity =~ "page|warning"], receiver: pager, continue: true}',
        "{matchers: [severity = page], receiver: pager}",
        '{matchers: [severity =~ "page|info"], receiver: hook}',
        '{matchers: [team =~ "d.*"], receiver: hook}',
        "{matchers: [team = data], receiver: hook}",
        '{matchers: [team != ""], receiver: hook}',
    )
    given = found({"am.yml": tree(*routes)}, "route-never-reached")
    assert [finding.message for finding in given] == ['no alert gets to the route for team="data": an earlier one takes all of them']  # fmt: skip


def rule_object(namespace: str) -> str:
    head = f"apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {{name: r, namespace: {namespace}}}\nspec:\n"
    return head + "".join(f"  {line}\n" for line in alerts(rule()).splitlines())


def routing_secret(namespace: str) -> str:
    head = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: am, namespace: {namespace}}}\nstringData:\n  alertmanager.yaml: |\n"
    return head + "".join(f"    {line}\n" for line in tree().splitlines())


def server(namespace: str) -> str:
    head = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: p, namespace: watch}\n"
    return f"{head}spec:\n  alerting:\n    alertmanagers:\n    - {{name: am, namespace: {namespace}, port: web}}\n"


def test_an_alertmanager_of_another_namespace_is_held_only_where_a_server_sends_to_it():
    nobody = [("mismatch", "info")]
    assert unheard(rule_object("shop"), routing_secret("shop")) == nobody
    assert unheard(rule_object("shop"), routing_secret("watch")) == []
    assert unheard(rule_object("shop"), routing_secret("watch"), server_yaml=server("watch")) == nobody
    assert unheard(rule_object("shop"), routing_secret("watch"), server_yaml=server("elsewhere")) == []


@pytest.mark.parametrize("expression", ["count(ALERTS{alertstate='firing'}) > 1", "job:errors:ratio_rate50m > 1"])
def test_a_time_that_the_expression_itself_takes_is_not_held_against_the_wait(expression):
    said = "  for: 10m\n  annotations: {text: failing for 1 hour}\n"
    assert found({"rules.yml": alerts(rule(expression) + said)}, "words-differ-from-rule") == []
    assert len(found({"rules.yml": alerts(rule() + said)}, "words-differ-from-rule")) == 1


def test_nobody_is_said_to_hear_nothing_beside_a_routing_file_that_could_not_be_read(tmp_path):
    (tmp_path / "rules.yml").write_text(alerts(rule()))
    (tmp_path / "alertmanager.yml").write_text(tree())
    chosen = [one for one in rules() if one.id == "signals/reaches-nobody"]
    assert len(list(check(read([str(tmp_path)]).facts, as_of=AS_OF, rules=chosen).findings)) == 1
    (tmp_path / "other.yml").write_text(
        "route: {receiver: {{ receiver }}}\n{% if mail %}\nreceivers: []\n{% endif %}\n"
    )
    assert list(check(read([str(tmp_path)]).facts, as_of=AS_OF, rules=chosen).findings) == []


@pytest.mark.parametrize(
    ("rules_file", "routing", "verdicts"),
    [
        ("rules/a.yml", "tests/deploy/am.yml", []),
        ("examples/rules.yml", "am.yml", []),
        ("tests/rules.yml", "examples/am.yml", []),
        ("tests/b/rules.yml", "tests/a/am.yml", ["mismatch"]),
        ("rules/a.yml", "contests/am.yml", ["mismatch"]),
    ],
)
def test_routing_that_is_only_tried_is_for_what_is_tried_with_it(rules_file, routing, verdicts):
    told = found({rules_file: alerts(rule()), routing: tree()}, "reaches-nobody")
    assert [one.verdict.value for one in told] == verdicts


def test_where_no_route_names_who_would_tell_somebody_it_is_told_once():
    rules_of_two = alerts(rule(name="A"), rule(name="B", labels="severity: page"))
    (told,) = found({"rules.yml": rules_of_two, "am.yml": tree()}, "reaches-nobody")
    assert told.message == "2 alerts end at empty, and no receiver that a route names tells anybody"
    assert [move.do for move in told.moves] == ["give empty an integration, or name a receiver that has one in a route"]
    (bare,) = found({"rules.yml": rules_of_two, "am.yml": tree(receivers="- {name: other}")}, "reaches-nobody")
    assert bare.message == "2 alerts end at empty, and no receiver of the file tells anybody"


def test_what_interrupts_nobody_and_is_thrown_away_by_name_is_one_note(tmp_path):
    (tmp_path / "rules.yml").write_text(
        "groups:\n- name: g\n  rules:\n"
        + "".join(
            f"  - {{alert: {name}, expr: up == 0, labels: {{severity: {severity}}}}}\n"
            for name, severity in (("Slow", "warning"), ("Rebooted", "info"), ("Down", "critical"))
        )
    )
    (tmp_path / "alertmanager.yml").write_text(
        "route: {receiver: black-hole, routes: [{receiver: chat, matchers: [team = shop]}]}\n"
        "receivers: [{name: black-hole}, {name: chat, slack_configs: [{api_url: 'https://hooks.example.org/a'}]}]\n"
    )
    found = [one for one in check(read([str(tmp_path)]).facts).findings if one.rule == "signals/reaches-nobody"]
    assert {(one.verdict.value, one.message) for one in found} == {
        ("mismatch", "Down (critical) ends at black-hole, and nobody hears it"),
        ("note", "2 alerts are sent on purpose to black-hole, which tells nobody"),
    }


SERVICE = (
    "{apiVersion: v1, kind: Service, metadata: {name: am, namespace: watching}, spec: {selector: {app: am}}}\n---\n"
)
PODS = "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: am, namespace: watching}, spec: {%stemplate: {metadata: {labels: {app: am}}, spec: {containers: [{name: a, image: a}]}}}}\n"  # fmt: skip
SERVER = "scrape_configs: [{job_name: a}]\nalerting: {alertmanagers: [{static_configs: [{targets: [%s]}]}]}\n"
OBJECT = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: p, namespace: watching}\nspec: {alerting: {alertmanagers: [{name: am, port: 9093}]}}\n"  # fmt: skip


@pytest.mark.parametrize(
    ("server", "pods", "told"),
    [
        (SERVER % "'am.watching:9093'", "replicas: 2, ", True),
        (SERVER % "'am.watching.svc.cluster.local:9093'", "replicas: 3, ", True),
        (SERVER % "'am.watching:9093'", "replicas: 1, ", False),
        (SERVER % "'am.watching:9093'", "", False),
        (SERVER % "'am.other:9093'", "replicas: 2, ", False),
        (SERVER % "'am:9093'", "replicas: 2, ", False),
        (SERVER % "'am-0.am.watching.svc:9093'", "replicas: 2, ", False),
        (SERVER % "'am.watching:9093', 'am2.watching:9093'", "replicas: 2, ", False),
        (OBJECT, "replicas: 2, ", False),
    ],
)
def test_one_address_of_several_pods_is_told_where_that_is_certain(server: str, pods: str, told: bool) -> None:
    files = {"prometheus.yml": server, "am.yaml": SERVICE + PODS % pods}
    only = found(files, "alerts-sent-through-balancer")
    assert [finding.verdict for finding in only] == ([Verdict.CONDITIONAL] if told else [])
