"""Counted on outside hours.

One side counts on an operation at hours in which the other does not promise it. Who promises is right: outside its
hours it promised nothing. Who counts on it is right: it works most nights. The first night it does not, nobody is to
blame and nobody is there. A fallback with hours of its own fills the gap, and so does one in a sentence.

The next year is looked through exactly, with the changes of each zone's clock.

## Example
```yaml file=tower/accord.yaml
party: neighbour
assumes: {tower/call: {hours: 24x7}}  # finding: mismatch
```
```yaml file=others/accord.yaml
party: tower
promises:
  call:
    hours: [24x7, except 2026-12-01T21:00Z/2026-12-02T04:00Z]
    fallback: standby-line/call
---
party: standby-line
promises: {call: {hours: none}}
```

## Not a gap
The office hours of one zone lie inside those of another, all through the year:
```yaml file=desk/accord.yaml
party: trader
assumes: {desk/quote: {hours: "Mon-Fri 09:00-17:00 Europe/London"}}
---
party: desk
promises: {quote: {hours: "Mon-Fri 08:00-19:00 Europe/Berlin"}}
```
### A fallback in the meantime
```yaml file=tower/accord.yaml
{party: club, assumes: {tower/call: {hours: 24x7, fallback: nobody flies at night}}}
---
party: neighbour
assumes: {tower/call: {hours: 24x7, fallback: standby-line/call}}
---
party: tower
promises: {call: {hours: daily 06:00-22:00 UTC}}
---
party: standby-line
promises: {call: {hours: daily 21:00-07:00 UTC}}
```

## Unanswered
Absent hours are not 24x7:
```yaml file=ledger/accord.yaml
party: checkout
assumes: {ledger/read: {hours: 24x7}}  # finding: unanswered
---
party: ledger
promises: {read: {latency: {max: 1s}}}
```

## What to do
Who counts on it: count on it only in the hours promised, or say what happens instead (`fallback`). Who promises:
promise the hours that are needed.

## References
- BFU AX001-1-2/02, collision near Überlingen, 1 July 2002
"""

from collections.abc import Iterator

from msgspec.structs import replace

from accord.boundaries.join.system import Boundary
from accord.boundaries.people.absence import Absence, Watch, absence, hours_in, longer, watch, without_hours
from accord.boundaries.reliance.relying import is_reference
from accord.model.finding import Change, Finding, Move, Question, Statement, Verdict
from accord.model.nothing import NONE

READS = ("hours", "fallback")
NEEDS = ("hours",)


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds the hours that the caller counts on against those that the provider, or its fallback, promises."""
    counted, promised = boundary.assumed.get("hours"), boundary.promised.get("hours")
    if counted is None or not boundary.consumer:
        return
    own = Watch(boundary.provider, boundary.operation, counted, promised)
    instead = boundary.assumed.get("fallback") or boundary.promised.get("fallback")
    other = (
        watch(boundary.system, instead.value, instead, boundary.view)
        if instead and is_reference(instead.value)
        else None
    )
    found = absence(counted, [own], boundary.system.as_of, [hours_in(other.hours)] if other and other.hours else [])
    in_words = instead is not None and other is None and instead.value is not NONE
    if found is None or in_words:
        return
    silent = without_hours([own, other] if other else [own])
    if silent:
        yield _open(boundary, found, silent)
    else:
        yield _not_then(boundary, found, own)


def _open(boundary: Boundary, found: Absence, silent: list[Watch]) -> Finding:
    counts = f"{boundary.consumer} counts on {boundary.subject} {found.needed.text}"
    names = " and ".join(each.subject for each in silent)
    questions = tuple(
        Question(each.party, f"when {each.subject} is promised (hours)", found.needed.text) for each in silent
    )
    message = f"{counts}; nobody says when {names} is promised"
    return Finding(Verdict.UNANSWERED, message, (Statement(found.needed, counts),), *boundary.key, questions=questions)


def _not_then(boundary: Boundary, found: Absence, own: Watch) -> Finding:
    assert own.hours is not None
    counts = f"{boundary.consumer} counts on {boundary.subject} {found.needed.text}"
    promises = f"{boundary.provider} promises {boundary.subject} {own.hours.text}"
    fewer = replace(found.needed, value=own.hours.value, text=own.hours.text)
    moves = (
        Move(boundary.consumer, f"count on {boundary.subject} {own.hours.text}", (Change(found.needed, fewer),)),
        *longer(boundary.provider, f"promise {boundary.subject}", own.hours, found.needed),
    )
    return Finding(
        Verdict.MISMATCH,
        f"{counts}, which is not promised at {found.shown}",
        (Statement(found.needed, counts), Statement(own.hours, promises)),
        *boundary.key,
        witness=found.witness(
            f"{boundary.consumer} counts on {boundary.subject} at {found.shown}, and it is not promised then"
        ),
        moves=moves,
    )
