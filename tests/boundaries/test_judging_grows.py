"""Judging takes work in proportion to what there is: of four times the services no more than some four times the steps."""

from functools import partial

from msgspec.structs import replace

from accord.boundaries.join.system import System
from accord.boundaries.reliance.neighbourhood import referring, touched
from accord.check import joined, judged
from accord.model.fact import Fact
from accord.model.finding import Change
from accord.rules._catalogue import rules
from accord.sources._claims import read_text
from counted import steps
from test_pages import AS_OF

SERVICE = """\
party: service-{number}
owner: team-a
names: {{kubernetes: [shop/service-{number}]}}
promises: {{order: {{latency: {{max: 2s}}, idempotent: always, accepts: {{rate: 300/s}}, recover: {{by: rota, within: 1h}}}}}}
assumes: {{service-{next}/order: {{timeout: {{attempt: 3s}}, attempts: 2, recover: {{within: 2h}}}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: service-{number}, namespace: shop}}
spec: {{selector: {{app: service-{number}}}, ports: [{{port: 80}}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: service-{number}, namespace: shop}}
spec:
  template:
    metadata: {{labels: {{app: service-{number}, version: v1}}}}
    spec:
      containers:
      - name: service
        image: registry.shop.example/service:1
        env: [{{name: UPSTREAM, value: "http://service-{next}.shop.svc.cluster.local"}}]
        livenessProbe: {{httpGet: {{path: /live, port: 8080}}, periodSeconds: 10}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: service-{number}, namespace: shop}}
spec:
  hosts: [service-{number}]
  http:
  - match: [{{uri: {{prefix: /orders}}}}]
    route: [{{destination: {{host: service-{number}, subset: v1}}}}]
    timeout: 6s
    retries: {{attempts: 2, perTryTimeout: 2500ms}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: service-{number}, namespace: shop}}
spec: {{host: service-{number}, subsets: [{{name: v1, labels: {{version: v1}}}}]}}
"""
ROTA = "party: rota\nkind: rota\npromises: {page: {acknowledge: 5m, hands_on: 10m, hours: 24x7}}\nescalates: none\n"


def ring(count: int) -> list[Fact]:
    texts = {f"service-{number}": SERVICE.format(number=number, next=(number + 1) % count) for number in range(count)}
    read = [
        item for name, text in (texts | {"rota": ROTA}).items() for item in read_text(text, ".", f"{name}/all.yaml")
    ]
    return [item for item in read if isinstance(item, Fact)]


def test_every_rule_takes_work_in_proportion_to_the_services() -> None:
    few, many = (joined(ring(count), AS_OF)[0] for count in (40, 160))
    assert len(many.keys) - 1 == 4 * (len(few.keys) - 1)
    assert {name.partition(":")[0] for fact in many.facts for name, _ in fact.scope} == {"requests", "version"}
    for rule in rules():
        small, large = (steps(partial(judged, system, [rule])) for system in (few, many))
        assert large < 5 * small, f"{rule.id}: {small} steps for 40 services, {large} for 160"


def test_joining_grows_as_the_facts_do() -> None:
    few, many = ring(40), ring(160)
    assert len(many) < 4.1 * len(few)
    assert steps(lambda: joined(many, AS_OF)) < 5 * steps(lambda: joined(few, AS_OF))


DEFINITION = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: payments, namespace: shop}
spec:
  template:
    metadata: {labels: {app: payments}}
    spec: {containers: [{name: service, image: a, livenessProbe: {httpGet: {path: /live, port: 8080}}}]}
"""
ROUTED = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: service-{number}, namespace: shop}}
spec: {{hosts: [service-{number}], http: [{{route: [{{destination: {{host: service-{number}}}}}], timeout: 1s}}]}}
"""


def read(texts: list[str]) -> list[Fact]:
    files = [read_text(text, ".", f"place-{number}/all.yaml") for number, text in enumerate(texts)]
    return [item for found in files for item in found if isinstance(item, Fact)]


def test_defaults_of_an_object_grow_as_its_definitions_do() -> None:
    few, many = read([DEFINITION] * 30), read([DEFINITION] * 120)
    found, _ = joined(many, AS_OF)
    assert len([fact for fact in found.facts if fact.term == "probe_period.liveness"]) == 120
    assert steps(lambda: joined(many, AS_OF)) < 5 * steps(lambda: joined(few, AS_OF))


def touching_each(count: int) -> int:
    facts = joined(read([ROUTED.format(number=number) for number in range(count)]), AS_OF)[0].facts
    routes = [fact for fact in facts if fact.term == "routes"]
    assert len(routes) == count
    shown = [replace(fact, says="watch", term="detect.by", value=(fact.provider,)) for fact in routes]
    system = System([*facts, *shown], AS_OF)
    assert all(referring(system, fact.provider) == {"watch"} for fact in routes)
    return steps(lambda: [touched(system, [Change(fact, None)]) for fact in routes])


def test_what_changes_touch_is_found_without_a_look_at_all_of_a_namespace() -> None:
    assert touching_each(160) < 5 * touching_each(40)
