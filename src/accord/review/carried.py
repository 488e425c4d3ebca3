"""A deviation of the ledger as facts, tellings and decisions."""

from collections.abc import Iterator

from msgspec.structs import replace

from accord.cases.case import Phase
from accord.cases.events import Commit, Fixed, Hold, Lapse, RotaChanged
from accord.cases.policy import Policy
from accord.model.duration import NANOSECONDS
from accord.model.message import Side
from accord.model.review import Reason
from accord.review.asking import Asking, Ended, askings, is_taken, why_unanswered
from accord.review.ledger import Row, Story
from accord.review.roles import Spoken
from accord.review.timeline import Decision, Known, Telling, Timeline

BAD, HAS, FREE, UNTIL, BOUNDARY, ROTA = "bad", "has", "free", "until", "boundary", "rota"
NOBODY_OWNS = "nobody (no contract names the signal)"


def timeline_of(story: Story, spoken: Spoken, is_alone: bool = True) -> Timeline:
    """The timeline of one deviation; parties are who was asked, the owner, the other side and Accord itself. Beside others, facts name its boundary."""
    policy, asked = story.policy, askings(story)
    subject = "" if is_alone else f"{spoken(story.first.deviation.subject)}: "
    facts = tuple(replace(fact, says=subject + fact.says) for fact in _facts(story, spoken))
    known = {fact.id for fact in facts}
    lanes = (each.lane for each in asked if not each.is_last)
    parties = tuple(dict.fromkeys((*lanes, owner_of(policy), *filter(None, (policy.other,)), "accord")))
    begins = min(fact.existed_ns or story.rows[0].event.at_ns for fact in facts)
    tellings = tuple(each for each in _tellings(story, asked) if each.fact in known)
    decisions = tuple(each for each in _decisions(story, asked) if known.issuperset(each.needs))
    return Timeline(parties, begins, story.ends_ns, facts, tellings, decisions)


def owner_of(policy: Policy) -> str:
    """Who recovers, as a party."""
    return policy.owner or NOBODY_OWNS


def _facts(story: Story, spoken: Spoken) -> Iterator[Known]:
    case, policy = story.first, story.policy
    deviation = case.deviation
    where = spoken(f"signal {deviation.signal}")
    yield Known(BAD, spoken(deviation.seen or f"what {where} tells of"), case.since_ns, where)
    if not deviation.provider:
        yield Known(BOUNDARY, "which boundary the signal speaks of, and who recovers it", 0, "no contract")
    elif not policy.recover_within:
        yield Known(UNTIL, "within which time it recovers", 0, f"contract of {spoken(deviation.provider)}")
    if committed := first_commitment(story):
        holder = holder_at(story, committed.event.at_ns)
        yield Known(HAS, f"{holder} has it, and until when", committed.event.at_ns, holder)
    if claimed := last_claim(story):
        yield Known(FREE, "it is said to be recovered", claimed.event.at_ns, holder_at(story, claimed.event.at_ns))
    if began := _duty_that_was_not_known(story):
        yield Known(ROTA, "who is on duty now", began, f"rota of {owner_of(policy)}")


def first_commitment(story: Story) -> Row | None:
    """The row by which somebody first had it."""
    return next(
        (
            row
            for row in story.rows
            if row.changed and row.after and row.after.phase is Phase.COMMITTED and isinstance(row.event, Commit)
        ),
        None,
    )


def last_claim(story: Story) -> Row | None:
    """The row by which it was held to be recovered and after which it was not asked again; None where there is none."""
    found = None
    for row in story.rows:
        if row.changed and row.after is not None:
            if row.after.phase in _BAD_AGAIN:
                found = None
            elif row.after.phase is Phase.CLAIMED and (row.before is None or row.before.phase is not Phase.CLAIMED):
                found = row
    return found


_BAD_AGAIN = (Phase.AWAIT, Phase.READBACK, Phase.COMMITTED, Phase.HANDOVER, Phase.LAST, Phase.HELD)


def _duty_that_was_not_known(story: Story) -> int:
    """When a duty had begun that the contracts in use did not know when they asked; 0 where there was none."""
    for row in story.rows:
        if isinstance(row.event, RotaChanged) and row.changed and row.before and row.after:
            actor = row.after.actor
            begun = [duty.begins_ns for level in row.policy.levels for duty in level.duty if duty.person == actor]
            known = [at for at in begun if at <= row.before.turned_ns]
            if known:
                return max(known)
    return 0


def _tellings(story: Story, asked: tuple[Asking, ...]) -> Iterator[Telling]:
    policy, opened = story.policy, story.first.opened_ns
    yield Telling(BAD, "accord", opened, opened)
    if policy.other and (told := told_at(story, Side.OTHER, opened)):
        yield Telling(BAD, policy.other, told)
    for each in asked:
        if each.is_told or story.sent is None:
            yield Telling(BAD, each.lane, each.begun_ns)
    yield from (Telling(BAD, lane, 0, at_ns) for lane, at_ns in _understood(story, asked))
    for fact, row in ((HAS, first_commitment(story)), (FREE, last_claim(story))):
        if row is not None:
            yield from _of_row(fact, story, row)
    if policy.other and (committed := first_commitment(story)):
        yield Telling(UNTIL, policy.other, told_at(story, Side.OTHER, committed.event.at_ns))
    changed = next((row for row in story.rows if isinstance(row.event, RotaChanged) and row.changed), None)
    if changed is not None:
        yield Telling(ROTA, "accord", changed.event.at_ns, changed.event.at_ns)


