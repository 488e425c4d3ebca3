"""Past incidents from plain timelines: the two examples answer the three questions, and what is not as expected has its place."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.files.timeline import read_timeline
from accord.model.problem import Refused
from accord.model.review import Reason
from accord.review import html, markdown
from accord.review.answered import answers
from accord.review.happened import Kind, incident_of
from accord.review.imported import imported_review
from accord.review.linting import lint
from accord.review.roles import Spoken
from accord.review.table import COLUMNS, read_csv, read_yaml

INCIDENTS = Path(__file__).parents[2] / "examples" / "incidents"
MINUTE, HOUR = 60_000_000_000, 3_600_000_000_000


def review_of_example(name: str):  # type: ignore[no-untyped-def]
    return imported_review(read_timeline(INCIDENTS / name))


def of_csv(text: str):  # type: ignore[no-untyped-def]
    return imported_review(incident_of(read_csv(text, "t.csv"), "t.csv"))


def of_yaml(text: str):  # type: ignore[no-untyped-def]
    return imported_review(incident_of(read_yaml(text, "t.yaml"), "t.yaml"))


def test_the_router_told_a_list_that_nobody_had_to_read() -> None:
    review = review_of_example("knight-capital-2012.yaml")
    lacking = {(row.where, row.party): (row.reason, row.reached_ns) for row in review.missing}
    assert lacking == {
        ("router", "operations"): (Reason.MISROUTED, 0),
        ("eighth server", "operations"): (Reason.NO_SIGNAL, 0),
        ("position monitor", "order entry"): (Reason.NO_CLAUSE, 0),
    }
    assumed = {row.assumes: row.because.partition(":")[0] for row in review.unexamined}
    reaches = "an error of the router reaches somebody who acts on it before the market opens"
    assert assumed[reaches] == "no promise of router answers it"
    assert assumed["all eight servers read the reused flag alike"].endswith("established afterwards to be otherwise")
    late = {hop.interface: (hop.step, hop.needed) for hop in review.hops if hop.is_late}
    assert late["router -> operations"] == ("tell", 89 * MINUTE), "from the first mail until the market opened"
    assert late["router -> mail list (mail)"][0] == "understand"
    assert all(clause.is_kept for clause in review.clauses)


def test_the_support_chain_was_slower_than_the_plan_data_in_hand() -> None:
    review = review_of_example("nats-2023.csv")
    assert {(row.where, row.party, row.reason) for row in review.missing} == {
        ("maker", "level 1", Reason.NO_CLAUSE),
        ("maker", "level 2", Reason.NO_CLAUSE),
    }
    assert {row.party for row in review.unexamined} == {"operations", "flight-plan processor", "support chain"}
    late = {hop.interface: (hop.actual, hop.needed) for hop in review.hops if hop.is_late}
    assert late["level 2 -> maker"] == (4 * HOUR, 105 * MINUTE)
    assert late["level 1 -> maker"][0] == 6 * HOUR + 43 * MINUTE, "nobody is on record as asking from there"
    assert [(each.party.partition(":")[0], each.told_ns == each.from_ns) for each in review.turns] == [
        ("level 1", True),
        ("level 2", True),
    ]
    took = {hop.interface: hop.actual for hop in review.hops}
    assert took["level 1 -> level 2 (telephone)"] == 34 * MINUTE
    assert len(review.helped) == 2


@pytest.mark.parametrize("name", ["knight-capital-2012.yaml", "nats-2023.csv"])
def test_the_three_questions_are_answered_on_the_first_lines(name: str) -> None:
    review = review_of_example(name)
    assert lint(review, Spoken(())) == ()
    answered = dict(answers(review))
    assert list(answered) == [
        "What happened", "What was missing", "Which assumption was unexamined", "Which interface did not communicate in time",
    ]  # fmt: skip
    assert not any(said[0].startswith(("nothing", "no")) for said in answered.values())
    assert html.render(review) and markdown.render(review)
    assert review.header.sources


HEAD = "at,party,kind,what,id,told_to,about,of,within,via,reason\n"
STAMPED = "at,party,kind,what,stamp\n"
FACT = "2026-01-01T10:00:00Z,monitor,fact,the disk is full,full,,,,,,\n"


@pytest.mark.parametrize(
    ("rows", "reason", "because"),
    [
        ("", Reason.NO_SIGNAL, "nobody was told"),
        ("2026-01-01T10:01:00Z,monitor,told,,,archive,full,,,,\n", Reason.MISROUTED, "somebody else was told"),
        ("2026-01-01T10:30:00Z,monitor,told,,,shop,full,,,,\n", Reason.UNDELIVERED, "it was told later"),
        (
            "2026-01-01T10:01:00Z,monitor,told,,,shop,full,,,,\n2026-01-01T10:20:00Z,shop,understood,,,,full,,,,\n",
            Reason.UNOPENED,
            "later understood",
        ),
    ],
)
def test_the_reason_follows_from_who_was_told_when(rows: str, reason: Reason, because: str) -> None:
    decided = "2026-01-01T10:10:00Z,shop,decision,sells on,,,full,,,,\n"
    review = of_csv(HEAD + FACT + rows + decided)
    assert [row.reason for row in review.missing] == [reason], because


def test_what_was_told_in_time_is_not_missing() -> None:
    told = "2026-01-01T10:05:00Z,monitor,told,,,shop,full,,,,\n"
    decided = "2026-01-01T10:10:00Z,shop,decision,sells on,,,full,,,,\n"
    assert of_csv(HEAD + FACT + told + decided).missing == ()
    known = "2026-01-01T10:10:00Z,monitor,decision,goes on,,,full,,,,\n"
    assert of_csv(HEAD + FACT + known).missing == ()


def test_an_answered_assumption_is_examined_and_a_broken_promise_is_not_kept() -> None:
    review = of_yaml("""
