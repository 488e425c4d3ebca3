"""Facts by the term that they are about, in the order in which they were read."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain

from accord.boundaries.join.facts import Facts
from accord.model.fact import Fact


class ByTerm:
    """Some facts; the numbers by which each term knows its own say in what order they were read."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self.facts = facts
        self._known: dict[tuple[str, ...], list[Fact]] = {}

    def about(self, terms: tuple[str, ...]) -> Sequence[Fact]:
        """The facts about any of these terms."""
        known = self._known.get(terms)
        if known is None:
            found = [numbers for term in dict.fromkeys(terms) if (numbers := self._numbers.get(term))]
            numbers = found[0] if len(found) == 1 else sorted(chain.from_iterable(found))
            known = self._known[terms] = list(map(self.facts.__getitem__, numbers))
        return known

    @property
    def terms(self) -> Iterable[str]:
        """Every term that one of them is about."""
        return self._numbers.keys()

    @cached_property
    def _numbers(self) -> dict[str, list[int]]:
        return Facts.of(self.facts).by_term
