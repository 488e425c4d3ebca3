"""What is decided once for facts that share their names and scopes comes out the same where each fact has its own."""

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from accord.boundaries.join.facts import Facts
from accord.boundaries.join.system import System
from accord.boundaries.join.workloads import carried
from accord.boundaries.names.spelling import Name, spell, spelled_out
from accord.boundaries.names.who import link
from accord.boundaries.platforms.settings import reached
from accord.check import joined
from accord.model.fact import ANY, PARTY, Fact, Layer, Scope, Stance
from accord.model.place import Place
from accord.model.problem import Refused
from accord.sources._claims import read_text
from counted import calls

SERVICE = "{apiVersion: v1, kind: Service, metadata: {name: %s, namespace: shop}, spec: {selector: {app: %s}}}\n---\n"
WORKLOAD = """
apiVersion: apps/v1
kind: %s
metadata: {name: %s, namespace: shop}
spec:
  replicas: 2
  template:
    metadata: {labels: {app: %s, version: %s}}
    spec:
      terminationGracePeriodSeconds: 20
      containers: [{name: a, image: a, env: [{name: TO, value: "%s:80"}], readinessProbe: {httpGet: {path: /, port: 80}}}]
---
"""
SCALER = "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: s, namespace: shop}, spec: {scaleTargetRef: {kind: Deployment, name: %s}, minReplicas: 1, maxReplicas: 4}}\n---\n"  # fmt: skip
BUDGET = "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: b, namespace: shop}, spec: {minAvailable: 2, selector: {matchLabels: {app: %s}}}}\n---\n"  # fmt: skip
ROUTE = "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: r, namespace: shop}, spec: {hosts: [%s], http: [{route: [{destination: {host: %s, subset: v1}}], timeout: 2s}]}}\n---\n"  # fmt: skip
CONTRACT = "party: %s.team\nowner: kubernetes:shop/%s\nnames: {kubernetes: shop/%s}\npromises: {charge: {latency: {max: 5s}}}\n---\n"
ONLY = "party: %s\nonly: {env: [%s]}\nnames: {kubernetes: shop/%s}\n---\n"
NAMES = st.sampled_from(["pay", "cart", "web"])
VERSIONS = st.sampled_from(["v1", "v2"])
MANIFEST = st.one_of(
    st.builds(lambda name, app: SERVICE % (name, app), NAMES, NAMES),
    st.builds(
        lambda kind, *names: WORKLOAD % (kind, *names),
        st.sampled_from(["Deployment", "StatefulSet"]),
        NAMES,
        NAMES,
        VERSIONS,
        NAMES,
    ),
    st.builds(SCALER.__mod__, NAMES),
    st.builds(BUDGET.__mod__, NAMES),
    st.builds(lambda host, to: ROUTE % (host, to), NAMES, NAMES),
)
ALIAS = st.one_of(
    st.builds(lambda name: CONTRACT % (name, name, name), NAMES),
    st.builds(lambda party, env, name: ONLY % (party, env, name), NAMES, st.sampled_from(["prod", "test"]), NAMES),
)

CHANGES = st.lists(
    st.tuples(
        st.integers(0, 99),
        st.sampled_from(["says", "consumer", "provider"]),
        st.sampled_from([f"kubernetes:shop/{name}" for name in ("pay", "cart", "web")]),
    ),
    max_size=8,
)


def facts_of(manifests: Iterable[str], contracts: Iterable[str] = (), root: str = "root") -> list[Fact]:
    files = {"all.yaml": "".join(manifests), "accord.yaml": "".join(contracts)}
    found = chain.from_iterable(read_text(text, root, file) for file, text in files.items() if text)
    return [fact for fact in found if isinstance(fact, Fact)]


def own(text: str) -> str:
    """The same text as an object of its own."""
    return "".join(list(text))


def own_scope(scope: Scope) -> Scope:
    return tuple([(own(name), tuple([own(value) for value in values])) for name, values in scope])


def unshared(facts: Iterable[Fact]) -> list[Fact]:
    """The same facts, of which no two share a name or a scope that is not empty."""
    return [
        replace(
            fact,
            says=own(fact.says),
            consumer=own(fact.consumer),
            provider=own(fact.provider),
            scope=own_scope(fact.scope),
        )
        for fact in facts
    ]


