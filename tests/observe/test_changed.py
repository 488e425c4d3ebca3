"""What changed between two times: the boundary at fault first, and not those who wait for it or pass its errors on."""

import csv
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from faulty import FAULTS, Fault, System, Window, drawn

from accord.cli.observe import command
from accord.model.changed import Change, Changed, common_party
from accord.observe.columns import CLIENT, CONSUMER, ERROR, INTERNAL, PRODUCER, SERVER
from accord.observe.comparing import compared
from accord.observe.distances import Mean, between_means, between_shares, mean_of, standing_out
from accord.observe.executions import Call, Executions
from accord.observe.reading.batch import Batch
from accord.observe.reading.kinds import with_kinds
from accord.observe.reading.layouts import layout_of
from accord.observe.reading.tables import RowReader
from beside import CORPUS, needs

FILES = CORPUS / "nezha-traces-a"
MS = 1_000_000


def spans(*told: dict[str, Any]) -> Any:
    batch = Batch()
    for each in told:
        batch.add({"trace_hi": 0, "trace_lo": 1, "start_ns": 1, "duration_ns": MS, "operation": "x", **each})
    assert not batch.refused
    return with_kinds(batch.taken())


def calls(*told: dict[str, Any]) -> dict[tuple[str, str], Call]:
    return {call.edge[:2]: call for call in Executions(spans(*told)).calls()}


def table(window: Window) -> Any:
    batch = Batch()
    reader = RowReader(layout_of(window.rows[0], None), batch)
    for row in window.rows:
        reader.add(row, "")
    return with_kinds(batch.taken())


def span(number: int, parent: int, kind: int, service: str, start: int, took: int, **said: Any) -> dict[str, Any]:
    return {
        "span": number,
        "parent": parent,
        "kind": kind,
        "service": service,
        "start_ns": start * MS + 1,
        "duration_ns": took * MS,
        **said,
    }


def test_own_time_is_without_the_calls_beneath_however_they_overlap():
    found = calls(
        span(1, 0, CLIENT, "shop", 0, 100),
        span(2, 1, SERVER, "pay", 5, 90),
        span(3, 2, INTERNAL, "pay", 5, 80),
        span(4, 3, CLIENT, "pay", 10, 30, peer="bank"),
        span(5, 2, CLIENT, "pay", 20, 40, peer="books"),
        span(6, 5, SERVER, "books", 400, 35),
        span(7, 2, CLIENT, "pay", 90, 40, peer="slow"),
    )
    assert found["shop", "pay"].own_ns == (100 - 50 - 5) * MS
    assert (found["pay", "peer:bank"].own_ns, found["pay", "books"].own_ns) == (30 * MS, 40 * MS)
    assert found["pay", "books"].execution == found["pay", "peer:bank"].execution != -1


def test_the_callee_tells_how_long_it_really_took_where_the_caller_left():
    found = calls(span(1, 0, CLIENT, "shop", 0, 20, status=ERROR), span(2, 1, SERVER, "pay", 0, 50))
    assert found["shop", "pay"].own_ns == 50 * MS and found["shop", "pay"].own_failed


def test_who_passes_an_error_on_is_not_its_origin():
    found = calls(
        span(1, 0, SERVER, "shop", 0, 9, status=ERROR), span(2, 1, CLIENT, "shop", 0, 8, status=ERROR),
        span(3, 2, SERVER, "pay", 0, 7, status=ERROR), span(4, 3, CLIENT, "pay", 0, 6, status=ERROR),
        span(5, 4, SERVER, "bank", 0, 5, status=ERROR),
    )  # fmt: skip
    assert {edge: (call.failed, call.own_failed) for edge, call in found.items()} == {
        ("", "shop"): (True, False), ("shop", "pay"): (True, False), ("pay", "bank"): (True, True),
    }  # fmt: skip


