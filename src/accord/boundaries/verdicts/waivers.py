"""Which waiver allows which finding, and how each waiver stands once all that was found is known."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date
from difflib import get_close_matches
from functools import lru_cache

from accord.model.finding import Finding
from accord.model.place import Place
from accord.model.result import Waived
from accord.model.waiver import OF_WAIVERS, File, Lines, Standing, Waiver

_TWO_SIDES = 2
"""Statements of a finding that collide, rather than join what is of one kind."""
_LONGEST = 80


class Allowed:
    """The waivers of one check, each with the findings that it has met so far."""

    def __init__(self, waivers: Iterable[Waiver], ids: Sequence[str], as_of: date) -> None:
        self.waivers = tuple(waivers)
        self.as_of = as_of
        unknown = {rule: _no_rule(rule, ids) for rule in {waiver.rule for waiver in self.waivers}}
        self._wrong = [waiver.wrong or unknown[waiver.rule] for waiver in self.waivers]
        self._meets = [0] * len(self.waivers)
        self._short: dict[int, Finding] = {}
        self._places: dict[tuple[str, File], _Nested] = {}
        self._selections: dict[str, list[int]] = {}
        for number, waiver in enumerate(self.waivers):
            if self._wrong[number] or self._is_over(waiver):
                continue
            if waiver.lines:
                key = (waiver.rule, (waiver.place.root, waiver.place.file))
                self._places.setdefault(key, _Nested()).add(waiver.lines, number)
            else:
                self._selections.setdefault(waiver.rule, []).append(number)
        self.rules = {rule for rule, _ in self._places} | set(self._selections)
        """The rules that a waiver is for which holds."""

    def _is_over(self, waiver: Waiver) -> bool:
        return waiver.until is not None and self.as_of > waiver.until

    def apart(self, findings: Iterable[Finding]) -> tuple[list[Finding], tuple[Waived, ...]]:
        """The findings that nobody allows, and those that somebody does, each with its waiver."""
        left, waived = [], []
        for finding in findings:
            waiver = self.by(finding)
            if waiver is None:
                left.append(finding)
            else:
                waived.append(Waived(finding, waiver))
        return left, tuple(waived)

    def by(self, finding: Finding) -> Waiver | None:
        """The waiver that allows a finding: the nearest comments at its statements, else a selection.

        What joins many statements of one kind, such as all alerts without an owner, is allowed only where all are.
        """
        if finding.rule not in self.rules:
            return None
        met = self._met(finding, [self._at(finding.rule, statement.fact.place) for statement in finding.statements])
        for number in self._selections.get(finding.rule, ()) if met is None else ():
            met = self._met(finding, _selected(self.waivers[number], finding, number))
            if met is not None:
                break
        return self.waivers[met] if met is not None else None

    def _met(self, finding: Finding, numbers: Sequence[int | None]) -> int | None:
        """The first waiver that allows a finding, by the waiver of each of its statements; all that do are counted."""
        enough = _enough(finding, numbers)
        for number in {number for number in numbers if number is not None}:
            if number in enough:
                self._meets[number] += 1
            else:
                self._short.setdefault(number, finding)
        return enough[0] if enough else None

    def _at(self, rule: str, place: Place) -> int | None:
        nested = self._places.get((rule, (place.root, place.file)))
        return nested.around(place.line) if nested else None

    def standings(self, counted: bool) -> tuple[Standing, ...]:
        """How each waiver stands; `counted` tells that all there is was looked for."""
        return tuple(
            Standing(
                waiver,
                self._meets[number],
                self._is_over(waiver),
                self._wrong[number],
                counted and waiver.watched,
                self._short.get(number),
            )
            for number, waiver in enumerate(self.waivers)
        )


class _Nested:
    """Spans of lines of one file, one within the other or apart, each with the first waiver that is for it."""

    def __init__(self) -> None:
        self._numbers: dict[Lines, int] = {}
        self._turns: list[tuple[int, Lines | None]] = []

    def add(self, lines: Lines, number: int) -> None:
        self._numbers.setdefault(lines, number)

    def around(self, line: int) -> int | None:
        """The waiver of the innermost span around a line."""
        if not self._turns:
            self._nest()
        at = bisect_right(self._turns, line, key=lambda turn: turn[0]) - 1
        innermost = self._turns[at][1] if at >= 0 else None
        return self._numbers[innermost] if innermost else None

    def _nest(self) -> None:
        """Notes each line from which on another span is the innermost."""
        inside: list[Lines] = []
        for lines in sorted(self._numbers, key=lambda lines: (lines.first, -lines.last)):
            self._end_before(lines.first, inside)
            inside.append(lines)
            self._turns.append((lines.first, lines))
        self._end_before(None, inside)

    def _end_before(self, line: int | None, inside: list[Lines]) -> None:
        while inside and (line is None or inside[-1].last < line):
            ended = inside.pop().last
            while inside and inside[-1].last <= ended:
                inside.pop()
            self._turns.append((ended + 1, inside[-1] if inside else None))


def _enough(finding: Finding, numbers: Sequence[int | None]) -> list[int]:
    """The waivers that suffice for a finding: of two sides one at either, else those at all statements of one kind."""
    found = [number for number in numbers if number is not None]
    if finding.consumer or len(numbers) <= _TWO_SIDES or not found:
        return found
    kinds: dict[str, list[int | None]] = {}
    for statement, number in zip(finding.statements, numbers, strict=True):
        kinds.setdefault(statement.fact.term.partition(".")[0], []).append(number)
    whole = (of_kind for of_kind in kinds.values() if None not in of_kind)
    return [number for of_kind in whole for number in of_kind if number is not None]


def _selected(waiver: Waiver, finding: Finding, number: int) -> list[int | None]:
    """For each statement of a finding the number of a selection, where it is for this statement."""
    if waiver.subject and not any(map(_pattern(waiver.subject).fullmatch, (finding.subject, finding.title))):
        return [None] * len(finding.statements)
    says = "" if waiver.says in finding.message else waiver.says
    return [
        number if _is_in(waiver, statement.fact.place) and says in statement.says else None
        for statement in finding.statements
    ]


def _is_in(waiver: Waiver, place: Place) -> bool:
    return waiver.files is None or (place.root, place.file) in waiver.files


@lru_cache(maxsize=512)
def _pattern(subject: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in subject.split("*")), re.DOTALL)


def _no_rule(rule: str, ids: Sequence[str]) -> str:
    if rule.startswith(OF_WAIVERS):
        return f"{rule} speaks of waivers and baselines, and cannot be waived"
    if rule in ids:
        return ""
    close = get_close_matches(rule, ids, n=1, cutoff=0.5) if len(rule) <= _LONGEST else []
    return f"no rule {rule[:_LONGEST]!r}" + (
        f"; did you mean {close[0]!r}?" if close else "; accord explain lists them"
    )
