"""A message is queued once for each address, tried until somebody has it, and never forgotten."""

import pytest
from msgspec.structs import replace

from accord.cases.case import Case
from accord.cases.events import Unreachable
from accord.model.message import About, Facts, Fate, Message, Side
from accord.store.errors import StoreError
from accord.store.interface import Ledger
from accord.store.queueing import sending_id
from accord.store.rows import Entry, Outcome, Unreached
from cases.carried import MINUTE, POLICY, START
from store.recordings import KEY, Opening, admit, fire, fire_timers


def opened(ledger: Ledger, name: str = "", event: str = "e1") -> Case:
    (recorded,) = ledger.record([fire(event, name)]).result()
    assert recorded.case is not None
    return recorded.case


def test_each_address_of_each_side_has_one_sending(ledger: Ledger) -> None:
    admit(ledger, "p0", channels=("ntfy", "smtp"))
    admit(ledger, "c0", channels=("smtp",))
    case = opened(ledger)
    sendings = ledger.sendings(case.id)
    told = [(each.message.side, each.message.person, each.channel, each.due_ns - START) for each in sendings]
    assert sorted(told) == [
        (Side.OTHER, "c0", "smtp", 0),
        (Side.OWNER, "p0", "ntfy", 0),
        (Side.OWNER, "p0", "smtp", MINUTE),
    ]
    assert all(each.fate is Fate.QUEUED and each.queued_ns == START and not each.attempts for each in sendings)
    assert {each.id for each in sendings} == {sending_id(each.message, each.channel) for each in sendings}
    assert ledger.sending(sendings[0].id) == sendings[0] and ledger.sending("none") is None


def test_what_is_due_comes_in_order_and_survives(opening: Opening) -> None:
    ledger = opening()
    admit(ledger, "p0", channels=("ntfy", "smtp"))
    admit(ledger, "c0")
    opened(ledger)
    ledger.close()
    ledger = opening()
    assert ledger.next_sending_ns() == START
    assert len(ledger.sendings_due(START)) == 2 and ledger.sendings_due(START - 1) == ()
    assert [each.due_ns for each in ledger.sendings_due(START + MINUTE)] == [START, START, START + MINUTE]
    assert len(ledger.sendings_due(START + MINUTE, limit=1)) == 1


def test_a_try_that_failed_is_due_again_later(ledger: Ledger) -> None:
    admit(ledger, "p0", "c0")
    first, second = ledger.sendings_due(opened(ledger).opened_ns)
    ledger.report([Outcome(first.id, Fate.QUEUED, START, due_ns=START + MINUTE, reason="503")]).result()
    ledger.report([Outcome(second.id, Fate.HANDED, START, provider_ref="r1")]).result()
    assert ledger.next_sending_ns() == START + MINUTE
    (again,) = ledger.sendings_due(START + MINUTE)
    assert (again.id, again.attempts, again.reason) == (first.id, 1, "503")
    found = ledger.sending(second.id)
    assert found is not None and (found.fate, found.attempts, found.provider_ref) == (Fate.HANDED, 1, "r1")


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        ((Fate.HANDED, Fate.DELIVERED, Fate.OPENED, Fate.ANSWERED), Fate.ANSWERED),
        ((Fate.DELIVERED, Fate.HANDED), Fate.DELIVERED),
        ((Fate.ANSWERED, Fate.QUEUED), Fate.ANSWERED),
        ((Fate.HANDED, Fate.FAILED), Fate.FAILED),
        ((Fate.OPENED, Fate.FAILED), Fate.OPENED),
        ((Fate.FAILED, Fate.HANDED), Fate.FAILED),
        ((Fate.FAILED, Fate.ANSWERED), Fate.ANSWERED),
    ],
)
def test_receipts_come_in_any_order(ledger: Ledger, heard: tuple[Fate, ...], expected: Fate) -> None:
    admit(ledger, "p0", "c0")
    sending = ledger.sendings(opened(ledger).id)[0]
    for fate in heard:
        ledger.report([Outcome(sending.id, fate, START)]).result()
    after = ledger.sending(sending.id)
    assert after is not None and after.fate is expected


