"""`accord init --observed`: what was seen is written down as comments, checks without a fault, and is nobody's promise."""

import json
from pathlib import Path
from typing import Any

import pytest

from .conftest import Accord, write
from .test_observe import essay

ESSAY = """\
# Observed, not agreed, 2023-11-14 22:13 to 2023-11-14 22:14 UTC: every figure here is a comment, and nobody's promise.
# `unknown` is an open question: put what the party stands for, or counts on, in its place, or `none` where there is none.
# What happens is no reason to promise it. Leave out what is not yours; docs/language.md has every other word.
---
party: checkout
names: {otel: checkout}
assumes:
  payments/post-charges:
    # observed, not agreed: 3 calls
    timeout: unknown   # it waited 2s at most; 3 answers came after it had left with an error
    attempts: unknown  # 3 at most; 2 of 3 calls asked again
---
party: payments
names: {otel: payments}
promises:
  post-charges:
    # observed, not agreed: 3 calls of checkout
    at: POST /charges
    latency: unknown       # 99 % within 5s, 99.9 % within 5s, the longest 5s
    availability: unknown  # 0 of 3 calls failed
    idempotent: unknown    # 2 executions of what was executed before
    detect: unknown        # how will a deviation be detected?
    recover: unknown       # who recovers?
"""
ODD = (
    "GET /items/<int:id>", "GET /items/:id/parts", "GET /", "POST /a b", "orders", "bank.Payout/Send", "SELECT", "*", "any",
    "PUT /x?y=1", "GET /items/{id}", "none", "é ü", "line\nbreak", "# hash", "POST /käse/{name}", "get/items",
)  # fmt: skip
SERVICES = ("pay ments", "none", "12", "über", "a: b", "x#y", "tab\tbed", "frontend", "Frontend")
UNKNOWN = {"POST /a b", "*", "any", "none", "é ü", "line\nbreak", "# hash"}
"""What no address of a contract can be, and no name."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with the traces of the essay."""
    (tmp_path / "spans.json").write_bytes(essay())
    (tmp_path / "shop").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def document(accord: Accord, *arguments: str) -> Any:
    return json.loads(accord("check", *arguments, "--format", "json").out)


def test_the_essay_becomes_two_contracts_that_claim_nothing(folder: Path, accord: Accord) -> None:
    done = accord("init", "shop", "--observed", "spans.json", "--complete")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("wrote shop/accord.yaml: 2 parties, 7 open questions\n  checkout, payments\n")
    assert done.out.endswith("next: accord check shop --observed spans.json --complete\n")
    assert (folder / "shop/accord.yaml").read_text(encoding="utf-8") == ESSAY
    alone = document(accord, "shop")
    assert {verdict for verdict, count in alone["counts"].items() if count} == {"unanswered"}
    assert alone["read"]["not_read"] == []
    assert accord("check", "shop").code == accord("check", "shop", "--observed", "spans.json").code == 0
    facts = accord("facts", "shop").out.splitlines()[1:-1]
    assert {line.split()[-2 if "mentioned" in line else 4].split(":")[0] for line in facts} <= {
        "names.otel",
        "at",
        "mentioned",
    }


def test_what_was_seen_is_known_again_once_both_sides_have_said_something(folder: Path, accord: Accord) -> None:
    accord("init", "shop", "--observed", "spans.json", "--complete")
    file = folder / "shop/accord.yaml"
    said = file.read_text(encoding="utf-8").replace("latency: unknown  ", "latency: {max: 2s}")
    file.write_text(said.replace("attempts: unknown", "attempts: 3"), encoding="utf-8")
    found = document(accord, "shop", "--observed", "spans.json", "--complete")
    [one] = found["three_columns"]
    assert one["because"] == "" and one["boundary"]["operation"] == "post-charges"
    assert {row["measure"]: row["verdict"] for row in one["rows"]}["latency.max"] == "breach"


def test_whatever_telemetry_calls_things_the_contract_can_be_read(folder: Path, accord: Accord) -> None:
    told = {
        "counts": {"calls": 5, "paired": 5, "callee_errors": 5, "caller_errors": 5, "try_1": 5},
        "callee": [["9s", 5]],
    }
    rows = [{"consumer": "frontend", "provider": "stock", "operation": name, **told} for name in ODD]
    rows += [{"consumer": "frontend", "provider": name, "operation": "GET /", **told} for name in SERVICES]
    rows += [{"consumer": name, "provider": "peer:db:5432", "operation": "SELECT", **told} for name in SERVICES]
    write(folder, "seen.json", json.dumps({"accord_observed": 1, "boundaries": rows}))
    assert accord("init", "shop", "--observed", "seen.json").code == 0
    found = document(accord, "shop", "--observed", "seen.json")
    assert found["read"]["not_read"] == []
    assert {verdict for verdict, count in found["counts"].items() if count} <= {"unanswered", "note"}
    linked = [one for one in found["three_columns"] if one["because"] == "nothing is said of it"]
    assert {one["called"] for one in linked if one["boundary"]["provider"] == "stock"} == set(ODD) - UNKNOWN
    assert len({one["boundary"]["provider"] for one in linked}) == len(
        SERVICES
    )  # less two, and with stock and the database


def test_who_has_a_contract_is_left_out_and_who_may_have_one_is_told(folder: Path, accord: Accord) -> None:
    write(
        folder,
        "shop/payments.yaml",
        "party: payments\nnames: {otel: payments}\npromises: {charge: {at: POST /charges}}\n",
    )
    text = accord("init", "shop", "--observed", "spans.json", "--stdout").out
    assert "party: payments" not in text and "  payments/charge:\n" in text
    write(folder, "shop/payments.yaml", "party: payments\npromises: {charge: {at: POST /charges}}\n")
    done = accord("init", "shop", "--observed", "spans.json", "--stdout")
    assert "party: payments" not in done.out
    assert "payments has a contract: names: {otel: payments} there says that what was seen is of it" in done.err


def test_nothing_seen_writes_nothing(folder: Path, accord: Accord) -> None:
    write(folder, "none.json", '{"accord_observed": 1, "boundaries": []}')
    done = accord("init", "shop", "--observed", "none.json")
    assert (done.code, done.err) == (3, "nothing to write down: no service without a contract was seen\n")
    assert not (folder / "shop/accord.yaml").exists()
    assert accord("init", "shop", "--observed", "missing.json").code == 2
