"""Of whom it is said what manifests say of pods, and which addresses make a call."""

from textwrap import dedent, indent

import pytest

from accord.check import check, joined
from accord.model.fact import Fact
from accord.sources._claims import read_text

SERVICE = "{apiVersion: v1, kind: Service, metadata: {name: %s, namespace: %s}, spec: {selector: {app: %s}}}\n---\n"
WORKLOAD = """
apiVersion: apps/v1
kind: %s
metadata: {name: %s, namespace: shop}
spec:
  replicas: %s
  template:
    metadata: {labels: {%s}}
    spec: {containers: [{name: a, image: a, env: [%s], envFrom: [%s]}]}
---
"""
BUDGET = "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: any, namespace: shop}, spec: {%s, selector: {matchLabels: {app: %s}}}}\n---\n"  # fmt: skip
MAP = "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s, namespace: shop}, data: {%s}}\n---\n"


def workload(
    name: str, replicas: int = 1, labels: str = "", env: str = "", maps: str = "", kind: str = "Deployment"
) -> str:
    return WORKLOAD % (kind, name, replicas, labels or f"app: {name}", env, maps)


def read(*texts: str) -> list[Fact]:
    found = list(read_text("".join(dedent(text) for text in texts), "root", "all.yaml"))
    assert all(isinstance(fact, Fact) for fact in found), found
    return [fact for fact in found if isinstance(fact, Fact)]


def calls(*texts: str) -> list[tuple[str, str]]:
    system, _ = joined(read(*texts))
    return sorted({(fact.consumer, fact.provider) for fact in system.about("mentioned") if fact.consumer})


def test_what_is_said_of_pods_is_said_of_the_service_that_selects_them():
    system, _ = joined(read(SERVICE % ("pay-svc", "shop", "pay"), workload("pay", 3)))
    assert system.party("kubernetes:shop/pay-svc").value("replicas") == 3
    assert system.party("kubernetes:shop/pay").get("replicas") is None


def test_a_workload_that_no_service_selects_speaks_for_itself():
    system, _ = joined(read(workload("worker", 2)))
    assert system.party("kubernetes:shop/worker").value("replicas") == 2


def test_a_service_of_the_same_name_that_selects_others_is_not_spoken_for():
    text = workload("pay", 2, kind="StatefulSet")
    system, _ = joined(read(SERVICE % ("pay", "shop", "other"), text))
    assert system.party("kubernetes:shop/pay").get("replicas") is None


def test_several_workloads_of_one_service_are_told_apart():
    one, two = (workload(f"pay-{name}", count, f"app: pay, version: {name}") for name, count in (("a", 1), ("b", 4)))
    system, _ = joined(read(SERVICE % ("pay", "shop", "pay"), one, two))
    party = "kubernetes:shop/pay"
    found = {name: system.party(party, {f"version:{party}": name}).value("replicas") for name in "ab"}
    assert found == {"a": 1, "b": 4}
    alike, _ = joined(read(SERVICE % ("pay", "shop", "pay"), one, workload("pay-c", 4, "app: pay")))
    assert {scope for fact in alike.about("replicas") for scope in fact.scope} == {
        (f"workload:{party}", (f"Deployment/shop/pay-{name}",)) for name in "ac"
    }


@pytest.mark.parametrize(
    ("env", "found"),
    [
        ('{name: CART, value: "cart:80"}', ["shop/cart"]),
        ('{name: CART, value: "cart.shop:80"}', ["shop/cart"]),
        ('{name: CART, value: "http://cart.shop.svc.cluster.local/x"}', ["shop/cart"]),
        ('{name: CART, value: "cart.other:80"}', []),
        ('{name: CART, value: "cart.other.svc:80"}', ["other/cart"]),
        ('{name: API, value: "https://kubernetes.default.svc.cluster.local"}', []),
        ('{name: CART, value: "cart"}', []),
        ('{name: CART_HOST, value: "cart"}', ["shop/cart"]),
        ('{name: CART, value: "nobody:80"}', []),
        ('{name: STRIPE_URL, value: "https://api.stripe.com/v1"}', []),
        ('{name: OWN_URL, value: "http://web:80"}', []),
    ],
)
def test_an_address_is_a_call_where_it_is_a_service_beyond_doubt(env: str, found: list[str]):
    services = SERVICE % ("cart", "shop", "cart") + SERVICE % ("web", "shop", "web")
    assert calls(services, workload("web", env=env)) == [
        ("kubernetes:shop/web", f"kubernetes:{name}") for name in found
    ]


