"""One boundary in all the views in which it can differ: rules that tell the same views apart share them."""

from collections.abc import Sequence
from functools import cached_property, lru_cache

from accord.boundaries.join.meeting import meeting, meets
from accord.boundaries.join.system import Boundary, Key, System
from accord.boundaries.join.view import EVERY, ONE_VIEW, View, Views, views_over
from accord.model.fact import Fact

InView = tuple[View, Boundary]


class InViews:
    """One boundary; each choice of views, and each view of it, is worked out once."""

    def __init__(self, system: System, key: Key) -> None:
        self.system, self.key = system, key
        self._known: dict[object, tuple[Views, list[InView]]] = {}
        self._boundaries: dict[tuple[tuple[str, str], ...], Boundary | None] = {}

    @cached_property
    def scoped(self) -> list[Fact]:
        """The facts that tell views apart."""
        return self.system.scoped_behind(self.key)

    @cached_property
    def _families(self) -> tuple[str, ...]:
        return tuple([fact.term.partition(".")[0] for fact in self.scoped])

    def of(self, reads: tuple[str, ...]) -> tuple[Views, list[InView]]:
        """The views in which the terms a rule reads differ along the calls behind, and the boundary in those where its sides meet."""
        read = () if self.system.conditional.keys().isdisjoint(reads) else _read(self._families, reads)
        known = self._known.get(read)
        if known is None:
            scoped = [self.scoped[number] for number in read]
            scopes = frozenset([fact.scope for fact in scoped])
            name: object = scopes if len(scopes) == 1 else read  # of one scope it does not matter who says what in it
            known = self._known.get(name)
            if known is None:
                known = self._known[name] = self._worked_out(scoped)
            self._known[read] = known
        return known

    def _worked_out(self, scoped: Sequence[Fact]) -> tuple[Views, list[InView]]:
        met_by = meeting(self.system, self.key)
        if not scoped and not met_by:
            return ONE_VIEW, [(EVERY, self.system.boundary(self.key))]
        views = views_over(scoped, met_by).of_running(self.system.running)
        return views, [(view, boundary) for view in views if (boundary := self._boundary(view)) is not None]

    def _boundary(self, view: View) -> Boundary | None:
        """The boundary in a view; None where its sides do not meet in it."""
        name = tuple(view.items())
        if name not in self._boundaries:
            is_one = meets(self.system, self.key, view)
            self._boundaries[name] = self.system.boundary(self.key, view) if is_one else None
        return self._boundaries[name]


@lru_cache(maxsize=8192)
def _read(families: tuple[str, ...], reads: tuple[str, ...]) -> tuple[int, ...]:
    """The numbers of those facts, by the families of their terms, that a rule reads; many boundaries have the same."""
    return tuple([number for number, family in enumerate(families) if family in reads])
