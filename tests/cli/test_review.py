"""`accord review`: a deviation or a window of a ledger, and past incidents."""

import shutil
from pathlib import Path

import msgspec
import pytest

from accord.model.message import Fate
from cli.conftest import Accord
from review.reviewed import a_ledger, a_long_evening
from store.recordings import a_whole_life

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of the deviation in ledger.db of the working directory."""
    monkeypatch.chdir(tmp_path)
    return a_ledger(Path("ledger.db"), a_whole_life(), {"p0": Fate.FAILED, "p1": Fate.OPENED, "c0": Fate.OPENED})


def test_a_deviation_by_its_id_the_beginning_of_it_or_its_name(accord: Accord, case: str) -> None:
    done = accord("review", case, "--ledger", "ledger.db")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("# Review: checkout -> payments/charge latency\n")
    assert "| undelivered |" in done.out
    for what in (case[:4], "checkout -> payments/charge latency"):
        assert accord("review", what, "--ledger", "ledger.db").out == done.out


def test_an_export_is_reviewed_without_the_database(accord: Accord, case: str) -> None:
    accord("ledger", "export", "ledger.db", "--output", "ledger.jsonl")
    done = accord("review", case, "--ledger", "ledger.jsonl", "--format", "json")
    document = msgspec.json.decode(done.out)
    assert done.code == 0 and document["version"] == 1
    assert (
        "what became of each message is not in these lines: read the ledger itself for that"
        in document["header"]["gaps"]
    )
    assert [row["reason"] for row in document["missing"]] == ["unopened"]
    assert [row["hash"] for row in document["extract"]] == [
        msgspec.json.decode(line)["hash"]
        for line in Path("ledger.jsonl").read_text().splitlines()
        if line.startswith('{"sequence"')
    ]


def test_a_window_holds_all_that_was_open_in_it(accord: Accord, case: str) -> None:
    inside = "2027-01-15T08:05:00Z/2027-01-15T09:00:00Z"
    assert "checkout" in accord("review", inside, "--ledger", "ledger.db").out
    outside = accord("review", "2027-01-16T08:00:00Z/2027-01-16T09:00:00Z", "--ledger", "ledger.db")
    assert outside.code == 2 and "nothing was open in" in outside.err
    odd = accord("review", "2027-01-16T08:00:00/2027-01-16T09:00:00", "--ledger", "ledger.db")
    assert odd.code == 2 and "expected two instants with their zones" in odd.err


def test_the_checker_adds_its_witness_and_changes_that_it_has_tried(accord: Accord, case: str) -> None:
    done = accord("review", case, "--ledger", "ledger.db", "--contracts", EXAMPLES / "two-services", "--format", "json")
    review = msgspec.json.decode(done.out)
    assert [each["rule"] for each in review["permitted"]] == [
        "timing/caller-gives-up-first",
        "retries/unsafe-operation-repeated",
    ]
    assert all(each["steps"] for each in review["permitted"])
    assert review["no_witness"] == review["no_changes"] == ""
    assert {each["removes"] for each in review["changes"]} <= {each["rule"] for each in review["permitted"]}
    assert all(each["before"] and each["after"] and each["before"] != each["after"] for each in review["changes"])
    assert [each["file"] for each in review["header"]["contracts"]] == ["checkout/accord.yaml", "payments/accord.yaml"]
    assert {each["party"] for each in review["unexamined"]} == {"checkout"}


def test_what_a_change_of_the_contracts_has_removed_is_named(accord: Accord, case: str, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "two-services", tmp_path / "now")
    for file in (tmp_path / "now").rglob("accord.yaml"):
        file.write_text(file.read_text().replace("timeout: {attempt: 2s}", "timeout: {attempt: 6s}"))
    words = ("review", case, "--ledger", "ledger.db", "--format", "json", "--contracts", EXAMPLES / "two-services")
    assert msgspec.json.decode(accord(*words).out)["gone"] == []
    assert msgspec.json.decode(accord(*words, "--now", "now").out)["gone"] == ["timing/caller-gives-up-first"]
    alone = accord("review", case, "--ledger", "ledger.db", "--now", "now")
    assert alone.code == 2 and "--now tells what changed since --contracts" in alone.err


def test_names_of_the_ledger_are_in_no_review(accord: Accord, case: str) -> None:
    for format_ in ("markdown", "html", "json"):
        page = accord("review", case, "--ledger", "ledger.db", "--format", format_).out
        assert not any(name in page for name in ("The p0", "rota-p1", "The c0", "p0@ntfy"))


def test_participants_are_listed_apart(accord: Accord, case: str) -> None:
    done = accord("review", case, "--ledger", "ledger.db", "--participants")
    assert done.out == "c0  on call of checkout\np1  on call of payments (level 2)\n"


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("x",),
        ("--ledger", "ledger.db"),
        ("x", "--import", "ledger.db"),
        ("x", "--ledger", "ledger.db", "--import", "ledger.db"),
    ],
)
def test_what_is_asked_for_must_be_clear(accord: Accord, case: str, arguments: tuple[str, ...]) -> None:
    done = accord("review", *arguments)
    assert done.code == 2 and "expected DEVIATION or WINDOW with --ledger FILE, or --import FILE" in done.err


def test_an_unknown_deviation_is_told_which_there_are(accord: Accord, case: str) -> None:
    done = accord("review", "ffffffff", "--ledger", "ledger.db")
    assert done.code == 2 and case in done.err


def test_what_is_no_ledger_is_refused(accord: Accord, case: str) -> None:
    Path("notes.txt").write_text("dear diary\n")
    done = accord("review", case, "--ledger", "notes.txt")
    assert done.code == 2
    assert done.err.startswith("accord: notes.txt:1:1: expected a line of `accord ledger export`")


def test_a_past_incident_is_imported_and_written_to_a_file(accord: Accord, tmp_path: Path) -> None:
    page = tmp_path / "nats.html"
    done = accord("review", "--import", EXAMPLES / "incidents" / "nats-2023.csv", "--format", "html", "--output", page)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert "level 2 -&gt; maker: needed at 09:17, asked at 11:32 or later, late by at least 2h15m" in page.read_text()


def test_a_timeline_that_is_refused_is_one_line(accord: Accord, tmp_path: Path) -> None:
    file = tmp_path / "odd.csv"
    file.write_text("at,party,kind,what\n2026-01-01T10:00:00Z,a,fact,somebody was careless\n")
    done = accord("review", "--import", file)
    assert done.code == 2 and f"{file}:2:29: 'careless' looks from afterwards or blames" in done.err


def test_two_deviations_stand_in_one_review(accord: Accord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from store.recordings import deviation

    monkeypatch.chdir(tmp_path)
    carried = a_long_evening()
    a_ledger(Path("ledger.db"), carried)
    from accord.store.ledger_sqlite import SqliteLedger
    from store.recordings import fire

    with SqliteLedger(Path("ledger.db")) as ledger:
        ledger.record([fire("other", "shard 7")]).result()
    done = accord("review", "2027-01-15T08:00:00Z/2027-01-15T09:00:00Z", "--ledger", "ledger.db", "--format", "json")
    review = msgspec.json.decode(done.out)
    assert review["header"]["boundaries"] == [carried.deviation.key, deviation("shard 7").key]
    assert "the deviation is still open" in review["header"]["gaps"]
    assert all(len(metric["points"]) == 2 for metric in review["metrics"])
