"""What is read of pods, jobs, scalers, budgets, maps and kustomizations."""

import json
from textwrap import dedent, indent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.model.duration import SECOND
from accord.model.fact import Fact
from accord.model.problem import Problem
from accord.sources._claims import read_text

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: main}
spec:
  replicas: 3
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
      - name: app
        image: shop
"""
BUDGET = """
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: shop, namespace: main}
spec: {minAvailable: 2, selector: {matchLabels: {app: shop}}}
"""


def read(text: str, file: str = "all.yaml") -> tuple[list[Fact], list[Problem]]:
    found = list(read_text(dedent(text), ".", file))
    return [fact for fact in found if isinstance(fact, Fact)], [fact for fact in found if isinstance(fact, Problem)]


def said(text: str, *terms: str) -> dict[str, object]:
    facts, problems = read(text)
    assert not problems
    return {fact.term: fact.value for fact in facts if not terms or fact.term.startswith(terms)}


def of_container(more: str) -> str:
    return DEPLOYMENT + indent(dedent(more).strip(), " " * 8) + "\n"


def test_a_workload_says_how_many_copies_there_are_and_which_platform_runs_it():
    assert said(DEPLOYMENT, "workload", "platform", "replicas") == {
        "workload": "Deployment",
        "platform": "kubernetes",
        "replicas": 3,
    }


@pytest.mark.parametrize(
    ("strategy", "surge"),
    [("{rollingUpdate: {maxSurge: 50%}}", "50%"), ("{rollingUpdate: {maxSurge: 2}}", "2"), ("{type: Recreate}", "0"), ("{}", None)],
)  # fmt: skip
def test_how_many_more_while_a_version_replaces_another(strategy: str, surge: str | None):
    text = DEPLOYMENT.replace("replicas: 3", f"replicas: 3\n  strategy: {strategy}")
    assert said(text).get("replicas.surge") == surge


def test_the_grace_stands_where_it_is_written():
    text = DEPLOYMENT.replace("      containers:", "      terminationGracePeriodSeconds: 5\n      containers:")
    grace = next(fact for fact in read(text)[0] if fact.term == "grace")
    assert (grace.provider, grace.operation, grace.value, grace.text) == ("kubernetes:main/shop", "", 5 * SECOND, "5s")
    assert (grace.place.line, grace.place.column) == (10, 38)


@pytest.mark.parametrize(
    ("hook", "time"),
    [
        ("sleep: {seconds: 7}", 7),
        ('exec: {command: [sleep, "10"]}', 10),
        ('exec: {command: [/bin/sleep, "10s"]}', 10),
        ("exec: {command: [sh, -c, 'sleep 2m']}", 120),
        ("exec: {command: [/bin/sh, -c, 'sleep 1.5 && nginx -s quit']}", 1.5),
        ("exec: {command: [sh, -c, 'sleep 5; kill 1']}", 5),
        ("exec: {command: [sh, -c, 'if true; then sleep 5; fi']}", None),
        ("exec: {command: [sh, -c, 'nginx -s quit; sleep 5']}", None),
        ("exec: {command: [sh, -c, 'sleep 5 || true']}", None),
        ("exec: {command: [sh, -c, 'sleep $SECONDS']}", None),
        ("httpGet: {path: /stop, port: 80}", None),
    ],
)
def test_the_part_of_the_grace_that_passes_first(hook: str, time: float | None):
    found = said(of_container(f"lifecycle: {{preStop: {{{hook}}}}}"), "pre_stop")
    assert found == ({} if time is None else {"pre_stop": int(time * SECOND)})


def test_two_containers_are_told_to_stop_after_the_shorter_wait():
    one = of_container("lifecycle: {preStop: {sleep: {seconds: 9}}}")
    assert "pre_stop" not in said(one + "      - {name: side, image: side}\n")
    both = said(one + "      - {name: side, image: side, lifecycle: {preStop: {sleep: {seconds: 4}}}}\n", "pre_stop")
    assert both == {"pre_stop": 4 * SECOND}


def test_probes_with_their_numbers():
    probes = """
        livenessProbe: {httpGet: {path: /alive, port: 8080}, periodSeconds: 5, failureThreshold: 2, timeoutSeconds: 0}
        readinessProbe: {grpc: {port: 7070, service: shop}, initialDelaySeconds: 15, successThreshold: 1}
        startupProbe: {exec: {command: [sh, -c, "pg_isready -h db"]}}
    """
    found = said(of_container(probes), "probe")
    assert found == {
        "probe.liveness": ("http", "/alive", "8080"),
        "probe_period.liveness": 5 * SECOND,
        "probe_failures.liveness": 2,
        "probe.readiness": ("grpc", "7070", "shop"),
        "probe_delay.readiness": 15 * SECOND,
        "probe_successes.readiness": 1,
        "probe.startup": ("exec", "sh", "-c", "pg_isready", "-h", "db"),
    }
    assert said(of_container(probes), "setting") == {"setting.startupProbe": ("db",)}


@pytest.mark.parametrize(
    ("probe", "asked"),
    [
        ("{httpGet: {path: /, port: 80}}", ()),
        ("{httpGet: {path: /, port: 80, host: other}}", ("other",)),
        ("{tcpSocket: {port: 80, host: other}}", ("other",)),
        ("{exec: {command: [curl, -f, 'http://other:80/x']}}", ("other",)),
        ("{exec: {command: [redis-cli, --host=other, ping]}}", ("other",)),
        ("{exec: {command: [nc, -z, other, '5432']}}", ("other",)),
        ("{exec: {command: [cat, /tmp/healthy]}}", ()),
        ("{exec: {command: [curl, localhost:8080]}}", ()),
    ],
)
def test_whom_a_probe_asks(probe: str, asked: tuple[str, ...]):
    found = said(of_container(f"livenessProbe: {probe}"), "setting")
    assert found == ({"setting.livenessProbe": asked} if asked else {})


def test_variables_that_hold_addresses_and_where_others_come_from():
    variables = """
        env:
        - {name: NAMESPACE, value: other}
        - {name: CART_ADDR, value: "cart.$(NAMESPACE):7070"}
        - {name: PASSWORD, value: "s3cret"}
        - {name: DATABASE_URL, value: "postgres://me:s3cret@db:5432/x"}
        - {name: API, valueFrom: {configMapKeyRef: {name: urls, key: API_URL}}}
        - {name: TOKEN, valueFrom: {secretKeyRef: {name: tokens, key: api}}}
        envFrom:
        - {configMapRef: {name: common}}
        - {secretRef: {name: tokens}}
    """
    facts, problems = read(of_container(variables))
    assert not problems
    assert [(fact.term, fact.value) for fact in facts if fact.term.startswith(("setting", "takes"))] == [
        ("takes_settings", ("main/urls#API_URL",)),
        ("setting.CART_ADDR", ("cart.other",)),
        ("setting.DATABASE_URL", ("db",)),
        ("takes_settings", ("main/common",)),
    ]
    assert not any("s3cret" in repr(fact) for fact in facts)


def test_a_map_says_its_addresses_and_nothing_else():
    text = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: common, namespace: main}
        data:
          CART_ADDR: cart:80
          LEVEL: info
          nginx.conf: |
            server { listen 80; }
            upstream a:80
    """
    facts, problems = read(text)
    assert not problems
    assert [(fact.provider, fact.term, fact.value) for fact in facts] == [
        ("configmap:main/common", "setting.CART_ADDR", ("cart",))
    ]


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("[gunicorn, -t, '90', app]", 90 * SECOND),
        ("[gunicorn, --timeout=90, -k, sync, app]", 90 * SECOND),
        ("[sh, -c, 'exec gunicorn --timeout 90 app && true']", 90 * SECOND),
        ("[python, -m, gunicorn, -t90, app]", 90 * SECOND),
        ("[gunicorn, app]", "platform"),
        ("[gunicorn, -k, uvicorn.workers.UvicornWorker, -t, '90', app]", None),
        ("[gunicorn, --threads, '4', -t, '90', app]", None),
        ("[gunicorn, -c, gunicorn.py, app]", None),
        ("[gunicorn, -t, $TIMEOUT, app]", None),
        ("[echo, gunicorn]", None),
        ("[uvicorn, app]", None),
    ],
)
def test_a_worker_of_gunicorn_is_killed_where_it_serves_one_request_at_a_time(command: str, found: object):
    terms = said(of_container(f"command: {command}"))
    shown = read(of_container(f"command: {command}"))[0]
    named = [fact.value for fact in shown if fact.term == "platform"]
    assert terms.get("killed_after") == (found if isinstance(found, int) else None)
    assert ("gunicorn" in named) is (found == "platform")