def test_a_headless_service_of_the_same_pods_is_the_party_itself():
    services = SERVICE % ("db", "shop", "db") + SERVICE % ("db-headless", "shop", "db")
    assert calls(services, workload("db", env='{name: SEEDS, value: "db-headless:80"}')) == []


def test_a_contract_is_called_by_the_address_that_it_gives_itself():
    contract = "party: stripe\nnames: {dns: api.stripe.com}\n---\n"
    found = calls(contract, workload("web", env='{name: URL, value: "https://api.stripe.com"}'))
    assert found == [("kubernetes:shop/web", "stripe")]


def test_the_address_in_a_map_is_of_who_takes_it():
    services = SERVICE % ("cart", "shop", "cart") + SERVICE % ("pay", "shop", "pay")
    whole, key = "{configMapRef: {name: urls}}", "{name: X, valueFrom: {configMapKeyRef: {name: urls, key: PAY_URL}}}"
    urls = MAP % ("urls", "CART_URL: 'http://cart', PAY_URL: 'http://pay'")
    assert calls(services, urls, workload("web", maps=whole)) == [
        ("kubernetes:shop/web", "kubernetes:shop/cart"),
        ("kubernetes:shop/web", "kubernetes:shop/pay"),
    ]
    assert calls(services, urls, workload("web", env=key)) == [("kubernetes:shop/web", "kubernetes:shop/pay")]
    assert calls(services, urls, workload("web", maps=whole), workload("api", maps=whole)) == []
    one = MAP % ("urls", "PAY_URL: 'http://pay', LEVEL: info")
    assert len(calls(services, one, workload("web", maps=whole), workload("api", maps=whole))) == 2


def test_an_address_alone_says_nothing_of_named_operations():
    contract = (
        "party: cart\nnames: {kubernetes: shop/cart}\npromises: {add: {to: [nobody-else]}, get: {to: [x]}}\n---\n"
    )
    facts = read(contract, SERVICE % ("cart", "shop", "cart"), workload("web", env='{name: A, value: "cart:80"}'))
    assert not [key for key in joined(facts)[0].keys if key[0] == "kubernetes:shop/web"]
    assert not [finding for finding in check(facts).findings if "kubernetes:shop/web" in finding.subject]


def drains(*texts: str) -> list[tuple[str, str]]:
    findings = check(read(*texts)).findings
    rule = "capacity/disruption-budget-blocks-drain"
    return [(finding.verdict.value, finding.provider) for finding in findings if finding.rule == rule]


@pytest.mark.parametrize(
    ("budget", "replicas", "blocks"),
    [
        ("minAvailable: 1", 1, True), ("minAvailable: 1", 2, False), ("minAvailable: 67%", 3, True),
        ("minAvailable: 66%", 3, False), ("minAvailable: 9", 3, True), ("maxUnavailable: 0", 3, True),
        ("maxUnavailable: 0%", 3, True), ("maxUnavailable: 1%", 3, False), ("maxUnavailable: 1", 1, False),
        ("minAvailable: 1", 0, False), ("minAvailable: 0", 1, False),
    ],
)  # fmt: skip
def test_a_budget_is_for_the_pods_that_it_selects(budget: str, replicas: int, blocks: bool):
    found = drains(workload("web", replicas), BUDGET % (budget, "web"))
    assert found == ([("mismatch", "kubernetes:shop/web")] if blocks else [])
    assert drains(workload("web", replicas), BUDGET % (budget, "other")) == []


@pytest.mark.parametrize(
    ("expression", "blocks"),
    [
        ("{key: app, operator: In, values: [api, web]}", True),
        ("{key: app, operator: In, values: [api, webs]}", False),
        ("{key: app, operator: NotIn, values: [api]}", True),
        ("{key: app, operator: NotIn, values: [web]}", False),
        ("{key: tier, operator: NotIn, values: [web]}", True),
        ("{key: app, operator: Exists}", True),
        ("{key: tier, operator: Exists}", False),
        ("{key: tier, operator: DoesNotExist}", True),
        ("{key: app, operator: DoesNotExist}", False),
    ],
)
def test_a_budget_that_selects_by_expressions_is_for_what_they_mean(expression: str, blocks: bool):
    budget = (BUDGET % ("minAvailable: 1", "web")).replace(
        "matchLabels: {app: web}", f"matchExpressions: [{expression}]"
    )
    assert drains(workload("web", 1), budget) == ([("mismatch", "kubernetes:shop/web")] if blocks else [])


