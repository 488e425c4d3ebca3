"""One side of a boundary in one view."""

from functools import lru_cache

from accord.boundaries.join.resolution import Terms
from accord.model.fact import Fact


class Side:
    """What one side says in one view: for each term the facts that hold, at most one per layer, outermost first."""

    __slots__ = ("families", "terms")

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.families: dict[str, list[Fact]] = {}

    def get(self, term: str) -> Fact | None:
        """The fact of the outermost layer that speaks of the term, or None where nobody does."""
        facts = self.terms.get(term)
        return facts[0] if facts else None

    def all(self, term: str) -> tuple[Fact, ...]:
        """The facts of every layer."""
        return self.terms.get(term, ())

    def family(self, prefix: str) -> list[Fact]:
        """The first fact of each term that starts with `prefix`, such as `errors.`, in order of term."""
        known = self.families.get(prefix)
        if known is None:
            named = _members(tuple(self.terms), prefix)
            known = self.families[prefix] = [self.terms[term][0] for term in named]
        return known

    def value(self, term: str) -> object:
        """The value of `get`, or None where nobody speaks of the term."""
        fact = self.get(term)
        return None if fact is None else fact.value


@lru_cache(maxsize=8192)
def _members(terms: tuple[str, ...], prefix: str) -> tuple[str, ...]:
    """Those of the terms that start with the prefix, in order; many sides speak of the same terms."""
    return tuple(sorted(term for term in terms if term.startswith(prefix)))
