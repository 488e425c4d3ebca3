"""Where Alertmanager sends an alert whose labels are all known, and what holds there.

After github.com/prometheus/alertmanager, dispatch/route.go and inhibit/inhibit.go: children come before their parent, the
first that matches ends the search among its siblings unless it continues, and a label that is not there is empty.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise

from msgspec import Struct

from accord.boundaries.platforms.programs import by_default
from accord.boundaries.signals.alerting import Node, Tree
from accord.model.alerting import Inhibition, Matcher
from accord.model.fact import Fact
from accord.model.pattern import matches
from accord.model.problem import Refused

TIMINGS = ("group_wait", "group_interval", "repeat_interval")
EVERY_LABEL = ("...",)
_PROGRAM = "alertmanager"
_LISTED = re.compile(r"[\w:,@ -]+(?:\|[\w:,@ -]+)*", re.ASCII)
_MOST_KEPT = 100_000


class Timing(Struct, frozen=True):
    """A timing in nanoseconds, and the fact that it comes from: a route, or the default of the program."""

    value: int
    fact: Fact


class Settings(Struct, frozen=True):
    """What holds at a route, with the route that says so: its own words, else those of the nearest above.

    `group_by` is empty where all alerts are one group; `grouped_by` is None where no route says how. Muted and active
    times are never inherited. Where `is_laid_over`, timings and a grouping that no route says are not known: they are missing.
    """

    receiver: str
    named_by: Node
    group_by: tuple[str, ...]
    grouped_by: Node | None
    timings: dict[str, Timing]
    is_laid_over: bool = False


class Passed(Struct, frozen=True):
    """A route that was asked on the way, and did not match: `failed` is the first matcher that failed."""

    node: Node
    failed: Matcher


class Ending(Struct, frozen=True):
    """One route at which an alert ends: the way there from the root, and those before it at each step that did not match."""

    way: tuple[Node, ...]
    passed: tuple[Passed, ...]

    @property
    def node(self) -> Node:
        """The route itself."""
        return self.way[-1]


def is_matched(matcher: Matcher, value: str) -> bool:
    """Whether a label of this value, "" where there is none, is what the matcher asks for."""
    if matcher.operator in ("=", "!="):
        return (value == matcher.value) is (matcher.operator == "=")
    return fits(matcher.value, value) is (matcher.operator == "=~")


@lru_cache(maxsize=1 << 16)
def fits(pattern: str, value: str) -> bool:
    """Whether a whole value matches a pattern; what is none matches nothing."""
    try:
        return matches(pattern, value)
    except Refused:
        return False


def all_matched(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    """Whether labels match every matcher."""
    return all(is_matched(matcher, labels.get(matcher.label, "")) for matcher in matchers)


class Router:
    """One tree, ready to be asked many times."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.asked = tuple(sorted({matcher.label for node in tree.nodes for matcher in node.route.matchers}))
        """The labels that the tree asks for: where an alert ends depends on no other."""
        self._known: dict[tuple[str, ...], tuple[Node, ...]] = {}
        self._children: dict[str, Children] = {}
        self._settings: dict[str, Settings] = {}

    def ends(self, labels: Mapping[str, str]) -> tuple[Node, ...]:
        """The routes at which an alert of these labels ends, in order; none where the root does not take it."""
        key = tuple([labels.get(label, "") for label in self.asked])
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            found = self._known[key] = tuple(self._searched(labels))
        return found

    def _searched(self, labels: Mapping[str, str]) -> list[Node]:
        root = self.tree.root
        if root is None or not all_matched(root.route.matchers, labels):
            return []
        entered: list[tuple[Node, Iterator[Node], list[Node]]] = [(root, self._candidates(root, labels), [])]
        while True:
            node, waiting, found = entered[-1]
            child = next((one for one in waiting if all_matched(one.route.matchers, labels)), None)
            if child is not None:
                entered.append((child, self._candidates(child, labels), []))
                continue
            entered.pop()
            ended = found or [node]
            if not entered:
                return ended
            above, _, collected = entered[-1]
            collected += ended
            if not node.route.continues:
                entered[-1] = (above, iter(()), collected)

    def _candidates(self, node: Node, labels: Mapping[str, str]) -> Iterator[Node]:
        """The children that can match, in order."""
        if node.path not in self._children:
            self._children[node.path] = Children(node.children)
        return iter(self._children[node.path].of(labels))

    def explained(self, labels: Mapping[str, str]) -> tuple[Ending, ...]:
        """The same with the way to each route, and what was asked before it in vain."""
        nodes = {node.path: node for node in self.tree.nodes}
        endings = []
        for node in self.ends(labels):
            parts = node.path.split(".")
            way = tuple(nodes[".".join(parts[:length])] for length in range(2, len(parts) + 1))
            passed = [
                Passed(sibling, failed)
                for above, taken in pairwise(way)
                for sibling in above.children[: int(taken.path.rpartition(".")[2])]
                if (failed := first_failed(sibling, labels)) is not None
            ]
            endings.append(Ending(way, tuple(passed)))
        return tuple(endings)

    def settings(self, node: Node) -> Settings:
        """What holds at a route."""
        if not self._settings:
            for one in self.tree.nodes:
                above = self._settings.get(one.path.rpartition(".")[0])
                self._settings[one.path] = _settled(one, above, self.tree.is_laid_over)
        return self._settings[node.path]

    def inhibitions(self, labels: Mapping[str, str]) -> tuple[Fact, ...]:
        """The rules by which another alert can hold back one of these labels."""
        return tuple(fact for fact in self.tree.inhibitions if all_matched(fact.value.targets, labels))