def under_two(*files: str) -> list[tuple[str, str]]:
    """What is said of two budgets, each text in a file of its own."""
    facts = [fact for file in files for fact in read_text(file.partition("|")[2], "root", file.partition("|")[0])]
    findings = check([fact for fact in facts if isinstance(fact, Fact)]).findings
    return [(each.verdict.value, each.provider) for each in findings if each.rule == "capacity/pod-has-two-budgets"]


def test_two_budgets_are_one_too_many_for_a_pod_where_both_are_applied():
    web, first = workload("web", 9), BUDGET % ("maxUnavailable: 1", "web")
    second = first.replace("name: any", "name: other")
    assert under_two(f"a.yaml|{web}{first}{second}") == [("mismatch", "kubernetes:shop/web")]
    assert under_two(f"k/a.yaml|{web}{first}", f"k/b.yaml|{second}") == [("conditional", "kubernetes:shop/web")]
    assert under_two(f"k/a.yaml|{web}{first}", f"l/b.yaml|{second}") == []
    assert under_two(f"a.yaml|{web}{first}") == []
    assert under_two(f"a.yaml|{web}{first}{first}") == []
    assert under_two(f"a.yaml|{web}{first}{second.replace('app: web', 'app: api')}") == []
    assert under_two(f"a.yaml|{web}{first}{second.replace('namespace: shop', 'namespace: x')}") == []
    assert under_two(f"a.yaml|{workload('web', 0)}{first}{second}") == []
    daemons = workload("web", kind="DaemonSet").replace("  replicas: 1\n", "")
    assert under_two(f"a.yaml|{daemons}{first}{second}") == []


def test_each_definition_of_a_budget_is_for_the_pods_that_it_selects_itself():
    rule = "capacity/disruption-budget-blocks-drain"

    def found(*networks: str) -> list[tuple[str, ...]]:
        facts: list[Fact] = []
        for network in networks:
            text = workload("web", 1, labels=f"app: web, network: {network}")
            text += BUDGET % ("minAvailable: 1", f"web, network: {network}")
            facts += [fact for fact in read_text(text, "root", f"{network}.yaml") if isinstance(fact, Fact)]
        told = [each for each in check(facts).findings if each.rule == rule]
        return [tuple(statement.fact.place.file for statement in each.statements) for each in told]

    assert found("east") == [("east.yaml", "east.yaml")]
    assert found("east", "west") == [("east.yaml", "east.yaml"), ("west.yaml", "west.yaml")]


def test_a_budget_for_several_workloads_is_judged_only_where_it_lets_none_go():
    both = workload("a", 1, "app: web, part: a") + workload("b", 1, "app: web, part: b")
    assert drains(both, BUDGET % ("minAvailable: 1", "web")) == []
    assert len(drains(both, BUDGET % ("maxUnavailable: 0", "web"))) == 1


ALL = BUDGET.replace("matchLabels: {app: %s}", "")


@pytest.mark.parametrize(
    "selector", ["selector: {}", "selector: {matchLabels: {}}", "selector: {matchExpressions: []}"]
)
def test_a_budget_without_requirements_is_for_every_pod_of_its_namespace(selector: str):
    none_go, one_stays = (
        (ALL % limit).replace("selector: {}", selector) for limit in ("maxUnavailable: 0", "minAvailable: 1")
    )
    assert drains(workload("web", 2), none_go) == [("mismatch", "kubernetes:shop/web")]
    assert drains(workload("web"), one_stays) == []
    assert drains(workload("web", 2), none_go.replace("namespace: shop", "namespace: x")) == []
    assert drains(workload("web", 2), none_go.replace("policy/v1", "policy/v1beta1")) == []
    assert drains(workload("web", 2), none_go.replace(selector, "selector: ")) == []
    web, other = workload("web", 9), (BUDGET % ("maxUnavailable: 1", "web")).replace("name: any", "name: other")
    assert under_two(f"a.yaml|{web}{one_stays}{other}") == [("mismatch", "kubernetes:shop/web")]


