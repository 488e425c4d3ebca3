"""What kustomizations apply together, and what they never do."""

from datetime import date

import pytest

from accord.check import check
from accord.model.fact import Fact
from accord.model.finding import Finding
from accord.sources._claims import read_text

BLOCKED = "capacity/disruption-budget-blocks-drain"
BASE = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart}
spec:
  replicas: 2
  template:
    metadata: {labels: {app: cart}}
    spec: {containers: [{name: app, image: cart}]}
"""
BUDGET = """
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: cart}
spec: {minAvailable: 1, selector: {matchLabels: {app: cart}}}
"""


def scaler(fewest: int) -> str:
    return f"""
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{name: cart}}
spec:
  scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: cart}}
  minReplicas: {fewest}
  maxReplicas: 9
"""


def takes(*paths: str) -> str:
    return f"resources: [{', '.join(paths)}]\n"


def blocked(files: dict[str, str]) -> list[Finding]:
    read = [item for file, text in files.items() for item in read_text(text, ".", file) if isinstance(item, Fact)]
    return [finding for finding in check(read, as_of=date(2026, 11, 27)).findings if finding.rule == BLOCKED]


APART = {
    "base/deployment.yaml": BASE,
    "base/kustomization.yaml": takes("deployment.yaml"),
    "overlays/dev/scaler.yaml": scaler(1),
    "overlays/dev/kustomization.yaml": takes("../../base", "scaler.yaml"),
    "overlays/prod/scaler.yaml": scaler(3),
    "overlays/prod/budget.yaml": BUDGET,
    "overlays/prod/kustomization.yaml": takes("../../base", "scaler.yaml", "budget.yaml"),
}


def test_the_scaler_of_one_overlay_never_meets_the_budget_of_another() -> None:
    assert blocked(APART) == []


def test_what_one_overlay_applies_together_meets() -> None:
    (finding,) = blocked({**APART, "overlays/prod/scaler.yaml": scaler(1)})
    assert finding.scope == (("overlay:overlays", "overlays/prod"),)
    assert {statement.fact.place.file for statement in finding.statements} == {
        "overlays/prod/scaler.yaml",
        "overlays/prod/budget.yaml",
    }


def test_a_base_meets_every_overlay() -> None:
    files = {**APART, "base/budget.yaml": BUDGET, "base/kustomization.yaml": takes("deployment.yaml", "budget.yaml")}
    del files["overlays/prod/budget.yaml"]
    files["overlays/prod/kustomization.yaml"] = takes("../../base", "scaler.yaml")
    (finding,) = blocked(files)
    assert finding.scope == (("overlay:overlays", "overlays/dev"),)


@pytest.mark.parametrize("more", [{}, {"cluster/kustomization.yaml": takes("../overlays/dev", "../overlays/prod")}])
def test_what_is_taken_by_one_alone_is_as_if_no_overlay_were_there(more: dict[str, str]) -> None:
    together = {name: text for name, text in APART.items() if "kustomization" not in name} | more
    kept = {name: text for name, text in APART.items() if more and "kustomization" in name}
    assert blocked({**together, **kept})


def test_overlays_of_components_that_take_each_other_come_to_an_end() -> None:
    circle = {"a/kustomization.yaml": takes("../b"), "b/kustomization.yaml": takes("../a")}
    assert blocked({**APART, **circle}) == []


# ---------------------------------------------------------------------- a folder for each environment, without kustomizations


def test_what_stands_beside_a_definition_is_of_that_one() -> None:
    folders = {f"{environment}/deployment.yaml": BASE for environment in ("dev", "prod")}
    assert blocked({**folders, "dev/scaler.yaml": scaler(1), "prod/budget.yaml": BUDGET}) == []
    (finding,) = blocked({**folders, "dev/scaler.yaml": scaler(1), "dev/budget.yaml": BUDGET})
    assert finding.scope == (("variant:Deployment/cart", "dev/deployment.yaml"),)


def test_of_folders_that_lie_equally_far_each_may_be_meant() -> None:
    folders = {f"{environment}/app/deployment.yaml": BASE for environment in ("dev", "prod")}
    assert blocked({**folders, "scaling/scaler.yaml": scaler(1), "prod/limits/budget.yaml": BUDGET})
    assert not blocked({**folders, "dev/scaling/scaler.yaml": scaler(1), "prod/limits/budget.yaml": BUDGET})
