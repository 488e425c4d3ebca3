"""Whatever is heard in whatever order, deciding it again from the ledger alone gives the same, bit for bit."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from accord.cases import events
from accord.cases.case import Case
from accord.cases.deviation import Urgency
from accord.cases.step import step
from accord.model.message import Fate
from accord.store.interface import Ledger
from accord.store.ledger_sqlite import SqliteLedger
from accord.store.rows import Entry
from cases.carried import HOUR, MINUTE, POLICY, START, on_duty
from store.recordings import KEY, admit, deviation, entries, fire
from store.recordings import a_whole_life as whole_life

NAMES = ("", "eu", "us")
PEOPLE = ("p0", "p1", "c0", "keeper", "stranger")
POLICIES = (
    POLICY,
    replace(POLICY, levels=POLICY.levels[:1], telemetry=False),
    replace(POLICY, levels=(), recover_within=0),
    replace(
        POLICY, levels=(replace(POLICY.levels[0], duty=on_duty("p1", START + HOUR)),), other_person="", other_duty=()
    ),
)

turns, people, sources = st.integers(0, 6), st.sampled_from(PEOPLE), st.sampled_from(("", "a", "b"))
instants = st.integers(-2 * 60, 48 * 60).map(lambda minutes: START + minutes * MINUTE)
ANSWERS = (events.Acknowledge, events.Refuse, events.Fixed, events.Confirm, events.Dispute)


def _of(kind: type, **fields: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[type, dict[str, object]]]:
    return st.tuples(st.just(kind), st.fixed_dictionaries(fields))


heard = st.one_of(
    _of(events.Fire, source=sources),
    _of(events.Clear, source=sources),
    _of(events.Lapse, source=sources),
    *(_of(kind, turn=turns, by=people) for kind in ANSWERS),
    *(_of(kind, turn=turns, by=people, eta_ns=instants) for kind in (events.Commit, events.Progress, events.Accept)),
    _of(events.ReadBack, turn=turns, by=people, boundary=st.integers(0, 2), difference=st.integers(0, 2)),
    _of(events.Decline, turn=turns, by=people, names=people),
    _of(events.Offer, turn=turns, by=people, to=people),
    _of(events.Hold, holder=people, reason=st.sampled_from(("", "maintenance")), until_ns=instants),
    _of(events.Unreachable, turn=turns, person=people),
    _of(events.Receipt, turn=turns, person=people, channel=st.just("ntfy"), fate=st.sampled_from(Fate)),
    _of(events.Rerated, urgency=st.sampled_from(Urgency)),
    *(_of(kind) for kind in (events.Release, events.RotaChanged)),
    _of(events.Withdraw, by=people, reason=st.sampled_from(("", "gone"))),
    _of(events.Timer, turn=turns, due_ns=instants),
)
a_story = st.lists(
    st.tuples(heard, st.integers(0, 25), instants, st.sampled_from(NAMES), st.sampled_from(POLICIES)), max_size=40
)


def _entry(told: tuple[tuple[type, dict[str, object]], int, int, str, object]) -> Entry:
    (kind, fields), number, at_ns, name, policy = told
    if kind is events.Fire:
        fields = fields | {"deviation": deviation(name)}
    return Entry(deviation(name).key, kind(f"e{number}", at_ns, **fields), policy)  # type: ignore[arg-type]


@contextmanager
def _opened() -> Iterator[Ledger]:
    with tempfile.TemporaryDirectory() as folder:
        ledger = SqliteLedger(Path(folder, "ledger.db"))
        try:
            yield ledger
        finally:
            ledger.close()


@settings(max_examples=60, deadline=None)
@given(a_story)
def test_the_ledger_replays_to_the_state_there_is(story: list[object]) -> None:
    known: dict[str, Case | None] = {}
    ids: set[str] = set()
    with _opened() as ledger:
        admit(ledger, "p0", "c0", channels=("ntfy", "smtp"))
        for entry in map(_entry, story):  # type: ignore[arg-type]
            (recorded,) = ledger.record([entry]).result()
            if entry.event.id not in ids:
                ids.add(entry.event.id)
                known[entry.key] = step(known.get(entry.key), entry.event, entry.policy).case
            assert recorded.case == known.get(entry.key)
        for key, case in known.items():
            found = ledger.case_of(key)
            assert msgspec.json.encode(found) == msgspec.json.encode(case)
        assert {case.key for case in ledger.cases(is_open=True)} == {
            k for k, case in known.items() if case and case.is_open
        }
        assert ledger.audit().broken == ()
        ledger.seal(START).result()
        verified = ledger.verify()
        assert not verified.disagreement and verified.rows == len(ids)


@settings(max_examples=30, deadline=None)
@given(a_story, st.integers(1, 7))
def test_batches_come_to_what_one_after_the_other_comes_to(story: list[object], size: int) -> None:
    told = list(map(_entry, story))  # type: ignore[arg-type]
    with _opened() as one, _opened() as many:
        for entry in told:
            one.record([entry]).result()
        futures = [many.record(told[begin : begin + size]) for begin in range(0, len(told), size)]
        assert sum(len(future.result()) for future in futures) == len(told)
        assert one.rows() == many.rows() and one.cases() == many.cases()
        assert one.seal(1).result() == many.seal(1).result()


def test_another_kernel_is_told_apart_from_an_altered_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def older(case: Case | None, event: events.AnyEvent, policy: object) -> object:
        stepped = step(case, event, policy)  # type: ignore[arg-type]
        return replace(stepped, note=f"{stepped.note} (as it was told then)")

    carried = whole_life()
    told = list(entries(carried))
    monkeypatch.setattr("accord.store.recording.program", lambda: "0.0.9+older")
    ledger = SqliteLedger(tmp_path / "ledger.db", older)  # type: ignore[arg-type]
    ledger.record(told[:3]).result()
    ledger.record([fire("elsewhere", "eu")]).result()
    ledger.close()
    monkeypatch.undo()
    ledger = SqliteLedger(tmp_path / "ledger.db")
    ledger.record(told[3:]).result()
    verified = ledger.verify()
    assert (verified.disagreement, verified.otherwise) == ("", 4)
    assert ledger.case_of(KEY) == carried.case
    ledger.close()
