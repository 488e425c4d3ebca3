"""The courses under open labels are those of Alertmanager: every set of values takes exactly one, and ends where it says."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from accord.boundaries.signals.alerting import Tree
from accord.boundaries.signals.courses import courses, looked_at
from accord.boundaries.signals.open_labels import Labels, Open
from accord.boundaries.signals.routing import Router
from accord.boundaries.signals.unreachable import unreached
from accord.model.alerting import Matcher, Route
from accord.model.fact import PARTY, Fact, Layer, Stance
from accord.model.place import Place
from accord.monitor.routing import ends as ends_for_the_monitor

PARTY_OF_TREE = "alertmanager:am.yml"
VALUES = ("", "a", "b", "ab", "c")
PATTERNS = ("a", "a|b", "(a|c)", "a.*", ".+", ".*", "b?", "[ab]+", "")
NAMES = ("team", "severity")


def tree_of(routes: dict[str, Route]) -> Tree:
    facts = {
        path: Fact(PARTY_OF_TREE, Stance.PROMISES, "", PARTY_OF_TREE, PARTY, path, route, "", Place("", "am.yml", line, 1), Layer.PLATFORM)
        for line, (path, route) in enumerate(routes.items(), start=1)
    }  # fmt: skip
    return Tree(PARTY_OF_TREE, facts)


def random_tree(random: Random) -> Tree:
    routes: dict[str, Route] = {}

    def grow(path: str, depth: int) -> None:
        children = random.randint(0, 3) if depth < 3 else 0
        matchers = tuple(random_matcher(random) for _ in range(random.randint(0, 2) if path != "route.r" else 0))
        routes[path] = Route("x", matchers, random.random() < 0.4, children)
        for number in range(children):
            grow(f"{path}.{number}", depth + 1)

    grow("route.r", 0)
    return tree_of(routes)


def random_matcher(random: Random) -> Matcher:
    operator = random.choice(("=", "!=", "=~", "!~"))
    return Matcher(random.choice(NAMES), operator, random.choice(PATTERNS if "~" in operator else VALUES))


@pytest.mark.parametrize("seed", range(300))
def test_every_set_of_values_takes_one_course(seed: int) -> None:
    tree = random_tree(random := Random(seed))
    router, labels = Router(tree), random.choice(({}, {"severity": "a"}))
    opened: Labels = {**dict.fromkeys(NAMES, Open()), **labels}
    taken = courses(tree, opened)
    reached = set()
    for values in product(VALUES, repeat=2):
        known = {**dict(zip(NAMES, values, strict=True)), **labels}
        fitting = [
            course for course in taken if all(value.allows(known[name]) for name, value in course.supposed.items())
        ]
        ends = [node.path for node in router.ends(known)]
        assert [[node.path for node in course.ends] for course in fitting] == [ends], known
        assert ends_for_the_monitor(tree.said, known) == ends
        looked = {node.path: node.fact for node in looked_at(tree, dict(known))}
        assert ends_for_the_monitor(looked, known) == ends
        reached.update(*(node.path.split(".") and _ways(node.path) for node in router.ends(known)))
    assert not reached & {found.node.path for found in unreached(tree)}


def _ways(path: str) -> list[str]:
    parts = path.split(".")
    return [".".join(parts[:length]) for length in range(2, len(parts) + 1)]


def test_more_courses_than_can_be_told_are_none() -> None:
    many = {f"route.r.{number}": Route("x", (Matcher(f"l{number}", "=", "a"),), continues=True) for number in range(12)}
    tree = tree_of({"route.r": Route("x", children=12), **many})
    assert courses(tree, {f"l{number}": Open() for number in range(12)}) == ()
    assert len(courses(tree, {"l1": Open()})) == 2


def test_an_open_value_has_an_example_that_it_allows() -> None:
    never = (Matcher("team", "=~", ".*"),)
    assert Open().example == ""
    assert Open(never=(Matcher("team", "=", ""),)).example == "other"
    assert Open(among=("a", "b"), never=(Matcher("team", "=", "a"),)).example == "b"
    assert Open(never=never).example is None