def worked_on(facts: Iterable[Fact]) -> tuple[Facts, tuple[Fact, ...]]:
    stated = Facts(facts)
    told = carried(reached(stated), stated)
    return told, link(told, stated).facts


def changed(facts: list[Fact], changes: Iterable[tuple[int, str, str]]) -> list[Fact]:
    """The facts, of which some speak of others than those around them."""
    found = list(facts)
    for spot, side, name in changes if facts else ():
        found[spot % len(facts)] = replace(found[spot % len(facts)], **{side: name})
    return found


@settings(max_examples=150, deadline=None)
@given(st.lists(MANIFEST, max_size=7), st.lists(ALIAS, max_size=3), CHANGES)
def test_facts_that_share_nothing_come_out_as_those_that_share(
    manifests: list[str], contracts: list[str], changes: list[tuple[int, str, str]]
):
    facts = changed(facts_of(manifests, contracts), changes)
    assert [list(step) for step in worked_on(unshared(facts))] == [list(step) for step in worked_on(facts)]
    assert joined(unshared(facts))[0].facts == joined(facts)[0].facts


@settings(max_examples=150, deadline=None)
@given(st.lists(MANIFEST, max_size=7), st.lists(ALIAS, max_size=3), CHANGES)
def test_facts_are_linked_as_each_of_them_alone(
    manifests: list[str], contracts: list[str], changes: list[tuple[int, str, str]]
):
    stated = Facts(changed(facts_of(manifests, contracts), changes))
    told = carried(reached(stated), stated)
    alone = chain.from_iterable(link((fact,), stated).facts for fact in told)
    assert list(link(told, stated).facts) == list(alone)


def test_what_lies_under_two_roots_is_carried_as_under_each():
    alone = [WORKLOAD % ("Deployment", "pay", "pay", "v1", "cart")]
    service = [fact for fact in read_text(SERVICE % ("web", "pay"), "one", "service.yaml") if isinstance(fact, Fact)]
    roots = {"one": [*service, *facts_of(alone, root="one")], "two": facts_of(alone, root="two")}
    shared: dict[object, Any] = {}
    for facts in roots.values():
        for name in ("scope", "provider", "says", "consumer"):
            facts[:] = [replace(fact, **{name: shared.setdefault((known := getattr(fact, name)), known)}) for fact in facts]  # fmt: skip
    for order in (("one", "two"), ("two", "one")):
        both = carried(reached(Facts(chain.from_iterable(roots[root] for root in order))))
        for root in order:
            expected = sorted(map(repr, carried(reached(Facts(roots[root])))))
            assert sorted(repr(fact) for fact in both if fact.place.root == root) == expected


def test_of_two_workloads_of_the_name_of_their_service_each_speaks_for_its_own_version():
    kinds = (("Deployment", "v1"), ("StatefulSet", "v2"))
    facts = facts_of([SERVICE % ("pay", "pay"), *(WORKLOAD % (kind, "pay", "pay", of, "cart") for kind, of in kinds)])
    counts = [dict(fact.scope) for fact in carried(facts) if fact.term == "replicas"]
    assert [scope["version:kubernetes:shop/pay"] for scope in counts] == [("v1",), ("v2",)]


def test_a_workload_named_as_a_service_that_selects_two_others_calls_for_itself():
    selected = [
        WORKLOAD % ("Deployment", name, "pay", version, name) for name, version in (("one", "v1"), ("two", "v2"))
    ]
    services = [SERVICE % ("web", "pay"), SERVICE % ("cart", "cart")]
    facts = facts_of([*services, *selected, WORKLOAD % ("Deployment", "web", "other", "v3", "cart")])
    [call] = [fact for fact in carried(reached(facts)) if fact.consumer]
    assert (call.consumer, call.provider) == ("kubernetes:shop/web", "kubernetes:shop/cart")
    assert dict(call.scope)["workload:kubernetes:shop/web"] == ("Deployment/shop/web",)


