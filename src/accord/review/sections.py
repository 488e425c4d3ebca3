"""The ten sections as they are laid out: paragraphs, lists and tables, for every format alike."""

from collections.abc import Iterator

from msgspec import Struct

from accord.model.instants import span
from accord.model.review import Clause, Hop, Mark, Metric, Missing, Permitted, Review, Turn
from accord.review.answered import at_least, needed_after, reached_by
from accord.review.hops import is_over
from accord.review.labelled import MOST, Labels
from accord.review.metrics import median_of, shown_points
from accord.review.moments import clock, instant
from accord.review.turns import NOBODY

NOT_KEPT = "not on record"

WORDS = {
    "accord": ("this program: it keeps the record and asks whoever is next", False),
    "word": ("what a party says in its contract, or is said to have promised", True),
    "turn": ("one asking: one party is next to act until an instant", False),
    "told": (
        "a channel took the message; that it was delivered, opened or understood is more, and is said where it is on record",
        False,
    ),
    "understood": ("a right read-back, a commitment or the recovery shows it; in a timeline a line says it", True),
    "read-back": ("who takes it picks what the message means; right or not is known", False),
    "F1, A1": ("a fact or an assumption by number, in full where it comes first", True),
    "established afterwards": ("at its instant nobody is on record as knowing it", True),
    "late": ("after a decision needed it, or beyond what was allowed", True),
}
"""What the words of a review mean, and whether a review of a timeline has them too."""


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
    """All ten, in order: the turns stand before them, the figures before the appendix, the words behind it."""
    labels = Labels(review)
    return (
        _turns(review), _header(review), _kept(review, labels), _lanes(review, labels), _missing(review, labels), _unexamined(review, labels),
        _interfaces(review, labels), _helped(review), _questions(review, labels), _changes(review), _figures(review), _appendix(review),
        _words(review),
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
    return Section("Who was to act next", "", (), (Table(heads, rows),), is_numbered=False)


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


def _kept(review: Review, labels: Labels) -> Section:
    begins = review.header.begins_ns
    moments = (
        (_said(each.at_ns, "before", begins), each.party, labels.with_number(each.what)) for each in review.course
    )
    course = Table(("when", "who", "what"), tuple(moments))
    breached = [number for number, each in enumerate(review.clauses) if not each.is_kept]
    rows = ((each.party, each.says, _kept_state(each), each.evidence) for each in review.clauses)
    clauses = Table(("party", "its word", "state", "by what that is known"), tuple(rows), tuple(breached))
    says = "What happened, with real times, and each party's word that the event put to the test."
    if review.clauses and not breached:
        says = "What happened, with real times. Nothing on record says that anybody broke their word."
    items = (review.no_witness,) if review.no_witness else ()
    shown = (_permitted(each) for each in review.permitted)
    return Section(
        "What happened, and whose word was kept",
        says,
        items,
        tuple(each for each in (course, clauses, *shown) if each.rows),
    )


def _kept_state(clause: Clause) -> str:
    if not clause.is_kept:
        return "not kept"
    return "kept" if clause.evidence else "nothing on record says that it was broken"


def _permitted(found: Permitted) -> Table:
    title = f"What everybody's own words permit at {found.interface}: {found.message} ({found.rule})"
    return Table(("at", "who", "what"), found.steps, title=title)


def _lanes(review: Review, labels: Labels) -> Section:
    rows: list[tuple[str, ...]] = []
    marked = []
    for lane in review.lanes:
        for mark in lane.marks:
            if mark.acted_ns:
                marked.append(len(rows))
            rows.append((lane.party, labels.first(mark.fact), *_marks(mark, review.header.begins_ns)))
    says = "What each side was told when, and when it was understood. Marked: something was done there meanwhile, without it."
    heads = ("lane", "fact", "existed", "told", "understood", "done without it")
    return Section("Who knew what when", says, tables=(Table(heads, tuple(rows), tuple(marked)),), draws_lanes=True)


def _marks(mark: Mark, begins: int) -> tuple[str, ...]:
    existed = _said(mark.existed_ns, "before it began" if mark.is_standing else "never written down", begins)
    told, understood = (_said(at_ns, NOT_KEPT, begins) for at_ns in (mark.told_ns, mark.understood_ns))
    return (existed, told, understood, _said(mark.acted_ns, "", begins))


def _told(at_ns: int) -> str:
    return instant(at_ns) if at_ns else NOT_KEPT


def _missing(review: Review, labels: Labels) -> Section:
    says = "Facts that existed somewhere while something elsewhere needed them. Lag: since it existed."
    heads = ("fact", "existed", "where", "who needed it", "for", "reached", "lag", "reason")
    rows = tuple(_missing_row(row, labels, review.header.begins_ns) for row in review.missing)
    return Section(
        "Information that was missing",
        says,
        _none(rows, "no decision lacked a fact that is on record"),
        (Table(heads, rows),),
    )


def _missing_row(row: Missing, labels: Labels, begins: int) -> tuple[str, ...]:
    otherwise = "as it is written" if row.is_written else "before it began" if row.is_standing else "never written down"
    reached = (
        f"{reached_by(row)} {clock(row.reached_ns, begins)}"
        if row.reached_ns
        else f"not on record as {reached_by(row)}"
    )
    is_bound = row.is_bound or not row.reached_ns
    lag = f"{'at least ' if is_bound else ''}{span(row.lag)}" if row.lag or row.reached_ns else ""
    decision = f"{row.decision} ({clock(row.needed_ns, begins)})" if row.needed_ns else row.decision
    existed = _said(row.existed_ns, otherwise, begins)
    return (labels.first(row.fact), existed, row.where, row.party, decision, reached, lag, row.reason)


def _unexamined(review: Review, labels: Labels) -> Section:
    rows = tuple(
        (f"A{number}", labels.referred(row.because))
        if number <= MOST
        else (f"A{number}: {row.party}, of {row.of}: {row.assumes}", labels.referred(row.because))
        for number, row in enumerate(review.unexamined, 1)
    )
    says = "What one side counted on without the other's word, against it, or against what could already be seen."
    heads = ("assumption", "how that is known")
    return Section("Assumptions never examined", says, _none(rows, "none is on record"), (Table(heads, rows),))


def _interfaces(review: Review, labels: Labels) -> Section:
    marked = tuple(number for number, hop in enumerate(review.hops) if hop.is_late)
    rows = tuple(
        (hop.interface, hop.step, _budget(hop), _actual(hop), labels.referred(_noted(hop))) for hop in review.hops
    )
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
    rows = tuple((clock(each.at_ns, review.header.begins_ns), each.party, each.what) for each in review.helped)
    says = "What worked, and kept it from being worse."
    return Section(
        "What carried the load",
        says,
        _none(rows, "nothing of it is on record; the meeting may know"),
        (Table(("when", "who", "what"), rows),),
    )


def _questions(review: Review, labels: Labels) -> Section:
    items = tuple(f"{each.to}: {labels.referred(each.asks)}" for each in review.questions)
    return Section("Open questions for the meeting", "What the record cannot answer.", items)


def _changes(review: Review) -> Section:
    rows = tuple((row.party, row.does, row.before, row.after, row.removes) for row in review.changes)
    says = "Each was tried by the checker on the contracts of then: the finding goes, and no other comes. Choose one side's."
    if rows and {row.removes for row in review.changes} <= set(review.gone):
        says = "Each was tried by the checker on the contracts of then; what it removes is gone since."
    heads = ("party", "change", "before", "after", "removes")
    gone = (f"{rule}: found no more in the contracts as they are now, and so mended already" for rule in review.gone)
    items = (*filter(None, (review.no_changes,)), *gone)
    return Section("Contract changes", says if rows else "", items, (Table(heads, rows),))


def _figures(review: Review) -> Section:
    rows = tuple(row for metric in review.metrics for row in _points(metric))
    heads: tuple[str, ...] = ("figure", "of", "value", "means")
    if len({row[1] for row in rows}) == 1:
        heads, rows = ("figure", "value", "means"), tuple((row[0], *row[2:]) for row in rows)
    says = "Every point of every deviation; nothing is averaged under twenty of them."
    return Section("Figures", says, (), (Table(heads, rows),), is_numbered=False)


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


def _words(review: Review) -> Section:
    is_of_ledger = any(row.hash for row in review.extract)
    rows = tuple((word, means) for word, (means, is_for_all) in WORDS.items() if is_for_all or is_of_ledger)
    return Section("Words", "", (), (Table(("word", "means"), rows),), is_numbered=False)


def _none(rows: tuple[tuple[str, ...], ...], says: str) -> tuple[str, ...]:
    return () if rows else (says,)
