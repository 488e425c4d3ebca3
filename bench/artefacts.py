"""Writes mixed artefacts of many services, as organisations keep them: contracts, manifests, meshes, alerts, routes, owners.

A kind more is one function more in `KINDS`: from the number of a service to its files. Services lie in repositories of
`PER_REPOSITORY`; what a function gives under one path for several services is joined.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

PER_REPOSITORY, TEAMS, FAILING_EACH = 20, 50, 20
Files = Iterator[tuple[str, str]]
Kinds = tuple[Callable[[int, int], Files], ...]

CONTRACT = """\
---
party: service-{number}
owner: team-{team}
names: {{kubernetes: [shop-{group}/service-{number}]}}
promises:
  order:
    latency: {{p99: 800ms, max: {longest}}}
    idempotent: always
    accepts: {{rate: 300/s}}
    recover: {{by: rota-{team}, within: 1h}}
assumes:
  service-{next}/order:
    timeout: {{attempt: 3s}}
    attempts: 2
    recover: {{within: 2h}}
"""
ROTA = """\
---
party: rota-{team}
kind: rota
owner: team-{team}
promises:
  page: {{acknowledge: 5m, hands_on: 10m, hours: 24x7}}
escalates: none
"""
MANIFESTS = """\
---
apiVersion: v1
kind: Service
metadata:
  name: service-{number}
  namespace: shop-{group}
  labels:
    app: service-{number}
    team: team-{team}
spec:
  selector:
    app: service-{number}
  ports:
  - name: http
    port: 80
    targetPort: 8080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: service-{number}
  namespace: shop-{group}
  labels:
    app: service-{number}
    team: team-{team}
spec:
  replicas: 3
  selector:
    matchLabels:
      app: service-{number}
  template:
    metadata:
      labels:
        app: service-{number}
        version: v1
    spec:
      terminationGracePeriodSeconds: 30
      containers:
      - name: service
        image: registry.shop.example/service-{number}:1.4.{team}
        ports:
        - containerPort: 8080
        env:
        - name: UPSTREAM
          value: http://service-{next}.shop-{group}.svc.cluster.local
        - name: LOG_LEVEL
          value: info
        resources:
          requests:
            cpu: 100m
            memory: 128Mi
          limits:
            memory: 256Mi
        readinessProbe:
          httpGet:
            path: /ready
            port: 8080
          periodSeconds: 5
        livenessProbe:
          httpGet:
            path: /live
            port: 8080
          initialDelaySeconds: 10
          periodSeconds: 10
"""
MESH = """\
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: service-{number}
  namespace: shop-{group}
spec:
  hosts:
  - service-{number}
  http:
  - match:
    - uri:
        prefix: /orders
    route:
    - destination:
        host: service-{number}
        subset: v1
    timeout: 6s
    retries:
      attempts: 2
      perTryTimeout: 2500ms
      retryOn: connect-failure,refused-stream
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: service-{number}
  namespace: shop-{group}
spec:
  host: service-{number}
  trafficPolicy:
    connectionPool:
      tcp:
        maxConnections: 100
  subsets:
  - name: v1
    labels:
      version: v1
"""
ALERT = """\
  - alert: Service{number}{what}
    expr: |
      sum by (job) (rate(service_{number}_{series}_total{{job="service-{number}", code=~"5.."}}[5m]))
        / sum by (job) (rate(service_{number}_{series}_total{{job="service-{number}"}}[5m])) > 0.05
    for: 10m
    labels:
      severity: {severity}
      team: team-{team}
    annotations:
      summary: service-{number} {words}
      description: "{{{{ $value | humanizePercentage }}}} of the {series} of service-{number}; the limit is 5%."
      runbook_url: https://runbooks.shop.example/services/service-{number}
"""
ALERTS = (
    ("FailsTooOften", "requests", "page", "fails too often"),
    ("AnswersSlowly", "slow_answers", "warning", "answers slowly"),
    ("LosesMessages", "lost_messages", "page", "loses messages"),
    ("RunsFull", "rejections", "warning", "turns requests away"),
)
ROUTE = """\
  - matchers: [team="team-{team}", severity="{severity}"]
    receiver: team-{team}-{severity}
"""
COMPONENT = """\
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: service-{number}
  description: Takes the orders of part {number} of the shop
  annotations:
    backstage.io/techdocs-ref: dir:.
