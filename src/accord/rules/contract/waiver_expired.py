"""Waiver expired.

Somebody knew of a gap, said why it may stay, and until when. Everybody was right on that day. The day has passed: what was
allowed counts again, and nobody has said since whether the reason still holds.

## Example
```yaml file=checkout/accord.yaml
party: checkout
assumes:
  payments/charge:
    timeout: {attempt: 2s}  # accord: allow[timing/caller-gives-up-first] until 2026-06-30 because 5s is old  # finding: note
```
```yaml file=payments/accord.yaml
party: payments
promises:
  charge: {latency: {max: 5s}}
```

## Not a gap
On its last day a waiver still holds, and one without `until` has no last day:
```yaml file=checkout/accord.yaml
party: checkout
assumes:
  # accord: allow[timing/caller-gives-up-first] until 2026-11-23 because payments gets faster this week
  payments/charge: {timeout: {attempt: 2s}}
```
```yaml file=payments/accord.yaml
party: payments
promises:
  charge: {latency: {max: 5s}}
```

## Unanswered
Nothing: the day is written down, or there is none.

## What to do
Whoever allowed it: close the gap, or say why it may stay and until when. Whoever relies on the other side: ask its owner.

## References
- `docs/waivers.md`, what can be written where
"""

from collections.abc import Iterator

from accord.boundaries.verdicts.allowances import note_on, shown
from accord.model.finding import Finding
from accord.model.waiver import Allowances

READS = ()


def check_allowances(allowances: Allowances) -> Iterator[Finding]:
    """Each waiver whose last day is before the day of the check."""
    for standing in allowances.waivers:
        waiver = standing.waiver
        if standing.over and not standing.wrong and waiver.until is not None:
            message = f"{waiver.rule} was allowed until {waiver.until.isoformat()}, and counts again"
            yield note_on(waiver, shown(waiver), message)
