"""Who is who: 200 labelled pairs, and what linking does to facts."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.boundaries.names.who import Sameness, link, same
from accord.model.contract_values import Needs, Rung, WorkStep
from accord.model.fact import Fact, Layer, Stance
from accord.model.place import Place
from accord.model.problem import Refused
from accord.sources._claims import read_text
from counted import calls

GROUPS: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("same_pairs.yaml").read_text(encoding="utf-8"))
PAIRS = [(group, *pair) for group in GROUPS for pair in group["pairs"]]


def facts_of(files: dict[str, str]) -> list[Fact]:
    read = [found for file, text in files.items() for found in read_text(text, ".", file)]
    assert all(isinstance(found, Fact) for found in read), read
    return [found for found in read if isinstance(found, Fact)]


@pytest.mark.parametrize(
    ("group", "verdict", "one", "other", "why"), PAIRS, ids=[f"{pair[2]}={pair[3]}" for pair in PAIRS]
)
def test_labelled_pair(group: dict[str, Any], verdict: str, one: str, other: str, why: str) -> None:
    facts = facts_of(group.get("files", {}))
    answer = same(one, other, facts)
    assert answer.verdict == verdict, (why, answer)
    assert same(other, one, facts).verdict == answer.verdict
    assert answer.because
    assert bool(answer.would_decide) == (answer.verdict is Sameness.UNKNOWABLE)


def test_there_are_200_pairs_and_no_pair_twice():
    asked = [frozenset((pair[2], pair[3], str(pair[0].get("files")))) for pair in PAIRS]
    assert len(PAIRS) >= 200
    assert len(set(asked)) == len(asked)


LINKABLE = [
    pair
    for pair in PAIRS
    if all((":" in name and "//" not in name) or name.isalpha() for name in pair[2:4]) and pair[2] != pair[3]
]


@pytest.mark.parametrize(("group", "verdict", "one", "other", "why"), LINKABLE)
def test_linking_never_merges_what_is_not_the_same(
    group: dict[str, Any], verdict: str, one: str, other: str, why: str
) -> None:
    facts = facts_of(group.get("files", {}))
    providers = [fact.provider for fact in link((*facts, said_of(one), said_of(other))).facts[-2:]]
    assert providers[0] != providers[1] or verdict == "same"


def said_of(provider: str, term: str = "latency.max", value: object = 5, **more: Any) -> Fact:
    place = Place(".", "mesh.yaml", 1, 1)
    return Fact(provider, Stance.PROMISES, "", provider, "any", term, value, "5ns", place, Layer.SIDECAR, **more)


PAYMENTS = facts_of(
    {
        "payments/accord.yaml": "party: payments\nnames: {kubernetes: default/payments, otel: payments}\npromises: {charge: {latency: {max: 5s}}}\n"
        "---\nparty: payments\nonly: {env: staging}\nnames: {otel: staging-payments}\n"
    }
)


def linked_alone(*facts: Fact) -> list[Fact]:
    return list(link((*PAYMENTS, *facts)).facts[len(PAYMENTS) :])


def test_every_side_is_renamed_and_the_rest_is_kept():
    fact = msgspec.structs.replace(said_of("otel:payments"), consumer="dns:payments.default.svc")
    assert linked_alone(fact) == [
        msgspec.structs.replace(fact, says="payments", consumer="payments", provider="payments")
    ]


def test_a_fact_that_does_not_change_is_the_very_same_fact():
    fact = said_of("otel:checkout", "needs", Needs((("ledger/book",),)))
    assert linked_alone(fact)[0] is fact
    assert all(after is before for after, before in zip(link(PAYMENTS).facts, PAYMENTS, strict=True))


@pytest.mark.parametrize(
    ("term", "value", "renamed"),
    [
        (
            "needs",
            Needs((("kubernetes:/payments/charge", "otel:payments"), ("otel:x",))),
            Needs((("payments/charge", "payments"), ("otel:x",))),
        ),
        ("recover.by", ("otel:payments",), ("payments",)),
        (
            "escalates",
            (Rung(5, None, "otel:payments", PAYMENTS[0].place),),
            (Rung(5, None, "payments", PAYMENTS[0].place),),
        ),
        (
            "steps",
            (WorkStep("restart", "otel:payments", ("kubernetes:/payments",), None, None, PAYMENTS[0].place),),
            (WorkStep("restart", "payments", ("payments",), None, None, PAYMENTS[0].place),),
        ),
        ("fallback", "otel:payments/cached", "payments/cached"),
        ("owner", "otel:payments", "payments"),
        ("source", "otel:payments", "otel:payments"),
    ],
)
def test_references_in_values_are_renamed(term: str, value: object, renamed: object):
    assert linked_alone(said_of("otel:checkout", term, value))[0].value == renamed


def test_versions_in_scopes_are_renamed():
    fact = said_of("otel:checkout", scope=(("env", ("prod",)), ("version:otel:payments", ("v1",))))
    assert linked_alone(fact)[0].scope == (("env", ("prod",)), ("version:payments", ("v1",)))


def test_an_alias_under_a_condition_narrows_what_it_renames():
    assert linked_alone(said_of("otel:staging-payments"))[0].scope == (("env", ("staging",)),)
    assert linked_alone(said_of("otel:staging-payments"))[0].provider == "payments"
    in_prod = said_of("otel:staging-payments", scope=(("env", ("prod",)),))
    assert linked_alone(in_prod) == [in_prod]


def test_a_link_keeps_its_reason_and_its_places():
    links = {
        known.name: known
        for known in link((*PAYMENTS, said_of("kubernetes:/payments"), said_of("dns:payments.default.svc"))).links
    }
    assert links["kubernetes:/payments"].because == (
        "payments says names.kubernetes: default/payments; a manifest without a namespace is applied to `default` unless told otherwise"
    )
    assert [str(place) for place in links["kubernetes:/payments"].places] == ["payments/accord.yaml:2:21"]
    assert links["dns:payments.default.svc"].party == "payments"


def test_an_address_is_spelled_one_way_even_where_nobody_claims_it():
    found = link(
        (
            said_of("dns:ratings.shop.svc.cluster.local"),
            said_of("dns:API.example.com."),
            said_of("dns:db.example.com:5432"),
        )
    )
    assert [fact.provider for fact in found.facts] == [
        "kubernetes:shop/ratings",
        "dns:api.example.com",
        "dns:db.example.com:5432",
    ]


def test_one_alias_of_two_parties_is_a_problem_that_names_both_places_and_links_nothing():
    facts = facts_of(
        {
            "a/accord.yaml": "party: a\nnames: {kubernetes: ratings}\n",
            "b/accord.yaml": "party: b\nnames: {kubernetes: default/ratings}\n",
        }
    )
    found = link((*facts, said_of("kubernetes:/ratings")))
    assert [(str(problem.place), problem.reason) for problem in found.problems] == [
        (
            "b/accord.yaml:2:21",
            "kubernetes:/ratings is claimed here by b and at a/accord.yaml:2 by a; a name stands for one party, so it is linked to neither",
        )
    ]
    assert found.facts[-1].provider == "kubernetes:/ratings"


def test_an_alias_that_is_no_name_is_a_problem_with_its_place():
    facts = facts_of({"a/accord.yaml": "party: a\nnames: {kubernetes: a/b/c/d, otel: a}\n"})
    found = link((*facts, said_of("otel:a")))
    assert [(str(problem.place), problem.reason) for problem in found.problems] == [
        (
            "a/accord.yaml:2:21",
            "names.kubernetes: expected name, namespace/name or cluster/namespace/name, read 'a/b/c/d'",
        )
    ]
    assert found.facts[-1].provider == "a"


def test_two_parties_may_share_a_name_in_two_environments():
    text = "party: {0}\nonly: {{env: {1}}}\nnames: {{otel: pay}}\n"
    facts = facts_of({"a/accord.yaml": text.format("a", "prod"), "b/accord.yaml": text.format("b", "staging")})
    found = link((*facts, said_of("otel:pay"), said_of("otel:pay", scope=(("env", ("staging",)),))))
    assert not found.problems
    assert [(fact.provider, fact.scope) for fact in found.facts[-3:]] == [
        ("a", (("env", ("prod",)),)),
        ("b", (("env", ("staging",)),)),
        ("b", (("env", ("staging",)),)),
    ]


ALL_FACTS = [fact for group in GROUPS for fact in facts_of(group.get("files", {}))]


@given(st.permutations(ALL_FACTS))
@settings(max_examples=20)
def test_the_order_of_facts_never_matters(facts: list[Fact]):
    found, expected = link(facts), link(ALL_FACTS)
    assert sorted(map(repr, found.facts)) == sorted(map(repr, expected.facts))
    assert {(known.name, known.party, known.scope) for known in found.links} == {
        (known.name, known.party, known.scope) for known in expected.links
    }
    assert {problem.place for problem in found.problems} == {problem.place for problem in expected.problems}


@given(st.text(max_size=40) | st.from_regex(r"[a-z.:/@*\[\]0-9|%-]{1,30}", fullmatch=True), st.text(max_size=12))
def test_any_text_is_a_name_or_is_refused(text: str, other: str):
    for asked in (text, f"dns:{text}", f"kubernetes:{text}", f"http://{text}", f"arn:{text}"):
        with suppress(Refused):
            assert same(asked, asked, ()).verdict is not Sameness.DIFFERENT
            assert same(asked, other, ()).because
    assert link((said_of(f"dns:{text}"), said_of(f"kubernetes:{text}"), said_of(text or "a"))).facts


def test_boundaries_without_aliases_are_linked_by_a_few_calls_for_all_of_them():
    facts = [
        msgspec.structs.replace(
            said_of(f"payments{number // 4}"), consumer=f"caller{number // 4}", stance=Stance.ASSUMES
        )
        for number in range(40_000)
    ]
    assert link(facts).facts == tuple(facts)
    assert calls(lambda: link(facts)) < 5 * len(facts)


SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {{name: {0}}}\nspec: {{selector: {{{1}}}}}\n---\n"
DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {0}}}\nspec: {{template: {{metadata: {{labels: {{{1}}}}}}}}}\n---\n"


def parties_in(alias: str, manifests: str) -> dict[str, tuple[str, object]]:
    facts = facts_of({"a/accord.yaml": f"party: reviews\nnames: {{kubernetes: {alias}}}\n", "k/all.yaml": manifests})
    return {known.name: (known.party, known.scope) for known in link(facts).links}


def test_a_claim_on_a_service_reaches_its_workload():
    only = parties_in(
        "reviews", SERVICE.format("reviews", "app: reviews") + DEPLOYMENT.format("backend", "app: reviews")
    )
    assert only == {"kubernetes:/reviews": ("reviews", ()), "kubernetes:/backend": ("reviews", ())}


def test_a_claim_on_the_one_workload_reaches_its_service():
    only = parties_in(
        "default/reviews-v1",
        SERVICE.format("reviews", "app: reviews") + DEPLOYMENT.format("reviews-v1", "app: reviews"),
    )
    assert only == {"kubernetes:/reviews-v1": ("reviews", ()), "kubernetes:/reviews": ("reviews", ())}


def test_one_of_several_workloads_speaks_for_its_version_alone():
    two = [DEPLOYMENT.format(f"reviews-{version}", f"app: reviews, version: {version}") for version in ("v1", "v2")]
    manifests = SERVICE.format("reviews", "app: reviews") + "".join(two)
    assert parties_in("reviews", manifests) == {
        "kubernetes:/reviews": ("reviews", ()),
        "kubernetes:/reviews-v1": ("reviews", (("version:reviews", ("v1",)),)),
        "kubernetes:/reviews-v2": ("reviews", (("version:reviews", ("v2",)),)),
    }
    assert parties_in("reviews-v1", manifests) == {"kubernetes:/reviews-v1": ("reviews", ())}


def test_a_service_for_one_version_speaks_for_that_version_alone():
    services = SERVICE.format("reviews", "app: reviews") + SERVICE.format("reviews-v1", "app: reviews, version: v1")
    assert parties_in("reviews", services + DEPLOYMENT.format("reviews-v1", "app: reviews, version: v1")) == {
        "kubernetes:/reviews": ("reviews", ()),
        "kubernetes:/reviews-v1": ("reviews", (("version:reviews", ("v1",)),)),
    }


def test_a_service_for_some_pods_that_have_no_version_is_not_linked():
    services = SERVICE.format("reviews", "app: reviews") + SERVICE.format(
        "reviews-canary", "app: reviews, track: canary"
    )
    assert parties_in("reviews", services + DEPLOYMENT.format("reviews-canary", "app: reviews, track: canary")) == {
        "kubernetes:/reviews": ("reviews", ())
    }


def test_what_was_worked_on_since_is_linked_by_what_was_read():
    facts = facts_of(
        {
            "a/accord.yaml": "party: reviews\nnames: {kubernetes: reviews-v1}\n",
            "k/all.yaml": SERVICE.format("reviews", "app: reviews") + DEPLOYMENT.format("reviews-v1", "app: reviews"),
        }
    )
    service = [fact for fact in facts if fact.provider == "kubernetes:/reviews"]
    assert {fact.provider for fact in link(service).facts} == {"kubernetes:/reviews"}
    assert {fact.provider for fact in link(service, facts).facts} == {"reviews"}


def test_routes_keep_their_subsets():
    assert linked_alone(said_of("otel:checkout", "routes", ("kubernetes:/payments:v1", "kubernetes:/payments")))[
        0
    ].value == ("payments:v1", "payments")
