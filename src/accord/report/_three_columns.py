"""Assumed, observed, promised as tables: for a terminal, for a comment, for programs."""

from collections.abc import Iterator, Sequence
from datetime import date

from accord.model import instants
from accord.model.three_columns import Entry, Row, ThreeColumns
from accord.report._asked import Asked
from accord.report._paint import Paint, columns, hanging, visible, wrapped
from accord.report._places import where

HEADS = ("assumed", "observed", "promised")
MOST_SHOWN = 12
"""Boundaries of which a table is shown to people; a report for programs has all."""
_MOST_NAMED = 5
_GAP = 2
_NARROWEST = 16
_NOTHING = "-"
_MEASURES = {
    "latency.max": "longest answer",
    "attempts": "tries",
    "availability": "without error",
    "late": "work for nobody",
    "repeated": "done again",
    "concurrency": "at once",
}
Cell = list[tuple[str, str]]
"""Lines of one cell, each with its style."""


def shown(found: Sequence[ThreeColumns]) -> list[ThreeColumns]:
    """Those that have anything to hold against each other, the worst first, as many as people are shown."""
    return [one for one in found if not one.because][:MOST_SHOWN]


def tables(found: Sequence[ThreeColumns], asked: Asked, paint: Paint) -> list[str]:
    """The tables one below the other, and in words what is not among them."""
    lines: list[str] = []
    for one in shown(found):
        lines += [*_table(one, asked, paint), ""]
    said = [*left_out(found)]
    for number, line in enumerate(said):
        lines += hanging("  " if number and said[0].endswith(":") else "", line, asked.width)
    return [*lines, ""] if said else lines


def left_out(found: Sequence[ThreeColumns]) -> Iterator[str]:
    """What was seen and has no table: how many more, and of which nothing can be held against anything, and why."""
    apart = [one for one in found if one.because]
    if apart:
        many = "1 boundary was" if len(apart) == 1 else f"{len(apart)} boundaries were"
        yield f"{many} seen and not held against anything:"
        yield from [visible(f"{_seen_as(one)}: {one.because}") for one in apart[:_MOST_NAMED]]
        if len(apart) > _MOST_NAMED:
            yield f"and {len(apart) - _MOST_NAMED} more"
    more = len(found) - len(apart) - MOST_SHOWN
    if more > 0:
        yield f"{more} more boundaries have three columns; --boundary TEXT shows those of some, --format json all"


def _seen_as(one: ThreeColumns) -> str:
    who = f"{one.consumer} -> {one.provider}" if one.consumer else one.provider
    return f"{who} {one.called}" + (f" in {one.environment}" if one.environment else "")


# ---------------------------------------------------------------------- for a terminal


def _table(one: ThreeColumns, asked: Asked, paint: Paint) -> Iterator[str]:
    yield paint("bold", visible(one.subject))
    yield from (paint("faint", line) for line in hanging("  ", headline(one), asked.width))
    heads: list[Cell] = [[("", "")], *([("faint", name)] for name in HEADS)]
    rows = [heads, *(_cells(row, asked.imported) for row in one.rows)]
    widths = _widths(rows, asked.width)
    for row in rows:
        yield from _lines(row, widths, paint)
    for remark in one.remarks:
        yield from (paint("conditional", line) for line in hanging("  ", visible(remark), asked.width))


def headline(one: ThreeColumns) -> str:
    """`12 calls of POST /charges in production, 2026-11-20 10:00 to 11:00 UTC (1h), 10 seen from both sides (spans.json)`."""
    calls = "1 call" if one.calls == 1 else f"{one.calls} calls"
    paired = "all" if one.paired == one.calls else "none" if not one.paired else str(one.paired)
    parts = [f"{calls} of {visible(one.called)}" + (f" in {visible(one.environment)}" if one.environment else "")]
    parts += [window(one)] if one.ended else []
    return ", ".join([*parts, f"{paired} seen from both sides"]) + f" ({visible(one.source.place.file)})"


def window(one: ThreeColumns) -> str:
    """The window that was looked at, in UTC."""
    return instants.window(one.began, one.ended)


def measure(row: Row) -> str:
    """What a row is about, in words."""
    share = row.measure.partition("latency.p")[2]
    return _MEASURES.get(row.measure) or (f"{share} % of answers" if share else row.measure)


def _cells(row: Row, imported: dict[str, date]) -> list[Cell]:
    label: Cell = [("", measure(row)), *([(row.verdict, row.verdict)] if row.verdict else [])]
    said = [_said(entries, imported) for entries in (row.assumed, row.promised)]
    return [label, said[0], [("", seen(entry)) for entry in row.observed] or [("faint", _NOTHING)], said[1]]


def _said(entries: Sequence[Entry], imported: dict[str, date]) -> Cell:
    lines: Cell = []
    for entry in entries:
        lines += [("", stated(entry)), ("faint", where(entry.fact.place, imported))]
    return lines or [("faint", _NOTHING)]


def stated(entry: Entry) -> str:
    """`2s (each try)`."""
    return visible(f"{entry.text} ({entry.note})" if entry.note else entry.text)


def seen(entry: Entry) -> str:
    """`at least 2s at checkout`, `99 % at payments (1 of 100 failed)`."""
    least = "at least " if entry.at_least else ""
    place = f" at {entry.party or 'callers'}" if entry.side else ""
    return visible(f"{least}{entry.text}{place}" + (f" ({entry.note})" if entry.note else ""))


def _widths(rows: Sequence[Sequence[Cell]], page: int) -> list[int]:
    """As wide as the longest line of each column, the widest made narrower until all fit."""
    widths = [max(columns(text) for row in rows for _, text in row[number]) for number in range(len(HEADS) + 1)]
    room = max(page - 2 - _GAP * len(HEADS), _NARROWEST * (len(HEADS) + 1))
    while sum(widths) > room:
        widths[max(range(1, len(widths)), key=lambda number: widths[number])] -= 1
    return widths


def _lines(row: Sequence[Cell], widths: Sequence[int], paint: Paint) -> Iterator[str]:
    cells = [
        [(style, part) for style, text in cell for part in _broken(text, width)]
        for cell, width in zip(row, widths, strict=True)
    ]
    for number in range(max(map(len, cells))):
        line = "  "
        for cell, width in zip(cells, widths, strict=True):
            style, text = cell[number] if number < len(cell) else ("", "")
            line += paint(style, text) + " " * (width - columns(text) + _GAP)
        yield line.rstrip()


def _broken(text: str, width: int) -> Iterator[str]:
    """Lines of at most `width` columns, broken between words, and within a path after a slash or, at last, anywhere."""
    for line in wrapped(text, width):
        while columns(line) > width:
            cut = line.rfind("/", 1, width) + 1 or width
            yield line[:cut]
            line = line[cut:]
        yield line
