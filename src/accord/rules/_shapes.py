"""The shape of a boundary: all that both sides say of it but names, places and values."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, compress
from operator import itemgetter
from typing import Any

from accord.boundaries.join.boundary import Key
from accord.boundaries.join.resolution import Said
from accord.boundaries.join.system import System
from accord.boundaries.join.view import DAYS
from accord.model.fact import ANY, EVERYWHERE, PARTY, Fact, Scope
from accord.model.nothing import NONE
from accord.model.place import Place
from accord.rules._catalogue import Rule

Shape = tuple[object, ...]
Both = tuple[tuple[Said, ...], tuple[Said, ...]]

_FEW = 8
"""Places so few that it is quicker to look through them than to number them."""

_Spoken = object
"""What is told apart of one place in which a side speaks: its terms, and of each how many facts where they are more than one."""


class _Layout:
    """The terms that are said in one place, and those of them that are looked at."""

    __slots__ = ("looked_at", "terms")

    def __init__(self, terms: Iterable[str], shapes: "Shapes") -> None:
        self.looked_at = tuple(map(shapes.is_looked_at, terms))
        self.terms = tuple(compress(terms, self.looked_at))


class _Arrangement:
    """Which of the facts of a boundary, one after the other, are looked at as a whole, and which are one side's about one term."""

    __slots__ = ("named", "together", "whole")

    def __init__(self, spoken: Sequence[_Spoken], assumed: int, shapes: "Shapes") -> None:
        terms: list[str] = []
        together: dict[tuple[bool, str], list[int]] = {}
        for place, said in enumerate(spoken):
            for term in _each(said):
                together.setdefault((place < assumed, term), []).append(len(terms))
                terms.append(term)
        self.whole = [shapes.is_whole(term) for term in terms]
        self.named = [not whole for whole in self.whole]
        self.together = [itemgetter(*numbers) for numbers in together.values() if len(numbers) > 1]


def _each(said: _Spoken) -> Iterator[str]:
    """The term of each fact that is looked at."""
    if isinstance(said, _Layout):
        yield from said.terms
    elif isinstance(said, tuple):
        layout, counts = said
        for term, count in zip(layout.terms, counts, strict=True):
            yield from [term] * count


class Shapes:
    """The shapes of boundaries, as far as some rules look that say by which terms boundaries are alike to them."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        self._named = frozenset(chain.from_iterable(rule.named for rule in self._rules))
        self._known = frozenset(chain.from_iterable(rule.known for rule in self._rules))
        self._wholes: dict[str, bool] = {}
        self._layouts: dict[tuple[str, ...], _Layout] = {}
        self._arrangements: dict[tuple[_Spoken, ...], _Arrangement] = {}

    def is_whole(self, term: str) -> bool:
        """Whether any of the rules looks at all that facts about a term say."""
        known = self._wholes.get(term)
        if known is None:
            known = self._wholes[term] = any(_is_whole(rule, term) for rule in self._rules)
        return known

    def is_looked_at(self, term: str) -> bool:
        """Whether any of the rules looks at facts about a term."""
        return self.is_whole(term) or term in self._named

    def strangers(self, system: System, fact: Fact) -> bool | None:
        """Whether nobody whom a fact names is a party; None where no rule asks it."""
        return system.are_strangers(fact) if fact.term in self._known else None

    def of(self, system: System, key: Key, both: Both) -> tuple[Shape, list[object]]:
        """The shape of a boundary, and the values apart: equal ones need not be hashed."""
        spoken, facts = self._spoken(chain(*both))
        arranged = self._arrangements.get(spoken)
        if arranged is None:
            arranged = self._arrangements[spoken] = _Arrangement(spoken, len(both[0]), self)
        consumer = key[0]
        whole = list(compress(facts, arranged.whole))
        marks: list[object] = [arranged, *_place(system, key)]
        marks += [
            (fact.text, fact.stance, fact.layer, fact.source, fact.version, fact.says == consumer) for fact in whole
        ]
        if len(whole) < len(facts):
            marks += self._naming(system, consumer, compress(facts, arranged.named))
        if system.scoped:
            marks += _conditions([fact.scope for fact in facts])
        for together in arranged.together:
            marks.append(tuple(_order([fact.place for fact in together(facts)])))
        return tuple(marks), [fact.value for fact in whole]

    def _spoken(self, both: Iterable[Said]) -> tuple[tuple[_Spoken, ...], list[Fact]]:
        """What is told apart of each place in which a side speaks, and all facts in them that are looked at."""
        spoken: list[_Spoken] = []
        facts: list[Fact] = []
        for said in both:
            if not said:
                spoken.append(None)
                continue
            terms = tuple(said)
            layout = self._layouts.get(terms)
            if layout is None:
                layout = self._layouts[terms] = _Layout(terms, self)
            several = list(compress(said.values(), layout.looked_at))
            try:
                facts += [fact for (fact,) in several]  # as most are
                spoken.append(layout)
            except ValueError:
                facts += chain.from_iterable(several)
                spoken.append((layout, tuple(map(len, several))))
        return tuple(spoken), facts

    def _naming(self, system: System, consumer: str, facts: Iterable[Fact]) -> list[object]:
        """What is told of facts that are not looked at as a whole."""
        none, known, are_strangers = NONE, self._known, system.are_strangers
        return [
            (
                none if fact.value is none else fact.term in known and are_strangers(fact),
                fact.stance,
                fact.layer,
                fact.source,
                fact.version,
                fact.says == consumer,
            )
            for fact in facts
        ]


def _is_whole(rule: Rule, term: str) -> bool:
    """Whether the rule looks at all of a term: it or its family is named, or it is one whose `none` answers for them."""
    family = term.partition(".")[0]
    if term in rule.named:
        return False
    return term in rule.alike or family in rule.alike or term in {one.partition(".")[0] for one in rule.alike}


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
    if len(places) < 4 and places[0].root is places[1].root is places[-1].root:  # most often
        ordered = sorted(places)
        return list(map(ordered.index, places))
    order = _ranks(places)
    if len({place.root for place in places}) > 1:
        order += _ranks([place.spot for place in places])
    return order


def _ranks(several: Sequence[Any]) -> list[int]:
    """The place of each in their order, the same for those that are equal."""
    ordered = sorted(several)
    if len(ordered) < _FEW:
        return list(map(ordered.index, several))
    ranks = {one: number for number, one in enumerate(dict.fromkeys(ordered))}
    return [ranks[one] for one in several]


def _conditions(scopes: Sequence[Scope]) -> list[object]:
    """Under which conditions each fact holds, with numbers instead of the names of dimensions and of their values."""
    if not any(scopes):
        return []
    numbers: dict[Scope, int] = {}
    marks: list[object] = []
    last, number = EVERYWHERE, -1
    for scope in scopes:
        if scope is not last:  # those of one object are the very same
            last = scope
            number = numbers.setdefault(scope, len(numbers)) if scope else -1
        marks.append(number)
    return marks + _unnamed(numbers)


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
