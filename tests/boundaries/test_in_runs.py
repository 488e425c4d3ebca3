"""What is decided once for facts that share a condition is what would be decided for each of them alone."""

from random import Random

import pytest
from msgspec.structs import replace

from accord.boundaries.join.defaulted import with_defaults
from accord.boundaries.join.facts import Facts
from accord.boundaries.join.in_runs import InRuns
from accord.boundaries.join.variants import defined_once, separate
from accord.boundaries.names.who import Link, link
from accord.boundaries.platforms.routes import answered, by_operation
from accord.boundaries.platforms.subsets import versions_of_subsets
from accord.model.fact import Fact, Scope, Stance
from accord.sources._claims import read_text

CONTRACT = """
party: reviews
names: {{kubernetes: shop/reviews}}
promises:
  list: {{at: GET /reviews, latency: {{max: 1s}}}}
  write: {{at: 'POST /reviews/*', latency: {{max: 2s}}}}
"""
ROUTES = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: {name}, namespace: shop}}
spec:
  hosts: [{host}]
  http:
    - match: [{{uri: {{prefix: {path}}}}}]
      timeout: {timeout}
      retries: {{attempts: 3, perTryTimeout: 1s}}
      route: [{{destination: {{host: {host}, subset: v1}}}}]
    - timeout: 9s
      route: [{{destination: {{host: {second}, subset: v2}}}}]
"""
SUBSETS = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: {name}, namespace: shop}}
spec:
  host: reviews
  trafficPolicy: {{connectionPool: {{tcp: {{connectTimeout: {timeout}}}}}}}
  subsets: [{{name: v1, labels: {{version: {label}}}}}, {{name: v2, labels: {{version: two}}}}]
"""
WORKLOAD = """
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: shop, labels: {{team: a}}}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers: [{{name: app, image: 'app:1', {probe}: {{httpGet: {{path: /}}, periodSeconds: 5}}}}]
"""
GATEWAY = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: public, namespace: shop}}
spec:
  parentRefs: [{{name: web}}]
  rules:
    - matches: [{{path: {{value: {path}}}, method: GET}}]
      backendRefs: [{{name: reviews, port: 80}}]
      timeouts: {{request: {timeout}}}
    - backendRefs: [{{name: reviews, port: 80}}]
      timeouts: {{request: 60s}}
