"""Boundaries that are alike: what a rule finds nothing in, it finds nothing in wherever both sides say the same."""

from collections.abc import Iterable
from typing import Any

from accord.boundaries.join.boundary import Boundary
from accord.boundaries.join.resolution import Terms
from accord.boundaries.join.side import Side
from accord.model.fact import ANY, Fact
from accord.rules._catalogue import Rule

_NONE: frozenset[str] = frozenset()
_Shape = tuple[object, ...]


class LooksFurther(Exception):
    """A rule looked at more than what the two sides say."""


class _Alone(Boundary):
    """A boundary of which no more can be seen than what both sides say of the terms by which boundaries are alike."""

    __slots__ = ()

    def __init__(self, boundary: Boundary, assumed: Terms, promised: Terms) -> None:
        self.consumer, self.provider, self.operation = boundary.key
        self.assumed, self.promised = Side(assumed), Side(promised)
        self.memory: dict[object, Any] = {}

    @property
    def system(self) -> Any:  # type: ignore[override]
        """Nothing: what depends on it is not alike."""
        raise LooksFurther

    @property
    def view(self) -> Any:  # type: ignore[override]
        """Nothing, for the same reason."""
        raise LooksFurther


class _Seen:
    """A shape that was met: the values of the first boundary that has it, and, from the second on, who finds nothing."""

    __slots__ = ("silent", "values")

    def __init__(self, values: list[object]) -> None:
        self.values = values
        self.silent: frozenset[str] | None = None


class Alike:
    """Which of some rules find nothing in a boundary, as others show that have the same shape.

    Only rules that declare it take part: whether they find anything hangs on nothing but what both sides say of certain
    terms, and neither on names nor on places. On a shape that is met for the second time they are asked with nothing else
    to see; who looks further, or finds anything, is asked of each boundary anew.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = [rule for rule in rules if rule.alike]
        self._wanted = frozenset([term for rule in self.rules for term in rule.alike])
        self._read: dict[str, bool] = {}
        self._known: dict[_Shape, _Seen] = {}

    def silent(self, boundary: Boundary) -> frozenset[str]:
        """The ids of rules that find nothing in this boundary; others may find nothing either."""
        if not self.rules:
            return _NONE
        sides = (self._terms(boundary.assumed.terms), self._terms(boundary.promised.terms))
        shape, values = _shape(boundary, sides)
        seen = self._known.get(shape)
        if seen is None:
            self._known[shape] = _Seen(values)
            return _NONE
        if seen.values != values:
            return _NONE
        if seen.silent is None:
            seen.silent = frozenset([rule.id for rule in self.rules if _is_silent(rule, _Alone(boundary, *sides))])
        return seen.silent

    def _terms(self, terms: Terms) -> Terms:
        read = self._read
        for term in terms:
            if term not in read:
                read[term] = not self._wanted.isdisjoint((term, term.partition(".")[0]))
        return {term: facts for term, facts in terms.items() if read[term]}


def _is_silent(rule: Rule, alone: Boundary) -> bool:
    assert rule.judge is not None
    try:
        return not any(True for _ in rule.judge(alone))
    except LooksFurther:
        return False


def _shape(boundary: Boundary, sides: tuple[Terms, Terms]) -> tuple[_Shape, list[object]]:
    """All of what both sides say but names, places and values, and the values apart: equal ones need not be hashed."""
    consumer, operation = boundary.consumer, boundary.operation
    marks: list[object] = [bool(consumer), consumer == boundary.provider, operation == ANY]
    values: list[object] = []
    for terms in sides:
        marks.append(None)
        for term, facts in terms.items():
            if len(facts) > 1:
                marks.append(_order(facts))
            for fact in facts:
                marks += (
                    term,
                    fact.text,
                    id(fact.stance),
                    id(fact.layer),
                    fact.source,
                    fact.version,
                    fact.operation == operation,
                    fact.says == consumer,
                    not fact.consumer,
                    not fact.scope,
                )
                values.append(fact.value)
    return tuple(marks), values


def _order(facts: tuple[Fact, ...]) -> tuple[int, ...]:
    """In which order of their places the facts of several layers stand, which decides between equal values."""
    return tuple(sorted(range(len(facts)), key=lambda number: facts[number].place))
