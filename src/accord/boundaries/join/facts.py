"""Facts on their way to a system, with the words that any of them uses: most steps find that none is about them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from functools import cached_property
from itertools import chain, compress
from operator import attrgetter
from typing import Any

from accord.model.fact import Fact

Run = tuple[int, int]  # where some facts that follow each other begin and end

_SAYS, _PROVIDER, _CONSUMER = attrgetter("says"), attrgetter("provider"), attrgetter("consumer")
_TERM, _SOURCE, _SCOPE = attrgetter("term"), attrgetter("source"), attrgetter("scope")
_OPERATION = attrgetter("operation")


class Facts(tuple[Fact, ...]):
    """Facts in the order they were read; which words they use is looked for once, and kept as long as no step changes them."""

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> "Facts":
        """These facts; the very same object where it is one already."""
        return facts if type(facts) is cls else cls(facts)

    @classmethod
    def known(cls, facts: Iterable[Fact], **known: Any) -> "Facts":
        """These facts, some of what is looked for in them `known` already, by its name here."""
        found = cls(facts)
        found.__dict__.update(known)
        return found

    @cached_property
    def numbers(self) -> dict[str, list[int]]:
        """By term the numbers of the facts about it, for steps that ask for several terms one after the other."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for number, term in enumerate(map(_TERM, self)):
            found[term].append(number)
        return dict(found)

    def where(self, terms: Iterable[str]) -> list[int]:
        """The numbers of the facts about any of these terms, in order."""
        return sorted(chain.from_iterable([self.numbers[term] for term in self.numbers.keys() & terms]))

    def where_family(self, family: str) -> list[int]:
        """The numbers of the facts about a term that begins like this, in order."""
        return self.where([term for term in self.numbers if term.startswith(family)])

    def all_about(self, terms: Iterable[str]) -> list[Fact]:
        """The facts about any of these terms, in order, for steps that ask for several terms one after the other."""
        return [self[number] for number in self.where(terms)]

    @cached_property
    def terms(self) -> Set[str]:
        """Every term that a fact is about."""
        return self.numbers.keys() if "numbers" in self.__dict__ else frozenset(map(_TERM, self))

    def about(self, terms: Iterable[str]) -> Iterator[Fact]:
        """The facts about any of these terms, in order."""
        wanted = self.terms & frozenset(terms)
        return compress(self, map(wanted.__contains__, map(_TERM, self))) if wanted else iter(())

    @cached_property
    def conditional(self) -> list[int]:
        """The numbers of the facts that hold under a condition, in order."""
        return list(compress(range(len(self)), map(_SCOPE, self)))

    @cached_property
    def runs(self) -> list[Run]:
        """Where the facts stand that hold under a condition: together those that follow each other and share who is spoken of,
        the stance, the condition and the root, as most facts of one object do.

        What is shared is the very same object; where two are equal and not the same, there are two runs.
        """
        found: list[Run] = []
        scope = provider = consumer = operation = stance = root = None
        begin = end = -1
        for at in self.conditional:
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
        """The numbers of the facts that speak of an operation, or of any, and not of a party as a whole, in order."""
        return list(compress(range(len(self)), map(_OPERATION, self)))

    @cached_property
    def of_callers(self) -> list[int]:
        """The numbers of the facts that speak of one caller, in order."""
        return list(compress(range(len(self)), map(_CONSUMER, self)))

    @cached_property
    def sources(self) -> frozenset[str]:
        """Every format that a fact was read from."""
        return frozenset(map(_SOURCE, self))

    @cached_property
    def by_dimension(self) -> dict[str, list[int]]:
        """By dimension of a scope the numbers of the runs that it is a condition of."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for number, (begin, _) in enumerate(self.runs):
            for name, _ in self[begin].scope:
                found[name].append(number)
        return dict(found)

    @property
    def dimensions(self) -> Set[str]:
        """Every dimension of a scope."""
        return self.by_dimension.keys()

    @cached_property
    def parties(self) -> frozenset[str]:
        """Every name that speaks or is spoken of as a side; "" where a fact holds for every caller."""
        return self.speaking.union(map(_PROVIDER, self), map(_CONSUMER, self))

    @cached_property
    def speaking(self) -> frozenset[str]:
        """Every name that speaks."""
        return frozenset(map(_SAYS, self))

    def family(self, family: str) -> frozenset[str]:
        """The terms that begin like this, `requests.`, and that a fact is about."""
        return frozenset([term for term in self.terms if term.startswith(family)])

    def has_family(self, family: str) -> bool:
        """Whether a fact is about a term that begins like this."""
        return bool(self.family(family))

    def has_dimension(self, family: str) -> bool:
        """Whether a scope has a dimension that begins like this, `variant:`."""
        return any(name.startswith(family) for name in self.dimensions)

    def followed_by(self, added: "Facts") -> "Facts":
        """The facts, and others after them."""
        size = len(self)
        more = {
            term: [*self.numbers.get(term, ()), *(number + size for number in numbers)]
            for term, numbers in added.numbers.items()
        }
        runs = [*self.runs, *((begin + size, end + size) for begin, end in added.runs)]
        numbers, sources = {**self.numbers, **more}, self.sources | added.sources
        return Facts.known((*self, *added), runs=runs, numbers=numbers, sources=sources)
