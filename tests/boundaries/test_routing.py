"""Where an alert ends in a routing tree, what holds there, and how fast that is told."""

from random import Random
from textwrap import dedent

import pytest

from accord.boundaries.signals.alerting import Tree
from accord.boundaries.signals.routing import Router, holds_back
from accord.model.alerting import Inhibition, Matcher
from accord.model.fact import Fact
from accord.sources._claims import read_text
from counted import steps


def routed(text: str) -> Router:
    facts = list(read_text(dedent(text), "", "am.yml"))
    assert all(isinstance(one, Fact) for one in facts), facts
    return Router(Tree("alertmanager:am.yml", {fact.term: fact for fact in facts}))


TREE = """
receivers: [{name: all}, {name: log}, {name: a}, {name: page}, {name: none}, {name: re}]
time_intervals: [{name: night, time_intervals: [{times: [{start_time: '00:00', end_time: '06:00'}]}]}]
route:
  receiver: all
  group_by: [alertname]
  group_wait: 10s
  routes:
    - receiver: log
      continue: true
    - matchers: [team="a"]
      receiver: a
      group_by: ['...']
      mute_time_intervals: [night]
      routes:
        - matchers: [severity=~"page|critical"]
          receiver: page
          repeat_interval: 1h
          routes:
            - matchers: [env!="prod", env!=""]
        - matchers: [severity="info"]
          continue: true
          group_by: []
    - matchers: [team=""]
      receiver: none
    - matchers: ['team=~"b.*"', team!="bx"]
      receiver: re
"""


@pytest.mark.parametrize(
    ("labels", "paths"),
    [
        ({}, ["0", "2"]),
        ({"team": ""}, ["0", "2"]),
        ({"team": "a"}, ["0", "1"]),
        ({"team": "a", "severity": "page"}, ["0", "1.0"]),
        ({"team": "a", "severity": "paged"}, ["0", "1"]),
        ({"team": "a", "severity": "critical", "env": "test"}, ["0", "1.0.0"]),
        ({"team": "a", "severity": "info"}, ["0", "1.1"]),
        ({"team": "b"}, ["0", "3"]),
        ({"team": "bx"}, ["0"]),
        ({"team": "xb"}, ["0"]),
    ],
)
def test_children_come_first_and_the_first_that_matches_ends_the_search_unless_it_continues(labels, paths):
    assert [node.path.removeprefix("route.r.") for node in routed(TREE).ends(labels)] == paths


def test_the_parent_holds_where_no_child_matches_and_a_root_can_refuse():
    router = routed("receivers: [{name: x}]\nroute: {receiver: x, routes: [{matchers: [a=b]}]}")
    assert [node.path for node in router.ends({"a": "c"})] == ["route.r"]
    facts = read_text(
        "apiVersion: monitoring.coreos.com/v1beta1\nkind: AlertmanagerConfig\nmetadata: {name: x, namespace: n}\n"
        "spec: {route: {receiver: a}, receivers: [{name: a}]}",
        "",
        "x.yaml",
    )
    router = Router(Tree("x", {fact.term: fact for fact in facts if isinstance(fact, Fact)}))
    assert router.ends({"namespace": "m"}) == ()
    assert [node.path for node in router.ends({"namespace": "n"})] == ["route.r"]


def test_settings_come_from_the_nearest_route_that_has_them_or_from_the_program():
    router = routed(TREE)
    (_, node) = router.ends({"team": "a", "severity": "page", "env": "test"})
    settings = router.settings(node)
    assert (settings.receiver, settings.named_by.path) == ("page", "route.r.1.0")
    assert (settings.group_by, settings.grouped_by.path) == (("...",), "route.r.1")
    waits = {name: (timing.value // 10**9, timing.fact.term) for name, timing in settings.timings.items()}
    assert waits == {
        "group_wait": (10, "route.r"),
        "group_interval": (300, "group_interval"),
        "repeat_interval": (3600, "route.r.1.0"),
    }
    assert settings.timings["group_interval"].fact.stance == "default"
    (_, grouped) = router.ends({"team": "a", "severity": "info"})
    assert router.settings(grouped).group_by == ("...",), "an empty list says nothing"
    assert grouped.route.muted == (), "muted times are not inherited"


def test_an_explanation_has_the_way_and_who_was_asked_in_vain():
    _, ending = routed(TREE).explained({"team": "a", "severity": "info"})
    assert [node.path for node in ending.way] == ["route.r", "route.r.1", "route.r.1.1"]
    assert [(passed.node.path, str(passed.failed)) for passed in ending.passed] == [
        ("route.r.1.0", 'severity=~"page|critical"')
    ]


def test_an_alert_holds_another_back_where_both_agree_and_not_where_each_could_hold_back_the_other():
    rule = Inhibition((Matcher("severity", "=", "page"),), (Matcher("severity", "=~", "page|warning"),), ("cluster",))
    page, warning = {"severity": "page", "cluster": "c"}, {"severity": "warning", "cluster": "c"}
    assert holds_back(rule, page, warning)
    assert not holds_back(rule, warning, page)
    assert not holds_back(rule, page, page), "both are source and target"
    assert not holds_back(rule, page, {**warning, "cluster": "d"})
    assert holds_back(rule, {"severity": "page"}, {"severity": "warning"}), "a label that both lack is equal"


def test_an_alert_looks_at_the_routes_of_its_team_and_not_at_all_five_hundred():
    dice = Random(1)
    teams = [f"team-{number}" for number in range(125)]
    routes = "".join(
        f"    - matchers: [team={team}]\n      routes:\n"
        + "".join(f"        - matchers: ['severity=~\"{severity}\"']\n" for severity in ("page", "warn.*", "info"))
        for team in teams
    )
    router = routed(f"receivers: [{{name: x}}]\nroute:\n  receiver: x\n  routes:\n{routes}")
    alerts = [
        {
            "alertname": f"A{number}",
            "team": dice.choice(teams),
            "severity": dice.choice(["page", "warning", str(number)]),
        }
        for number in range(1_000)
    ]
    assert steps(lambda: [router.ends(alert) for alert in alerts]) < 200 * len(alerts)
    assert {len(router.ends(alert)) for alert in alerts} == {1}
