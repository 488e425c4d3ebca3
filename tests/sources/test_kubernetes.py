"""What the Kubernetes source reads of services and workloads, and what becomes of them together."""

import json
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.boundaries.join.workloads import carried
from accord.model.fact import Fact
from accord.model.problem import Problem
from accord.sources._claims import read_text

SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: ratings, namespace: shop}
spec:
  selector: {app: ratings}
"""
DEPLOYMENT = """
apiVersion: apps/v1
kind: %s
metadata: {name: ratings-v2, namespace: %s}
spec:
  template:
    metadata:
      labels: {version: v2, app: ratings}
"""


def read(text: str) -> tuple[list[Fact], list[Problem]]:
    found = list(read_text(dedent(text), ".", "all.yaml"))
    return [fact for fact in found if isinstance(fact, Fact)], [fact for fact in found if isinstance(fact, Problem)]


def test_a_service_is_declared_with_what_it_selects():
    facts, problems = read(SERVICE)
    assert not problems
    assert [(fact.provider, fact.operation, fact.term, fact.value) for fact in facts] == [
        ("kubernetes:shop/ratings", "", "declares", "Service"),
        ("kubernetes:shop/ratings", "", "selects", ("app=ratings",)),
    ]
    assert [(fact.place.line, fact.place.column) for fact in facts] == [(4, 18), (6, 13)]


def test_a_manifest_without_namespace_leaves_it_open():
    facts, _ = read(SERVICE.replace(", namespace: shop", ""))
    assert facts[0].provider == "kubernetes:/ratings"


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_a_workload_runs_pods_with_labels(kind: str):
    facts, _ = read(DEPLOYMENT % (kind, "shop"))
    runs = [fact for fact in facts if fact.term == "runs"]
    assert [(fact.provider, fact.term, fact.value, fact.text) for fact in runs] == [
        ("kubernetes:shop/ratings-v2", "runs", ("app=ratings", "version=v2"), "version v2")
    ]


def test_a_workload_carries_the_service_that_selects_its_pods():
    facts, _ = read(
        SERVICE + "---" + DEPLOYMENT % ("Deployment", "shop") + "---" + DEPLOYMENT % ("Deployment", "other")
    )
    runs = [fact.provider for fact in carried(facts) if fact.term == "runs"]
    assert runs == ["kubernetes:shop/ratings", "kubernetes:other/ratings-v2"]


def test_a_service_with_a_label_more_is_not_carried():
    facts, _ = read(
        SERVICE.replace("app: ratings", "app: ratings, tier: db") + "---" + DEPLOYMENT % ("Deployment", "shop")
    )
    assert [fact.provider for fact in carried(facts) if fact.term == "runs"] == ["kubernetes:shop/ratings-v2"]


@pytest.mark.parametrize(
    "text",
    ["apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: x}\n", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n", "kind: Service\n", "[Service]\n", "x\n", "apiVersion: v1\nkind: [Service]\n"],
)  # fmt: skip
def test_other_documents_are_left_alone(text: str):
    assert read(text) == ([], [])


def test_lists_in_lists_are_opened_with_the_place_of_each_item():
    items = ",".join(f'\n{{"apiVersion": "v1", "kind": "Service", "metadata": {{"name": "{name}"}}}}' for name in "ab")
    inner = f'{{"apiVersion": "v1", "kind": "List", "items": [{items}]}}'
    facts, _ = read(f'{{"apiVersion": "v1", "kind": "List", "items": [{inner}]}}')
    assert [(fact.provider, fact.place.line) for fact in facts] == [("kubernetes:/a", 2), ("kubernetes:/b", 3)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("spec: [a]", "cannot read spec: expected a map, read a list"),
        ("spec: {selector: ratings}", "cannot read spec.selector: expected a map, read 'ratings'"),
        ("spec: {selector: {app: [x]}}", "cannot read spec.selector.app: expected one value, read a list"),
        (
            "spec: {selector: {app: '{{ .Values.app }}'}}",
            "cannot read spec.selector.app: template ({{); check the rendered manifest instead",
        ),
    ],
)
def test_what_has_the_wrong_shape_is_refused(text: str, reason: str):
    facts, problems = read(f"apiVersion: v1\nkind: Service\nmetadata: {{name: x}}\n{text}\n")
    assert [problem.reason for problem in problems] == [reason]
    assert [fact.term for fact in facts] == ["declares"]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "name",
                    "namespace",
                    "selector",
                    "template",
                    "metadata",
                    "labels",
                    "version",
                    "app",
                    "items",
                    "kind",
                    "apiVersion",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(kind=st.sampled_from(["Service", "Deployment", "List"]), spec=_JSON, metadata=_JSON)
def test_anything_is_read_or_refused(kind: str, spec: object, metadata: object):
    for name in (metadata, {"name": "x"}):
        document = {
            "apiVersion": "v1" if kind != "Deployment" else "apps/v1",
            "kind": kind,
            "metadata": name,
            "spec": spec,
            "items": spec,
        }
        for found in read_text(json.dumps(document), ".", "any.yaml"):
            assert found.place.line == 1


def test_labels_and_annotations_for_people_are_tags_of_the_object_itself():
    facts, problems = read(
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: shop
          labels: {team: a, app: shop, app.kubernetes.io/part-of: all, helm.sh/chart: shop-1}
          annotations: {example.org/owner: "b", long: "LONG", on: "{{ .Values.on }}", lines: "a\\nb", empty: ""}
        spec:
          template: {metadata: {labels: {team: c}}}
        """.replace("LONG", "x" * 200)
    )
    assert not problems
    tags = [(fact.term, fact.value, fact.place.line) for fact in facts if fact.term.startswith("tag.")]
    assert tags == [("tag.team", "a", 6), ("tag.owner", "b", 7)]


def test_a_job_that_is_given_a_name_when_it_is_made_is_known_by_how_that_begins():
    job = """
        apiVersion: batch/v1
        kind: Job
        metadata: {generateName: tidy-, namespace: shop}
        spec:
          activeDeadlineSeconds: 60
          template: {spec: {containers: [{name: a, image: a}]}}
    """
    found = list(read_text(dedent(job), "root", "job.yaml"))
    assert [one.provider for one in found if isinstance(one, Fact) and one.term == "killed_after"] == [
        "kubernetes:shop/tidy-"
    ]
    assert not [one for one in found if isinstance(one, Problem)]


def test_a_text_to_be_filled_in_by_hand_is_no_object():
    text = "apiVersion: v1\nkind: Service\nmetadata: {name: <NAME>}\nspec: {selector: {app: <NAME>}}\n"
    (told,) = read_text(text, "root", "template.yml")
    assert isinstance(told, Problem) and (told.place.line, told.place.column) == (3, 18)
    assert told.reason == "cannot read the name of this Service: template (<); check the rendered manifest instead"
