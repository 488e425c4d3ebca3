"""The courses that an alert can take through a routing tree, where some of its labels are open.

Each course is what Alertmanager does (dispatch/route.go, Route.Match) under what it assumes of the open labels.
"""

from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from accord.boundaries.signals.alerting import Node, Tree
from accord.boundaries.signals.open_labels import Labels, Open, decides, supposing
from accord.boundaries.signals.routing import router
from accord.model.alerting import Matcher

MOST_COURSES = 512
"""Where more courses than these are open, none is told."""


class Course(Struct, frozen=True, dict=True):
    """One way through the tree: the routes at which it ends, none where the root refuses it, under these labels."""

    ends: tuple[Node, ...]
    labels: Labels

    @cached_property
    def supposed(self) -> dict[str, Open]:
        """What is supposed of each open label."""
        return {name: value for name, value in self.labels.items() if isinstance(value, Open)}


class _TooMany(Exception):
    pass


def courses(tree: Tree, labels: Labels) -> tuple[Course, ...]:
    """Every course; none where the tree has no root, or there are too many to tell."""
    if tree.root is None:
        return ()
    known = {name: value for name, value in labels.items() if isinstance(value, str)}
    if len(known) == len(labels):
        return (Course(router(tree).ends(known), labels),)
    try:
        return tuple(Course(ends or (), after) for after, ends in _entered(tree.root, labels))
    except _TooMany:
        return ()


_State = tuple[Labels, tuple[Node, ...]]


def _entered(node: Node, labels: Labels) -> Iterator[tuple[Labels, tuple[Node, ...] | None]]:
    """Each way that labels can take at a node: None where they do not match it, else where they end."""
    for after, matched in _matched(node.route.matchers, labels):
        if not matched:
            yield after, None
        elif node.children:
            yield from _among_children(node, after)
        else:
            yield after, (node,)


def _among_children(node: Node, labels: Labels) -> list[_State]:
    done: list[_State] = []
    left: list[_State] = [(labels, ())]
    for child in node.children:
        if not left:
            break
        going: list[_State] = []
        for state, ends in left:
            for after, found in _entered(child, state):
                goes_on = found is None or child.route.continues
                (going if goes_on else done).append((after, (*ends, *(found or ()))))
        left = going
        if len(done) + len(left) > MOST_COURSES:
            raise _TooMany
    return [(after, ends or (node,)) for after, ends in (*done, *left)]


def _matched(matchers: tuple[Matcher, ...], labels: Labels) -> Iterator[tuple[Labels, bool]]:
    for number, matcher in enumerate(matchers):
        found = decides(matcher, labels)
        if found is False:
            yield labels, False
            return
        if found is None:
            yield supposing(matcher, labels, False), False
            yield from _matched(matchers[number + 1 :], supposing(matcher, labels, True))
            return
    yield labels, True


def looked_at(tree: Tree, labels: Labels) -> list[Node]:
    """The routes that the evaluation of labels, none of them open, looks at, in order."""
    seen: list[Node] = []
    if tree.root is not None:
        _look(tree.root, labels, seen)
    return seen


def _look(node: Node, labels: Labels, seen: list[Node]) -> bool:
    seen.append(node)
    if not all(decides(matcher, labels) for matcher in node.route.matchers):
        return False
    for child in node.children:
        if _look(child, labels, seen) and not child.route.continues:
            break
    return True
