"""`accord init`: a contract to fill in, which claims nothing and asks."""

import json
from pathlib import Path

import pytest

from .conftest import Accord, write

MANIFESTS = """\
apiVersion: v1
kind: Service
metadata: {name: reviews, namespace: shop, labels: {team: crew}}
spec: {selector: {app: reviews}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews, namespace: shop}
spec:
  hosts: [reviews]
  http:
  - timeout: 5s
    route: [{destination: {host: reviews}}]
"""
CATALOGUE = """\
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: ledger}
spec: {type: service, lifecycle: production, owner: money}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: money}
spec: {type: team}
"""
WRITTEN = """\
# What 2 parties promise is not written down anywhere yet. Under each stands what other files already say, with its line.
# `unknown` is an open question: put what the party stands for in its place, or `none` where there is none. A check asks
# on until then. Leave out what is not yours; docs/language.md has every other word.
---
party: reviews
names: {kubernetes: shop/reviews}
# owner: crew                           mesh.yaml:3
# declares: Service (kubernetes)        mesh.yaml:3
# routes: reviews (istio, sidecar)      mesh.yaml:10
# timeout.request: 5s (istio, sidecar)  mesh.yaml:12
promises:
  any:
    latency: unknown  # what is expected? how late an answer may be, such as {max: 2s}
    detect: unknown   # how will a deviation be detected? such as {by: AnAlert, within: 5m}
    recover: unknown  # who recovers? such as {by: a-team, within: 1h}
---
party: ledger
names: {backstage: "component:default/ledger"}
# owner: money  catalog-info.yaml:4
promises:
  any:
    latency: unknown  # what is expected? how late an answer may be, such as {max: 2s}
    detect: unknown   # how will a deviation be detected? such as {by: AnAlert, within: 5m}
    recover: unknown  # who recovers? such as {by: a-team, within: 1h}
"""
EXPLAINED = """\
wrote accord.yaml: 2 parties, 6 open questions
  reviews, ledger

What other files say of each stands there as comments, with its line: nothing of it is claimed anew.
What nobody says is `unknown`, three questions of each party:
  latency   what is expected?
  detect    how will a deviation be detected?
  recover   who recovers?
Put an answer in the place of `unknown`, or `none` where there is none; leave out what is not yours.

next: accord check
"""


@pytest.fixture
def manifests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: manifests and a catalogue, and no contract."""
    write(tmp_path, "mesh.yaml", MANIFESTS)
    write(tmp_path, "catalog-info.yaml", CATALOGUE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_is_said_stands_as_comments_and_what_is_not_is_asked(accord: Accord, manifests: Path) -> None:
    done = accord("init")
    assert (done.code, done.out, done.err) == (0, EXPLAINED, "")
    assert (manifests / "accord.yaml").read_text(encoding="utf-8") == WRITTEN
    assert accord("init", manifests, "--stdout").out != WRITTEN  # each has a contract now


def test_what_was_written_checks_without_a_mismatch_and_asks(accord: Accord, manifests: Path) -> None:
    before = json.loads(accord("check", "--format", "json").out)
    accord("init")
    after = json.loads(accord("check", "--format", "json").out)
    assert after["counts"]["mismatch"] == before["counts"]["mismatch"] == 0
    assert after["read"]["not_read"] == []
    asked = {question["to"] for finding in after["findings"] for question in finding["questions"]}
    assert asked == {"reviews", "ledger"}
    assert accord("check").code == 0


def test_nothing_is_written_where_it_is_only_shown(accord: Accord, manifests: Path) -> None:
    assert accord("init", "--stdout").out == WRITTEN
    assert accord("init", "--dry-run").out == WRITTEN
    assert not (manifests / "accord.yaml").exists()


def test_a_file_that_is_there_is_never_changed(accord: Accord, manifests: Path) -> None:
    file = write(manifests, "accord.yaml", "party: shop\n")
    done = accord("init")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("accord init: accord.yaml is there already; --stdout prints what would be written\n")
    assert file.read_text(encoding="utf-8") == "party: shop\n"
    assert accord("init", "--stdout").out == WRITTEN


def test_only_some_parties(accord: Accord, manifests: Path) -> None:
    assert "party: ledger" not in accord("init", "--stdout", "--party", "REV").out
    assert "party: reviews" not in accord("init", "--stdout", "--owner", "money").out
    done = accord("init", "--party", "nobody")
    assert (done.code, done.err) == (3, "nothing to write down in .: none of the 2 without a contract is called so\n")


TEMPLATE = """\
Resources:
  Orders: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 60}}
  Ship:
    Type: AWS::Serverless::Function
    Properties:
      Timeout: 20
      Events: {Message: {Type: SQS, Properties: {Queue: !GetAtt Orders.Arn, BatchSize: 5}}}
