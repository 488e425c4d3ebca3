"""Facts under conditions, taken run by run: steps decide in which ways a run is said, and its facts are written once."""

from bisect import bisect, bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from operator import itemgetter

from msgspec.structs import replace

from accord.boundaries.join.facts import Facts, Run
from accord.model.fact import Fact, Scope

Way = tuple[str, Scope]  # of which operation a fact is said, and where
Ways = tuple[Way, ...]
_WHERE = itemgetter(1)
Decide = Callable[[Fact, Ways], Ways]


class InRuns:
    """Facts, and the ways in which those of some runs are said now; all others stay as they are.

    To copy a fact, and to look again at the condition that many share, at each of several steps is what takes long.
    """

    def __init__(self, facts: Facts, said: Mapping[int, Ways], gone: Iterable[int] = ()) -> None:
        """`said` is by number of a run, `gone` are the numbers of facts that are left out."""
        self.facts, self.said, self.gone = facts, said, frozenset(gone)

    @classmethod
    def of(cls, facts: "Iterable[Fact] | InRuns") -> "InRuns":
        """These facts as they were read."""
        return facts if isinstance(facts, InRuns) else cls(Facts.of(facts), {})

    def __iter__(self) -> Iterator[Fact]:
        return iter(self.written)

    def first(self, number: int) -> Fact:
        """The fact that stands for a run, as it was read."""
        return self.facts[self.facts.runs[number][0]]

    def ways(self, number: int) -> Ways:
        """The ways in which a run is said; none where it is left out."""
        known = self.said.get(number)
        if known is None:
            first = self.first(number)
            known = ((first.operation, first.scope),)
        return known

    def under(self, family: str) -> dict[int, None]:
        """The numbers of the runs whose condition had, as it was read, a dimension that begins like this."""
        found = [runs for name, runs in self.facts.by_dimension.items() if name.startswith(family)]
        return dict.fromkeys(sorted([number for numbers in found for number in numbers]))

    def said_anew(self, numbers: Iterable[int], decide: Decide) -> "InRuns":
        """The same facts, these runs in the ways that are decided for the first of each and those in which it is said."""
        facts, runs, said = self.facts, self.facts.runs, dict(self.said)
        for number in numbers:
            first, ways = facts[runs[number][0]], said.get(number)
            said[number] = decide(first, ((first.operation, first.scope),) if ways is None else ways)
        return InRuns(facts, said, self.gone)

    def without(self, numbers: Iterable[int]) -> "InRuns":
        """The facts without those of these numbers; a run of which none is left has no way."""
        gone, runs = self.gone.union(numbers), self.facts.runs
        touched = {bisect(runs, (at, len(self.facts))) - 1 for at in gone}
        left_out = {number: () for number in touched if number >= 0 and gone.issuperset(range(*runs[number]))}
        return InRuns(self.facts, {**self.said, **left_out}, gone)

    @cached_property
    def written(self) -> Facts:
        """The facts in order, each as it is said."""
        if not self.said and not self.gone:
            return self.facts
        found: list[Fact | None] = list(self.facts)
        for number in self.gone:
            found[number] = None
        several: dict[int, Ways] = {}
        for number, ways in self.said.items():
            numbers = range(*self.facts.runs[number])
            if len(ways) == 1:
                ((operation, scope),) = ways
                for at in numbers:
                    fact = found[at]
                    if fact is not None:
                        found[at] = replace(fact, operation=operation, scope=scope)
            else:
                several.update(dict.fromkeys(numbers, ways))
        if any(several.values()):
            return Facts(_in_all_ways(found, several))
        gone = {*self.gone, *several}
        for at in several:
            found[at] = None
        return Facts.known(filter(None, found), self.facts, runs=self._runs_left(gone), terms=self.facts.terms)

    def _runs_left(self, gone: Iterable[int]) -> list[Run]:
        """Where the runs stand that still hold under a condition, once the facts of these numbers are left out."""
        out, said = sorted(gone), self.said
        left = [
            run for number, run in enumerate(self.facts.runs) if number not in said or any(map(_WHERE, said[number]))
        ]
        moved = [(begin - bisect_left(out, begin), end - bisect_left(out, end)) for begin, end in left]
        return [run for run in moved if run[0] < run[1]]


def _in_all_ways(facts: Iterable[Fact | None], several: Mapping[int, Ways]) -> Iterator[Fact]:
    """The facts, each of some numbers once in every way that there is for it."""
    for number, fact in enumerate(facts):
        if fact is not None:
            ways = several.get(number)
            if ways is None:
                yield fact
            else:
                yield from [replace(fact, operation=operation, scope=scope) for operation, scope in ways]