timeline:
- {kind: promise, party: archive, id: p, what: keeps a copy}
- {kind: assumption, party: shop, of: archive, what: there is a copy, about: p}
- {kind: began, at: 2026-01-01T10:00:00Z, party: archive, what: the copy is gone}
- {kind: broke, at: 2026-01-01T10:00:00Z, party: archive, what: there is no copy, about: p}
- {kind: recovered, at: 2026-01-01T12:00:00Z, party: archive, what: a copy is made, within: 1h}
""")
    assert review.unexamined == ()
    (clause,) = review.clauses
    assert (clause.is_kept, clause.evidence) == (False, "there is no copy")
    (hop,) = [hop for hop in review.hops if hop.step == "recover"]
    assert (hop.budget, hop.actual) == (HOUR, 2 * HOUR)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "t.csv:1:1: expected a line of column names, read nothing"),
        (HEAD, "t.csv:1:1: expected at least one line of a timeline"),
        (HEAD + "2026-01-01T10:00:00Z,a,fact,b,,,,,,,,too many\n", "t.csv:2:38: expected 11 cells, read 12; quote a cell that holds a comma"),
        (HEAD + "yesterday,a,fact,b\n", "t.csv:2:1: expected an instant with its zone, such as 2012-08-01T08:01:00-04:00, read 'yesterday'"),
        (HEAD + "2026-01-01T10:00:00,a,fact,b\n", "t.csv:2:1: expected an instant with its zone, such as 2012-08-01T08:01:00-04:00, read '2026-01-01T10:00:00'"),
        (HEAD + "2026-01-01T10:00:00Z,a,rumour,b\n", "t.csv:2:24: expected one of began, fact, told, asked, understood, next, decision, promise, broke, assumption, helped, recovered, confirmed, read 'rumour'"),
        (HEAD + ",a,decision,b\n", "t.csv:2:1: no `at`; only promise, assumption, fact may stand without an instant"),
        (HEAD + ",a,fact,b\n", "t.csv:1:1: expected at least one line with an instant, `at`"),
        (STAMPED + "2026-01-01T10:00:00Z,a,began,b,afterwards\n", "t.csv:2:32: expected the stamp afterwards at a line of the kind fact, read it at began"),
        (STAMPED + "2026-01-01T10:00:00Z,a,fact,b,sometime\n", "t.csv:2:31: expected one of no earlier, afterwards, read 'sometime'"),
        (HEAD + "2026-01-01T10:00:00Z,a,fact,it turned out full\n", "t.csv:2:29: 'turned out' tells of what was established later; expected the stamp afterwards at a fact"),
        (HEAD + FACT + "2026-01-01T10:00:00Z,a,told\n", "t.csv:3:1: a line of the kind told says whom (`told_to`) and of which fact (`about`)"),
        (HEAD + FACT + FACT, "t.csv:3:52: the id 'full' is there already, in line 2"),
        (HEAD + FACT + "2026-01-01T10:00:00Z,a,decision,b,,,fuel\n", "t.csv:3:37: a line of the kind decision is about the id of a began or fact, read 'fuel', of no line"),
        (HEAD + '2026-01-01T10:00:00Z,a,fact,"b\n', "t.csv:2:29: expected a closing quote, read the end of the file"),
        (HEAD + '2026-01-01T10:00:00Z,a,fact,"b"c\n', "t.csv:2:32: expected a comma or the end of the line after a closing quote"),
        (HEAD + "2026-01-01T10:00:00Z,a,fact,they should have looked\n", "t.csv:2:29: 'should have' looks from afterwards or blames; expected what was known, said or done at that time"),
        ("at,who\n2026-01-01T10:00:00Z,a\n", "t.csv:1:4: no column 'who'; expected at, party, kind, what, id, told_to, about, of, within, via, reason, stamp"),
        ("at;party;kind\n", "t.csv:1:1: no column 'at;party;kind'; expected commas between them"),
        ("at,party,at\n", "t.csv:1:10: the column 'at' is there twice"),
        (HEAD + "2026-01-01T10:00:00Z,a,fact,b\x1b[2J\n", "t.csv:2:29: the character U+001B does not show; take it out"),
        (HEAD + "2026-01-01T10:00:00Z,a,fact," + "b" * 2001 + "\n", "t.csv:2:29: expected at most 2000 characters, read 2001"),
        (HEAD + FACT + "2026-01-01T09:00:00Z,a,told,,,shop,full\n", "t.csv:3:1: told before the fact 'full' exists, which is in line 2"),
        (HEAD + FACT + "2026-01-01T09:00:00Z,a,decision,b,,,full\n", "t.csv:3:1: decision before the fact 'full' exists, which is in line 2"),
        (HEAD + FACT.replace(",fact,", ",began,") + "2026-01-01T09:00:00Z,a,recovered,b\n", "t.csv:3:1: recovered before anything began"),
        (HEAD + "2026-01-01T10:00:00Z,a,fact,b,,,,,99999999999999d\n", "t.csv:2:35: expected a duration such as 30m, read '99999999999999d'"),
        (HEAD + ",,incident,one\n,,incident,two\n" + FACT, "t.csv:3:1: a second incident; the first is in line 2"),
        (HEAD + ",,source,the root cause\n" + FACT, "t.csv:2:10: 'root cause' looks from afterwards or blames; expected what was known, said or done at that time"),
        (HEAD + "2026-01-01T10:00:00Z,a,fact,b,,,,,soon\n", "t.csv:2:35: expected a duration such as 30m, read 'soon'"),
        (HEAD + ",a,promise,b\n", "t.csv:1:1: expected at least one line of the kind fact or began"),
    ],
)  # fmt: skip
def test_what_is_not_as_expected_is_said_with_its_place(text: str, told: str) -> None:
    with pytest.raises(Refused) as refused:
        of_csv(text)
    assert str(refused.value) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("timeline: 5\n", "t.yaml:1:1: expected a list under `timeline`"),
        ("timeline: []\ntimeline: []\n", "t.yaml:2:1: 'timeline' is there twice"),
        ("timeline:\n- {kind: fact, kind: began}\n", "t.yaml:2:16: 'kind' is there twice"),
        ("timeline: []\n---\ntimeline: []\n", "t.yaml:3:1: a second document; expected one timeline in a file"),
        ("sources: here\ntimeline: []\n", "t.yaml:1:10: expected a list under `sources`"),
        ("timelines: []\n", "t.yaml:1:1: expected incident, sources or timeline, read 'timelines'"),
        ("- a\n", "t.yaml:1:1: expected `incident`, `sources` and `timeline`, read something else"),
        ("timeline:\n- {at: {b: c}}\n", "t.yaml:2:8: expected a text or a list of texts"),
        ("timeline:\n- later\n", "t.yaml:2:3: expected a mapping such as {at: ..., party: ..., kind: fact, what: ...}"),
        ("timeline:\n- {kind: fact, at: 2026-01-01T10:00:00Z, what: b}\n", "t.yaml:2:3: no `party`"),
    ],
)
def test_a_yaml_timeline_is_refused_with_its_place(text: str, told: str) -> None:
    with pytest.raises(Refused) as refused:
        of_yaml(text)
    assert str(refused.value) == told


@given(st.lists(st.lists(st.text(alphabet='ab,"\n é', max_size=6), min_size=2, max_size=4), min_size=1, max_size=5))
def test_cells_of_a_csv_come_back_with_the_place_where_they_stand(rows: list[list[str]]) -> None:
    quoted = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in ["x", *row]) for row in rows)
    width = max(len(row) for row in rows) + 1
    heads = ",".join([name for name in COLUMNS if name != "kind"][:width])
    written = read_csv(f"{heads}\n{quoted}", "t.csv")
    assert [[cell.text for cell in line.cells.values()] for line in written.lines] == [
        ["x", *(cell for cell in row if cell.strip())] for row in rows
    ]
    text = f"{heads}\n{quoted}".split("\n")
    assert all(text[cell.line - 1][cell.column - 1] == '"' for line in written.lines for cell in line.cells.values())


@given(st.text(max_size=200))
def test_whatever_a_file_holds_it_is_read_or_refused_with_a_place(text: str) -> None:
    for read in (of_csv, of_yaml):
        try:
            read(text)
        except Refused as refused:
            assert str(refused).startswith(("t.csv:", "t.yaml:"))


def test_a_landing_before_1970_is_an_instant_like_any_other() -> None:
    review = of_csv(
        HEAD
        + "1969-07-20T20:17:40Z,lander,began,an alarm shows,alarm,,,,,,\n"
        + "1969-07-20T20:18:40Z,ground,decision,goes on,,,alarm,,,,\n"
    )
    assert review.missing[0].lag == MINUTE
    assert "1969-07-20 20:17:40" in html.render(review)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00"])
def test_an_instant_that_no_incident_has_is_refused(at: str) -> None:
    with pytest.raises(Refused, match="expected an instant with its zone"):
        of_csv(f"{HEAD}{at},a,fact,b\n")


def test_each_kind_of_line_is_in_the_docs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "review.md").read_text(encoding="utf-8")
    assert all(f"`{kind}`" in page for kind in Kind)
    assert all(f"`{reason}`" in page for reason in Reason)


STOPS = """
timeline:
- {kind: assumption, party: shop, of: store, id: same, what: both copies are alike}
- {kind: fact, party: store, id: differ, what: the copies differ, about: same, stamp: afterwards}
- {kind: began, at: 2026-01-01T10:00:00Z, party: store, id: stops, what: the store stops, told_to: night watch}
- {kind: fact, at: 2026-01-01T10:00:00Z, party: maker, id: why, what: the maker knows why}
- {kind: next, at: 2026-01-01T10:05:00Z, party: night watch, within: 10m}
- {kind: decision, at: 2026-01-01T10:10:00Z, party: night watch, what: starts it again, about: [why, differ]}
- {kind: next, at: 2026-01-01T10:30:00Z, party: maker}
- {kind: asked, at: 2026-01-01T10:40:00Z, party: night watch, told_to: maker, about: why, stamp: no earlier}
- {kind: recovered, at: 2026-01-01T11:00:00Z, party: store, what: it runs}
"""


def test_who_was_next_to_act_is_what_the_lines_say_and_empty_spells_are_said() -> None:
    page = markdown.render(of_yaml(STOPS))
    table = page.partition("## Who was to act next")[2].partition("## 1.")[0]
    assert [line for line in table.splitlines() if line.startswith("| 1")] == [
        "| 10:00 | nobody is on record as next to act |  | 10:05 |  |",
        "| 10:05 | night watch | 10:00 | 10:15 | its time was over |",
        "| 10:15 | nobody is on record as next to act |  | 10:30 |  |",
        "| 10:30 | maker | not on record | nobody said | recovered |",
    ]
    nobody = of_csv(HEAD + FACT.replace(",fact,", ",began,") + "2026-01-01T11:00:00Z,a,recovered,b\n").turns
    assert [(each.party, each.ends_ns - each.from_ns) for each in nobody] == [("", HOUR)]


def test_lateness_is_said_against_the_need_and_a_bound_stays_one() -> None:
    said = dict(answers(of_yaml(STOPS)))["Which interface did not communicate in time"]
    assert "night watch -> maker: needed at 10:10, asked at 10:40 or later, late by at least 30m: F1." in said
    assert (
        "store -> night watch: needed at 10:10, not told by 11:00, when the record ends, late by at least 50m: F2."
        in said
    )
    assert len(said) == 2


def test_what_was_established_afterwards_is_known_to_nobody_then() -> None:
    review = of_yaml(STOPS)
    page = markdown.render(review)
    assert "| before | store | the copies differ (F2) (established afterwards) |" in page
    assert "known at" not in page.replace("could be known", "")
    [differ] = [row for row in review.missing if row.fact == "the copies differ"]
    assert differ.is_later and differ.is_standing and differ.existed_ns == 0
    assert review.unexamined[0].because.endswith("established afterwards to be otherwise: the copies differ")


def test_silence_is_no_proof_that_a_word_was_kept() -> None:
    page = markdown.render(review_of_example("nats-2023.csv"))
    assert "nothing on record says that it was broken" in page and "| kept |" not in page


@pytest.mark.parametrize("name", ["knight-capital-2012.yaml", "nats-2023.csv"])
def test_a_fact_is_said_in_full_in_the_first_lines_and_the_course_and_by_its_number_elsewhere(name: str) -> None:
    review = review_of_example(name)
    first, _, rest = markdown.render(review).partition("## 3.")
    for number, fact in enumerate(dict.fromkeys(row.fact for row in review.missing), 1):
        assert f"F{number}, “{fact}”" in first and f"F{number}" in rest
        assert fact not in rest
