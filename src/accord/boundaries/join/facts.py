"""Facts on their way to a system, with the words that any of them uses: most steps find that none is about them."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import compress
from operator import attrgetter

from accord.model.fact import Fact

_SAYS, _PROVIDER, _CONSUMER = attrgetter("says"), attrgetter("provider"), attrgetter("consumer")
_SOURCE, _SCOPE = attrgetter("source"), attrgetter("scope")

_TYING = frozenset(("declares", "selects", "runs", "platform", "takes_settings"))
_TYING_FAMILIES = ("names.", "setting.")


class Facts(tuple[Fact, ...]):
    """Facts in the order they were read; which words they use is looked for once, and kept as long as no step changes them."""

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> "Facts":
        """These facts; the very same object where it is one already."""
        return facts if type(facts) is cls else cls(facts)

    @classmethod
    def made(
        cls, facts: Iterable[Fact], before: "Facts", terms: Iterable[str] = (), dimensions: Iterable[str] = ()
    ) -> "Facts":
        """What a step made of the facts `before` it: of the same formats, about their terms or these, in their dimensions or these."""
        made = cls(facts)
        made.sources, made.terms = before.sources, before.terms.union(terms)
        made.dimensions = before.dimensions.union(dimensions)
        return made

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
    def tying(self) -> dict[int, Fact]:
        """The facts that tie objects and names to each other, by where they stand: several steps look for these few."""
        terms = [term for term in self.terms if term in _TYING or term.startswith(_TYING_FAMILIES)]
        return {spot: self[spot] for spot in self.spots(terms)}

    def with_each(self, becomes: Mapping[int, Iterable[Fact]]) -> list[Fact]:
        """The facts, with those that the fact at each of these spots becomes in its stead; the spots are in order."""
        found: list[Fact] = []
        left = 0
        for spot, facts in becomes.items():
            found += self[left:spot]
            found += facts
            left = spot + 1
        found += self[left:]
        return found

    @cached_property
    def conditional(self) -> tuple[Fact, ...]:
        """The facts that hold under a condition, in order."""
        return tuple(compress(self, map(_SCOPE, self)))

    @cached_property
    def spots_of_conditions(self) -> list[int]:
        """Where the facts stand that hold under a condition."""
        return list(compress(range(len(self)), map(_SCOPE, self)))

    @cached_property
    def sources(self) -> frozenset[str]:
        """Every format that a fact was read from."""
        return frozenset(map(_SOURCE, self))

    @cached_property
    def dimensions(self) -> frozenset[str]:
        """Every dimension of a scope; of what a step made perhaps some more, as with its terms."""
        return frozenset([name for scope in map(_SCOPE, self.heads) for name, _ in scope])

    @cached_property
    def heads(self) -> list[Fact]:
        """The first of all facts that follow each other and share their sides and their scope: those of an object do."""
        found: list[Fact] = []
        provider = scope = consumer = says = None
        for fact in self:
            if (
                fact.provider is not provider
                or fact.scope is not scope
                or fact.consumer is not consumer
                or fact.says is not says
            ):
                provider, scope, consumer, says = fact.provider, fact.scope, fact.consumer, fact.says
                found.append(fact)
        return found

    @cached_property
    def parties(self) -> frozenset[str]:
        """Every name that speaks or is spoken of as a side; "" where a fact holds for every caller."""
        return self.speaking.union(map(_PROVIDER, self.heads), map(_CONSUMER, self.heads))

    @cached_property
    def speaking(self) -> frozenset[str]:
        """Every name that speaks."""
        return frozenset(map(_SAYS, self.heads))

    def family(self, family: str) -> frozenset[str]:
        """The terms that begin like this, `requests.`, and that a fact is about."""
        return frozenset([term for term in self.terms if term.startswith(family)])

    def has_family(self, family: str) -> bool:
        """Whether a fact is about a term that begins like this."""
        return bool(self.family(family))

    def has_dimension(self, family: str) -> bool:
        """Whether a scope has a dimension that begins like this, `variant:`."""
        return any(name.startswith(family) for name in self.dimensions)
