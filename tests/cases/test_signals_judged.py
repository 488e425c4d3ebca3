"""What is wrong with a signal: silent, ambiguous, noisy, not tested, without a contract; each by its definition and no other."""

from datetime import date

from msgspec.structs import replace

from accord.cases.carrying import Carrying
from accord.cases.deviation import Deviation
from accord.cases.heard import Tally
from accord.cases.signals import Flaw, Judging, Kind, Looked, Signal, loudest, stated
from accord.cases.watchers import Watched
from accord.check import joined
from accord.model.duration import NANOSECONDS
from accord.model.fact import Fact
from accord.sources._claims import read_text

DAY, NOW = NANOSECONDS["d"], 400 * NANOSECONDS["d"]
SLOW = Signal("Slow", Kind.ALERT, Watched("payments", "charge", "latency"), ("oncall",))
TOLD = Deviation("Slow", "checkout", "payments", "charge", "latency")
CONTRACT = """\
party: payments
promises:
  charge:
    latency: {max: 5s}
    detect: {latency: {by: [PaymentsSlow, NoRule], within: 2m}}
    recover: {by: oncall, within: 30m}
---
party: oncall
promises:
  page: {acknowledge: 5m}
"""
RULES = """\
groups:
- name: payments
  rules:
  - {alert: PaymentsSlow, expr: "up == 0", for: 5m}
  - {alert: Nowhere, expr: "up == 0"}
  - {alert: Watchdog, expr: "vector(1)"}
"""


def looked(**more: object) -> Looked:
    return replace(Looked(NOW, NOW - 300 * DAY, {}, {}), **more)


def flaws(signal: Signal, tally: Tally | None = None, **more: object) -> dict[Flaw, str]:
    told = {signal.heard_as: tally} if tally else {}
    [found] = Judging().judged([signal], looked(**{"tallies": told, **more}))
    return dict(found.flaws)


def tally(**more: object) -> Tally:
    return replace(Tally("Slow", TOLD, 1, 1, 1, 1, last_ns=NOW - DAY, unheeded={}), **more)


def test_every_signal_that_is_stated_is_listed_with_what_it_watches() -> None:
    read = [*read_text(CONTRACT, ".", "accord.yaml"), *read_text(RULES, ".", "rules.yaml")]
    system = joined([each for each in read if isinstance(each, Fact)], date(2026, 11, 27))[0]
    found = {each.name: each for each in stated(system, {"watchdog"})}
    watched = Watched("payments", "charge", "latency")
    assert found == {
        "PaymentsSlow": Signal("PaymentsSlow", Kind.ALERT, watched, ("oncall",)),
        "NoRule": Signal("NoRule", Kind.DECLARED, watched, ("oncall",)),
        "Nowhere": Signal("Nowhere", Kind.ALERT),
        "Watchdog": Signal("Watchdog", Kind.HEARTBEAT),
    }


def named_by(text: str) -> tuple[Signal, Carrying]:
    system = joined([each for each in read_text(text, ".", "a.yaml") if isinstance(each, Fact)], date(2026, 11, 27))[0]
    [found] = [each for each in stated(system, ()) if each.name == "PaymentsSlow"]
    return found, Carrying(system, "keeper", str)


def test_a_signal_of_several_operations_is_about_all_that_the_same_people_recover() -> None:
    same = "  refund:\n    detect: {by: PaymentsSlow, within: 5m}\n    recover: {by: oncall, within: 10m}\n  charge:\n"
    found, carrying = named_by(CONTRACT.replace("  charge:\n", same))
    charge, refund = Watched("payments", "charge", "latency"), Watched("payments", "refund", "")
    assert (found.watched, found.also, found.apart) == (charge, (refund,), ())
    [one] = carrying.deviations({"alertname": "PaymentsSlow"}, {})
    assert (one.provider, one.operation, one.term) == ("payments", "charge+refund", ""), "they differ in the term"
    policy = carrying.policy(one, NOW)
    assert policy.owner == "oncall" and policy.recover_within == 10 * NANOSECONDS["m"], "the shorter promise"


def test_a_signal_of_operations_that_others_recover_is_a_deviation_for_each_of_them() -> None:
    other = "\n---\nparty: books\npromises:\n  post:\n    detect: {by: PaymentsSlow}\n    recover: {by: clerks, within: 4h}\n"
    found, carrying = named_by(CONTRACT.rstrip() + other)
    post, charge = Watched("books", "post", ""), Watched("payments", "charge", "latency")
    assert (found.watched, found.also, found.apart) == (post, (), (charge,))
    owners = [carrying.policy(each, NOW).owner for each in carrying.deviations({"alertname": "PaymentsSlow"}, {})]
    assert owners == ["clerks", "oncall"]


def test_a_signal_that_fired_and_led_to_an_action_has_no_flaw() -> None:
    assert flaws(SLOW, tally()) == {}


def test_it_is_silent_where_its_term_deviated_without_it() -> None:
    other = {("payments", "charge"): [("latency", frozenset({"Other"}))]}
    assert flaws(SLOW, unheard=other) == {Flaw.SILENT: "never heard in 90d, although latency deviated once"}
    elsewhere = {("payments", "charge"): [("errors", frozenset({"Other"}))]}
    assert Flaw.SILENT not in flaws(SLOW, unheard=elsewhere), "another term is not what it watches"
    whole = replace(SLOW, watched=Watched("payments", "charge", ""))
    assert Flaw.SILENT in flaws(whole, unheard=elsewhere)
    assert Flaw.SILENT not in flaws(SLOW, tally(), unheard=other), "it was heard before"


