"""The sections of a review, from carried cases and from a real ledger; ACCORD_REWRITE=1 writes the golden ones anew."""

import os
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from accord.cases.events import Fire
from accord.model.message import Fate, Side
from accord.model.problem import Refused
from accord.model.review import Reason, Review
from accord.review import html, markdown
from accord.review.helped import questions_on
from accord.review.ledger import Sent, read_ledger, stories
from accord.review.reviewing import Asked, participants_of, review_of
from accord.review.roles import Spoken, people_in
from accord.review.sections import sections
from accord.store.chain import row_hash
from accord.store.copying import lines
from cases.carried import DEVIATION, HOUR, MINUTE, POLICY, START, Carried, on_duty
from review.reviewed import a_ledger, a_long_evening, recorded_of, reviewed, story_of
from store.recordings import a_whole_life

GOLDEN = Path(__file__).with_name("golden")
DAY = 24 * HOUR


def of_ledger(file: Path, sent: bool = True) -> Review:
    recorded = read_ledger(lines(file), file.name, row_hash)
    return review_of(stories(recorded), recorded, Spoken(people_in(recorded)), Asked())


def is_golden(name: str, text: str) -> None:
    file = GOLDEN / name
    if os.environ.get("ACCORD_REWRITE"):
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text


@pytest.fixture
def long_evening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Review:
    """Of a ledger whose hashes do not change with the source of the kernel, which they cover."""
    for module in ("recording", "copying"):
        monkeypatch.setattr(f"accord.store.{module}.program", lambda: "golden")
    file = tmp_path / "ledger.db"
    a_ledger(file, a_long_evening())
    return of_ledger(file)


def test_a_real_ledger_gives_the_golden_review(long_evening: Review) -> None:
    is_golden("long-evening.md", markdown.render(long_evening))
    is_golden("long-evening.html", html.render(long_evening))


def test_there_are_ten_sections(long_evening: Review) -> None:
    numbered = [section for section in sections(long_evening) if section.is_numbered]
    assert len(numbered) == 10
    assert all(section.tables or section.items for section in numbered)


def test_a_line_that_was_altered_is_a_gap_of_the_record(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    a_ledger(file, a_whole_life())
    exported = list(lines(file))
    altered = [
        line.replace(b'"changed":true', b'"changed":false') if b'"sequence":3' in line else line for line in exported
    ]
    recorded = read_ledger(altered, "x", row_hash)
    assert [gap for _, gap in recorded.gaps] == ["row 3 does not agree with its hash"]
    lost = [line for line in exported if b'"sequence":3' not in line]
    assert [gap for _, gap in read_ledger(lost, "x", row_hash).gaps] == ["1 rows are missing before row 4"]
    assert read_ledger(exported, "x", row_hash).gaps == ()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"nothing of the kind\n", "expected a line of `accord ledger export`"),
        (b'{"sequence": 1, "key": "k"}\n', "expected the line that an export begins with"),
    ],
)
def test_what_is_no_ledger_is_refused_with_its_line(line: bytes, told: str) -> None:
    with pytest.raises(Refused, match=rf"^file.jsonl:1:1: {told}"):
        read_ledger([line], "file.jsonl", row_hash)


def test_nobody_answers_and_the_page_was_not_opened() -> None:
    carried = Carried()
    carried.fire()
    carried.timer()
    carried.after(MINUTE).commit()
    (row,) = reviewed(carried).missing
    assert (row.reason, row.lag) == (Reason.UNOPENED, 6 * MINUTE)
    assert (row.party, row.decision) == ("payments", "whether on call of payments (level 1) takes it")
    assert row.reached_ns == START + 6 * MINUTE


def test_each_reason_comes_from_what_the_ledger_shows() -> None:
    assert reasons(lambda carried: carried.unreachable()) == {Reason.UNDELIVERED}
    assert reasons(lambda carried: carried.decline(names="orders")) == {Reason.MISROUTED}
    assert reasons(lambda carried: (carried.acknowledge(), carried.timer())) == {Reason.AMBIGUOUS}
    assert reasons(lambda carried: carried.hold()) == {Reason.HELD}
    assert reasons(lambda carried: (carried.read_back(right=False), carried.commit(picks=False))) == {Reason.AMBIGUOUS}
    assert reasons(lambda carried: carried.commit(picks=False)) == set(), (
        "that nothing was picked says nothing of the page"
    )
    assert reasons(lambda carried: carried.commit()) == set()


def reasons(happens):  # type: ignore[no-untyped-def]
    carried = Carried()
    carried.fire()
    carried.after(MINUTE)
    happens(carried)
    return {row.reason for row in reviewed(carried).missing}


