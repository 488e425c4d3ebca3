"""Who was to act next, told when, until when: the turns of a deviation, and the spells in which nobody was."""

from collections.abc import Iterator, Sequence

from accord.cases.case import Case, Phase
from accord.model.duration import NANOSECONDS
from accord.model.review import Turn
from accord.review.asking import is_taken
from accord.review.carried import in_words
from accord.review.ledger import Row, Story
from accord.review.roles import LAST, Spoken, level_role, role

NOBODY = "nobody is on record as next to act"
"""What stands for a spell in which no turn ran."""
_SECOND = NANOSECONDS["s"]
_ASKED = (Phase.AWAIT, Phase.LAST, Phase.CLAIMED)


def turns_of(story: Story, spoken: Spoken) -> tuple[Turn, ...]:
    """All of one deviation, from the condition on."""
    begun = [number for number, row in enumerate(story.rows) if _begins(row)]
    turns = [_turn(story, number, spoken) for number in begun]
    return tuple(with_spells(turns, story.first.since_ns, story.case.closed_ns or story.ends_ns))


def with_spells(turns: Sequence[Turn], begins_ns: int, ends_ns: int) -> Iterator[Turn]:
    """The turns in order, and between them each spell of a second and more in which nobody is on record as next to act."""
    at_ns = begins_ns
    for turn in sorted(turns, key=lambda each: each.from_ns):
        if turn.from_ns - at_ns >= _SECOND:
            yield Turn(at_ns, turn.from_ns)
        yield turn
        at_ns = max(at_ns, turn.ends_ns)
    if ends_ns - at_ns >= _SECOND:
        yield Turn(at_ns, ends_ns)


def _begins(row: Row) -> bool:
    """Whether somebody else, or the same anew, is to act from this row on; that the last resort is asked once more is no new turn."""
    if row.after is None or not row.after.is_open:
        return False
    if row.before is None or not row.before.is_open:
        return True
    return row.before.turn != row.after.turn and not (row.before.phase is row.after.phase is Phase.LAST)


def _turn(story: Story, number: int, spoken: Spoken) -> Turn:
    row = story.rows[number]
    case = row.after
    assert case is not None
    at_ns = row.event.at_ns
    ending = next((each for each in story.rows[number + 1 :] if _ends(each)), None)
    told_ns, told = _told(story, case, at_ns)
    ends_ns = ending.event.at_ns if ending else story.ends_ns
    ended = in_words(ending) if ending else "open when the record ends"
    return Turn(at_ns, ends_ns, spoken(_who(row, case)), told_ns, told, case.deadline_ns, ended)


def _who(row: Row, case: Case) -> str:
    """Who is to act, by the level that is asked; else by what the actor is."""
    if case.phase is Phase.LAST:
        return LAST
    if case.phase is Phase.AWAIT and case.level < len(row.policy.levels):
        return level_role(row.policy.levels[case.level].party, case.level + 1)
    return role(case.actor, row.policy, case, row.event.at_ns)


def _ends(row: Row) -> bool:
    return _begins(row) or bool(row.changed and row.after is not None and not row.after.is_open)


def _told(story: Story, case: Case, at_ns: int) -> tuple[int, str]:
    """When who is to act was told, or in words why there is no instant."""
    if case.phase not in _ASKED:
        return 0, "by the record itself" if case.phase is Phase.HELD else "by its own word"
    if story.sent is None:
        return 0, "not in these lines"
    fates = [each.fate for each in story.sent if (each.turn, each.person) == (case.turn, case.actor)]
    return (at_ns, "") if any(map(is_taken, fates)) else (0, "no channel took the message")
