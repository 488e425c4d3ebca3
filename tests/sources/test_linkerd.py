"""What the Linkerd source reads from profiles and annotations, and what it says of the real routes of emojivoto."""

from fractions import Fraction
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.check import check
from accord.files.read import read as read_files
from accord.model.fact import Fact, Layer, Stance
from accord.model.finding import Finding
from accord.model.nothing import NONE
from accord.model.problem import Problem
from accord.sources._claims import read_text
from beside import CORPUS, needs

FILES = CORPUS / "emojivoto-linkerd"
FAILURES = ("5xx", "UNKNOWN", "DEADLINE_EXCEEDED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS")
here = needs(FILES)


def read(text: str, file: str = "mesh.yaml") -> tuple[list[Fact], list[Problem]]:
    found = list(read_text(dedent(text), ".", file))
    return [fact for fact in found if isinstance(fact, Fact)], [fact for fact in found if isinstance(fact, Problem)]


def profile(routes: str, name: str = "books.shop.svc.cluster.local", namespace: str = "shop") -> str:
    head = (
        f"apiVersion: linkerd.io/v1alpha2\nkind: ServiceProfile\nmetadata: {{name: {name}, namespace: {namespace}}}\n"
    )
    return f"{head}spec:\n  routes:\n{routes}"


def said(facts: list[Fact], about: str) -> dict[str, object]:
    return {fact.term: fact.value for fact in facts if fact.subject == about and fact.source == "linkerd"}


def test_a_route_has_an_address_a_limit_and_tries_without_a_number():
    routes = "  - {name: add, timeout: 300ms, isRetryable: true, condition: {method: POST, pathRegex: '/books/[^/]*/edit'}}\n"
    facts, problems = read(profile(routes))
    assert not problems
    assert said(facts, "kubernetes:shop/books/add") == {
        "at": ("POST /books/{x}/edit",),
        "platform": "linkerd",
        "attempts.policy": "route",
        "timeout.request": 300_000_000,
        "attempts": NONE,
    }
    tries = next(fact for fact in facts if fact.term == "attempts")
    assert (tries.consumer, tries.stance, tries.layer) == ("", Stance.ASSUMES, Layer.SIDECAR)
    assert (tries.place.line, tries.place.column) == (6, 46)


def test_a_budget_is_of_the_routes_that_are_repeated():
    routes = "  - {name: add, isRetryable: true, condition: {method: POST, pathRegex: /a}}\n  - {name: get, condition: {method: GET, pathRegex: /b}}\n"
    budget = "  retryBudget: {retryRatio: 0.2, minRetriesPerSecond: 10, ttl: 10s}\n"
    facts, problems = read(profile(routes) + budget)
    (share,) = [fact for fact in facts if fact.term == "retries.share"]
    assert (share.operation, share.value, share.text) == ("add", Fraction(1, 5), "20% of the calls, at least 10/s")
    assert not problems and share.place.line == 8
    _, problems = read(profile(routes) + budget.replace("0.2", "a fifth"))
    assert [problem.reason for problem in problems] == [
        "cannot read retryBudget.retryRatio: expected a share such as 0.2, read 'a fifth'"
    ]


def test_a_route_that_is_not_retryable_is_asked_once_whatever_an_annotation_says():
    more = "retry.linkerd.io/http: 5xx, retry.linkerd.io/limit: '3'"
    facts, _ = read(
        f"{SERVICE % more}---\n{profile('  - {name: r, condition: {method: GET, pathRegex: /a}}' + chr(10))}"
    )
    assert said(facts, "kubernetes:shop/books/r")["attempts"] == 1
    assert said(facts, "kubernetes:shop/books/any")["attempts"] == 4


