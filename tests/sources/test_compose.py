"""What is read of Docker Compose files."""

from textwrap import dedent

import pytest

from accord.check import check, joined
from accord.model.duration import SECOND
from accord.model.fact import Fact, Stance
from accord.model.finding import Verdict
from accord.model.problem import Problem
from accord.sources._claims import read_text

FILE = """
services:
  web:
    build: .
    depends_on: [cart]
    environment:
      DB_URL: postgres://me:s3cret@db:5432/x
      CACHE_HOST: ${CACHE:-cache}
      QUEUE_ADDR: ${QUEUE}
      LEVEL: info
    stop_grace_period: 1m30s
    deploy: {replicas: 2}
  cart:
    image: cart
    environment: [DATABASE_HOST=orders-db, CART_HOST=cart]
    depends_on: {db: {condition: service_healthy}}
    healthcheck: {test: [CMD-SHELL, "curl -f localhost || exit 1"], interval: 5s, retries: 4}
  cache:
    image: redis
    healthcheck: {test: NONE}
  db:
    image: postgres:16
    hostname: orders-db
    command: postgres -c max_connections=200
"""


def read(text: str, file: str = "shop/compose.yaml") -> tuple[list[Fact], list[Problem]]:
    found = list(read_text(dedent(text), ".", file))
    return [fact for fact in found if isinstance(fact, Fact)], [fact for fact in found if isinstance(fact, Problem)]


def test_services_are_named_by_their_project():
    facts, problems = read(FILE)
    assert not problems
    declared = [fact.provider for fact in facts if fact.term == "declares"]
    assert declared == ["compose:shop/web", "compose:shop/cart", "compose:shop/cache", "compose:shop/db"]
    named, _ = read("name: main\n" + dedent(FILE).lstrip())
    assert {fact.provider.partition("/")[0] for fact in named} == {"compose:main"}


def test_whom_a_service_starts_after_and_points_at():
    facts, _ = read(FILE)
    assert [(fact.consumer, fact.provider, fact.text, fact.place.line) for fact in facts if fact.consumer] == [
        ("compose:shop/web", "compose:shop/cart", "depends_on cart", 5),
        ("compose:shop/web", "compose:shop/db", "DB_URL is db", 7),
        ("compose:shop/web", "compose:shop/cache", "CACHE_HOST is cache", 8),
        ("compose:shop/cart", "compose:shop/db", "depends_on db", 16),
        ("compose:shop/cart", "compose:shop/db", "DATABASE_HOST is orders-db", 15),
    ]
    assert not any("s3cret" in repr(fact) for fact in facts)


def test_how_a_service_stops_how_many_there_are_and_how_it_is_asked_after():
    facts, _ = read(FILE)
    said = {(fact.provider.rpartition("/")[2], fact.term): fact.value for fact in facts}
    assert said[("web", "grace")] == 90 * SECOND
    assert said[("web", "replicas")] == 2
    assert said[("cart", "probe.readiness")] == ("exec", "curl", "-f", "localhost", "||", "exit", "1")
    assert said[("cart", "probe_period.readiness")] == 5 * SECOND
    assert said[("cart", "probe_failures.readiness")] == 4
    assert ("cache", "probe.readiness") not in said
    assert said[("db", "accepts.connections")].value == 200


def test_what_nobody_writes_is_the_default_of_compose():
    system, _ = joined(read(FILE)[0])
    grace = {name: system.party(f"compose:shop/{name}").get("grace") for name in ("web", "cart")}
    assert [(fact.text, fact.stance) for fact in grace.values()] == [
        ("1m30s", Stance.PROMISES),
        ("10s", Stance.DEFAULT),
    ]


def test_a_contract_gives_itself_the_name_of_a_service():
    contract = "party: cart\nnames: {compose: shop/cart}\n"
    system, problems = joined([*read(FILE)[0], *read(contract, "accord.yaml")[0]])
    assert not problems
    assert ("compose:shop/web", "cart", "any") in system.keys