def test_a_promise_that_nobody_gave_is_missing_and_unexamined() -> None:
    carried = Carried(replace(POLICY, recover_within=0))
    carried.fire()
    carried.after(MINUTE).commit()
    review = reviewed(carried)
    (row,) = review.missing
    assert (row.fact, row.reason) == ("within which time it recovers", Reason.NO_CLAUSE)
    assert row.existed_ns == 0 and row.reached_ns == START + MINUTE
    assert [each.because for each in review.unexamined] == ["no promise says within which time"]


def test_a_signal_that_no_contract_knows() -> None:
    deviation = replace(DEVIATION, consumer="", provider="", operation="", term="", signal="NightlyJob")
    carried = Carried(replace(POLICY, owner="", other="", levels=(), other_duty=(), other_person=""), deviation)
    carried.fire()
    carried.timer()
    review = reviewed(carried)
    assert [(row.reason, row.party, row.decision) for row in review.missing] == [
        (Reason.NO_CLAUSE, "accord", "whom to ask"),
        (Reason.UNOPENED, "the last resort", "whether the last resort takes it"),
    ]
    assert review.unexamined[0].because == "no contract names the signal"
    assert markdown.render(review)


def test_of_many_callers_the_title_names_the_first_and_the_review_all() -> None:
    many = "+".join(f"caller-{number}" for number in range(5))
    carried = Carried(replace(POLICY, other=many, other_person=many), replace(DEVIATION, consumer=many))
    carried.fire()
    review = reviewed(carried)
    assert review.header.title == "caller-0 and 4 more -> payments/charge latency"
    assert "caller-4" in markdown.render(review).partition("## ")[2]


def test_a_duty_that_the_contracts_did_not_know_yet_is_a_stale_contract() -> None:
    carried = Carried()
    carried.fire()
    levels = (replace(POLICY.levels[0], duty=on_duty("p5", begins=START - HOUR)), POLICY.levels[1])
    carried.after(MINUTE).rota_changed(replace(POLICY, levels=levels))
    (row,) = reviewed(carried).missing
    assert (row.reason, row.existed_ns, row.reached_ns) == (Reason.STALE_CONTRACT, START - HOUR, START + MINUTE)


def test_an_empty_level_is_an_assumption_that_nobody_examined() -> None:
    levels = (replace(POLICY.levels[0], duty=()), POLICY.levels[1])
    carried = Carried(replace(POLICY, levels=levels))
    carried.fire()
    (row,) = reviewed(carried).unexamined
    assert (row.assumes, row.because) == ("somebody is on duty at level 1", "nobody was, and the level was passed over")


def test_an_earlier_deviation_of_the_same_term_spoke_against_it() -> None:
    story = replace(story_of(a_whole_life()), earlier_ns=(START - 41 * DAY, START - DAY))
    review = review_of((story,), recorded_of(a_whole_life()), Spoken(()), Asked())
    assert review.unexamined[0].because == "the same term deviated 2 times before, first 41 days earlier"


def test_detection_that_took_time_had_no_signal_until_then() -> None:
    carried = Carried()
    carried.hear(Fire("f", START + 4 * MINUTE, DEVIATION, "", START))
    review = reviewed(carried)
    assert [(row.reason, row.lag, row.party, row.decision) for row in review.missing] == [
        (Reason.NO_SIGNAL, 4 * MINUTE, "accord", "whom to ask")
    ]
    assert review.hops[0].actual == 4 * MINUTE and review.hops[0].is_longest and review.hops[0].is_late


def test_the_other_side_whose_messages_failed_was_not_told() -> None:
    carried = a_whole_life()
    turns = {row.after.turn for row in story_of(carried).rows if row.after}
    sent = tuple(Sent(turn, Side.OTHER, "c0", "ntfy", Fate.FAILED) for turn in turns)
    story = replace(story_of(carried), sent=sent)
    review = review_of((story,), recorded_of(carried), Spoken(()), Asked())
    lacking = [row for row in review.missing if row.party == "checkout"]
    assert [(row.reason, row.reached_ns) for row in lacking] == [(Reason.UNDELIVERED, 0)]
    assert value(review, "TTB") is None
    assert [hop.interface for hop in review.hops if hop.is_late] == [
        "payments/page level 1 -> accord",
        "accord -> checkout",
    ]


def value(review: Review, name: str) -> int | None:
    (metric,) = [each for each in review.metrics if each.name == name]
    (point,) = metric.points
    return point.value


