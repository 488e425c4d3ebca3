"""`accord route`: where one alert goes, why, and what holds there."""

import json
from pathlib import Path

import pytest

ROUTING = """\
receivers:
  - name: everybody
  - name: log
    webhook_configs: [{url: 'http://localhost:6725/'}]
  - name: pager
    pagerduty_configs: [{routing_key: k}]
    slack_configs: [{channel: '#pages', api_url: 'https://hooks.example.org/T0/sEcReT'}]
time_intervals:
  - name: nights
    time_intervals: [{times: [{start_time: '22:00', end_time: '24:00'}], location: Europe/Berlin}]
inhibit_rules:
  - source_matchers: [severity="page"]
    target_matchers: [team="a"]
    equal: [cluster]
route:
  receiver: everybody
  group_wait: 10s
  routes:
    - receiver: log
      continue: true
    - matchers: [team="b"]
    - matchers: [team="a"]
      receiver: pager
      group_by: [cluster]
      mute_time_intervals: [nights]
"""

ANSWER = """\
an alert with team="a"

alertmanager.yml sends it to log, pager

  log: webhook localhost:6725 (it only writes a log, says accord.toml:2:1)  alertmanager.yml:3:5
    way
      every alert                                               alertmanager.yml:16:3
      every alert (continues)                                   alertmanager.yml:19:7
    holds here
      receiver        log                                       alertmanager.yml:19:7
      group_by        nothing: all alerts together              no route says it
      group_wait      10s                                       alertmanager.yml:16:3
      group_interval  5m                                        alertmanager 0.15 and later, by default
      repeat_interval 4h                                        alertmanager 0.15 and later, by default

  pager: pagerduty, slack #pages                            alertmanager.yml:5:5
    way
      every alert                                            alertmanager.yml:16:3
      team="a"                                               alertmanager.yml:22:7
    did not match before
      team="b"                                               alertmanager.yml:21:7
    holds here
      receiver        pager                                  alertmanager.yml:22:7
      group_by        cluster                                alertmanager.yml:22:7
      group_wait      10s                                    alertmanager.yml:16:3
      group_interval  5m                                     alertmanager 0.15 and later, by default
      repeat_interval 4h                                     alertmanager 0.15 and later, by default
      muted           nights: 22:00 to 24:00 Europe/Berlin   alertmanager.yml:9:5

  can be held back while another alert fires:
    severity="page" holds back team="a" of the same cluster  alertmanager.yml:12:5
"""


@pytest.fixture(autouse=True)
def routing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "alertmanager.yml").write_text(ROUTING)
    (tmp_path / "accord.toml").write_text('[receivers]\nlog_only = ["log"]\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_answer_names_every_line_that_decides(accord):
    done = accord("route", ".", "team=a", "--before")
    assert (done.code, done.err) == (0, "")
    assert [line.split() for line in done.out.splitlines()] == [line.split() for line in ANSWER.splitlines()]


def test_the_same_as_json(accord):
    done = accord("route", "team=a", "--format", "json")
    (tree,) = json.loads(done.out)["trees"]
    assert [end["receiver"] for end in tree["ends"]] == ["log", "pager"]
    assert tree["ends"][1]["told"] == [{"kind": "pagerduty", "target": ""}, {"kind": "slack", "target": "#pages"}]
    assert "sEcReT" not in done.out
    assert tree["ends"][1]["before"] == [
        {"at": "alertmanager.yml:21:7", "matchers": ['team="b"'], "continues": False, "failed": 'team="b"'}
    ]


def test_several_trees_answer_each_for_themselves(routing, accord):
    (routing / "other").mkdir()
    (routing / "other" / "am.yml").write_text("route: {receiver: x}\nreceivers: [{name: x}]\n")
    done = accord("route", "severity=page")
    assert "alertmanager.yml sends it to log" in done.out
    assert "other/am.yml sends it to x" in done.out
    assert "x: nobody" in done.out


def test_a_namespace_can_leave_an_alert_to_nobody(routing, accord):
    (routing / "alertmanager.yml").write_text(
        "apiVersion: monitoring.coreos.com/v1beta1\nkind: AlertmanagerConfig\nmetadata: {name: x, namespace: n}\n"
        "spec: {route: {receiver: a}, receivers: [{name: a}]}\n"
    )
    assert "n/x sends it to nobody: its first route does not take it" in accord("route", "namespace=m").out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("missing.yml",), "missing.yml: no such file or folder, and no label=value"),
        (("team=~a",), "team=~a: an alert has values, not matchers; give team=VALUE"),
        (("team!=a",), "team!=a: an alert has values, not matchers; give team=VALUE"),
        (("team=a", "team=b"), "the label team is given twice"),
    ],
)
def test_what_is_neither_path_nor_label_is_a_usage_error(accord, arguments, reason):
    done = accord("route", *arguments)
    assert (done.code, done.out) == (2, "")
    assert reason in done.err


def test_without_routing_it_says_so_and_why(routing, accord):
    (routing / "alertmanager.yml").write_text(ROUTING.replace("receiver: everybody", "receiver: everyone"))
    done = accord("route", "team=a")
    assert done.code == 2
    assert done.err.splitlines() == [
        "not read: 1 whole file",
        "  alertmanager.yml:16:13",
        "      Alertmanager refuses this file: no receiver is called everyone; is everybody meant?",
        "no routing of Alertmanager in .",
    ]
    (routing / "alertmanager.yml").unlink()
    assert accord("route", "team=a").code == 3


def test_a_label_that_no_route_asks_for_is_pointed_out(accord):
    assert accord("route", "teams=a").err == "no route asks for the label teams; did you mean 'team'?\n"


def test_what_values_of_a_chart_do_not_say_is_not_taken_from_alertmanager(accord, routing):
    (routing / "alertmanager.yml").unlink()
    values = "route: {receiver: chat, group_wait: 10s}\nreceivers: [{name: chat, slack_configs: [{channel: '#a'}]}]\n"
    (routing / "values.yaml").write_text(
        "alertmanager:\n  config:\n" + "".join(f"    {x}\n" for x in values.splitlines())
    )
    (end,) = json.loads(accord("route", "team=a", "--format", "json").out)["trees"][0]["ends"]
    said = {one["name"]: (one["value"], one["at"]) for one in end["settings"]}
    assert said["group_wait"] == ("10s", "values.yaml:3:12")
    assert said["group_by"] == said["group_interval"] == said["repeat_interval"] == ("not said here", "")