def test_a_message_is_a_call_for_each_who_takes_it_and_its_time_is_theirs():
    told = Executions(
        spans(
            span(1, 0, PRODUCER, "shop", 0, 2),
            span(2, 0, CONSUMER, "mail", 900, 30, link_lo=1, link_span=1),
            span(3, 1, CONSUMER, "books", 900, 40),
        )
    )
    found = {call.edge[:2]: call for call in told.calls()}
    assert {edge: call.own_ns for edge, call in found.items()} == {
        ("shop", "mail"): 30 * MS,
        ("shop", "books"): 40 * MS,
    }


def test_spans_in_a_circle_and_spans_told_twice_do_no_harm():
    circle = [span(1, 2, INTERNAL, "a", 0, 1), span(2, 1, INTERNAL, "a", 0, 1), span(3, 2, CLIENT, "a", 0, 1, peer="b")]
    assert list(calls(*circle, *circle)) == [("a", "peer:b")]


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_ranks_first_wherever_it_is(kind: str):
    for seed in (7, 8):
        system = System(seed)
        fault = drawn(system, kind, seed + 20)
        changed = compared(table(Window(system, seed + 1)), table(Window(system, seed + 20, fault=fault)))
        first, service = changed[0], f"s{fault.operation[0]}"
        assert service in (first.consumer, first.provider) and first.stands_out
        if kind not in ("exception", "return"):
            assert common_party(changed) == service


def test_nothing_stands_out_where_nothing_changed():
    for seed in (7, 8, 9):
        system = System(seed)
        assert not any(
            one.stands_out for one in compared(table(Window(system, seed + 1)), table(Window(system, seed + 2)))
        )


def shop(count: int, stops: int = 0, without: str = "") -> Any:
    """Requests of a shop that asks stock, then pay, then mail and books; `stops` of them end after pay, which fails."""
    told = []
    for number in range(count):
        common = {"trace_lo": number + 1}
        made = 2 if number < stops else 3 if without else 4
        told.append(common | span(1, 0, SERVER, "shop", 0, 10 + 9 * made))
        for place, name in enumerate(("stock", "pay", "mail", "books")):
            if name == without or (number < stops and place > 1):
                continue
            failed = ERROR if number < stops and name == "pay" else 0
            told.append(common | span(10 + place, 1, CLIENT, "shop", place * 10, 9, status=failed))
            told.append(common | span(20 + place, 10 + place, SERVER, name, place * 10, 8, status=failed))
    return spans(*told)


def by_provider(found: list[Changed]) -> dict[str, Changed]:
    return {one.provider: one for one in found}


def test_what_is_no_longer_called_after_a_call_that_fails_is_its_consequence():
    found = compared(shop(40), shop(40, stops=30))
    assert [one.provider for one in found[:3]] == ["pay", "books", "mail"]
    pay, mail = by_provider(found)["pay"], by_provider(found)["mail"]
    assert pay.stops == ("x",) and mail.follows == "x" and not pay.follows
    assert (pay.before.own_failed, pay.after.own_failed, mail.after.called.some) == (0, 30, 10)
    assert common_party(found) == "pay"


def test_a_call_that_is_gone_alone_is_itself_what_changed():
    found = compared(shop(40), shop(40, without="books"))
    assert found[0].provider == "books" and found[0].what is Change.CALLED and found[0].scores[Change.CALLED] < 0
    assert [one.provider for one in found if one.stands_out] == ["books"] and not found[0].follows
    back = compared(shop(40, without="books"), shop(40))
    assert back[0].provider == "books" and back[0].scores[Change.CALLED] > 0


def test_distances_allow_for_chance_and_for_an_ordinary_day():
    one = Mean(1.0, 100_000, 0.04)
    assert between_means(one, Mean(1.1, 100_000, 0.04), 0.04) == pytest.approx(1.0, abs=0.01)
    assert between_means(one, Mean(3.0, 2, 0.0), 0.04) > 5 > between_means(one, Mean(1.4, 2, 0.0), 0.04)
    assert between_shares((0, 20), (0, 30)) == between_shares((20, 20), (30, 30)) == between_shares((1, 2), (0, 0)) == 0
    assert between_shares((0, 20), (10, 20)) == -between_shares((10, 20), (0, 20)) > 3
    assert abs(between_shares((500_000, 1_000_000), (510_000, 1_000_000))) < 0.5
    assert mean_of([(2.0, 1.0), (4.0, 1.0)]) == Mean(3.0, 2.0, 2.0)
    assert mean_of([(2.0, 5.0), (4.0, 5.0)]) == Mean(3.0, 2.0, 2.0)
    assert 2.5 < standing_out(1) < standing_out(100) < 4.1


