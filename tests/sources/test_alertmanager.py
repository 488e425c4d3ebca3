"""Routing files become facts at their lines; what Alertmanager would not start with is refused with line and reason."""

from base64 import b64encode

import pytest

from accord.model.alerting import Calendar, Inhibition, Integration, Matcher, Receiver, Route, Span
from accord.model.fact import Fact
from accord.model.problem import Problem, Refused
from accord.sources._alertmanager_matchers import parse_matchers
from accord.sources._claims import read_text
from beside import CORPUS, needs

FILES = CORPUS / "alertmanager-examples-a"
MINUTE = 60_000_000_000

WHOLE = """
global:
  resolve_timeout: 10m
  smtp_smarthost: mail.example.org:25
  smtp_from: alerts@example.org
route:
  receiver: everybody
  group_by: [alertname]
  group_wait: 1m
  routes:
    - match: {team: a}
      match_re: {severity: page|critical}
      continue: true
      receiver: pager
    - matchers: [team != b, 'job=~"x.*",env="t"']
      mute_time_intervals: [nights]
      routes:
        - matchers: ['x = ""']
          group_by: ['...']
          repeat_interval: 1d
receivers:
  - name: everybody
    email_configs:
      - to: ops@example.org
        send_resolved: true
  - name: pager
    webhook_configs:
      - url: http://Pager:99/secret/path
        timeout: 5s
    pagerduty_configs: [{routing_key: k}]
  - name: nobody
inhibit_rules:
  - source_matchers: [severity="page"]
    target_match: {severity: warning}
    equal: [cluster]
time_intervals:
  - name: nights
    time_intervals:
      - times: [{start_time: '00:00', end_time: '06:00'}, {start_time: '22:00', end_time: '24:00'}]
        weekdays: ['monday:friday', saturday]
        days_of_month: ['1:7', '-1']
        months: ['june:august']
        years: ['2026:2027']
        location: Europe/Berlin
"""


def facts_of(text: str, file: str = "alertmanager.yml") -> dict[str, Fact]:
    found = list(read_text(text, "", file))
    assert not [one for one in found if isinstance(one, Problem)], found
    return {one.term: one for one in found if isinstance(one, Fact)}


def refusals_of(text: str, file: str = "alertmanager.yml") -> list[tuple[int, str]]:
    found = list(read_text(text, "", file))
    assert all(isinstance(one, Problem) and one.fatal for one in found), found
    return [(one.place.line, one.reason) for one in found]


def test_each_route_says_what_it_says_itself_at_its_line():
    facts = facts_of(WHOLE)
    assert {term: fact.place.line for term, fact in facts.items() if term.startswith("route.")} == {
        "route.r": 7,
        "route.r.0": 11,
        "route.r.1": 15,
        "route.r.1.0": 18,
    }
    assert facts["route.r"].value == Route("everybody", children=2, group_by=("alertname",), group_wait=MINUTE)
    pages = (Matcher("team", "=", "a"), Matcher("severity", "=~", "page|critical"))
    assert facts["route.r.0"].value == Route("pager", pages, continues=True)
    asked = (Matcher("team", "!=", "b"), Matcher("job", "=~", "x.*"), Matcher("env", "=", "t"))
    assert facts["route.r.1"].value == Route(matchers=asked, children=1, muted=("nights",))
    inner = Route(matchers=(Matcher("x", "=", ""),), group_by=("...",), repeat_interval=1440 * MINUTE)
    assert facts["route.r.1.0"].value == inner
    assert {fact.says for fact in facts.values()} == {"alertmanager:alertmanager.yml"}


def test_receivers_inhibitions_and_calendars_are_read():
    facts = facts_of(WHOLE)
    assert facts["resolve_timeout"].value == 10 * MINUTE
    assert facts["receiver.everybody"].value == Receiver((Integration("email", "ops@example.org", True),))
    hook = Integration("webhook", "pager:99", None, 5_000_000_000)
    assert facts["receiver.pager"].value == Receiver((hook, Integration("pagerduty")))
    assert (facts["receiver.nobody"].value, facts["receiver.nobody"].text) == (Receiver(), "nobody")
    page, warning = Matcher("severity", "=", "page"), Matcher("severity", "=", "warning")
    assert facts["inhibition.0"].value == Inhibition((page,), (warning,), ("cluster",))
    assert facts["calendar.nights"].value == Calendar(
        (
            Span(
                ((0, 360), (1320, 1440)),
                ((1, 5), (6, 6)),
                ((1, 7), (-1, -1)),
                ((6, 8),),
                ((2026, 2027),),
                "Europe/Berlin",
            ),
        )
    )


