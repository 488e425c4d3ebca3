"""What happened, and whose word was kept: the course of a deviation, and each clause that it put to the test."""

from collections.abc import Iterator

from accord.cases.case import Case, Phase
from accord.cases.events import Accept, Answer, Commit, Confirm, Fixed, Hold, Offer, Progress, Timer, Unreachable
from accord.cases.promise import promised_until
from accord.model.duration import NANOSECONDS, show_duration
from accord.model.instants import span
from accord.model.message import Side
from accord.model.review import Clause, Moment
from accord.review.asking import Ended, askings
from accord.review.carried import holder_at, in_words, last_claim, owner_of
from accord.review.ledger import Row, Story
from accord.review.moments import instant
from accord.review.roles import HOLDER, Spoken, role

SECOND = NANOSECONDS["s"]
LATE = NANOSECONDS["m"]
"""A deadline that fires so late says that nothing was running: a stretch that the ledger does not hold."""


def course_of(story: Story, spoken: Spoken) -> Iterator[Moment]:
    """What changed anything, in order, each with its real time."""
    subject = spoken(story.first.deviation.subject)
    yield Moment(story.first.since_ns, "signal", f"{subject}: what the signal tells of begins")
    for row in story.rows:
        if row.changed and row.after is not None and _moves(row):
            yield Moment(row.event.at_ns, spoken(_speaker(row)), spoken(_what(row, row.after)))


def happened_in(story: Story, spoken: Spoken) -> Iterator[str]:
    """What was expected and seen, and how it ended."""
    case, deviation = story.case, story.first.deviation
    begun = f"At {instant(story.first.since_ns)}, {spoken(deviation.key)}"
    seen = deviation.seen or "what the signal tells of, and no more is said"
    yield spoken(f"{begun}: seen {seen}; the contracts say {deviation.expected or 'nothing of it'}.")
    turns = f"{case.turn} {'turn' if case.turn == 1 else 'turns'}"
    if case.is_open:
        yield f"It is still open, in turn {case.turn}."
    elif case.closed_by:
        ended = f"{case.phase} after {span(case.closed_ns - story.first.since_ns)} and {turns}"
        how = _ENDS.get(case.closed_by, case.closed_by)
        yield f"It was {ended}: {how.format(story.policy.other or 'the other side')}."
    else:
        yield f"It ended after {turns}: {case.phase}."


_ENDS = {
    "other": "{} said that it is recovered",
    "telemetry": "telemetry showed that it is recovered",
    "unconfirmed": "it was said to be recovered, and nobody confirmed it",
}


def _moves(row: Row) -> bool:
    """Whether a row belongs to the course; that the last resort is asked once more does not."""
    if row.before and row.after and row.before.phase is row.after.phase is Phase.LAST and isinstance(row.event, Timer):
        return False
    return row.before is None or row.after is None or row.before.turn != row.after.turn or isinstance(row.event, Answer)


def _speaker(row: Row) -> str:
    if isinstance(row.event, Answer):
        return role(row.event.by, row.policy, row.after, row.event.at_ns)
    if isinstance(row.event, Hold):
        return HOLDER
    return "accord" if isinstance(row.event, Timer | Unreachable) else "signal"


def _what(row: Row, case: Case) -> str:
    """What happened in a row, and how it was closed; who was to act next stands in the turns."""
    said = in_words(row)
    if isinstance(row.event, Unreachable):
        said += f" to {role(row.event.person, row.policy, row.before, row.event.at_ns)}"
    closing = f", {_closing(case)}" if case.closed_by else ""
    return said if case.is_open else f"{said}; {case.phase}{closing}"


def _closing(case: Case) -> str:
    return "confirmed by the other side" if case.closed_by == "other" else case.closed_by


def clauses_of(story: Story, spoken: Spoken) -> tuple[Clause, ...]:
    """Every clause that the event put to the test: kept ones first, then those that were not."""
    found = [*_asked(story), *_recovered(story, spoken), *_commitments(story), *_confirmed(story)]
    found += [*_told(story), *_on_time(story)]
    return tuple(sorted(found, key=lambda clause: not clause.is_kept))