def test_what_ends_work_is_said_of_a_pod_where_every_container_says_it():
    one = of_container("command: [gunicorn, -t, '40', app]")
    assert "killed_after" not in said(one + "      - {name: side, image: side}\n")
    both = said(one + "      - {name: side, image: side, args: [gunicorn, -t, '50', app]}\n", "killed")
    assert both == {"killed_after": 50 * SECOND}


def test_variables_of_gunicorn_stand_before_its_command_line():
    text = of_container("command: [gunicorn, app]\nenv: [{name: GUNICORN_CMD_ARGS, value: '--timeout=40'}]")
    assert said(text, "killed") == {"killed_after": 40 * SECOND}


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ("args: [-c, max_connections=200]", "200"),
        ("args: ['--max-connections=50']", "50"),
        ("args: [-N, '30']", "30"),
        ("args: [-c, config_file=/etc/p.conf]", ""),
        ("args: [-c, shared_buffers=1GB]", "platform"),
    ],
)
def test_postgres_accepts_what_it_is_told(more: str, found: str):
    facts, _ = read(of_container(more).replace("image: shop", "image: docker.io/library/postgres:16-alpine"))
    assert [fact.text for fact in facts if fact.term == "accepts.connections"] == ([found] if found.isdigit() else [])
    assert any(fact.value == "postgres" for fact in facts) is (found == "platform")


