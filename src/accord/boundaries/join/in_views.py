"""One boundary in all the views in which it can differ: rules that tell the same views apart share them."""

from collections.abc import Iterable
from functools import cached_property, lru_cache

from accord.boundaries.join.system import Boundary, Key, System
from accord.boundaries.join.view import View, Views, views_over
from accord.model.fact import Fact

InView = tuple[View, Boundary]


class InViews:
    """One boundary; each choice of views, and each view of it, is worked out once."""

    def __init__(self, system: System, key: Key) -> None:
        self.system, self.key = system, key
        self._scoped = system.scoped_behind(key) if system.scoped else []
        self._families = tuple([fact.term.partition(".")[0] for fact in self._scoped])
        self._known: dict[object, tuple[Views, list[InView]]] = {}
        self._boundaries: dict[tuple[tuple[str, str], ...], Boundary | None] = {}

    def of(self, reads: tuple[str, ...]) -> tuple[Views, list[InView]]:
        """The views in which the terms a rule reads differ along the calls behind, and the boundary in those where its sides meet."""
        read = _read(self._families, reads)
        known = self._known.get(read)
        if known is None:
            scoped = [self._scoped[number] for number in read]
            scopes = frozenset([fact.scope for fact in scoped])
            name: object = scopes if len(scopes) == 1 else read  # of one scope it does not matter who says what in it
            known = self._known.get(name)
            if known is None:
                views = self._views(scoped)
                met = [(view, boundary) for view in views if (boundary := self._boundary(view)) is not None]
                known = self._known[name] = (views, met)
            self._known[read] = known
        return known

    def _views(self, scoped: Iterable[Fact]) -> Views:
        if not self.system.scoped:
            return Views({})
        return views_over(scoped, self._meeting).of_running(self.system.running)

    @cached_property
    def _meeting(self) -> list[tuple[Fact, bool]]:
        return self.system.meeting(self.key)

    def _boundary(self, view: View) -> Boundary | None:
        """The boundary in a view; None where its sides do not meet in it."""
        name = tuple(view.items())
        if name not in self._boundaries:
            meets = self.system.meets(self.key, view)
            self._boundaries[name] = self.system.boundary(self.key, view) if meets else None
        return self._boundaries[name]


@lru_cache(maxsize=8192)
def _read(families: tuple[str, ...], reads: tuple[str, ...]) -> tuple[int, ...]:
    """The numbers of those facts, by the families of their terms, that a rule reads; many boundaries have the same."""
    return tuple([number for number, family in enumerate(families) if family in reads])