def test_figures_of_an_evening() -> None:
    review = reviewed(a_long_evening())
    counts = {metric.name: metric.points[0].value for metric in review.metrics if not metric.is_time}
    assert counts == {
        "turns unanswered": 1, "hand-overs offered": 1, "hand-overs accepted": 1, "hand-overs refused": 0, "hand-overs expired": 0,
        "commitments": 3, "commitments met": 2, "commitments renewed": 1, "commitments run out": 0, "stale answers": 1, "wrong read-backs": 1,
        "held": 1, "bundled": 0, "interrupts": 5,
    }  # fmt: skip
    assert value(review, "TTD") == 0
    assert value(review, "TTC") == (52 * MINUTE)


def test_a_commitment_that_ran_out_is_the_only_word_not_kept() -> None:
    carried = Carried()
    carried.fire()
    carried.after(MINUTE).commit(within=10 * MINUTE)
    carried.timer()
    broken = [clause for clause in reviewed(carried).clauses if not clause.is_kept]
    assert [(clause.says, clause.evidence) for clause in broken] == [
        ("has it for 10m", "ran out, and the next was asked")
    ]


def test_a_promise_of_recovery_that_is_not_over_is_not_judged() -> None:
    carried = Carried()
    carried.fire()
    assert not any("recovers" in clause.says for clause in reviewed(carried).clauses)
    carried.after(3 * HOUR).timer()
    (clause,) = [clause for clause in reviewed(carried).clauses if "recovers" in clause.says]
    assert (clause.is_kept, clause.evidence) == (False, "open after 3h")


def test_nothing_is_averaged_under_twenty_points() -> None:
    recorded = recorded_of(a_whole_life())
    story = story_of(a_whole_life())
    few = review_of((story,) * 19, recorded, Spoken(()), Asked())
    many = review_of((story,) * 20, recorded, Spoken(()), Asked())
    assert "median" not in markdown.render(few) and "median of all" in markdown.render(many)


def test_participants_stand_apart_from_the_review() -> None:
    story = story_of(a_whole_life())
    assert participants_of((story,)) == (("c0", "on call of checkout"), ("p1", "on call of payments (level 2)"))


def test_html_is_one_file_without_a_script() -> None:
    page = html.render(reviewed(a_long_evening()))
    assert "<script" not in page and "http" not in page.partition("</head>")[2]
    assert "url(" not in page.replace("url(#apart)", ""), "nothing is loaded; a hatch stands in the page itself"
    assert "default-src 'none'" in page and "prefers-color-scheme:dark" in page and "width=device-width" in page


def test_what_the_ledger_says_is_never_markup() -> None:
    said = replace(DEVIATION, seen="<b onclick=x>5s</b> | `y` [z](q)")
    carried = Carried(deviation=said)
    carried.fire()
    carried.timer()
    review = reviewed(carried)
    assert "<b onclick" not in html.render(review) and "\\<b onclick=x>" in markdown.render(review)
    assert "\\| \\`y\\` \\[z\\]" in markdown.render(review)


def test_json_and_review_say_the_same(long_evening: Review) -> None:
    assert msgspec.json.decode(msgspec.json.encode(long_evening), type=Review) == long_evening


def test_what_reached_whom_is_told_by_hop_where_the_ledger_has_it(tmp_path: Path) -> None:
    carried = a_whole_life()
    turns = {row.after.turn for row in story_of(carried).rows if row.after}
    sent = tuple(Sent(turn, Side.OWNER, "p0", "ntfy", Fate.DELIVERED) for turn in turns)
    review = review_of((replace(story_of(carried), sent=sent),), recorded_of(carried), Spoken(()), Asked())
    hops = [(hop.step, hop.interface, hop.actual) for hop in review.hops if hop.step == "deliver"]
    assert hops == [("deliver", "accord -> payments/page level 1 (ntfy)", None)]


def test_a_last_resort_that_is_asked_again_and_again_is_one_hop_and_one_row() -> None:
    carried = Carried()
    carried.fire()
    for _ in range(12):
        carried.timer()
    review = reviewed(carried)
    assert sum(row.party == "the last resort" for row in review.missing) == 1
    assert sum("last resort" in hop.interface for hop in review.hops) == 1
    assert sum(moment.what.startswith("the deadline passes") for moment in review.course) == 2
    assert len(review.extract) == 13


def test_a_breaker_that_opened_for_somebody_does_not_say_for_whom(tmp_path: Path) -> None:
    from accord.cases.breaker import DEFAULT_BUDGET
    from accord.store.ledger_sqlite import SqliteLedger
    from store.recordings import admit, fire

    with SqliteLedger(tmp_path / "ledger.db", budget=DEFAULT_BUDGET) as ledger:
        admit(ledger, "p0", "p1", "c0")
        for number in range(8):
            ledger.record([fire(f"f{number}", f"shard {number}", START + number)]).result()
    review = of_ledger(tmp_path / "ledger.db")
    assert any("page" in boundary and "somebody" in boundary for boundary in review.header.boundaries)
    assert "p0" not in markdown.render(review).replace("(", " ").replace(",", " ").split()


