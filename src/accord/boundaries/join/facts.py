"""Facts on their way to a system, with the words that any of them uses: most steps find that none is about them."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import compress
from operator import attrgetter

from accord.model.fact import Fact

_SAYS, _PROVIDER, _CONSUMER = attrgetter("says"), attrgetter("provider"), attrgetter("consumer")
_TERM, _SOURCE, _SCOPE = attrgetter("term"), attrgetter("source"), attrgetter("scope")


class Facts(tuple[Fact, ...]):
    """Facts in the order they were read; which words they use is looked for once, and kept as long as no step changes them."""

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> "Facts":
        """These facts; the very same object where it is one already."""
        return facts if type(facts) is cls else cls(facts)

    @cached_property
    def terms(self) -> frozenset[str]:
        """Every term that a fact is about."""
        return frozenset(map(_TERM, self))

    def about(self, terms: Iterable[str]) -> Iterator[Fact]:
        """The facts about any of these terms, in order."""
        wanted = self.terms.intersection(terms)
        return compress(self, map(wanted.__contains__, map(_TERM, self))) if wanted else iter(())

    @cached_property
    def conditional(self) -> tuple[Fact, ...]:
        """The facts that hold under a condition, in order."""
        return tuple(compress(self, map(_SCOPE, self)))

    @cached_property
    def sources(self) -> frozenset[str]:
        """Every format that a fact was read from."""
        return frozenset(map(_SOURCE, self))

    @cached_property
    def dimensions(self) -> frozenset[str]:
        """Every dimension of a scope."""
        scopes = frozenset(filter(None, map(_SCOPE, self)))
        return frozenset([name for scope in scopes for name, _ in scope])

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