"""
SCOPES: tuple[Scope, ...] = ((), (), (("env", ("staging",)),), (("env", ("production",)),))


def random_document(random: Random) -> str:
    form = random.choice((CONTRACT, ROUTES, ROUTES, SUBSETS, WORKLOAD, GATEWAY))
    return form.format(
        name=random.choice(("reviews", "reviews", "other")),
        host=random.choice(("reviews", "ratings")),
        second=random.choice(("reviews", "ratings", "elsewhere")),
        path=random.choice(("/reviews", "/reviews/", "/else", "/")),
        timeout=random.choice(("1s", "2s")),
        label=random.choice(("one", "one", "two")),
        probe=random.choice(("livenessProbe", "readinessProbe")),
    )


def random_facts(seed: int) -> tuple[list[Fact], tuple[Link, ...]]:
    """What some documents say once it is linked, and at times the same of others beside it."""
    random = Random(seed)
    linked = link(read_facts(random))
    facts = [each for fact in linked.facts for each in random_likes(fact, random)]
    if random.random() < 0.3:
        random.shuffle(facts)
    return shared(facts), linked.links


def read_facts(random: Random) -> list[Fact]:
    """What some documents say, of one root or of two, several of them of the same objects."""
    found: list[Fact] = []
    for _ in range(random.randint(2, 9)):
        root, scope = random.choice(("one", "one", "one", "two")), random.choice(SCOPES)
        texts = [random_document(random) for _ in range(random.randint(1, 2))]
        read = read_text("---".join(texts), root, random.choice(("a.yaml", "b.yaml")), scope)
        found += [fact for fact in read if isinstance(fact, Fact)]
    return found


def random_likes(fact: Fact, random: Random) -> list[Fact]:
    """The fact, and at times one after it that shares its scope and differs in one thing by which steps decide."""
    other: dict[str, object] = random.choice(
        (
            {"operation": random.choice(("any", "list", ""))},
            {"provider": random.choice(("reviews", "kubernetes:shop/ratings"))},
            {"consumer": random.choice(("reviews", "other"))},
            {"stance": random.choice((Stance.PROMISES, Stance.ASSUMES))},
        )
    )
    return [fact, replace(fact, **other)] if random.random() < 0.2 else [fact]


def shared(facts: list[Fact]) -> list[Fact]:
    """The same facts; of all that is equal in them there is one object, whichever file and root it stands in."""
    known: dict[object, object] = {}
    names = ("scope", "provider", "consumer", "operation")
    return [replace(fact, **{name: one(known, getattr(fact, name)) for name in names}) for fact in facts]


def one(known: dict[object, object], value: object) -> object:
    return known.setdefault(value, value)


def alone(fact: Fact) -> Fact:
    """The same fact with a scope that no other fact shares, so that each is a run of its own."""
    return replace(fact, scope=tuple([(name, values) for name, values in fact.scope]))


def settled(facts: list[Fact] | Facts, links: tuple[Link, ...]) -> Facts:
    return separate(versions_of_subsets(by_operation(answered(facts, links))))


@pytest.mark.parametrize("seed", range(200))
def test_facts_that_share_a_condition_become_what_each_becomes_alone(seed: int) -> None:
    facts, links = random_facts(seed)
    each = [alone(fact) for fact in facts]
    assert len(Facts(each).runs) == sum(bool(fact.scope) for fact in facts)
    assert list(settled(facts, links)) == list(settled(each, links))


@pytest.mark.parametrize("seed", range(200))
def test_what_is_defined_once_may_lose_its_scope_at_once(seed: int) -> None:
    random = Random(seed)
    read = [each for fact in read_facts(random) for each in random_likes(fact, random)]
    facts = shared(read) if random.random() < 0.5 else read
    at_once, plain = link(facts, facts, defined_once(facts)), link(facts)
    assert at_once.links == plain.links
    assert list(settled(at_once.facts, plain.links)) == list(settled(plain.facts, plain.links))


def freed(facts: list[Fact]) -> Facts:
    return Facts.of(link(facts, facts, defined_once(facts)).facts)


def test_the_documents_try_all_that_can_become_of_a_fact() -> None:
    seen: set[str] = set()
    shortened = 0
    for seed in range(200):
        facts, links = random_facts(seed)
        shortened += len(Facts(facts).spots_of_conditions) - len(freed(facts).spots_of_conditions)
        after = settled(facts, links)
        seen.update(name.partition(":")[0] for fact in (*facts, *after) for name, _ in fact.scope)
        seen.update(f"{fact.operation} of a route" for fact in after if fact.source in ("istio", "gateway-api"))
        seen.update({"fewer"} if len(after) < len(facts) else {"more"} if len(after) > len(facts) else ())
    assert seen >= {"variant", "requests", "sent", "subset", "version", "env", "fewer", "more"}
    assert seen >= {"list of a route", "write of a route"}
    assert shortened > 0


@pytest.mark.parametrize("seed", range(40))
def test_what_is_handed_on_is_what_would_be_found(seed: int) -> None:
    facts, links = random_facts(seed)
    for made in (freed(facts), settled(freed(facts), links), with_defaults(settled(facts, links))):
        anew = Facts(tuple(made))
        assert (made.runs, made.by_term, made.by_dimension) == (anew.runs, anew.by_term, anew.by_dimension)
        assert made.spots_of_conditions == anew.spots_of_conditions
        assert made.terms >= anew.terms
        assert made.sources >= anew.sources


@pytest.mark.parametrize("seed", range(40))
def test_a_default_is_given_to_one_as_if_there_were_no_others(seed: int) -> None:
    facts, links = random_facts(seed)
    together = settled(facts, links)
    objects = {(fact.consumer, fact.provider) for fact in together}
    given = with_defaults(together)[len(together) :]
    for consumer, provider in objects:
        own = [fact for fact in together if (fact.consumer, fact.provider) == (consumer, provider)]
        apart = with_defaults(own)[len(own) :]
        of_both = [fact for fact in given if (fact.consumer, fact.provider) == (consumer, provider)]
        assert [fact for fact in apart if fact.term != "mentioned"] == [
            fact for fact in of_both if fact.term != "mentioned"
        ]


def test_what_many_share_is_decided_once() -> None:
    facts, _ = random_facts(3)
    read = InRuns.of(Facts(facts))
    asked: list[Fact] = []
    read.said_anew(range(len(read.facts.runs)), lambda first, ways: asked.append(first) or ways)
    assert len(asked) == len(read.facts.runs) < len(read.facts.spots_of_conditions)


def test_a_run_that_is_left_out_is_said_in_no_way() -> None:
    facts, _ = random_facts(3)
    read = InRuns.of(Facts(facts))
    number, (begin, end) = next((number, run) for number, run in enumerate(read.facts.runs) if run[1] - run[0] > 1)
    assert read.without(range(begin, end)).ways(number) == ()
    assert read.without((begin,)).ways(number) == read.ways(number) != ()
    assert list(read.without((begin,)).written) == facts[:begin] + facts[begin + 1 :]