@lru_cache(maxsize=64)
def router(tree: Tree) -> Router:
    """The router of a tree, made once."""
    return Router(tree)


def first_failed(node: Node, labels: Mapping[str, str]) -> Matcher | None:
    """The first matcher of a route that these labels do not match; None where they match all."""
    return next((one for one in node.route.matchers if not is_matched(one, labels.get(one.label, ""))), None)


def holds_back(rule: Inhibition, source: Mapping[str, str], target: Mapping[str, str]) -> bool:
    """Whether, while `source` fires, `target` is held back; labels that both lack are equal.

    An alert that is both source and target is not held back by another that is both.
    """
    if not (all_matched(rule.sources, source) and all_matched(rule.targets, target)):
        return False
    if any(source.get(label, "") != target.get(label, "") for label in rule.equal):
        return False
    return not (all_matched(rule.sources, target) and all_matched(rule.targets, source))


class Children:
    """The children of one route, found by the value of the label that most of them ask for by name."""

    def __init__(self, nodes: list[Node]) -> None:
        asked = [{label: values for label, values in map(_values, node.route.matchers) if values} for node in nodes]
        counted: dict[str, int] = {}
        for values in asked:
            for label in values:
                counted[label] = counted.get(label, 0) + 1
        self.label = max(counted, key=lambda label: (counted[label], label), default="")
        by_value: dict[str, list[int]] = {}
        rest: list[int] = []
        for number, values in enumerate(asked):
            for value in values.get(self.label, ()):
                by_value.setdefault(value, []).append(number)
            if self.label not in values:
                rest.append(number)
        self.rest = [nodes[number] for number in rest]
        self.by_value = {
            value: [nodes[number] for number in sorted({*numbers, *rest})] for value, numbers in by_value.items()
        }

    def of(self, labels: Mapping[str, str]) -> list[Node]:
        """Those that can match, in their order."""
        return self.by_value.get(labels.get(self.label, ""), self.rest)


def _values(matcher: Matcher) -> tuple[str, tuple[str, ...]]:
    """The label of a matcher and the only values that it takes; none where it does not list them."""
    if matcher.operator == "=":
        return matcher.label, (matcher.value,)
    if matcher.operator == "=~" and _LISTED.fullmatch(matcher.value):
        return matcher.label, tuple(matcher.value.split("|"))
    return matcher.label, ()


def shortest_of(name: str, settings: list[Settings]) -> Timing | None:
    """The shortest of a timing at these routes; None where there are none, or one is not known."""
    known = [each.timings[name] for each in settings if name in each.timings]
    return min(known, key=lambda timing: timing.value) if known and len(known) == len(settings) else None


def _settled(node: Node, above: Settings | None, is_laid_over: bool) -> Settings:
    route = node.route
    timings = {} if above is None else dict(above.timings)
    for name in TIMINGS:
        own = getattr(route, name)
        if own is not None:
            timings[name] = Timing(own, node.fact)
        elif above is None and not is_laid_over:
            default = by_default(_PROGRAM, name, node.fact)
            assert default is not None
            timings[name] = Timing(default.value, default)
    named_by = node if route.receiver or above is None else above.named_by
    grouped_by = node if route.group_by is not None else above.grouped_by if above else None
    by = (grouped_by.route.group_by or ()) if grouped_by else ()
    return Settings(named_by.route.receiver, named_by, by, grouped_by, timings, is_laid_over)
