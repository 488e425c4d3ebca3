"""The ten sections as they are laid out: paragraphs, lists and tables, for every format alike."""

from collections.abc import Iterator

from msgspec import Struct

from accord.model.review import Clause, Hop, Mark, Metric, Missing, Permitted, Review, Turn
from accord.review.answered import MEANS, at_least, needed_after
from accord.review.hops import is_over
from accord.review.metrics import median_of, shown_points
from accord.review.moments import clock, instant, span
from accord.review.turns import NOBODY

NOT_KEPT = "not on record"


class Table(Struct, frozen=True):
    """Rows of texts under heads, and perhaps a title; `marked` are the numbers of rows that stand out."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marked: tuple[int, ...] = ()
    title: str = ""


class Section(Struct, frozen=True):
    """One section: a title, a sentence that says how to read it, and what stands in it; lanes are drawn where they can be."""

    title: str
    says: str
    items: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    draws_lanes: bool = False
    is_numbered: bool = True


def sections(review: Review) -> tuple[Section, ...]:
    """All ten, in order: the turns stand before them, the figures before the appendix."""
    return (
        _turns(review), _header(review), _kept(review), _lanes(review), _missing(review), _unexamined(review), _interfaces(review), _helped(review),
        _questions(review), _changes(review), _figures(review), _appendix(review),
    )  # fmt: skip


def numbered(review: Review) -> Iterator[tuple[str, Section]]:
    """Every section with its number from 1; the figures have none."""
    number = 0
    for section in sections(review):
        number += section.is_numbered
        yield str(number) if section.is_numbered else "", section


def _turns(review: Review) -> Section:
    begins = review.header.begins_ns
    rows = tuple(
        (clock(each.from_ns, begins), each.party or NOBODY, _said(each.told_ns, each.told, begins), _until(each, begins), each.ended)
        for each in review.turns
    )  # fmt: skip
    heads = ("from", "to act next", "told", "until", "how it ended")
    says = "Told: a channel took the message." if any(each.told_ns for each in review.turns) else ""
    return Section("Who was to act next", says, (), (Table(heads, rows),), is_numbered=False)


def _said(at_ns: int, otherwise: str, begins: int) -> str:
    return clock(at_ns, begins) if at_ns else otherwise


def _until(turn: Turn, begins: int) -> str:
    """Until when, as it was said; of a spell with nobody, when it ended."""
    if NOBODY in (turn.party or NOBODY):
        return clock(turn.ends_ns, begins)
    return clock(turn.until_ns, begins) if turn.until_ns else "nobody said"


def _header(review: Review) -> Section:
    head = review.header
    rows = [("Boundary", "; ".join(head.boundaries)), ("Parties", ", ".join(head.parties))]
    rows += [
        ("Window", f"{instant(head.begins_ns)} to {instant(head.ends_ns)} ({span(head.ends_ns - head.begins_ns)})")
    ]
    rows += [("Record", head.records)]
    rows += [("Carried by", f"policy {policy[:16]}") for policy in head.policies]
    rows += [("Contract", f"{each.file} (sha256 {each.hash[:16]})") for each in head.contracts]
    rows += [("Source", source) for source in head.sources]
    rows += [("Not on record", gap) for gap in head.gaps] or [
        ("Complete", "no stretch is missing that the record could tell of")
    ]
    return Section("What this is of", "", tables=(Table(("", ""), tuple(rows)),))


def _kept(review: Review) -> Section:
    course = Table(
        ("when", "who", "what"), tuple((instant(each.at_ns), each.party, each.what) for each in review.course)
    )
    breached = [number for number, each in enumerate(review.clauses) if not each.is_kept]
    rows = ((each.party, each.says, _kept_state(each), each.evidence) for each in review.clauses)
    clauses = Table(("party", "its word", "state", "by what that is known"), tuple(rows), tuple(breached))
    says = "What happened, with real times, and each party's word that the event put to the test."
    if review.clauses and not breached:
        says = "What happened, with real times. Nothing on record says that anybody broke their word."
    items = (review.no_witness,) if review.no_witness else ()
    shown = (_permitted(each) for each in review.permitted)
    return Section("What happened, and whose word was kept", says, items, tuple(each for each in (course, clauses, *shown) if each.rows))


def _kept_state(clause: Clause) -> str:
    if not clause.is_kept:
        return "not kept"
    return "kept" if clause.evidence else "nothing on record says that it was broken"


def _permitted(found: Permitted) -> Table:
    title = f"What everybody's own words permit at {found.interface}: {found.message} ({found.rule})"
    return Table(("at", "who", "what"), found.steps, title=title)


def _lanes(review: Review) -> Section:
    rows: list[tuple[str, ...]] = []
    marked = []
    for lane in review.lanes:
        for mark in lane.marks:
            if mark.acted_ns:
                marked.append(len(rows))
            rows.append((lane.party, mark.fact, *_marks(mark)))
    says = "What existed, when each side was told, and when it was understood. Marked: somebody acted on a different reality meanwhile."
    heads = ("lane", "fact", "existed", "told", "understood", "acted otherwise")
    return Section("Who knew what when", says, tables=(Table(heads, tuple(rows), tuple(marked)),), draws_lanes=True)


def _marks(mark: Mark) -> tuple[str, ...]:
    existed = instant(mark.existed_ns) if mark.existed_ns else "never written down"
    return (existed, _told(mark.told_ns), _told(mark.understood_ns), instant(mark.acted_ns) if mark.acted_ns else "")


def _told(at_ns: int) -> str:
    return instant(at_ns) if at_ns else NOT_KEPT


def _missing(review: Review) -> Section:
    reasons = dict.fromkeys(row.reason for row in review.missing)
    meant = "; ".join(f"{reason}: {MEANS[reason]}" for reason in reasons)
    says = (
        f"Facts that existed somewhere while a decision elsewhere needed them. {meant[:1].upper()}{meant[1:]}".strip()
    )
    heads = ("fact", "existed since", "where", "needed by", "to decide", "reached", "lag", "reason")
    rows = tuple(_missing_row(row) for row in review.missing)
    return Section(
        "Information that was missing",
        f"{says.rstrip('.')}.",
        _none(rows, "no decision lacked a fact that is on record"),
        (Table(heads, rows),),
    )


def _missing_row(row: Missing) -> tuple[str, ...]:
    existed = (
        instant(row.existed_ns) if row.existed_ns else "as it is written" if row.is_written else "never written down"
    )
    reached = instant(row.reached_ns) if row.reached_ns else "never"
    lag = span(row.lag) if row.reached_ns else f"at least {span(row.lag)}" if row.lag else ""
    decision = f"{row.decision} ({instant(row.needed_ns)})" if row.needed_ns else row.decision
    return (row.fact, existed, row.where, row.party, decision, reached, lag, row.reason)


def _unexamined(review: Review) -> Section:
    rows = tuple((row.party, row.of, row.assumes, row.because) for row in review.unexamined)
    says = "What one side counted on without the other's word, against it, or against what could already be seen."
    heads = ("who counts on it", "of whom", "what", "how that is known")
    return Section("Assumptions never examined", says, _none(rows, "none is on record"), (Table(heads, rows),))


def _interfaces(review: Review) -> Section:
    marked = tuple(number for number, hop in enumerate(review.hops) if hop.is_late)
    rows = tuple((hop.interface, hop.step, _budget(hop), _actual(hop), _noted(hop)) for hop in review.hops)
    heads = ("interface", "step", "budget", "actual", "note")
    says = "Hop by hop, each against what was allowed for it, or by when a decision needed it. Marked: what was late."
    return Section(
        "Interfaces that did not communicate in time",
        says,
        _none(rows, "none is on record"),
        (Table(heads, rows, marked),),
    )


def _budget(hop: Hop) -> str:
    said = span(hop.budget) if hop.budget else "nobody said"
    return f"{said}; {needed_after(hop)}" if hop.needed is not None else said


def _actual(hop: Hop) -> str:
    return NOT_KEPT if hop.actual is None else at_least(hop)


def _noted(hop: Hop) -> str:
    over = f"{span(hop.actual - hop.budget)} over" if hop.actual and is_over(hop.budget, hop.actual) else ""
    return "; ".join(filter(None, ("longest" if hop.is_longest else "", over, hop.note)))


def _helped(review: Review) -> Section:
    rows = tuple((instant(each.at_ns), each.party, each.what) for each in review.helped)
    says = "What worked, and kept it from being worse."
    return Section(
        "What carried the load",
        says,
        _none(rows, "nothing of it is on record; the meeting may know"),
        (Table(("when", "who", "what"), rows),),
    )


def _questions(review: Review) -> Section:
    items = tuple(f"{each.to}: {each.asks}" for each in review.questions)
    return Section("Open questions for the meeting", "What the record cannot answer.", items)


def _changes(review: Review) -> Section:
    rows = tuple((row.party, row.does, row.before, row.after, row.removes) for row in review.changes)
    says = "Each was tried by the checker: the finding is gone, and no other comes. Choose one side's; the date of its review is for the meeting."
    heads = ("party", "change", "before", "after", "removes")
    gone = (f"{rule}: found no more in the contracts as they are now" for rule in review.gone)
    items = (*filter(None, (review.no_changes,)), *gone)
    return Section("Contract changes", says if rows else "", items, (Table(heads, rows),))


def _figures(review: Review) -> Section:
    rows = tuple(row for metric in review.metrics for row in _points(metric))
    says = "Every point of every deviation; nothing is averaged under twenty of them."
    return Section("Figures", says, (), (Table(("figure", "of", "value", "means"), rows),), is_numbered=False)


def _points(metric: Metric) -> Iterator[tuple[str, ...]]:
    for point in shown_points(metric):
        value = NOT_KEPT if point.value is None else span(point.value) if metric.is_time else str(point.value)
        yield (metric.name, point.of, "; ".join(filter(None, (value, point.because))), metric.means)
    median = median_of(metric.points)
    if median is not None:
        yield (metric.name, "median of all", span(median) if metric.is_time else str(median), metric.means)


def _appendix(review: Review) -> Section:
    is_hashed = any(row.hash for row in review.extract)
    cells = ((str(row.sequence), _told(row.at_ns), row.what, row.hash[:16]) for row in review.extract)
    rows = tuple(each if is_hashed else each[:3] for each in cells)
    heads = ("row", "when", "what", "hash") if is_hashed else ("line", "when", "what")
    says = "Each row of the ledger, and the first 16 characters of its hash." if is_hashed else "Each line of the file."
    count = review.participants
    who = f"{count} {'person' if count == 1 else 'people'} answered; who they are stands in no review: accord review --participants lists pseudonyms"
    return Section("Appendix: the record", says, (who,) if count else (), (Table(heads, rows),))


def _none(rows: tuple[tuple[str, ...], ...], says: str) -> tuple[str, ...]:
    return () if rows else (says,)