def test_jobs():
    text = """
        apiVersion: batch/v1
        kind: CronJob
        metadata: {name: settle, namespace: main}
        spec:
          schedule: "0 3 * * *"
          concurrencyPolicy: Forbid
          jobTemplate:
            spec:
              activeDeadlineSeconds: 600
              backoffLimit: 2
              template: {metadata: {labels: {app: settle}}, spec: {containers: [{name: run, image: settle}]}}
    """
    assert said(text) == {
        "schedule": "0 3 * * *",
        "overlap": "Forbid",
        "runs": ("app=settle",),
        "killed_after": 600 * SECOND,
        "retried": 2,
    }


def test_a_scaler_speaks_of_what_it_scales():
    text = """
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {name: any, namespace: main}
        spec: {scaleTargetRef: {kind: Deployment, name: shop}, minReplicas: 2, maxReplicas: 9}
    """
    facts, _ = read(text)
    assert [(fact.provider, fact.term, fact.value) for fact in facts] == [
        ("kubernetes:main/shop", "replicas.min", 2),
        ("kubernetes:main/shop", "replicas.max", 9),
    ]


def test_a_budget_says_what_it_selects_and_leaves():
    assert said(BUDGET) == {"budget.selects": ("app=shop",), "budget.min_available": "2"}


def test_a_budget_with_both_limits_is_not_read():
    facts, problems = read(BUDGET.replace("minAvailable: 2", "minAvailable: 2, maxUnavailable: 1"))
    assert facts == []
    assert [problem.reason for problem in problems] == [
        "cannot read this budget: it has minAvailable and maxUnavailable, and Kubernetes refuses a budget with both"
    ]
    assert said(BUDGET.replace("minAvailable: 2", "minAvailable: 2, maxUnavailable: ~")) == said(BUDGET)


def test_a_budget_may_select_by_expressions():
    selector = "{matchLabels: {a: b}, matchExpressions: [{key: t, operator: In, values: [x, y]}, {key: u, operator: DoesNotExist}]}"
    found = said(BUDGET.replace("{matchLabels: {app: shop}}", selector))
    assert found == {"budget.selects": ("a=b", "!u", "t in (x, y)"), "budget.min_available": "2"}