def write(path: Path, window: Window) -> str:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(window.rows[0]))
        writer.writeheader()
        writer.writerows(window.rows)
    return str(path)


def run(*arguments: str) -> Any:
    return CliRunner().invoke(command, [*arguments])


def test_the_command_tells_it_to_people_and_to_programs(tmp_path: Path):
    system = System(7)
    good = write(tmp_path / "good.csv", Window(system, 1))
    often = drawn(system, "delay", 2).operation
    bad = write(tmp_path / "bad.csv", Window(system, 3, fault=Fault("delay", often, 300)))
    text = run(bad, "--against", good, "--complete")
    assert text.exit_code == 0 and f"what they have most in common: s{often[0]}" in text.stdout
    assert text.stdout.splitlines()[1].split()[0] == "1" and "own time x" in text.stdout.splitlines()[1]
    assert "how these spans were drawn is not told" not in text.stdout
    assert "how these spans were drawn is not told" in run(bad, "--against", good).stdout
    told = json.loads(run(bad, "--against", good, "--format", "json").stdout)
    assert (told["accord_changed"], told["decidable"], told["common"]) == (1, False, f"s{often[0]}")
    first = told["boundaries"][0]
    assert (first["rank"], first["what"], first["stands_out"]) == (1, "time", True)
    assert (
        f"s{often[0]}" in (first["consumer"], first["provider"])
        and first["after"]["own_ns"] > first["before"]["own_ns"]
    )
    assert "none of" in run(good, "--against", good, "--complete").stdout


def test_what_cannot_be_compared_is_said(tmp_path: Path):
    good = write(tmp_path / "good.csv", Window(System(7), 1, 5))
    other = tmp_path / "other.csv"
    other.write_text(re.sub(r",s(\d)", r",other-\1", Path(good).read_text()))
    nothing = run(str(other), "--against", good)
    assert nothing.exit_code == 3 and "no boundary is in both times" in nothing.stderr
    server = run(good, "--against", "http://127.0.0.1:9090")
    assert server.exit_code == 2 and "expected files of traces to compare, read http://127.0.0.1:9090" in server.stderr
    notes = tmp_path / "notes.txt"
    notes.write_text("hello")
    unread = run(good, "--against", str(notes))
    assert unread.exit_code == 2 and "notes.txt: expected telemetry: traces of OTLP, Jaeger or Zipkin" in unread.stderr


def injections() -> list[Any]:
    """Each fault of the slice with the first window of traces after it."""
    found = []
    for listed in sorted(FILES.glob("faults-*.json")) if FILES.exists() else ():
        for fault in json.loads(listed.read_text()):
            at = datetime.fromisoformat(fault["inject_time"])
            windows = sorted((FILES / "rca_data" / f"{at:%Y-%m-%d}" / "trace").glob("*_trace.csv"))
            window = next(each for each in windows if each.name >= f"{at:%H_%M}_trace.csv")
            found.append((fault["inject_pod"].rsplit("-", 2)[0], window))
    return found


@needs(FILES)
def test_the_edges_of_every_injected_fault_rank_first():
    first = three = 0
    faults = injections()
    for service, window in faults:
        [good] = (FILES / "construct_data" / window.parent.parent.name / "trace").glob("*.csv")
        told = json.loads(run(str(window), "--against", str(good), "--format", "json").stdout)
        ranked = [service in (one["consumer"], one["provider"]) for one in told["boundaries"]]
        first, three = first + ranked[0], three + any(ranked[:3])
        assert [one["provider"] for one in told["boundaries"] if one["stands_out"]] == [service] * sum(
            one["provider"] == service for one in told["boundaries"]
        )
        assert told["common"] == service
    assert (len(faults), first, three) == (2, 2, 2)