def test_a_call_that_a_workload_makes_of_itself_is_none():
    facts = facts_of([SERVICE % ("pay", "pay"), WORKLOAD % ("Deployment", "pay", "pay", "v1", "cart")])
    [call] = [fact for fact in reached(facts_of([SERVICE % ("cart", "cart")]) + facts) if fact.term == "mentioned"]
    own_call = replace(call, provider=call.consumer)
    assert [fact for fact in carried([*facts, call, own_call]) if fact.term == "mentioned"] == [call]


@given(st.lists(st.booleans(), max_size=12), st.data())
def test_facts_are_replaced_where_they_stand(changes: list[bool], data: st.DataObject):
    facts = Facts(said_of(f"p{number}") for number in range(len(changes)))
    others = {
        spot: [said_of(f"q{number}") for number in range(data.draw(st.integers(0, 3)))]
        for spot, is_changed in enumerate(changes)
        if is_changed
    }
    plain = [each for spot, fact in enumerate(facts) for each in others.get(spot, [fact])]
    replaced = facts.with_each(others)
    assert list(replaced) == plain
    assert replaced.column == [fact.term for fact in plain]


def said_of(provider: str, scope: Scope = (), operation: str = ANY) -> Fact:
    place = Place("root", "all.yaml", 1, 1)
    return Fact(
        provider, Stance.PROMISES, "", provider, operation, "latency.max", 5, "5ns", place, Layer.SIDECAR, scope
    )


def test_linking_many_facts_of_one_object_asks_once():
    contracts = "".join(ONLY % (f"pay-{number}", "prod", f"pay-{number}") for number in range(50))
    scopes = [own_scope((("env", ("prod",)),)) for _ in range(50)]
    many = [said_of(f"kubernetes:shop/pay-{number}", scopes[number]) for number in range(50)]
    facts = [fact for fact in many for _ in range(100)]
    said = [*facts_of([], [contracts]), *facts]
    assert {fact.provider for fact in link(facts, said).facts} == {f"pay-{number}" for number in range(50)}
    shared, each = calls(lambda: link(facts, said)), calls(lambda: link(unshared(facts), said))
    assert shared < 3 * len(facts) < each


def test_what_is_said_of_pods_already_is_passed_on_as_it_is():
    facts = facts_of(
        chain.from_iterable(
            (SERVICE % (f"p{number}", f"p{number}"), WORKLOAD % ("Deployment", f"p{number}", f"p{number}", "v1", "x"))
            for number in range(20)
        )
    )
    read = Facts(facts)
    assert carried(read)[: len(read)] == tuple(read)
    [fact] = [fact for fact in read if fact.term == "grace"][:1]
    longer = Facts([*read, *[replace(fact, operation=PARTY) for _ in range(5_000)]])
    assert calls(lambda: carried(Facts(longer))) - calls(lambda: carried(Facts(read))) < 500


def answer(read: Callable[[str], Name], text: str) -> Name | str:
    try:
        return read(text)
    except Refused as refusal:
        return str(refusal)


@given(st.from_regex(r"(kubernetes|backstage:[a-z]+):[a-z0-9-]{1,64}/[a-z0-9-]{1,64}", fullmatch=True))
@example(f"backstage:{'a' * 2_048}:shop/payments")
def test_a_name_that_is_read_as_it_is_spelled_is_spelled_so(text: str):
    assert answer(spell, text) == answer(spelled_out, text)


@given(st.from_regex(r"kubernetes:[^/:|]{1,9}/[^/:|]{1,9}:[^/|]{0,9}", fullmatch=True))
def test_the_part_of_an_object_has_no_link_for_it_is_refused_as_a_name(text: str):
    with pytest.raises(Refused):
        spell(text)
    assert not link((said_of(text),)).links


def test_a_layer_that_a_plugin_gives_as_a_word_is_that_layer():
    text = "party: p\npromises: {x: {latency: {max: 1s}}}\n"
    [stated] = [item for item in read_text(text, ".", "accord.yaml") if isinstance(item, Fact)]
    said: list[Fact] = [replace(stated, layer=layer) for layer in ("gateway", "code")]  # type: ignore[arg-type]
    assert [fact.layer for fact in System(said).promised("p", "x").all("latency.max")] == [Layer.CODE, Layer.GATEWAY]
