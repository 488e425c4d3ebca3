"""Hostile input through the whole of reading and checking: nothing raises, nothing hangs, every place lies in its file.

A short run by default; ACCORD_HOSTILE_SECONDS makes each property run that long (see .ci/nightly).
"""

import io
import json
import os
import re
import resource
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from accord.check import check
from accord.cli import run
from accord.files.decode import decoded
from accord.files.landscape import Text
from accord.files.read import Reader
from accord.files.read import read as read_paths
from accord.model.fact import Fact
from accord.model.place import Place
from accord.model.problem import Problem
from accord.report._asked import Asked
from accord.report._formats import formats, renderer
from accord.sources import exported
from accord.sources.contract_keys import ASSUME_KEYS, OTHER_WORDS, PARTY_KEYS, PROMISE_KEYS
from counted import calls

SECONDS = float(os.environ.get("ACCORD_HOSTILE_SECONDS", "0"))
MOST_CALLS = 30_000_000
MOST_MEMORY_KB = 3_000_000
AS_OF = date(2026, 11, 23)
START = Place("root", "accord.yaml", 1, 1)
_LINE_END = re.compile(r"\r\n|\r|\n")

CATALOGUE = """\
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: team-a}
spec: {type: team, parent: shop, children: [team-c]}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: shop, annotations: {pagerduty.com/service-id: P1}}
spec: {type: service, owner: "group:default/team-a", system: shop}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: shop, namespace: ns}
spec: {owner: team-b}
"""

ROUTING = """\
receivers:
  - {name: a, webhook_configs: [{url: "http://x:1/", timeout: 5s}], email_configs: [{to: a@x.example, smarthost: "m:25", from: b}]}
  - {name: b}
time_intervals: [{name: n, time_intervals: [{times: [{start_time: "22:00", end_time: "24:00"}], months: ["1:3"], location: UTC}]}]
inhibit_rules: [{source_match: {a: b}, target_matchers: ['a=~"c|d"'], equal: [e]}]
route:
  receiver: a
  group_by: [alertname]
  routes:
    - {matchers: ['team="x",severity=~"p.*"'], receiver: b, continue: true, mute_time_intervals: [n]}
    - {match_re: {team: "x|y"}, group_wait: 1m, routes: [{match: {severity: ""}}]}
---
groups: [{name: g, rules: [{alert: A, expr: "up == 0", labels: {team: x, severity: "{{ $x }}"}}]}]
---
apiVersion: v1
kind: Secret
metadata: {name: s}
stringData:
  alertmanager.yaml: |
    route: {receiver: a, routes: [{matchers: [a=b]}]}
    receivers: [{name: a}]
---
apiVersion: monitoring.coreos.com/v1beta1
kind: AlertmanagerConfig
metadata: {name: x, namespace: n}
spec:
  route: {receiver: a, routes: [{matchers: [{name: a, value: b, matchType: "=~"}], activeTimeIntervals: [n]}]}
  receivers: [{name: a, slackConfigs: [{channel: c}]}]
  muteTimeIntervals: [{name: n, timeIntervals: [{daysOfMonth: [{start: 1, end: 7}], weekdays: [monday]}]}]
"""

CALLS = """\
methodConfig:
- name: [{service: shop.Pay, method: Charge}, {service: shop.Pay}, {}]
  timeout: 10s
  retryPolicy: {maxAttempts: 8, initialBackoff: .1s, maxBackoff: 60s, backoffMultiplier: 2, retryableStatusCodes: [UNAVAILABLE, 4]}
---
openapi: 3.0.3
servers: [{url: "https://pay.shop.svc.cluster.local/v1"}]
components: {parameters: {key: {name: Idempotency-Key, in: header}}}
paths: {"/charges/{id}": {post: {operationId: charge, parameters: [{$ref: "#/components/parameters/key"}], responses: {"503": {}}}}}
---
apiVersion: linkerd.io/v1alpha2
kind: ServiceProfile
metadata: {name: pay.shop.svc.cluster.local, namespace: shop}
spec: {routes: [{name: charge, isRetryable: true, timeout: 1s, condition: {all: [{method: POST}, {pathRegex: '/v1/charges/[^/]*'}]}}]}
---
apiVersion: v1
kind: Service
metadata: {name: pay, namespace: shop, annotations: {retry.linkerd.io/http: "5xx,500-503", retry.linkerd.io/limit: "2"}}
---
apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
metadata: {name: mesh}
spec: {tag: 1.20.3, meshConfig: {defaultHttpRetryPolicy: {attempts: 2, retryOn: "503,reset"}, connectTimeout: 1s}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: istio}
data:
  mesh: |
    connectTimeout: 2s
---
party: payments
names: {kubernetes: shop/pay}
promises: {charge: {at: [rpc shop.Pay/Charge, "POST /v1/charges/{id}"], idempotent: never}}
"""