def test_a_budget_and_a_workload_of_which_one_has_no_namespace_are_not_held_together():
    web, every, own = workload("web"), ALL % "maxUnavailable: 0", BUDGET % ("maxUnavailable: 0", "web")
    bare_web, bare_every, bare_own = (text.replace(", namespace: shop", "") for text in (web, every, own))
    for budget in (bare_every, bare_own):
        assert drains(web, budget) == []
    for budget in (every, own):
        assert drains(bare_web, budget) == []
    assert drains(bare_web, bare_own) == drains(bare_web, bare_every) == [("mismatch", "kubernetes:/web")]

    def apart(budget: str) -> bool:
        files = (("a/web.yaml", bare_web), ("b/budget.yaml", budget))
        facts = [fact for file, text in files for fact in read_text(text, "root", file)]
        rules = [each.rule for each in check([fact for fact in facts if isinstance(fact, Fact)]).findings]
        return "capacity/disruption-budget-blocks-drain" in rules

    assert apart(bare_own) and not apart(bare_every)


def test_a_scaler_decides_how_few_there_are():
    scaler = "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: x, namespace: shop}, spec: {scaleTargetRef: {kind: Deployment, name: web}, %smaxReplicas: 5}}\n---\n"  # fmt: skip
    budget = BUDGET % ("minAvailable: 1", "web")
    assert drains(workload("web", 1), scaler % "minReplicas: 2, ", budget) == []
    assert drains(workload("web", 3), scaler % "minReplicas: 1, ", budget) == [("mismatch", "kubernetes:shop/web")]
    assert drains(workload("web", 3), scaler % "", budget) == [("conditional", "kubernetes:shop/web")]


def test_what_a_scaler_leaves_to_its_default_is_left_by_that_definition_of_it_alone():
    scaler = "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: x, namespace: shop}, spec: {scaleTargetRef: {kind: Deployment, name: web}, %smaxReplicas: %s}}\n---\n"  # fmt: skip
    both = workload("web").replace("  replicas: 1\n", "") + BUDGET % ("minAvailable: 1", "web")

    def found(*scalers: str) -> list[str]:
        files = {"all.yaml": both, **{f"{number}.yaml": text for number, text in enumerate(scalers)}}
        facts = [fact for file, text in files.items() for fact in read_text(text, "root", file)]
        findings = check([fact for fact in facts if isinstance(fact, Fact)]).findings
        rule = "capacity/disruption-budget-blocks-drain"
        return [
            str(dict(each.scope).get("variant:HorizontalPodAutoscaler/shop/x", ""))
            for each in findings
            if each.rule == rule
        ]

    two = "minReplicas: 2, "
    assert found(scaler % (two, 5), scaler % (two, 9)) == []
    assert found(scaler % (two, 5), scaler % ("", 9)) == ["1.yaml"]


KEDA = "{apiVersion: keda.sh/v1alpha1, kind: ScaledObject, metadata: {name: x, namespace: shop}, spec: {scaleTargetRef: {name: web}%s}}\n---\n"  # fmt: skip
FRONT = "{apiVersion: v1, kind: Service, metadata: {name: front, namespace: shop}, spec: {selector: {app: web}}}\n---\n"


@pytest.mark.parametrize(
    ("limits", "most"), [("", ("100", "default")), (", maxReplicaCount: 7, minReplicaCount: 2", ("7", "promises"))]
)
def test_a_scaler_of_keda_may_run_a_hundred_copies_where_it_does_not_say(limits: str, most: tuple[str, str]):
    unsaid = workload("web").replace("  replicas: 1\n", "")
    for party, service in (("web", ""), ("front", FRONT)):
        system, _ = joined(read(unsaid, service, KEDA % limits))
        found = [(fact.provider, fact.text, fact.stance.value) for fact in system.about("replicas.max")]
        assert found == [(f"kubernetes:shop/{party}", *most)]
    assert drains(unsaid, KEDA % limits, BUDGET % ("minAvailable: 1", "web")) == []


def test_a_scaler_with_a_namespace_may_be_for_a_workload_that_has_none():
    scaler = "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: x%s}, spec: {scaleTargetRef: {kind: Deployment, name: %s}, minReplicas: 2, maxReplicas: 5}}\n---\n"  # fmt: skip
    inside, budget = ", namespace: shop", BUDGET % ("minAvailable: 1", "web")
    unsaid = workload("web").replace("  replicas: 1\n", "")
    bare = [text.replace(", namespace: shop", "") for text in (unsaid, budget)]
    assert drains(*bare) == [("conditional", "kubernetes:/web")]
    assert drains(*bare, scaler % (inside, "web")) == []
    assert drains(*bare, scaler % (inside, "api")) == [("conditional", "kubernetes:/web")]
    assert drains(workload("web"), budget, scaler % ("", "web")) == []
    assert drains(workload("web"), budget, scaler % (", namespace: other", "web")) == [
        ("mismatch", "kubernetes:shop/web")
    ]


