"""Boundaries that are alike: what a rule finds nothing in, it finds nothing in wherever both sides say the same."""

from collections.abc import Iterable, Sequence
from itertools import chain, product
from math import prod
from typing import Any

from accord.boundaries.join.boundary import Boundary, Key
from accord.boundaries.join.resolution import Said, Terms
from accord.boundaries.join.side import Side
from accord.boundaries.join.system import System
from accord.boundaries.join.view import DAYS, OTHER, View
from accord.model.fact import ANY, PARTY, Fact, Scope
from accord.model.place import Place
from accord.rules._catalogue import Rule

_MOST_CHOICES = 64
"""Choices of a value for every dimension that are tried on a shape; one with more is judged boundary by boundary."""

_Shape = tuple[object, ...]
_Both = tuple[tuple[Said, ...], tuple[Said, ...]]


class LooksFurther(Exception):
    """A rule looked at more than what the two sides say."""


class _Around:
    """All of a system that is the same around boundaries of one shape: who else calls, and that nobody calls on behalf of others."""

    def __init__(self, system: System, key: Key) -> None:
        self._key = key
        self._callers = system.callers(key[1], key[2])
        self._above = system.above(key)

    def callers(self, provider: str, operation: str) -> list[str]:
        """The known consumers of the operation."""
        if (provider, operation) != self._key[1:]:
            raise LooksFurther
        return self._callers

    def above(self, key: Key) -> list[Key]:
        """Nothing, where no boundary is above."""
        if key != self._key or self._above:
            raise LooksFurther
        return self._above

    def __getattr__(self, name: str) -> Any:
        raise LooksFurther


class _Alone(Boundary):
    """A boundary of which no more can be seen than what both sides say of the terms by which boundaries are alike."""

    __slots__ = ("_around",)

    def __init__(self, key: Key, around: _Around, assumed: Terms, promised: Terms) -> None:
        self.consumer, self.provider, self.operation = key
        self.assumed, self.promised = Side(assumed), Side(promised)
        self.memory: dict[object, Any] = {}
        self._around = around

    @property
    def system(self) -> Any:  # type: ignore[override]
        """Next to nothing: what depends on more of it is not alike."""
        return self._around

    @property
    def view(self) -> Any:  # type: ignore[override]
        """Nothing, for the same reason."""
        raise LooksFurther


class Kind:
    """What boundaries have in common: the terms that are said of them, and by id the rules that find nothing in any of them."""

    __slots__ = ("silent", "terms")

    def __init__(self, terms: frozenset[str], silent: frozenset[str] = frozenset()) -> None:
        self.terms, self.silent = terms, silent


class _Seen:
    """A shape that was met: the values of the first boundary that has it, and its kind before and after it was met again."""

    __slots__ = ("alike", "each", "values")

    def __init__(self, values: list[object], terms: frozenset[str]) -> None:
        self.values = values
        self.each = Kind(terms)
        self.alike: Kind | None = None


class _Read(dict[str, bool]):
    """Of each term whether it is one of those wanted, or of their families, or one whose `none` answers for them."""

    def __init__(self, wanted: Iterable[str]) -> None:
        super().__init__()
        self._wanted = frozenset(wanted)
        self._answering = frozenset([term.partition(".")[0] for term in self._wanted])

    def __missing__(self, term: str) -> bool:
        family = term.partition(".")[0]
        found = self[term] = not self._wanted.isdisjoint((term, family)) or term in self._answering
        return found