SEEDS = (
    ROUTING,
    """\
party: checkout                       # a comment
owner: team-a
assumes:
  payments/charge:
    timeout: {attempt: 2s, request: 10s}
    attempts: 3
    backoff: 1s..30s
    retry_on: [timeout, 503]
---
party: payments
kind: service
only: {env: prod, version: "2.10"}
promises:
  charge:
    latency: {p99: 800ms, max: 5s, slow: per-request}
    idempotent: {key: id, for: 24h}
    errors: {Busy: {status: 503, retry: after 1s, effect: none}}
    hours: [Mon-Fri 09:00-18:00 Europe/Berlin, except 2026-12-24/2026-12-26]
    accepts: {rate: 300/s each, disk: {now: 1TB, max: 2TB, as_of: 2026-01-01, grows: 1GB/d}}
    needs: [ledger/post, [fraud/score, limits]]
    detect: {latency: {by: PaymentsSlow, within: 2m}}
    recover: {by: rota, within: 30m, how: restart}
""",
    """\
party: rota
kind: rota
escalates:
  - {after: 5m, unless: acknowledged, to: lead}
  - {after: 10m, to: rota}
promises: {page: {acknowledge: 5m, hours: 24x7}}
---
party: restart
kind: procedure
steps:
- {do: "turn it off", by: rota, needs: [vpn], takes: 5m, done: PaymentsUp}
- do: |
    turn it on
  done: none
""",
    """\
base: &base {timeout: {request: 1s}, attempts: 2}
party: a
assumes:
  b/x: {<<: *base, handles: [timeout]}
  b/y:
    <<: [*base, {attempts: 3}]
""",
    """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews, namespace: shop}
spec:
  hosts: [reviews, reviews.shop.svc.cluster.local]
  http:
  - match: [{headers: {end-user: {exact: jason}}, uri: {prefix: /a}}]
    fault: {delay: {percentage: {value: 100.0}, fixedDelay: 7s}}
    route: [{destination: {host: reviews, subset: v2}, weight: 50}]
    timeout: 10s
    retries: {attempts: 3, perTryTimeout: 2s, retryOn: "gateway-error,connect-failure"}
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Service, metadata: {name: reviews}, spec: {selector: {app: reviews}, ports: [{port: 80}]}}
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: reviews-v2, labels: {app: reviews, version: v2}}
  spec: {replicas: 1, template: {metadata: {labels: {app: reviews, version: v2}}, spec: {containers: [{image: "r:1"}]}}}
""",
    '{\n\t"party": "j",\n\t"promises": {"x": {"latency": {"max": "1s"}, "at": "GET /\\u00e9\\ud83d\\ude00"}}\n}\n',
    CATALOGUE,
    CALLS,
    "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: a != 1\n    annotations: {summary: '{{ $labels.x }} is {{ $value }}'}\n",
    "{{- if .Values.x }}\nparty: {{ .Values.name }}\npromises: {x: {latency: {max: {{ .Values.max }} }}}\n{{- end }}\n",
)

MAPPING = """\
mapping: one
files: [a.yaml, "**/<name>.yaml", "<x>-*.yaml"]
where: [{name: b, .kind: "5s"}, {x: b, name: a}]
each: .items
layer: sidecar
platform: envoy 1.31
gives:
  party: p-<.name else q>
  only: {env: <name>}
  promises: {any: {at: tcp <.port>, latency: {max: <.t>s + 1s, p99: <.>}, needs: [<.to>, [b/x]]}}
  assumes:
    <.to>: {timeout: {request: <."a.b">, idle: <.c.0.d else 5m>}, attempts: 1 + <.n else 0>, retry_on: <.on>}
    b/<each>: {work: {max: <.t>ms}}
keep:
  - {this: <.t>s, below: <.u else 5s>, because: it must}
---
mapping: two
files: ["*"]
gives: {party: <.party>, escalates: <.escalates>, steps: [{do: <.do>, by: <.by>}]}
keep: [{this: <.>, equals: 1, because: x}]
"""

MAPPED = """\
items:
  - &i {name: n, port: 80, t: 3, to: b/x, a.b: 2s, c: [{d: 1s}], n: 2, on: "5xx,reset", u: 2s, kind: 5s}
  - {<<: *i, t: "{{ .t }}", port: 70000, on: [a, b], c: ~}
  - *i
party: x
t: 5
"""

CODEOWNERS = """\
# who answers
*                 @shop/all team@example.org
/services/shop/   @shop/team-a # not @shop/team-b
my\\ file.md       @jo
[Docs][2] @shop/docs
^[Optional]
!/free/
a/**/b*c?.[jt]s
"""

