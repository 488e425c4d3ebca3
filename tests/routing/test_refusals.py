"""What amtool refuses of mutated routing files we refuse, and nothing else; what differs is explained."""

import os
import re
from random import Random

import pytest

from accord.model.problem import Problem
from accord.sources._claims import read_text

from .amtool import needs_amtool, refusals

pytestmark = needs_amtool
MUTATIONS = 100

SEEDS = (
    """\
global:
  resolve_timeout: 5m
  smtp_smarthost: 'mail.example.org:25'
  smtp_from: alerts@example.org
  slack_api_url: https://hooks.example.org/x
  http_config:
    follow_redirects: true
    basic_auth:
      username: u
      password: p
templates:
  - /etc/alertmanager/*.tmpl
route:
  receiver: everybody
  group_by: [alertname, cluster]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 4h
  routes:
    - match:
        team: a
      match_re:
        severity: page|critical
      receiver: pager
      continue: true
    - matchers:
        - team="b"
        - severity =~ "page|critical", env != test
      receiver: chat
      mute_time_intervals: [nights]
      routes:
        - matchers: ['job!~"x.*"']
          active_time_intervals:
            - days
          group_by: ['...']
inhibit_rules:
  - source_match:
      severity: critical
    target_match_re:
      severity: warning|info
    equal: [alertname, cluster]
  - source_matchers: [severity="page"]
    target_matchers: [severity="warning"]
receivers:
  - name: everybody
    email_configs:
      - to: ops@example.org
        headers:
          Subject: hello
        require_tls: false
        send_resolved: true
  - name: pager
    pagerduty_configs:
      - routing_key: k
        details:
          a: b
    webhook_configs:
      - url: http://localhost:9095/hook
        max_alerts: 10
  - name: chat
    slack_configs:
      - channel: '#alerts'
        fields:
          - title: a
            value: b
            short: true
        actions:
          - type: button
            text: t
            url: https://example.org
mute_time_intervals:
  - name: nights
    time_intervals:
      - times:
          - start_time: '22:00'
            end_time: '24:00'
        weekdays: ['monday:friday', sunday]
time_intervals:
  - name: days
    time_intervals:
      - days_of_month: ['1:7', '-3:-1']
        months: ['june:august', '12']
        years: ['2026:2028']
        location: Europe/Berlin
""",
    """\
route: {receiver: a, routes: [{receiver: b, matchers: [x=y]}, {receiver: c, match: {x: z}}, {receiver: d}]}
receivers:
- name: a
  opsgenie_configs:
  - api_key: k
    responders:
    - name: team-a
      type: team
    priority: P1
- name: b
  victorops_configs:
  - api_key: k
    routing_key: r
  pushover_configs:
  - user_key: u
    token: t
    retry: 1m
    expire: 1h
- name: c
  telegram_configs:
  - bot_token: t
    chat_id: -100
    parse_mode: HTML
  wechat_configs:
  - api_secret: s
    corp_id: c
    message_type: text
- name: d
  sns_configs:
  - topic_arn: arn
    sigv4:
      region: eu
  discord_configs:
  - webhook_url: https://example.org/x
  webex_configs:
  - room_id: r
    http_config:
      authorization:
        type: Bearer
        credentials: c
""",
)

WORDS = (
    *(
        "0",
        "0s",
        "5m",
        "1h30m",
        "-1m",
        "1.5h",
        "5",
        "30 s",
        "''",
        "null",
        "~",
        "true",
        "yes",
        "'true'",
        "[a]",
        "[]",
        "{}",
    ),
    *(
        "{a: b}",
        "a",
        "a b",
        "a-b",
        "ä",
        "everybody",
        "nights",
        "...",
        "['...', a]",
        "[a, a]",
        "http://x",
        "http://",
        "x:1",
    ),
    *(
        ":25",
        "a=b",
        "'a=\"b'",
        "'a=~\"(\"'",
        "'{a=b}'",
        "a==b",
        "'a=b,'",
        "monday",
        "'monday:sunday'",
        "'5:1'",
        "'-1:3'",
    ),
    *(
        "'32'",
        "24:00",
        "'25:00'",
        "Europe/Nowhere",
        "UTC",
        "CET",
        "Local",
        "1e3",
        "0x10",
        "<secret>",
        "'(a'",
        "'{{ .x }}'",
    ),
)


def mutated(text: str, chance: Random) -> str:
    """The text with one or two slips of the kinds that people make."""
    lines = text.splitlines()
    for _ in range(chance.choice((1, 1, 1, 2))):
        number = chance.randrange(len(lines))
        line = lines[number]
        kind = chance.randrange(9)
        if kind == 0:
            del lines[number]
        elif kind == 1:
            lines.insert(number, line)
        elif kind in (2, 3, 4) and ":" in line:
            lines[number] = f"{line.partition(':')[0]}: {chance.choice(WORDS)}"
        elif kind == 5 and line.strip():
            lines[number] = " " * chance.randrange(9) + line.strip()
        elif kind == 6 and line.strip():
            at = chance.randrange(len(line))
            lines[number] = line[:at] + chance.choice(("", "x", "5", "'", '"', ":", "-", " ", "=")) + line[at + 1 :]
        elif kind == 7:
            other = chance.randrange(len(lines))
            lines[number], lines[other] = lines[other], lines[number]
        else:
            lines[number] = line.replace(
                *chance.choice((("_url", "_url_file"), ("name", "nam"), ("a", "b"), ("s:", ":"))), 1
            )
    return "\n".join(lines) + "\n"


EXPLAINED = {
    "a label in group_by or equal with a name beyond a-z, A-Z, 0-9 and _": "read: Alertmanager takes any text from 0.27 on",
    "a key or a shape that 0.26 to 0.34 know, such as webhook_url_file": "read: the file does not say for which release it is",
    "a template instead of a URL": "read: whoever renders it puts one in, and routing does not depend on it",
}
"""Where the two may differ, and why."""


def refused_by_us(text: str) -> str:
    return "; ".join(one.reason for one in read_text(text, ".", "f.yml") if isinstance(one, Problem) and one.fatal)


def is_explained(text: str, ours: str, theirs: str) -> bool:
    """Whether the difference is one of EXPLAINED."""
    newer = (
        r"invalid label name .* group_by|is not a valid label name|webhook_url_file not found|line 56: cannot unmarshal"
    )
    return not ours and bool(re.search(newer, theirs) or ("unsupported scheme" in theirs and "{{" in text))


def test_amtool_and_we_refuse_the_same_files(tmp_path):
    texts = {
        tmp_path / f"{number}.yml": mutated(SEEDS[number % 3 // 2], Random(number))
        for number in range(int(os.environ.get("ACCORD_MUTATIONS", MUTATIONS)))
    }
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    theirs = refusals(list(texts))
    differing = []
    for path, text in texts.items():
        ours, reason = refused_by_us(text), theirs.get(path, "")
        if bool(ours) != bool(reason) and not is_explained(text, ours, reason):
            differing.append(f"--- {path.name}\nours: {ours}\namtool: {reason}")
    assert not differing, "\n".join(differing)
    assert len(texts) // 3 < len(theirs) < len(texts) * 9 // 10


@pytest.mark.parametrize("text", SEEDS)
def test_the_seeds_are_taken_by_both(text, tmp_path):
    path = tmp_path / "seed.yml"
    path.write_text(text, encoding="utf-8")
    assert refusals([path]) == {}
    assert refused_by_us(text) == ""
