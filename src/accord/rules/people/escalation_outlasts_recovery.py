"""Escalation outlasts recovery.

A recovery is promised, or counted on, within some time. The ladder of pages, the time people may take to answer and to
be able to act, and the steps of the procedure add up to more. Each party is right: a patient ladder lets people sleep,
and each answers inside its promise. Together they are late, and nobody broke a word.

Times that nobody stated count as none, so the sum is never too long. A bound that is met exactly holds. A clock with hours
runs only inside them.

## Example
```yaml file=ledger/accord.yaml
party: ledger
promises:
  post:
    hours: 24x7
    recover: {by: ledger-oncall, within: 30m, how: failover}  # finding: mismatch
---
party: ledger-oncall
kind: rota
promises:
  page: {acknowledge: 5m, hours: "Mon-Fri 09:00-18:00 Europe/Berlin"}
escalates: [{after: 10m, unless: acknowledged, to: duty}]
---
party: duty
kind: rota
promises: {page: {acknowledge: 10m, hands_on: 0s, hours: 24x7}}
---
party: failover
kind: procedure
steps:
  - {do: promote the replica, by: duty, takes: 15m, done: the replica reports role primary}
```
### A ladder longer than what is counted on
```yaml file=plans/accord.yaml
party: airspace
assumes: {plans/process: {recover: {within: 4h}}}  # finding: mismatch
---
party: plans
promises: {process: {recover: {by: level-1}}}
---
party: level-1
kind: rota
promises: {page: {acknowledge: 1m, hours: 24x7}}
escalates: [{after: 4h, unless: recovered, to: maker}]
---
party: maker
kind: external
promises: {page: {acknowledge: 30m}}
```

## Not a gap
The sum is exactly what is promised:
```yaml file=ledger/accord.yaml
party: ledger
promises: {post: {hours: 24x7, recover: {by: duty, within: 30m, how: failover}}}
---
party: duty
kind: rota
promises: {page: {acknowledge: 10m, hands_on: 5m, hours: 24x7}}
---
party: failover
kind: procedure
steps: [{do: promote the replica, by: duty, takes: 15m, done: the replica reports role primary}]
```

## Unanswered
Nobody says how long the repair takes, so what is left of the bound is a question:
```yaml file=ledger/accord.yaml
party: ledger
promises: {post: {hours: 24x7, recover: {by: duty, within: 30m}}}  # finding: unanswered
---
party: duty
kind: rota
promises: {page: {acknowledge: 10m, hands_on: 5m, hours: 24x7}}
```

### A step that does not say how long it takes
```yaml file=ledger/accord.yaml
{party: ledger, promises: {post: {hours: 24x7, recover: {by: duty, within: 1h, how: failover}}}}
---
{party: duty, kind: rota, promises: {page: {acknowledge: 5m, hands_on: 0s, hours: 24x7}}}
---
party: failover
kind: procedure
steps:
  - {do: stop the writes, by: duty, takes: 5m, done: no more writes}
  - {do: promote the replica, by: duty, done: the replica reports role primary}  # finding: unanswered
```

## What to do
Who promises or counts on the recovery: allow the time that the ladder takes. Who is paged: answer sooner, page the next
level sooner, or shorten the procedure.

## References
- Site Reliability Engineering, chapters 11 and 14
- CAA Independent Review of the NATS incident of 28 August 2023
"""

from collections.abc import Iterator
from datetime import date

from msgspec.structs import replace

from accord.boundaries.calls.evidence import concludes
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.people.course import Course, certain_end, course, likewise
from accord.boundaries.people.in_time import unsure
from accord.boundaries.people.recovery import Due, Recovery, longest, unbounded
from accord.boundaries.people.relief import shorter
from accord.model.duration import show_duration
from accord.model.fact import Fact
from accord.model.finding import Change, Finding, Move, Question, Statement, Verdict
from accord.model.witness import Witness