"""
RULES = "groups: [{name: shop, rules: [{alert: ShopDown, expr: up == 0}]}]\n"


def test_queues_and_functions_of_a_template_are_parties_to_be_asked(accord: Accord, tmp_path: Path) -> None:
    write(tmp_path, "shop/template.yaml", TEMPLATE)
    accord("init", tmp_path)
    text = (tmp_path / "accord.yaml").read_text(encoding="utf-8")
    assert 'party: Orders\nnames: {cloudformation: "shop/template.yaml#Orders"}\n' in text
    assert 'party: Ship\nnames: {cloudformation: "shop/template.yaml#Ship"}\n# killed_after: 20s' in text
    assert "# calls Orders receive accepts.batch: 5 (cloudformation)" in text
    asked = accord("check", tmp_path, "--questions")
    assert asked.code == 0 and "asked of Orders\n" in asked.out and "cloudformation:" not in asked.out


COMPOSE = """\
name: shop
services:
  web: {image: x, depends_on: [db], stop_grace_period: 5s}
  db: {image: "postgres:16"}
"""
TERRAFORM = {
    "main.tf": """\
module "orders" {
  source = "./queue"
  wait   = 60
}
resource "aws_lambda_function" "billing" { timeout = 30 }
resource "aws_lambda_event_source_mapping" "m" {
  event_source_arn = module.orders.arn
  function_name    = aws_lambda_function.billing.arn
}
resource "aws_cloudwatch_metric_alarm" "late" { dimensions = { QueueName = module.orders.arn } }
""",
    "queue/main.tf": """\
variable "wait" {}
resource "aws_sqs_queue" "this" { visibility_timeout_seconds = var.wait }
output "arn" { value = aws_sqs_queue.this.arn }
""",
}


def test_services_of_compose_are_parties_to_be_asked(accord: Accord, tmp_path: Path) -> None:
    write(tmp_path, "docker-compose.yml", COMPOSE)
    assert accord("init", tmp_path).code == 0
    written = (tmp_path / "accord.yaml").read_text(encoding="utf-8")
    assert "party: web\nnames: {compose: shop/web}\n" in written
    assert "# grace: 5s (compose)          docker-compose.yml:3\n" in written
    found = accord("check", tmp_path, "--no-cache")
    assert found.code == 0
    assert "compose:/" not in found.out


def test_queues_and_functions_of_terraform_are_parties_to_be_asked(accord: Accord, tmp_path: Path) -> None:
    for file, text in TERRAFORM.items():
        write(tmp_path, file, text)
    assert accord("init", tmp_path).code == 0
    written = (tmp_path / "accord.yaml").read_text(encoding="utf-8")
    assert [line for line in written.splitlines() if line.startswith(("party", "names"))] == [
        "party: billing",
        'names: {aws: "#lambda_function.billing"}',
        "party: orders-this",
        'names: {aws: "#module.orders.sqs_queue.this"}',
    ]
    assert "# receive timeout.attempt: 1m (terraform, broker)" in written
    found = accord("check", tmp_path, "--no-cache")
    assert found.code == 0
    assert "billing -> orders-this/receive" in found.out and "aws:" not in found.out


def test_where_there_are_alerts_alone_one_party_is_asked_what_they_are_for(accord: Accord, tmp_path: Path) -> None:
    write(tmp_path, "my shop/rules.yml", RULES)
    accord("init", tmp_path / "my shop")
    text = (tmp_path / "my shop" / "accord.yaml").read_text(encoding="utf-8")
    assert (
        "party: my-shop\n# alert: ShopDown (prometheus)  rules.yml:1\npromises:\n  any:\n    latency: unknown" in text
    )
    assert "asked of my-shop\n" in accord("check", tmp_path / "my shop", "--questions").out
    assert accord("init", "--stdout", tmp_path / "my shop").code == 3


def test_a_folder_without_a_party_says_so(accord: Accord, tmp_path: Path) -> None:
    done = accord("init", tmp_path)
    assert done.code == 3
    assert (
        "no object of Kubernetes, service of Compose, component of a catalogue, queue or function without a contract stands there"
        in done.err
    )


def test_one_name_in_several_namespaces_is_told_apart(accord: Accord, tmp_path: Path) -> None:
    for number, namespace in enumerate(("", ", namespace: default", ", namespace: a", ", namespace: b")):
        text = f"apiVersion: v1\nkind: Service\nmetadata: {{name: api{namespace}}}\nspec: {{selector: {{app: api}}}}\n"
        write(tmp_path, f"{number}.yaml", text)
    accord("init", tmp_path)
    written = (tmp_path / "accord.yaml").read_text(encoding="utf-8")
    assert [line for line in written.splitlines() if line.startswith(("party", "names"))] == [
        "party: a-api",
        "names: {kubernetes: a/api}",
        "party: b-api",
        "names: {kubernetes: b/api}",
        "party: default-api",
        "names: {kubernetes: default/api}",
    ]
    assert json.loads(accord("check", tmp_path, "--format", "json").out)["read"]["not_read"] == []
