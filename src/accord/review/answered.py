"""What a reader wants first, in sentences: what happened, what was missing, what was unexamined, which interface was not in time."""

from collections.abc import Iterable, Iterator, Sequence

from accord.model.duration import NANOSECONDS
from accord.model.instants import span
from accord.model.review import Hop, Missing, Reason, Review
from accord.review.labelled import MOST, Labels
from accord.review.moments import clock

MEANS = {
    Reason.NO_CLAUSE: "no contract says it, or says who is told",
    Reason.NO_SIGNAL: "nothing showed it until then",
    Reason.SILENT_SOURCE: "what shows it had fallen silent",
    Reason.HELD: "a silence, a maintenance or the page budget held it",
    Reason.MISROUTED: "somebody was told, and nobody who needed it is on record as told",
    Reason.UNDELIVERED: "not told, or not yet",
    Reason.UNOPENED: "told, and nothing on record shows that it was opened",
    Reason.AMBIGUOUS: "it was opened and led to no answer, or was read otherwise than it was meant",
    Reason.STALE_CONTRACT: "who is on duty had changed, and what asks by it did not know",
}
"""Each reason in words."""


def answers(review: Review) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each question with its sentences."""
    return (
        ("What happened", review.happened or (f"{review.header.title}.",)),
        ("What was missing", _few(missing_said(review), "nothing that a decision needed was missing", 4)),
        ("Which assumption was unexamined", _few(unexamined_said(review), "none that is on record", 5)),
        (
            "Which interface did not communicate in time",
            (*_few(_late_said(review), _longest_said(review), 6), *_rest(review)),
        ),
    )


def _few(sentences: Iterable[str], otherwise: str, section: int) -> tuple[str, ...]:
    every = list(sentences)
    more = [f"{len(every) - MOST} more in section {section}."] if len(every) > MOST else []
    return (*every[:MOST], *more) or (otherwise,)


def missing_said(review: Review) -> Iterator[str]:
    """One sentence for each fact that was missing, with every decision that needed it; a reason is explained once."""
    facts: dict[tuple[str, str], list[Missing]] = {}
    for row in review.missing:
        facts.setdefault((row.fact, row.where), []).append(row)
    explained: set[Reason] = set()
    labels = Labels(review)
    for rows in facts.values():
        needs = [_needed(row, review, explained) for row in rows[:MOST]]
        needs += [f"So did {len(rows) - MOST} more decisions."] if len(rows) > MOST else []
        yield f"{labels.of(rows[0].fact)}, “{rows[0].fact}”: {_where(rows[0], review)}. {' '.join(needs)}"


def _where(row: Missing, review: Review) -> str:
    later = ", as was established afterwards" if row.is_later else ""
    if row.is_standing:
        return f"at {row.where} before it began; since when is not on record{later}"
    if row.existed_ns:
        return f"at {row.where} since {_at(row.existed_ns, review)}{later or ', where it could be known'}"
    return f"it stands in {row.where}" if row.is_written else f"written down nowhere ({row.where})"


def _needed(row: Missing, review: Review, explained: set[Reason]) -> str:
    by = f" by {_at(row.needed_ns, review)}" if row.needed_ns else ""
    why = row.reason if row.reason in explained else f"{row.reason}: {MEANS[row.reason]}"
    explained.add(row.reason)
    return f"{row.party} needed it{by} for “{row.decision}”; {_reached(row, review)} ({why})."


def _reached(row: Missing, review: Review) -> str:
    step = reached_by(row)
    if not row.reached_ns:
        return f"it is not on record as {step} there"
    return f"it was {step} there at {_at(row.reached_ns, review)}{' or later' if row.is_bound else ''}, {late_by(row)}"


def reached_by(row: Missing) -> str:
    """How far it had to get to be there for what needed it."""
    is_told = row.reached_ns or row.reason is not Reason.UNDELIVERED
    return "understood" if row.needs_understanding and is_told else "told"


def late_by(row: Missing) -> str:
    """By how much it came after it was needed; at least so much where that is a bound."""
    by = span(row.reached_ns - row.needed_ns)
    return f"late by at least {by}" if row.is_bound and not row.is_standing else f"late by {by}"


def _at(at_ns: int, review: Review) -> str:
    return clock(at_ns, review.header.begins_ns)


def unexamined_said(review: Review) -> Iterator[str]:
    """One sentence for each assumption; how that is known stands in its section."""
    for number, row in enumerate(review.unexamined, 1):
        yield f"A{number}, “{row.assumes}”: {row.party} counted on it, of {row.of}."


def _late_said(review: Review) -> Iterator[str]:
    """One sentence for each interface that was late, and for each that the contracts themselves let be late."""
    for found in review.permitted:
        if found.rule.partition("/")[0] == "timing":
            yield f"{found.interface}, by both sides' own words: {found.message} ({found.rule})."
    for hop in review.hops:
        if hop.is_late:
            yield f"{hop.interface}: {_how_late(hop, review)}."


def _rest(review: Review) -> Iterator[str]:
    """How many more ways took time that nothing on record bounds; a reader may know a bound."""
    unbound = [
        hop for hop in review.hops if not (hop.is_late or hop.budget or hop.needed is not None or hop.step == "recover")
    ]
    if count := sum((hop.actual or 0) >= _SECOND for hop in unbound):
        yield f"{count} more took time, and no bound for {'it' if count == 1 else 'them'} is on record: section 6."


def _how_late(hop: Hop, review: Review) -> str:
    note = f": {Labels(review).referred(hop.note)}" if hop.note else ""
    bound = hop.needed if hop.needed is not None else hop.budget or None
    if bound is not None and hop.begun_ns and (hop.actual or 0) >= bound:
        return f"{_against(hop, bound, review)}{note}"
    bounds = [f"allowed within {span(hop.budget)}"] if hop.budget else []
    bounds += [needed_after(hop)] if hop.needed is not None else []
    said = ", ".join(bounds) or "nobody said within which time"
    took, never = _STEPS.get(hop.step, (f"{hop.step} took", f"no {hop.step} for"))
    return f"{never if hop.is_open or hop.step in _NOT_THERE else took} {at_least(hop)} ({said}){note}"


def _against(hop: Hop, bound: int, review: Review) -> str:
    """Needed or due at, told at, late by."""
    due, at_ns = _at(hop.begun_ns + bound, review), hop.begun_ns + (hop.actual or 0)
    took, never = (
        said.removesuffix(" after").removesuffix(" for") for said in _STEPS.get(hop.step, (hop.step, f"no {hop.step}"))
    )
    over = (hop.actual or 0) - bound
    late = (
        f", late by {'at least ' if hop.is_open or hop.is_bound else ''}{span(over)}"
        if over >= min(_SECOND, bound or 1)
        else ""
    )
    first = f"{'due' if hop.needed is None else 'needed'} at {due}"
    if hop.is_open or hop.step in _NOT_THERE:
        return f"{first}, {never}{f' by {_at(at_ns, review)}, when the record ends' if hop.is_open else ''}{late}"
    return f"{first}, {took} at {_at(at_ns, review)}{' or later' if hop.is_bound else ''}{late}"


_SECOND = NANOSECONDS["s"]
_STEPS = {
    "detect": ("seen after", "not seen for"),
    "hold": ("held for", "held for"),
    "read back": ("read back after", "not read back rightly for"),
    "deliver": ("delivered after", "not delivered for"),
    "reach": ("told after", "not told; the next was asked after"),
    "tell": ("told after", "not told for"),
    "ask": ("asked after", "not asked for"),
    "understand": ("understood after", "nothing that follows from its being told is on record for"),
    "recover": ("recovered after", "not recovered for"),
    "confirm": ("confirmed after", "not confirmed for"),
}
"""What a hop is called where it ended, and where it did not."""
_NOT_THERE = ("answer", "deliver", "reach", "read back")
"""Steps that are late only where they did not happen."""


def _longest_said(review: Review) -> str:
    longest = [hop for hop in review.hops if hop.is_longest and hop.actual]
    if not longest:
        return "none took time that is on record"
    hop = max(longest, key=lambda each: each.actual or 0)
    return f"none was late that is on record; the longest way was {hop.interface}: {_how_late(hop, review)}"


def needed_after(hop: Hop) -> str:
    """After which time a decision needed it."""
    return f"needed after {span(hop.needed)}" if hop.needed else "needed at once"


def at_least(hop: Hop) -> str:
    """How long a hop took; at least so long where it had not ended."""
    took = span(hop.actual or 0)
    return f"at least {took}" if hop.is_open or hop.is_bound else took


def first_missing(missing: Sequence[Missing]) -> str:
    """What was missing, as one line; empty where nothing was."""
    facts = list(dict.fromkeys(row.fact for row in missing))
    if not facts:
        return ""
    row = next((each for each in missing if not each.reached_ns), missing[0])
    more = f"; {len(facts) - 1} more" if len(facts) > 1 else ""
    step = reached_by(row)
    reached = (
        f"{step} at {row.party} after {span(row.lag)}" if row.reached_ns else f"not on record as {step} at {row.party}"
    )
    return f"{row.fact}: {reached} ({row.reason}){more}"
