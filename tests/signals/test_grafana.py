"""Alerts that Grafana evaluates and routes itself: rules, policies and contact points of one folder belong together."""

from pathlib import Path

import pytest

from accord.boundaries.signals.alerting import alerting
from accord.boundaries.signals.hearing import heard, left_open
from accord.check import check, joined
from accord.files.config import load
from accord.files.read import read
from accord.report._reached import rows

RULES = """\
apiVersion: 1
groups:
- orgId: 1
  name: shop
  folder: Shop
  interval: 1m
  rules:
  - uid: a
    title: Shop down
    condition: B
    data:
    - {refId: A, datasourceUid: metrics, model: {expr: 'sum by (team) (rate(errors_total[$__rate_interval]))'}}
    - {refId: B, datasourceUid: __expr__, model: {type: threshold, expression: A}}
    for: 2m
    labels: {severity: critical}
  - uid: b
    title: Shop slow
    condition: A
    data: [{refId: A, datasourceUid: logs, model: {expr: 'sum(count_over_time({app="shop"} |= "slow" [5m]))'}}]
    labels: {severity: warning}
  - {uid: c, title: Shop paused, condition: A, data: [], isPaused: true}
"""
POLICIES = """\
apiVersion: 1
policies:
- orgId: 1
  receiver: chat
  group_by: [grafana_folder, alertname]
  routes:
  - {receiver: mail, object_matchers: [[severity, '=', critical], [grafana_folder, '=~', 'Sh.*']]}
  - {receiver: nobody, matchers: [severity = warning]}
"""
POINTS = """\
apiVersion: 1
contactPoints:
- {orgId: 1, name: chat, receivers: [{uid: a, type: slack, settings: {recipient: '#shop', url: 'https://hooks.example.org/x'}}]}
- {orgId: 1, name: mail, receivers: [{uid: b, type: email, settings: {addresses: <shop@example.org>}}]}
- {orgId: 1, name: nobody, receivers: []}
"""
FOLDER = "grafana/provisioning/alerting"


def reading_of(folder: Path, **files: str):
    for name, text in files.items():
        path = folder / FOLDER / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return read([str(folder)], load(str(folder)))


def reached(reading):
    return {row.alert: [(ear.receiver, *ear.tells) for ear in row.receivers] for row in rows(joined(reading.facts)[0])}


def test_rules_policies_and_contact_points_of_a_folder_are_joined(tmp_path):
    reading = reading_of(tmp_path, rules=RULES, policies=POLICIES, points=POINTS)
    assert not reading.problems
    assert reached(reading) == {"Shop down": [("mail", "email shop@example.org")], "Shop slow": [("nobody",)]}
    findings = check(reading.facts).findings
    assert {finding.rule for finding in findings if finding.verdict.value == "mismatch"} == set()
    nobody = next(finding for finding in findings if finding.rule == "signals/reaches-nobody")
    assert nobody.message == "Shop slow is sent on purpose to nobody, which tells nobody"
    mailed = next(finding for finding in findings if finding.rule == "signals/interrupting-only-by-mail-or-log")
    assert mailed.statements[0].fact.place.line == 8


def test_what_a_policy_sends_to_nobody_by_default_is_a_mismatch_that_the_monitor_accepts(tmp_path):
    bare = "apiVersion: 1\npolicies: [{receiver: later, routes: [{receiver: chat, matchers: [team = stock]}]}]\n"
    reading = reading_of(
        tmp_path, rules=RULES.replace(" by (team)", ""), policies=bare, points=POINTS.replace("nobody", "later")
    )
    result = check(reading.facts)
    found = [one for one in result.findings if one.rule == "signals/reaches-nobody" and one.verdict.value == "mismatch"]
    assert [one.message for one in found] == [
        "Shop down (critical) ends at later, and nobody hears it",
        "Shop slow (warning) ends at later, and nobody hears it",
    ]


def test_labels_come_with_the_query(tmp_path):
    by_team = "apiVersion: 1\npolicies: [{receiver: chat, routes: [{receiver: mail, matchers: [team = shop]}]}]\n"
    found = reached(reading_of(tmp_path, rules=RULES, policies=by_team, points=POINTS))
    assert [name for name, *_ in found["Shop down"]] == ["chat", "mail"]
    assert [name for name, *_ in found["Shop slow"]] == ["chat"]


def test_grafana_routes_no_alert_of_prometheus_and_the_other_way_round(tmp_path):
    (tmp_path / "rules.yml").write_text("groups: [{name: g, rules: [{alert: Down, expr: up == 0}]}]\n")
    reading = reading_of(tmp_path, rules=RULES, policies=POLICIES, points=POINTS)
    system = joined(reading.facts)[0]
    assert {one.alert.called for one in heard(system, {})} == {"Shop down", "Shop slow"}
    down = next(alert for alert in alerting(system, {}).alerts if alert.called == "Down")
    assert left_open(system, {}, down) == "no routing of Alertmanager was read"


def test_a_rule_that_names_its_contact_point_goes_past_the_policies(tmp_path):
    named = RULES.replace("    for: 2m\n", "    notification_settings: {receiver: chat}\n")
    system = joined(reading_of(tmp_path, rules=named, policies=POLICIES, points=POINTS).facts)[0]
    assert {one.alert.called for one in heard(system, {})} == {"Shop slow"}
    down = next(alert for alert in alerting(system, {}).alerts if alert.called == "Shop down")
    assert left_open(system, {}, down) == "its rule names chat itself"


@pytest.mark.parametrize(
    "matchers", ["object_matchers: [[severity, '=~', '(']]", "matchers: ['severity = ']", "matchers: ['= x']"]
)
def test_policies_that_cannot_be_followed_are_refused_or_read(tmp_path, matchers):
    text = f"apiVersion: 1\npolicies: [{{receiver: chat, routes: [{{receiver: mail, {matchers}}}]}}]\n"
    reading = reading_of(tmp_path, rules=RULES, policies=text, points=POINTS)
    assert all("Grafana refuses" in problem.reason for problem in reading.problems)


def test_contact_points_of_a_policy_that_stand_nowhere_are_somebody(tmp_path):
    reading = reading_of(tmp_path, rules=RULES, policies=POLICIES)
    assert reached(reading) == {"Shop down": [("mail",)], "Shop slow": [("nobody",)]}
    assert not [one for one in check(reading.facts).findings if one.rule == "signals/reaches-nobody"]
