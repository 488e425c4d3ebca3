"""What the OpenAPI source reads from a document, what ties it to a party, and that a document alone asks nothing."""

import json
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accord.check import check
from accord.model.contract_values import ErrorAnswer, Idempotence
from accord.model.fact import Fact, Stance
from accord.model.problem import Problem
from accord.model.subject import operation_of, provider_of
from accord.sources._claims import read_text

PAYMENTS = """
openapi: 3.0.3
info: {title: Payments, version: "1"}
servers: [{url: "https://api.pay.example.com/v1"}, {url: "https://{region}.pay.example.com/v1"}, {url: "http://localhost:8080/v1"}]
components:
  parameters:
    key: {name: Idempotency-Key, in: header, required: true, schema: {type: string}}
paths:
  /charges:
    parameters: [{$ref: "#/components/parameters/key"}]
    post:
      operationId: createCharge
      responses: {"201": {}, "402": {}, "5XX": {}, default: {}}
  /charges/{id}:
    get: {operationId: getCharge, responses: {"200": {}, "404": {}}}
    x-internal: true
  /refunds:
    post: {responses: {"200": {}}}
"""


def read(text: str, file: str = "api/pay.yaml") -> tuple[list[Fact], list[Problem]]:
    found = list(read_text(dedent(text), ".", file))
    return [fact for fact in found if isinstance(fact, Fact)], [fact for fact in found if isinstance(fact, Problem)]


def said(facts: list[Fact], operation: str) -> dict[str, object]:
    return {fact.term: fact.value for fact in facts if fact.operation == operation}


def test_operations_live_at_their_paths_and_list_their_errors():
    facts, problems = read(PAYMENTS)
    assert not problems
    assert said(facts, "createCharge") == {
        "at": ("POST /v1/charges",),
        "idempotent": Idempotence("key", "Idempotency-Key"),
        "errors.402": ErrorAnswer(status=("402",)),
    }
    assert said(facts, "getCharge") == {"at": ("GET /v1/charges/{id}",), "errors.404": ErrorAnswer(status=("404",))}
    assert said(facts, "POST /refunds") == {"at": ("POST /v1/refunds",)}
    assert said(facts, "") == {"names.dns": ("api.pay.example.com",)}
    assert {fact.stance for fact in facts} == {Stance.PROMISES}
    assert {fact.provider for fact in facts} == {"openapi:api/pay.yaml"}


def test_the_older_format_is_read_alike():
    facts, problems = read(
        """
        swagger: "2.0"
        host: api.pay.example.com
        basePath: /v2/
        paths: {/charges: {post: {responses: {"409": {description: twice}}}}}
        """
    )
    assert not problems
    assert said(facts, "POST /charges") == {"at": ("POST /v2/charges",), "errors.409": ErrorAnswer(status=("409",))}
    assert said(facts, "") == {"names.dns": ("api.pay.example.com",)}


def test_an_operation_id_that_stands_twice_names_neither():
    facts, _ = read("openapi: 3.1.0\npaths: {/a: {get: {operationId: x}, put: {operationId: x}}}\n")
    assert {fact.operation for fact in facts} == {"GET /a", "PUT /a"}


def test_the_name_of_a_document_ends_with_its_file():
    about = "openapi:shop/api/pay.yaml/repos/get"
    assert (provider_of(about), operation_of(about)) == ("openapi:shop/api/pay.yaml", "repos/get")
    assert (provider_of("openapi:a.json"), operation_of("openapi:a.json")) == ("openapi:a.json", "")


def findings(*texts: str) -> set[tuple[str, str, str]]:
    facts = [fact for number, text in enumerate(texts) for fact in read(text, f"{number}.yaml")[0]]
    return {(one.rule, one.verdict.value, one.subject) for one in check(facts).findings}


def test_a_document_alone_asks_nothing():
    assert findings(PAYMENTS) == set()


ROUTE = """
apiVersion: networking.istio.io/v1beta1
kind: VirtualService
metadata: {name: pay, namespace: shop}
spec: {hosts: [api.pay.example.com], http: [{timeout: 9s, route: [{destination: {host: api.pay.example.com}}]}]}
"""
MESH = """
apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
metadata: {name: mesh}
spec: {tag: 1.20.0}
"""
ALIAS = "party: payments\nowner: team\nnames: {dns: api.pay.example.com}\n"
BY_DEFAULT = "retries/unsafe-operation-repeated-by-default"


def test_hosts_tie_it_to_a_party_and_a_default_is_told_once_for_what_is_only_listed():
    retried = {each for each in findings(PAYMENTS, ROUTE, MESH, ALIAS) if each[0] == BY_DEFAULT}
    assert retried == {(BY_DEFAULT, "conditional", "payments/POST /refunds")}
    assert not {each for each in findings(PAYMENTS, ROUTE, MESH) if each[0] == BY_DEFAULT}


def test_a_contract_names_the_operation_that_lives_at_an_address():
    contract = ALIAS + "promises: {refund: {at: POST /v1/refunds, idempotent: always}}\n"
    assert not {each for each in findings(PAYMENTS, ROUTE, MESH, contract) if each[0] == BY_DEFAULT}


def test_a_list_of_errors_in_a_document_is_not_taken_to_be_complete():
    caller = "party: shop\nassumes: {payments/createCharge: {attempts: 2, retry_on: ['503'], idempotency_key: none}}\n"
    about = "shop -> payments/createCharge"
    assert ("retries/unsafe-operation-repeated", "conditional", about) in findings(PAYMENTS, ALIAS, caller)


@pytest.mark.parametrize(
    "text", ["openapi: 3.0.0\n", "openapi: 4.0.0\npaths: {}\n", "swagger: 2.0\n", "paths: {/a: {get: {}}}\n"]
)
def test_what_is_no_api_document_is_left_alone(text):
    assert read(text) == ([], [])


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(("get", "parameters", "responses", "$ref", "name", "in", "url", "404")), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(VALUES, VALUES)
def test_hostile_documents_raise_nothing(path, servers):
    document = {"openapi": "3.0.0", "paths": {"/a": path, "/b": {"post": path}}, "servers": servers, "components": path}
    facts, _ = read(json.dumps(document), "a.json")
    check(facts)


def test_a_reference_to_itself_ends():
    assert read('openapi: 3.0.0\na: {$ref: "#/a"}\npaths: {/a: {get: {parameters: [{$ref: "#/a"}]}}}\n')[1] == []


def test_who_calls_a_party_is_not_multiplied_over_what_a_document_lists():
    caller = "party: shop\nowner: team\nassumes: {payments: {timeout: 9s}}\n"
    found = {each for each in findings(PAYMENTS, ALIAS, caller) if each[0].startswith("timing/")}
    assert found == {("timing/caller-gives-up-first", "unanswered", "shop -> payments/any")}
