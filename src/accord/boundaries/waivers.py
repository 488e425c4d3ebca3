"""Which waiver allows which finding, and how each waiver stands once all that was found is known."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date
from difflib import get_close_matches

from accord.model.finding import Finding
from accord.model.result import Waived
from accord.model.waiver import OF_WAIVERS, File, Lines, Standing, Waiver

_LONGEST = 80


class Allowed:
    """The waivers of one check, each with the findings that it has met so far."""

    def __init__(self, waivers: Iterable[Waiver], ids: Sequence[str], as_of: date) -> None:
        self.waivers = tuple(waivers)
        self.as_of = as_of
        unknown = {rule: _no_rule(rule, ids) for rule in {waiver.rule for waiver in self.waivers}}
        self._wrong = [waiver.wrong or unknown[waiver.rule] for waiver in self.waivers]
        self._meets = [0] * len(self.waivers)
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

    def _is_over(self, waiver: Waiver) -> bool:
        return waiver.until is not None and self.as_of > waiver.until

    @property
    def rules(self) -> set[str]:
        """The rules that a waiver is for which holds."""
        return {rule for rule, _ in self._places} | set(self._selections)

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
        """The waiver that allows a finding, by the nearest comment at one of its statements, else by a selection."""
        number = self._at(finding)
        if number is None:
            chosen = self._selections.get(finding.rule, ())
            number = next((each for each in chosen if _selects(self.waivers[each], finding)), None)
        if number is None:
            return None
        self._meets[number] += 1
        return self.waivers[number]

    def _at(self, finding: Finding) -> int | None:
        if not self._places:
            return None
        for statement in finding.statements:
            place = statement.fact.place
            nested = self._places.get((finding.rule, (place.root, place.file)))
            number = nested.around(place.line) if nested else None
            if number is not None:
                return number
        return None

    def standings(self, counted: bool) -> tuple[Standing, ...]:
        """How each waiver stands; `counted` tells that all there is was looked for."""
        return tuple(
            Standing(waiver, meets, self._is_over(waiver), wrong, counted and waiver.watched)
            for waiver, meets, wrong in zip(self.waivers, self._meets, self._wrong, strict=True)
        )


class _Nested:
    """Spans of lines of one file, one within the other or apart, each with the first waiver that is for it."""

    def __init__(self) -> None:
        self._numbers: dict[Lines, int] = {}
        self._spans: list[Lines] = []
        self._outer: list[int] = []

    def add(self, lines: Lines, number: int) -> None:
        self._numbers.setdefault(lines, number)

    def around(self, line: int) -> int | None:
        """The waiver of the innermost span around a line."""
        if not self._spans:
            self._nest()
        at = bisect_right(self._spans, line, key=lambda lines: lines.first) - 1
        while at >= 0 and self._spans[at].last < line:
            at = self._outer[at]
        return self._numbers[self._spans[at]] if at >= 0 else None

    def _nest(self) -> None:
        self._spans = sorted(self._numbers, key=lambda lines: (lines.first, -lines.last))
        inside: list[int] = []
        for number, lines in enumerate(self._spans):
            while inside and self._spans[inside[-1]].last < lines.last:
                inside.pop()
            self._outer.append(inside[-1] if inside else -1)
            inside.append(number)


def _selects(waiver: Waiver, finding: Finding) -> bool:
    if waiver.files is not None and not any(
        (statement.fact.place.root, statement.fact.place.file) in waiver.files for statement in finding.statements
    ):
        return False
    if waiver.subject and not _pattern(waiver.subject).fullmatch(finding.subject):
        return False
    said = (finding.message, *(statement.says for statement in finding.statements))
    return not waiver.says or any(waiver.says in text for text in said)


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
