"""Access comes too late.

A step of a repair needs access or a tool that somebody gives, and gives only in office hours, or after a while. The one
who gives access is right, and so is the one who promises the repair; nobody tried it on a Sunday.

## Example
```yaml file=ledger/accord.yaml
party: ledger
promises:
  post: {hours: 24x7, recover: {by: duty, how: failover}}
---
party: failover
kind: procedure
steps: [{do: promote the replica, by: duty, needs: [db-admin], done: the replica reports role primary}]  # finding: mismatch
---
party: db-admin
kind: team
promises: {grant: {acknowledge: 10m, hours: "Mon-Fri 09:00-17:00 Europe/Berlin"}}
```
### It takes longer than there is
```yaml file=ledger/accord.yaml
party: ledger
promises:
  post: {hours: 24x7, recover: {by: duty, within: 1h, how: failover}}
---
party: duty
kind: rota
promises: {page: {acknowledge: 5m, hands_on: 0s, hours: 24x7}}
---
party: failover
kind: procedure
steps:
  - {do: promote the replica, by: duty, needs: [db-admin], takes: 15m, done: the replica reports role primary}  # finding: mismatch
---
party: db-admin
kind: team
promises: {grant: {acknowledge: 1h, hours: 24x7}}
```

## Not a gap
```yaml file=ledger/accord.yaml
party: ledger
promises:
  post: {hours: 24x7, recover: {by: duty, within: 1h, how: failover}}
---
party: duty
kind: rota
promises: {page: {acknowledge: 5m, hands_on: 0s, hours: 24x7}}
---
party: failover
kind: procedure
steps:
  - {do: promote the replica, by: duty, needs: [db-admin], takes: 15m, done: the replica reports role primary}
---
party: db-admin
kind: team
promises: {grant: {acknowledge: 30m, hours: 24x7}}
```

## Unanswered
```yaml file=ledger/accord.yaml
party: ledger
promises:
  post: {hours: 24x7, recover: {by: duty, how: failover}}
---
party: failover
kind: procedure
steps: [{do: promote the replica, by: duty, needs: [vpn], done: the replica reports role primary}]  # finding: unanswered
```

## What to do
Who gives access: give it whenever the promise holds, sooner than the repair is due, or in advance. Who promises the
repair: allow for the wait.

## References
- Facebook, More details about the October 4 outage, 2021 (access that needed what had failed)
"""

from collections.abc import Iterator

from msgspec.structs import replace

from accord.boundaries.calls.evidence import concludes
from accord.boundaries.calls.wording import exchanged
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.people.absence import Absence, absence, longer
from accord.boundaries.people.access import Need, access_needs
from accord.boundaries.people.course import Course, course
from accord.boundaries.people.recovery import Due, duration_of
from accord.model.duration import show_duration
from accord.model.fact import Fact
from accord.model.finding import Finding, Move, Question, Statement, Verdict
from accord.model.subject import operation_of
from accord.model.witness import Witness

