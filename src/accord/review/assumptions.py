"""Assumptions that nobody had examined, and what the checker says of the same boundary."""

from collections.abc import Iterable, Iterator

from accord.cases.case import Phase
from accord.model.duration import NANOSECONDS, show_duration
from accord.model.fact import Stance
from accord.model.finding import Finding, Verdict
from accord.model.review import Change, Permitted, Unexamined
from accord.model.subject import called
from accord.review.carried import owner_of
from accord.review.ledger import Row, Story
from accord.review.roles import Spoken
from accord.review.words import neutral

_DAY = NANOSECONDS["d"]


def concerning(findings: Iterable[Finding], stories: Iterable[Story]) -> tuple[Finding, ...]:
    """The findings at the boundaries of these deviations, and those that speak of their provider as a whole."""
    about = [story.first.deviation for story in stories if story.first.deviation.provider]
    return tuple(
        finding
        for finding in findings
        if any(
            finding.provider == one.provider
            and finding.operation in ("", one.operation)
            and (not finding.consumer or finding.consumer in one.consumer.split("+"))
            for one in about
        )
    )


def permitted(findings: Iterable[Finding]) -> tuple[Permitted, ...]:
    """What the checker shows to be permitted by everybody's own words: findings with a witness, step by step."""
    return tuple(
        Permitted(
            finding.rule,
            neutral(finding.message),
            tuple((show_duration(step.at), called(step.party), neutral(step.does)) for step in finding.witness.steps),
        )
        for finding in findings
        if finding.witness is not None
    )


def changes(findings: Iterable[Finding]) -> tuple[Change, ...]:
    """What each side can change: moves that the engine has tried, so that the finding is gone and none comes."""
    return tuple(
        Change(move.party, neutral(move.do), _said(move.changes, 0), _said(move.changes, 1), finding.rule)
        for finding in findings
        for move in finding.moves
        if move.changes
    )


def _said(changes_: Iterable[object], side: int) -> str:
    facts = [getattr(change, ("before", "after")[side]) for change in changes_]
    return "; ".join(f"{fact.subject} {fact.term}: {fact.text}" if fact else "nothing" for fact in facts)


def of_findings(findings: Iterable[Finding]) -> Iterator[Unexamined]:
    """What a side assumes and the checker finds unanswered, or found to be otherwise."""
    for finding in findings:
        because = {Verdict.UNANSWERED: "nobody has answered it", Verdict.NOTE: ""}.get(finding.verdict, "it is not so")
        for statement in finding.statements if because else ():
            if statement.fact.stance is Stance.ASSUMES:
                of = finding.provider if statement.fact.says != finding.provider else finding.consumer
                said = neutral(statement.says)
                yield Unexamined(statement.fact.says, of, said, f"{because}: {neutral(finding.message)}")


def of_ledger(story: Story, spoken: Spoken) -> Iterator[Unexamined]:
    """What was counted on without anybody's word, as the ledger alone shows it."""
    policy, deviation = story.policy, story.first.deviation
    subject = spoken(deviation.subject)
    if policy.other and not policy.recover_within:
        said = f"{subject} recovers in a time that suits {policy.other}"
        yield Unexamined(policy.other, owner_of(policy), said, "no promise says within which time")
    if deviation.provider and deviation.expected == "no promise states what is expected":
        yield Unexamined(policy.other, owner_of(policy), f"{subject} does as it does", "no promise states the term")
    if not deviation.provider:
        said = f"somebody looks after what {subject} tells of"
        yield Unexamined(policy.last and "accord", "nobody", said, "no contract names the signal")
    yield from _empty_levels(story)
    yield from _earlier(story, subject)


def _empty_levels(story: Story) -> Iterator[Unexamined]:
    for number in sorted({number for row in story.rows for number in _passed_over(row)}):
        level = story.policy.levels[number] if number < len(story.policy.levels) else None
        if level is not None:
            said = f"somebody is on duty at level {number + 1}"
            yield Unexamined("accord", level.party, said, "nobody was, and the level was passed over")


def _passed_over(row: Row) -> Iterator[int]:
    """The levels that had nobody on duty when the next was asked."""
    if row.after is None or row.after.phase not in (Phase.AWAIT, Phase.LAST):
        return
    if row.before is not None and row.before.turn == row.after.turn:
        return
    is_asked = row.before is not None and row.before.is_open and row.before.phase is not Phase.HELD
    begin = row.before.level + 1 if is_asked and row.before else 0
    for number in range(begin, min(row.after.level, len(row.policy.levels))):
        if not row.policy.levels[number].person(row.event.at_ns):
            yield number


def _earlier(story: Story, subject: str) -> Iterator[Unexamined]:
    if story.earlier_ns:
        days = (story.rows[0].event.at_ns - min(story.earlier_ns)) // _DAY
        times = len(story.earlier_ns)
        because = (
            f"the same term deviated {times} {'time' if times == 1 else 'times'} before, first {days} days earlier"
        )
        yield Unexamined(story.policy.other or "accord", owner_of(story.policy), f"{subject} is as agreed", because)
