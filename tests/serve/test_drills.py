"""A drill goes the real way to whoever is on duty, says that it is one, is measured, and ends by itself."""

import re
from pathlib import Path
from typing import Any

import pytest
from serving import CONTRACTS, MINUTE, NOON, Within

from accord.model.message import Fate
from accord.store.rows import Outcome

SECOND = 1_000_000_000


def begun(service: Within, rota: str = "payments-oncall") -> dict[str, Any]:
    answer = service.ask("POST", "/api/v1/drills", json={"rota": rota})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def measured(service: Within, one: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = service.ask("GET", f"/api/v1/drills/{one['id']}").json()
    return found


def pass_time(service: Within, seconds: int) -> None:
    """Second by second, as the loop does: drills are looked at beside deadlines."""
    for _ in range(seconds):
        service.now += SECOND
        service.do(service.service.life.step())
        service.do(service.service.drills.look())


def link_of(service: Within, person: str) -> str:
    [sending] = [
        each for each in service.ledger.sendings(service.only()["id"]) if each.message.person == person and asks(each)
    ]
    return service.service._answer(sending)


def asks(sending: Any) -> bool:
    found: bool = sending.message.interrupts
    return found


def test_it_says_that_it_is_a_drill_and_goes_to_whoever_is_on_duty(service: Within) -> None:
    one = begun(service)
    case = service.only()
    assert (case["id"], case["actor"], case["urgency"]) == (one["deviation"], "payments-oncall", "interrupt")
    assert case["expected"].startswith("DRILL") and case["seen"].startswith("DRILL")
    [message] = one["messages"]
    assert (message["person"], message["channel"], message["fate"]) == ("payments-oncall", "hook", "queued")
    told = {each.message.person for each in service.ledger.sendings(one["deviation"])}
    assert told == {"payments-oncall", "keeper"}, "nobody else is told of a drill"


def test_it_ends_once_somebody_takes_it_and_both_sides_are_told(service: Within) -> None:
    one = begun(service)
    path = re.sub(r"^https?://[^/]+", "", link_of(service, "payments-oncall"))
    service.now += 20 * SECOND
    assert service.ask("GET", path).status_code == 200
    service.now += 10 * SECOND
    assert service.ask("POST", path, data={"say": "commit", "until": "15m"}).status_code == 303
    pass_time(service, 1)
    found = measured(service, one)
    assert found["over"] and found["takenBy"] == "payments-oncall"
    assert found["takenAt"] == "2026-11-27T12:00:30.000Z"
    [message] = found["messages"]
    assert (message["openedAt"], message["answeredAt"]) == ("2026-11-27T12:00:20.000Z", "2026-11-27T12:00:30.000Z")
    case = service.only()
    assert (case["phase"], case["reason"]) == ("withdrawn", "drill over")
    told = [each.message for each in service.ledger.sendings(one["deviation"]) if each.message.about == "withdrawn"]
    assert {each.person for each in told} == {"payments-oncall", "keeper"}
    [address] = service.ledger.person("payments-oncall").addresses  # type: ignore[union-attr]
    assert address.verified_ns == NOON + 30 * SECOND, "a message by this channel was answered"


def test_it_climbs_the_ladder_and_ends_without_waking_the_last_resort(service: Within) -> None:
    one = begun(service)
    pass_time(service, 15 * 60 - 3)
    assert [each["person"] for each in measured(service, one)["messages"]] == ["payments-oncall", "second"]
    assert not measured(service, one)["over"]
    pass_time(service, 3)
    found = measured(service, one)
    assert found["over"] and found["takenAt"] is None
    assert [each["person"] for each in found["messages"]] == ["payments-oncall", "second"], (
        "and the keeper was not paged"
    )
    assert service.only()["reason"] == "drill over"


def test_hand_over_is_measured_where_the_outbox_says_so(service: Within) -> None:
    one = begun(service)
    [sending] = [each for each in service.ledger.sendings(one["deviation"]) if asks(each)]
    outcome = Outcome(sending.id, Fate.HANDED, NOON + 2 * SECOND)
    service.ledger.report([outcome]).result()

    async def told() -> None:
        service.service.receipts.became(sending, outcome)
        for task in list(service.service.receipts._tasks):
            await task

    service.do(told())
    [message] = measured(service, one)["messages"]
    assert (message["fate"], message["handedAt"]) == ("handed", "2026-11-27T12:00:02.000Z")


def test_a_second_drill_of_the_same_rota_waits_and_a_later_one_is_its_own(service: Within) -> None:
    one = begun(service)
    assert service.ask("POST", "/api/v1/drills", json={"rota": "payments-oncall"}).status_code == 409
    answer = service.ask(
        "POST", f"/api/v1/deviations/{one['deviation']}/answers", json={"say": "fixed", "by": "payments-oncall"}
    )
    assert answer.status_code == 200
    pass_time(service, 1)
    assert measured(service, one)["over"]
    assert begun(service)["id"] != one["id"]


@pytest.mark.parametrize("rota", ["nobody", ""])
def test_a_rota_that_is_not_there_is_refused(service: Within, rota: str) -> None:
    assert service.ask("POST", "/api/v1/drills", json={"rota": rota}).status_code == 400
    assert service.cases() == []
    assert service.ask("GET", "/api/v1/drills/nothing").status_code == 404


def test_where_nobody_is_on_duty_that_is_said_and_the_last_resort_sleeps(tmp_path: Path) -> None:
    from accord.cli.drill import lines

    service = Within(
        tmp_path, CONTRACTS.replace("page: {acknowledge: 10m}", 'page: {hours: "Mon-Fri 01:00-02:00 UTC"}')
    )
    try:
        one = begun(service, "second")
        assert (one["over"], one["takenAt"], one["messages"]) == (True, None, [])
        assert list(lines(one)) == ["nobody of its ladder is on duty now", "nobody took it in time"]
        assert service.cases("?open=all") == []
    finally:
        service.close()


def test_a_drill_outlives_the_process(service: Within) -> None:
    from accord.serve.drills import Drills
    from accord.serve.receipts import Receipts

    one = begun(service)
    receipts = Receipts(service.service.carrier)
    service.service.drills = Drills(service.service.carrier, receipts, service.service.naming)
    assert receipts.followed == {one["deviation"]}
    service.now += 20 * MINUTE
    service.do(service.service.drills.look())
    assert measured(service, one)["over"]


def test_the_words_of_the_command_say_each_step_and_its_time() -> None:
    from accord.cli.drill import lines

    message = {
        "person": "Anna",
        "channel": "push",
        "fate": "answered",
        "reason": "",
        "queuedAt": "2026-11-27T12:00:00.000Z",
        "handedAt": "2026-11-27T12:00:00.400Z",
        "openedAt": "2026-11-27T12:00:20.000Z",
        "answeredAt": "2026-11-27T12:00:31.000Z",
    }
    silent = message | {"person": "Ben", "fate": "failed", "reason": "no such mailbox"}
    silent |= {"handedAt": None, "openedAt": None, "answeredAt": None}
    drill = {
        "deviation": "d",
        "begunAt": "2026-11-27T12:00:00.000Z",
        "acknowledgedAt": None,
        "takenAt": None,
        "takenBy": "",
    }
    assert list(lines(drill | {"messages": [message, silent]})) == [
        "Anna by push: handed over after 0.4s, opened after 20.0s, answered after 31.0s",
        "Ben by push: failed (no such mailbox), never handed over",
        "nobody took it in time",
    ]