TERRAFORM = """\
resource "pagerduty_schedule" "s" {
  name      = "s ${var.x}"
  time_zone = "Europe/Berlin"
  layer {
    start                        = "2024-01-01T09:00:00+01:00"
    end                          = "2026-12-01T09:00:00Z"
    rotation_virtual_start       = "2024-01-01T09:00:00+01:00"
    rotation_turn_length_seconds = 60 * 60 * 24 * 7 // a week
    users                        = [pagerduty_user.jo.id, "P1", data.pagerduty_user.all["lee"].id]
    restriction {
      type              = "weekly_restriction"
      start_day_of_week = 5
      start_time_of_day = "17:00:00"
      duration_seconds  = 226800
    }
  }
}
resource "pagerduty_escalation_policy" "p" {
  num_loops = 2
  rule {
    escalation_delay_in_minutes = 15
    target { id = pagerduty_schedule.s.id }
  }
  rule {
    escalation_delay_in_minutes = 30
    target { id = pagerduty_user.jo.id }
  }
}
resource "opsgenie_schedule_rotation" "r" {
  schedule_id = opsgenie_schedule.s.id
  start_date  = "2024-06-18T17:00:00Z"
  type        = "hourly"
  length      = 6
  participant { type = "none" }
  time_restriction {
    type = "time-of-day"
    restriction {
      start_hour = 9
      start_min  = 0
      end_hour   = 17
      end_min    = 0
    }
  }
}
resource "grafana_oncall_escalation" "e" {
  escalation_chain_id = grafana_oncall_escalation_chain.c.id
  type                = "wait"
  duration            = 300
  position            = 1
}
resource "grafana_oncall_on_call_shift" "w" {
  type          = "rolling_users"
  start         = "2026-01-01T00:00:00"
  duration      = 86400
  frequency     = "weekly"
  interval      = 2
  by_day        = ["MO", "FR"]
  rolling_users = [["U1"], ["U2", "U3"]]
}
resource "grafana_oncall_schedule" "g" {
  time_zone = "UTC"
  shifts    = [grafana_oncall_on_call_shift.w.id]
}
resource "goalert_rotation" "r" {
  type       = "daily"
  start_time = "2026-10-01T09:00:00Z"
  time_zone  = "Europe/Madrid"
  user_ids   = []
}
"""

ROTA = """\
BEGIN:VCALENDAR
X-WR-CALNAME:Web rota
X-WR-TIMEZONE:Europe/Berlin
BEGIN:VEVENT
UID:1
DTSTART;TZID=Europe/Berlin:20260105T090000
DTEND;TZID=Europe/Berlin:20260112T090000
RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;UNTIL=20270101T000000Z
EXDATE;TZID=Europe/Berlin:20260119T090000
ATTENDEE;CN=Jo:mailto:jo@example.org
SUMMARY:jo
END:VEVENT
BEGIN:VEVENT
UID:1
RECURRENCE-ID;TZID=Europe/Berlin:20260202T090000
DTSTART;VALUE=DATE:20260203
DURATION:P1D
STATUS:CANCELLED
END:VEVENT
BEGIN:VEVENT
DTSTART:20261127T000000Z
RRULE:FREQ=HOURLY;COUNT=9
END:VEVENT
END:VCALENDAR
"""

ROTA_CONTRACT = """\
party: rota
kind: rota
names: {pagerduty: escalation_policy.p, ical: main}
promises: {page: {acknowledge: 5m}}
---
party: web
promises: {get: {hours: 24x7, recover: {by: rota, within: 30m}}}
"""

PATHS = (
    "<",
    ">",
    "<.",
    "<.x>",
    "<x>",
    " else ",
    "<.>",
    "<..>",
    "<.a" + ".a" * 60 + ">",
    "<" * 300,
    " + ",
    "<each>",
    "**/" * 90,
    "<a><b>",
    "../",
    "*" * 90,
)

PIECES = (
    *("# accord: allow[timing/caller-gives-up-first] because x", " # accord: allow[", "# accord: alow[x]", "because"),
    *("---\n", "...\n", "\n", "\r\n", "\r", "\t", "  ", " ", ": ", "- ", "? ", ",", "[", "]", "{", "}", '"', "'", "|\n", ">\n", "#", "&a ", "*a"),
    *("!", "!!int ", "!=", "=", "@", "`", "%", "%YAML 1.1\n", "<<: ", "<<: *a\n", "{{ x }}", "{{- if x }}\n", "<% x %>", "{% x %}", "${X}", "\\"),
    *("\\ud83d\\ude00", "\\ud83d", "\0", "\x07", "\x7f", "\x85", "\u2028", "\ufeff", "\u00e9", "😀", "\ufffe", "x" * 1100, "[" * 50, "- " * 50),
    *("party: ", "promises:", "assumes:", "mapping: x\n", "accord_facts: 1\n", "kind: ", "apiVersion: v1\n", "none", "unknown", "any", "null", "~"),
)  # fmt: skip

