"""Facts on their way to a system, with the words that any of them uses: most steps find that none is about them."""

from collections.abc import Iterable
from functools import cached_property

from accord.model.fact import Fact


class Facts(tuple[Fact, ...]):
    """Facts in the order they were read; which words they use is looked for once, and kept as long as no step changes them."""

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> "Facts":
        """These facts; the very same object where it is one already."""
        return facts if type(facts) is cls else cls(facts)

    @cached_property
    def terms(self) -> frozenset[str]:
        """Every term that a fact is about."""
        return frozenset([fact.term for fact in self])

    @cached_property
    def sources(self) -> frozenset[str]:
        """Every format that a fact was read from."""
        return frozenset([fact.source for fact in self])

    @cached_property
    def dimensions(self) -> frozenset[str]:
        """Every dimension of a scope."""
        scopes = frozenset([fact.scope for fact in self if fact.scope])
        return frozenset([name for scope in scopes for name, _ in scope])

    @cached_property
    def parties(self) -> frozenset[str]:
        """Every name that speaks or is spoken of as a side; "" where a fact holds for every caller."""
        sides = frozenset([(fact.says, fact.provider, fact.consumer) for fact in self])
        return frozenset([name for names in sides for name in names])

    def has_family(self, family: str) -> bool:
        """Whether a fact is about a term that begins like this, `requests.`."""
        return any(term.startswith(family) for term in self.terms)

    def has_dimension(self, family: str) -> bool:
        """Whether a scope has a dimension that begins like this, `variant:`."""
        return any(name.startswith(family) for name in self.dimensions)