@pytest.mark.parametrize(
    "selector",
    [
        "{matchExpressions: [{key: app, operator: Exists, values: [a]}]}",
        "{matchExpressions: [{key: app, operator: In}]}",
        "{matchExpressions: [{key: app, operator: Near, values: [a]}]}",
        "{matchLabels: {a: b}, matchExpressions: [{operator: Exists}]}",
    ],
)
def test_a_budget_that_cannot_be_told_whom_it_is_for_is_left_open(selector: str):
    assert said(BUDGET.replace("{matchLabels: {app: shop}}", selector)) == {}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            DEPLOYMENT.replace("image: shop", "env: [{name: A, value: b}]"),
            "cannot read this patch: it lays something over another one; check the rendered manifest instead",
        ),
        (
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {replicas: 3}\n",
            "cannot read this patch: it lays something over another one; check the rendered manifest instead",
        ),
        (
            "resources: [a.yaml]\nnamePrefix: b-\n",
            "cannot read this kustomization: it changes the objects that it names; check the output of kustomize build instead",
        ),
        (
            "apiVersion: template.openshift.io/v1\nkind: Template\nobjects: [{kind: BuildConfig}, {kind: CronJob, metadata: {name: '${NAME}'}}]\n",
            "cannot read this Template: its parameters are filled in when it is processed; check the output of oc process instead",
        ),
        (
            of_container("env: [{name: A, value: '{{ .Values.a }}'}]"),
            "cannot read the variable A: template ({{); check the rendered manifest instead",
        ),
        (DEPLOYMENT.replace("replicas: 3", "replicas: many"), "cannot read spec.replicas: expected a whole number, read 'many'"),
        (BUDGET.replace("minAvailable: 2", "minAvailable: half"), "cannot read minAvailable: expected a number or a percentage such as 25%, read 'half'"),
        (of_container("env: here"), "cannot read env: expected a list, read 'here'"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_with_its_place(text: str, reason: str):
    _, problems = read(text, "kustomization.yaml" if "namePrefix" in text else "all.yaml")
    assert [problem.reason for problem in problems] == [reason]
    assert not problems[0].fatal and problems[0].place.line > 0


def test_a_template_of_what_is_not_read_is_passed_over():
    assert read("apiVersion: v1\nkind: Template\nobjects: [{kind: BuildConfig}]\n") == ([], [])


def laid_over(patches: str) -> list[tuple[str, object]]:
    text = dedent(patches).strip()
    facts, problems = read(text, "kustomization.yaml")
    assert [problem.reason for problem in problems] == [
        "cannot read this kustomization: it changes the objects that it names; check the output of kustomize build instead"
    ]
    return [(fact.provider, fact.value) for fact in facts if fact.term == "laid_over"]


@pytest.mark.parametrize(
    ("path", "terms"),
    [
        ("/spec/replicas", ("replicas",)),
        ("/spec/minAvailable", ("budget.max_unavailable", "budget.min_available")),
        ("/spec/minReplicas", ("replicas.max", "replicas.min")),
        ("/spec/http/0/timeout", ("attempts", "backoff", "retries.", "retry_on", "timeout.")),
        ("/spec/template/spec/terminationGracePeriodSeconds", ("grace", "pre_stop", "probe.", "probe_")),
        ("/spec/template/spec/containers/0/livenessProbe/periodSeconds", ("grace", "pre_stop", "probe.", "probe_")),
        ("/spec/template/spec/containers/0", ("grace", "pre_stop", "probe.", "probe_")),
        ("/spec/template/spec/containers/0/image", ()),
        ("/spec/template/metadata/labels/a", ()),
        ("/metadata/annotations/a", ()),
    ],
)
def test_a_list_of_operations_says_what_it_touches(path: str, terms: tuple[str, ...]):
    target = "target: {kind: Deployment, name: web, namespace: shop}"
    text = f"patches:\n- {target}\n  patch: |-\n    - op: replace\n      path: {path}\n      value: 3\n"
    assert laid_over(text) == ([("kubernetes:shop/web", terms)] if terms else [])
    json_text = f'patchesJson6902:\n- {target}\n  patch: \'[{{"op": "remove", "path": "{path}"}}]\'\n'
    assert laid_over(json_text) == laid_over(text)


def test_a_part_of_an_object_in_a_kustomization_says_what_it_touches():
    part = "apiVersion: apps/v1\n  kind: Deployment\n  metadata: {name: web}\n  spec: {replicas: 3}\n"
    assert laid_over(f"patchesStrategicMerge:\n- |-\n  {part}") == [("kubernetes:/web", ("replicas",))]
    assert laid_over(f"patches:\n- patch: |-\n    {part.replace('  ', '    ')}") == [("kubernetes:/web", ("replicas",))]
    assert laid_over("patchesStrategicMerge: [web.yaml]") == []


def test_a_part_that_a_patch_takes_away_is_touched_as_a_whole():
    own = "apiVersion: apps/v1\n  kind: Deployment\n  metadata: {name: web}\n  "
    pods = ("grace", "pre_stop", "probe.", "probe_")
    inner = "spec: {template: {spec: {containers: [{name: app, $patch: delete}]}}}\n"
    assert laid_over(f"patchesStrategicMerge:\n- |-\n  {own}{inner}") == [("kubernetes:/web", pods)]
    [(party, terms)] = laid_over(f"patchesStrategicMerge:\n- |-\n  {own}$patch: delete\n")
    assert party == "kubernetes:/web" and {"replicas", "budget.min_available", *pods} <= set(terms)
    facts, problems = read("$patch: delete\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n")
    assert [(fact.term, fact.value) for fact in facts] == [("laid_over", terms)] and not problems


def test_a_target_that_is_no_pattern_is_refused_at_its_place():
    text = "patches:\n- target: {kind: Deployment, name: 'web('}\n  patch: '[{op: remove, path: /spec/replicas}]'\n"
    facts, problems = read(text, "kustomization.yaml")
    assert not facts
    assert problems[-1].place.line == 2 and "expected a regular expression" in problems[-1].reason


def test_of_operations_in_another_file_all_may_be_touched():
    [(party, terms)] = laid_over("patches: [{path: a.yaml, target: {kind: Deployment, name: web}}]")
    assert party == "kubernetes:/web" and {"replicas", "grace", "budget.min_available"} <= set(terms)
    assert laid_over("patches: [{path: a.yaml}]") == laid_over("patches: [{path: a.yaml, target: {kind: Job}}]") == []


def test_a_kustomization_that_only_lists_is_no_template():
    text = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n"
    facts, problems = read(text, "base/kustomization.yaml")
    assert [(fact.term, fact.value) for fact in facts] == [("applies", ("base/a.yaml",))] and not problems


_KEYS = ["spec", "template", "containers", "env", "envFrom", "name", "value", "valueFrom", "configMapKeyRef", "lifecycle", "preStop", "exec", "sleep", "command", "args", "image", "livenessProbe", "httpGet", "port", "replicas", "strategy", "rollingUpdate", "maxSurge", "scaleTargetRef", "selector", "matchLabels", "jobTemplate", "data", "services", "build", "environment", "depends_on", "healthcheck", "test", "deploy"]  # fmt: skip
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=6) | st.sampled_from(["a:80", "sleep 5", "25%"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=5),
    max_leaves=30,
)
_KINDS = {"Deployment": "apps/v1", "Job": "batch/v1", "CronJob": "batch/v1", "HorizontalPodAutoscaler": "autoscaling/v2", "PodDisruptionBudget": "policy/v1", "ConfigMap": "v1", "Kustomization": "kustomize.config.k8s.io/v1", "": ""}  # fmt: skip


@given(kind=st.sampled_from(list(_KINDS)), spec=_JSON, data=_JSON)
def test_anything_is_read_or_refused(kind: str, spec: object, data: object):
    document = {"metadata": {"name": "x"}, "spec": spec, "data": data, "services": data}
    if kind:
        document |= {"apiVersion": _KINDS[kind], "kind": kind}
    for found in read_text(json.dumps(document), ".", "any.yaml"):
        assert found.place.line == 1
