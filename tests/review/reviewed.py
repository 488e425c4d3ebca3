"""Carried cases as what a review reads, and a real ledger with one of them in it."""

from pathlib import Path

from accord.model.message import Fate
from accord.review.ledger import Recorded, Row, Story, stories
from accord.review.reviewing import Asked, review_of
from accord.review.roles import Spoken, people_in
from accord.store.ledger_sqlite import SqliteLedger
from accord.store.rows import Outcome
from cases.carried import MINUTE, START, Carried
from store.recordings import admit, entries


def recorded_of(carried: Carried) -> Recorded:
    """The rows that a ledger would hold of it."""
    rows, before = [], None
    for number, ((event, policy), stepped) in enumerate(zip(carried.events, carried.history, strict=True), 1):
        case = stepped.case
        rows.append(
            Row(
                number, carried.deviation.key, event, policy, "ab" * 32, stepped.changed, stepped.note, f"{number:064x}",
                case.id if case else "", before, case, stepped.messages,
            )
        )  # fmt: skip
        before = case
    return Recorded(tuple(rows), "test")


def story_of(carried: Carried) -> Story:
    (story,) = stories(recorded_of(carried))
    return story


def reviewed(carried: Carried, spoken: Spoken | None = None, asked: Asked | None = None):  # type: ignore[no-untyped-def]
    recorded = recorded_of(carried)
    spoken = spoken or Spoken(people_in(recorded))
    return review_of(stories(recorded), recorded, spoken, asked or Asked())


def a_long_evening() -> Carried:
    """Held, not answered, misread, handed over, disputed, renewed, confirmed: every section has something to say."""
    carried = Carried()
    carried.fire()
    carried.hold(until=10 * MINUTE)
    carried.after(10 * MINUTE).timer()
    carried.timer()
    carried.after(2 * MINUTE).read_back(right=False)
    carried.after(MINUTE).commit(within=15 * MINUTE, picks=False)
    carried.after(5 * MINUTE).offer("p7")
    carried.after(MINUTE).accept(within=20 * MINUTE)
    carried.after(10 * MINUTE).progress(within=20 * MINUTE)
    carried.after(3 * MINUTE).fixed()
    carried.after(2 * MINUTE).dispute(by="c0")
    carried.after(MINUTE).commit(within=20 * MINUTE)
    carried.after(8 * MINUTE).fixed()
    carried.after(4 * MINUTE).confirm(by="c0")
    carried.after(MINUTE).acknowledge(by="p1", turn=2)
    return carried


def a_ledger(file: Path, carried: Carried, became: dict[str, Fate] | None = None) -> str:
    """A real ledger with it; `became` says by person how far messages got. The id of its case."""
    ledger = SqliteLedger(file)
    try:
        admit(ledger, "p0", "p1", "c0")
        for entry in entries(carried):
            ledger.record([entry]).result()
        ledger.seal(START).result()
        due = ledger.sendings_due(START + 10**18, limit=1000)
        fates = became or {}
        outcomes = [Outcome(each.id, fates[each.message.person], START) for each in due if each.message.person in fates]
        if outcomes:
            ledger.report(outcomes).result()
        return carried.case.id
    finally:
        ledger.close()
