"""One boundary in all the views in which it can differ: rules that tell the same views apart share them."""

from functools import cached_property

from accord.boundaries.join.system import Boundary, Key, System
from accord.boundaries.join.view import View, Views, views_over
from accord.model.fact import Fact

InView = tuple[View, Boundary]


class InViews:
    """One boundary; each choice of views, and each view of it, is worked out once."""

    def __init__(self, system: System, key: Key) -> None:
        self.system, self.key = system, key
        self._scoped = system.scoped_behind(key) if system.scoped else []
        self._families = [fact.term.partition(".")[0] for fact in self._scoped]
        self._known: dict[tuple[int, ...], tuple[Views, list[InView]]] = {}
        self._boundaries: dict[tuple[tuple[str, str], ...], Boundary | None] = {}

    def of(self, reads: tuple[str, ...]) -> tuple[Views, list[InView]]:
        """The views in which the terms a rule reads differ along the calls behind, and the boundary in those where its sides meet."""
        read = tuple([number for number, family in enumerate(self._families) if family in reads])
        known = self._known.get(read)
        if known is None:
            views = self._views(read)
            met = [(view, boundary) for view in views if (boundary := self._boundary(view)) is not None]
            known = self._known[read] = (views, met)
        return known

    def _views(self, read: tuple[int, ...]) -> Views:
        if not self.system.scoped:
            return Views({})
        scoped = (self._scoped[number] for number in read)
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
