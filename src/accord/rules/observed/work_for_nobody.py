"""Work for nobody.

A caller had left without an answer when the provider was done. The provider counts a success, the caller a failure, and
the work was for nobody; where the caller asked again, it may have been done more than once. Counted are calls of which
both sides tell, whose caller saw no answer at all; durations are compared, never the clocks of two hosts.

## Example
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - consumer: checkout  # finding: note
    provider: payments
    operation: POST /charges
    counts: {calls: 3, paired: 3, late: 3, late_ns: 9000000000, error_ok: 3, repeated: 2}
    codes: [[-1, 200, 3]]
```

## Not a gap
The caller was answered with an error, and the server took a moment more to put its things away:
```yaml file=observed.yaml
accord_observed: 1
boundaries:
  - consumer: checkout
    provider: payments
    operation: POST /charges
    counts: {calls: 3, paired: 3, late: 3, late_ns: 300000, error_error: 3}
    codes: [[500, 500, 3]]
```

## Unanswered
Nothing.

## What to do
The caller: wait as long as the provider may take, and send along how long that is. The provider: refuse work that cannot be
done in the time that is left, and do a repeat once.

## References
- Site Reliability Engineering, chapter 22, Addressing Cascading Failures: deadlines
"""

from collections.abc import Iterator

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.seen.sightings import sightings
from accord.boundaries.seen.words import left_before_the_answer, many, statement
from accord.model.finding import Finding, Severity, Verdict
from accord.model.observed import rounded

READS = ()


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Counts the answers that came when their callers had left."""
    for sighting in sightings(system):
        left = left_before_the_answer(sighting)
        if not left:
            continue
        says = f"{many(left, 'answer')} of {many(sighting.seen.count('calls'), 'call')} came after the caller had left"
        if left == sighting.seen.count("late") and sighting.seen.count("late_ns"):
            says += f": {rounded(sighting.seen.count('late_ns'))} of work for nobody"
        if sighting.seen.count("repeated"):
            says += f"; {many(sighting.seen.count('repeated'), 'execution')} of a request executed before"
        told = statement(sighting, "seen.late", says)
        yield Finding(Verdict.NOTE, told.says, (told,), *sighting.boundary.key, severity=Severity.WARNING)
