"""What the settings of an Istio mesh change of its defaults, and the example that rests on one."""

from pathlib import Path

import pytest

from accord.boundaries.join.defaulted import with_defaults
from accord.boundaries.platforms.mesh_settings import as_set, with_one_version
from accord.check import check, joined, refused_witnesses
from accord.files.read import read as read_files
from accord.model.fact import Fact, Stance
from accord.model.finding import Finding
from accord.sources._claims import read_text

EXAMPLE = Path(__file__).parents[2] / "examples" / "double-payout"
RULE = "retries/unsafe-operation-repeated-by-default"
ROUTE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: pay, namespace: shop}
spec: {hosts: [pay], http: [{route: [{destination: {host: pay}}]}]}
"""
OPERATOR = "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nmetadata: {name: mesh}\nspec: %s\n"
POLICY = "{defaultHttpRetryPolicy: {attempts: 1, retryOn: 'reset,503', perTryTimeout: 2s}, connectTimeout: 3s}"
CONFIG_MAP = f"""
apiVersion: v1
kind: ConfigMap
metadata: {{name: istio, namespace: istio-system}}
data:
  mesh: |
    {POLICY}
"""
SAIL = "apiVersion: sailoperator.io/v1\nkind: Istio\nmetadata: {name: default}\nspec: {version: v1.22.3, values: {meshConfig: %s}}\n"


def defaults(*texts: str) -> dict[str, object]:
    facts = [fact for number, text in enumerate(texts) for fact in read_text(text, ".", f"{number}.yaml")]
    assert all(isinstance(fact, Fact) for fact in facts)
    given = as_set(with_defaults(with_one_version(fact for fact in facts if isinstance(fact, Fact))))
    return {
        fact.term: fact.value
        for fact in given
        if fact.stance is Stance.DEFAULT and fact.provider == "kubernetes:shop/pay"
    }


SET = {"attempts": 2, "retry_on": ("reset", "503"), "timeout.attempt": 2_000_000_000, "timeout.connect": 3_000_000_000}


@pytest.mark.parametrize("text", [OPERATOR % f"{{meshConfig: {POLICY}}}", CONFIG_MAP, SAIL % POLICY])
def test_settings_stand_in_for_the_defaults_of_every_call_that_the_mesh_carries(text):
    assert defaults(ROUTE, text).items() >= SET.items()
    assert defaults(text) == {}


def test_the_version_that_is_installed_decides():
    assert "503" in defaults(ROUTE, OPERATOR % "{tag: 1.23.1-distroless}")["retry_on"]
    assert "503" not in defaults(ROUTE, OPERATOR % "{tag: 1.24.0}")["retry_on"]
    assert "503" in defaults(ROUTE, SAIL % "{}")["retry_on"]
    assert "503" not in defaults(ROUTE, OPERATOR % "{tag: latest}")["retry_on"]


def test_two_installations_of_different_versions_leave_the_version_open():
    one, other = OPERATOR % "{tag: 1.22.1}", OPERATOR % "{tag: 1.23.0}"
    assert "503" in defaults(ROUTE, one, one)["retry_on"]
    assert "503" not in defaults(ROUTE, one, other)["retry_on"]


def test_two_settings_that_differ_leave_it_open():
    one, other = (OPERATOR % f"{{meshConfig: {{connectTimeout: {time}}}}}" for time in ("1s", "2s"))
    assert "timeout.connect" not in defaults(ROUTE, one, other)
    assert defaults(ROUTE, one, one)["timeout.connect"] == 1_000_000_000


def test_a_policy_without_a_number_makes_no_retry():
    assert defaults(ROUTE, OPERATOR % "{meshConfig: {defaultHttpRetryPolicy: {retryOn: 5xx}}}")["attempts"] == 1


def test_a_route_that_says_how_often_is_stronger():
    stated = ROUTE.replace("[{route", "[{retries: {attempts: 4}, route")
    facts = [
        fact for text in (stated, OPERATOR % f"{{meshConfig: {POLICY}}}") for fact in read_text(text, ".", "a.yaml")
    ]
    system, _ = joined(fact for fact in facts if isinstance(fact, Fact))
    side = system.boundary(("", "kubernetes:shop/pay", "any")).assumed
    assert side.value("attempts") == 5 and side.value("retry_on") == ("reset", "503")


# ---------------------------------------------------------------------- the example


def payout(change: tuple[str, str] = ("", "")) -> list[Finding]:
    files = sorted(EXAMPLE.rglob("*.yaml"))
    texts = {str(file.relative_to(EXAMPLE)): file.read_text(encoding="utf-8").replace(*change) if change[0] else file.read_text(encoding="utf-8") for file in files}  # fmt: skip
    facts = [fact for name, text in texts.items() for fact in read_text(text, "example", name)]
    assert all(isinstance(fact, Fact) for fact in facts)
    return [one for one in check(fact for fact in facts if isinstance(fact, Fact)).findings if one.rule.startswith(("retries/", "errors/"))]  # fmt: skip


def test_the_payout_is_sent_twice_though_nobody_wrote_a_retry():
    (found,) = payout()
    assert (found.rule, found.verdict.value, found.subject) == (RULE, "mismatch", "payroll -> payouts/send")
    cited = [statement.fact for statement in found.statements if statement.fact.stance is Stance.DEFAULT]
    assert [(fact.term, fact.source, fact.version) for fact in cited] == [
        ("attempts", "istio", "1.1 and later"),
        ("retry_on", "istio", "1.6 to 1.23"),
    ]
    assert not refused_witnesses(joined(read_files([str(EXAMPLE)]).facts)[0])
    assert not [file for file in EXAMPLE.rglob("*.yaml") if "retries:" in file.read_text(encoding="utf-8")]


@pytest.mark.parametrize(
    "change",
    [
        ("tag: 1.22.6", "tag: 1.24.0"),
        ("  tag: 1.22.6", "  tag: 1.22.6\n  meshConfig: {defaultHttpRetryPolicy: {attempts: 0}}"),
        ("- route:", "- retries: {attempts: 0}\n      route:"),
        ("idempotent: never", "idempotent: always"),
    ],
)
def test_it_is_silent_where_nothing_is_repeated_or_a_repeat_acts_once(change):
    assert payout(change) == []