READS = ("steps", "recover", "detect", "hours", "acknowledge", "hands_on", "escalates")


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds every access that a repair needs against the hours and the time of the promise; each access once."""
    found: dict[tuple[str, str], Finding] = {}
    for need in access_needs(system, view):
        finding = _judged(system, need)
        name = (need.steps.provider, need.reference)
        if finding and (name not in found or found[name].verdict is not Verdict.MISMATCH):
            found[name] = finding
    yield from found.values()


def _judged(system: System, need: Need) -> Finding | None:
    away = absence(need.hours, [need.given], system.as_of) if need.hours else None
    if away and need.given.hours:
        return _not_there(need, away)
    goes = course(need.told, need.owed, system.as_of) if need.told and need.owed else None
    left = goes.due - goes.ends if goes else None
    if goes is not None and goes.ends <= goes.due:
        late = _with_access(system, need)
        if late is not None and need.wait is not None and need.owed is not None and late.ends > late.due:
            return _too_long(need, need.wait, late, need.owed)
    return _open(need, left, hours_open=away is not None, time_open=need.wait is None and left is not None)


def _with_access(system: System, need: Need) -> Course | None:
    """The recovery when this access takes as long as it may; None where whoever gives it is on the ladder anyway."""
    if need.told is None or need.owed is None or need.wait is None or not duration_of(need.wait):
        return None
    if need.given.party in [level.party for level in need.told.ladder.levels]:
        return None
    goes = course(need.told, need.owed, system.as_of, access={need.reference: need.wait})
    return goes if goes is not None and goes.provable else None


def _not_there(need: Need, away: Absence) -> Finding:
    assert need.hours is not None
    assert need.given.hours is not None
    then = f"{need.given.party} is not on duty at {away.shown}, and {need.subject} is promised then"
    statements = (
        _needed(need),
        Statement(need.given.hours, f"{need.given.party} is on duty {need.given.hours.text}"),
        Statement(need.hours, f"{need.hours.says} promises {need.subject} {need.hours.text}"),
    )
    moves = (
        *longer(need.given.party, "be on duty", need.given.hours, need.hours),
        Move(need.steps.provider, f"do `{need.step.do}` without {need.given.party}, or with access given in advance"),
    )
    message = f"{need.says}; {then}"
    return _finding(need, Verdict.MISMATCH, message, statements, witness=away.witness(then), moves=moves)


def _too_long(need: Need, wait: Fact, late: Course, owed: Due) -> Finding:
    missing = late.ends - late.due
    message = f"{need.says}, which takes up to {wait.text}; "
    message += f"recovery of {need.subject} is then {show_duration(missing)} too late"
    hours = (owed.hours,) if owed.hours is not None and late.starts else ()
    expects = (owed.fact, *hours, *(fact for fact, _ in late.rests_on), *late.permits)
    does = f"repaired {show_duration(missing)} too late, and everybody kept their word"
    steps = (*late.steps, concludes(does, need.subject, late.steps[-1].at))
    moves = []
    if wait.value > missing:
        text = show_duration(wait.value - missing)
        sooner = exchanged(wait, wait.value - missing, text)
        moves.append(Move(need.given.party, f"give access within {text}", (sooner,)))
    text = show_duration(owed.within + missing)
    relaxed = exchanged(owed.fact, owed.within + missing, text)
    moves.append(Move(owed.fact.says, f"promise recovery within {text}", (relaxed,)))
    statements = (
        _needed(need),
        Statement(wait, f"{need.given.party} gives access within {wait.text}"),
        Statement(owed.fact, f"{owed.fact.says} promises recovery of {need.subject} within {owed.fact.text}"),
    )
    witness = Witness(steps, "recovered-in-time", expects, late.starts)
    return _finding(need, Verdict.MISMATCH, message, statements, witness=witness, moves=tuple(moves))


def _open(need: Need, left: int | None, hours_open: bool, time_open: bool) -> Finding | None:
    asks = []
    if time_open:
        bound = f"at most {show_duration(left)}" if left is not None and left > 0 else ""
        asks.append(Question(need.given.party, f"how soon {need.reference} is given (acknowledge)", bound))
    if hours_open:
        promised = need.hours.text if need.hours else ""
        asks.append(Question(need.given.party, f"when {need.reference} is given (hours)", promised))
    if not asks:
        return None
    unsaid = " and ".join(ask.asks.rpartition(" ")[0] for ask in asks)
    message = f"{need.says}; nobody says {unsaid}"
    return _finding(need, Verdict.UNANSWERED, message, (_needed(need),), questions=tuple(asks))


def _needed(need: Need) -> Statement:
    """The step, placed where it names what it needs."""
    return Statement(replace(need.steps, place=need.place), need.says)


def _finding(need: Need, verdict: Verdict, message: str, statements: tuple[Statement, ...], **more: object) -> Finding:
    stated = need.given.hours is not None or need.wait is not None or bool(operation_of(need.reference))
    operation = need.given.operation if stated else ""
    return Finding(verdict, message, statements, need.steps.provider, need.given.party, operation, **more)  # type: ignore[arg-type]
