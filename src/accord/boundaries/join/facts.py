"""Facts on their way to a system, with the words that any of them uses: most steps find that none is about them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, compress
from typing import Any, TypeVar

from accord.model.fact import Fact, Scope

T = TypeVar("T")
Run = tuple[int, int]  # where some facts that follow each other begin and end


_TYING = frozenset(("declares", "selects", "runs", "platform", "takes_settings"))
_TYING_FAMILIES = ("names.", "setting.")


class Facts(tuple[Fact, ...]):
    """Facts in the order they were read; which words they use is looked for once, and kept as long as no step changes them."""

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> "Facts":
        """These facts; the very same object where it is one already."""
        return facts if type(facts) is cls else cls(facts)

    @classmethod
    def made(cls, facts: Iterable[Fact], before: "Facts", terms: Collection[str] = ()) -> "Facts":
        """What a step made of the facts `before` it: of the same formats, and about their terms or these."""
        made = cls(facts)
        made.sources = before.sources
        made.terms = before.terms.union(terms) if terms else before.terms
        return made

    @classmethod
    def known(cls, facts: Iterable[Fact], before: "Facts", **known: Any) -> "Facts":
        """What a step made of the facts `before` it, of the same formats; of them it is `known` already what is given by its name here."""
        made = cls(facts)
        made.__dict__.update(known, sources=before.sources)
        return made

    def of_terms_as(self, before: "Facts") -> "Facts":
        """These very facts, each about the term that the fact which stood in its place `before` is about."""
        self.terms, self.column = before.terms, before.column
        return self

    @cached_property
    def column(self) -> list[str]:
        """The term of each fact, in order."""
        return [fact.term for fact in self]

    @cached_property
    def terms(self) -> frozenset[str]:
        """Every term that a fact is about; of what steps made perhaps some more, which they took away."""
        return frozenset(self.column)

    def about(self, terms: Iterable[str]) -> Iterator[Fact]:
        """The facts about any of these terms, in order."""
        wanted = self.terms.intersection(terms)
        return compress(self, map(wanted.__contains__, self.column)) if wanted else iter(())

    def spots(self, terms: Iterable[str]) -> list[int]:
        """Where the facts about any of these terms stand."""
        wanted = self.terms.intersection(terms)
        return list(compress(range(len(self)), map(wanted.__contains__, self.column))) if wanted else []

    @cached_property
    def by_term(self) -> dict[str, list[int]]:
        """By term where the facts about it stand, for those who ask for several terms one after the other."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for spot, term in enumerate(self.column):
            found[term].append(spot)
        return dict(found)

    def all_about(self, terms: Iterable[str]) -> list[Fact]:
        """The same as `about`, for those who ask several times."""
        spots = sorted(chain.from_iterable([self.by_term.get(term, ()) for term in dict.fromkeys(terms)]))
        return [self[spot] for spot in spots]

    @cached_property
    def tying(self) -> dict[int, Fact]:
        """The facts that tie objects and names to each other, by where they stand: several steps look for these few."""
        terms = [term for term in self.terms if term in _TYING or term.startswith(_TYING_FAMILIES)]
        return {spot: self[spot] for spot in self.spots(terms)}

    @cached_property
    def tied(self) -> dict[str, list[Fact]]:
        """The same facts by their terms."""
        found: dict[str, list[Fact]] = {}
        for fact in self.tying.values():
            found.setdefault(fact.term, []).append(fact)
        return found

    def with_each(self, becomes: Mapping[int, Iterable[Fact]], terms: Collection[str] = ()) -> "Facts":
        """The facts, with those that the fact at each of these spots becomes in its stead, about their terms or these.

        The spots are in order.
        """
        anew = {spot: list(facts) for spot, facts in becomes.items()}
        made = Facts.made(_spliced(self, anew), self, terms)
        made.column = _spliced(self.column, {spot: [fact.term for fact in facts] for spot, facts in anew.items()})
        return made

    @cached_property
    def runs(self) -> list[Run]:
        """Where the facts stand that hold under a condition: together those that follow each other and share who is spoken of,
        the stance, the condition and the root, as most facts of one object do.

        What is shared is the very same object; where two are equal and not the same, there are two runs.
        """
        found: list[Run] = []
        scope = provider = consumer = operation = stance = root = None
        begin = end = -1
        for at in self.spots_of_conditions:
            fact = self[at]
            if (
                at == end
                and fact.scope is scope
                and fact.provider is provider
                and fact.consumer is consumer
                and fact.operation is operation
                and fact.stance is stance
                and fact.place.root is root
            ):
                end += 1
                continue
            found.append((begin, end))
            scope, provider, consumer, operation = fact.scope, fact.provider, fact.consumer, fact.operation
            stance, root = fact.stance, fact.place.root
            begin, end = at, at + 1
        return [*found[1:], (begin, end)] if found else []

    def of_operations(self) -> list[int]:
        """Where the facts stand that speak of an operation, or of any, and not of a party as a whole, in order."""
        return [spot for spot, fact in enumerate(self) if fact.operation]

    @cached_property
    def of_callers(self) -> list[int]:
        """Where the facts stand that speak of one caller, in order."""
        return [spot for spot, fact in enumerate(self) if fact.consumer]

    @cached_property
    def spots_of_conditions(self) -> list[int]:
        """Where the facts stand that hold under a condition."""
        return [spot for spot, fact in enumerate(self) if fact.scope]

    @cached_property
    def sources(self) -> frozenset[str]:
        """Every format that a fact was read from."""
        return frozenset([fact.source for fact in self])

    @cached_property
    def by_dimension(self) -> dict[str, list[int]]:
        """By dimension of a scope the numbers of the runs that it is a condition of."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for number, (begin, _) in enumerate(self.runs):
            for name, _ in self[begin].scope:
                found[name].append(number)
        return dict(found)

    @cached_property
    def scopes(self) -> dict[int, Scope]:
        """Each condition by its id; those that are equal and not the same stay apart, as to hash one takes long."""
        scopes = [self[spot].scope for spot in self.spots_of_conditions]
        return dict(zip(map(id, scopes), scopes, strict=True))

    @cached_property
    def parties(self) -> frozenset[str]:
        """Every name that speaks or is spoken of as a side; "" where a fact holds for every caller."""
        return frozenset(chain.from_iterable(self._sides))

    @cached_property
    def speaking(self) -> frozenset[str]:
        """Every name that speaks."""
        return frozenset([says for says, _, _ in self._sides])

    @cached_property
    def _sides(self) -> set[tuple[str, str, str]]:
        """Who says a thing, of which consumer and which provider: looked at where it is not the same as of the fact before."""
        found: set[tuple[str, str, str]] = set()
        says = consumer = provider = None
        for fact in self:
            if fact.provider is not provider or fact.says is not says or fact.consumer is not consumer:
                says, consumer, provider = fact.says, fact.consumer, fact.provider
                found.add((says, consumer, provider))
        return found

    def family(self, family: str) -> frozenset[str]:
        """The terms that begin like this, `requests.`, and that a fact is about."""
        return frozenset([term for term in self.terms if term.startswith(family)])

    def has_family(self, family: str) -> bool:
        """Whether a fact is about a term that begins like this."""
        return bool(self.family(family))

    def followed_by(self, added: "Facts") -> "Facts":
        """The facts, and others after them."""
        size = len(self)
        by_term = dict(self.by_term)
        for term, spots in added.by_term.items():
            by_term[term] = [*by_term.get(term, ()), *[spot + size for spot in spots]]
        runs = [*self.runs, *((begin + size, end + size) for begin, end in added.runs)]
        both = Facts.known(tuple.__add__(self, added), self, by_term=by_term, runs=runs, terms=self.terms | added.terms)
        both.sources = self.sources | added.sources
        return both


def _spliced(items: Sequence[T], anew: Mapping[int, Iterable[T]]) -> list[T]:
    """The items, with those in its stead that there are for each of some numbers, in order."""
    found: list[T] = []
    left = 0
    for number, instead in anew.items():
        found += items[left:number]
        found += instead
        left = number + 1
    found += items[left:]
    return found