def _asked(story: Story) -> Iterator[Clause]:
    for each in askings(story):
        if each.party == "accord" or each.ended not in (Ended.COMMITTED, Ended.PASSED):
            continue
        within = span(each.deadline_ns - each.begun_ns)
        took = span(each.ended_ns - each.begun_ns)
        if each.is_answered:
            yield Clause(each.party, f"level {each.level + 1} answers within {within}", True, f"committed after {took}")
        else:
            says = f"asks the next where level {each.level + 1} has not answered within {within}"
            yield Clause("accord", says, True, f"asked after {took}")


def _recovered(story: Story, spoken: Spoken) -> Iterator[Clause]:
    policy, claimed = story.policy, last_claim(story)
    if not policy.recover_within:
        return
    until = promised_until(story.case, policy, story.ends_ns)
    ended = claimed.event.at_ns if claimed else story.ends_ns
    if claimed is None and ended <= until:
        return
    begun = until - policy.recover_within
    said = f"recovers within {show_duration(policy.recover_within)} of {policy.recover_from}"
    by = f" by {holder_at(story, claimed.event.at_ns)}" if claimed else ""
    evidence = f"{'said to be recovered' if claimed else 'open'}{by} after {span(ended - begun)}"
    yield Clause(story.first.deviation.provider or owner_of(policy), spoken(said), ended <= until, evidence)


def _commitments(story: Story) -> Iterator[Clause]:
    """Each commitment: met or renewed in time, or run out, as the turn that followed says."""
    for number, row in enumerate(story.rows):
        case = row.after
        if not (row.changed and case and isinstance(row.event, Commit | Progress | Accept)):
            continue
        if case.phase is not Phase.COMMITTED:
            continue
        ending = next((each for each in story.rows[number + 1 :] if each.after and each.after.turn != case.turn), None)
        if ending is None or isinstance(ending.event, Offer):
            continue
        ran_out = isinstance(ending.event, Timer)
        lasts = span(case.eta_ns - row.event.at_ns)
        how = "ran out, and the next was asked" if ran_out else _ended_well(ending)
        yield Clause(holder_at(story, row.event.at_ns), f"has it for {lasts}", not ran_out, how)


def _ended_well(row: Row) -> str:
    if isinstance(row.event, Progress):
        return "renewed before it ran out"
    return "said to be recovered before it ran out" if isinstance(row.event, Fixed) else f"{in_words(row)} before"


def _confirmed(story: Story) -> Iterator[Clause]:
    for row in story.rows:
        if isinstance(row.event, Confirm) and row.changed and row.before:
            spare = span(row.before.deadline_ns - row.event.at_ns)
            says = "confirms or disputes within its time"
            yield Clause(story.policy.other or "the other side", says, True, f"confirmed with {spare} left")


def _told(story: Story) -> Iterator[Clause]:
    """Whether each turn told every side that there is, in the transaction in which it began."""
    policy = story.policy
    turns = [row for row in story.rows if row.messages]
    if not (policy.owner and policy.other and turns):
        return
    alone = [row for row in turns if not any(message.side is Side.OTHER for message in row.messages)]
    evidence = f"{len(turns) - len(alone)} of {len(turns)} turns; which message a channel took is in section 6"
    yield Clause("accord", "writes to both sides when a turn begins", not alone, evidence)


def late_timers(story: Story) -> list[tuple[Row, int]]:
    """The deadlines that fired late, and by how much."""
    timers = [row for row in story.rows if isinstance(row.event, Timer) and row.changed]
    late = [(row, row.event.at_ns - row.event.due_ns) for row in timers if isinstance(row.event, Timer)]
    return [(row, by) for row, by in late if by >= LATE]


def _on_time(story: Story) -> Iterator[Clause]:
    timers = [row for row in story.rows if isinstance(row.event, Timer) and row.changed]
    late = [by for _, by in late_timers(story)]
    if timers:
        evidence = f"late by {span(max(late))} at most" if late else f"{len(timers)} of {len(timers)}"
        yield Clause("accord", "a deadline fires when it is due", not late, evidence)
