"""Files of alerting inside ConfigMaps and Secrets: read under any key, at their lines, beside what else the object holds."""

import textwrap
from base64 import b64encode
from json import dumps

import pytest

from accord.files.read import read
from accord.model.fact import Fact
from accord.model.problem import Problem
from accord.sources._claims import read_text

RULES = "groups:\n- name: shop\n  rules:\n  - alert: ShopDown\n    expr: up == 0\n"
SERVER = "global:\n  scrape_interval: 15s\nscrape_configs:\n- job_name: shop\n"
ROUTING = "route:\n  receiver: nobody\nreceivers:\n- name: nobody\n"
POINTS = "contactPoints:\n- name: chat\n  receivers:\n  - type: slack\n    settings: {recipient: '#shop'}\n"


def held(kind, part, key, text, name="shop"):
    head = f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: shop}}\n{part}:\n"
    return head + f"  {key}: |\n" + textwrap.indent(text, "    ")


def facts_of(text):
    found = list(read_text(text, "root", "objects.yaml"))
    assert not [one for one in found if isinstance(one, Problem)]
    return [one for one in found if isinstance(one, Fact)]


def at(facts, term):
    return {
        (fact.value if isinstance(fact.value, str) else fact.text, fact.place.line)
        for fact in facts
        if fact.term == term
    }


@pytest.mark.parametrize(
    ("key", "text", "term", "expected"),
    [
        ("alerts.rules", RULES, "alert", ("ShopDown", 9)),
        ("prometheus.yml", SERVER, "scrape.interval", ("15s", 7)),
        ("config.yml", ROUTING, "receiver.nobody", ("nobody", 9)),
        ("points.yaml", POINTS, "receiver.chat", ("slack #shop", 7)),
    ],
)
@pytest.mark.parametrize(("kind", "part"), [("ConfigMap", "data"), ("Secret", "stringData")])
def test_a_file_in_an_object_is_read_at_its_lines(kind, part, key, text, term, expected):
    assert at(facts_of(held(kind, part, key, text)), term) == {expected}


def test_a_text_that_stands_on_one_line_is_read_at_that_line():
    encoded = b64encode(RULES.encode()).decode()
    secret = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: shop}}\ndata:\n  rules.yml: {encoded}\n"
    assert at(facts_of(secret), "alert") == {("ShopDown", 5)}
    quoted = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: shop}}\ndata:\n  rules.yml: {dumps(RULES)}\n"
    assert at(facts_of(quoted), "alert") == {("ShopDown", 5)}


def test_two_objects_of_one_file_have_rules_and_routing_of_their_own():
    both = "---\n".join(held("ConfigMap", "data", "rules.yml", RULES, name) for name in ("shop", "stock"))
    assert {fact.provider for fact in facts_of(both) if fact.term == "alert"} == {
        "prometheus:objects.yaml#shop/ShopDown",
        "prometheus:objects.yaml#shop/ShopDown#2",
    }


@pytest.mark.parametrize("text", ["a: b\n", "groups: [admins]\n", "receivers:\n  otlp: {}\n", "route: 10.0.0.0/8\n"])
def test_files_of_other_programs_are_left_alone(text):
    assert not [fact for fact in facts_of(held("ConfigMap", "data", "config.yml", text)) if fact.source != "kubernetes"]


def test_an_object_is_read_by_all_that_read_it(tmp_path):
    address = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop, namespace: shop}\ndata:\n  STOCK: http://stock:80\n"
    )
    (tmp_path / "map.yaml").write_text(address + "  rules.yml: |\n" + textwrap.indent(RULES, "    "))
    annotated = "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n  annotations: {timeout.linkerd.io/request: 2s}\n"
    (tmp_path / "service.yaml").write_text(annotated)
    facts = read([str(tmp_path)]).facts
    assert {"kubernetes", "prometheus", "linkerd"} <= {fact.source for fact in facts}
    assert {fact.term for fact in facts if fact.source == "linkerd"} >= {"timeout.request"}
