"""An event is recorded once, whole and durably, or not at all."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec.structs import replace

from accord.cases.case import Phase
from accord.cases.events import Acknowledge, Commit
from accord.store import chain, memory
from accord.store.errors import StoreError, Unavailable, Undecided
from accord.store.interface import Ledger
from accord.store.kept import Note, Silence
from accord.store.ledger_sqlite import SqliteLedger
from accord.store.rows import Entry
from cases.carried import MINUTE, POLICY, START
from store.recordings import KEY, Opening, a_whole_life, clear, deviation, entries, fire, fire_timers


def test_what_is_recorded_is_there_after_it_was_opened_again(opening: Opening) -> None:
    ledger = opening()
    (recorded,) = ledger.record([fire("e1")]).result()
    ledger.close()
    again = opening()
    assert recorded.case is not None
    assert again.case_of(KEY) == again.case(recorded.case.id) == recorded.case
    assert again.cases(is_open=True) == (recorded.case,)
    assert again.policy_of(KEY) == POLICY


def test_a_whole_life_ends_as_the_kernel_ends_it(ledger: Ledger) -> None:
    carried = a_whole_life()
    recorded = [ledger.record([entry]).result()[0] for entry in entries(carried)]
    assert [each.case for each in recorded] == [stepped.case for stepped in carried.history]
    assert [each.note for each in recorded] == [stepped.note for stepped in carried.history]
    assert carried.case.phase is Phase.CLOSED and ledger.case_of(KEY) == carried.case
    assert [row.event for row in ledger.history(carried.case.id)] == [entry.event for entry in entries(carried)]
    told = [message for stepped in carried.history for message in stepped.messages]
    assert [sending.message for sending in ledger.sendings(carried.case.id)] == told
    assert ledger.cases(is_open=True) == () and ledger.cases(is_open=False) == ledger.cases() == (carried.case,)


def test_the_same_event_twice_is_once(opening: Opening) -> None:
    ledger = opening()
    (first,) = ledger.record([fire("e1")]).result()
    (again,) = ledger.record([fire("e1", at_ns=START + MINUTE)]).result()
    within = ledger.record([fire("e2", source="b"), fire("e2", source="b")]).result()
    ledger.close()
    ledger = opening()
    (later,) = ledger.record([fire("e1")]).result()
    assert first.case is not None and not first.repeated
    assert (again.repeated, again.changed, again.case) == (True, False, first.case)
    assert [each.repeated for each in within] == [False, True]
    assert later.repeated and later.sequence == first.sequence == 1
    assert len(ledger.rows()) == 2
    assert len(ledger.sendings(first.case.id)) == 2


def test_an_event_of_nothing_open_is_on_record_too(ledger: Ledger) -> None:
    (recorded,) = ledger.record([clear("e1")]).result()
    (row,) = ledger.rows()
    assert recorded.case is None and not recorded.changed and recorded.note
    assert (row.case, row.note, row.changed, row.event.id) == ("", recorded.note, False, "e1")


def test_a_batch_is_recorded_whole_or_not_at_all(opening: Opening) -> None:
    ledger = opening()
    with pytest.raises(StoreError, match="expected the key of its deviation"):
        ledger.record([fire("e1"), replace(fire("e2"), key="another")]).result()
    assert ledger.rows() == () and ledger.cases() == ()
    ledger.record([fire("e1"), fire("e2", "shard")]).result()
    assert len(ledger.rows()) == 2


def test_who_waits_beside_a_refused_batch_is_served(ledger: Ledger) -> None:
    futures = [
        ledger.record([fire(f"e{n}", f"s{n}"), *([replace(fire(f"x{n}"), key="no")] if n % 3 == 0 else [])])
        for n in range(30)
    ]
    outcomes = [future.exception() for future in futures]
    assert [outcome is not None for outcome in outcomes] == [n % 3 == 0 for n in range(30)]
    assert len(ledger.rows()) == 20 and not ledger.verify().disagreement


def test_what_the_kernel_cannot_decide_is_an_error_of_ours(tmp_path: Path) -> None:
    def decide(*_: object) -> object:
        raise KeyError("phase")

    ledger = SqliteLedger(tmp_path / "ledger.db", decide)  # type: ignore[arg-type]
    with pytest.raises(Undecided, match=r"Fire e1 of .* could not be decided: KeyError"):
        ledger.record([fire("e1")]).result()
    assert ledger.rows() == () and not ledger.trouble()
    ledger.close()


def test_many_who_wait_share_commits(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "ledger.db")
    before = ledger.writer.commits
    with ThreadPoolExecutor(8) as pool:
        futures = list(pool.map(lambda n: ledger.record([fire(f"e{n}", f"s{n % 7}")]), range(400)))
    sequences = [future.result()[0].sequence for future in futures]
    assert sorted(sequences) == list(range(1, 401))
    assert ledger.writer.commits - before < 200
    assert not ledger.verify().disagreement
    ledger.close()


def test_it_is_awaited_in_a_coroutine(ledger: Ledger) -> None:
    async def all_of_them() -> list[int]:
        futures = [asyncio.wrap_future(ledger.record([fire(f"e{n}", f"s{n}")])) for n in range(50)]
        return [recorded.sequence for (recorded,) in await asyncio.gather(*futures)]

    assert sorted(asyncio.run(all_of_them())) == list(range(1, 51))


def test_who_stops_waiting_leaves_nothing_half_done(ledger: Ledger) -> None:
    async def give_up() -> None:
        waiting = [
            asyncio.ensure_future(asyncio.wrap_future(ledger.record([fire(f"e{n}", f"s{n}")]))) for n in range(50)
        ]
        for each in waiting[::2]:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    asyncio.run(give_up())
    ledger.record([fire("last")]).result()
    assert {row.event.id for row in ledger.rows()} >= {f"e{n}" for n in range(1, 50, 2)}
    assert not ledger.verify().disagreement


def test_a_stale_answer_changes_nothing_and_is_on_record(ledger: Ledger) -> None:
    (opened,) = ledger.record([fire("e1")]).result()
    fire_timers(ledger, START + 10 * MINUTE)
    turned = ledger.case_of(KEY)
    assert opened.case is not None and turned is not None and turned.turn == opened.case.turn + 1
    stale = Commit("late", START + 11 * MINUTE, opened.case.turn, opened.case.actor, START + 20 * MINUTE)
    (recorded,) = ledger.record([Entry(KEY, stale, POLICY)]).result()
    assert (recorded.changed, recorded.case) == (False, turned) and recorded.note
    assert ledger.history(turned.id)[-1].event == stale


def test_of_many_answers_to_one_turn_one_counts(ledger: Ledger) -> None:
    (opened,) = ledger.record([fire("e1")]).result()
    assert opened.case is not None
    case, eta = opened.case, START + 20 * MINUTE
    answers = [Commit(f"a{n}", START + MINUTE, case.turn, case.actor, eta) for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        futures = list(pool.map(lambda answer: ledger.record([Entry(KEY, answer, POLICY)]), answers))
    assert sum(future.result()[0].changed for future in futures) == 1
    after = ledger.case_of(KEY)
    assert after is not None and after.turn == case.turn + 1


def test_a_deadline_fires_once_late_and_in_order(ledger: Ledger) -> None:
    ledger.record([fire(f"e{n}", f"s{n}", at_ns=START - n * MINUTE) for n in range(5)]).result()
    first = ledger.next_deadline_ns()
    assert first == START - 4 * MINUTE + 5 * MINUTE
    asleep = START + 30 * 24 * 60 * MINUTE
    assert [case.deadline_ns for case in ledger.due(asleep)] == sorted(case.deadline_ns for case in ledger.due(asleep))
    assert ledger.due(first - 1) == ()
    assert fire_timers(ledger, asleep) == 5
    timers = [row for row in ledger.rows() if row.event.id.startswith("timer")]
    assert all(row.changed and " late" in row.note for row in timers)
    (again,) = ledger.record([Entry(timers[0].key, timers[0].event, POLICY)]).result()
    assert again.repeated


def test_a_clock_that_jumps_back_decides_by_the_time_of_the_event(ledger: Ledger) -> None:
    (opened,) = ledger.record([fire("e1", at_ns=START)]).result()
    assert opened.case is not None
    hour = 60 * MINUTE
    back = Acknowledge("ack", START - hour, opened.case.turn, opened.case.actor)
    (seen,) = ledger.record([Entry(KEY, back, POLICY)]).result()
    assert seen.case is not None and seen.case.deadline_ns == opened.case.deadline_ns
    assert fire_timers(ledger, START - hour) == 0
    assert fire_timers(ledger, START + hour) == 1
    assert [row.event.at_ns for row in ledger.rows()] == [START, START - hour, START + hour]
    assert not ledger.verify().disagreement


def test_every_open_case_has_an_actor_and_a_deadline(ledger: Ledger) -> None:
    ledger.record([fire(f"e{n}", f"s{n}") for n in range(20)]).result()
    audit = ledger.audit()
    assert (audit.open, audit.broken) == (20, ())


def test_the_audit_names_cases_that_nobody_has_to_act_on(tmp_path: Path) -> None:
    from accord.cases.step import step

    def forgetful(case: object, event: object, policy: object) -> object:
        stepped = step(case, event, policy)  # type: ignore[arg-type]
        odd = event.id in ("e1", "e2")  # type: ignore[attr-defined]
        left = {"e1": {"actor": ""}, "e2": {"deadline_ns": 0}}.get(event.id, {})  # type: ignore[attr-defined]
        return replace(stepped, case=replace(stepped.case, **left)) if odd else stepped

    ledger = SqliteLedger(tmp_path / "ledger.db", forgetful)  # type: ignore[arg-type]
    ledger.record([fire(f"e{n}", f"s{n}") for n in range(4)]).result()
    broken = {found.key for n in (1, 2) if (found := ledger.case_of(deviation(f"s{n}").key))}
    assert ledger.audit().open == 4
    assert {case.key for id_ in ledger.audit().broken if (case := ledger.case(id_))} == broken
    ledger.close()


def test_cases_are_listed_page_by_page(ledger: Ledger) -> None:
    ledger.record([fire(f"e{n}", f"s{n}") for n in range(7)]).result()
    first = ledger.cases(is_open=True, limit=4)
    rest = ledger.cases(is_open=True, after=first[-1].id, limit=4)
    assert [case.id for case in (*first, *rest)] == sorted(case.id for case in ledger.cases())
    assert len(ledger.rows(limit=3)) == 3 and len(ledger.rows(after=3)) == 4


def test_what_the_file_cannot_hold_is_refused(ledger: Ledger) -> None:
    with pytest.raises(StoreError, match="refused by the ledger: OverflowError"):
        ledger.keep(Silence("s1", ends_ns=1 << 70)).result()
    with pytest.raises(StoreError, match="refused by the ledger: UnicodeEncodeError"):
        ledger.keep(Silence("\ud800")).result()
    assert not ledger.trouble() and ledger.record([fire("e1")]).result()


def test_a_ledger_that_is_closed_refuses(ledger: Ledger) -> None:
    accepted = [ledger.record([fire(f"e{n}", f"s{n}")]) for n in range(20)]
    ledger.close()
    assert all(future.result() for future in accepted)
    with pytest.raises(Unavailable, match="closing"):
        ledger.record([fire("late")]).result()
    with pytest.raises(Unavailable, match="closed"):
        ledger.audit()


def test_too_many_who_wait_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accord.store.writer.WAITING_AT_MOST", 0)
    ledger = SqliteLedger(tmp_path / "ledger.db")
    with pytest.raises(Unavailable, match="waiting already"):
        ledger.record([fire("e1")]).result()
    ledger.close()


def test_what_is_kept_beside_events_is_kept_with_them_or_not_at_all(ledger: Ledger) -> None:
    ledger.record([fire("e1")], [Note("a", text="with it")]).result()
    assert ledger.kept_one(Note, "a") == Note("a", text="with it")
    wrong = Entry("another key", fire("e2").event, POLICY)
    with pytest.raises(StoreError):
        ledger.record([fire("e3"), wrong], [Note("b")]).result()
    assert ledger.kept_one(Note, "b") is None and len(ledger.rows()) == 1
    ledger.record([], [Note("c")]).result()
    assert ledger.kept_one(Note, "c") == Note("c")


def test_what_an_event_queued_is_said_with_it(ledger: Ledger) -> None:
    (recorded,) = ledger.record([fire("e1")]).result()
    assert recorded.case is not None and recorded.queued
    assert recorded.queued == ledger.sendings(recorded.case.id)


def test_a_case_that_is_decided_again_and_again_is_read_once(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[bytes] = []
    monkeypatch.setattr(memory, "read_case", lambda body: reads.append(body) or chain.read_case(body))
    for number in range(10):
        ledger.record([fire(f"e{number}", source=f"s{number}")]).result()
    case = ledger.case_of(KEY)
    assert case is not None and len(case.sources) == 10
    assert not reads and not ledger.verify().disagreement


def test_what_was_undone_is_not_decided_upon(ledger: Ledger) -> None:
    ledger.record([fire("e1", source="s1")]).result()
    with pytest.raises(StoreError):
        ledger.record([fire("e2", source="s2"), replace(fire("e3"), key="another")]).result()
    ledger.record([fire("e4", source="s4")]).result()
    case = ledger.case_of(KEY)
    assert case is not None and case.sources == ("s1", "s4")
    assert not ledger.verify().disagreement