def test_it_is_silent_where_its_source_fell_silent_or_a_heartbeat_is_missed() -> None:
    assert "its source fell silent" in flaws(SLOW, tally(is_open=1, lapsed=1))[Flaw.SILENT]
    nightly = Signal("nightly", Kind.HEARTBEAT)
    assert flaws(nightly, missed={"nightly": 0}) == {Flaw.SILENT: "not heard since 1970-01-01 00:00 UTC"}
    assert flaws(nightly) == {}, "a heartbeat that is heard is tested all the time, and needs no contract"
    assert flaws(nightly, tally(is_open=1)) == {Flaw.SILENT: "it is not heard now"}


def test_it_is_ambiguous_where_it_was_misread() -> None:
    assert flaws(SLOW, tally(misread=2, readings=3)) == {
        Flaw.AMBIGUOUS: "read otherwise than it was meant in 2 of 3 readings"
    }


def test_it_is_noisy_by_each_of_the_targets_alone() -> None:
    assert "3 times in a row without any human action" in flaws(SLOW, tally(unheeded={"k": 3}))[Flaw.NOISY]
    assert flaws(SLOW, tally(unheeded={"k": 2, "other": 1})) == {}
    assert "chattered once" in flaws(SLOW, tally(flapped=1))[Flaw.NOISY]
    assert "by the page budget" in flaws(SLOW, tally(cut=3))[Flaw.NOISY]
    assert flaws(SLOW, tally(cut=2)) == {}, "that may be the noise of others"
    assert "open for more than 1d" in flaws(SLOW, tally(stale=1, is_open=1))[Flaw.NOISY]


def test_a_share_is_judged_only_after_thirty_days_and_ten_deviations() -> None:
    few = tally(deviations=10, acted=4)
    assert flaws(SLOW, few)[Flaw.NOISY] == "4 of 10 deviations led to an action, less than half"
    assert "less than a fifth: it should wake nobody" in flaws(SLOW, tally(deviations=20, acted=3))[Flaw.NOISY]
    assert flaws(SLOW, tally(deviations=10, acted=5)) == {}
    assert flaws(SLOW, tally(deviations=9, acted=0)) == {}
    assert flaws(SLOW, few, began_ns=NOW - 29 * DAY) == {}


def test_it_is_not_tested_where_it_did_not_fire_and_its_ladder_was_not_tried() -> None:
    assert "nobody whom it would page was tried by a drill" in flaws(SLOW)[Flaw.UNTESTED]
    assert flaws(SLOW, drilled={"oncall": NOW - DAY}) == {}
    assert Flaw.UNTESTED in flaws(SLOW, drilled={"oncall": NOW - 91 * DAY}), "that is too long ago"
    assert "did not fire in 90d" in flaws(SLOW)[Flaw.UNTESTED]
    young = "did not fire since 1971-01-31 00:00 UTC, when the ledger begins"
    assert young in flaws(SLOW, began_ns=NOW - 5 * DAY)[Flaw.UNTESTED]
    assert "no ladder is known" in flaws(replace(SLOW, ladder=()))[Flaw.UNTESTED]


def test_what_was_only_heard_is_without_a_contract() -> None:
    odd = Signal("Slow", Kind.TOLD)
    assert set(flaws(odd, tally(deviation=Deviation("Slow")))) == {Flaw.UNCLAIMED}
    assert "any longer" in flaws(odd, tally())[Flaw.UNCLAIMED], "a contract named it when it fired"
    found = Judging().judged(
        [], looked(tallies={"Odd": tally(signal="Odd"), "heartbeat x": tally(signal="heartbeat x")})
    )
    assert {(each.signal.name, each.signal.kind) for each in found} == {("Odd", Kind.TOLD), ("x", Kind.HEARTBEAT)}


def test_the_worst_come_first_and_then_the_loudest() -> None:
    names = [Signal(name, Kind.ALERT, SLOW.watched, ("oncall",)) for name in ("good", "quiet", "loud", "misread")]
    told = {
        "good": tally(),
        "quiet": tally(flapped=1),
        "loud": tally(flapped=1, deviations=9, acted=9),
        "misread": tally(misread=1),
    }
    found = Judging().judged(names, looked(tallies=told))
    assert [each.signal.name for each in found] == ["misread", "loud", "quiet", "good"]
    assert loudest(found) == (12, 12, 4)


def test_what_did_not_change_is_not_judged_again() -> None:
    judging, others = Judging(), Signal("Other", Kind.DECLARED)
    first = looked(tallies={"Slow": tally()}, stamp=1)
    before = judging.judged([SLOW, others], first)
    again = judging.judged([SLOW, others], replace(first, tallies={**first.tallies, "Other": tally(flapped=1)}))
    kept = {each.signal.name: each for each in before}["Slow"]
    assert {each.signal.name: each for each in again}["Slow"] is kept
    assert {flaw for flaw, _ in again[0].flaws} == {Flaw.NOISY, Flaw.UNCLAIMED}
    later = judging.judged([SLOW, others], replace(first, stamp=2))
    assert {each.signal.name: each for each in later}["Slow"] is not kept
    watched = replace(SLOW, ladder=("second",))
    assert {each.signal.name: each.signal for each in judging.judged([watched], replace(first, stamp=2))} == {
        "Slow": watched
    }