@pytest.mark.parametrize(
    ("condition", "address"),
    [
        (r"{method: POST, pathRegex: '/shop\.v1\.Books/Add'}", ("rpc shop.v1.Books/Add",)),
        (r"{method: GET, pathRegex: '/users/\d+/[a-z0-9-]+'}", ("GET /users/{x}/{x}",)),
        (r"{method: GET, pathRegex: '/authors/[^/]*\.json'}", ("GET /authors/{x}.json",)),
        ("{method: GET, pathRegex: '/api/.*'}", ("GET /api/*",)),
        ("{method: get, pathRegex: '^/a$'}", ("GET /a",)),
        ("{all: [{method: PUT}, {pathRegex: /a}]}", ("PUT /a",)),
        ("{any: [{method: PUT, pathRegex: /a}, {method: DELETE, pathRegex: /b}]}", ("PUT /a", "DELETE /b")),
        ("{method: GET, pathRegex: '/(a|b)'}", ("GET *",)),
        ("{pathRegex: /a}", None),
        ("{not: {method: GET}}", None),
    ],
)
def test_a_condition_says_where_an_operation_lives_as_far_as_it_does(condition, address):
    facts, _ = read(profile(f"  - name: r\n    condition: {condition}\n"))
    assert said(facts, "kubernetes:shop/books/r").get("at") == address


def test_a_profile_in_another_namespace_is_for_the_callers_there():
    facts, _ = read(profile("  - {name: r, isRetryable: true}\n", namespace="other"))
    assert ("namespace", ("other",)) in next(fact for fact in facts if fact.term == "attempts").scope


SERVICE = """
apiVersion: v1
kind: Service
metadata:
  name: books
  namespace: shop
  annotations: {%s}
spec: {selector: {app: books}}
"""


def test_annotations_of_a_service_hold_for_all_of_it_beside_what_others_read_there():
    more = "retry.linkerd.io/http: '5xx,429', retry.linkerd.io/limit: '2', retry.linkerd.io/timeout: 400ms, timeout.linkerd.io/request: 2s"
    facts, problems = read(SERVICE % more)
    assert not problems
    assert said(facts, "kubernetes:shop/books/any") == {
        "platform": "linkerd",
        "mentioned": True,
        "retry_on": ("5xx", "429", "timeout"),
        "attempts": 3,
        "timeout.attempt": 400_000_000,
        "timeout.request": 2_000_000_000,
    }
    assert any(fact.term == "selects" for fact in facts)


def test_annotations_of_a_route_hold_for_what_it_takes():
    facts, problems = read(
        """
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: r, namespace: shop, annotations: {retry.linkerd.io/http: gateway-error}}
        spec:
          parentRefs: [{name: books, kind: Service, group: core, port: 80}]
          rules:
          - matches: [{method: GET, path: {type: Exact, value: /api/read}}]
          - matches: [{method: GET, path: {value: /api/all}}]
          - matches: [{path: {value: /}}]
          - matches: [{headers: [{name: x, value: y}]}]
        """
    )
    assert not problems
    tried = [
        (fact.operation, "requests:HTTPRoute/shop/r" in dict(fact.scope)) for fact in facts if fact.term == "retry_on"
    ]
    assert tried == [("GET /api/read", False), ("GET /api/all/*", False), ("any", False), ("any", True)]


@pytest.mark.parametrize(
    ("classes", "words"),
    [
        ("[{condition: {status: {min: 500, max: 599}}, isFailure: true}]", None),
        ("[{condition: {status: {min: 200, max: 299}}, isFailure: false}]", None),
        ("[{condition: {status: {min: 400, max: 599}}, isFailure: true}]", ("4xx", "5xx")),
        ("[{condition: {status: {min: 429}}, isFailure: true}]", ("429", "5xx")),
        ("[{condition: {status: {min: 503, max: 599}}}]", ("500", "501", "502")),
    ],
)
def test_a_route_may_say_which_answers_are_failures(classes, words):
    facts, problems = read(profile(f"  - {{name: r, isRetryable: true, responseClasses: {classes}}}\n"))
    assert not problems
    assert said(facts, "kubernetes:shop/books/r").get("retry_on") == (words and (*words, *FAILURES[1:]))


