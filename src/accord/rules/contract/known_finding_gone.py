"""Known finding gone.

A baseline lists what was found on the day it was written, so that only what is new counts. Since then something was closed,
and its entry stayed: the same gap could come back, and the baseline would call it known. A baseline only ever shrinks.

## Example
```toml file=accord.baseline.toml
version = 1

[[finding]]                          # finding: note
rule = "timing/caller-gives-up-first"
subject = "checkout -> payments/charge"
message = "checkout waits 2s, payments may answer after 5s"
fingerprint = "0123456789abcdef"
```
```yaml file=checkout/accord.yaml
party: checkout
assumes:
  payments/charge: {timeout: {attempt: 8s}}
---
party: payments
promises:
  charge: {latency: {max: 5s}}
```

## Not a gap
What is still found is known and not counted, also where lines moved or the numbers are others.

## Unanswered
Nothing is said where a file was refused whole, or where a check is of a part of the folder that the configuration is for.

## What to do
Whoever keeps the baseline: `accord baseline` removes what is gone.

## References
- `docs/waivers.md`, how a baseline is made and kept
"""

from collections.abc import Iterator

from accord.boundaries.verdicts.allowances import note_on_lines
from accord.model.finding import Finding
from accord.model.waiver import Allowances, Known

READS = ()


def check_allowances(allowances: Allowances) -> Iterator[Finding]:
    """The entries of a baseline that are met fewer times than they say, all in one note."""
    gone = allowances.gone
    if gone:
        count = sum(missing for _, missing in gone)
        says = "1 known finding is" if count == 1 else f"{count} known findings are"
        lines = [(entry.place, _says(entry, missing)) for entry, missing in gone]
        yield note_on_lines("baseline", lines, f"{says} found no longer")


def _says(entry: Known, missing: int) -> str:
    what = " of ".join(filter(None, (entry.rule, entry.subject)))
    return f"{what}: {missing} of {entry.count} gone" if entry.count > 1 else f"{what} is gone"
