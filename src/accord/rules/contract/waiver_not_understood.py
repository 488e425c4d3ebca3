"""Waiver not understood.

Somebody wrote down that a finding is known and may stay. The rule it names does not exist, or there is no reason, or the
day is none: nothing is allowed by it, and whoever wrote it believes that something is.

## Example
```yaml file=checkout/accord.yaml
party: checkout
assumes:
  # accord: allow[timing/caller-gives-up-frist] because payments gets faster this week  # finding: note
  payments/charge: {timeout: {attempt: 2s}}
  payments/refund: {timeout: {attempt: 2s}}  # accord: allow[timing/caller-gives-up-first]  # finding: note
  payments/list: {timeout: {attempt: 2s}}  # accord: allow[timing/caller-gives-up-first] until May because of it  # finding: note
```
```yaml file=payments/accord.yaml
party: payments
promises:
  any: {latency: {max: 1s}}
```

## Not a gap
What stands in a text is no comment, and a comment that says something else is none of ours:
```yaml file=checkout/accord.yaml
party: checkout
x-how: "write # accord: allow[timing/caller-gives-up-frist] behind a line"
assumes:
  # accord: the numbers below are from the contract of 2024
  payments/charge: {timeout: {attempt: 2s}}
```

## Unanswered
Nothing.

## What to do
Whoever wrote it: `# accord: allow[family/name] until 2027-03-31 because ...`. The rule and the reason are needed; `until` and
`owner` may be left out.

## References
- `docs/waivers.md`, what can be written where
"""

from collections.abc import Iterator

from accord.boundaries.verdicts.allowances import note_on
from accord.model.finding import Finding
from accord.model.waiver import Allowances

READS = ()


def check_allowances(allowances: Allowances) -> Iterator[Finding]:
    """Each waiver that allows nothing because of how it is written."""
    for standing in allowances.waivers:
        if standing.wrong:
            yield note_on(standing.waiver, standing.wrong, standing.wrong)