spec:
  type: service
  lifecycle: production
  owner: group:default/team-{team}
  system: shop-{group}
"""
GROUP = """\
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata:
  name: team-{team}
spec:
  type: team
  children: []
"""


def _words(number: int, count: int) -> dict[str, object]:
    longest = "5s" if number % FAILING_EACH == 0 else "2s"
    group = number // PER_REPOSITORY
    return {"number": number, "next": (number + 1) % count, "team": number % TEAMS, "group": group, "longest": longest}


def contracts(number: int, count: int) -> Files:
    words = _words(number, count)
    yield f"service-{number}/accord.yaml", CONTRACT.format(**words)
    if number < TEAMS:
        yield f"rotas/rota-{number}.yaml", ROTA.format(**words)


def kubernetes(number: int, count: int) -> Files:
    yield f"service-{number}/deploy.yaml", MANIFESTS.format(**_words(number, count))


def istio(number: int, count: int) -> Files:
    yield f"service-{number}/mesh.yaml", MESH.format(**_words(number, count))


def rules(number: int, count: int) -> Files:
    alerts = [
        ALERT.format(what=what, series=series, severity=severity, words=words, **_words(number, count))
        for what, series, severity, words in ALERTS
    ]
    yield f"service-{number}/alerts.rules.yaml", f"groups:\n- name: service-{number}\n  rules:\n{''.join(alerts)}"


def alertmanager(number: int, count: int) -> Files:
    if number:
        return
    severities = [(team, severity) for team in range(TEAMS) for severity in ("page", "warning")]
    routes = "".join(ROUTE.format(team=team, severity=severity) for team, severity in severities)
    receivers = "".join(
        f"- name: team-{team}-{severity}\n  webhook_configs: [{{url: http://{severity}.shop.example/{team}}}]\n"
        for team, severity in severities
    )
    rest = "- name: rest\n  webhook_configs: [{url: http://rest.shop.example/}]\n"
    yield "monitoring/alertmanager.yml", f"route:\n  receiver: rest\n  routes:\n{routes}receivers:\n{rest}{receivers}"


def code_owners(number: int, count: int) -> Files:
    yield "CODEOWNERS", f"/service-{number}/ @shop/team-{number % TEAMS}\n"


def backstage(number: int, count: int) -> Files:
    words = _words(number, count)
    yield f"service-{number}/catalog-info.yaml", COMPONENT.format(**words)
    if number < TEAMS:
        yield f"teams/team-{number}.yaml", GROUP.format(**words)


TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: service-{number}-orders
      VisibilityTimeout: 180
      RedrivePolicy: {{deadLetterTargetArn: !GetAtt Failed.Arn, maxReceiveCount: 3}}
  Failed:
    Type: AWS::SQS::Queue
    Properties: {{QueueName: service-{number}-failed, MessageRetentionPeriod: 1209600}}
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: service-{number}-worker
      Runtime: python3.13
      Handler: worker.handle
      Timeout: 30
      Role: arn:aws:iam::123456789012:role/service-{number}
      Code: {{S3Bucket: shop-code, S3Key: service-{number}.zip}}
  Taking:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {{EventSourceArn: !GetAtt Orders.Arn, FunctionName: !Ref Worker, BatchSize: 5}}
"""


def cloudformation(number: int, count: int) -> Files:
    """Not among the mixed artefacts, whose figures go back; for who reads nothing else of them."""
    yield f"service-{number}/queues.template.yaml", TEMPLATE.format(**_words(number, count))


KINDS: Kinds = (contracts, kubernetes, istio, rules, alertmanager, code_owners, backstage)


def _of_services(count: int, kinds: Kinds) -> dict[str, list[str]]:
    texts: dict[str, list[str]] = {}
    for number in range(count):
        for kind in kinds:
            for path, text in kind(number, count):
                texts.setdefault(f"repository-{number // PER_REPOSITORY}/{path}", []).append(text)
    return texts


def write(folder: Path, megabytes: float, kinds: Kinds = KINDS) -> tuple[int, int]:
    """Writes about so many megabytes; gives the number of services, and of bytes."""
    sample = 10 * PER_REPOSITORY
    each = sum(len(text) for texts in _of_services(sample, kinds).values() for text in texts) / sample
    count = max(1, round(megabytes * 1e6 / each))
    written = 0
    for path, texts in _of_services(count, kinds).items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        written += file.write_text("".join(texts))
    return count, written
