"""What was observed, between both sides on the page of a boundary; and where nothing was, why."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from serving import CONTRACTS, Within

from accord.boundaries.seen.three_columns import three_columns
from accord.cases.carrying import Carrying
from accord.check import joined
from accord.cli._observed import told_by
from accord.cli.serve import _observing
from accord.files.config import load
from accord.model.fact import Fact
from accord.serve.landscape import Observing, Pseudonyms, carrying_in
from accord.sources._claims import read_text
from accord.store.ledger_sqlite import SqliteLedger

BOUNDARY = "/boundary?consumer=checkout&provider=payments&operation=charge"
NAMED = (
    CONTRACTS.replace("party: payments\n", "party: payments\nnames: {otel: payments-api}\n")
    .replace("party: checkout\n", "party: checkout\nnames: {otel: checkout}\n")
    .replace("    latency: {max: 5s}", "    at: POST /charges\n    latency: {max: 5s}")
)
SEEN = {
    "accord_observed": 1,
    "boundaries": [
        {
            "consumer": "checkout",
            "provider": "payments-api",
            "operation": "POST /charges",
            "counts": {"calls": 1000, "paired": 1000, "weighted": 1_000_000, "heaviest": 1000, "try_1": 1000},
            "caller": [["100ms", 990], ["1.9s", 10]],
            "callee": [["90ms", 990], ["4.5s", 10]],
            "began": 1_795_777_200,
            "ended": 1_795_780_800,
        }
    ],
}


def page(tmp_path: Path, observed: str = "", **served: object) -> str:
    service = Within(tmp_path, NAMED, **served)
    if observed:
        read = [*read_text(NAMED, ".", "accord.yaml"), *read_text(observed, ".", "observed.json")]
        system = joined([each for each in read if isinstance(each, Fact)], date(2026, 11, 27))[0]
        service.service.carrier.carrying = Carrying(system, "keeper", Pseudonyms(service.ledger))
    answer = service.ask("GET", BOUNDARY)
    service.close()
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", answer.text)


def test_what_was_seen_stands_between_what_both_sides_say(tmp_path: Path) -> None:
    told = page(tmp_path, json.dumps(SEEN))
    row = re.search(r'<th scope="row" role="rowheader">latency max.*?</tr>', told)
    assert row and "4.49s" in row[0] and "measured by payments" in row[0] and "5s" in row[0]
    shown = re.findall(r'<li><span class="tag mismatch">mismatch</span> (.*?) <', told)
    assert len(shown) > 1 and shown[0].startswith("checkout waits 2s"), "the longest story first"
    assert "Observed: 1000 calls, 2026-11-27 11:00 to 12:00 UTC (1h)" in told
    assert 'class="observed"' in told and told.count('class="bars"') == 4, "two sides, wide and narrow"
    assert "calls as payments took them" in told and "calls as checkout waited for them" in told
    assert "observed 4.49s payments" in told, "said for whom the drawing is nothing"


def test_callers_whom_no_contract_knows_are_named(tmp_path: Path) -> None:
    shop = json.dumps(SEEN).replace('"checkout"', '"shop"')
    told = page(tmp_path, shop, observing=lambda: Observing(("observed.json",)))
    assert "calls of shop were seen, whom no contract knows (<code>names: {otel: shop}</code>)" in told


def test_where_nothing_was_observed_it_says_why_and_what_to_do(tmp_path: Path) -> None:
    assert "name under <code>[serve] observed</code>" in page(tmp_path)
    unread = Observing(("store.duckdb",), ("store.duckdb: nobody else may have it open",))
    assert "Not observed: store.duckdb: nobody else" in page(tmp_path, observing=lambda: unread)
    read = Observing(("observed.json",))
    assert "Nothing was seen of this boundary in observed.json" in page(tmp_path, observing=lambda: read)


def test_serve_reads_what_accord_toml_names_and_goes_on_without_what_it_cannot_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "accord.yaml").write_text(NAMED, encoding="utf-8")
    (tmp_path / "observed.json").write_text(json.dumps(SEEN), encoding="utf-8")
    (tmp_path / "accord.toml").write_text('[serve]\nobserved = ["observed.json", "gone.json"]\n', encoding="utf-8")
    config = load((str(tmp_path),), str(tmp_path / "accord.toml"), {})
    kept: list[Observing] = []
    facts = _observing((), kept)(config)
    assert kept == [Observing(("observed.json", "gone.json"), ("gone.json: no such file or directory",))]
    assert "not observed: gone.json" in capsys.readouterr().err
    ledger = SqliteLedger(tmp_path / "ledger")
    carrying, problems = carrying_in((str(tmp_path),), config, "keeper", ledger, facts)
    ledger.close()
    assert not problems
    assert {fact.operation for fact in carrying.system.observed} == {"charge"}
    [seen] = three_columns(carrying.system)
    assert seen.calls == 1000, "the file is read with the folder already, and counts once"


def test_a_source_that_is_none_is_told_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text('{"accord_observed": 9, "boundaries": []}', encoding="utf-8")
    (tmp_path / "none.duckdb").write_bytes(b"........DUCK")
    facts, reasons = told_by(["broken.json", str(tmp_path), "none.duckdb"], str(tmp_path))
    assert facts == []
    assert "expected `accord_observed: 1`" in reasons[0]
    assert "is a directory" in reasons[1]
    assert reasons[2].startswith("none.duckdb: expected a DuckDB file of sums")
