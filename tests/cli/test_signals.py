"""`accord signals`: what reaches whom, team by team."""

import json
from pathlib import Path

import pytest

RULES = """\
groups:
  - name: g
    rules:
      - {alert: Down, expr: up == 0, labels: {team: shop, severity: page}}
      - {alert: Slow, expr: latency > 1, labels: {team: shop, severity: warning}}
      - {alert: Slow, expr: latency > 2, labels: {team: shop, severity: warning}}
      - {alert: Full, expr: disk > 9, labels: {team: '{{ $labels.team }}', severity: page}}
      - {alert: Idle, expr: requests == 0}
"""
ROUTING = """\
receivers:
  - name: nobody
  - name: pages
    webhook_configs: [{url: 'http://pager:1/'}]
  - name: mails
    slack_configs: [{channel: '#a|b', api_url: 'https://hooks.example.org/x'}]
time_intervals:
  - name: nights
    time_intervals: [{times: [{start_time: '22:00', end_time: '24:00'}]}]
route:
  receiver: nobody
  routes:
    - matchers: [team="shop"]
      receiver: mails
      mute_time_intervals: [nights]
      routes: [{matchers: [severity="page"], receiver: pages}]
"""
CONTRACT = "party: shop-rota\nkind: rota\nnames: {alertmanager: pages}\n"

TABLE = """\
shop: 3 alerts
  alert           severity  reaches              when
  Down            page      pages (shop-rota)
  Slow (2 rules)  warning   mails (slack #a|b)   mails muted nights (22:00 to 24:00 UTC)

told when it fires: 1 alert
  alert  severity  reaches
  Full   page      nobody (tells nobody) or pages (shop-rota), as team decides

no team: 1 alert
  alert  severity  reaches
  Idle   none      nobody (tells nobody)

5 alerts, 1 of them reaches nobody; where 1 goes is decided when they fire
"""


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "rules.yml").write_text(RULES)
    (tmp_path / "alertmanager.yml").write_text(ROUTING)
    (tmp_path / "accord.yaml").write_text(CONTRACT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_team_sees_what_reaches_whom(accord):
    done = accord("signals")
    assert (done.code, done.err) == (0, "")
    assert [line.split() for line in done.out.splitlines()] == [line.split() for line in TABLE.splitlines()]


def test_the_same_as_markdown_and_in_a_file(shop, accord):
    assert accord("signals", "--format", "markdown", "--output", "table.md").code == 0
    text = (shop / "table.md").read_text()
    assert "## shop" in text
    assert "| Down | page | pages (shop-rota) |  |" in text
    assert "| Slow (2 rules) | warning | mails (slack #a\\|b) | mails muted nights (22:00 to 24:00 UTC) |" in text


def test_the_same_as_json(accord):
    found = json.loads(accord("signals", "--format", "json").out)
    assert found["accord"] == 1
    assert [row["alert"] for row in found["signals"]] == ["Down", "Slow", "Slow", "Full", "Idle"]
    assert found["signals"][0] == {
        "team": "shop",
        "alert": "Down",
        "at": "rules.yml:4:9",
        "severity": "page",
        "receivers": [{"receiver": "pages", "tells": ["webhook pager:1"], "party": "shop-rota", "heard": True}],
        "depends_on": [],
        "when": [],
        "decided": True,
        "because": "",
    }


def test_without_alerts_or_routing_it_says_which(shop, accord):
    (shop / "alertmanager.yml").unlink()
    done = accord("signals")
    assert (done.code, done.out) == (3, "")
    assert done.err == "in . there are alerts, and no routing of Alertmanager or Grafana that says where they go\n"
    (shop / "rules.yml").unlink()
    assert accord("signals").err == "in . there is no alerting rule\n"


def test_many_places_that_could_not_be_read_for_one_reason_are_told_once(tmp_path, accord):
    folder = tmp_path / "templates"
    folder.mkdir()
    for name in "abc":
        (folder / f"{name}.yaml").write_text("{{ if x }}\nkind: Service\n{{ end }}\n")
    done = accord("signals", str(folder))
    assert done.err.splitlines()[0] == "not read: 3 whole files"
    assert done.err.splitlines()[1].endswith("a.yaml:1:1 and 2 more places")


def test_why_it_cannot_be_told_where_an_alert_goes_is_said(shop, accord):
    (shop / "other.yml.j2").write_text("route: {receiver: '{{ team }}'}\nreceivers: []\n")
    done = accord("signals")
    assert "cannot be told: a routing file could not be read" in done.out and "it cannot be told\n" in done.out
    (shop / "other.yml.j2").unlink()
    (shop / "tests").mkdir()
    (shop / "alertmanager.yml").rename(shop / "tests" / "alertmanager.yml")
    assert "cannot be told: only routing for tests or examples was read" in accord("signals").out
    (shop / "alertmanager.yml").write_text((shop / "tests" / "alertmanager.yml").read_text())
    (shop / "examples").mkdir()
    (shop / "rules.yml").rename(shop / "examples" / "rules.yml")
    assert "cannot be told: no routing was read for examples" in accord("signals").out


def test_receivers_of_one_name_in_two_files_are_two(tmp_path, accord):
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "rules.yml").write_text(
        "groups: [{name: g, rules: [{alert: 서비스 중단, expr: up == 0}, {alert: Slow, expr: a}]}]\n"
    )
    for name, target in (("a.yml", "#one"), ("b.yml", "#two")):
        routing = f"route: {{receiver: chat}}\nreceivers: [{{name: chat, slack_configs: [{{channel: '{target}', api_url: 'https://hooks.example.org/a'}}]}}]\n"
        (folder / name).write_text(routing)
    lines = accord("signals", str(folder)).out.splitlines()
    assert lines[2] == "  Slow         none      chat (slack #one), chat (slack #two)"
    assert lines[3] == "  서비스 중단  none      chat (slack #one), chat (slack #two)"


def test_what_no_routing_that_was_read_takes_may_be_taken_elsewhere(tmp_path, accord):
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "objects.yaml").write_text(
        "apiVersion: monitoring.coreos.com/v1alpha1\nkind: AlertmanagerConfig\nmetadata: {name: a, namespace: stock}\n"
        "spec: {route: {receiver: chat}, receivers: [{name: chat, pushoverConfigs: [{token: {name: a, key: b}, userKey: {name: a, key: b}}]}]}\n"
        "---\napiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: shop, namespace: shop}\n"
        "spec: {groups: [{name: g, rules: [{alert: Down, expr: 'up{namespace=\"shop\"} == 0'}]}]}\n"
    )
    assert "Down   none      cannot be told: no routing that was read takes it" in accord("signals", str(folder)).out