def test_a_file_inside_a_secret_or_a_config_map_is_read_at_the_lines_of_the_outer_file():
    inner = "route:\n  receiver: a\nreceivers:\n  - name: a\n"
    block = "".join(f"    {line}\n" for line in inner.splitlines())
    for kind, key in (("Secret", "stringData"), ("ConfigMap", "data")):
        outer = f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: x}}\n{key}:\n  alertmanager.yaml: |\n{block}"
        facts = facts_of(outer)
        assert [(term, fact.place.line, fact.place.column) for term, fact in facts.items()] == [
            ("receiver.a", 9, 9),
            ("route.r", 7, 7),
            ("route.object", 1, 1),
        ]
    encoded = b64encode(inner.encode()).decode()
    facts = facts_of(f"apiVersion: v1\nkind: Secret\ndata:\n  alertmanager.yml: {encoded}\n")
    assert {fact.place.line for term, fact in facts.items() if term != "route.object"} == {4}
    assert refusals_of("apiVersion: v1\nkind: Secret\ndata:\n  alertmanager.yml: '%%'\n") == [
        (4, "cannot read alertmanager.yml: it is no text in base64")
    ]
    for key in ("stringData", "data"):
        encrypted = (
            f"apiVersion: v1\nkind: Secret\n{key}:\n  alertmanager.yml: ENC[AES256_GCM,data:5hx=,iv:a,tag:b,type:str]\n"
        )
        assert refusals_of(encrypted) == [
            (4, "cannot read alertmanager.yml: it is encrypted; check what `sops decrypt` writes")
        ]


@pytest.mark.parametrize("version", ["v1alpha1", "v1beta1"])
def test_the_first_route_of_an_alertmanager_config_carries_its_namespace(version):
    facts = facts_of(f"""
apiVersion: monitoring.coreos.com/{version}
kind: AlertmanagerConfig
metadata: {{name: pages, namespace: shop}}
spec:
  route:
    receiver: pager
    groupBy: [job]
    routes:
      - matchers: [{{name: severity, value: page|critical, matchType: =~}}]
        muteTimeIntervals: [nights]
  receivers:
    - name: pager
      pagerdutyConfigs: [{{routingKey: {{name: s, key: k}}}}]
      slackConfigs: [{{channel: '#shop', sendResolved: false}}]
  inhibitRules:
    - sourceMatch: [{{name: a, value: b}}]
      targetMatch: [{{name: c, value: d}}]
      equal: [e]
  muteTimeIntervals:
    - name: nights
      timeIntervals:
        - times: [{{startTime: "22:00", endTime: "24:00"}}]
          weekdays: ["monday:friday"]
          daysOfMonth: [{{start: 1, end: 7}}]
""")
    of_namespace = Matcher("namespace", "=", "shop")
    assert facts["route.r"].value == Route("pager", (of_namespace,), True, 1, ("job",))
    assert facts["route.r.0"].value == Route("", (Matcher("severity", "=~", "page|critical"),), muted=("nights",))
    assert facts["receiver.pager"].value == Receiver(
        (Integration("pagerduty"), Integration("slack", "#shop", send_resolved=False))
    )
    own = Matcher("namespace", "=", "shop")
    assert facts["inhibition.0"].value == Inhibition(
        (Matcher("a", "=", "b"), own), (Matcher("c", "=", "d"), own), ("e",)
    )
    assert facts["calendar.nights"].value == Calendar((Span(((1320, 1440),), ((1, 5),), ((1, 7),)),))
    assert facts["route.r"].says == "alertmanager:shop/pages"


