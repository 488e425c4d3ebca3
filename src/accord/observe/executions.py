"""Spans as calls, each with its own time: what it takes without the calls that are made beneath it.

Only durations, and times of one host, are held against each other: the calls beneath are timed by the clock of the callee that
makes them.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
from msgspec import Struct

from accord.observe.calls import PEER
from accord.observe.columns import CLIENT, CONSUMER, ERROR, INTERNAL, PRODUCER, SERVER

Edge = tuple[str, str, str, str]
"""Consumer, provider, operation, environment."""
_ASKS, _SERVES = (CLIENT, PRODUCER), (SERVER, CONSUMER)
_WITHIN = (0, INTERNAL)
_NOBODY = -1


class Call(Struct, frozen=True):
    """One call: of which boundary, in which trace, by which execution and by which of the caller's operations.

    `own_ns` is at least 1. `own_failed`: it failed, and no call beneath it did. `execution` is -1 where the caller was not seen.
    """

    edge: Edge
    trace: tuple[int, int]
    execution: int
    caller: tuple[str, str]
    start_ns: int
    own_ns: int
    failed: bool
    own_failed: bool
    weight: int


class Executions:
    """The spans of a table as a forest; the same span told twice counts once."""

    def __init__(self, spans: pa.Table) -> None:
        told = {name: spans.column(name).to_pylist() for name in spans.schema.names}
        self.told = told
        self._position: dict[tuple[int, int, int], int] = {}
        for number, key in enumerate(zip(told["trace_hi"], told["trace_lo"], told["span"], strict=True)):
            self._position.setdefault(key, number)
        self.above = [self._above(number) for number in range(len(spans))]
        self._execution: dict[int, int] = {}
        self._asked: dict[int, list[int]] = defaultdict(list)
        self._answers: dict[int, list[int]] = defaultdict(list)
        for number in self._position.values():
            if told["kind"][number] in _ASKS:
                self._asked[self.execution(number)].append(number)
            elif told["kind"][number] in _SERVES:
                self._answers[self._asker(number)].append(number)

    def calls(self) -> Iterator[Call]:
        """Every call: those whose caller was seen, those of which only the callee tells, and what began by itself."""
        for number in self._position.values():
            kind = self.told["kind"][number]
            if kind in _ASKS:
                yield from self._asked_by(number)
            elif (kind in _SERVES and self._asker(number) == _NOBODY) or self._began_by_itself(number):
                yield self._call(_NOBODY, number)

    def executions(self) -> Iterator[tuple[int, tuple[str, str], int]]:
        """Every execution, with whose operation it is and its weight."""
        for number in self._position.values():
            if self.told["kind"][number] in _SERVES or self._began_by_itself(number):
                yield (
                    number,
                    (self.told["service"][number], self.told["operation"][number]),
                    self.told["weight"][number],
                )

    def execution(self, number: int) -> int:
        """The span of the same service that serves, or that began by itself, above a span; -1 where it was not seen."""
        way: list[int] = []
        while number not in self._execution:
            above = self.above[number]
            if self.told["kind"][number] in _SERVES or self._began_by_itself(number):
                self._execution[number] = number
            elif above == _NOBODY or above in way or self.told["service"][above] != self.told["service"][number]:
                self._execution[number] = _NOBODY
            else:
                way.append(number)
                number = above
        found = self._execution[number]
        self._execution.update(dict.fromkeys(way, found))
        return found

    def _above(self, number: int) -> int:
        told = self.told
        parent = told["parent"][number]
        found = (
            self._position.get((told["trace_hi"][number], told["trace_lo"][number], parent), _NOBODY)
            if parent
            else _NOBODY
        )
        return found if found != number else _NOBODY

    def _began_by_itself(self, number: int) -> bool:
        return self.told["parent"][number] == 0 and self.told["kind"][number] in _WITHIN

    def _asker(self, number: int) -> int:
        """The span that made the call which a span serves: the one above, or for a message the one that is linked."""
        told, above = self.told, self.above[number]
        if told["link_span"][number]:
            linked = (told["link_hi"][number], told["link_lo"][number], told["link_span"][number])
            above = self._position.get(linked, above)
        return above if above != _NOBODY and told["kind"][above] in _ASKS else _NOBODY

    def _asked_by(self, asker: int) -> Iterator[Call]:
        """A call by its caller; a message that several took is a call each."""
        answers = self._answers.get(asker, [])
        if self.told["kind"][asker] == PRODUCER and answers:
            yield from (self._call(asker, answer) for answer in answers)
        else:
            longest = max(answers, key=lambda each: self.told["duration_ns"][each], default=_NOBODY)
            yield self._call(asker, longest)

    def _call(self, asker: int, answer: int) -> Call:
        told, known = self.told, answer if answer != _NOBODY else asker
        beneath = self._asked.get(answer, []) if answer != _NOBODY else []
        failed = any(told["status"][each] == ERROR for each in (asker, answer) if each != _NOBODY)
        blamed = any(told["status"][each] == ERROR for each in beneath)
        execution = self.execution(asker) if asker != _NOBODY else _NOBODY
        peer = told["peer"][asker] if asker != _NOBODY else ""
        provider = told["service"][answer] if answer != _NOBODY else f"{PEER}{peer}" if peer else ""
        consumer = told["service"][asker] if asker != _NOBODY else ""
        return Call(
            (consumer, provider, told["operation"][known], told["environment"][known]),
            (told["trace_hi"][known], told["trace_lo"][known]),
            execution,
            (consumer, told["operation"][execution] if execution != _NOBODY else ""),
            told["start_ns"][asker if asker != _NOBODY else answer],
            self._own(asker, answer, beneath),
            failed,
            failed and not blamed,
            told["weight"][known],
        )

    def _own(self, asker: int, answer: int, beneath: Sequence[int]) -> int:
        """The longer of what either side saw, less the time in which the callee waited for calls of its own."""
        told = self.told
        halves = (answer,) if answer != _NOBODY and told["kind"][answer] == CONSUMER else (asker, answer)
        took = max(told["duration_ns"][each] for each in halves if each != _NOBODY)
        if answer == _NOBODY:
            return int(took)
        begun = told["start_ns"][answer]
        return max(1, int(took) - _covered(_spans_of(told, beneath), begun, begun + told["duration_ns"][answer]))


def _spans_of(told: dict[str, list[Any]], numbers: Sequence[int]) -> list[tuple[int, int]]:
    return sorted((told["start_ns"][each], told["start_ns"][each] + told["duration_ns"][each]) for each in numbers)


def _covered(intervals: Sequence[tuple[int, int]], begin: int, end: int) -> int:
    """How much of the time from `begin` to `end` the intervals, in order, cover together."""
    covered, reached = 0, begin
    for start, stop in intervals:
        start, stop = max(start, reached), min(stop, end)
        if stop > start:
            covered += stop - start
            reached = stop
    return covered
