"""Answers, by link and by API: one tap commits, opening a link changes nothing, an old link says how it stands."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from serving import MINUTE, SLOW, Within

from accord.cases.events import Lapse
from accord.cases.understanding import right_picks
from accord.serve.instants import written
from accord.store.errors import Unavailable
from accord.store.person import Address, Person


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Within]:
    made = Within(tmp_path)
    made.reachable("payments-oncall", "second", "checkout", "keeper")
    made.ask("POST", "/api/v2/alerts", json=[SLOW])
    yield made
    made.close()


def link(service: Within, person: str, turn: int = 0) -> str:
    one = service.only()
    address = service.service.links.address(one["id"], turn or one["turn"], person, service.now)
    assert address.startswith("http://127.0.0.1:9095/a/")
    return address.removeprefix("http://127.0.0.1:9095")


def tap(service: Within, where: str, **said: str) -> str:
    """The page on which the browser is after a tap: it was sent there, and a reload of it asks for it again and no more."""
    posted = service.ask("POST", where, data=said)
    assert (posted.status_code, posted.text) == (303, ""), posted.text
    shown = service.ask("GET", where + posted.headers["location"])
    assert shown.status_code == 200
    return shown.text


def taps(page: str) -> list[str]:
    return re.findall(r"<button[^>]*>([^<]+)</button>", page)


def test_the_page_has_the_facts_and_what_can_be_tapped(service: Within) -> None:
    before = service.only()
    service.now += MINUTE // 2
    page = service.ask("GET", link(service, "payments-oncall"))
    for text in (
        "checkout -&gt; payments/charge latency",
        "latency max 5s",
        "p99 is 6s",
        "payments-oncall is asked until",
    ):
        assert text in page.text
    assert taps(page.text) == ["I have it: 15m", "I have it: 29m", "Not mine", "It is recovered"]
    assert page.text.count('type="radio"') == 6
    assert "script" not in page.text and "unsafe" not in page.headers["content-security-policy"]
    assert "<nav" not in page.text, "who holds a link may see this page alone"
    assert service.only() == before, "previews and scanners open links too"


def test_one_tap_commits_and_the_picks_hold_nothing_up(service: Within) -> None:
    where = link(service, "payments-oncall")
    assert "not as the page meant it" in tap(service, where, say="commit", until="30m")
    one = service.only()
    assert (one["phase"], one["actor"], one["until"]) == (
        "committed",
        "payments-oncall",
        written(service.now + 30 * MINUTE),
    )
    assert service.ledger.case(one["id"]).misread == 1  # type: ignore[union-attr]


def test_right_picks_are_understood(service: Within) -> None:
    one = service.only()
    boundary, difference = right_picks(one["id"], one["turn"])
    said = {"say": "commit", "until": "15m", "boundary": str(boundary), "difference": str(difference)}
    assert "understood" in tap(service, link(service, "payments-oncall"), **said)
    assert service.ledger.case(one["id"]).misread == 0  # type: ignore[union-attr]


def test_a_link_of_an_earlier_turn_changes_nothing_and_says_how_it_stands(service: Within) -> None:
    old = link(service, "payments-oncall")
    service.pass_time(6 * MINUTE)
    assert service.only()["actor"] == "second"
    page = service.ask("GET", old)
    assert "turn 2 now" in page.text and taps(page.text) == []
    late = tap(service, old, say="commit", until="15m")
    assert "belongs to turn 1" in late
    assert service.only()["actor"] == "second"


def test_who_is_asked_again_can_answer_by_the_first_link_too(service: Within) -> None:
    """The last resort is asked again and again, each time in a turn of its own: the message that was read first still serves."""
    service.pass_time(16 * MINUTE)
    assert (service.only()["phase"], service.only()["actor"]) == ("last", "keeper")
    first = link(service, "keeper")
    turn = service.only()["turn"]
    service.pass_time(6 * MINUTE)
    assert service.only()["turn"] > turn
    page = service.ask("GET", first).text
    assert "it is turn" in page and taps(page)[0].startswith("I have it")
    shown = {"say": "commit", "until": "5m", "turn": re.findall(r'name="turn" value="(\d+)"', page)[0]}
    assert "belongs to turn" in tap(service, first, **{**shown, "turn": str(turn)}), "of a turn that is over"
    tap(service, first, **shown)
    assert (service.only()["phase"], service.only()["actor"]) == ("committed", "keeper")


def test_the_other_side_confirms_by_its_link_and_nobody_else_closes(service: Within) -> None:
    tap(service, link(service, "payments-oncall"), say="fixed")
    assert service.only()["phase"] == "claimed"
    for person in ("payments-oncall", "second"):
        assert taps(service.ask("GET", link(service, person)).text) == []
        assert "asked of checkout" in tap(service, link(service, person), say="confirm")
    page = service.ask("GET", link(service, "checkout"))
    assert taps(page.text) == ["Yes, it is recovered", "No, it is not"]
    tap(service, link(service, "checkout"), say="confirm")
    assert (service.only()["phase"], service.only()["closedBy"]) == ("closed", "other")


def test_a_dispute_asks_again(service: Within) -> None:
    tap(service, link(service, "payments-oncall"), say="fixed")
    tap(service, link(service, "checkout"), say="dispute")
    assert (service.only()["phase"], service.only()["actor"]) == ("await", "payments-oncall")


def test_a_link_that_was_changed_or_is_over_opens_nothing(service: Within) -> None:
    where = link(service, "payments-oncall")
    for wrong in (
        where[:-1],
        where[:9] + ("B" if where[9] != "B" else "C") + where[10:],
        "/a/",
        "/a/x",
        "/a/" + "A" * 2000,
        where + "A" * 3,
    ):
        answer = service.ask("GET", wrong)
        assert answer.status_code in (400, 404), wrong
        assert answer.status_code == 404 or "<h1>This link opens nothing</h1>" in answer.text, "people open links"
    service.now += 25 * 60 * MINUTE
    for method in ("GET", "POST"):
        assert "<p>this link is over: a newer message has a newer one.</p>" in service.ask(method, where).text


def test_a_link_is_good_for_as_long_as_its_turn_waits(service: Within) -> None:
    """On a Friday evening the other side is asked to confirm, in its own hours: there is no newer message until Monday."""
    service.now += 5 * 60 * MINUTE
    tap(service, link(service, service.only()["actor"]), say="fixed")
    case = service.ledger.case(service.only()["id"])
    assert case is not None
    late = case.deviation
    service.do(service.service.carrier.record([(late, Lapse("lapse", service.now, case.sources[0]))]))
    service.pass_time(11 * MINUTE)
    one = service.only()
    assert (one["phase"], one["actor"]) == ("claimed", "checkout") and one["deadline"] > "2026-11-30"
    told = [each for each in service.ledger.sendings(one["id"]) if each.message.turn == one["turn"]]
    [mine] = [each for each in told if each.message.person == "checkout"]
    where = service.service._answer(mine).removeprefix("http://127.0.0.1:9095")
    service.now += 2 * 24 * 60 * MINUTE
    assert taps(service.ask("GET", where).text) == ["Yes, it is recovered", "No, it is not"]


def test_what_could_not_be_taken_down_is_said_on_the_page(service: Within) -> None:
    where = link(service, "payments-oncall")

    async def refused(*_: object) -> None:
        raise Unavailable("the disk is full")

    service.service.carrier.record = refused  # type: ignore[method-assign, assignment]
    page = service.ask("POST", where, data={"say": "commit", "until": "15m"})
    assert page.status_code == 503 and "please tap again: the disk is full" in page.text
    assert "I have it: 15m" in taps(page.text)


def test_nobody_new_is_made_of_a_slip(service: Within) -> None:
    """A hand-over to nobody would be taken from the one who has it at once, for nothing reaches nobody."""
    answer(service, say="commit", until="20m", by="payments-oncall")
    slip = answer(service, say="offer", to="secnd", by="payments-oncall")
    assert slip.status_code == 400 and "nobody here is called `secnd`" in slip.json()["message"]
    assert (
        service.ask("POST", link(service, "payments-oncall"), data={"say": "offer", "to": "secnd"}).status_code == 400
    )
    assert answer(service, say="fixed", by="paymnts-oncall").status_code == 400
    assert (service.only()["phase"], service.only()["actor"]) == ("committed", "payments-oncall")
    assert service.ledger.pseudonym_of("secnd") == ""


def answer(service: Within, **said: Any) -> Any:
    return service.ask("POST", f"/api/v1/deviations/{service.only()['id']}/answers", json=said)


def test_a_hand_over_counts_when_it_is_accepted(service: Within) -> None:
    answer(service, say="commit", until="20m", by="payments-oncall")
    assert answer(service, say="offer", to="second", by="payments-oncall").status_code == 200
    assert service.only()["actor"] == "payments-oncall"
    page = service.ask("GET", link(service, "second"))
    assert taps(page.text)[0].startswith("I take it over") and taps(page.text)[-1] == "I do not"
    tap(service, link(service, "second"), say="accept", until="15m")
    assert (service.only()["phase"], service.only()["actor"]) == ("committed", "second")


def test_who_has_it_hands_it_over_by_the_page_and_keeps_it_until_it_is_accepted(service: Within) -> None:
    mine = link(service, "payments-oncall")
    committed = tap(service, mine, say="commit", until="25m")
    offers = [each for each in taps(committed) if each.startswith("Offer")]
    assert offers == ["Offer it to second", "Offer it to keeper", "Offer"]
    assert re.search(r'<input name="to" required', committed), "somebody else can be named"
    after = tap(service, mine, say="offer", to="second", turn=str(service.only()["turn"]))
    assert "payments-oncall has it, and offers it to second until" in after and taps(after) == ["It is recovered"]
    assert (service.only()["phase"], service.only()["actor"]) == ("handover", "payments-oncall")
    theirs = link(service, "second")
    assert taps(tap(service, theirs, say="accept", until="15m"))[0] == "It is recovered"
    assert (service.only()["phase"], service.only()["actor"]) == ("committed", "second")
    assert "Offer it to second" not in service.ask("GET", mine).text, "it is no longer theirs to give"


def test_what_is_offered_and_not_accepted_goes_to_the_next(service: Within) -> None:
    mine = link(service, "payments-oncall")
    tap(service, mine, say="commit", until="25m")
    tap(service, mine, say="offer", to="keeper", turn=str(service.only()["turn"]))
    tap(service, link(service, "keeper"), say="refuse")
    assert (service.only()["phase"], service.only()["actor"]) == ("await", "second")


def test_a_page_tells_only_of_an_answer_of_its_own_person(service: Within) -> None:
    tap(service, link(service, "payments-oncall"), say="commit", until="25m")
    row = service.ledger.rows()[-1].sequence
    assert 'role="status"' in service.ask("GET", f"{link(service, 'payments-oncall')}?row={row}").text
    for person, other in (
        ("second", row),
        ("payments-oncall", row - 1),
        ("payments-oncall", "9" * 30),
        ("payments-oncall", "x"),
    ):
        assert 'role="status"' not in service.ask("GET", f"{link(service, person)}?row={other}").text


def test_the_same_answer_twice_is_one(service: Within) -> None:
    first = answer(service, say="commit", until="20m", by="payments-oncall", id="tap-1")
    again = answer(service, say="commit", until="20m", by="payments-oncall", id="tap-1")
    assert (first.status_code, again.status_code) == (200, 200)
    assert service.only()["turn"] == 2


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"say": "commit", "by": "second"}, "until when?"),
        ({"say": "commit", "until": "soon", "by": "second"}, "expected a duration"),
        ({"say": "commit", "until": "2026-11-27T14:30:00", "by": "second"}, "with its zone"),
        ({"say": "offer", "by": "second"}, "needs `to`"),
        ({"say": "resolve", "by": "second"}, "expected one of accept, acknowledge"),
        ({"say": "fixed"}, "who says so?"),
        ({"say": "fixed", "by": "second", "untill": "5m"}, "untill"),
    ],
)
def test_an_answer_that_cannot_be_understood_says_why(service: Within, said: dict[str, str], says: str) -> None:
    refused = answer(service, **said)
    assert refused.status_code == 400 and says in refused.json()["message"]


def test_a_commitment_beyond_the_promise_is_refused_with_the_latest(service: Within) -> None:
    refused = answer(service, say="commit", until="2h", by="payments-oncall")
    assert refused.status_code == 409 and "at the latest in 30m" in refused.json()["message"]


def test_what_is_not_there_is_said(service: Within) -> None:
    assert service.ask("GET", "/api/v1/deviations/none").status_code == 404
    assert service.ask("GET", "/api/v1/deviations?open=perhaps").status_code == 400
    assert service.ask("PUT", "/api/v1/deviations").status_code == 405


def test_the_story_of_a_deviation_reads_back_with_its_hashes(service: Within) -> None:
    answer(service, say="commit", until="20m", by="payments-oncall")
    told = service.ask("GET", f"/api/v1/deviations/{service.only()['id']}").json()
    assert [row["event"]["kind"] for row in told["history"]] == ["Fire", "Commit"]
    assert all(len(row["hash"]) == 64 for row in told["history"])
    assert {(each["side"], each["turn"]) for each in told["messages"]} == {
        ("owner", 1), ("other", 1), ("owner", 2), ("other", 2),
    }  # fmt: skip


def test_what_the_ledger_notes_of_a_person_is_shown_by_their_name(service: Within) -> None:
    anna = service.ledger.admit(Person("", "Anna", "anna@example.org", (Address("hook", ""),))).result()
    override = {"rota": "payments-oncall", "person": anna.pseudonym, "ends": "8h"}
    assert service.ask("POST", "/api/v1/overrides", json=override).status_code == 201
    told = tap(service, link(service, "payments-oncall"), say="fixed")
    assert "asked of Anna, answered by payments-oncall" in told and anna.pseudonym not in told
    page = service.ask("GET", f"/deviations/{service.only()['id']}").text
    assert "asked of Anna, answered by payments-oncall" in page and anna.pseudonym not in page


def test_a_terminal_and_the_pages_call_a_phase_by_the_same_words(service: Within) -> None:
    from accord.cases.case import PHASES_IN_WORDS, Phase
    from accord.cli.answer import _line

    assert set(PHASES_IN_WORDS) == set(Phase)
    tap(service, link(service, "payments-oncall"), say="acknowledge")
    assert "  acknowledged       payments-oncall until" in _line(service.only())
    assert ">acknowledged</span>" in service.ask("GET", f"/deviations/{service.only()['id']}").text