def test_what_stands_beside_one_definition_of_a_workload_is_not_held_against_another():
    scaler = "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: x, namespace: shop}, spec: {scaleTargetRef: {kind: Deployment, name: web}, minReplicas: 1, maxReplicas: 5}}\n---\n"  # fmt: skip
    budget = BUDGET % ("minAvailable: 1", "web")
    rule = "capacity/disruption-budget-blocks-drain"

    def found(*files: str) -> list[str]:
        facts = [fact for number, text in enumerate(files) for fact in read_text(text, "root", f"{number}.yaml")]
        return [
            each.rule
            for each in check([fact for fact in facts if isinstance(fact, Fact)]).findings
            if each.rule == rule
        ]

    assert found(workload("web", 2) + budget, workload("web", 2) + scaler) == []
    assert found(workload("web", 2) + budget, scaler) == [rule]
    assert found(workload("web", 2) + budget + scaler, workload("web", 2)) == [rule]


def test_nothing_is_said_of_a_set_of_daemons():
    assert (
        drains(workload("web", kind="DaemonSet").replace("  replicas: 1\n", ""), BUDGET % ("maxUnavailable: 0", "web"))
        == []
    )


@pytest.mark.parametrize("fewest", ["minReplicas: 1, ", ""])
def test_a_scaler_of_a_deployment_says_nothing_of_a_set_of_daemons_of_its_name(fewest: str):
    """A DaemonSet has no scale that could be set, so that the scaler is for something that is not here."""
    scaler = f"{{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {{name: x, namespace: shop}}, spec: {{scaleTargetRef: {{kind: Deployment, name: web}}, {fewest}maxReplicas: 1}}}}\n---\n"
    rest = SERVICE % ("web", "shop", "web") + BUDGET % ("minAvailable: 1", "web") + scaler
    assert drains(workload("web", kind="DaemonSet").replace("  replicas: 1\n", ""), rest) == []
    assert drains(workload("web").replace("  replicas: 1\n", ""), rest) == [
        ("mismatch" if fewest else "conditional", "kubernetes:shop/web")
    ]


@pytest.mark.parametrize(
    "patch",
    [
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 3}}\n---\n",
        "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: any}, spec: {minAvailable: 0}}\n---\n",
        "{apiVersion: kustomize.config.k8s.io/v1beta1, kind: Kustomization, replicas: [{name: web, count: 3}]}\n---\n",
    ],
)
def test_what_a_patch_states_anew_is_not_known(patch: str):
    both = workload("web", 1) + BUDGET % ("minAvailable: 1", "web")
    found = [fact for fact in read_text(both + patch, "root", "all.yaml") if isinstance(fact, Fact)]
    assert not [finding for finding in check(found).findings if finding.rule.startswith("capacity/")]
    assert drains(both)


@pytest.mark.parametrize("namespace", ["shop", ""])
@pytest.mark.parametrize(
    ("kind", "name", "path", "blocks"),
    [
        ("Deployment", "web", "/spec/replicas", False),
        ("PodDisruptionBudget", "any", "/spec/minAvailable", False),
        ("Deployment", "web", "/spec/template/spec/containers/0/image", True),
        ("Deployment", "other", "/spec/replicas", True),
        ("StatefulSet", "web", "/spec/replicas", True),
    ],
)
def test_what_operations_of_a_kustomization_touch_is_not_known(
    namespace: str, kind: str, name: str, path: str, blocks: bool
):
    both = workload("web", 1) + BUDGET % ("minAvailable: 1", "web")
    both = both if namespace else both.replace(", namespace: shop", "")
    patch = (
        f"patches:\n- target: {{kind: {kind}, name: {name}}}\n  patch: '[{{op: replace, path: {path}, value: 2}}]'\n"
    )
    files = {"base/all.yaml": both, "prod/kustomization.yaml": patch}
    read_files = [fact for file, text in files.items() for fact in read_text(text, "root", file)]
    findings = check([fact for fact in read_files if isinstance(fact, Fact)]).findings
    found = [each for each in findings if each.rule == "capacity/disruption-budget-blocks-drain"]
    assert [each.verdict.value for each in found] == (["mismatch"] if blocks else [])
    assert all(each.scope == () for each in found)