def test_outcomes_are_reported_together_or_not_at_all(ledger: Ledger) -> None:
    admit(ledger, "p0", "c0")
    first, _ = ledger.sendings(opened(ledger).id)
    with pytest.raises(StoreError, match="no sending has the id 'none'"):
        ledger.report([Outcome(first.id, Fate.HANDED, START), Outcome("none", Fate.HANDED, START)]).result()
    after = ledger.sending(first.id)
    assert after is not None and after.fate is Fate.QUEUED


def test_who_has_no_address_is_unreached_at_once(ledger: Ledger) -> None:
    admit(ledger, "c0")
    case = opened(ledger)
    assert ledger.unreached() == (Unreached(KEY, case.id, case.turn, "p0"),)
    (failed,) = (each for each in ledger.sendings(case.id) if each.fate is Fate.FAILED)
    assert (failed.channel, failed.reason) == ("", "no address is known")


def test_who_failed_on_every_channel_is_unreached_until_that_is_recorded(ledger: Ledger) -> None:
    admit(ledger, "p0", channels=("ntfy", "smtp"))
    admit(ledger, "c0")
    case = opened(ledger)
    ours = [each.id for each in ledger.sendings(case.id) if each.message.person == "p0"]
    ledger.report([Outcome(ours[0], Fate.FAILED, START, reason="gone")]).result()
    assert ledger.unreached() == ()
    ledger.report([Outcome(ours[1], Fate.FAILED, START, reason="gone")]).result()
    (unreached,) = ledger.unreached()
    event = Unreachable("u1", START + MINUTE, unreached.turn, unreached.person)
    (recorded,) = ledger.record([Entry(unreached.key, event, POLICY)]).result()
    assert recorded.case is not None and (recorded.case.turn, recorded.case.actor) == (case.turn + 1, "p1")
    assert [each.person for each in ledger.unreached()] == ["p1"]


def test_an_unreachable_that_changes_nothing_is_not_asked_for_again(ledger: Ledger) -> None:
    admit(ledger, "p0")
    case = opened(ledger)
    (unreached,) = ledger.unreached()
    assert unreached.person == "c0"
    event = Unreachable("u1", START, unreached.turn, "c0")
    assert not ledger.record([Entry(KEY, event, POLICY)]).result()[0].changed
    assert ledger.unreached() == () and ledger.case_of(KEY) == case


def test_an_old_turn_is_not_unreached(ledger: Ledger) -> None:
    admit(ledger, "p1", "c0")
    opened(ledger)
    assert [each.person for each in ledger.unreached()] == ["p0"]
    fire_timers(ledger, START + 10 * MINUTE)
    assert "p0" not in [each.person for each in ledger.unreached() if each.turn == 1]


def a_bundle(case: Case, *also: str) -> Message:
    return Message(case.id, case.turn, Side.OWNER, "p0", About.BUNDLE, "2 deviations", Facts("", "", START), also=also)


def test_a_bundle_tells_what_is_not_sent_alone_and_nothing_vanishes(ledger: Ledger) -> None:
    admit(ledger, "p0", "c0")
    breaker, a, b = (opened(ledger, name, f"e{name}") for name in ("breaker", "a", "b"))
    alone = {each.id for case in (a, b) for each in ledger.sendings(case.id) if each.message.person == "p0"}
    before = {each.id for each in ledger.sendings_due(START)}
    ledger.bundle(sorted(alone), a_bundle(breaker, a.key, b.key), breaker.key, START).result()
    (bundle,) = {each.id for each in ledger.sendings_due(START)} - before
    assert {each.id for each in ledger.sendings_due(START)} == before - alone | {bundle}
    told_in = {sending.also_in for each in alone if (sending := ledger.sending(each))}
    assert told_in == {bundle} and not ledger.verify().disagreement


