"""The lines of an imported timeline, checked: kinds, instants, and that what they speak about is there."""

from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from msgspec import Struct

from accord.boundaries.people.duty import nanoseconds
from accord.model.duration import NANOSECONDS, parse_duration
from accord.model.problem import Refused
from accord.model.review import Reason
from accord.review.table import COLUMNS, Cell, Line, Written, refused
from accord.review.words import forbidden_in, later_in, unseen_in

T = TypeVar("T")


class Kind(StrEnum):
    """What a line of a timeline says."""

    BEGAN = "began"
    FACT = "fact"
    TOLD = "told"
    ASKED = "asked"
    UNDERSTOOD = "understood"
    NEXT = "next"
    DECISION = "decision"
    PROMISE = "promise"
    BROKE = "broke"
    ASSUMPTION = "assumption"
    HELPED = "helped"
    RECOVERED = "recovered"
    CONFIRMED = "confirmed"


class Stamp(StrEnum):
    """What `at` of a line is, where it is not the instant itself."""

    EARLIEST = "no earlier"
    AFTERWARDS = "afterwards"


LONGEST = 2_000
"""Characters of one cell: a line of a timeline is a sentence."""
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_LONGEST_SPAN = 100 * 365 * NANOSECONDS["d"]
_STANDING = (Kind.PROMISE, Kind.ASSUMPTION, Kind.FACT)
_FACTS = (Kind.BEGAN, Kind.FACT)
_WITHOUT_WORDS = (Kind.TOLD, Kind.ASKED, Kind.UNDERSTOOD, Kind.NEXT)
_STAMPED: dict[Stamp, tuple[Kind, ...]] = {
    Stamp.EARLIEST: (Kind.TOLD, Kind.ASKED, Kind.UNDERSTOOD, Kind.RECOVERED, Kind.CONFIRMED),
    Stamp.AFTERWARDS: (Kind.FACT,),
}
"""The kinds of line that each stamp fits."""
_ABOUT: dict[Kind, tuple[Kind, ...]] = {
    Kind.FACT: (Kind.ASSUMPTION,),
    Kind.BEGAN: (Kind.ASSUMPTION,),
    Kind.TOLD: _FACTS,
    Kind.ASKED: _FACTS,
    Kind.UNDERSTOOD: _FACTS,
    Kind.DECISION: _FACTS,
    Kind.ASSUMPTION: (Kind.PROMISE,),
    Kind.BROKE: (Kind.PROMISE,),
}


class Happened(Struct, frozen=True):
    """One line. `at_ns` is 0 where it stood before it began and no line says since when; `within` is nanoseconds, 0 where nobody said."""

    number: int
    line: int
    kind: Kind
    at_ns: int
    party: str
    what: str
    id: str = ""
    told_to: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    of: str = ""
    within: int = 0
    via: str = ""
    reason: Reason | None = None
    stamp: Stamp | None = None

    @property
    def is_later(self) -> bool:
        """Whether it was established afterwards: at its instant nobody is on record as knowing it."""
        return self.stamp is Stamp.AFTERWARDS

    @property
    def is_earliest(self) -> bool:
        """Whether it happened at its instant or later."""
        return self.stamp is Stamp.EARLIEST


class Incident(Struct, frozen=True):
    """A timeline as it was written, in order of time; what has no instant comes first."""

    title: str
    sources: tuple[str, ...]
    lines: tuple[Happened, ...]
    file: str
    hash: str = ""

    def of_kind(self, *kinds: Kind) -> tuple[Happened, ...]:
        """The lines of these kinds, in order."""
        return tuple(line for line in self.lines if line.kind in kinds)


def incident_of(written: Written, file: str, hash_: str = "") -> Incident:
    """The lines, checked; raises Refused with file, line and column of the first that is not as expected."""
    if not written.lines:
        raise refused(file, 1, 1, "expected at least one line of a timeline")
    read = [_Reading(line, file, number).happened() for number, line in enumerate(written.lines, 1)]
    _check_about(read, written.lines, file)
    if not any(line.kind in _FACTS for line in read):
        raise refused(file, 1, 1, "expected at least one line of the kind fact or began")
    if not any(line.at_ns for line in read):
        raise refused(file, 1, 1, "expected at least one line with an instant, `at`")
    _check_order(read, written.lines, file)
    for cell in (*filter(None, (written.title,)), *written.sources):
        _fit(cell, file)
    title = (written.title.text.strip() if written.title else "") or file
    sources = tuple(cell.text for cell in written.sources)
    return Incident(title, sources, tuple(sorted(read, key=lambda each: each.at_ns)), file, hash_)


