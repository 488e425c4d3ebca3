"""Objects defined more than once, and subsets as versions."""

from itertools import permutations

from accord.boundaries.join.in_views import InViews
from accord.boundaries.join.variants import separate
from accord.boundaries.platforms.subsets import versions_of_subsets
from accord.check import joined
from accord.model.fact import Fact
from accord.sources._claims import read_text

VIRTUAL_SERVICE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http: [{timeout: %s, route: [{destination: {host: reviews, subset: v1}}]}]
"""
DESTINATION_RULE = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: %s}
spec: {host: reviews, subsets: [{name: v1, labels: {%s}}]}
"""


def read(text: str, file: str, root: str = ".", scope=()) -> list[Fact]:
    return [fact for fact in read_text(text, root, file, scope) if isinstance(fact, Fact)]


def scopes(facts: list[Fact], term: str = "timeout.request") -> list[dict[str, tuple[str, ...]]]:
    return [dict(fact.scope) for fact in separate(facts) if fact.term == term]


def test_an_object_defined_once_is_no_alternative():
    assert scopes(read(VIRTUAL_SERVICE % "1s", "a.yaml")) == [{"subset": ("v1",)}]


def test_the_same_object_in_two_files_has_two_variants():
    found = scopes(read(VIRTUAL_SERVICE % "1s", "a.yaml") + read(VIRTUAL_SERVICE % "2s", "b/a.yaml"))
    assert [scope["variant:VirtualService/reviews"] for scope in found] == [("a.yaml",), ("b/a.yaml",)]


def test_the_same_object_twice_in_a_file_is_told_apart_by_its_line():
    found = scopes(read(f"{VIRTUAL_SERVICE % '1s'}---{VIRTUAL_SERVICE % '2s'}", "a.yaml"))
    assert [scope["variant:VirtualService/reviews"] for scope in found] == [("a.yaml:2",), ("a.yaml:9",)]


def test_two_roots_are_told_apart():
    found = scopes(read(VIRTUAL_SERVICE % "1s", "a.yaml", "one") + read(VIRTUAL_SERVICE % "2s", "a.yaml", "two"))
    assert [scope["variant:VirtualService/reviews"] for scope in found] == [("one/a.yaml",), ("two/a.yaml",)]


def test_environments_are_no_alternatives():
    staging, production = (("env", ("staging",)),), (("env", ("production",)),)
    facts = read(VIRTUAL_SERVICE % "1s", "a.yaml", scope=staging) + read(
        VIRTUAL_SERVICE % "2s", "b.yaml", scope=production
    )
    assert [set(scope) for scope in scopes(facts)] == [{"env", "subset"}] * 2


def test_another_namespace_is_another_object():
    other = (VIRTUAL_SERVICE % "2s").replace("name: reviews", "name: reviews, namespace: other")
    assert not any(
        "variant" in name
        for scope in scopes(read(VIRTUAL_SERVICE % "1s", "a.yaml") + read(other, "b.yaml"))
        for name in scope
    )


def test_alternatives_never_hold_together_whatever_their_order():
    parts = [read(VIRTUAL_SERVICE % limit, f"{limit}.yaml") for limit in ("1s", "2s", "3s")]
    key = ("page", "kubernetes:/reviews", "get")
    expected = None
    for order in permutations(parts):
        system, problems = joined([fact for part in order for fact in part])
        assert not problems
        views, _ = InViews(system, ("", "kubernetes:/reviews", "any")).of(("timeout",))
        held = {fact.text for view in views for fact in system.assumed(key, view).all("timeout.request")}
        assert held == {"1s", "2s", "3s", "no timeout"}
        assert all(len(system.assumed(key, view).all("timeout.request")) == 1 for view in views)
        names = [dict(view) for view in views]
        assert expected is None or sorted(map(str, names)) == expected
        expected = sorted(map(str, names))


def test_a_subset_is_a_version_where_a_rule_says_so():
    limit = read(VIRTUAL_SERVICE % "1s", "a.yaml")
    rule = read(DESTINATION_RULE % ("reviews", "version: one"), "b.yaml")
    found = [fact.scope for fact in versions_of_subsets(limit + rule) if fact.term == "timeout.request"]
    assert ("version:kubernetes:/reviews", ("one",)) in found[0]


def test_a_subset_stays_open_where_no_rule_names_its_version_or_two_disagree():
    limit = read(VIRTUAL_SERVICE % "1s", "a.yaml")
    for rules in (
        [],
        read(DESTINATION_RULE % ("reviews", "zone: east"), "b.yaml"),
        read(DESTINATION_RULE % ("a", "version: one"), "b.yaml")
        + read(DESTINATION_RULE % ("b", "version: two"), "c.yaml"),
    ):
        found = [dict(fact.scope) for fact in versions_of_subsets(limit + rules) if fact.term == "timeout.request"]
        assert [set(scope) for scope in found] == [{"variant:VirtualService/reviews"}]