READS = ("recover", "detect", "hours", "acknowledge", "hands_on", "escalates", "steps")


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds the longest recovery against what is promised, else against what each caller counts on."""
    opened: dict[object, tuple[Course, int]] = {}
    for told, owed, caller, alike in unsure(system, view):
        if alike in opened:
            yield _open(told, owed, likewise(opened[alike][0], told, owed, opened[alike][1]), caller)
            continue
        goes = course(told, owed, system.as_of)
        if goes is not None and goes.ends <= goes.due and caller and goes.missing:
            goes = course(told, owed, system.as_of, though_answered=True)
        if goes is None:
            continue
        if goes.ends > goes.due and goes.provable:
            yield _late(told, owed, goes, caller, system.as_of)
        elif goes.missing and not certain_end(told, owed, system.as_of):
            if alike is not None:
                opened[alike] = (goes, told.ladder.levels.index(goes.answered_by))
            yield _open(told, owed, goes, caller)


def _late(told: Recovery, owed: Due, goes: Course, caller: str, as_of: date) -> Finding:
    needed = owed.within + goes.ends - goes.due
    text = show_duration(needed)
    message = f"{_bound(owed, told.subject)}; it may take {text} while everybody keeps their word"
    does = f"repaired {show_duration(goes.ends - goes.due)} too late, and everybody kept their word"
    steps = (*goes.steps, concludes(does, told.subject, goes.steps[-1].at))
    hours = (owed.hours,) if owed.hours is not None and goes.starts else ()
    expects = (owed.fact, *hours, *(fact for fact, _ in goes.rests_on), *goes.permits)
    longer = Change(owed.fact, replace(owed.fact, value=needed, text=text))
    allow = Move(owed.fact.says, f"{'count on' if caller else 'promise'} recovery within {text}", (longer,))
    moves = (allow, *shorter(told, goes, owed, as_of))
    witness = Witness(steps, "recovered-in-time", expects, goes.starts)
    return _finding(Verdict.MISMATCH, message, told, owed, goes, caller, witness=witness, moves=moves)


def _open(told: Recovery, owed: Due, goes: Course, caller: str) -> Finding:
    times, left = sum(missing.is_time for missing in goes.missing), ""
    if goes.ends <= goes.due:
        left = f"at most {show_duration(goes.due - goes.ends)}{' together' if times > 1 else ''}"
    hours = owed.hours.text if owed.hours is not None else ""
    questions = tuple(Question(each.to, each.asks, left if each.is_time else hours) for each in goes.missing)
    message = f"{_bound(owed, told.subject)}; nobody says that it never takes longer"
    return _finding(Verdict.UNANSWERED, message, told, owed, goes, caller, questions=questions)


def _finding(
    verdict: Verdict, message: str, told: Recovery, owed: Due, goes: Course, caller: str, **more: object
) -> Finding:
    rests_on = [Statement(_at_step(told, fact), f"{fact.says} {words}") for fact, words in goes.rests_on]
    statements = [Statement(owed.fact, _bound(owed, told.subject)), *rests_on]
    silent = unbounded(told) if verdict is Verdict.UNANSWERED else []
    if told.steps is not None and silent:
        asked = Statement(
            replace(told.steps, place=silent[0].place), f"`{silent[0].do}` does not say how long it takes"
        )
        first = all(missing.to == told.procedure for missing in goes.missing)
        statements.insert(0 if first else len(statements), asked)
    return Finding(verdict, message, tuple(statements), caller, told.provider, told.operation, **more)  # type: ignore[arg-type]


def _at_step(told: Recovery, fact: Fact) -> Fact:
    """The fact itself; the steps of the procedure where the longest of them says how long it takes."""
    slow = longest(told) if fact == told.steps else None
    return fact if slow is None else replace(fact, place=dict(slow.places).get("takes", slow.place))


def _bound(owed: Due, subject: str) -> str:
    verb = "counts on" if owed.fact.consumer else "promises"
    since = "" if owed.counts == "detection" else f" of {owed.counts}"
    return f"{owed.fact.says} {verb} recovery of {subject} within {owed.fact.text}{since}"