ROUTES = "receivers: [{name: a}]\nroute:\n  receiver: a\n"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("route: {receiver: b}\nreceivers: [{name: a}]\n", 1, "no receiver is called b"),
        ("route: {group_by: [a]}\nreceivers: [{name: a}]\n", 1, "the root route has no receiver"),
        ("receivers: [{name: a, webhook_configs: [{url: 'http://x'}]}]\n", 1, "it has no route"),
        (f"{ROUTES}  match: {{a: b}}\n", 4, "the root route takes every alert, and cannot have match"),
        (f"{ROUTES}  continue: true\n", 4, "the root route cannot continue: nothing comes after it"),
        (f"{ROUTES}  group_weight: 5m\n", 4, "group_weight is no key of the root route"),
        (f"{ROUTES}  group_wait: 30\n", 4, "group_wait: expected a duration such as 30s, 5m or 1h30m, read '30'"),
        (f"{ROUTES}  group_interval: 0s\n", 4, "group_interval cannot be 0"),
        (f"{ROUTES}  group_by: [x, x]\n", 4, "group_by: x stands there twice"),
        (f"{ROUTES}  group_by: [x, '...']\n", 4, "group_by: ... is every label, and cannot stand beside others"),
        (f"{ROUTES}  routes: [{{matchers: ['x']}}]\n", 4, "matchers: expected a matcher such as"),
        (f"{ROUTES}  routes: [{{matchers: ['x=~\"(\"']}}]\n", 4, "matchers: expected a regular expression of RE2"),
        (f"{ROUTES}  routes: [{{mute_time_intervals: [n]}}]\n", 4, "no time interval is called n"),
        (f"{ROUTES}  routes: [{{receiver: a, receiver: a}}]\n", 4, "receiver stands a second time in a route"),
        (f"{ROUTES}recievers: []\n", 4, "recievers is no key of the file; is receivers meant?"),
        ("route: {receiver: a}\nreceivers:\n- name: a\n- name: a\n", 4, "a stands a second time in receivers"),
        (f"{ROUTES}inhibit_rules: [{{source_match_re: {{a: '('}}}}]\n", 4, "source_match_re: a: expected a regular"),
    ],
)
def test_what_alertmanager_refuses_is_refused_at_its_line(text, line, reason):
    refused = refusals_of(text)
    assert refused[0][0] == line
    assert refused[0][1].startswith(f"Alertmanager refuses this file: {reason}")


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        (
            "slack",
            "{channel: '#a'}",
            "has no api_url or api_url_file or app_token or app_token_file, and global has no",
        ),
        ("webhook", "{url: 'http://x', url_file: y}", "an item of webhook_configs has both url and url_file"),
        ("webhook", "{url: 'x'}", "url: expected a URL that begins with http:// or https://"),
        ("email", "{to: x}", "has no smarthost, and global has no smtp_smarthost"),
        ("pagerduty", "{}", "has no routing_key or service_key"),
        ("telegram", "{bot_token: a, chat_id: x}", "chat_id: expected a whole number, read 'x'"),
        ("opsgenie", "{api_key: a, responders: [{type: team}]}", "an item of responders has no id or name or username"),
        ("sns", "{topic_arn: a, phone_number: b}", "expected one of target_arn, topic_arn and phone_number"),
        ("webhook", "{url: 'http://x', send_resolved: 'yes'}", "send_resolved: expected true or false, read 'yes'"),
    ],
)
def test_what_an_integration_lacks_is_refused(kind, body, reason):
    refused = refusals_of(f"route: {{receiver: a}}\nreceivers:\n- name: a\n  {kind}_configs:\n  - {body}\n")
    assert refused[0][0] == 5
    assert any(reason in said for _, said in refused), refused


def test_no_secret_is_repeated_in_a_refusal():
    refused = refusals_of(
        "global: {slack_api_url: 'hooks/T0/B0/sEcReT'}\nroute: {receiver: a}\nreceivers: [{name: a}]\n"
    )
    assert "sEcReT" not in refused[0][1]


def test_other_files_with_routes_or_receivers_are_left_alone():
    for text in (
        "receivers:\n  otlp: {protocols: {grpc: {}}}\nservice: {}\n",
        "route: {enabled: true, host: x.example.org}\nimage: y\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\ndata: {password: aGk=}\n",
        "receivers: [a, b]\n",
    ):
        assert list(read_text(text, "", "values.yaml")) == []


