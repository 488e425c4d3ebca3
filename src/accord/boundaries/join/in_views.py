"""One boundary in all the views in which it can differ: rules that tell the same views apart share them."""

from accord.boundaries.join.system import Boundary, Key, System
from accord.boundaries.join.view import View, Views, views_over

InView = tuple[View, Boundary]


class InViews:
    """One boundary; each choice of views, and each view of it, is worked out once."""

    def __init__(self, system: System, key: Key) -> None:
        self.system, self.key = system, key
        self._scoped = system.scoped_behind(key) if system.scoped else []
        self._families = [fact.term.partition(".")[0] for fact in self._scoped]
        self._known: dict[tuple[int, ...], tuple[Views, list[InView]]] = {}
        self._boundaries: dict[tuple[tuple[str, str], ...], Boundary] = {}

    def of(self, reads: tuple[str, ...]) -> tuple[Views, list[InView]]:
        """The views in which the terms a rule reads differ along the calls behind, and the boundary in those where its sides meet."""
        read = tuple([number for number, family in enumerate(self._families) if family in reads])
        known = self._known.get(read)
        if known is None:
            views = self._views(read)
            met = [(view, self._boundary(view)) for view in views if self.system.meets(self.key, view)]
            known = self._known[read] = (views, met)
        return known

    def _views(self, read: tuple[int, ...]) -> Views:
        if not self.system.scoped:
            return Views({})
        scoped = (self._scoped[number] for number in read)
        return views_over(scoped, self.system.meeting(self.key)).of_running(self.system.running)

    def _boundary(self, view: View) -> Boundary:
        name = tuple(view.items())
        if name not in self._boundaries:
            self._boundaries[name] = self.system.boundary(self.key, view)
        return self._boundaries[name]
