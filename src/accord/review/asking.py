"""Each time somebody was asked to act: by which turn, until when, and how it ended."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from msgspec import Struct

from accord.cases.case import Case, Phase
from accord.cases.events import (
    Acknowledge,
    AnyEvent,
    Commit,
    Decline,
    Fixed,
    Hold,
    ReadBack,
    RotaChanged,
    Timer,
    Unreachable,
)
from accord.cases.policy import Policy
from accord.model.message import Fate
from accord.model.review import Reason
from accord.review.ledger import Row, Sent, Story
from accord.review.roles import LAST, level_role

_ASKED = (Phase.AWAIT, Phase.LAST)


class Ended(StrEnum):
    """How an asking ended."""

    COMMITTED = "committed"
    DECLINED = "declined"
    PASSED = "passed on at the deadline"
    UNREACHABLE = "no channel took the message"
    HELD = "held"
    REPLACED = "replaced by a change of the rota"
    CLAIMED = "said to be recovered"
    OTHER = "overtaken"
    OPEN = "open when the record ends"


_ENDINGS: dict[type[AnyEvent], Ended] = {
    Commit: Ended.COMMITTED,
    Decline: Ended.DECLINED,
    Timer: Ended.PASSED,
    Unreachable: Ended.UNREACHABLE,
    Hold: Ended.HELD,
    RotaChanged: Ended.REPLACED,
    Fixed: Ended.CLAIMED,
}


class Asking(Struct, frozen=True):
    """One turn in which somebody was asked: `acknowledged_ns` and `understood_ns` are 0 where that did not happen in it."""

    turn: int
    role: str
    party: str
    person: str
    level: int
    begun_ns: int
    deadline_ns: int
    ended_ns: int
    ended: Ended
    acknowledged_ns: int = 0
    understood_ns: int = 0
    is_misread: bool = False
    fates: tuple[tuple[str, Fate], ...] = ()

    @property
    def is_answered(self) -> bool:
        """Whether somebody took it, or said that it is over."""
        return self.ended in (Ended.COMMITTED, Ended.CLAIMED)

    @property
    def is_told(self) -> bool:
        """Whether a channel took the message of it; without any that is on record, none did."""
        return any(is_taken(fate) for _, fate in self.fates)

    @property
    def is_last(self) -> bool:
        """Whether the last resort was asked."""
        return self.role == LAST

    @property
    def lane(self) -> str:
        """Whose lane it is: the party's, or the last resort's."""
        return LAST if self.is_last else self.party


def is_taken(fate: Fate) -> bool:
    """Whether a channel took a message, so that its reader counts as told; that it was delivered or opened is more."""
    return fate not in (Fate.FAILED, Fate.QUEUED)


def askings(story: Story) -> tuple[Asking, ...]:
    """All of one deviation, in order."""
    begun = [number for number, row in enumerate(story.rows) if _asks(row)]
    return tuple(_asking(story, number) for number in begun)


def _asks(row: Row) -> bool:
    if row.after is None or row.after.phase not in _ASKED:
        return False
    return row.before is None or not row.before.is_open or row.before.turn != row.after.turn


def _asking(story: Story, number: int) -> Asking:
    row = story.rows[number]
    case = row.after
    assert case is not None
    rest = story.rows[number + 1 :]
    ending = next((each for each in rest if each.after is not None and each.after.turn != case.turn), None)
    within = rest[: rest.index(ending) + 1] if ending else rest
    understood = next((each.event.at_ns for each in within if each.after is not None and each.after.understood), 0)
    party, said = _asked(case, row.policy)
    return Asking(
        case.turn, said, party, case.actor, case.level, row.event.at_ns, case.deadline_ns,
        ending.event.at_ns if ending else story.ends_ns, _ended(ending), _acknowledged(within), understood,
        any(_is_misread(each, case.turn) for each in within),
        tuple(_fates(story.sent or (), case.turn, case.actor)),
    )  # fmt: skip


def _is_misread(row: Row, turn: int) -> bool:
    """Whether something else was picked than the page means; that nothing was picked says nothing of the page."""
    picked = getattr(row.event, "boundary", -1) >= 0 or getattr(row.event, "difference", -1) >= 0
    return picked and row.after is not None and row.after.misread_turn == turn


def _asked(case: Case, policy: Policy) -> tuple[str, str]:
    if case.phase is Phase.LAST or case.level >= len(policy.levels):
        return "accord", LAST
    party = policy.levels[case.level].party
    return party, level_role(party, case.level + 1)


def _ended(row: Row | None) -> Ended:
    return Ended.OPEN if row is None else _ENDINGS.get(type(row.event), Ended.OTHER)


def _acknowledged(rows: Sequence[Row]) -> int:
    seen = (each.event.at_ns for each in rows if each.changed and isinstance(each.event, Acknowledge | ReadBack))
    return next(seen, 0)


def _fates(sent: Sequence[Sent], turn: int, person: str) -> Iterator[tuple[str, Fate]]:
    for each in sent:
        if (each.turn, each.person) == (turn, person):
            yield each.channel, each.fate


def why_unanswered(asking: Asking) -> Reason:
    """Why the fact did not lead to an answer in this turn; without any sign that it was opened, it counts as unopened."""
    fates = [fate for _, fate in asking.fates]
    if asking.ended is Ended.DECLINED:
        return Reason.MISROUTED
    if asking.ended is Ended.HELD:
        return Reason.HELD
    if asking.ended is Ended.UNREACHABLE or (fates and not asking.is_told):
        return Reason.UNDELIVERED
    opened = Fate.OPENED in fates or Fate.ANSWERED in fates
    if asking.acknowledged_ns or asking.is_misread or opened:
        return Reason.AMBIGUOUS
    return Reason.UNOPENED
