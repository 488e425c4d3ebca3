"""Courses of alerts through silences, refusals of the ledger and contracts that change: nothing is lost, nothing stays behind."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from serving import CONTRACTS, MINUTE, NOON, SLOW, Within, carrying

from accord.serve import inbox as inbox_
from accord.serve.alerts import Instance, fingerprint
from accord.store.chain import encode
from accord.store.errors import Unavailable


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Within]:
    made = Within(tmp_path, listen="127.0.0.1:0")
    made.reachable("payments-oncall", "second", "checkout", "keeper")
    yield made
    made.close()


def slow(pod: str, **more: Any) -> dict[str, Any]:
    return {**SLOW, "labels": {**SLOW["labels"], "pod": pod}, **more}


def post(service: Within, *alerts: dict[str, Any]) -> int:
    return service.ask("POST", "/api/v2/alerts", json=alerts).status_code


def silence(service: Within, pod: str) -> None:
    told = {
        "matchers": [{"name": "pod", "value": pod, "isRegex": False}],
        "startsAt": "2026-11-27T12:00:00Z",
        "endsAt": "2026-11-27T14:00:00Z",
        "createdBy": "checkout",
        "comment": "known",
    }
    assert service.ask("POST", "/api/v2/silences", json=told).status_code == 200


def test_what_a_silence_does_not_hold_is_heard_although_the_deviation_was_held(service: Within) -> None:
    silence(service, "a")
    post(service, slow("a"))
    assert service.only()["phase"] == "held"
    post(service, slow("b"))
    assert (service.only()["phase"], service.only()["actor"]) == ("await", "payments-oncall")


@pytest.mark.parametrize("pods", ["ab", "ba"])
def test_one_request_with_a_silenced_and_another_alert_is_heard(service: Within, pods: str) -> None:
    silence(service, "a")
    post(service, *(slow(pod) for pod in pods))
    assert (service.only()["phase"], service.only()["actor"]) == ("await", "payments-oncall")


def test_an_end_that_was_remembered_but_not_recorded_is_recorded_when_it_is_told_again(
    service: Within, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(service, slow("a"))
    record = service.ledger.record

    def refused(*_entries: Any) -> Future[Any]:
        failed: Future[Any] = Future()
        failed.set_exception(Unavailable("the disk is full"))
        return failed

    service.now += MINUTE
    monkeypatch.setattr(service.ledger, "record", refused)
    assert post(service, slow("a", endsAt="2026-11-27T12:00:30Z")) == 503
    assert service.only()["phase"] == "await"
    monkeypatch.setattr(service.ledger, "record", record)
    assert post(service, slow("a", endsAt="2026-11-27T12:00:30Z")) == 200
    assert service.only()["phase"] == "claimed"


def rejoined(service: Within, text: str) -> None:
    service.service.carrier.carrying = carrying(service.ledger, text)
    service.do(service.service.intake.rejoin())


ANOTHER = CONTRACTS + "---\nparty: books\nassumes: {payments/charge: {timeout: 3s}}\n"


def test_what_fires_on_is_carried_under_the_deviation_that_the_contracts_say_now(service: Within) -> None:
    """Another consumer is another name of the deviation; the old one would be asked about for ever, for its end is never told."""
    post(service, slow("a"), slow("b"))
    before = service.only()
    rejoined(service, ANOTHER)
    [old, new] = sorted(service.cases("?open=all"), key=lambda case: str(case["closedAt"] is None))
    assert (old["id"], old["phase"]) == (before["id"], "merged") and new["key"] in old["reason"]
    assert new["key"].startswith("books+checkout -> payments/charge") and new["phase"] == "await"
    assert new["since"] == before["since"]
    service.now += MINUTE
    for pod in "ab":
        post(service, slow(pod, endsAt="2026-11-27T12:00:30Z"))
    [end] = service.cases("")
    assert (end["key"], end["phase"]) == (new["key"], "claimed")


REFUND = (
    "promises:\n  refund:\n    detect: {latency: {by: PaymentsSlow}}\n    recover: {by: payments-oncall, within: 20m}"
)
TOGETHER = CONTRACTS.replace("promises:", REFUND, 1)
BOOKS = "party: books\npromises:\n  post:\n    detect: {by: PaymentsSlow}\n    recover: {by: clerks, within: 4h}\n"
APART = f"{CONTRACTS}---\n{BOOKS}---\nparty: clerks\npromises:\n  page: {{acknowledge: 5m}}\n"


def phases(service: Within, query: str = "?open=all") -> dict[str, tuple[str, str]]:
    return {case["key"]: (case["phase"], case["actor"]) for case in service.cases(query)}


def test_one_alert_about_several_operations_that_the_same_people_recover_is_one_deviation(service: Within) -> None:
    """One cause is one page: it names both, and who is asked answers once."""
    rejoined(service, TOGETHER)
    post(service, slow("a"))
    assert phases(service) == {"checkout -> payments/charge+refund latency": ("await", "payments-oncall")}
    page = service.ask("GET", f"/deviations/{service.only()['id']}").text
    assert "/boundary?consumer=checkout&amp;provider=payments&amp;operation=charge" in page
    assert "payments/refund" in page, "it has no page of a boundary: nobody is known to call it"
    found = service.ask("GET", "/boundary?consumer=checkout&provider=payments&operation=charge").text
    assert f"/deviations/{service.only()['id']}" in found


def test_one_alert_about_what_others_recover_is_a_deviation_for_each_of_them(service: Within) -> None:
    """To exactly one responsible party each, and each ends where its own other side confirms or the alert clears."""
    service.reachable("clerks")
    rejoined(service, APART)
    post(service, slow("a"))
    both = {"checkout -> payments/charge latency": ("await", "payments-oncall"), "books/post": ("await", "clerks")}
    assert phases(service) == both
    [alert] = service.ask("GET", "/api/v2/alerts?receiver=clerks").json()
    assert [each["name"] for each in alert["receivers"]] == ["clerks", "payments-oncall"]
    groups = service.ask("GET", "/api/v2/alerts/groups").json()
    assert {each["labels"]["deviation"]: each["receiver"]["name"] for each in groups} == {
        key: actor for key, (_, actor) in both.items()
    }
    service.now += MINUTE
    post(service, slow("a"))
    assert phases(service) == both, "a repeat opens nothing"
    post(service, slow("a", endsAt="2026-11-27T12:00:30Z"))
    assert {phase for phase, _ in phases(service).values()} == {"claimed"}


def test_a_silent_source_lapses_in_each_of_its_deviations(service: Within) -> None:
    rejoined(service, APART)
    post(service, slow("a"))
    service.now += 6 * MINUTE
    service.do(service.service.intake.lapse())
    cases = [service.ledger.case(each["id"]) for each in service.cases()]
    assert [len(case.lapsed) for case in cases if case is not None] == [1, 1]


def test_what_one_more_party_recovers_becomes_a_deviation_of_its_own_while_it_fires_on(service: Within) -> None:
    post(service, slow("a"))
    before = service.only()
    rejoined(service, APART)
    now = {case["key"]: case for case in service.cases("?open=all")}
    assert now[before["key"]]["phase"] == "await" and now["books/post"]["since"] == before["since"]
    rejoined(service, CONTRACTS)
    assert {key: phase for key, (phase, _) in phases(service).items()} == {
        before["key"]: "await",
        "books/post": "merged",
    }
    rejoined(service, TOGETHER)
    both = before["key"].replace("charge", "charge+refund")
    told = {key: phase for key, (phase, _) in phases(service).items()}
    assert told == {before["key"]: "merged", "books/post": "merged", both: "await"}


def test_contracts_that_say_the_same_move_nothing(service: Within) -> None:
    post(service, slow("a"))
    before = service.only()
    rejoined(service, CONTRACTS)
    assert service.only() == before


def test_a_silent_source_stays_silent_where_it_moves(service: Within) -> None:
    post(service, slow("a"))
    service.now += 6 * MINUTE
    service.do(service.service.intake.lapse())
    rejoined(service, ANOTHER)
    [new] = service.cases("")
    case = service.ledger.case(new["id"])
    assert case is not None and (case.sources, len(case.lapsed)) == ((), 1)


def test_a_process_that_begins_with_other_contracts_moves_them_too(service: Within) -> None:
    post(service, slow("a"))
    service.service.carrier.carrying = carrying(service.ledger, ANOTHER)

    async def begun() -> None:
        running = asyncio.create_task(service.service.run(lambda _: service.service.stop()))
        await running

    service.do(begun())
    [moved] = service.cases("")  # in whichever phase: its messages may already have gone out
    assert moved["key"].startswith("books+checkout")


@pytest.mark.parametrize("is_over", [False, True])
def test_what_is_told_before_it_was_carried_over_moves_by_itself(service: Within, is_over: bool) -> None:
    """Where the ledger could not be written at the reload, or it was being told just then: the old one would be asked about for ever."""
    post(service, slow("a"))
    service.now += MINUTE
    service.service.carrier.carrying = carrying(service.ledger, ANOTHER)
    post(service, slow("a", **({"endsAt": "2026-11-27T12:00:30Z"} if is_over else {})))
    [old, new] = sorted(service.cases("?open=all"), key=lambda case: str(case["closedAt"] is None))
    assert old["phase"] == "merged" and new["phase"] == ("claimed" if is_over else "await")
    assert new["repeats"] == 0


def test_what_waits_from_before_a_start_with_other_contracts_ends_what_it_began(tmp_path: Path) -> None:
    first = Within(tmp_path)
    first.reachable("payments-oncall", "second", "checkout", "keeper")
    post(first, slow("a"))
    [known] = first.service.intake.instances.values()
    over = replace(known, resolved=True, ends_ns=NOON, updated_ns=NOON + 1)
    first.ledger.receive(encode([over])).result()
    first.close()
    second = Within(tmp_path, ANOTHER, listen="127.0.0.1:0")
    second.do(second.service.run(lambda _: second.service.stop()))
    assert sorted(case["phase"] for case in second.cases("?open=all")) == ["claimed", "merged"]
    second.close()


def test_what_is_told_while_silence_is_written_down_is_not_overwritten_by_it(service: Within) -> None:
    intake = service.service.intake

    async def meanwhile() -> None:
        lapsing = asyncio.create_task(intake.lapse())
        await asyncio.sleep(0)
        [known] = intake.instances.values()
        again = replace(known, ends_ns=service.now + 5 * MINUTE, updated_ns=service.now, lapsed=False)
        await asyncio.gather(lapsing, intake.take([again]))

    post(service, slow("a"))
    service.now += 6 * MINUTE
    service.do(meanwhile())
    [known] = intake.instances.values()
    assert not known.lapsed and known.ends_ns == service.now + 5 * MINUTE
    [case] = service.ledger.cases()
    assert case.sources == (known.id,) and case.lapsed == ()
    assert service.ledger.kept(Instance) == (known,)


def test_what_ends_while_it_moves_has_ended(service: Within) -> None:
    intake = service.service.intake

    async def meanwhile() -> None:
        moving = asyncio.create_task(intake.rejoin())
        await asyncio.sleep(0)
        [known] = intake.instances.values()
        await asyncio.gather(moving, intake.take([replace(known, resolved=True, ends_ns=service.now)]))

    post(service, slow("a"))
    service.service.carrier.carrying = carrying(service.ledger, ANOTHER)
    service.now += MINUTE
    service.do(meanwhile())
    [known] = intake.instances.values()
    assert known.resolved and service.ledger.kept(Instance) == (known,)
    assert sorted(case["phase"] for case in service.cases("?open=all")) == ["claimed", "merged"]


def test_what_begins_while_contracts_are_read_moves_too(service: Within) -> None:
    intake = service.service.intake
    labels = SLOW["labels"]
    one = Instance(fingerprint(labels), NOON + 5 * MINUTE, "", labels, begins_ns=NOON, updated_ns=NOON)

    async def meanwhile() -> None:
        telling = asyncio.create_task(intake.take([one]))
        await asyncio.sleep(0)
        service.service.carrier.carrying = carrying(service.ledger, ANOTHER)
        await asyncio.gather(intake.rejoin(), telling)

    service.do(meanwhile())
    assert phases(service).keys() == {
        "checkout -> payments/charge latency",
        "books+checkout -> payments/charge latency",
    }
    [new] = service.ledger.cases(is_open=True)
    assert new.sources == (one.id,) and intake.instances[one.id].key == new.key


def test_a_silence_holds_each_deviation_that_one_alert_tells_of(service: Within) -> None:
    service.reachable("clerks")
    rejoined(service, APART)
    silence(service, "a")
    post(service, slow("a"))
    assert [phase for phase, _ in phases(service).values()] == ["held", "held"]


@pytest.mark.parametrize("at_once", [0, 16])
@pytest.mark.parametrize("pods", ["ab", "ba"])
def test_what_a_silence_does_not_hold_is_heard_beside_what_comes_with_it(
    service: Within, monkeypatch: pytest.MonkeyPatch, pods: str, at_once: int
) -> None:
    monkeypatch.setattr(inbox_, "MOST_AT_ONCE", at_once)
    intake = service.service.intake

    async def told() -> None:
        service.ledger.led_by(asyncio.get_running_loop())
        labels = [{**SLOW["labels"], "pod": pod} for pod in pods]
        ends_ns = NOON + 5 * MINUTE
        several = [Instance(fingerprint(each), ends_ns, "", each, begins_ns=NOON, updated_ns=NOON) for each in labels]
        await asyncio.gather(*(intake.take([each]) for each in several))
        running = asyncio.create_task(intake.inbox.run())
        while len(intake.inbox):
            await asyncio.sleep(0)
        running.cancel()
        service.ledger.led_by(None)

    silence(service, "a")
    service.now += MINUTE
    service.do(told())
    assert (service.only()["phase"], service.only()["actor"]) == ("await", "payments-oncall")


def test_what_comes_while_a_silence_is_ended_is_heard(service: Within) -> None:
    intake = service.service.intake
    silence(service, "a")
    [kept] = intake.silences.values()
    labels = {**SLOW["labels"], "pod": "a"}
    one = Instance(fingerprint(labels), NOON + 5 * MINUTE, "", labels, begins_ns=NOON, updated_ns=NOON)

    async def meanwhile() -> None:
        ending = asyncio.create_task(intake.unsilence(kept))
        await asyncio.sleep(0)
        await asyncio.gather(ending, intake.take([one]))

    service.now += MINUTE
    service.do(meanwhile())
    assert service.only()["phase"] == "await"
    assert [type(row.event).__name__ for row in service.ledger.history(service.only()["id"])] == ["Fire"]


def test_a_silence_whose_end_could_not_be_written_goes_on(service: Within, monkeypatch: pytest.MonkeyPatch) -> None:
    silence(service, "a")
    [kept] = service.service.intake.silences.values()

    def refused(*_things: Any) -> Future[Any]:
        failed: Future[Any] = Future()
        failed.set_exception(Unavailable("the disk is full"))
        return failed

    monkeypatch.setattr(service.ledger, "keep", refused)
    assert service.ask("DELETE", f"/api/v2/silence/{kept.id}").status_code == 503
    assert service.service.intake.silences == {kept.id: kept}
