"""A flood wakes a person few times, and each deviation is sent alone, in one bundle, or held: none vanishes, not over a restart."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from accord.cases.breaker import DEFAULT_BUDGET, breaker_key
from accord.cases.case import Phase
from accord.model.message import About, Fate
from accord.store.errors import StoreError
from accord.store.ledger_sqlite import SqliteLedger
from accord.store.rows import Outcome, Sending
from cases.carried import MINUTE, START
from store.recordings import admit, clear, fire, fire_timers

SECOND = MINUTE // 60
MANY = 60
WINDOW, ALONE = DEFAULT_BUDGET.window, DEFAULT_BUDGET.alone


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[SqliteLedger]:
    ledger = SqliteLedger(tmp_path / "ledger.db", budget=DEFAULT_BUDGET)
    admit(ledger, "p0", "p1", "c0", "keeper")
    yield ledger
    ledger.close()


def flood(ledger: SqliteLedger, many: int = MANY, begins: int = START, name: str = "s") -> None:
    for n in range(many):
        ledger.record([fire(f"{name}{n}", f"{name}{n}", at_ns=begins + n * SECOND // 10)]).result()


def two_floods(ledger: SqliteLedger) -> None:
    """The first fills the bundle, which leaves; the second comes while the next bundle does not gather yet."""
    flood(ledger)
    leaves = ledger.next_leaving_ns()
    assert leaves is not None
    ledger.leave(leaves).result()
    flood(ledger, MANY, leaves + SECOND, "t")


def send(ledger: SqliteLedger, now_ns: int) -> list[Sending]:
    """What the sender would hand over by now."""
    due = ledger.sendings_due(now_ns, limit=10_000)
    ledger.report([Outcome(each.id, Fate.HANDED, now_ns) for each in due]).result()
    return list(due)


def carry(ledger: SqliteLedger, until_ns: int) -> list[tuple[int, Sending]]:
    """What loop and sender do from one instant at which something is due to the next; what was sent when."""
    sent, now_ns = [(START, each) for each in send(ledger, START + MINUTE // 2)], START
    while True:
        instants = (ledger.next_leaving_ns(), ledger.next_deadline_ns(), ledger.next_sending_ns())
        now_ns = max(now_ns, min((instant for instant in instants if instant is not None), default=until_ns))
        if now_ns >= until_ns:
            return sent
        ledger.leave(now_ns).result()
        fire_timers(ledger, now_ns)
        sent += [(now_ns, each) for each in send(ledger, now_ns)]


def test_a_flood_wakes_a_person_few_times_and_loses_nothing(opened: SqliteLedger) -> None:
    two_floods(opened)
    regular = [case for case in opened.cases(is_open=True) if case.key != breaker_key("p0").key]
    assert len(regular) == 2 * MANY
    assert sum(case.phase is Phase.HELD for case in regular) > MANY // 2
    for case in regular:
        pages = [each for each in opened.sendings(case.id) if each.message.interrupts]
        assert (case.phase is Phase.HELD) != bool(pages)
        assert len(pages) <= 1
    sent = carry(opened, START + 4 * 60 * MINUTE)
    woken = Counter((each.message.person, when // WINDOW) for when, each in sent if each.message.interrupts)
    assert woken and max(woken.values()) <= 2 * ALONE + 2
    told = {each.message.deviation for _, each in sent if each.message.interrupts and not each.message.also}
    told |= {deviation for _, each in sent for deviation in each.message.also}
    assert {case.id for case in regular} <= told
    assert opened.audit().broken == () and not opened.verify().disagreement


def test_the_breaker_is_a_deviation_itself_and_closes_when_it_was_quiet(opened: SqliteLedger) -> None:
    flood(opened)
    breaker = opened.case_of(breaker_key("p0").key)
    assert breaker is not None and breaker.is_open and breaker.actor not in ("", "p0")
    for n in range(MANY):
        opened.record([clear(f"c{n}", f"s{n}", at_ns=START + MINUTE)]).result()
    carry(opened, START + 60 * MINUTE)
    after = opened.case_of(breaker_key("p0").key)
    assert after is not None and after.phase is Phase.CLOSED
    assert opened.cases(is_open=True) == () and not opened.verify().disagreement


def test_what_is_parked_waits_for_its_bundle_and_leaves_once_also_after_a_restart(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "ledger.db", budget=DEFAULT_BUDGET)
    admit(ledger, "p0", "c0", "keeper")
    flood(ledger, ALONE + 2)
    parked = [each for case in ledger.cases() for each in ledger.sendings(case.id) if each.due_ns > START + SECOND]
    leaves = ledger.next_leaving_ns()
    assert len(parked) == 2 and leaves == parked[0].due_ns
    assert not {each.id for each in parked} & {each.id for each in ledger.sendings_due(leaves + MINUTE)}
    ledger.leave(leaves - 1).result()
    ledger.close()
    ledger = SqliteLedger(tmp_path / "ledger.db", budget=DEFAULT_BUDGET)
    for _ in range(2):
        ledger.leave(leaves).result()
    bundles = [each for each in ledger.sendings_due(leaves) if each.message.about is About.BUNDLE]
    assert len(bundles) == 1 and len(bundles[0].message.also) == 2 and bundles[0].message.person == "p0"
    after = [found for each in parked if (found := ledger.sending(each.id))]
    assert [each.also_in for each in after] == [bundles[0].id] * 2
    assert not ledger.verify().disagreement
    ledger.close()


def test_one_alone_needs_no_bundle(opened: SqliteLedger) -> None:
    flood(opened, ALONE + 1)
    leaves = opened.next_leaving_ns()
    assert leaves is not None
    before = {each.id for each in opened.sendings_due(leaves)}
    opened.leave(leaves).result()
    (alone,) = (each for each in opened.sendings_due(leaves) if each.id not in before)
    assert alone.message.about is About.OPENED and not alone.also_in


def test_a_batch_that_is_refused_leaves_no_mark_on_the_budget(opened: SqliteLedger) -> None:
    for n in range(5):
        refused = opened.record([fire(f"x{n}", f"x{n}"), replace(fire(f"y{n}"), key="no")])
        assert refused.exception() is not None
    flood(opened, ALONE)
    assert opened.next_leaving_ns() is None and opened.case_of(breaker_key("p0").key) is None


def test_an_id_that_a_hold_would_need_is_not_taken_silently(opened: SqliteLedger) -> None:
    two_floods(opened)
    held = next(case for case in opened.cases(is_open=True) if case.phase is Phase.HELD)
    opened.record([fire("later/budget", "else", at_ns=START + MINUTE)]).result()
    with pytest.raises(StoreError, match="'later/budget' is there already"):
        opened.record([fire("later", "another", at_ns=START + MINUTE)]).result()
    assert opened.case(held.id) == held and opened.case_of(fire("", "another").key) is None


def test_without_a_budget_all_go_alone(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "ledger.db")
    admit(ledger, "p0", "c0")
    flood(ledger, 20)
    assert len(ledger.sendings_due(START + MINUTE)) == 40 and ledger.next_leaving_ns() is None
    ledger.close()
