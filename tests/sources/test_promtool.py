"""What promtool refuses of mutated rule files and configurations, we refuse, and nothing else; what differs is explained."""

import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from accord.model.problem import Problem
from accord.sources._claims import read_document, read_text
from accord.sources._yaml import Document, documents

PROMTOOL = shutil.which("promtool")
pytestmark = pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed: apt-get install prometheus")
MUTATIONS = 150

RULES = (
    """\
groups:
- name: shop
  interval: 30s
  limit: 10
  rules:
  - alert: CheckoutDown
    expr: sum by (team) (rate(errors_total{job="shop", code=~"5.."}[5m] offset 1m)) > 0.5
    for: 5m
    keep_firing_for: 1h
    labels:
      severity: page
      team: "{{ $labels.team }}"
    annotations:
      summary: "{{ $value | humanize }} on {{ $labels.instance }}{{ if gt $value 5.0 }} and more{{ end }}"
      runbook: https://runbooks.example/checkout
  - record: job:errors:rate5m
    expr: sum by (job) (rate(errors_total[5m]))
    labels: {source: shop}
- name: stock
  rules:
  - &full
    alert: StockFull
    expr: |
      stock_size / on (shelf) group_left (team)
        stock_limit >= 0.9
    for: 0s
    labels: {severity: ticket}
  - <<: *full
    expr: absent(stock_size)
""",
    """\
groups:
  - name: one
    rules:
      - {record: "a:b:c", expr: "a / ignoring (x) b"}
      - alert: A
        expr: max_over_time(a[1h:5m]) unless on (x) label_replace(b, "x", "$1", "y", "(.*)")
        annotations: {text: 'plain', number: 5, nothing: null}
""",
)
SERVER = """\
global:
  scrape_interval: 15s
  scrape_timeout: 10s
  evaluation_interval: 1m
  external_labels:
    site: a
rule_files:
- rules/*.yaml
alerting:
  alertmanagers:
  - static_configs:
    - targets: ["alerts:9093"]
scrape_configs:
- job_name: node
  scrape_interval: 1m
  scrape_timeout: 30s
  static_configs:
  - targets: ["node:9100"]
- job_name: shop
  static_configs:
  - targets: ["shop:80"]
"""
WORDS = (
    *(
        "",
        "5",
        "5m",
        "-1s",
        "up",
        "null",
        "true",
        "[a]",
        "{a: b}",
        "x y",
        "1d2h",
        "2h1d",
        "a-b",
        "__name__",
        "{{ $x }}",
    ),
    *('"{{ end }}"', '"{{ $labels.a"', "'sum('", "sum by (a) (b", "rate(a)", "a[5m]", '"a"', "alert", "record", "expr"),
)

_SECONDS = re.compile(r"[\[:]\d+[\]:]")

EXPLAINED = {
    "holds nothing that tells a rule file from other files": "left alone: no facts, and no refusal",
    "the second document of a file": "promtool reads the first only; each of ours is read",
    "a name that Prometheus 3 takes": "noted, not refused: the file may be meant for a newer Prometheus",
    "a key of Thanos or Mimir": "read: they load the same files",
    "a window of a bare number": "Prometheus 3 takes it as seconds",
    "an anchor that stands twice": "libyaml refuses it, as YAML 1.0 did",
}
"""Where the two may differ, and why."""


def mutated(text: str, chance: random.Random) -> str:
    """The text with one to three slips of the kinds that people make."""
    lines = text.splitlines()
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        number = chance.randrange(len(lines))
        line = lines[number]
        kind = chance.randrange(8)
        if kind == 0:
            del lines[number]
        elif kind == 1:
            lines.insert(number, line)
        elif kind == 2 and ":" in line:
            lines[number] = line.partition(":")[0] + ": " + chance.choice(WORDS)
        elif kind == 3:
            lines[number] = " " * chance.randrange(3) + line
        elif kind == 4 and line.strip():
            at = chance.randrange(len(line))
            lines[number] = line[:at] + line[at + 1 :]
        elif kind == 5 and line.strip():
            at = chance.randrange(len(line))
            lines[number] = line[:at] + chance.choice("x5({[]})\"'{}:,-|#&* ") + line[at:]
        elif kind == 6:
            other = chance.randrange(len(lines))
            lines[number], lines[other] = lines[other], lines[number]
        else:
            lines[number] = line.replace(chance.choice("aelmrs"), chance.choice("aelmrs"), 1)
        lines = lines or [""]
    return "\n".join(lines) + "\n"


def refused_by_promtool(check: str, path: Path) -> str:
    """What promtool says against a file; empty where it takes it."""
    options = ["--lint=none"] if check == "rules" else ["--syntax-only"]
    done = subprocess.run([str(PROMTOOL), "check", check, *options, str(path)], capture_output=True, text=True)
    return "" if done.returncode == 0 else f"{done.stdout}{done.stderr}"


def refused_by_us(text: str) -> str:
    return "; ".join(one.reason for one in read_text(text, ".", "f.yaml") if isinstance(one, Problem) and one.fatal)


def is_explained(text: str, ours: str) -> bool:
    """Whether the difference is one of EXPLAINED."""
    if "the anchor" in ours or _SECONDS.search(text):
        return True
    read = list(documents(text, ".", "f.yaml"))
    if len(read) > 1 or any(key in text for key in ("partial_response", "source_tenants")):
        return True
    found = [one for part in read if isinstance(part, Document) for one in read_document(part)]
    return not ours and (not found or any(isinstance(one, Problem) for one in found))


@pytest.mark.parametrize(("check", "seeds"), [("rules", RULES), ("config", (SERVER,))])
def test_promtool_and_we_refuse_the_same_files(check, seeds, tmp_path):
    differing, refused = [], 0
    for number in range(MUTATIONS if check == "rules" else MUTATIONS // 3):
        text = mutated(seeds[number % len(seeds)], random.Random(f"{check}-{number}"))
        path = tmp_path / f"{number}.yml"
        path.write_text(text)
        theirs, ours = refused_by_promtool(check, path), refused_by_us(text)
        refused += bool(theirs)
        if bool(theirs) != bool(ours) and not is_explained(text, ours):
            differing.append(f"--- {number}\n{text}\nours: {ours}\npromtool: {theirs}")
    assert not differing, "\n".join(differing)
    assert refused > 20


@pytest.mark.parametrize("text", RULES)
def test_the_seeds_are_taken_by_both(text, tmp_path):
    path = tmp_path / "rules.yml"
    path.write_text(text)
    assert not refused_by_promtool("rules", path) and not refused_by_us(text)
