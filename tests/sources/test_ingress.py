"""What the Ingress source reads of paths and annotations, by the class of the controller."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.boundaries.join.defaulted import with_defaults
from accord.model.duration import SECOND
from accord.model.fact import Fact, Layer, Stance
from accord.model.problem import Problem
from accord.sources._claims import read_text

NGINX = "nginx.ingress.kubernetes.io/"
INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: shop
  annotations: {%s}
spec:
  %s
  rules:
  - host: shop.example.com
    http:
      paths:
      - {path: /api, pathType: Prefix, backend: {service: {name: api, port: {number: 80}}}}
      - {path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}
"""


def read(text: str) -> tuple[list[Fact], list[Problem]]:
    found = list(read_text(text, ".", "ingress.yaml"))
    return [fact for fact in found if isinstance(fact, Fact)], [fact for fact in found if isinstance(fact, Problem)]


def said(annotations: str, named: str = "ingressClassName: nginx") -> dict[str, tuple[object, str]]:
    facts, problems = read(INGRESS % (annotations, named))
    assert not problems
    assert {fact.provider for fact in facts} == {"kubernetes:shop/api", "kubernetes:shop/web"}
    assert {(fact.consumer, fact.layer) for fact in facts} == {("gateway:shop/web", Layer.GATEWAY)}
    return {fact.term: (fact.value, fact.text) for fact in facts}


def test_an_ingress_without_annotations_is_an_edge_alone() -> None:
    assert set(said("")) == {"mentioned"}


def test_times_of_ingress_nginx_are_seconds() -> None:
    times = f'{NGINX}proxy-read-timeout: "120", {NGINX}proxy-connect-timeout: "3"'
    assert said(times) == {
        "timeout.idle": (120 * SECOND, "120s"),
        "timeout.connect": (3 * SECOND, "3s"),
        "platform": ("ingress-nginx", "ingress-nginx"),
    }


def test_further_tries_are_stated_only_where_every_request_has_them() -> None:
    tries = f'{NGINX}proxy-next-upstream-tries: "2"'
    assert set(said(tries)) == {"platform"}
    assert set(said(f'{tries}, {NGINX}proxy-next-upstream: "error timeout"')) == {"platform"}
    every = said(f'{tries}, {NGINX}proxy-next-upstream: "error timeout http_502 non_idempotent"')
    assert every["attempts"] == (2, "2")
    assert every["retry_on"][0] == ("connect", "reset", "timeout", "502")
    assert said(f'{NGINX}proxy-next-upstream: "off"')["attempts"][0] == 1
    assert said(f'{NGINX}proxy-next-upstream-tries: "1"')["attempts"][0] == 1


def test_the_class_tells_whose_annotations_hold() -> None:
    times = f'{NGINX}proxy-read-timeout: "120"'
    assert set(said(times, "ingressClassName: traefik")) == {"mentioned"}
    assert set(said(times, "tls: []")) == {"timeout.idle", "platform"}
    old = said(f"{times}, kubernetes.io/ingress.class: nginx-internal", "tls: []")
    assert "timeout.idle" in old


def test_a_class_of_the_name_nginx_alone_names_no_controller() -> None:
    assert set(said("", "ingressClassName: nginx")) == {"mentioned"}


def test_a_balancer_of_aws_limits_silence() -> None:
    note = 'alb.ingress.kubernetes.io/load-balancer-attributes: "a.b=c,idle_timeout.timeout_seconds=600"'
    assert said(note, "ingressClassName: alb")["timeout.idle"] == (600 * SECOND, "600s")
    facts, _ = read(INGRESS % ("", "ingressClassName: alb"))
    given_ = {fact.term: fact.text for fact in with_defaults(facts) if fact.stance is Stance.DEFAULT}
    assert given_ == {"timeout.idle": "60s", "keep_alive": "60s"}


def test_the_older_api_is_read_too() -> None:
    old = (
        "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: web}\nspec:\n"
        "  backend: {serviceName: rest, servicePort: 80}\n"
        "  rules: [{http: {paths: [{path: /a, backend: {serviceName: api, servicePort: 80}}]}}]\n"
    )
    facts, problems = read(old)
    assert not problems
    assert {fact.provider for fact in facts} == {"kubernetes:/api", "kubernetes:/rest"}


@pytest.mark.parametrize("text", ["soon", "-1", "1.5", "60s"])
def test_a_time_that_is_no_number_is_refused(text: str) -> None:
    _, problems = read(INGRESS % (f'{NGINX}proxy-read-timeout: "{text}"', "ingressClassName: nginx"))
    assert len(problems) == 1
    assert "whole number" in problems[0].reason


_LEAVES = st.one_of(st.text(max_size=8), st.integers(), st.booleans(), st.none())
_KEYS = st.sampled_from(["host", "http", "paths", "path", "pathType", "backend", "service", "name", "serviceName"])
_TREES = st.recursive(_LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4), max_leaves=20)  # fmt: skip


@given(_TREES)
def test_nothing_makes_it_fail(tree: object) -> None:
    named = {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress"}
    notes = {"name": "x", "annotations": tree}
    read(json.dumps({**named, "metadata": notes, "spec": {"rules": tree, "defaultBackend": tree}}))
    read(json.dumps({**named, "metadata": {"name": "x"}, "spec": {"rules": [tree], "ingressClassName": tree}}))
