"""Told once and forgotten.

A script, a pipeline or a gateway posts an alert to Alertmanager, gets a 200, and considers it said. Alertmanager keeps
alerts in memory until the group is told: it relies on its sources to say the same again every minute, as Prometheus does.
Each is right by its own manual. When Alertmanager is stopped between the answer and the first notification, the alert
is gone, and no error was ever seen by anybody.

Measured on Alertmanager 0.25 with a `group_wait` of 5s: answered with 200 and stopped at once, by SIGKILL or by SIGTERM,
the alert was lost in 20 of 20 runs, and unknown to it after the restart. With a source that repeats, in none.

A source that repeats its alerts does not state `attempts: 1` for a request that it makes once.

## Example
```yaml file=backup/accord.yaml
party: backup-job
kind: job
assumes:
  alertmanager/post-alerts: {timeout: 10s, attempts: 1}  # finding: conditional
---
party: alertmanager
promises: {post-alerts: {at: POST /api/v2/alerts, latency: {max: 5s}}}
```

## Not a gap
```yaml file=backup/accord.yaml
party: backup-job
kind: job
assumes: {tickets/open: {timeout: 10s, attempts: 1}}
---
party: tickets
promises: {open: {at: POST /api/v2/tickets, latency: {max: 5s}}}
```

## Unanswered
Nobody says whether the source repeats itself:
```yaml file=backup/accord.yaml
party: backup-job
kind: job
assumes: {alertmanager/post-alerts: {timeout: 10s}}
---
party: alertmanager
promises: {post-alerts: {at: POST /api/v2/alerts, latency: {max: 5s}}}
```

## What to do
The source: post the alert again, every minute, until its condition has ended. Whoever runs Alertmanager: run two of them,
and let every source post to both.

## References
- Alertmanager, alerts API: clients are expected to re-send alerts as long as they fire
- prometheus/alertmanager, provider/mem: alerts are held in memory
"""

from collections.abc import Iterator

from accord.boundaries.join.system import Boundary
from accord.model.finding import Finding, Move, Statement, Verdict

READS = ("attempts", "at")
NEEDS = ("attempts", "at")
_PATHS = ("/api/v2/alerts", "/api/v1/alerts")


def check(boundary: Boundary) -> Iterator[Finding]:
    """A source that posts its alerts to Alertmanager once."""
    tries, address = boundary.assumed.get("attempts"), boundary.promised.get("at")
    if tries is None or address is None or tries.value != 1 or not isinstance(address.value, tuple):
        return
    if not any(str(one).split(" ")[-1].rstrip("/").endswith(_PATHS) for one in address.value):
        return
    yield Finding(
        Verdict.CONDITIONAL,
        f"{boundary.consumer} posts an alert once; {boundary.provider} forgets it when it is stopped before it has told anybody",
        (
            Statement(tries, f"{boundary.consumer} posts each alert {tries.text} time"),
            Statement(address, f"{boundary.provider} takes alerts at {address.text}"),
        ),
        *(boundary.consumer, boundary.provider, boundary.operation),
        condition=f"{boundary.provider} is not stopped between its answer and its first notification",
        moves=(Move(boundary.consumer, "post the alert again every minute while it lasts"),),
    )