WORDS = (
    *("5s", "0s", "-1s", "1h30m", "30m1h", "9" * 400 + "s", "0.1ns", "1e400", "NaN", "none", "unknown", "", " ", "any", "anyone", "a", "b/x", "c"),
    *("a/b/c", "/", "b/", "3", "0", "-3", "9" * 30, "99.9%", "101%", "%", "300/s", "300/s each", "5/0s", "1GB/d", "64KiB", "1KB", "1s..30s", "30s..1s"),
    *("24x7", "Mon-Fri 09:00-18:00 Europe/Berlin", "Sun 22:00-06:00 UTC", "daily 06:00 Europe/Berlin", "Mon 02:30-03:00 America/New_York"),
    *("Mon-Fri 09:00-18:00 ../../etc/passwd", "Mon 99:99-00:00 UTC", "except 2026-12-24/2026-12-26", "except 2026-12-26/2026-12-24", "2026-02-30"),
    *("2026-11-23", "0001-01-01", "9999-12-31", "always", "never", "per-request", "per-attempt", "503", "after 1s", "timeout", "GET /x/{id}", "tcp 99999"),
    *("{{ .x }}", "<%= x %>", "!=", "x" * 5000, "\u202e", "😀", "é", "a\nb", "topic t", "rpc a.B/C", "$(x)", "true", "~", "service", "rota", "procedure"),
)  # fmt: skip

KEYS = sorted({*PARTY_KEYS, *PROMISE_KEYS, *ASSUME_KEYS})
INNER = (
    *(
        "max",
        "p99",
        "p99.99",
        "p0",
        "p100",
        "slow",
        "attempt",
        "request",
        "connect",
        "idle",
        "by",
        "within",
        "how",
        "from",
        "key",
        "for",
        "now",
        "as_of",
    ),
    *(
        "grows",
        "rate",
        "status",
        "retry",
        "effect",
        "after",
        "unless",
        "to",
        "do",
        "needs",
        "takes",
        "done",
        "env",
        "version",
        "url",
        "dns",
        "x-y",
        "a",
    ),
)
OBJECT = (
    *("metadata", "name", "namespace", "labels", "spec", "hosts", "http", "match", "route", "destination", "host", "subset", "timeout", "retries"),
    *("attempts", "perTryTimeout", "fault", "delay", "fixedDelay", "percentage", "value", "selector", "template", "ports", "exportTo", "gateways"),
    *("headers", "exact", "prefix", "regex", "uri", "weight", "subsets", "trafficPolicy", "retryOn", "abort", "httpStatus", "items", "app", "kind"),
    *("owner", "parent", "children", "annotations", "pagerduty.com/service-id", "team", "memberOf"),
)  # fmt: skip
KINDS = (
    "Component",
    "Group",
    "User",
    "API",
    "VirtualService",
    "DestinationRule",
    "Service",
    "Deployment",
    "List",
    "StatefulSet",
    "Gateway",
    "x",
)
VERSIONS = (
    "backstage.io/v1alpha1",
    "v1",
    "apps/v1",
    "networking.istio.io/v1",
    "networking.istio.io/v1alpha3",
    "gateway.networking.k8s.io/v1",
    "",
)

scalars = st.sampled_from(WORDS) | st.text(max_size=8)


def nested(keys: tuple[str, ...] | list[str]) -> st.SearchStrategy[Any]:
    names = st.sampled_from(keys) | st.sampled_from(WORDS)
    return st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5), max_leaves=12
    )


@st.composite
def contracts(draw: st.DrawFn) -> str:
    """Documents of the contract language's own words, in shapes it does and does not allow."""
    terms = st.dictionaries(
        st.sampled_from(sorted({*PROMISE_KEYS, *ASSUME_KEYS, *list(OTHER_WORDS)[:5]})), nested(INNER), max_size=6
    )
    operations = st.dictionaries(
        st.sampled_from(["x", "y", "any", "b/x", "a", "c/any", "page", "b"]), terms | nested(INNER), max_size=3
    )
    documents = []
    for party in draw(st.lists(st.sampled_from(["a", "b", "c", "5s", ""]), min_size=1, max_size=4)):
        document = {
            "party": party,
            **draw(st.dictionaries(st.sampled_from(sorted(PARTY_KEYS)), nested(INNER), max_size=3)),
        }
        for side in ("promises", "assumes"):
            if draw(st.booleans()):
                document[side] = draw(operations)
        documents.append(document)
    return _written(documents, draw(st.booleans()))


