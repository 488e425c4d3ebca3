"""Assumed, observed, promised of one boundary, term by term: as a table with its places, and as times for the drawing."""

from collections.abc import Iterator

from msgspec import Struct

from accord.boundaries.join.system import Boundary
from accord.model.duration import SECOND
from accord.model.fact import Fact
from accord.model.subject import called
from accord.model.three_columns import Entry
from accord.report._places import where
from accord.serve.pages import _scale
from accord.serve.pages._scale import Mark, Strip
from accord.serve.pages._shown import Seen

_TIMES = ("timeout", "latency")
_OF_PEOPLE = ("detect", "recover", "owner", "hours", "runbook", "at", "needs")


class Cell(Struct, frozen=True):
    """One statement as its author wrote it and where it stands, or one figure that was seen and who measured it."""

    text: str
    place: str
    is_default: bool = False


class Term(Struct, frozen=True):
    """One term: what each side says of it, what was seen, and the worst verdict of what follows from that."""

    name: str
    assumed: tuple[Cell, ...]
    observed: tuple[Cell, ...]
    promised: tuple[Cell, ...]
    verdict: str = ""


def terms_of(boundary: Boundary, seen: tuple[Seen, ...], root: str) -> Iterator[Term]:
    """Every term that either side speaks of, or that was seen: what is expected first, then who detects and recovers.

    Places are told from the folder `root` on.
    """
    assumed, promised = boundary.assumed.terms, boundary.promised.terms
    observed = {name: tuple(cells) for name, cells in _observed(seen).items()}
    verdicts = {row.measure: row.verdict for each in seen for row in each.columns.rows if row.verdict}
    for name in sorted({*assumed, *promised, *observed}, key=lambda term: (_is_of_people(term), term)):
        said = (_cells(facts.get(name, ()), root) for facts in (assumed, promised))
        cells = (next(said), observed.get(name, ()), next(said))
        yield Term(name.replace(".", " "), *cells, verdicts.get(name, ""))


def _observed(seen: tuple[Seen, ...]) -> dict[str, list[Cell]]:
    found: dict[str, list[Cell]] = {}
    for each in seen:
        apart = each.columns.environment if len(seen) > 1 else ""
        for row in each.columns.rows:
            for entry in row.observed:
                notes = filter(None, (_measured_by(entry), entry.note, apart))
                found.setdefault(row.measure, []).append(Cell(_text(entry), ", ".join(notes)))
    return found


def _text(entry: Entry) -> str:
    return f"at least {entry.text}" if entry.at_least else entry.text


def _measured_by(entry: Entry) -> str:
    return f"measured by {called(entry.party)}" if entry.party else ""


def _is_of_people(term: str) -> bool:
    return term.partition(".")[0] in _OF_PEOPLE


def _cells(facts: tuple[Fact, ...], root: str) -> tuple[Cell, ...]:
    return tuple(
        Cell(fact.text or str(fact.value), where(fact.place).removeprefix(f"{root}/"), str(fact.stance) == "default")
        for fact in facts
    )


def times_of(boundary: Boundary, seen: tuple[Seen, ...]) -> list[_scale.Term]:
    """Every term that is a time, with what either side waits or promises and what was observed first; to be held against each other."""
    found: dict[str, list[Mark]] = {}
    sides = (("assumed", boundary.assumed.terms), ("promised", boundary.promised.terms))
    for column, terms in sides:
        for name, facts in terms.items():
            if name.partition(".")[0] in _TIMES:
                found.setdefault(name, []).extend(_mark(column, fact) for fact in facts if _is_time(fact))
    for row in seen[0].columns.rows if seen else ():
        if row.unit == "s":
            found.setdefault(row.measure, []).extend(_measures(row.observed))
    return [_scale.Term(name.replace(".", " "), tuple(marks)) for name, marks in sorted(found.items()) if marks]


def _is_time(fact: Fact) -> bool:
    return isinstance(fact.value, int) and not isinstance(fact.value, bool) and fact.value > 0


def _mark(column: str, fact: Fact) -> Mark:
    return Mark(column, fact.value, f"{fact.text}{' by default' if str(fact.stance) == 'default' else ''}")


def _measures(entries: tuple[Entry, ...]) -> Iterator[Mark]:
    for entry in entries:
        if entry.value:
            by = f" {called(entry.party)}" if entry.party else ""
            yield Mark("observed", round(entry.value * SECOND), _text(entry) + by)


def strips_of(seen: tuple[Seen, ...]) -> list[Strip]:
    """How long calls took by both sides' own measure, where they were seen first."""
    if not seen:
        return []
    columns, observed = seen[0].columns, seen[0].observed
    sides = (
        (f"calls as {called(columns.provider)} took them", observed.callee_times),
        (f"calls as {called(columns.consumer) or 'callers'} waited for them", observed.caller_times),
    )
    return [Strip(name, times) for name, times in sides if times]
