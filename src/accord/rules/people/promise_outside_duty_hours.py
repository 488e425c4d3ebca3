"""Promise outside duty hours.

A promise holds in hours in which nobody who would have to keep it is on duty: no level of its ladder, or not the one
who does a step of its procedure; or the signal that shows a deviation is off. Each statement is right by itself: people
sleep, and the service does not. The gap has a first instant.

The next year is looked through exactly, with the changes of each zone's clock, and so is an exception that names its
instants, past or to come; days off that are past are not. Absent hours are not 24x7: they are
a question. A signal without hours is taken to be always there; where a promise has no hours, its signal is needed
while those are on duty who are paged.

## Example
```yaml file=ledger/accord.yaml
{party: ledger, promises: {post: {hours: 24x7, recover: {by: oncall, how: failover}}}}  # finding: mismatch
---
{party: oncall, kind: rota, promises: {page: {acknowledge: 5m, hours: "Mon-Fri 09:00-18:00 Europe/Berlin"}}}
```
### Who does a step
```yaml file=ledger/accord.yaml
party: ledger
promises:
  post:
    hours: daily 06:00-22:00 Europe/Berlin  # finding: mismatch
    recover: {by: duty, how: failover}
---
{party: duty, kind: rota, promises: {page: {acknowledge: 5m, hours: 24x7}}}
---
party: database-team
kind: team
promises: {page: {hours: [daily 05:00-23:00 Europe/Berlin, except 2026-12-24/2026-12-26]}}
---
party: failover
kind: procedure
steps: [{do: promote the replica, by: database-team, done: the replica reports role primary}]
```
### Two clocks that change on different days
```yaml file=desk/accord.yaml
party: desk
promises: {quote: {hours: "Mon-Fri 09:00-17:00 Europe/London", recover: {by: night}}}  # finding: mismatch
---
party: night
kind: rota
promises: {page: {hours: "Mon-Fri 04:00-12:00 America/New_York"}}
```
### A signal that is off
```yaml file=tower/accord.yaml
party: tower
promises: {separate: {detect: {by: conflict-alert}, recover: {by: controller}}}
---
party: conflict-alert
kind: alert
promises: {warn: {hours: [24x7, except 2026-12-01T21:00Z/2026-12-02T04:00Z]}}  # finding: mismatch
---
{party: controller, kind: rota, promises: {page: {hours: 24x7}}}
```

## Not a gap
Two rotas take turns; the clock of one changes on another day than that of the other, and the second stays longer:
```yaml file=ledger/accord.yaml
{party: ledger, promises: {post: {hours: 24x7, recover: {by: day}}}}
---
party: day
kind: rota
promises: {page: {hours: "daily 08:00-20:00 Europe/Berlin"}}
escalates: [{after: 5m, unless: acknowledged, to: night}]
---
party: night
kind: rota
promises: {page: {hours: "daily 13:00-03:00 America/New_York"}}
```

## Unanswered
```yaml file=ledger/accord.yaml
party: ledger
promises: {post: {hours: 24x7, recover: {by: ledger-oncall}}}  # finding: unanswered
---
{party: ledger-oncall, kind: rota, promises: {page: {acknowledge: 5m}}}
```

## What to do
Who promises: promise the hours in which somebody is there. Who is on duty: cover the gap, or name who does.

## References
- Site Reliability Engineering, chapter 11, Being On-Call
- BFU AX001-1-2/02, collision near Überlingen, 1 July 2002
"""

from collections.abc import Iterator

from msgspec.structs import replace

from accord.boundaries.calls.wording import exchanged
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.people.absence import Absence, Watch, absence, doers, hours_in, longer, watch, without_hours
from accord.boundaries.people.ladder import ladder, operations_of, references, shown_by, signals, speakers
from accord.model.fact import Fact
from accord.model.finding import Finding, Move, Question, Statement, Verdict
from accord.model.hours import Hours