@st.composite
def objects(draw: st.DrawFn) -> str:
    """Objects of manifests in shapes that are and are not theirs."""
    heads = st.fixed_dictionaries(
        {"apiVersion": st.sampled_from(VERSIONS), "kind": st.sampled_from(KINDS)},
        optional={"metadata": nested(OBJECT), "spec": nested(OBJECT), "items": st.lists(nested(OBJECT), max_size=3)},
    )
    return _written(draw(st.lists(heads, min_size=1, max_size=4)), draw(st.booleans()))


def _written(documents: list[dict[str, Any]], ascii_: bool) -> str:
    return "".join(f"---\n{json.dumps(document, ensure_ascii=ascii_, indent=1)}\n" for document in documents)


@st.composite
def mutated(draw: st.DrawFn, good: tuple[str, ...] = ()) -> str:
    """A good text with a few cuts, repetitions and strange pieces."""
    text = draw(st.sampled_from(good) if good else st.sampled_from(SEEDS) | contracts() | objects())
    for _ in range(draw(st.integers(0, 6))):
        begin = draw(st.integers(0, len(text)))
        end = min(len(text), begin + draw(st.integers(0, 60)))
        change = draw(st.sampled_from(["cut", "insert", "repeat", "end", "move"]))
        if change == "cut":
            text = text[:begin] + text[end:]
        elif change == "insert":
            text = text[:begin] + draw(st.sampled_from(PIECES + PATHS if good else PIECES)) + text[begin:]
        elif change == "repeat":
            text = text[:end] + text[begin:end] * draw(st.sampled_from([1, 2, 30])) + text[end:]
        elif change == "end":
            text = text[:begin]
        else:
            text = text[end:] + text[begin:end] + text[:begin]
    return text[:200_000]


@st.composite
def code_owners(draw: st.DrawFn) -> str:
    """Lines of patterns and owners, in shapes that are and are not theirs."""
    words = st.sampled_from(
        ("*", "**", "/", "a*" * 90, "**/" * 90, "[", "]", "[a", "[Docs]", "^[x]", "[2]", "!", "\\", "\\ ", "#", "@", "@a/b", "@@x", "a@b.c", " ", "\t")
    )  # fmt: skip
    lines = st.lists(words | scalars, max_size=8).map("".join)
    return "\n".join([*draw(st.lists(lines, max_size=12)), draw(st.just(CODEOWNERS) | st.just(""))])


ON_CALL_PIECES = (
    *("{", "}", "[", "]", "${", "}", '"', "<<EOT\n", "<<-EOT\n", "/*", "*/", "//", "# x\n", " = ", " == ", "for x in y : z", " ? 1 : 0", "...", "%{ if x }"),
    *('resource "pagerduty_schedule" "s" {', 'dynamic "layer" {', "layer {", "\n\n", "\r\n", "each.value", "count = 0\n", "null", "1/0", "9 " * 40, "-1", "1e999"),
    *("BEGIN:VEVENT\n", "END:VEVENT\n", "BEGIN:VCALENDAR\n", "DTSTART:", "RRULE:FREQ=", "SECONDLY", "INTERVAL=0", "COUNT=-1", "COUNT=" + "9" * 30, "BYDAY=1MO"),
    *("00010101T000000Z", "99991231T235959Z", "20261329T000000", "TZID=Nowhere/Else", "TZID=Africa/Casablanca", "P9999999999D", "-P1D", "PT1S", ":", ";", "\n ", "\\,"),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-02-30T00:00:00Z", "999999999999", "1", "0", "Europe/Norway", "24:00:00", "08:00:30", "Pacific/Apia"),
)  # fmt: skip


@st.composite
def on_call(draw: st.DrawFn) -> tuple[str, str]:
    """A file of Terraform and a calendar: good ones with cuts, repetitions and strange pieces."""
    texts = []
    for text in (TERRAFORM, ROTA):
        for _ in range(draw(st.integers(0, 6))):
            begin = draw(st.integers(0, len(text)))
            end = min(len(text), begin + draw(st.integers(0, 40)))
            piece = draw(st.sampled_from(ON_CALL_PIECES) | st.sampled_from(PIECES))
            text = text[:begin] + draw(st.sampled_from([piece, "", text[begin:end] * 2])) + text[end:]
        texts.append(text)
    values = re.compile(r"(?<== )\"?[\w:.+-]+\"?(?=\n)")
    spots = [match.span() for match in values.finditer(texts[0])]
    for begin, end in reversed(draw(st.lists(st.sampled_from(spots), max_size=4, unique=True)) if spots else []):
        texts[0] = texts[0][:begin] + draw(st.sampled_from(ON_CALL_PIECES) | scalars) + texts[0][end:]
    return texts[0], texts[1]


