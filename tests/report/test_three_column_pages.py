"""Three columns as people see them, on a narrow page and a wide one, in a comment, and as data: golden pages."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from msgspec.structs import replace

from accord.boundaries.seen.three_columns import three_columns
from accord.check import joined
from accord.model.fact import Fact
from accord.model.finding import Finding, Statement, Verdict
from accord.model.result import Result
from accord.report import json as json_report
from accord.report._asked import Asked
from accord.report._output_schema import output_schema
from accord.report._paint import Paint, columns
from accord.report._three_columns import MOST_SHOWN, tables
from accord.report.markdown import render as markdown
from accord.report.text import render as text
from accord.sources._claims import read_text

from . import samples

GOLDEN = Path(__file__).parent / "golden"
FILES = {
    "checkout/accord.yaml": """\
party: checkout
names: {otel: checkout}
assumes:
  payments/charge:
    timeout: {attempt: 2s}
    attempts: 3
    sends: {rate: 5/s}
""",
    "payments/accord.yaml": """\
party: payments
names: {otel: payments}
promises:
  charge: {at: POST /charges, latency: {max: 5s, p99: 1.2s}, availability: 99%, idempotent: never}
  quote: {at: GET /quote, latency: {p99.9: 300ms}}
""",
    "observed.yaml": """\
accord_observed: 1
boundaries:
  - consumer: checkout
    provider: payments
    operation: POST /charges
    environment: production
    counts: {calls: 12000, weighted: 12000000, paired: 11990, caller_only: 10, late: 6, late_ns: 18000000000, caller_errors: 16,
      callee_errors: 6, error_ok: 6, error_error: 6, try_1: 11984, try_2: 12, try_3: 4, repeated: 6,
      caller_longest_ns: 2000000000, callee_longest_ns: 5000000000}
    caller: [[100ms, 11984], [2s, 16]]
    callee: [[90ms, 11974], [5s, 16]]
    codes: [[-1, 200, 6], [500, 500, 6], [200, 200, 11978]]
    began: 1795687200
    ended: 1795690800
  - consumer: basket
    provider: payments
    operation: GET /quote
    environment: production
    counts: {calls: 40, unweighted: 40, paired: 40}
    caller: [[25ms, 40]]
    callee: [[20ms, 40]]
    began: 1795687200
    ended: 1795690800
  - {consumer: basket, provider: stock, operation: GET /levels, counts: {calls: 9, paired: 9}}
""",
}  # fmt: skip


def facts() -> list[Fact]:
    found = [fact for file, said in FILES.items() for fact in read_text(said, "shop", file)]
    return [replace(fact, place=replace(fact.place, root="")) if fact.source == "observed" else fact for fact in found]


@pytest.fixture(scope="module")
def result() -> Result:
    """A result whose one finding rests on the limit and on the longest answer; its words are not what is tested here."""
    system, problems = joined(facts())
    assert not problems
    limit = next(fact for fact in system.facts if fact.term == "timeout.attempt")
    longest = next(fact for fact in system.observed if fact.term == "latency.max")
    finding = Finding(Verdict.MISMATCH, "", (Statement(limit, ""), Statement(longest, "")))
    return replace(samples.result(), three_columns=three_columns(system, [finding]))


def written(page: str, result: Result) -> str:
    if page.endswith(".md"):
        return markdown(result, Asked(paths=("shop",)))
    return "\n".join(tables(result.three_columns, Asked(width=int(page.split(".")[0][-3:])), Paint(False))) + "\n"


@pytest.mark.parametrize("page", ["three-columns-080.txt", "three-columns-120.txt", "three-columns.md"])
def test_a_page_is_as_it_was_agreed(page: str, result: Result) -> None:
    """A change here is a change of what people read: look at it, then let `ACCORD_REWRITE=1 uv run pytest` write it anew."""
    import os

    found = written(page, result)
    if os.environ.get("ACCORD_REWRITE"):
        (GOLDEN / page).write_text(found, encoding="utf-8")
    assert found == (GOLDEN / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [72, 80, 100, 120, 160])
def test_no_line_is_wider_than_the_page(width: int, result: Result) -> None:
    lines = text(result, Asked(width=width)).splitlines()
    assert "".join(lines).count("promised") == 2
    assert [line for line in lines if columns(line) > width] == []


def test_they_are_of_the_published_form(result: Result) -> None:
    document = json.loads(json_report.render(result, Asked()))
    assert [error.message for error in Draft7Validator(output_schema()).iter_errors(document)] == []
    first, second, third = document["three_columns"]
    assert first["boundary"] == {"consumer": "checkout", "provider": "payments", "operation": "charge", "via": ""}
    assert (first["began"], first["ended"]) == ("2026-11-26T10:00:00Z", "2026-11-26T11:00:00Z")
    assert third["because"] and not second["because"]
    assert "three_columns" not in json.loads(json_report.render(samples.result(), Asked()))


def test_many_are_cut_and_counted(result: Result) -> None:
    many = (result.three_columns[0],) * (MOST_SHOWN + 5)
    lines = tables(many, Asked(), Paint(False))
    assert sum(line == "checkout -> payments/charge" for line in lines) == MOST_SHOWN
    assert any(line.startswith("5 more boundaries have three columns") for line in lines)
