"""Waiver unused.

A gap was allowed, with a reason. Then it was closed, or the line it spoke of moved away, and the waiver stayed. It says of
the system what is no longer so, and it will hide the next gap of its kind that nobody has thought about.

## Example
```yaml file=checkout/accord.yaml
party: checkout
assumes:
  # accord: allow[timing/caller-gives-up-first] because payments gets faster this week  # finding: note
  payments/charge: {timeout: {attempt: 8s}}
```
```yaml file=payments/accord.yaml
party: payments
promises:
  charge: {latency: {max: 5s}}
```

### Some are allowed of many that are told together
```yaml file=rules.yaml
groups:
  - name: shop
    rules:
      - {alert: OrdersLost, expr: up == 0}  # accord: allow[signals/owner-missing] because sandbox  # finding: note
      - {alert: StockLost, expr: up == 0}
      - {alert: PricesLost, expr: up == 0}
```

## Not a gap
A waiver that meets a finding is used, wherever the finding's other side stands:
```yaml file=checkout/accord.yaml
party: checkout
assumes:
  payments/charge: {timeout: {attempt: 2s}}
```
```yaml file=payments/accord.yaml
party: payments
promises:
  # accord: allow[timing/caller-gives-up-first] owner team-payments because both sides know of the cut
  charge: {latency: {max: 5s}}
```

## Unanswered
Nothing is said where what a waiver could meet was not all read: where a file was refused whole, where a check is of a part
of the folder that the configuration is for, and of waivers in an included repository, which has its own check.

## What to do
Whoever wrote it: remove it, or put it where the statements stand that it is for.

## References
- `docs/waivers.md`, what can be written where
"""

from collections.abc import Iterator

from accord.boundaries.verdicts.allowances import note_on, shown
from accord.model.finding import Finding
from accord.model.waiver import Allowances, Standing

READS = ()


def check_allowances(allowances: Allowances) -> Iterator[Finding]:
    """Each waiver that is understood, holds, and meets nothing."""
    for standing in allowances.waivers:
        if standing.counted and not (standing.meets or standing.over or standing.wrong):
            yield note_on(standing.waiver, shown(standing.waiver), _message(standing))


def _message(standing: Standing) -> str:
    if standing.short is None:
        return f"{standing.waiver.rule} finds nothing here that would have to be allowed"
    return f"not all that joins in {standing.short.title or standing.waiver.rule} is allowed, and it stays: {standing.short.message}"