@st.composite
def contents(draw: st.DrawFn) -> bytes:
    """Bytes of a file: a text in some encoding, with or without bytes that belong to none."""
    text = draw(mutated() | st.text(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
    content = text.encode(
        draw(st.sampled_from(["utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])), "replace"
    )
    for position in draw(st.lists(st.integers(0, len(content)), max_size=2)):
        content = content[:position] + draw(st.binary(max_size=3)) + content[position:]
    return content


# ---------------------------------------------------------------------- what must hold


def patiently(act: Callable[[], Any]) -> Any:
    """What an act gives, if it makes no more calls than a patient person waits for."""
    given: list[Any] = []
    assert calls(lambda: given.append(act())) < MOST_CALLS
    return given[0]


def is_inside(place: Place, text: str) -> bool:
    lines = _LINE_END.split(text)
    return 1 <= place.line <= len(lines) and 1 <= place.column <= len(lines[place.line - 1]) + 1


def take(reader: Reader, text: str, start: Place) -> None:
    """Reads one text more."""
    reader.keep_given(reader.given(Text(start, text, "")))


def read(content: bytes, start: Place = START) -> tuple[Reader, str]:
    """Everything that reading gives, and the text that places must lie in."""
    reader = Reader()
    text = decoded(content, start)
    if isinstance(text, Problem):
        reader.problems.append(text)
        return reader, content.decode("utf-16" if content[:1] in (b"\xff", b"\xfe") else "utf-8", "replace")
    take(reader, text, start)
    return reader, text


def holds_for_reading(content: bytes, start: Place = START) -> Reader:
    reader, text = patiently(lambda: read(content, start))
    for problem in reader.problems:
        assert "please report" not in problem.reason, problem
        assert "\n" not in problem.reason, problem
        assert is_inside(problem.place, text), problem
    for waiver in reader.waivers:
        assert is_inside(waiver.place, text), waiver
        assert (
            waiver.lines is not None
            and 1 <= waiver.lines.first <= waiver.lines.last <= text.count("\n") + text.count("\r") + 1
        )
    for fact in reader.facts:
        assert isinstance(fact, Fact)
        assert fact.place.root != "root" or is_inside(fact.place, text), fact
    return reader


def holds_for_owners(content: bytes) -> None:
    """A CODEOWNERS file of either host, beside a catalogue."""
    for file in (".github/CODEOWNERS", ".gitlab/CODEOWNERS", "CODEOWNERS"):
        reader = holds_for_reading(content, Place("root", file, 1, 1))
        take(reader, CATALOGUE, Place("root", "services/shop/catalog-info.yaml", 1, 1))
        _checked(reader)


def holds_for_on_call(texts: tuple[str, str]) -> None:
    """Terraform and a calendar beside a contract that rests on both."""
    reader = Reader()
    for text, file in zip((*texts, ROTA_CONTRACT), ("ops/main.tf", "ops/main.ics", "accord.yaml"), strict=True):
        read_one = holds_for_reading(text.encode("utf-8", "replace"), Place("root", file, 1, 1))
        reader.facts += read_one.facts
        reader.problems += read_one.problems
    _checked(reader)


def holds_for_checking(content: bytes) -> None:
    _checked(holds_for_reading(content))


def _checked(reader: Reader) -> None:
    reading = reader.reading()

    def shown() -> None:
        result = check(reading.facts, reading.problems, reading.files, AS_OF, waivers=reading.waivers)
        for name in formats():
            renderer(name)(result, Asked(width=80, questions=True))

    patiently(shown)


def holds_for_exporting(content: bytes) -> None:
    facts = holds_for_reading(content).facts
    again = Reader()
    take(again, exported.write(facts, AS_OF), Place("root", "facts.json", 1, 1))
    assert again.problems == []
    assert [(fact.says, fact.term, fact.text) for fact in again.facts] == [
        (fact.says, fact.term, fact.text) for fact in facts
    ]


def holds_for_the_command(contents_: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for number, content in enumerate(contents_):
            Path(folder, f"{number}.yaml").write_bytes(content)
        Path(folder, "accord.toml").write_text("")
        for options in (["--format", "text"], ["--format", "json", "--questions"]):
            output, errors = io.StringIO(), io.StringIO()
            with redirect_stdout(output), redirect_stderr(errors):
                code = run(["check", folder, "--as-of", AS_OF.isoformat(), *options])
            assert code in (0, 1, 2, 3)
            assert "Traceback" not in output.getvalue() + errors.getvalue()
            assert "an error of its own" not in errors.getvalue(), errors.getvalue()
            if "json" in options and not errors.getvalue():
                json.loads(output.getvalue())


def holds_for_mappings(texts: tuple[str, str, str]) -> None:
    """A folder with a mapping and two files is read in time, and every place lies in its file."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in zip(("accord-mapping.yaml", "a.yaml", "b-c.yaml"), texts, strict=True):
            Path(folder, name).write_bytes(text.encode("utf-8", "replace"))
        reading = patiently(lambda: read_paths((folder,)))
        for found in (*reading.facts, *reading.problems):
            text = Path(folder, found.place.file).read_bytes().decode("utf-8", "replace")
            assert is_inside(found.place, text), found
        patiently(lambda: check(reading.facts, reading.problems, reading.files, AS_OF))
        assert not [problem for problem in reading.problems if "please report" in problem.reason]


def test_a_folder_of_everything_hostile_is_checked_and_counted(tmp_path: Path) -> None:
    (tmp_path / "accord.yaml").write_text(SEEDS[1])
    (tmp_path / "accord.toml").write_text("")
    (tmp_path / "deep.yaml").write_text("[" * 10_000)
    bomb = "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
    (tmp_path / "bomb.yaml").write_text(f"a0: &a0 x\n{bomb}")
    (tmp_path / "template.yaml").write_text(SEEDS[-1])
    (tmp_path / "tabs.yaml").write_text("a:\n\tb: 1\n")
    (tmp_path / "latin.yaml").write_bytes(b"a: caf\xe9\n")
    (tmp_path / "wide.json").write_bytes('{"a": 1}'.encode("utf-32"))
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "folder.yaml" / "up").symlink_to("..")
    (tmp_path / "self.yaml").symlink_to("self.yaml")
    os.mkfifo(tmp_path / "pipe.yaml")
    with (tmp_path / "large.yaml").open("wb") as file:
        file.truncate(50_000_000)
    output = io.StringIO()
    with redirect_stdout(output):
        code = run(["check", str(tmp_path), "--format", "json", "--as-of", AS_OF.isoformat()])
    assert code == 1
    result = json.loads(output.getvalue())
    assert result["read"]["files"] == 1
    assert [each["file"] for each in result["read"]["not_read"]] == [
        "bomb.yaml",
        "deep.yaml",
        "folder.yaml/up",
        "large.yaml",
        "latin.yaml",
        "pipe.yaml",
        "self.yaml",
        "tabs.yaml",
        "template.yaml",
        "wide.json",
    ]
    assert result["counts"]["mismatch"] > 0


PROPERTIES: dict[str, tuple[Callable[[Any], object], st.SearchStrategy[Any], int]] = {
    "reading": (holds_for_reading, contents(), 150),
    "reading contracts": (holds_for_reading, contracts().map(str.encode), 100),
    "reading manifests": (holds_for_reading, objects().map(str.encode), 100),
    "checking contracts": (holds_for_checking, contracts().map(str.encode), 100),
    "checking": (holds_for_checking, mutated().map(lambda text: text.encode("utf-8", "replace")), 100),
    "reading and checking code owners": (
        holds_for_owners,
        code_owners().map(lambda text: text.encode("utf-8", "replace")),
        60,
    ),
    "code owners of bytes": (holds_for_owners, contents(), 30),
    "reading and checking people on call": (holds_for_on_call, on_call(), 100),
    "exporting": (holds_for_exporting, (contracts() | objects()).map(str.encode), 50),
    "mappings": (holds_for_mappings, st.tuples(mutated((MAPPING,)), mutated((MAPPED,)), mutated((MAPPED,))), 80),
    "the command": (holds_for_the_command, st.lists(contents(), max_size=3), 15),
}


@pytest.mark.parametrize("name", PROPERTIES)
def test_nothing_raises_or_hangs(name: str) -> None:
    holds, given_, examples = PROPERTIES[name]

    def property_(value: Any) -> None:
        holds(value)

    quiet = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
        # shrinking a large text takes minutes: only the long run does it
        phases=[phase for phase in Phase if SECONDS or phase is not Phase.shrink],
    )
    end = time.monotonic() + SECONDS
    number = 0
    while number == 0 or time.monotonic() < end:
        seed(number)(quiet(given(given_)(property_)))()
        number += 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < MOST_MEMORY_KB


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf\xef\xbb\xbf[", b"\xef\xbb\xbf\xef\xbb\xbfa: ["])
def test_what_was_found_once_holds(content: bytes) -> None:
    holds_for_reading(content)


@pytest.mark.parametrize("text", SEEDS)
def test_the_good_texts_hold(text: str) -> None:
    holds_for_checking(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "party: a\npromises:\n" + "".join(f"  o{n}: {{latency: {{max: 1s}}, needs: [a/o{n + 1}]}}\n" for n in range(2_000)),
        "party: a\npromises:\n  x: {needs: [" + "[b/x, " * 300 + "]" * 300 + "]}\n",
        "party: a\nescalates:\n" + "".join(f"  - {{after: {n}m, to: a}}\n" for n in range(2_000)),
        "".join(f"party: p{n}\nescalates: [{{after: 1m, to: p{n + 1}}}]\n---\n" for n in range(200)),
        "".join(f"party: p{n}\npromises: {{x: {{latency: {{max: 1s}}, needs: [p{n + 1}/x]}}}}\n---\n" for n in range(1_000)),
        "".join(f"party: p{n}\npromises: {{x: {{latency: {{max: 1s}}, needs: [p{n // 2}/x, p{n // 3}/x]}}}}\n---\n" for n in range(150)),
        "".join(f"party: a\npromises: {{x: {{latency: {{max: {n + 1}s}}}}}}\n---\n" for n in range(1_000)),
        "".join(f"party: p{n}\nassumes: {{b/x: {{timeout: {n + 1}s}}}}\n---\n" for n in range(2_000)) + "party: b\npromises: {x: {latency: {max: 5s}}}\n",
        "party: a\npromises:\n  x:\n    hours: [" + ", ".join(f"Mon 0{n % 10}:{n % 60:02d}-12:00 UTC" for n in range(1_000)) + "]\n",
        "party: a\npromises:\n  x:\n    hours: [24x7, " + ", ".join(f"except 20{n % 90 + 10}-01-01" for n in range(1_000)) + "]\n",
        "".join(f"party: a\nonly: {{env: e{n}, version: v{n}}}\npromises: {{x: {{latency: {{max: 1s}}}}}}\n---\n" for n in range(200)),
    ],
)  # fmt: skip
def test_large_and_tangled_systems_are_judged_by_bounded_work(text: str) -> None:
    holds_for_checking(text.encode())


def test_a_mapping_over_a_large_tree_ends_by_bounded_work(tmp_path: Path) -> None:
    deep = tmp_path
    for number in range(60):
        deep = deep / "d"
        deep.mkdir()
        (deep / f"v{number}.yaml").write_text("t: 5s\n")
    for number in range(1_500):
        (tmp_path / f"f{number}.yaml").write_text(f"t: 5s\nl: [{number}]\n")
    starry = "**/" + "/".join(["d", "**"] * 20) + "/<name>.yaml"
    patterns = [starry, "**/<name>.yaml", "<other>.yaml", "**", "*" * 90 + "<x>.yaml", "d/" * 300 + "x", "<a>.<b>"]
    mapping = "".join(
        f"mapping: m{number}\nfiles: {json.dumps(found)}\ngives: {{party: p, promises: {{any: {{latency: {{max: <.t>}}}}}}}}\n---\n"
        for number, found in enumerate(
            [*([one] for one in patterns), patterns[:4], ["<a>.yaml", "<b>.yaml", "<c>.yaml"]]
        )
    )
    (tmp_path / "accord-mapping.yaml").write_text(mapping)
    reading = patiently(lambda: read_paths((str(tmp_path),)))
    assert any("say in `where` which belong together" in problem.reason for problem in reading.problems)


@pytest.mark.parametrize(
    "gives",
    [
        "{party: p, promises: {any: {latency: {max: " + "<.a>" * 1_500 + "}}}}",
        "{party: p, promises: {any: {latency: {max: " + " + ".join(["<.a>"] * 500) + "}}}}",
        "{party: p, promises: {any: {needs: " + "[" * 400 + "<.a>" + "]" * 400 + "}}}",
        "{party: p, promises: {any: {latency: {max: <" + ".a" * 40 + " else " + "9" * 3_000 + "s>}}}}",
        "&g {party: p, promises: *g}",
        "{party: p, x-y: &a [<.a>, <.a>], x-z: &b [*a, *a], x-a: &c [*b, *b], x-b: &d [*c, *c], x-c: [*d, *d]}",
    ],
)  # fmt: skip
def test_a_mapping_of_hostile_texts_ends_by_bounded_work(gives: str, tmp_path: Path) -> None:
    (tmp_path / "accord-mapping.yaml").write_text(f"mapping: m\nfiles: [a.yaml]\neach: .l\ngives: {gives}\n")
    (tmp_path / "a.yaml").write_text("l: [" + "{a: 5s, b: {c: 1}}, " * 1_000 + "]\n")
    reading = patiently(lambda: read_paths((str(tmp_path),)))
    patiently(lambda: check(reading.facts, reading.problems, reading.files, AS_OF))
