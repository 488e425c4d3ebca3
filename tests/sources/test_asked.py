"""Which sources are asked about a document: every one that would claim it."""

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.model.problem import Problem
from accord.sources._claims import asked, claimable_in, sources
from accord.sources._objects import opened
from accord.sources._yaml import Document, documents
from beside import CORPUS, needs

EXAMPLES = Path(__file__).parents[2] / "examples"
KINDS = sorted({"", "Other", *(kind for source in sources() for kind in getattr(source, "AT_KINDS", ()))})
VERSIONS = (
    *("v1", "apps/v1", "batch/v1", "autoscaling/v2", "policy/v1", "keda.sh/v1", "networking.k8s.io/v1", "backstage.io/v1alpha1"),
    *("networking.istio.io/v1", "install.istio.io/v1", "sailoperator.io/v1", "gateway.networking.k8s.io/v1", "linkerd.io/v1"),
    *("monitoring.coreos.com/v1", "operator.victoriametrics.com/v1", "loki.grafana.com/v1", "helm.toolkit.fluxcd.io/v2", ""),
)  # fmt: skip
BODIES = (
    'metadata: {name: istio, annotations: {retry.linkerd.io/http: 5xx}}\ndata: {mesh: "a: 1", x: "groups:\\n- rules: [{alert: a}]"}\n',
    "spec: {values: {meshConfig: {}, alertmanager: {config: {route: {receiver: a}, receivers: [{name: a}]}}}}\n",
    "route: {receiver: a}\nreceivers: [{name: a}]\n",
    "groups: [{name: a, rules: [{alert: a, expr: b}]}]\n",
    "groups: [{name: a, rules: [{title: a, condition: b}]}]\n",
    "contactPoints: [{name: a, receivers: []}]\n",
    "policies: [{receiver: a}]\n",
    "muteTimes: [{name: a, time_intervals: []}]\n",
    "scrape_configs: []\n",
    "global: {scrape_interval: 5s}\n",
    "rule_files: []\nalerting: {}\n",
    "Resources: {a: {Type: AWS::SQS::Queue}}\n",
    "services: {a: {image: b}}\n",
    "static_resources: {}\n",
    'resources: [{"@type": type.googleapis.com/envoy.config.cluster.v3.Cluster}]\n',
    '"@type": type.googleapis.com/envoy.config.cluster.v3.Cluster\n',
    "methodConfig: []\n",
    "service_config: {methodConfig: []}\n",
    "accord_facts: 1\n",
    "accord_observed: 1\n",
    "mapping: a\nfiles: b\ngives: c\n",
    "party: a\n",
    "- methodConfig: []\n",
    "[{MethodConfig: []}]\n",
    '{"alertmanager": {"config": {"route": {"receiver": "a"}, "receivers": [{"name": "a"}]}}}\n',
    "openapi: 3.0.0\npaths: {}\n",
    "alertmanager: {config: {route: {receiver: a}, receivers: [{name: a}]}}\n",
    "alertmanager: {alertmanagerSpec: {replicas: 2}}\n",
    "additionalPrometheusRules: [{name: a, groups: [{rules: [{alert: a}]}]}]\n",
    "kube-prometheus-stack: {alertmanager: {alertmanagerSpec: {replicas: 2}}}\n",
    "<<: {groups: [{rules: [{alert: a}]}], route: {receiver: a}, receivers: [{name: a}]}\n",
)
FILES = ("a.yaml", "kustomization.yaml", "accord.yaml", "docker-compose.override.yml", "accord-mapping.yaml")


def missed(text: str, file: str) -> list[str]:
    """The sources that claim a document of the text and are not asked about it."""
    found = [one for one in documents(text, "", file) if not isinstance(one, Problem)]
    return [
        source.FORMAT
        for document in found
        for part in opened(document)
        for source in sources()
        if source.claims(part) and source not in [one for one, _ in asked(part)]
    ]


def left_out(text: str, file: str) -> bool:
    """Whether a document of the text is left out although a source claims it."""
    every, some = (list(documents(text, "", file, is_claimable=one)) for one in (None, claimable_in(file)))
    return _claimed_lines(every) != _claimed_lines(some)


def _claimed_lines(found: list[Document | Problem]) -> list[int]:
    return [
        one.node.line
        for one in found
        if isinstance(one, Document) and any(source.claims(part) for part in opened(one) for source in sources())
    ]


def claimed(text: str, file: str) -> set[str]:
    """The sources that claim the text."""
    found = [one for one in documents(text, "", file) if isinstance(one, Document)]
    return {source.FORMAT for document in found for source in sources() if source.claims(document)}


def test_every_source_that_would_claim_a_document_is_asked() -> None:
    heads = [f"apiVersion: {version}\nkind: {kind}\n" for version, kind in product(VERSIONS, KINDS)]
    for head, body, file in product(("", *heads), BODIES, FILES[:1]):
        assert missed(head + body, file) == [], head + body
        assert not left_out(head + body, file), head + body
    for body, file in product((*BODIES, *heads), FILES):
        assert missed(body, file) == []
        assert not left_out(body, file)


def test_the_texts_of_that_are_claimed_by_every_source() -> None:
    heads = ["", *(f"apiVersion: {version}\nkind: {kind}\n" for version, kind in product(VERSIONS, KINDS))]
    found = set().union(*(claimed(head + body, "a.yaml") for head, body in product(heads, BODIES)))
    assert found == {source.FORMAT for source in sources()}


@given(st.lists(st.sampled_from(BODIES), min_size=1, max_size=3), st.sampled_from(KINDS), st.sampled_from(VERSIONS))
def test_so_it_is_where_several_formats_meet(bodies: list[str], kind: str, version: str) -> None:
    head = f"apiVersion: {version}\nkind: {kind}\n" if kind else ""
    assert missed("".join(bodies) + head, "a.yaml") == []
    assert not left_out("".join(bodies) + head, "a.yaml")


def test_few_are_asked_about_a_document_of_a_kind() -> None:
    [document] = documents("apiVersion: v1\nkind: Service\nmetadata: {name: a}\n", "", "a.yaml")
    assert isinstance(document, Document)
    assert [source.FORMAT for source, _ in asked(document)] == ["kubernetes", "linkerd"]


@pytest.mark.parametrize("folder", [EXAMPLES, pytest.param(CORPUS, marks=needs(CORPUS))], ids=["examples", "corpus"])
def test_so_it_is_in_real_files(folder: Path) -> None:
    for path in sorted(folder.rglob("*.y*ml")):
        text = path.read_bytes().decode("utf-8", "replace")
        assert missed(text, path.name) == []
        assert not left_out(text, path.name)
