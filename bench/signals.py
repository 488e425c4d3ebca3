"""Times `accord check` on 10,000 alerts and 500 routes: reading, joining and judging apart, beside a bare event parse.

    uv run python bench/signals.py [--rounds N] [--alerts N] [--routes N]

Prints medians over rounds, each in a process of its own that has learnt nothing, and the ratio of the whole run to a bare PyYAML C event parse of the same files.
"""

import argparse
import gc
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import yaml

import fresh
from accord.check import joined, judged, with_moves
from accord.files.collector import collector_paused
from accord.files.read import read
from accord.rules._catalogue import rules

PER_FILE, PER_GROUP, TEAMS = 40, 10, 50
AS_OF = date(2026, 11, 27)
ALERT = """\
  - alert: Service{number}FailsTooOften
    expr: |
      sum by (job, instance) (rate(service_{number}_requests_total{{job="service-{number}", code=~"5.."}}[5m]))
        / sum by (job, instance) (rate(service_{number}_requests_total{{job="service-{number}"}}[5m])) > 0.05
    for: 10m
    labels:
      severity: {severity}
      team: team-{team}
    annotations:
      summary: service-{number} fails too often on {{{{ $labels.instance }}}}
      description: "{{{{ $value | humanizePercentage }}}} of the requests to service-{number} fail; the limit is 5%."
      runbook_url: https://runbooks.shop.example/services/service-{number}
      dashboard: https://dashboards.shop.example/d/service-{number}
"""
ROUTE = """\
  - matchers: [team="team-{team}", severity=~"{severity}"]
    receiver: team-{team}-{number}
"""
SEVERITIES = ("page", "critical", "warning", "info")


def write(folder: Path, alerts: int, routes: int) -> int:
    """Writes rule files and one routing file; gives the bytes written."""
    texts = {}
    for start in range(0, alerts, PER_FILE):
        lines = ["groups:\n"]
        for number in range(start, min(start + PER_FILE, alerts)):
            if number % PER_GROUP == 0:
                lines.append(f"- name: group-{number}\n  rules:\n")
            severity = SEVERITIES[number % len(SEVERITIES)]
            lines.append(ALERT.format(number=number, team=number % TEAMS, severity=severity))
        texts[f"rules-{start // PER_FILE}.yaml"] = "".join(lines)
    texts["alertmanager.yml"] = routing(routes)
    for name, text in texts.items():
        (folder / name).write_text(text)
    return sum(map(len, texts.values()))


def routing(routes: int) -> str:
    """A root and its routes, each to a receiver of its own."""
    children, receivers = [], ["- name: rest\n  webhook_configs: [{url: http://rest.shop.example/}]\n"]
    for number in range(routes):
        severity = SEVERITIES[number // TEAMS % len(SEVERITIES)]
        children.append(ROUTE.format(number=number, team=number % TEAMS, severity=severity))
        url = f"http://alerts.shop.example/{number}"
        receivers.append(f"- name: team-{number % TEAMS}-{number}\n  webhook_configs: [{{url: {url}}}]\n")
    return f"route:\n  receiver: rest\n  routes:\n{''.join(children)}receivers:\n{''.join(receivers)}"


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    gc.collect()
    with collector_paused():  # as the command does
        started = time.process_time()
        result = work()
        return time.process_time() - started, result


def parse_events(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        for _ in yaml.parse(path.read_text(), Loader=yaml.CSafeLoader):
            pass


def one_round(folder: Path) -> dict[str, float]:
    taken: dict[str, float] = {}
    taken["events"], _ = timed(lambda: parse_events(folder))
    taken["reading"], reading = timed(lambda: read([str(folder)]))
    assert not reading.problems, reading.problems[:3]
    taken["joining"], (system, _) = timed(lambda: joined(reading.facts, AS_OF))
    chosen = rules()
    taken["judging"], findings = timed(lambda: judged(system, chosen))
    taken["moves"], final = timed(lambda: with_moves(system, findings, chosen))
    taken["facts"], taken["findings"] = len(reading.facts), len(final)
    return taken


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--alerts", type=int, default=10_000)
    parser.add_argument("--routes", type=int, default=500)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        written = write(Path(name), asked.alerts, asked.routes)
        results = fresh.rounds(__file__, Path(name), asked.rounds)
    first = results[0]
    print(
        f"{asked.alerts} alerts and {asked.routes} routes: {written / 1e6:.1f} MB, "
        f"{first['facts']:.0f} facts, {first['findings']:.0f} findings"
    )
    parts = ("reading", "joining", "judging", "moves")
    for part in ("events", *parts):
        print(f"       {part:<10}{median(result[part] for result in results) * 1e3:>9.0f} ms")
    whole = [sum(result[part] for part in parts) / result["events"] for result in results]
    print(
        f"       whole / events: median {median(whole):.2f} ({min(whole):.2f} to {max(whole):.2f}) of {asked.rounds} rounds"
    )


if __name__ == "__main__" and not fresh.is_one(one_round):
    main()
