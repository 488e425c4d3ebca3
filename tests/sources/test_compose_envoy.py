"""Services of Docker Compose that an Envoy reaches by name: only one that runs here with the very file, over a network of both."""

import pytest

from accord.check import check
from accord.model.fact import Fact
from accord.sources._claims import read_text

PROXY = """\
name: shop
services:
  proxy:
    image: {image}
    volumes: [{volume}]
  web:
    image: x
    {more}
"""
ENVOY = """\
static_resources:
  listeners:
  - address: {socket_address: {address: 0.0.0.0, port_value: 80}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes: [{match: {prefix: /}, route: {cluster: all, timeout: 2s}}]
  clusters:
  - name: all
    type: STRICT_DNS
    load_assignment:
      endpoints:
      - lb_endpoints: [{endpoint: {address: {socket_address: {address: web, port_value: 8080}}}}]
"""
CONTRACT = "party: shop-web\nnames: {compose: shop/web}\npromises: {any: {latency: {max: 5s}}}\n"
BESIDE = '"./front/envoy.yaml:/etc/envoy/envoy.yaml:ro"'


def rules(compose: str) -> set[str]:
    files = {"docker-compose.yml": compose, "front/envoy.yaml": ENVOY, "accord.yaml": CONTRACT}
    found = [each for file, text in files.items() for each in read_text(text, ".", file) if isinstance(each, Fact)]
    return {each.rule for each in check(found).findings if each.verdict == "mismatch"}


@pytest.mark.parametrize(
    ("image", "volume", "more", "found"),
    [
        ("envoyproxy/envoy:v1.30", BESIDE, "", True),
        ("envoyproxy/envoy:v1.30", "./front:/etc", "", True),
        ("ours", BESIDE, "networks: [default]", True),
        ("ours", "{type: bind, source: ./front/envoy.yaml, target: /etc/envoy/e.yaml}", "", True),
        ("envoy", f"./front/api.pb:/etc/envoy/api.pb, {BESIDE}", "", True),
        ("envoy", f"{BESIDE}, ./more:/etc/envoy/more", "", True),
        ("ours", "./front/envoy.yaml:/etc/else.yaml", "", False),
        ("envoyproxy/envoy:v1.30", "./other/envoy.yaml:/etc/envoy/envoy.yaml", "", False),
        ("envoyproxy/envoy:v1.30", "front:/etc/envoy", "", False),
        ("envoyproxy/envoy:v1.30", "$HOME/front/envoy.yaml:/etc/envoy/envoy.yaml", "", False),
        ("envoyproxy/envoy:v1.30", "../front/envoy.yaml:/etc/envoy/envoy.yaml", "", False),
        ("envoyproxy/envoy:v1.30", BESIDE, "networks: [inside]", False),
        ("envoyproxy/envoy:v1.30", BESIDE, "network_mode: host", False),
    ],
)
def test_a_service_is_what_an_envoy_beside_it_calls_so(image: str, volume: str, more: str, found: bool) -> None:
    compose = PROXY.format(image=image, volume=volume, more=more)
    assert rules(compose) == ({"timing/caller-gives-up-first"} if found else set())


def test_an_alias_in_the_network_is_a_name_as_well() -> None:
    more = "container_name: other\n    networks: {default: {aliases: [site, site.example]}}"
    text = PROXY.format(image="envoy", volume=BESIDE, more=more)
    named = [each for each in read_text(text, ".", "docker-compose.yml") if isinstance(each, Fact)]
    (said,) = [fact for fact in named if fact.term == "names.envoy"]
    assert (said.provider, said.value, said.place.line) == (
        "compose:shop/web",
        ("front.web", "front.other", "front.site"),
        5,
    )
