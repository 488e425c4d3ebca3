"""Service of no party.

Telemetry tells of services that no contract knows by name. Whoever named them in their telemetry was free to, and whoever
wrote the contracts could not know; but until somebody says which party each is, nothing that was observed of it is held
against anything, and this check is silent where it seems to be content.

Asked once, for all of them together. A party is linked to what telemetry calls it by `names: {otel: ...}`, never because
two names are alike.

## Example
A question (`accord check --questions`):
```yaml file=payments/accord.yaml
party: payments
names: {otel: payments}
promises:
  charge: {at: POST /charges}
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - {consumer: shop-frontend, provider: payments, operation: POST /charges, counts: {calls: 300, paired: 300}}  # finding: unanswered
  - {consumer: payments, provider: fraud-v2, operation: POST /check, counts: {calls: 300, paired: 300}}
```

## Not a gap
Each is linked:
```yaml file=payments/accord.yaml
party: payments
names: {otel: [payments, payments-api]}
promises:
  charge: {at: POST /charges}
---
party: shop
names: {otel: shop-frontend}
```
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - {consumer: shop-frontend, provider: payments-api, operation: POST /charges, counts: {calls: 300, paired: 300}}
```
### Nobody has said anything yet
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - {consumer: shop-frontend, provider: payments, operation: POST /charges, counts: {calls: 300, paired: 300}}
```

## Unanswered
The same.

## What to do
Whoever runs the service: say in the contract of its party what telemetry calls it.

## References
- OpenTelemetry semantic conventions, `service.name`
"""

from collections import Counter
from collections.abc import Iterator

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.names.speakers import parties
from accord.boundaries.seen.reach import listed, reaches
from accord.boundaries.seen.sightings import sightings
from accord.boundaries.seen.words import many
from accord.model.finding import Finding, Question, Statement, Verdict

READS = ()
_SERVICE = "otel:"


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Counts the calls of and to each service that is linked to nobody."""
    calls: Counter[str] = Counter()
    for (name, _), reach in reaches(system).items():
        if name.startswith(_SERVICE):
            calls[name.removeprefix(_SERVICE)] += sum(one.seen.count("calls") for one in reach.all)
    if not calls or not parties(system):
        return
    names = listed(name for name, _ in calls.most_common())
    seen = [one for one in sightings(system) if any(side.startswith(_SERVICE) for side in one.boundary.key[:2])]
    count = "1 service is" if len(calls) == 1 else f"{len(calls)} services are"
    said = Statement(seen[0].total, f"{count} of no party that is known: {names}")
    total = sum(one.seen.count("calls") for one in seen)
    message = f"{said.says}; a side of {many(total, 'call')} that were seen"
    question = Question("whoever runs them", f"which party service.name is: {names} (names: {{otel: ...}})")
    yield Finding(Verdict.UNANSWERED, message, (said,), questions=(question,))