class Alike:
    """Which of some rules find nothing in a boundary, in whatever view, as others show that have the same shape.

    Only rules that declare it take part: whether they find anything hangs on nothing but what both sides say of certain
    terms, and neither on names nor on places. On a shape that is met for the second time they are asked with next to
    nothing else to see, in all that its scopes can come to; who looks further, or finds anything, is asked of each anew.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = [rule for rule in rules if rule.alike]
        self._read = _Read(term for rule in self.rules for term in rule.alike)
        self._known: dict[_Shape, _Seen] = {}

    def kind(self, system: System, key: Key) -> Kind:
        """The kind of a boundary; rules that its kind does not name may find nothing either."""
        both = system.said(key)
        shape, values = _shape(system, key, both, self._read)
        seen = self._known.get(shape)
        if seen is None:
            seen = self._known[shape] = _Seen(values, frozenset(chain.from_iterable(chain(*both))))
        elif seen.values == values and self.rules:
            if seen.alike is None:
                seen.alike = Kind(seen.each.terms, self._silent(system, key, both))
            return seen.alike
        return seen.each

    def _silent(self, system: System, key: Key, both: _Both) -> frozenset[str]:
        said = [facts for said in chain(*both) for term, facts in said.items() if self._read[term]]
        views = _choices(fact.scope for fact in chain(*said))
        met = dict.fromkeys([(system.assumed(key, view), system.promised(*key[1:], view)) for view in views])
        around = _Around(system, key)
        alone = [(around, self._told(assumed.terms), self._told(promised.terms)) for assumed, promised in met]
        silent = [rule.id for rule in self.rules if all(_is_silent(rule, _Alone(key, *each)) for each in alone)]
        return frozenset(silent if views else ())

    def _told(self, terms: Terms) -> Terms:
        return {term: facts for term, facts in terms.items() if self._read[term]}


def _is_silent(rule: Rule, alone: Boundary) -> bool:
    assert rule.judge is not None
    try:
        return not any(True for _ in rule.judge(alone))
    except LooksFurther:
        return False


def _choices(scopes: Iterable[Scope]) -> list[View]:
    """Every view that the values of the scopes can make, those among them that no view of a boundary is; none of too many."""
    values: dict[str, dict[str, None]] = {}
    for name, named in chain.from_iterable(dict.fromkeys(scopes)):
        if name not in DAYS:
            values.setdefault(name, {OTHER: None}).update(dict.fromkeys(named))
    if prod(map(len, values.values())) > _MOST_CHOICES:
        return []
    return [dict(zip(values, chosen, strict=True)) for chosen in product(*values.values())]


def _shape(system: System, key: Key, both: _Both, read: _Read) -> tuple[_Shape, list[object]]:
    """All of what both sides say but names, places and values, and the values apart: equal ones need not be hashed."""
    consumer = key[0]
    marks = _place(system, key)
    values: list[object] = []
    scopes: dict[Scope, int] = {}
    for side in both:
        together: dict[str, list[Fact]] = {}
        for said in side:
            marks.append(None)
            marks += said
            for term, facts in said.items():
                if read[term]:
                    marks.append(len(facts))
                    together[term] = [*together[term], *facts] if term in together else facts
                    for fact in facts:
                        marks += (
                            fact.text,
                            fact.stance,
                            fact.layer,
                            fact.source,
                            fact.version,
                            fact.says == consumer,
                            fact.scope and scopes.setdefault(fact.scope, len(scopes)),
                        )
                        values.append(fact.value)
        for facts in together.values():
            if len(facts) > 1:
                marks += _order([fact.place for fact in facts])
    if scopes:
        marks += _unnamed(scopes)
    return tuple(marks), values


def _place(system: System, key: Key) -> list[object]:
    """Where a boundary stands among the others."""
    consumer, provider, operation = key
    callers = system.callers(provider, operation)
    return [
        bool(consumer),
        consumer == provider,
        consumer in system.gateways,
        operation if operation in (PARTY, ANY) else None,
        len(callers),
        bool(callers) and callers[0] == consumer,
        bool(system.above(key)),
    ]


def _order(places: list[Place]) -> list[int]:
    """In which order of their places facts about one term stand, which decides between equal ones."""
    order = _ranks(places)
    if len({place.root for place in places}) > 1:
        order += _ranks([place.spot for place in places])
    return order


def _ranks(several: Sequence[Any]) -> list[int]:
    """The number of each among those that differ, in order."""
    ranks = {one: number for number, one in enumerate(sorted(set(several)))}
    return [ranks[one] for one in several]


def _unnamed(scopes: Iterable[Scope]) -> list[object]:
    """The scopes, with numbers instead of the names of dimensions and of their values."""
    numbers: dict[object, int] = {}

    def number(named: object) -> int:
        return numbers.setdefault(named, len(numbers))

    return [
        (name if name in DAYS else number(name), place, *[number((name, value)) for value in values])
        for place, scope in enumerate(scopes)
        for name, values in scope
    ]
