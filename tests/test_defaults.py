"""Which defaults decide, for a version and where it is unknown, and where they are given."""

from datetime import date

import pytest
from msgspec.structs import replace

from accord.boundaries.join.defaulted import with_defaults
from accord.boundaries.join.system import System
from accord.boundaries.join.variants import separate
from accord.boundaries.platforms.programs import by_default
from accord.defaults.reader import deciding, pack, packs
from accord.model.fact import Fact, Layer, Stance
from accord.model.nothing import NONE
from accord.model.place import Place
from accord.model.terms import term_of
from accord.sources._claims import read_text

ALL = ("connect-failure", "refused-stream", "unavailable", "cancelled")


def decided(version: str = "", at_least: str = "") -> dict[str, object]:
    return {default.term: default.value for default in pack("istio").deciding(version, at_least)}


@pytest.mark.parametrize("pack_", packs(), ids=lambda found: found.platform)
def test_each_default_says_where_and_when_it_was_read(pack_):
    for default in pack_.defaults:
        assert term_of(default.term)
        assert default.source and default.seen >= date(2026, 1, 1)
    for term in {(default.term, default.beside) for default in pack_.defaults}:
        for version in pack_.known:
            same = [default for default in pack_.defaults if (default.term, default.beside) == term]
            assert sum(default.covers(version) for default in same) <= 1


def test_a_known_version_decides_alone():
    assert decided("1.5.4")["timeout.connect"] == 1_000_000_000
    assert decided("1.24")["retry_on"] == ALL
    assert decided("1.9")["retry_on"] == (*ALL, "503")
    assert decided("1.31")["attempts"] == 3


def test_an_unknown_version_decides_only_what_all_share():
    assert decided() == {"timeout.request": NONE, "retry_on": ("connect-failure", "refused-stream")}


def test_the_api_version_read_bounds_the_unknown_version():
    assert decided(at_least="1.22") == {
        "timeout.request": NONE,
        "timeout.attempt": NONE,
        "attempts": 3,
        "retry_on": ALL,
        "timeout.connect": 10_000_000_000,
    }


def test_versions_are_said_in_words():
    said = {(default.term, default.versions) for default in pack("istio").defaults}
    assert {("attempts", "1.0"), ("attempts", "1.1 and later"), ("retry_on", "1.6 to 1.23")} <= said


MESH = """
apiVersion: networking.istio.io/{version}
kind: VirtualService
metadata: {{name: reviews, namespace: shop}}
spec:
  hosts: [{host}]
  gateways: [{gateway}]
  http:
  - timeout: 5s
    route: [{{destination: {{host: reviews}}}}]
"""


def read(version: str = "v1", host: str = "reviews", gateway: str = "mesh") -> list[Fact]:
    return list(with_defaults(read_text(MESH.format(version=version, host=host, gateway=gateway), ".", "mesh.yaml")))


def defaults(facts: list[Fact]) -> dict[str, Fact]:
    return {fact.term: fact for fact in facts if fact.stance is Stance.DEFAULT}


def test_defaults_hold_where_a_route_shows_the_mesh():
    given = defaults(read())
    assert set(given) == {"timeout.request", "timeout.attempt", "attempts", "retry_on", "timeout.connect"}
    tries = given["attempts"]
    assert (tries.consumer, tries.provider, tries.operation) == ("", "kubernetes:shop/reviews", "any")
    assert (tries.layer, tries.source, tries.version, tries.text) == (
        Layer.SIDECAR,
        "istio",
        "1.1 and later",
        "3 (2 retries)",
    )
    assert tries.place.line == 6


def test_an_older_api_version_leaves_more_open():
    assert set(defaults(read("v1alpha3"))) == {"timeout.request", "retry_on"}


def test_a_gateway_has_the_same_defaults_for_its_own_calls():
    given = defaults(read(host="'*'", gateway="public"))
    assert {(fact.consumer, fact.layer) for fact in given.values()} == {("gateway:shop/public", Layer.GATEWAY)}


def test_nothing_is_given_without_a_mesh():
    text = "apiVersion: v1\nkind: Service\nmetadata: {name: reviews}\n"
    assert not defaults(list(with_defaults(read_text(text, ".", "service.yaml"))))


def test_what_is_stated_is_stronger_and_every_caller_has_it():
    system = System(separate(read()))
    limits = system.assumed(("page", "kubernetes:shop/reviews", "get")).all("timeout.request")
    assert [(fact.text, fact.stance) for fact in limits] == [("5s", Stance.ASSUMES)]
    tries = system.assumed(("page", "kubernetes:shop/reviews", "get")).get("attempts")
    assert tries is not None and tries.stance is Stance.DEFAULT
    assert system.keys == (("", "kubernetes:shop/reviews", "any"),)


def test_a_stated_version_is_used():
    facts = list(read_text(MESH.format(version="v1alpha3", host="reviews", gateway="mesh"), ".", "mesh.yaml"))
    given = defaults(list(with_defaults([*facts, in_use("1.4")])))
    assert given["timeout.connect"].text == "1s"
    assert given["timeout.connect"].version == "1.0 to 1.5"


def in_use(version: str, env: str = "") -> Fact:
    place, scope = Place(".", "accord.toml", 2, 1), (("env", (env,)),) if env else ()
    what = ("platforms.istio", version, version, place, Layer.PEOPLE, scope, "configuration")
    return Fact("accord:configuration", Stance.PROMISES, "", "accord:configuration", "", *what)