REFUSED = {
    "conf.mattermost-both-webhook-url-and-file.yml": 3,
    "conf.mattermost-no-webhook-url.yml": 7,
    "conf.nil-target_match_re-inhibition.yml": 9,
    "conf.opsgenie-both-file-and-apikey.yml": 3,
    "conf.rocketchat-both-tokenid-and-tokenidfile.yml": 2,
    "conf.rocketchat-no-token.yml": 16,
    "conf.slack-both-file-and-url.yml": 3,
    "conf.slack-both-url-and-token.yml": 2,
    "conf.slack-update-message-and-webhook.yml": 13,
    "conf.telegram-no-bot-token.yml": 7,
    "conf.telegram-valid-receiver-both-bot-token-and-file.yml": 3,
    "conf.victorops-both-file-and-apikey.yml": 3,
    "conf.victorops-no-apikey.yml": 14,
    "conf.wechat-both-file-and-secret.yml": 3,
    "conf.wechat-no-api-secret.yml": 7,
}
"""The files of the corpus that are wrong on purpose, each with the line of its first refusal."""


@needs(FILES)
def test_of_alertmanagers_own_files_the_wrong_ones_are_refused_and_the_right_ones_read():
    files = sorted(FILES.rglob("*.yml"))
    refused = {}
    for file in files:
        found = list(read_text(file.read_text(), "", file.name))
        problems = [one for one in found if isinstance(one, Problem)]
        assert problems or any(isinstance(one, Fact) and one.term == "route.r" for one in found), file
        if problems:
            refused[file.name] = problems[0].place.line
    assert len(files) == 23
    assert refused == REFUSED


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a=b", [("a", "=", "b")]),
        ("a = b c , d!=e,", [("a", "=", "b c"), ("d", "!=", "e")]),
        ('{a=~"x,y", b!~"}"}', [("a", "=~", "x,y"), ("b", "!~", "}")]),
        ("a=", [("a", "=", "")]),
        ("", []),
        (r'a="q\"n\n\\ \x"', [("a", "=", 'q"n\n\\ \\x')]),
        ('"käse-1"="\\u00e4", b=c', [("käse-1", "=", "ä"), ("b", "=", "c")]),
        ("käse=b", [("käse", "=", "b")]),
        ("a==b", [("a", "=", "=b")]),
    ],
)
def test_a_text_of_matchers_is_read_by_the_older_grammar_or_else_the_newer(text, read):
    assert [(one.label, one.operator, one.value) for one in parse_matchers(text)] == read


@pytest.mark.parametrize("text", ["a", "=b", 'a="b', 'a=b"', "a=b,,c=d", '"a"', "a!b", 'a=~"("', '"\\q"=b'])
def test_what_neither_grammar_takes_is_refused(text):
    with pytest.raises(Refused):
        parse_matchers(text)


def test_a_calendar_on_the_clock_of_an_unknown_machine_is_not_stated():
    text = WHOLE.replace("location: Europe/Berlin", "location: Local")
    assert "calendar.nights" not in facts_of(text)


def test_a_file_that_is_only_receivers_or_has_a_slip_in_its_keys_is_still_one():
    assert refusals_of("receiver: []\nroute:\n  receiver: a\n  group_by: [x]\n")[0][0] == 1


def test_very_deep_routes_are_read():
    deep = "{receiver: a, routes: [" * 300 + "{receiver: a}" + "]}" * 300
    assert len(facts_of(f"receivers: [{{name: a}}]\nroute: {deep}\n")) == 302


def test_another_program_with_routes_and_receivers_is_no_routing_file():
    exporter = """
        logLevel: info
        route: {routes: [{match: [{receiver: dump}]}]}
        receivers: [{name: dump, stdout: {}}]
    """
    assert list(read_text(exporter, "root", "exporter.yaml")) == []
    for route, receivers in (
        ("{}", "[]"),
        ("{routes: []}", "[{name: a}]"),
        ("{receiver: b}", "[{name: a, stdout: {}}]"),
    ):
        found = list(read_text(f"route: {route}\nreceivers: {receivers}\n", "root", "alertmanager.yml"))
        assert found and all(isinstance(each, Problem) for each in found), (route, receivers)