class _Reading:
    """One line as it is read."""

    def __init__(self, line: Line, file: str, number: int) -> None:
        self.line, self.file, self.number = line, file, number
        for name, cell in line.cells.items():
            if name not in COLUMNS:
                raise refused(file, cell.line, cell.column, f"no column {name!r}; expected {', '.join(COLUMNS)}")
            _fit(cell, file)

    def happened(self) -> Happened:
        kind = self.parsed("kind", "one of " + ", ".join(Kind), Kind)
        if kind is None:
            raise self.refused(None, f"no `kind`; expected one of {', '.join(Kind)}")
        at_ns = self.parsed("at", "an instant with its zone, such as 2012-08-01T08:01:00-04:00", _instant)
        if at_ns is None and kind not in _STANDING:
            raise self.refused(None, f"no `at`; only {', '.join(_STANDING)} may stand without an instant")
        told_to = self.listed("told_to")
        if kind in (Kind.TOLD, Kind.ASKED) and not (told_to and self.listed("about")):
            raise self.refused(None, f"a line of the kind {kind} says whom (`told_to`) and of which fact (`about`)")
        within = self.parsed("within", "a duration such as 30m", _span)
        reason = self.parsed("reason", "one of " + ", ".join(Reason), Reason)
        return Happened(
            self.number, self.line.line, kind, at_ns or 0, self.text("party", True), self.text("what", kind not in _WITHOUT_WORDS),
            self.text("id"), told_to, self.listed("about"), self.text("of"), within or 0, self.text("via"), reason, self.stamp(kind, told_to),
        )  # fmt: skip

    def stamp(self, kind: Kind, told_to: tuple[str, ...]) -> Stamp | None:
        """Its stamp; refused where it does not fit the line, and where the words tell of later in a line that is not stamped so."""
        stamp = self.parsed("stamp", "one of " + ", ".join(Stamp), Stamp)
        if stamp and kind not in _STAMPED[stamp]:
            expected = (
                f"expected the stamp {stamp!s} at a line of the kind {', '.join(_STAMPED[stamp])}, read it at {kind}"
            )
            raise self.refused(self.line.cells["stamp"], expected)
        if stamp is Stamp.AFTERWARDS and told_to:
            raise self.refused(self.line.cells["told_to"], "what was established afterwards was told to nobody then")
        if stamp is not Stamp.AFTERWARDS and (word := later_in(self.text("what"))):
            reason = f"{word!r} tells of what was established later; expected the stamp {Stamp.AFTERWARDS!s} at a fact"
            raise self.refused(self.line.cells["what"], reason)
        return stamp

    def text(self, name: str, is_needed: bool = False) -> str:
        cell = self.line.cells.get(name)
        if cell is None or not cell.text.strip():
            if is_needed:
                raise self.refused(None, f"no `{name}`")
            return ""
        return " ".join(cell.text.split())

    def listed(self, name: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.text(name).split(";") if part.strip())

    def parsed(self, name: str, expected: str, parse: Callable[[str], T]) -> T | None:
        text = self.text(name)
        if not text:
            return None
        try:
            return parse(text)
        except (ValueError, Refused, OverflowError):
            raise self.refused(self.line.cells[name], f"expected {expected}, read {text!r}") from None

    def refused(self, cell: Cell | None, reason: str) -> Refused:
        at = (cell.line, cell.column) if cell else (self.line.line, self.line.column)
        return refused(self.file, *at, reason)


def _instant(text: str) -> int:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError(text)
    return nanoseconds(moment) or 1


def _span(text: str) -> int:
    span = parse_duration(text)
    if span > _LONGEST_SPAN:
        raise ValueError(text)
    return span


def _fit(cell: Cell, file: str) -> None:
    """Refuses what no line of a timeline holds: words that blame, characters that do not show, a text without an end."""
    if len(cell.text) > LONGEST:
        raise refused(file, cell.line, cell.column, f"expected at most {LONGEST} characters, read {len(cell.text)}")
    if unseen := unseen_in(cell.text):
        raise refused(file, cell.line, cell.column, f"the character U+{ord(unseen):04X} does not show; take it out")
    if word := forbidden_in(cell.text):
        reason = f"{word!r} looks from afterwards or blames; expected what was known, said or done at that time"
        raise refused(file, cell.line, cell.column, reason)


def _check_about(read: Iterable[Happened], lines: tuple[Line, ...], file: str) -> None:
    """Refuses an id that is there twice, and a line about something that is not there or of a kind it cannot be about."""
    known: dict[str, Happened] = {}
    every = list(zip(read, lines, strict=True))
    for happened, line in every:
        if happened.id and happened.id in known:
            cell = line.cells["id"]
            raise refused(
                file,
                cell.line,
                cell.column,
                f"the id {happened.id!r} is there already, in line {known[happened.id].line}",
            )
        known[happened.id] = happened
    for happened, line in every:
        for name in happened.about:
            cell = line.cells["about"]
            allowed = _ABOUT.get(happened.kind, ())
            if name not in known or known[name].kind not in allowed:
                kinds = " or ".join(allowed) or "nothing"
                read_ = f"of the kind {known[name].kind}" if name in known else "of no line"
                raise refused(
                    file,
                    cell.line,
                    cell.column,
                    f"a line of the kind {happened.kind} is about the id of a {kinds}, read {name!r}, {read_}",
                )


def _check_order(read: Iterable[Happened], lines: tuple[Line, ...], file: str) -> None:
    """Refuses what is told, understood or needed before it existed, and an end before the beginning."""
    every = list(zip(read, lines, strict=True))
    known = {happened.id: happened for happened, _ in every if happened.id}
    began = min((each.at_ns for each, _ in every if each.kind is Kind.BEGAN), default=0)
    for happened, line in every:
        cell = line.cells.get("at")
        if cell is None:
            continue
        later = [
            known[name] for name in happened.about if happened.kind in _OF_FACTS and known[name].at_ns > happened.at_ns
        ]
        for fact in later:
            raise refused(
                file,
                cell.line,
                cell.column,
                f"{happened.kind} before the fact {fact.id!r} exists, which is in line {fact.line}",
            )
        if began and happened.kind in (Kind.RECOVERED, Kind.CONFIRMED) and happened.at_ns < began:
            raise refused(file, cell.line, cell.column, f"{happened.kind} before anything began")


_OF_FACTS = (Kind.TOLD, Kind.UNDERSTOOD, Kind.DECISION)