def test_a_version_newer_than_any_that_was_read_has_the_last_known_defaults_and_says_so():
    given = defaults(list(with_defaults([*read("v1alpha3")[:2], in_use("1.99")])))
    assert given["attempts"].version == "1.1 and later, read up to 1.30"
    assert not defaults(list(with_defaults([*read("v1alpha3")[:2], in_use("0.8")])))


def test_an_environment_may_have_a_version_of_its_own():
    facts = [*read_text(MESH.format(version="v1alpha3", host="reviews", gateway="mesh"), ".", "mesh.yaml")]
    given = with_defaults([*facts, in_use("1.24"), in_use("1.4", "staging")])
    connect = {fact.scope: fact.text for fact in given if fact.term == "timeout.connect"}
    assert connect == {(): "10s", (("env", ("staging",)),): "1s"}
    alone = with_defaults([*facts, in_use("1.4", "staging")])
    assert {(fact.term, fact.scope) for fact in alone if fact.stance is Stance.DEFAULT} == {
        ("timeout.request", ()),
        ("retry_on", ()),
        *(
            (term, (("env", ("staging",)),))
            for term in ("timeout.request", "timeout.attempt", "retry_on", "attempts", "timeout.connect")
        ),
    }
    both = [replace(fact, scope=(("env", ("live", "staging")),)) for fact in facts]
    split = with_defaults([*both, in_use("1.24"), in_use("1.4", "staging")])
    assert {fact.scope: fact.text for fact in split if fact.term == "timeout.connect"} == {
        (("env", ("live",)),): "10s",
        (("env", ("staging",)),): "1s",
    }


def test_a_program_by_itself_has_defaults_that_no_mesh_gives():
    found = {
        (name, term): deciding(name, term)
        for name, term in (("prometheus", "scrape.interval"), ("alertmanager", "repeat_interval"))
    }
    assert {key: default and default.text for key, default in found.items()} == {
        ("prometheus", "scrape.interval"): "1m",
        ("alertmanager", "repeat_interval"): "4h",
    }
    assert deciding("prometheus", "repeat_interval") is None
    rules = "groups: [{name: a, rules: [{alert: Down, expr: up}]}]"
    assert not defaults(list(with_defaults(read_text(rules, ".", "rules.yaml"))))


def test_a_default_is_cited_with_its_versions():
    rules = list(read_text("groups: [{name: a, rules: [{alert: Down, expr: up}]}]", ".", "rules.yaml"))
    cited = by_default("prometheus", "alert.for", rules[0])  # type: ignore[arg-type]
    assert cited is not None
    assert (cited.value, cited.stance, cited.version, cited.place) == (
        0,
        Stance.DEFAULT,
        "2.0 and later",
        rules[0].place,
    )


def stated(term: str, value: object, layer: Layer = Layer.SIDECAR, version: str = "") -> Fact:
    place = Place(".", "proxy.yaml", 1, 1)
    who = ("proxy", "reviews", "get")
    return Fact("proxy", Stance.ASSUMES, *who, term, value, str(value), place, layer, (), "envoy", version)


def test_a_named_platform_gives_its_defaults_to_the_very_subject_and_layer():
    given = defaults(list(with_defaults([stated("platform", "istio", Layer.GATEWAY, "1.4")])))
    assert set(given) == {"timeout.request", "timeout.attempt", "attempts", "retry_on", "timeout.connect"}
    assert {(fact.consumer, fact.provider, fact.operation, fact.layer) for fact in given.values()} == {
        ("proxy", "reviews", "get", Layer.GATEWAY)
    }
    assert given["timeout.connect"].text == "1s"


def test_a_platform_without_a_pack_gives_nothing():
    assert not defaults(list(with_defaults([stated("platform", "unheard-of")])))


def test_a_default_beside_a_term_holds_only_where_that_is_stated(monkeypatch):
    mesh = pack("istio")
    only_beside = replace(mesh, defaults=tuple(replace(each, beside="retry_on") for each in mesh.defaults))
    monkeypatch.setattr("accord.boundaries.join.defaulted.pack", lambda name: only_beside)
    alone = [stated("platform", "istio", version="1.24")]
    assert not defaults(list(with_defaults(alone)))
    assert "attempts" in defaults(list(with_defaults([*alone, stated("retry_on", ("5xx",))])))
    assert not defaults(list(with_defaults([*alone, stated("retry_on", ("5xx",), Layer.GATEWAY)])))


@pytest.mark.parametrize(
    ("platform", "term", "text"),
    [
        ("rabbitmq", "timeout.attempt", "30m (consumer_timeout 1800000)"),
        ("celery-redis", "timeout.attempt", "1h (visibility_timeout 3600)"),
        ("celery-sqs", "timeout.attempt", "30m (visibility_timeout 1800)"),
        ("dotnet-resilience", "timeout.attempt", "10s"),
        ("dotnet-resilience", "attempts", "4 (3 retries)"),
    ],
)
def test_what_was_read_of_brokers_and_clients(platform: str, term: str, text: str):
    decided = deciding(platform, term)
    assert decided is not None
    assert (decided.text, decided.versions.endswith("and later")) == (text, True)