def test_a_side_without_an_address_was_told_nothing() -> None:
    story = replace(story_of(a_whole_life()), sent=())
    review = review_of((story,), recorded_of(a_whole_life()), Spoken(()), Asked())
    assert value(review, "TTB") is None
    assert not any(mark.told_ns for lane in review.lanes if lane.party == "checkout" for mark in lane.marks)


def of_two_parties() -> Review:
    """The first is asked and no channel takes it; the second is told, has it and recovers it."""
    first, second = (
        replace(POLICY.levels[0], party="payments-first"),
        replace(POLICY.levels[1], party="payments-second"),
    )
    carried = Carried(replace(POLICY, owner="payments-first", levels=(first, second)))
    carried.fire()
    carried.unreachable()
    carried.after(MINUTE).commit()
    carried.after(MINUTE).fixed()
    sent = (
        Sent(1, Side.OWNER, "p0", "ntfy", Fate.FAILED),
        Sent(2, Side.OWNER, "p1", "ntfy", Fate.HANDED),
        *(Sent(turn, Side.OTHER, "c0", "ntfy", Fate.HANDED) for turn in (1, 2, 3, 4)),
    )
    story = replace(story_of(carried), sent=sent)
    return review_of((story,), recorded_of(carried), Spoken(()), Asked())


def test_told_says_the_same_in_every_section_of_who_no_channel_reached_and_of_who_had_it() -> None:
    review = of_two_parties()
    told = {lane.party: lane.marks[0].told_ns for lane in review.lanes}
    assert told["payments-first"] == 0 and told["payments-second"] == START
    [lacking] = [row for row in review.missing if row.party == "payments-first"]
    assert (lacking.reason, lacking.reached_ns) == (Reason.UNDELIVERED, 0)
    assert [(turn.party, turn.told_ns, turn.told) for turn in review.turns][:3] == [
        ("on call of payments-first (level 1)", 0, "no channel took the message"),
        ("on call of payments-second (level 2)", START, ""),
        ("on call of payments-second (level 2)", 0, "by its own word"),
    ]
    late = [(hop.interface, hop.note) for hop in review.hops if hop.is_late]
    assert late == [("accord -> payments-first/page level 1", "no channel took the message")]
    page = markdown.render(review)
    assert "turns told both" not in page and "delivered for" not in page


def test_of_who_was_not_reached_one_thing_is_asked_once() -> None:
    asked = [each.asks for each in of_two_parties().questions if "noticed" in each.asks]
    assert asked == [f"How is a message noticed that does not arrive? (“{DEVIATION.seen}”)"]


def test_words_that_one_side_lacked_are_asked_for_together() -> None:
    [row, *_] = of_two_parties().missing
    words = [replace(row, fact=fact, party="checkout", is_written=True) for fact in ("a is 5s", "b is 3")]
    [question] = questions_on((*words, words[0]))
    assert (question.to, question.asks) == (
        "checkout",
        "How does a word of one side come to the other? (“a is 5s”, “b is 3”)",
    )


def test_who_had_it_is_named_and_never_who_was_not_told() -> None:
    review = of_two_parties()
    facts = {mark.fact for lane in review.lanes for mark in lane.marks}
    assert "payments-second has it, and until when" in facts
    of_first = [clause.says for clause in review.clauses if clause.party == "payments-first"]
    assert of_first == [], "no channel reached it, and no word of it was put to the test"
    assert [each.to for each in review.questions if "What was changed" in each.asks] == ["payments-second"]
    assert set(review.header.parties) == {"payments", "payments-first", "payments-second", "checkout"}


def test_beside_others_each_turn_names_its_boundary_and_a_row_without_anybody_says_so() -> None:
    carried = Carried()
    carried.hear(Fire("f", START + 4 * MINUTE, DEVIATION, "", START))
    carried.now = START + 4 * MINUTE
    carried.after(MINUTE).commit()
    review = review_of((story_of(carried), story_of(a_whole_life())), recorded_of(carried), Spoken(()), Asked())
    assert review.turns[0].party.endswith(": nobody is on record as next to act")
    assert "| 08:04 |  |" in markdown.render(review).partition("## 1.")[0]


def test_the_answers_count_late_ways_and_what_no_bound_is_on_record_for() -> None:
    from accord.review.answered import answers

    said = dict(answers(reviewed(a_long_evening())))["Which interface did not communicate in time"]
    assert said[0].startswith("payments/page level 1 -> accord: due at 08:15, no answer")