@pytest.mark.parametrize(
    "text",
    ["services: [a]\n", "services: {a: 1}\n", "services: {a: {port: 1}}\n", "apiVersion: v1\nkind: X\nservices: {a: {image: b}}\n", "version: '3'\n"],
)  # fmt: skip
def test_other_documents_are_left_alone(text: str):
    assert read(text) == ([], [])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("stop_grace_period: soon", "cannot read stop_grace_period: expected a duration such as 0.5s, 100ms or 1h, read 'soon'"),
        ("deploy: {replicas: few}", "cannot read replicas: expected a whole number, read 'few'"),
        ("environment: 7", "cannot read environment: expected a list, read '7'"),
    ],
)  # fmt: skip
def test_what_has_the_wrong_shape_is_refused(line: str, reason: str):
    _, problems = read(f"services: {{a: {{image: b, {line}}}}}\n")
    assert [problem.reason for problem in problems] == [reason]


@pytest.mark.parametrize("line", ["stop_grace_period: '${GRACE}'", "deploy: {replicas: '${COUNT:-2}'}"])
def test_what_the_environment_decides_is_left_open(line: str):
    facts, problems = read(f"services: {{a: {{image: b, {line}}}}}\n")
    assert not problems
    assert {fact.term for fact in facts} - {"platform"} == {"declares"}
    assert not [fact for fact in joined(facts)[0].about("grace") if "GRACE" in line]


@pytest.mark.parametrize(
    ("service", "ports"),
    [
        ('ports: ["8080:80"]', ["tcp 8080"]),
        ("ports: [8080:80/udp, '127.0.0.1:53:53', '0.0.0.0:443:443']", ["udp 8080", "tcp 127.0.0.1:53", "tcp 443"]),
        ("ports: ['[::]:1:1', '[::1]:2:1']", ["tcp 1", "tcp [::1]:2"]),
        ("ports: [{target: 80, published: 8080}, {target: 1, published: '9', protocol: udp}]", ["tcp 8080", "udp 9"]),
        ("ports: [{target: 80, published: 8080, host_ip: 127.0.0.1}]", ["tcp 127.0.0.1:8080"]),
        (
            "ports: [80, '80', '${PORT:-80}:80', '8000-8010:80-90', '0:80', {target: 80}, {target: 80, published: 1-9}]",
            [],
        ),
        ("ports: [{target: 80, published: '${P}'}, {target: 80, published: 0}]", []),
        ("network_mode: host, ports: ['8080:80']", []),
        ("extends: {service: other}, ports: ['8080:80']", []),
        ("scale: 0, ports: ['8080:80']", []),
        ("deploy: {replicas: 0}, ports: ['8080:80']", []),
        ("deploy: {replicas: 2}, ports: ['8080:80']", ["tcp 8080"]),
    ],
)
def test_which_ports_of_its_host_a_service_takes(service: str, ports: list[str]) -> None:
    facts, problems = read(f"services: {{web: {{image: a, {service}}}}}\n")
    assert not problems
    assert [fact.value for fact in facts if fact.term.startswith("published.")] == ports


def same_port(*services: str, file: str = "compose.yaml", more: str = "") -> list[str]:
    """The conditions under which it holds that no two of these services publish one port."""
    listed = "".join(f"  s{number}: {{image: a, {service}}}\n" for number, service in enumerate(services))
    facts, _ = read(f"name: p\nservices:\n{listed}", file)
    if more:
        facts += read(f"name: p\nservices:\n  other: {{image: a, {more}}}\n", "another.yaml")[0]
    found = [each for each in check(facts).findings if each.rule == "connections/same-local-port-twice"]
    assert all(each.verdict is Verdict.CONDITIONAL for each in found)
    return [each.condition.replace("compose:p/", "") for each in found]


def test_one_port_is_told_only_of_services_that_are_started_together() -> None:
    port, one, two = "ports: ['80:80']", "profiles: [one, both]", "profiles: [two]"
    together = "holds only while %s started together"
    assert same_port(port, port) == [together % "s0 and s1 are not"]
    assert same_port(port, port, port) == [together % "no two of s0 and s1 and s2 are"]
    assert same_port(f"{port}, {one}", f"{port}, {one}") == [together % "s0 and s1 are not"]
    assert same_port(f"{port}, {one}", f"{port}, {two}") == []
    assert same_port(f"{port}, {one}", port) == []
    assert same_port(port, "ports: ['80:80/udp']", "ports: ['127.0.0.1:80:80']", "ports: ['81:80']") == []
    assert same_port(port, more=port) == []