def test_a_service_that_is_repeated_is_asked_what_a_repeat_does_once():
    facts, _ = read(SERVICE % "retry.linkerd.io/http: 5xx, retry.linkerd.io/limit: '2'")
    asked = {(one.rule, one.verdict.value, one.subject) for one in check(facts).findings}
    assert asked == {("retries/unsafe-operation-repeated", "unanswered", "kubernetes:shop/books/any")}


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("retry.linkerd.io/http: '9xx'", "expected codes such as 5xx, 503 or 500-504, read '9xx'"),
        ("retry.linkerd.io/grpc: gone", "expected status names such as unavailable, read 'gone'"),
        ("timeout.linkerd.io/request: soon", "expected a duration such as 0.5s, 100ms or 1h, read 'soon'"),
    ],
)
def test_what_linkerd_would_not_take_is_refused(more, reason):
    _, problems = read(SERVICE % more)
    assert [problem.reason.partition(": ")[2] for problem in problems] == [reason]


@given(st.text(max_size=20), st.text(max_size=20))
def test_hostile_routes_raise_nothing(method, path):
    read(profile(f"  - name: r\n    condition: {{method: {method!r}, pathRegex: {path!r}}}\n    isRetryable: true\n"))


def test_a_number_of_tries_that_is_left_to_linkerd_counts_where_somebody_asked_for_repeats():
    contract = "party: books\nowner: t\nnames: {kubernetes: shop/books}\npromises: {add: {at: POST /books, idempotent: never}}\n"
    texts = (SERVICE % "retry.linkerd.io/http: 5xx", contract)
    facts = [fact for number, text in enumerate(texts) for fact in read(text, f"{number}.yaml")[0]]
    (found,) = [one for one in check(facts).findings if one.rule.startswith("retries/")]
    assert (found.rule, found.verdict.value) == ("retries/unsafe-operation-repeated", "conditional")
    assert (found.statements[0].fact.value, found.statements[0].fact.stance) == (2, Stance.DEFAULT)


# ---------------------------------------------------------------------- real routes

FEW_LINES = """
party: voting
names: {kubernetes: emojivoto/voting-svc}
promises:
  vote-poop:
    at: rpc emojivoto.v1.VotingService/VotePoop
    idempotent: never
    errors: {unavailable: {status: UNAVAILABLE, effect: unknown}}
---
party: web
names: {kubernetes: emojivoto/web-svc}
promises:
  vote: {at: GET /api/vote, needs: [voting/vote-poop]}
"""


def findings(contract: str = "") -> list[Finding]:
    facts = [*read_files([str(FILES)]).facts, *read(contract, "accord.yaml")[0]]
    return [one for one in check(facts).findings if one.rule.startswith(("retries/", "errors/"))]


@here
def test_each_vote_that_is_repeated_is_a_question_where_nobody_says_what_a_repeat_does():
    asked = [one for one in findings() if one.operation.startswith("Vote")]
    assert len(asked) == 100
    assert {(one.rule, one.verdict.value) for one in asked} == {("retries/unsafe-operation-repeated", "unanswered")}
    assert len({one.statements[0].fact.place.line for one in asked}) == 100
    assert not [one for one in findings() if one.operation.startswith("GET ")]


@here
def test_few_lines_make_it_a_mismatch_and_multiply_the_tries_of_both_calls():
    found = {
        (one.rule, one.verdict.value, one.subject) for one in findings(FEW_LINES) if one.provider in ("voting", "web")
    }
    about = "web -> voting/vote-poop"
    assert found >= {
        ("errors/repeated-though-maybe-executed", "mismatch", about),
        ("retries/two-layers-repeat-the-same", "conditional", about),
    }
    assert ("retries/unsafe-operation-repeated", "conditional", about) not in found
    again = next(one for one in findings(FEW_LINES) if one.rule.startswith("errors/"))
    assert again.statements[0].fact.stance is Stance.DEFAULT
    assert again.statements[0].fact.value == FAILURES
