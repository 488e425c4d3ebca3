"""Same person twice in ladder.

A later level of a ladder is there for the night on which the first one does not answer. Where it leads to the very person
who was paged before, the second page wakes nobody new. Each schedule is right by itself: two rotas with the same people in
the same order, begun on the same day, have the same person on duty in every week.

Whom a level wakes is worked out for the 90 days to come, where the schedules say who takes turns and when. Who is paged
twice because a turn is handed over in between is no finding. A schedule of several people that stands on two levels is
mostly meant as a second page: a note.

## Example
```hcl file=ops/oncall.tf
resource "pagerduty_schedule" "primary" {
  time_zone = "Europe/Berlin"
  layer {
    start                        = "2024-01-01T09:00:00+01:00"
    rotation_virtual_start       = "2024-01-01T09:00:00+01:00"
    rotation_turn_length_seconds = 604800
    users                        = [pagerduty_user.jo.id, pagerduty_user.lee.id, pagerduty_user.kim.id]
  }
}
resource "pagerduty_schedule" "secondary" {
  time_zone = "Europe/Berlin"
  layer {
    start                        = "2024-01-01T09:00:00+01:00"
    rotation_virtual_start       = "2024-01-01T09:00:00+01:00"
    rotation_turn_length_seconds = 604800
    users                        = [pagerduty_user.jo.id, pagerduty_user.lee.id, pagerduty_user.kim.id]
  }
}
resource "pagerduty_escalation_policy" "web" {
  rule {
    escalation_delay_in_minutes = 15
    target { id = pagerduty_schedule.primary.id }
  }
  rule {  # finding: mismatch
    escalation_delay_in_minutes = 15
    target { id = pagerduty_schedule.secondary.id }
  }
}
```

## Not a gap
The second rota begins one turn later; and a last level leads to somebody else:
```hcl file=ops/oncall.tf
resource "pagerduty_schedule" "primary" {
  time_zone = "Europe/Berlin"
  layer {
    start                        = "2024-01-01T09:00:00+01:00"
    rotation_virtual_start       = "2024-01-01T09:00:00+01:00"
    rotation_turn_length_seconds = 604800
    users                        = [pagerduty_user.jo.id, pagerduty_user.lee.id]
  }
}
resource "pagerduty_schedule" "secondary" {
  time_zone = "Europe/Berlin"
  layer {
    start                        = "2024-01-01T09:00:00+01:00"
    rotation_virtual_start       = "2024-01-01T09:00:00+01:00"
    rotation_turn_length_seconds = 604800
    users                        = [pagerduty_user.lee.id, pagerduty_user.jo.id]
  }
}
resource "pagerduty_escalation_policy" "web" {
  rule {
    escalation_delay_in_minutes = 15
    target { id = pagerduty_schedule.primary.id }
  }
  rule {
    escalation_delay_in_minutes = 15
    target { id = pagerduty_schedule.secondary.id }
  }
  rule {
    escalation_delay_in_minutes = 15
    target { id = pagerduty_user.kim.id }
  }
}
```

## Unanswered
Nobody is asked who takes the turns that only Terraform can work out.

## What to do
Who keeps the ladder: lead each level to somebody who was not paged before. Who keeps the schedules: begin the second one a
turn later.

## References
- incident.io, escalation policies: levels that end with the same person
"""

from collections.abc import Iterator

from msgspec.structs import replace

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.people.awake import Again, woken_again
from accord.boundaries.people.summons import ladders
from accord.model.duration import show_duration
from accord.model.finding import Finding, Move, Severity, Statement, Verdict

READS = ("escalates", "shift", "shifts", "zone")


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Looks at every ladder of a tool, level by level."""
    for party, stated in ladders(system, view):
        found = woken_again(system, party, stated, view)
        if found is not None:
            yield _repeated(found) if found.is_repeat else _again(found)


def _again(found: Again) -> Finding:
    rung, after = found.level[0], show_duration(found.level[0].after or 0)
    names = " and ".join(each.to for each in found.level)
    when = "whenever it pages" if found.always else f"for a page at {found.shown}"
    message = f"the page of {found.party} after {after} wakes nobody new, {when}: {names} is {found.names} again"
    says = [Statement(replace(found.ladder, place=rung.place), f"{found.party} pages {names} after {after}")]
    says += [
        Statement(replace(found.ladder, place=each.place), f"{found.party} pages {each.to} before")
        for each in found.before
    ]
    says += [Statement(fact, f"{fact.provider}: {fact.text}") for fact in found.facts if fact.term.startswith("shift.")]
    move = Move(found.party, "lead this level to somebody who was not paged before")
    severity = (
        Severity.USUAL if found.always and rung.to not in {each.to for each in found.before} else Severity.WARNING
    )
    return Finding(
        Verdict.MISMATCH,
        message,
        tuple(says),
        "",
        found.party,
        severity=severity,
        witness=found.witness(),
        moves=(move,),
    )


def _repeated(found: Again) -> Finding:
    rung = found.level[0]
    after = show_duration(rung.after or 0)
    message = f"{found.party} pages {found.names} again after {after}; whoever is on duty then was paged before"
    says = (Statement(replace(found.ladder, place=rung.place), f"{found.party} pages {found.names} after {after}"),)
    return Finding(Verdict.NOTE, message, says, "", found.party)
