"""Hop by hop: from the condition to the confirmation, at which interface, against which budget."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from accord.cases.case import Case, Phase
from accord.cases.promise import promised_until
from accord.model.message import Fate, Side
from accord.model.review import Hop
from accord.review.asking import Asking, Ended, askings
from accord.review.carried import first_commitment, last_claim, owner_of, told_at
from accord.review.kept import LATE, SECOND
from accord.review.ledger import Row, Story
from accord.review.roles import Spoken

NOT_KEPT = "the ledger does not hold when"


def hops_of(story: Story, spoken: Spoken) -> tuple[Hop, ...]:
    """All hops of one deviation, in order, the longest marked."""
    return marked(tuple(_hops(story, spoken)))


def marked(hops: Sequence[Hop]) -> tuple[Hop, ...]:
    """The hops with the one that took longest marked; none where none took time."""
    longest = max((hop.actual or 0 for hop in hops), default=0)
    first = next((number for number, hop in enumerate(hops) if hop.actual == longest), -1) if longest else -1
    return tuple(replace(hop, is_longest=number == first) for number, hop in enumerate(hops))


def is_over(budget: int, actual: int) -> bool:
    """Whether something took longer than it was allowed to, by more than a clock says by chance."""
    return 0 < budget < actual and actual - budget >= min(SECOND, budget)


def _hops(story: Story, spoken: Spoken) -> Iterator[Hop]:
    first, asked = story.first, askings(story)
    signal = spoken(f"signal {first.deviation.signal} -> accord")
    unseen = first.opened_ns - first.since_ns
    yield Hop("detect", signal, 0, unseen, is_late=unseen >= SECOND)
    if asked:
        yield Hop("route", f"accord -> {asked[0].party}", 0, asked[0].begun_ns - first.opened_ns, _held(story))
    for each in _together(asked):
        yield from _of_asking(each, spoken)
    yield from _holds(story)
    yield from _other_side(story)
    yield from _recovery(story, spoken)
    yield from _confirmation(story, spoken)


def _together(asked: Sequence[Asking]) -> Iterator[Asking]:
    """The askings, those of the last resort that follow each other as one."""
    waiting: Asking | None = None
    for each in asked:
        if waiting and each.is_last and waiting.is_last:
            waiting = replace(each, begun_ns=waiting.begun_ns, deadline_ns=waiting.deadline_ns)
            continue
        if waiting:
            yield waiting
        waiting = each
    if waiting:
        yield waiting


def _held(story: Story) -> str:
    return "held first" if story.first.phase is Phase.HELD else ""


def _of_asking(asking: Asking, spoken: Spoken) -> Iterator[Hop]:
    level = f"/page level {asking.level + 1}" if asking.party != "accord" else "/last resort"
    page = f"{asking.party}{level}"
    for channel, fate in asking.fates if asking.ended is not Ended.UNREACHABLE else ():
        step = {Fate.OPENED: "open", Fate.ANSWERED: "open", Fate.DELIVERED: "deliver"}.get(fate, "hand")
        yield Hop(step, spoken(f"accord -> {page} ({channel})"), 0, None, f"{fate}; {NOT_KEPT}")
    begun = asking.begun_ns
    budget, back = max(0, asking.deadline_ns - begun), f"{page} -> accord"
    if asking.acknowledged_ns:
        yield Hop("acknowledge", back, budget, asking.acknowledged_ns - asking.begun_ns)
    if asking.understood_ns:
        yield Hop("read back", back, budget, asking.understood_ns - asking.begun_ns)
    elif asking.is_misread:
        note, took = "read otherwise than it was meant", asking.ended_ns - asking.begun_ns
        yield Hop("read back", back, budget, took, note, is_late=True)
    if asking.ended is Ended.UNREACHABLE:
        took = asking.ended_ns - asking.begun_ns
        yield Hop("reach", f"accord -> {page}", 0, took, str(asking.ended), is_late=True)
        return
    step = "commit" if asking.is_answered or asking.ended is Ended.OPEN else "answer"
    is_open = asking.ended is Ended.OPEN
    late = asking.ended_ns - asking.deadline_ns if asking.ended is Ended.PASSED else 0
    note = "passed on, but late: accord was not running" if late >= LATE else str(asking.ended)
    is_late = asking.ended is Ended.PASSED
    yield Hop(step, back, budget, asking.ended_ns - asking.begun_ns, note, is_open, is_late=is_late, begun_ns=begun)


def _holds(story: Story) -> Iterator[Hop]:
    """Each stretch in which it was held and nobody was asked."""
    begun = 0
    for row in story.rows:
        is_held = row.after is not None and row.after.phase is Phase.HELD
        if is_held and not begun:
            begun = row.event.at_ns
        elif begun and not is_held:
            yield _hold(story, begun, row.event.at_ns)
            begun = 0
    if begun:
        yield _hold(story, begun, story.ends_ns, is_open=True)


def _hold(story: Story, begun: int, ends: int, is_open: bool = False) -> Hop:
    interface = f"accord -> {owner_of(story.policy)}"
    return Hop("hold", interface, 0, ends - begun, "nobody was asked", is_open, needed=0, is_late=True)


def _other_side(story: Story) -> Iterator[Hop]:
    """The way to the other side, where the ledger shows that no message of the opening or of anything later reached it."""
    opened, other = story.first.opened_ns, story.policy.other
    if other and story.sent is not None and not told_at(story, Side.OTHER, opened):
        note = "no channel took a message"
        yield Hop("tell", f"accord -> {other}", 0, story.ends_ns - opened, note, is_open=True, is_late=True)


def _recovery(story: Story, spoken: Spoken) -> Iterator[Hop]:
    committed, claimed = first_commitment(story), last_claim(story)
    if committed is None or committed.after is None:
        return
    begun = committed.event.at_ns
    ended = claimed.event.at_ns if claimed and claimed.event.at_ns >= begun else 0
    until = promised_until(committed.after, committed.policy, begun)
    budget = max(0, (until or committed.after.eta_ns) - begun)
    interface = spoken(_operation(story))
    took = (ended or story.ends_ns) - begun
    yield Hop("recover", interface, budget, took, is_open=not ended, is_late=is_over(budget, took), begun_ns=begun)


def _operation(story: Story) -> str:
    deviation = story.first.deviation
    return f"{deviation.provider}/{deviation.operation}".strip("/") or owner_of(story.policy)


def _confirmation(story: Story, spoken: Spoken) -> Iterator[Hop]:
    claims = [row for row in story.rows if row.changed and row.after and _claims(row.before, row.after)]
    for claim in claims:
        assert claim.after is not None
        ended = _ended(story, claim)
        budget = claim.after.deadline_ns - claim.event.at_ns
        who = f"{story.policy.other or 'telemetry'} -> accord"
        until = ended.event.at_ns if ended else story.ends_ns
        note = _closing(ended.after) if ended and ended.after else ""
        took = until - claim.event.at_ns
        late, begun = is_over(budget, took), claim.event.at_ns
        yield Hop("confirm", spoken(who), budget, took, note, ended is None, is_late=late, begun_ns=begun)


def _closing(case: Case) -> str:
    words = {"other": "by the other side", "telemetry": "by telemetry", "unconfirmed": "by nobody"}
    return words.get(case.closed_by, str(case.phase)) if not case.is_open else "it was not recovered"


def _claims(before: Case | None, after: Case) -> bool:
    return after.phase is Phase.CLAIMED and (before is None or before.phase is not Phase.CLAIMED)


def _ended(story: Story, claim: Row) -> Row | None:
    later = [row for row in story.rows if row.sequence > claim.sequence]
    return next((row for row in later if row.after and row.after.phase is not Phase.CLAIMED), None)
