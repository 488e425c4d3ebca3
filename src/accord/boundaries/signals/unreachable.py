"""Routes that no alert can get to: decided over the values that matchers list, silent about every other pattern.

What is told here holds for every set of labels: a route is named only with a proof.
"""

from collections.abc import Iterable, Iterator
from itertools import takewhile

from msgspec import Struct

from accord.boundaries.signals.alerting import Node, Tree
from accord.boundaries.signals.open_labels import listed
from accord.boundaries.signals.routing import Children, is_matched
from accord.model.alerting import Matcher

_MOST_VALUES = 64


class Unreached(Struct, frozen=True):
    """A route that no alert gets to: the labels asked for exclude each other (`by` are the routes that ask), or `by` take them all before."""

    node: Node
    contradicts: bool
    by: tuple[Node, ...]


def unreached(tree: Tree) -> Iterator[Unreached]:
    """Each route that nothing gets to, the highest of its branch."""
    waiting: list[tuple[Node, tuple[Node, ...]]] = [(tree.root, ())] if tree.root is not None else []
    while waiting:
        node, above = waiting.pop()
        way, takers = (*above, node), _Takers(node.children)
        for child in node.children:
            found = _contradiction(child, way) or _taken_before(child, way, takers)
            if found is not None:
                yield found
            else:
                waiting.append((child, way))


def _contradiction(node: Node, above: tuple[Node, ...]) -> Unreached | None:
    """Two or more routes of one way ask for what no value of a label can be."""
    asked = [(one, matcher) for one in (*above, node) for matcher in one.route.matchers]
    for label in dict.fromkeys(matcher.label for matcher in node.route.matchers):
        about = [(one, matcher) for one, matcher in asked if matcher.label == label]
        values = _values(matcher for _, matcher in about)
        if values is not None and not values:
            return Unreached(node, True, _each_once(one for one, _ in about if one is not node))
    return None


def _values(matchers: Iterable[Matcher]) -> tuple[str, ...] | None:
    """The values of one label that all the matchers take; None where none of them lists its own."""
    every = tuple(matchers)
    lists = [values for matcher in every if matcher.operator in ("=", "=~") and (values := listed(matcher)) is not None]
    if not lists:
        return None
    return tuple(value for value in lists[0] if all(is_matched(matcher, value) for matcher in every))


class _Takers:
    """Of routes beside each other those that pass nothing on, found by the values that they list."""

    def __init__(self, nodes: list[Node]) -> None:
        self._positions = {node.path: position for position, node in enumerate(nodes)}
        self._taking = Children([node for node in nodes if not node.route.continues])

    def before(self, node: Node, values: "_Values") -> Iterator[Node]:
        """Those before a route that can take all with these values, in order: who lists others takes none of them."""
        known = values.get(self._taking.label) or ("",)
        position = self._positions[node.path]
        return takewhile(
            lambda one: self._positions[one.path] < position, self._taking.of({self._taking.label: known[0]})
        )


def _taken_before(node: Node, above: tuple[Node, ...], takers: _Takers) -> Unreached | None:
    """Routes before it, beside it, take all that it asks for and pass nothing on."""
    asked = [matcher for one in (*above, node) for matcher in one.route.matchers]
    labels = dict.fromkeys(matcher.label for matcher in asked)
    values = {label: _values(one for one in asked if one.label == label) for label in labels}
    whole = _taker(takers.before(node, values), asked, values)
    if whole is not None:
        return Unreached(node, False, (whole,))
    for label, known in values.items():
        if known is not None and 1 < len(known) <= _MOST_VALUES:
            parts: list[_Values] = [{**values, label: (value,)} for value in known]
            each = [_taker(takers.before(node, part), asked, part) for part in parts]
            if None not in each:
                return Unreached(node, False, _each_once(one for one in each if one is not None))
    return None


_Values = dict[str, tuple[str, ...] | None]
"""For each label that a route asks for, the values that it can have there; None where they are not listed."""


def _taker(takers: Iterable[Node], asked: list[Matcher], values: _Values) -> Node | None:
    return next((one for one in takers if _takes_all(one, asked, values)), None)


def _each_once(nodes: Iterable[Node]) -> tuple[Node, ...]:
    return tuple({node.path: node for node in nodes}.values())


def _takes_all(taker: Node, asked: list[Matcher], values: _Values) -> bool:
    """Whether a route takes every alert of which this is asked, and whose labels have one of these values."""
    for matcher in taker.route.matchers:
        known = values.get(matcher.label)
        if known is not None:
            for value in known:
                if not is_matched(matcher, value):
                    return False
        elif not (matcher in asked or (matcher.operator == "=~" and matcher.value == ".*")):
            return False
    return True
