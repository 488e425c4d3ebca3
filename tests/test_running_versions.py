"""Where manifests show which versions of a party run, only those are checked; otherwise the named ones and every other."""

from accord.check import check
from accord.model.fact import Fact
from accord.model.finding import Verdict
from accord.sources._claims import read_text

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}}
"""
WORKLOAD = """\
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web-NAME, namespace: shop}
spec: {template: {metadata: {labels: {app: web, LABEL}}}}
"""
CONTRACT = """\
---
party: web
names: {kubernetes: shop/web}
assumes: {stock/get: {timeout: 1s}}
---
party: web
only: {version: v2}
assumes: {stock/get: {timeout: 9s}}
---
party: web
only: {version: v3}
assumes: {stock/get: {timeout: 2s}}
---
party: stock
promises: {get: {latency: {max: 5s}}}
"""


def workload(version: str) -> str:
    return WORKLOAD.replace("NAME", version).replace("LABEL", f"version: {version}")


def failing(*workloads: str, service: str = SERVICE, contract: str = CONTRACT) -> list[tuple[str, str]]:
    """The version scope and the first sentence of every mismatch."""
    text = "".join((service, *workloads, contract))
    read = list(read_text(text, "test", "all.yaml"))
    assert all(isinstance(item, Fact) for item in read), read
    findings = check(item for item in read if isinstance(item, Fact)).findings
    return [
        (dict(each.scope).get("version:web", ""), each.statements[0].fact.text)
        for each in findings
        if each.verdict is Verdict.MISMATCH
    ]


def test_without_workloads_the_named_versions_and_every_other_are_checked() -> None:
    assert sorted(failing()) == [("not v2 or v3", "1s"), ("v3", "2s")]


def test_a_rollout_of_two_versions_is_checked_in_both_and_no_other() -> None:
    assert failing(workload("v2"), workload("v3")) == [("v3", "2s")]
    assert failing(workload("v2")) == []


def test_a_version_that_nobody_names_is_every_other() -> None:
    assert failing(workload("v1"), workload("v2")) == [("not v2", "1s")]
    assert failing(workload("v1")) == [("", "1s")]


def test_what_fails_in_all_that_run_has_no_scope() -> None:
    contract = CONTRACT.replace("timeout: 9s", "timeout: 2s")
    assert failing(workload("v2"), workload("v3"), contract=contract) == [("", "2s")]
    assert failing(workload("v3")) == [("", "2s")]


def test_a_workload_without_the_label_leaves_it_open() -> None:
    unlabelled = WORKLOAD.replace("NAME", "canary").replace("LABEL", "track: canary")
    assert len(failing(workload("v2"), unlabelled)) == 2


def test_a_second_service_without_workloads_leaves_it_open() -> None:
    second = SERVICE.replace("name: web", "name: web-old").replace("app: web", "app: web-old") + "---\n" + SERVICE
    contract = CONTRACT.replace("kubernetes: shop/web", "kubernetes: [shop/web, shop/web-old]")
    assert len(failing(workload("v2"), service=second, contract=contract)) == 2


def test_workloads_that_no_known_service_selects_leave_it_open() -> None:
    assert len(failing(workload("v2"), service=SERVICE.replace("app: web", "app: other"))) == 2
