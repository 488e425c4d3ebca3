"""Assumptions that nobody had examined, as the ledger alone shows them."""

from collections.abc import Iterator

from accord.cases.case import Phase
from accord.model.duration import NANOSECONDS
from accord.model.review import Unexamined
from accord.review.carried import owner_of
from accord.review.ledger import Row, Story
from accord.review.roles import Spoken

_DAY = NANOSECONDS["d"]


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
