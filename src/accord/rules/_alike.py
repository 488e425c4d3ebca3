"""Boundaries that are alike: what a rule finds nothing in, it finds nothing in wherever both sides say the same."""

from collections.abc import Iterable
from itertools import chain, product
from math import prod
from typing import Any, NoReturn

from msgspec.structs import replace

from accord.boundaries.join.boundary import Boundary, Key
from accord.boundaries.join.resolution import Terms
from accord.boundaries.join.side import Side
from accord.boundaries.join.system import System
from accord.boundaries.join.view import DAYS, OTHER, View
from accord.model.fact import Fact, Scope
from accord.model.nothing import NONE
from accord.rules._catalogue import Rule
from accord.rules._shapes import Both, Shape, Shapes

_MOST_CHOICES = 64
"""Choices of a value for every dimension that are tried on a shape; one with more is judged boundary by boundary."""


class LooksFurther(Exception):
    """A rule looked at more than what the two sides say."""


def _further(*_: object) -> NoReturn:
    raise LooksFurther


class _Somebody:
    """Stands for whoever is named in a fact of which only that is seen, and whether they are `strangers`: no party.

    That is None where no rule says that it asks it.
    """

    __slots__ = ("strangers",)

    def __init__(self, strangers: bool | None) -> None:
        self.strangers = strangers

    __bool__ = __contains__ = __format__ = __getattr__ = __getitem__ = __hash__ = __iter__ = __len__ = __str__ = (
        _further
    )
    __eq__ = __ge__ = __gt__ = __le__ = __lt__ = __add__ = __radd__ = _further
    __class__ = property(_further)


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

    def are_strangers(self, named: Fact) -> bool:
        """Whether nobody whom a fact names is a party."""
        strangers: bool | None = named.value.strangers
        return _further() if strangers is None else strangers

    __getattr__ = _further


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


class Alike:
    """Which of some rules find nothing in a boundary, in whatever view, as others show that have the same shape.

    Only rules that declare it take part: whether they find anything hangs on nothing but what both sides say of certain
    terms, and neither on names nor on places. On a shape that is met for the second time they are asked with next to
    nothing else to see, in all that its scopes can come to; who looks further, or finds anything, is asked of each anew.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = [rule for rule in rules if rule.alike]
        self._shapes = Shapes(self.rules)
        self._known: dict[Shape, _Seen] = {}

    def kind(self, system: System, key: Key) -> Kind:
        """The kind of a boundary; rules that its kind does not name may find nothing either."""
        both = system.said(key)
        shape, values = self._shapes.of(system, key, both)
        seen = self._known.get(shape)
        if seen is None:
            seen = self._known[shape] = _Seen(values, frozenset(chain.from_iterable(chain(*both))))
        elif seen.values == values and self.rules:
            if seen.alike is None:
                seen.alike = Kind(seen.each.terms, self._silent(system, key, both))
            return seen.alike
        return seen.each

    def _silent(self, system: System, key: Key, both: Both) -> frozenset[str]:
        said = [facts for said in chain(*both) for term, facts in said.items() if self._shapes.is_looked_at(term)]
        views = _choices(fact.scope for fact in chain(*said))
        met = dict.fromkeys([(system.assumed(key, view), system.promised(*key[1:], view)) for view in views])
        around = _Around(system, key)
        told = [tuple([self._told(system, side.terms) for side in sides]) for sides in met]
        silent = [rule.id for rule in self.rules if all(_is_silent(rule, _Alone(key, around, *both)) for both in told)]
        return frozenset(silent if views else ())

    def _told(self, system: System, terms: Terms) -> Terms:
        """Of all that one side says what the shape tells of."""
        shapes = self._shapes
        looked_at = {term: facts for term, facts in terms.items() if shapes.is_looked_at(term)}
        return {
            term: facts if shapes.is_whole(term) else tuple([self._unnamed(system, fact) for fact in facts])
            for term, facts in looked_at.items()
        }

    def _unnamed(self, system: System, fact: Fact) -> Fact:
        if fact.value is NONE:
            return fact
        somebody: Any = _Somebody(self._shapes.strangers(system, fact))
        return replace(fact, value=somebody, text=somebody)


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