def test_a_bundle_that_fails_for_good_leaves_all_that_it_tells_unreached_at_once(ledger: Ledger) -> None:
    """As a message does that was sent alone: on every channel, and not before the last of them."""
    admit(ledger, "p0", "c0", channels=("ntfy", "smtp"))
    breaker, a, b = (opened(ledger, name, f"e{name}") for name in ("breaker", "a", "b"))
    told = {each.id for case in (a, b) for each in ledger.sendings(case.id) if each.message.person == "p0"}
    ledger.bundle(sorted(told), a_bundle(breaker, a.key, b.key), breaker.key, START).result()
    both = [each for each in ledger.sendings_due(1 << 62) if each.message.about is About.BUNDLE]
    assert len(both) == 2
    ledger.report([Outcome(both[0].id, Fate.FAILED, START, reason="gone")]).result()
    assert ledger.unreached() == ()
    ledger.report([Outcome(both[1].id, Fate.FAILED, START, reason="gone too")]).result()
    assert {(each.case, each.person) for each in ledger.unreached()} == {(a.id, "p0"), (b.id, "p0")}
    [first, *_] = [each for each in ledger.sendings(a.id) if each.message.person == "p0"]
    assert (first.fate, first.reason) == (Fate.FAILED, "the bundle that tells it failed: gone too")
    assert not ledger.verify().disagreement


def test_what_was_sent_meanwhile_is_not_bundled(ledger: Ledger) -> None:
    admit(ledger, "p0", "c0")
    case = opened(ledger)
    ids = [each.id for each in ledger.sendings(case.id)]
    ledger.report([Outcome(ids[1], Fate.HANDED, START)]).result()
    with pytest.raises(StoreError, match="is not queued any more"):
        ledger.bundle(ids, a_bundle(case), KEY, START).result()
    assert [each.id for each in ledger.sendings_due(START)] == ids[:1]


def test_two_messages_of_one_turn_to_one_person_are_two_sendings(ledger: Ledger) -> None:
    admit(ledger, "p0", "c0")
    case = opened(ledger)
    for also in ("a", "b"):
        ledger.bundle([], a_bundle(case, also), KEY, START).result()
    bundles = [each for each in ledger.sendings(case.id) if each.message.about is About.BUNDLE]
    assert [each.message.also for each in bundles] == [("a",), ("b",)]
    assert len({each.id for each in bundles}) == 2


def test_an_id_differs_in_each_of_its_parts() -> None:
    message = Message("d", 1, Side.OWNER, "p0", About.OPENED, "s", Facts("", "", 0))
    others = [
        sending_id(replace(message, **changed), "ntfy")
        for changed in ({"deviation": "e"}, {"turn": 2}, {"side": Side.OTHER}, {"person": "p1"})
    ]
    assert len({sending_id(message, "ntfy"), sending_id(message, "smtp"), *others}) == 6
    assert sending_id(message, "ntfy") == sending_id(replace(message, about=About.CLOSED), "ntfy")


def test_all_that_was_queued_is_read_in_order_with_the_policy_that_told_it(ledger: Ledger) -> None:
    admit(ledger, "p0", channels=("ntfy", "smtp"))
    admit(ledger, "c0")
    first, second = opened(ledger), opened(ledger, "b", "e2")
    everything = ledger.queued()
    assert [each.sending for each in everything] == [*ledger.sendings(first.id), *ledger.sendings(second.id)]
    assert [each.place for each in everything] == sorted({each.place for each in everything})
    assert ledger.queued(everything[1].place, limit=2) == everything[2:4]
    assert {each.policy for each in everything} == {row.policy for row in ledger.rows()}
    assert ledger.policy(everything[0].policy) == POLICY and ledger.policy("00") is None


def test_a_bundle_was_told_by_no_policy(ledger: Ledger) -> None:
    admit(ledger, "p0", "c0")
    sending = ledger.sendings(opened(ledger).id)[0]
    bundle = replace(sending.message, about=About.BUNDLE, deviation="both", also=("a", "b"))
    ledger.bundle([sending.id], bundle, "page budget of p0", START).result()
    assert (ledger.queued()[-1].policy, ledger.queued()[-1].sending.message) == ("", bundle)