@pytest.mark.parametrize(
    ("target", "blocks"),
    [
        ("{kind: Deployment}", False),
        ("{kind: Deployment, name: 'we.*'}", False),
        ("{kind: Deployment, name: 'we'}", True),
        ("{kind: Deployment, name: 'x.*'}", True),
        ("{kind: StatefulSet, name: '.*'}", True),
        ("{kind: Deployment, labelSelector: 'tier=a'}", False),
        ("{name: 'web|api', namespace: 's.*'}", False),
        ("{name: 'web|api', namespace: 'x.*'}", True),
    ],
)
def test_a_patch_for_several_objects_makes_unknown_what_it_touches_in_the_files_it_takes(target: str, blocks: bool):
    both = workload("web", 1) + BUDGET % ("minAvailable: 1", "web")
    patch = f"- target: {target}\n  patch: '[{{op: replace, path: /spec/replicas, value: 2}}]'\n"
    taken = f"resources: [../base]\npatches:\n{patch}"

    def found(kustomization: str) -> bool:
        files = {"base/all.yaml": both, "prod/kustomization.yaml": kustomization}
        facts = [fact for file, text in files.items() for fact in read_text(text, "root", file)]
        findings = check([fact for fact in facts if isinstance(fact, Fact)]).findings
        return any(each.rule == "capacity/disruption-budget-blocks-drain" for each in findings)

    assert found(taken) == blocks
    assert found(taken.replace("../base", "../elsewhere"))


TAKEN_AWAY = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: any, namespace: shop}\n"


@pytest.mark.parametrize(
    ("patches", "more", "blocks"),
    [
        ("- patch: |-\n    $patch: delete\n" + indent(TAKEN_AWAY, "    "), {}, False),
        ("- target: {kind: PodDisruptionBudget}\n  patch: '{$patch: delete}'\n", {}, False),
        ("- path: none.yaml\n", {"prod/none.yaml": f"$patch: delete\n{TAKEN_AWAY}"}, False),
        ("- path: none.yaml\n", {"prod/none.yaml": f"$patch: delete\n{TAKEN_AWAY}".replace("any", "other")}, True),
        ("- patch: |-\n" + indent(TAKEN_AWAY, "    "), {}, True),
    ],
)
def test_a_budget_that_a_patch_takes_away_blocks_nothing(patches: str, more: dict[str, str], blocks: bool):
    both = workload("web", 1) + BUDGET % ("minAvailable: 1", "web")
    files = {"base/all.yaml": both, "prod/kustomization.yaml": f"resources: [../base]\npatches:\n{patches}", **more}
    facts = [fact for file, text in files.items() for fact in read_text(text, "root", file)]
    findings = check([fact for fact in facts if isinstance(fact, Fact)]).findings
    found = [each.verdict.value for each in findings if each.rule == "capacity/disruption-budget-blocks-drain"]
    assert found == (["mismatch"] if blocks else [])


def test_a_patch_of_another_object_changes_nothing():
    both = workload("web", 1) + BUDGET % ("minAvailable: 1", "web")
    patch = "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: web}, spec: {replicas: 3}}\n---\n"
    patch += (
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: other}, spec: {replicas: 3}}\n---\n"
    )
    found = [fact for fact in read_text(both + patch, "root", "all.yaml") if isinstance(fact, Fact)]
    assert [finding for finding in check(found).findings if finding.rule.startswith("capacity/")]


def test_the_addresses_of_a_patch_are_of_who_carries_the_workload():
    services = SERVICE % ("cart", "shop", "cart") + SERVICE % ("web-svc", "shop", "web")
    patch = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {template: {spec: {containers: [{name: a, env: [{name: A, value: "cart:80"}, {name: OWN, value: "web-svc:80"}]}]}}}
---
"""
    found = [
        fact for fact in read_text(services + workload("web") + patch, "root", "all.yaml") if isinstance(fact, Fact)
    ]
    called = {(fact.consumer, fact.provider) for fact in joined(found)[0].about("mentioned") if fact.consumer}
    assert called == {("kubernetes:shop/web-svc", "kubernetes:shop/cart")}


def test_where_definitions_are_tried_one_at_a_time_only_the_one_at_fault_is_named():
    blocked = workload("web", 1) + BUDGET % ("minAvailable: 1", "web")
    others = "".join(workload(f"other-{number}") for number in range(10))
    files = (blocked + others, workload("web", 2) + others)
    read_files = [fact for number, text in enumerate(files) for fact in read_text(text, "root", f"{number}.yaml")]
    findings = check([fact for fact in read_files if isinstance(fact, Fact)]).findings
    found = [each for each in findings if each.rule == "capacity/disruption-budget-blocks-drain"]
    assert [each.scope for each in found] == [(("variant:Deployment/shop/web", "0.yaml"),)]
