"""What reaches whom, for people: a table for each team, as text or as Markdown."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from unicodedata import east_asian_width

from accord.report._paint import Paint, visible
from accord.report._reached import Ear, Row

_HEADS = ("alert", "severity", "reaches", "when")
_WIDEST = (48, 12, 72)


def reached_text(rows: list[Row], paint: Paint) -> str:
    """A block for each team, with one line for each alert."""
    lines: list[str] = []
    for team, group in groupby(rows, key=lambda row: row.team):
        found = list(group)
        cells = _without_empty([_HEADS, *_cells(found)])
        columns = enumerate(_WIDEST[: len(cells[0]) - 1])
        widths = [min(max(_width(row[column]) for row in cells), widest) for column, widest in columns]
        lines += [paint("bold", visible(f"{team}: {_counted(len(found))}"))]
        for number, row in enumerate(cells):
            padded = [cell + " " * (width - _width(cell)) for cell, width in zip(row[:-1], widths, strict=False)]
            line = "  ".join(["", *padded, row[-1]]).rstrip()
            lines.append(paint("faint", line) if number == 0 else line)
        lines.append("")
    return "\n".join([*lines, _summary(rows)]) + "\n"


def _width(text: str) -> int:
    """How many columns a text takes: signs of East Asian scripts take two."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def reached_markdown(rows: list[Row]) -> str:
    """The same as Markdown."""
    lines = ["# What reaches whom", "", _summary(rows), ""]
    for team, found in groupby(rows, key=lambda row: row.team):
        heads, *cells = _without_empty([_HEADS, *_cells(found)])
        lines += [f"## {_escaped(team)}", "", f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
        lines += [f"| {' | '.join(map(_escaped, row))} |" for row in cells]
        lines.append("")
    return "\n".join(lines)


def _without_empty(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The rows without their last column, `when`, where nothing is ever muted."""
    return rows if any(row[-1] for row in rows[1:]) else [row[:-1] for row in rows]


def _cells(found: Iterable[Row]) -> Iterator[tuple[str, ...]]:
    """One line for alerts of one name that go the same way."""
    counted: dict[tuple[str, ...], int] = {}
    for row in found:
        key = (row.alert, row.severity or "none", _reaches(row), "; ".join(row.when))
        counted[key] = counted.get(key, 0) + 1
    for (alert, *rest), count in counted.items():
        yield tuple(visible(cell) for cell in (f"{alert} ({count} rules)" if count > 1 else alert, *rest))


MOST_EARS = 4
"""Receivers that are named of an alert whose way is open; JSON has all."""


def _reaches(row: Row) -> str:
    if not row.decided:
        return f"cannot be told: {row.because}"
    heard = [ear for ear in row.receivers if ear.heard]
    if row.depends_on:
        verb = "decides" if len(row.depends_on) == 1 else "decide"
        shown = [_ear(ear) for ear in row.receivers[:MOST_EARS]]
        more = len(row.receivers) - len(shown)
        shown += [f"one of {more} others"] if more else []
        return f"{' or '.join(shown)}, as {' and '.join(row.depends_on)} {verb}"
    return ", ".join(map(_ear, heard or row.receivers))


def _ear(ear: Ear) -> str:
    if not ear.heard:
        return f"{ear.receiver} (tells nobody)"
    told = ear.party or " and ".join(ear.tells)
    return f"{ear.receiver} ({told})" if told else ear.receiver


def _summary(rows: list[Row]) -> str:
    unheard = sum(row.decided and not any(ear.heard for ear in row.receivers) for row in rows)
    open_, untold = sum(row.decided and bool(row.depends_on) for row in rows), sum(not row.decided for row in rows)
    more = f"; where {open_} go{'es' if open_ == 1 else ''} is decided when they fire" if open_ else ""
    more += f"; of {untold} it cannot be told" if untold else ""
    return f"{_counted(len(rows))}, {unheard} of them reach{'es' if unheard == 1 else ''} nobody{more}"


def _counted(count: int) -> str:
    return "1 alert" if count == 1 else f"{count} alerts"


def _escaped(cell: str) -> str:
    return cell.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_")
