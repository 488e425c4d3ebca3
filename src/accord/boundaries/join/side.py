"""One side of a boundary in one view."""

from functools import lru_cache

from accord.boundaries.join.resolution import Terms
from accord.model.fact import Fact


class Side:
    """What one side says in one view: for each term the facts that hold, at most one per layer, outermost first."""

    __slots__ = ("_members", "families", "terms")

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.families: dict[str, list[Fact]] = {}
        self._members: _Members | None = None

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
            if self._members is None:
                self._members = _members(tuple(self.terms))
            known = self.families[prefix] = [self.terms[term][0] for term in self._members[prefix]]
        return known

    def value(self, term: str) -> object:
        """The value of `get`, or None where nobody speaks of the term."""
        fact = self.get(term)
        return None if fact is None else fact.value


class _Members(dict[str, tuple[str, ...]]):
    """By prefix those of some terms that start with it, in order."""

    def __init__(self, terms: tuple[str, ...]) -> None:
        self._terms = terms

    def __missing__(self, prefix: str) -> tuple[str, ...]:
        found = self[prefix] = tuple(sorted(term for term in self._terms if term.startswith(prefix)))
        return found


@lru_cache(maxsize=8192)
def _members(terms: tuple[str, ...]) -> _Members:
    """The families of some terms; many sides speak of the same."""
    return _Members(terms)