READS = ("hours", "recover", "detect", "escalates", "steps")


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds the hours of every promise against those of everybody it rests on."""
    timed = speakers(system, "hours").keys()
    concerned = shown_by(system, timed) | timed
    for provider, operation in operations_of(system, concerned):
        yield from (*_people(system, provider, operation, view), *_signals(system, provider, operation, view))


def _people(system: System, provider: str, operation: str, view: View) -> Iterator[Finding]:
    side = system.promised(provider, operation, view)
    needed = side.get("hours")
    if needed is None or hours_in(needed) == Hours():
        return
    levels = ladder(system, provider, operation, view).levels
    led = tuple(signals(side))
    paged = [Watch(level.party, level.operation, level.because, level.hours, led) for level in levels]
    found = absence(needed, paged, system.as_of) if paged else None
    open_ones = without_hours(paged) if found else []
    if found and not open_ones:
        yield _nobody(found, f"nobody who recovers {provider}/{operation} is on duty")
    covered = {each.party for each in paged} if found else set()
    for doer in doers(system, side.get("recover.how"), view):
        missing = absence(needed, [doer], system.as_of)
        if missing and doer.party not in covered:
            if doer.hours is None:
                open_ones.append(doer)
            else:
                who = f"{doer.party}, who does a step of the repair of {provider}/{operation},"
                yield _nobody(missing, f"{who} is not on duty")
    if open_ones:
        yield _unknown(needed, open_ones)


def _nobody(found: Absence, what: str) -> Finding:
    needed, last = found.needed, found.away[-1]
    promised = _promised(needed)
    on_duty = tuple(
        Statement(each.hours, f"{each.party} is on duty {each.hours.text}") for each in found.away if each.hours
    )
    named = [statement for each in found.away for statement in each.named]
    moves = []
    if last.hours and len(found.away) == 1:
        fewer = exchanged(needed, last.hours.value, last.hours.text)
        moves.append(Move(needed.says, f"promise {needed.subject} {last.hours.text}", (fewer,)))
    if last.hours:
        moves += longer(last.party, "be on duty", last.hours, needed)
    message = f"{promised.says}; at {found.shown} {what}"
    witness = found.witness(f"{needed.subject} is promised at {found.shown}, and {what}")
    about = ("", needed.provider, needed.operation)
    return Finding(Verdict.MISMATCH, message, (promised, *on_duty, *named), *about, witness=witness, moves=tuple(moves))


def _unknown(needed: Fact, watches: list[Watch]) -> Finding:
    promised, silent = _promised(needed), without_hours(watches)
    names = " and ".join(each.party for each in silent)
    asks = tuple(Question(each.party, f"when it is on duty ({each.subject}: hours)", needed.text) for each in silent)
    message = f"{promised.says}; nobody says when {names} is on duty"
    named = [statement for each in silent for statement in each.named]
    about = ("", needed.provider, needed.operation)
    return Finding(Verdict.UNANSWERED, message, (promised, *named), *about, questions=asks)


def _promised(needed: Fact) -> Statement:
    return Statement(needed, f"{needed.says} promises {needed.subject} {needed.text}")


def _signals(system: System, provider: str, operation: str, view: View) -> Iterator[Finding]:
    """The signals of a promise, where every one of them says when it is there."""
    side = system.promised(provider, operation, view)
    shown = [watch(system, name, fact, view) for fact in signals(side) for name in references(fact)]
    if not shown or without_hours(shown):
        return
    paged = next((level for level in ladder(system, provider, operation, view).levels), None)
    needed = side.get("hours") or (paged.hours if paged is not None else None)
    if needed is None:
        return
    shown = [replace(each, permits=(paged.because,)) for each in shown] if paged is not None else shown
    found = absence(needed, shown, system.as_of)
    if found is None:
        return
    first = found.away[0]
    assert first.hours is not None
    says = f"{first.party} is there {first.hours.text}"
    needs = f"{needed.says} is there {needed.text}"
    relies = f"{provider} relies on {first.because.text}"
    follows = f"a deviation of {provider}/{operation} at {found.shown} is shown by nobody"
    yield Finding(
        Verdict.MISMATCH,
        f"{first.party} shows no deviation of {provider}/{operation} at {found.shown}; {needs}",
        (Statement(first.hours, says), Statement(needed, needs), Statement(first.because, relies)),
        "",
        first.party,
        witness=found.witness(follows),
        moves=longer(first.party, "show deviations", first.hours, needed),
    )
