"""Read before ready.

One side reads at a time of day, the other promises to be ready by another. Each wrote the clock of its own place, and
half of the year the two agree. The first day on which they do not, the reader takes yesterday's data for today's, and
nothing fails.

Every reading of the next year is held against the promise, with the changes of each zone's clock. What counts is the
promise nearest to the reading: one a little later is read too early, one the evening before is in time. A promise
more than six hours later may well mean the day before; then it is a condition.

## Example
```yaml file=report/accord.yaml
party: report
assumes:
  warehouse/table: {ready_by: "Mon-Fri 04:30 UTC"}  # finding: mismatch
```
```yaml file=warehouse/accord.yaml
party: warehouse
promises:
  table: {ready_by: "daily 06:00 Europe/Berlin"}
```

## Not a gap
The same instant, and the evening before:
```yaml file=report/accord.yaml
party: report
assumes:
  warehouse/table: {ready_by: "daily 06:00 Europe/Berlin"}
  warehouse/prices: {ready_by: "daily 00:30 UTC"}
---
party: warehouse
promises:
  table: {ready_by: "daily 06:00 Europe/Berlin"}
  prices: {ready_by: "Mon-Fri 22:00 UTC"}
```

## Unanswered
```yaml file=report/accord.yaml
party: report
assumes:
  warehouse/table: {ready_by: "daily 04:30 UTC"}   # finding: unanswered
  warehouse/prices: {ready_by: "daily 02:00 UTC"}  # finding: conditional
---
party: warehouse
promises:
  table: {freshness: 1d}
  prices: {ready_by: "daily 12:00 UTC"}
```

## What to do
The reader: read later, or by the same clock as the promise. The side that promises: be ready earlier, or promise by a
clock that does not change with the season.

## References
- RFC 9557, Date and Time on the Internet with time zones
- Open Data Contract Standard, slaProperties: timeOfAvailability
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from msgspec.structs import replace

from accord.boundaries.calls.evidence import side_by_side
from accord.boundaries.join.system import Boundary
from accord.model.fact import Fact, Stance
from accord.model.finding import Change, Finding, Move, Question, Statement, Verdict
from accord.model.hours import DailyInstant, show_instant
from accord.model.nothing import NONE

READS = ("ready_by",)
NEEDS = ("ready_by",)
_YEAR = timedelta(days=366)
_AROUND = timedelta(days=8)
_SURELY_LATE = timedelta(hours=6)
_HALF_A_DAY = timedelta(hours=12)


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds when the consumer reads against when the provider is ready."""
    counted = boundary.assumed.get("ready_by")
    if counted is None or not counted.consumer or not isinstance(counted.value, DailyInstant):
        return
    promised = next((fact for fact in boundary.promised.all("ready_by") if fact.stance is Stance.PROMISES), None)
    if promised is None:
        yield _nobody_says(boundary, counted)
    elif promised.value is NONE:
        yield _early(boundary, counted, promised, None)
    else:
        found = _first_early(boundary, counted.value, promised.value)
        if found is not None:
            yield _early(boundary, counted, promised, found)


def _first_early(boundary: Boundary, read: DailyInstant, ready: DailyInstant) -> tuple[datetime, timedelta] | None:
    """The first reading that the nearest promise follows, and by how much."""
    starts = datetime.combine(boundary.system.as_of, time(), UTC)
    promised = ready.instants(starts - _AROUND, starts + _YEAR + _AROUND)
    for reading in read.instants(starts, starts + _YEAR):
        position = bisect_right(promised, reading)
        before = reading - promised[position - 1] if position else _YEAR
        after = promised[position] - reading if position < len(promised) else _YEAR
        if after < min(before, _HALF_A_DAY):
            return reading, after
    return None


def _early(boundary: Boundary, counted: Fact, promised: Fact, found: tuple[datetime, timedelta] | None) -> Finding:
    ready = f"promises it by {promised.text}" if found else "promises it at no time"
    sayings = ((counted, f"reads {boundary.subject} at {counted.text}"), (promised, ready))
    message = f"{boundary.consumer} {sayings[0][1]}, {boundary.provider} {ready}"
    statements = tuple(Statement(fact, f"{fact.says} {words}") for fact, words in sayings)
    follows, starts = f"{boundary.consumer} reads what is not ready", ""
    if found:
        reading, after = found
        zones = (counted.value.zone, promised.value.zone)
        message += f": at {show_instant(reading, zones)} it may not be ready"
        follows, starts = (
            f"{boundary.consumer} reads at {show_instant(reading, zones)}, before the promise",
            reading.isoformat(),
        )
        if after > _SURELY_LATE:
            condition = f"holds only while {boundary.consumer} means what was ready the day before"
            return Finding(Verdict.CONDITIONAL, message, statements, *boundary.key, condition=condition)
    witness = replace(side_by_side("counts-on-what-is-promised", sayings, (promised, counted), follows), starts=starts)
    return Finding(
        Verdict.MISMATCH, message, statements, *boundary.key, witness=witness, moves=_moves(boundary, counted, promised)
    )


def _moves(boundary: Boundary, counted: Fact, promised: Fact) -> tuple[Move, ...]:
    if not isinstance(promised.value, DailyInstant):
        return ()
    later = replace(promised.value, days=counted.value.days)
    sooner = replace(counted.value, days=promised.value.days)
    return tuple(
        Move(party, f"{does} {text}", (Change(before, replace(before, value=value, text=text)),))
        for party, does, before, value, text in (
            (boundary.consumer, "read at", counted, later, _text(counted, promised)),
            (boundary.provider, "be ready by", promised, sooner, _text(promised, counted)),
        )
    )


def _text(days: Fact, clock: Fact) -> str:
    return f"{days.text.partition(' ')[0]} {clock.text.partition(' ')[2]}"


def _nobody_says(boundary: Boundary, counted: Fact) -> Finding:
    message = f"{boundary.consumer} reads {boundary.subject} at {counted.text}; nobody says when it is ready"
    question = Question(
        boundary.provider, f"by when {boundary.subject} is ready (ready_by)", f"at the latest {counted.text}"
    )
    statement = Statement(counted, f"{counted.says} reads {boundary.subject} at {counted.text}")
    return Finding(Verdict.UNANSWERED, message, (statement,), *boundary.key, questions=(question,))
