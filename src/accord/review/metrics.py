"""The figures of each deviation: all points, and no average of few."""

from collections.abc import Callable, Iterator, Sequence

from accord.cases.case import Phase
from accord.cases.events import Accept, Answer, Commit, Offer, Progress, Refuse, Timer
from accord.model.message import Fate, Side
from accord.model.review import Metric, Point
from accord.review.asking import Asking, Ended, askings
from accord.review.carried import first_commitment, told_at
from accord.review.ledger import Row, Story
from accord.review.roles import Spoken

FEW = 20
"""Under so many points nothing is averaged; above, a median stands beside the points."""

_Value = tuple[int | None, str]


def metrics_of(stories: Sequence[Story], spoken: Spoken) -> tuple[Metric, ...]:
    """Every figure of every deviation."""
    named = [(spoken(story.first.deviation.key), story) for story in stories]

    def metric(name: str, means: str, value: Callable[[Story], _Value], is_time: bool) -> Metric:
        return Metric(name, means, tuple(Point(of, *value(story)) for of, story in named), is_time)

    times = [metric(name, means, value, True) for name, (means, value) in _TIMES.items()]
    counts = [metric(name, means, _count(count), False) for name, (means, count) in _COUNTS.items()]
    return (*times, *counts)


def _count(count: Callable[[Story], int]) -> Callable[[Story], _Value]:
    return lambda story: (count(story), "")


def _detected(story: Story) -> _Value:
    return story.first.opened_ns - story.first.since_ns, ""


def _both_told(story: Story) -> _Value:
    opened, policy = story.first.opened_ns, story.policy
    if not (policy.owner and policy.other):
        return None, "a side has no party"
    told = [told_at(story, side, opened) for side in (Side.OWNER, Side.OTHER)]
    if not all(told):
        return None, "no channel took a message to one side"
    return (
        max(told) - story.first.since_ns,
        "" if story.sent is not None else "written; whether a channel took it is not in these lines",
    )


def _owned(story: Story) -> _Value:
    row = _understood(story)
    return (row.event.at_ns - story.first.since_ns, "") if row else (None, "nobody had it with a right read-back")


def _understood(story: Story) -> Row | None:
    return next(
        (row for row in story.rows if row.after and row.after.phase is Phase.COMMITTED and row.after.understood), None
    )


def _common_ground(story: Story) -> _Value:
    """The other side's part of it is that it opened what tells of the owner's commitment; when, the ledger does not hold."""
    row = _understood(story)
    if row is None or row.after is None:
        return None, "nobody had it with a right read-back"
    seen = [each.fate for each in story.sent or () if each.side is Side.OTHER and each.turn >= row.after.turn]
    if not any(fate in (Fate.OPENED, Fate.ANSWERED) for fate in seen):
        return None, "nothing shows that the other side read it"
    return None, "both sides hold it, and when the other side read it is not kept"


def _confirmed(story: Story) -> _Value:
    case = story.case
    if case.closed_by not in ("other", "telemetry"):
        return None, "unconfirmed" if case.closed_by else f"{case.phase}"
    return case.closed_ns - story.first.since_ns, "by telemetry" if case.closed_by == "telemetry" else ""


def _acknowledged_to_committed(story: Story) -> _Value:
    case, committed = story.case, first_commitment(story)
    if committed is None or not case.acknowledged_ns:
        return None, "no commitment"
    first = next((each.acknowledged_ns for each in askings(story) if each.acknowledged_ns), committed.event.at_ns)
    return max(0, committed.event.at_ns - first), ""


def _longest_unanswered(story: Story) -> _Value:
    spans = [each.ended_ns - each.begun_ns for each in _unanswered(story)]
    return (max(spans), "") if spans else (None, "none")


def _unanswered(story: Story) -> list[Asking]:
    return [each for each in askings(story) if each.ended in (Ended.PASSED, Ended.UNREACHABLE)]


