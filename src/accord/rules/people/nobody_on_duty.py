"""Nobody on duty.

A schedule lays out a time and nobody has a turn in it: a layer without people, a layer that has ended, a turn that is
nobody's, shifts of two zones whose clocks change on different days. Who wrote the schedule sees a full week; who counts on
it sees a schedule. The gap has a first instant, and it is looked for through the next 90 days.

What a schedule lays out are the restrictions of its layers, whoever fills them; where they fill a week, it is always. Office
hours are no gap: where nothing but such schedules stands on a ladder that no promise needs, that is a note. Events that do
not repeat are meant to meet if they leave out little; what comes after the last of them was not planned yet.

## Example
The only layer has ended:
```hcl file=ops/oncall.tf
resource "pagerduty_schedule" "primary" {
  time_zone = "Europe/Berlin"
  layer {  # finding: mismatch
    start                        = "2024-01-01T09:00:00Z"
    rotation_virtual_start       = "2024-01-01T09:00:00Z"
    rotation_turn_length_seconds = 604800
    end                          = "2026-12-01T09:00:00Z"
    users                        = [pagerduty_user.jo.id, pagerduty_user.lee.id]
  }
}
```
### Two zones whose clocks change on different days
```hcl file=ops/oncall.tf
resource "grafana_oncall_schedule" "sun" {
  name      = "follow the sun"
  type      = "calendar"
  time_zone = "UTC"
  shifts    = [grafana_oncall_on_call_shift.day.id, grafana_oncall_on_call_shift.night.id]
}
resource "grafana_oncall_on_call_shift" "day" {
  type      = "recurrent_event"
  time_zone = "Africa/Casablanca"
  start     = "2026-01-01T08:00:00"
  duration  = 43200
  frequency = "daily"
  users     = ["U1"]
}
resource "grafana_oncall_on_call_shift" "night" {  # finding: mismatch
  type      = "recurrent_event"
  time_zone = "UTC"
  start     = "2026-01-01T19:00:00"
  duration  = 43200
  frequency = "daily"
  users     = ["U2"]
}
```

## Not a gap
Two layers that share a day, one with a turn that changes at night:
```hcl file=ops/oncall.tf
resource "pagerduty_schedule" "primary" {
  time_zone = "Europe/Berlin"
  layer {
    start                        = "2024-01-01T09:00:00Z"
    rotation_virtual_start       = "2024-01-01T09:00:00Z"
    rotation_turn_length_seconds = 604800
    users                        = [pagerduty_user.jo.id]
    restriction {
      type              = "daily_restriction"
      start_time_of_day = "08:00:00"
      duration_seconds  = 43200
    }
  }
  layer {
    start                        = "2024-01-01T09:00:00Z"
    rotation_virtual_start       = "2024-01-01T23:00:00Z"
    rotation_turn_length_seconds = 86400
    users                        = [pagerduty_user.lee.id, pagerduty_user.kim.id]
    restriction {
      type              = "daily_restriction"
      start_time_of_day = "20:00:00"
      duration_seconds  = 43200
    }
  }
}
```

## Unanswered
Whoever fills a layer that only Terraform can work out is somebody; nothing is asked:
```hcl file=ops/oncall.tf
resource "pagerduty_schedule" "primary" {
  time_zone = var.zone
  dynamic "layer" {
    for_each = var.layers
    content {
      users = layer.value
    }
  }
}
```

## What to do
Who keeps the schedule: fill the time, or lay it out for those hours only in which somebody is there.

## References
- PagerDuty, Opsgenie and Grafana OnCall: schedules, their gaps and how they warn of them
"""

from collections.abc import Iterator
from itertools import islice

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.people.ladder import operations_that_say
from accord.boundaries.people.recovery import recovery
from accord.boundaries.people.rotas import PAGE, Roster, rosters
from accord.boundaries.people.summons import ladders
from accord.boundaries.people.vacancy import Vacancy, resting_on, unplanned, unwatched, vacancies
from accord.model.fact import Fact
from accord.model.finding import Finding, Move, Severity, Statement, Verdict
from accord.model.hours import ALWAYS, show_instant

READS = ("shift", "shifts", "zone", "hours", "escalates", "recover", "detect")


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Looks through every schedule that somebody rests on, or that is laid out for always."""
    schedules = list(rosters(system, view))
    resting = resting_on(system, view) if schedules else {}
    for found in schedules:
        because, hours = resting.get(found.party), system.promised(found.party, PAGE, view).value("hours")
        if found.is_planned and because is not None:
            yield from _planned(system, found, because)
        elif found.is_planned:
            continue
        elif because is not None or hours == ALWAYS:
            yield from (_empty(each, because) for each in islice(vacancies(system, found, view), 1))
    yield from _office_hours(system, view)


def _empty(vacancy: Vacancy, because: Fact | None) -> Finding:
    party, fact = vacancy.roster.party, vacancy.at_fault
    people = "names nobody" if not fact.value.persons else "is nobody's then"
    says = [Statement(fact, f"{party}: {fact.text} {people}")]
    says.append(Statement(vacancy.hours, f"{party} is laid out {vacancy.hours.text}"))
    says += _rests(because, party)
    until = f" until {show_instant(vacancy.gap.ends)}"
    message = f"nobody is on duty on {party} from {vacancy.starts}{until}"
    severity = Severity.USUAL if because is not None else Severity.WARNING
    moves = (Move(party, "put somebody on duty then, or lay out only the hours in which somebody is"),)
    witness = vacancy.witness()
    return Finding(Verdict.MISMATCH, message, tuple(says), "", party, severity=severity, witness=witness, moves=moves)


def _rests(because: Fact | None, party: str) -> list[Statement]:
    if because is None:
        return []
    verb = "pages" if because.term == "escalates" else "counts on"
    return [Statement(because, f"{because.says} {verb} {party}")]


def _planned(system: System, found: Roster, because: Fact) -> Iterator[Finding]:
    """Single events: a small gap between them, and the end of the plan."""
    gap, last = unplanned(system, found)
    zones = [found.zone] if found.zone else []
    says = (Statement(found.facts[0], f"{found.party} is planned event by event"), *_rests(because, found.party))
    if gap is not None:
        message = f"nobody is planned on {found.party} from {show_instant(gap.starts, zones)} until {show_instant(gap.ends, zones)}"
        condition = f"{found.party} is meant to have somebody at all times"
        yield Finding(Verdict.CONDITIONAL, message, says, "", found.party, condition=condition)
    if last is not None:
        message = f"nobody is planned on {found.party} from {show_instant(last, zones)} on"
        yield Finding(Verdict.NOTE, message, says, "", found.party)


def _office_hours(system: System, view: View) -> Iterator[Finding]:
    """Ladders that wake nobody at some hours by their own lay-out, and that no promise needs."""
    gaps = [(party, stated, unwatched(system, stated, view)) for party, stated in ladders(system, view)]
    idle = [(party, stated, gap) for party, stated, gap in gaps if gap is not None]
    needed = {
        level.party
        for provider, operation in (operations_that_say(system, "recover", "detect") if idle else ())
        if (told := recovery(system, provider, operation, view)) is not None
        for level in told.ladder.levels
    }
    for party, stated, gap in idle:
        if party not in needed:
            message = f"{party} wakes nobody at {show_instant(gap.starts)}: its schedules have no duty then"
            yield Finding(Verdict.NOTE, message, (Statement(stated, f"{party} pages {stated.value[0].to}"),), "", party)
