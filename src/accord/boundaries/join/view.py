"""Views: one choice of environment, version and variant in which facts can meet."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from datetime import date
from functools import lru_cache
from itertools import product
from math import prod

from accord.model.fact import Fact, Scope

OTHER = ""
"""The value of a dimension that no scope names: every other environment, every other version."""

PLACES = ("env", "cluster")
"""Dimensions of which a party may be in some and not in others; of a version there is always another."""

DAYS = ("from", "until")
"""Dimensions that the day of the check has settled before any view is made."""

VERSION = "version:"

View = dict[str, str]
EVERY: View = {}
MOST_VIEWS = 512


class Views:
    """The views in which one boundary is judged; values of a dimension that make no difference are one value."""

    def __init__(self, dimensions: dict[str, dict[str, tuple[str, ...]]]) -> None:
        self.dimensions = dimensions

    def __iter__(self) -> Iterator[View]:
        names = sorted(self.dimensions)
        choices = [list(self.dimensions[name]) for name in names]
        total = 1
        for choice in choices:
            total *= len(choice)
        if total <= MOST_VIEWS:
            return iter([dict(zip(names, values, strict=True)) for values in product(*choices)])
        return self._one_at_a_time(names)

    def _base(self) -> View:
        return {name: OTHER if OTHER in met else next(iter(met)) for name, met in self.dimensions.items()}

    def _one_at_a_time(self, names: list[str]) -> Iterator[View]:
        """Made one by one: each has all dimensions, and so all of them together a square of their number."""
        base = self._base()
        yield base
        for name in names:
            for value in self.dimensions[name]:
                if value != base[name]:
                    yield {**base, name: value}

    def of_running(self, running: Mapping[str, Set[str]]) -> "Views":
        """The same without the versions that do not run, of the parties of which those that do are known."""
        if not running:
            return self
        dimensions = dict(self.dimensions)
        for name, members in self.dimensions.items():
            versions = running.get(name.removeprefix(VERSION)) if name.startswith(VERSION) else None
            if versions is not None:
                groups = [tuple(value for value in group if value in versions) for group in members.values()]
                kept = {group[0]: group for group in groups if group}
                if not kept or not versions <= {value for group in kept.values() for value in group}:
                    kept[OTHER] = (OTHER,)
                dimensions[name] = kept
        return Views(dimensions)

    def label(self, found_in: list[View]) -> tuple[tuple[str, str], ...]:
        """The conditions that the views of a finding share: a dimension that takes all its values is left out.

        Where dimensions were tried one at a time, so are those that were never tried beside the one it needs.
        """
        if not self.dimensions:
            return ()
        label, base = [], self._base()
        tried_alone = prod(map(len, self.dimensions.values())) > MOST_VIEWS and base not in found_in
        for name in sorted(self.dimensions):
            members = self.dimensions[name]
            if tried_alone and all(view[name] == base[name] for view in found_in):
                continue
            found = {view[name] for view in found_in}
            if len(found) < len(members):
                label.append((name, _values(found, members)))
        return tuple(label)


ONE_VIEW = Views({})
"""The views that nothing tells apart."""


def _values(found: set[str], members: dict[str, tuple[str, ...]]) -> str:
    if OTHER in found:
        missing = sorted(value for name in members if name not in found for value in members[name])
        return "not " + " or ".join(missing) if missing else "any"
    return " or ".join(sorted(value for name in found for value in members[name]))


def views_over(facts: Iterable[Fact], meeting: Iterable[tuple[Fact, bool]] = ()) -> Views:
    """The views that the scopes of `facts` tell apart; of each in `meeting` it only matters whether the two sides meet by it."""
    marks: dict[str, dict[str, set[object]]] = {}
    for fact in facts:
        _tell_apart(marks, fact, _mark)
    for fact, meets in meeting:
        _tell_apart(marks, fact, lambda _, rest, meets=meets: (meets, rest))  # type: ignore[misc]
    return Views({name: _grouped(values) for name, values in marks.items()})


def _tell_apart(marks: dict[str, dict[str, set[object]]], fact: Fact, mark: Callable[[Fact, Scope], object]) -> None:
    for dimension, values, rest in _parted(fact.scope):
        told, by_value = mark(fact, rest), marks.setdefault(dimension, {})
        for value in values:
            by_value.setdefault(value, set()).add(told)


@lru_cache(maxsize=8192)
def _parted(scope: Scope) -> tuple[tuple[str, tuple[str, ...], Scope], ...]:
    """Each dimension of a scope with its values, and what else the scope says."""
    return tuple(
        (dimension, values, tuple(pair for pair in scope if pair[0] != dimension))
        for dimension, values in scope
        if dimension not in DAYS
    )


def _mark(fact: Fact, rest: Scope) -> object:
    return (fact.consumer, fact.provider, fact.operation, fact.term, fact.layer, fact.text, rest)


def _grouped(values: dict[str, set[object]]) -> dict[str, tuple[str, ...]]:
    groups: dict[frozenset[object], list[str]] = {}
    for value in sorted(values):
        groups.setdefault(frozenset(values[value]), []).append(value)
    grouped = {members[0]: tuple(members) for members in groups.values()}
    grouped[OTHER] = (OTHER,)
    return grouped


def holds_in(scope: Scope, view: View) -> bool:
    """Whether a fact with this scope holds in this view; a dimension the view does not tell apart is left out of both."""
    return all(dimension in DAYS or view.get(dimension, OTHER) in values for dimension, values in scope)


def may_hold(scope: Scope, view: View) -> bool:
    """Whether a fact with this scope holds in this view, or in a part of it that the view does not tell apart."""
    return all(dimension not in view or view[dimension] in values for dimension, values in scope)


def in_force(fact: Fact, as_of: date) -> bool:
    """Whether the days of a scope (`from`, `until`, both included) hold on the day of the check."""
    day = as_of.isoformat()
    limits = {dimension: values[0] for dimension, values in fact.scope if dimension in ("from", "until")}
    return limits.get("from", day) <= day <= limits.get("until", day)