def _lead(story: Story) -> _Value:
    if not story.earlier_ns:
        return None, "no earlier deviation of this term is in the ledger"
    return story.rows[0].event.at_ns - min(story.earlier_ns), ""


def _made(*kinds: type) -> Callable[[Story], int]:
    return lambda story: sum(row.changed and isinstance(row.event, kinds) for row in story.rows)


def _from(phase: Phase, kind: type) -> Callable[[Story], int]:
    """How often an event of a kind ended a phase."""

    def count(story: Story) -> int:
        rows = (row for row in story.rows if row.changed and isinstance(row.event, kind))
        return sum(row.before is not None and row.before.phase is phase for row in rows)

    return count


def _met(story: Story) -> int:
    rows = [row for row in story.rows if row.changed and row.before and row.after]
    return sum(_is_met(row) for row in rows)


def _is_met(row: Row) -> bool:
    return bool(row.before and row.after) and (row.before.phase, row.after.phase) == (Phase.COMMITTED, Phase.CLAIMED)  # type: ignore[union-attr]


def _stale(story: Story) -> int:
    answers = (row for row in story.rows if isinstance(row.event, Answer) and not row.changed)
    return sum(bool(row.before) and row.event.turn != row.before.turn for row in answers)  # type: ignore[union-attr]


def _interrupts(story: Story) -> int:
    return sum(message.interrupts for row in story.rows for message in row.messages)


def _held(story: Story) -> int:
    return sum(
        bool(row.after and row.after.phase is Phase.HELD and (row.before is None or row.before.phase is not Phase.HELD))
        for row in story.rows
    )


_TIMES: dict[str, tuple[str, Callable[[Story], _Value]]] = {
    "TTD": ("from when the signal says that it began to the first machine that saw it", _detected),
    "TTB": ("from the condition until a channel had taken a message to each side", _both_told),
    "TTO": ("from the condition until somebody had it with a right read-back", _owned),
    "TTCG": ("from the condition to common ground: both sides hold the same", _common_ground),
    "TTC": ("from the condition until it was confirmed", _confirmed),
    "acknowledged to committed": ("between the first acknowledgement and the first commitment", _acknowledged_to_committed),
    "longest unanswered": ("the longest turn in which nobody answered", _longest_unanswered),
    "lead of drift": ("since the first earlier deviation of the same term", _lead),
}  # fmt: skip
_COUNTS: dict[str, tuple[str, Callable[[Story], int]]] = {
    "turns unanswered": ("turns that ended with no answer", lambda story: len(_unanswered(story))),
    "hand-overs offered": ("offers of a hand-over", _made(Offer)),
    "hand-overs accepted": ("of them accepted", _made(Accept)),
    "hand-overs refused": ("of them refused", _made(Refuse)),
    "hand-overs expired": ("of them run out", _from(Phase.HANDOVER, Timer)),
    "commitments": ("times that somebody had it", _made(Commit, Accept)),
    "commitments met": ("of them said to be recovered in time", _met),
    "commitments renewed": ("of them renewed in time", _made(Progress)),
    "commitments run out": ("of them run out without a word", _from(Phase.COMMITTED, Timer)),
    "stale answers": ("answers to a turn that was over", _stale),
    "wrong read-backs": (
        "against the signal, which was ambiguous",
        lambda story: sum(each.is_misread for each in askings(story)),
    ),
    "held": ("times that it was held", _held),
    "bundled": ("messages that a bundle told instead", lambda story: sum(each.is_bundled for each in story.sent or ())),
    "interrupts": ("messages that may wake somebody", _interrupts),
}


def median_of(points: Sequence[Point]) -> int | None:
    """The median of the points that have a value, where there are enough of them."""
    values = sorted(point.value for point in points if point.value is not None)
    return values[len(values) // 2] if len(values) >= FEW else None


def shown_points(metric: Metric) -> Iterator[Point]:
    """The points of a metric that say anything: counts of 0 are left out."""
    yield from (point for point in metric.points if metric.is_time or point.value)