def _understood(story: Story, asked: tuple[Asking, ...]) -> Iterator[tuple[str, int]]:
    """Where and when it was understood: read back rightly, taken where nothing was to be read back, or recovered."""
    yield from ((each.lane, each.understood_ns) for each in asked if each.understood_ns)
    yield from ((each.lane, each.ended_ns) for each in asked if each.is_answered and not each.is_misread)
    fixed = (row.event.at_ns for row in story.rows if row.changed and isinstance(row.event, Fixed))
    yield from ((holder_at(story, at_ns), at_ns) for at_ns in fixed)


def holder_at(story: Story, at_ns: int) -> str:
    """Whose lane had it at an instant: that of who was asked last until then; the owner's where nobody was."""
    lanes = [each.lane for each in askings(story) if each.begun_ns <= at_ns]
    return lanes[-1] if lanes else owner_of(story.policy)


def _of_row(fact: str, story: Story, row: Row) -> Iterator[Telling]:
    at_ns = row.event.at_ns
    yield Telling(fact, holder_at(story, at_ns), at_ns, at_ns)
    if story.policy.other and (told := told_at(story, Side.OTHER, at_ns)):
        confirmed = story.case.closed_ns if fact == FREE and story.case.closed_by == "other" else 0
        yield Telling(fact, story.policy.other, told, confirmed)


def told_at(story: Story, side: Side, from_ns: int) -> int:
    """When a side was first told from an instant on: what failed, is queued still or had no address does not count as told; 0 for never."""
    for row in story.rows:
        if row.event.at_ns < from_ns or row.after is None:
            continue
        told = [message for message in row.messages if message.side is side]
        sent = story.sent or ()
        fates = [each.fate for each in sent if (each.turn, each.side) == (row.after.turn, side)]
        if told and (any(map(is_taken, fates)) or story.sent is None):
            return row.event.at_ns
    return 0


def _decisions(story: Story, asked: tuple[Asking, ...]) -> Iterator[Decision]:
    case, policy = story.first, story.policy
    owner, opened = owner_of(policy), story.first.opened_ns
    if opened - case.since_ns >= NANOSECONDS["s"]:
        silent = any(isinstance(row.event, Lapse) for row in story.rows if row.event.at_ns <= opened)
        reason = Reason.SILENT_SOURCE if silent else Reason.NO_SIGNAL
        yield Decision("accord", "whom to ask", case.since_ns, (BAD,), ((BAD, reason),))
    yield Decision("accord", "whom to ask", opened, (BOUNDARY,), ((BOUNDARY, Reason.NO_CLAUSE),))
    if policy.other:
        waits = "to wait, or to act otherwise"
        yield Decision(policy.other, waits, opened, (UNTIL,), ((UNTIL, Reason.NO_CLAUSE),))
        if committed := first_commitment(story):
            yield Decision(policy.other, waits, committed.event.at_ns, (HAS,), ((HAS, Reason.UNDELIVERED),))
    for number, each in enumerate(asked):
        if number == 0 or not (each.is_last and asked[number - 1].is_last):
            yield from _of_asking(each)
    for row in story.rows:
        if isinstance(row.event, Hold) and row.changed and (row.before is None or row.before.phase is not Phase.HELD):
            reasons = ((BAD, Reason.HELD),)
            yield Decision(
                owner, "to begin to recover", row.event.at_ns, (BAD,), reasons, is_act=False, understands=True
            )
    yield from _asked_by_the_old_rota(story)


def _of_asking(asking: Asking) -> Iterator[Decision]:
    """A turn that led to no answer needed the fact at its end; a commitment with a wrong pick needed it then."""
    at_ns = asking.ended_ns
    if asking.ended in (Ended.PASSED, Ended.DECLINED, Ended.UNREACHABLE):
        reasons, says = ((BAD, why_unanswered(asking)),), f"whether {asking.role} takes it"
        yield Decision(asking.lane, says, at_ns, (BAD,), reasons, is_act=False, understands=True)
    elif asking.is_answered and asking.is_misread and not asking.understood_ns:
        reasons, says = ((BAD, Reason.AMBIGUOUS),), f"what {asking.role} is to recover"
        yield Decision(asking.lane, says, at_ns, (BAD,), reasons, understands=True)


def _asked_by_the_old_rota(story: Story) -> Iterator[Decision]:
    for row in story.rows:
        if isinstance(row.event, RotaChanged) and row.changed and row.before:
            reasons = ((ROTA, Reason.STALE_CONTRACT),)
            yield Decision("accord", "whom to ask", row.before.turned_ns, (ROTA,), reasons)


_IN_WORDS = {
    "Fire": "the signal fires", "Clear": "the signal clears", "Lapse": "a source falls silent", "Acknowledge": "has seen it",
    "ReadBack": "reads back", "Commit": "takes it", "Progress": "renews", "Decline": "says that it belongs elsewhere",
    "Offer": "offers to hand over", "Accept": "accepts the hand-over", "Refuse": "refuses the hand-over", "Fixed": "says that it is recovered",
    "Confirm": "confirms", "Dispute": "says that it is not recovered", "Hold": "a hold begins", "Release": "a hold is released",
    "Unreachable": "no channel took the message", "Receipt": "a receipt comes", "Rerated": "the severity changes",
    "RotaChanged": "the contracts or the rota changed", "Withdraw": "it is withdrawn", "Merge": "it becomes part of another",
    "Timer": "the deadline passes",
}  # fmt: skip


def in_words(row: Row) -> str:
    """What happened in a row, in words."""
    return _IN_WORDS[type(row.event).__name__]
