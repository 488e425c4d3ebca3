"""Three columns say whose figure each one is, mark what findings rest on, and never hold what cannot be held."""

import pytest

from accord.boundaries.seen.three_columns import three_columns
from accord.check import check, joined
from accord.model.fact import Fact
from accord.model.result import Result
from accord.model.three_columns import Entry, Row, ThreeColumns
from accord.sources._claims import read_text

SAID = """
party: checkout
names: {otel: checkout}
assumes:
  payments/charge:
    timeout: {attempt: 2s}
    attempts: 3
    idempotency_key: per-attempt
    sends: {rate: 5/s}
    latency: {p99: 1s}
--- {party: payments, names: {otel: payments}, promises: {charge: {at: POST /charges, latency: {max: 5s, p99: 3s}, idempotent: never, availability: 99%, accepts: {rate: 10/s}}}}
"""
SEEN = """
accord_observed: 1
boundaries:
  - consumer: checkout
    provider: payments
    operation: POST /charges
    environment: prod
    counts: {calls: 600, weighted: 600000, paired: 600, late: 6, late_ns: 18000000000, caller_errors: 12, callee_errors: 6, error_ok: 6,
      error_error: 6, try_1: 588, try_2: 12, repeated: 6, caller_longest_ns: 2000000000, callee_longest_ns: 5000000000}
    caller: [[100ms, 590], [2s, 10]]
    callee: [[90ms, 590], [5s, 10]]
    codes: [[-1, 200, 6], [500, 500, 6], [200, 200, 588]]
    began: 1764547200
    ended: 1764547260
"""


def facts(*texts: str) -> list[Fact]:
    found = []
    for number, text in enumerate(texts):
        for fact in read_text(text, "", f"{number}.yaml"):
            assert isinstance(fact, Fact), fact
            found.append(fact)
    return found


def columns(*texts: str) -> list[ThreeColumns]:
    return list(three_columns(joined(facts(*texts))[0]))


def checked(*texts: str) -> Result:
    return check(facts(*texts))


def rows(one: ThreeColumns) -> dict[str, Row]:
    return {row.measure: row for row in one.rows}


def texts(entries: tuple[Entry, ...]) -> list[str]:
    return [" ".join(filter(None, (entry.text, entry.side, entry.note))) for entry in entries]


def test_each_term_has_its_three_values_and_whose_figure_it_is() -> None:
    [one] = columns(SAID, SEEN)
    assert (one.subject, one.environment, one.calls, one.paired) == ("checkout -> payments/charge", "prod", 600, 600)
    assert (one.began, one.ended, one.called, one.because) == (1764547200, 1764547260, "POST /charges", "")
    found = {name: (texts(row.assumed), texts(row.observed), texts(row.promised)) for name, row in rows(one).items()}
    assert found == {
        "latency.max": (["2s each try"], ["5s callee", "2s caller"], ["5s"]),
        "latency.p99": (["1s"], ["5s callee", "1.99s caller"], ["3s"]),
        "attempts": (["3"], ["2 caller 12 of 600 calls ask again"], []),
        "availability": ([], ["99 % callee 6 of 600 failed", "98 % caller 12 of 600 failed"], ["99%"]),
        "rate": (["5/s"], ["10/s caller on average"], ["10/s"]),
        "late": ([], ["6 answers, 18s of work"], []),
        "repeated": (["key: per-attempt"], ["6 executions callee"], ["idempotent: never"]),
    }
    assert [(row.assumed[0].value, row.unit) for row in one.rows[:3]] == [(2, "s"), (1, "s"), (3, "tries")]
    assert rows(one)["rate"].promised[0].value == 10
    assert rows(one)["latency.max"].promised[0].fact.place.file == "0.yaml"


def test_the_tail_of_a_caller_that_leaves_is_cut_and_that_is_said() -> None:
    [one] = columns(SAID, SEEN)
    longest = rows(one)["latency.max"].observed
    assert [(entry.party, entry.at_least) for entry in longest] == [("payments", False), ("checkout", True)]
    assert one.remarks == ("the tail of checkout is cut at its limit: the true tail is that of payments",)
    [alone] = columns(
        SAID,
        SEEN.replace("paired: 600, late: 6", "caller_only: 600, late: 0").replace(
            "    callee: [[90ms, 590], [5s, 10]]\n", ""
        ),
    )
    assert alone.remarks[0] == "the tail of checkout is cut at its limit: payments tells nothing of what came"
    [patient] = columns(SAID.replace("attempt: 2s", "attempt: 9s"), SEEN.replace("late: 6", "late: 0"))
    assert not patient.remarks
    assert [entry.at_least for entry in rows(patient)["latency.p99"].observed] == [False, False]


def test_a_row_bears_the_verdict_of_what_rests_on_it() -> None:
    [one] = checked(SAID, SEEN).three_columns
    verdicts = {name: row.verdict for name, row in rows(one).items()}
    assert verdicts["latency.max"] == "mismatch"
    assert verdicts["late"] == "note"
    assert verdicts["attempts"] == verdicts["rate"] == ""
    [calm] = checked(
        SAID, SEEN.replace("[5s, 10]", "[1s, 1]").replace("5000000000", "1000000000").replace("late: 6", "late: 0")
    ).three_columns
    assert rows(calm)["latency.max"].verdict == ""


def test_shares_of_spans_that_may_be_a_sample_are_not_told() -> None:
    [one] = columns(SAID, SEEN.replace("weighted: 600000", "unweighted: 600"))
    assert [entry.text for entry in rows(one)["latency.p99"].observed] == ["?", "?"]
    assert [entry.value for entry in rows(one)["availability"].observed] == [None, None]
    assert rows(one)["latency.max"].observed[0].text == "5s"
    assert any("not decidable" in remark for remark in one.remarks)


@pytest.mark.parametrize(
    ("said", "because"),
    [
        ("party: checkout\nnames: {otel: checkout}\n", "no contract says that it is payments: names: {otel: payments}"),
        (
            "party: payments\nnames: {otel: payments}\npromises: {refund: {at: POST /refunds}}\n",
            "no operation of payments is known to be POST /charges; its `at` would say so",
        ),
        (
            SAID.replace("party: payments,", "party: payments, only: {version: v2},"),
            "what is said of payments/charge depends on version:payments, which telemetry does not tell here",
        ),
        ("party: payments\nnames: {otel: payments}\n", "nothing is said of it"),
    ],
)
def test_what_nothing_can_be_held_against_says_why(said: str, because: str) -> None:
    [one] = columns(said, SEEN)
    assert one.because == because


def test_the_worst_comes_first_and_what_is_not_held_last() -> None:
    quick = SEEN.split("boundaries:\n")[1].replace("POST /charges", "GET /quote").replace("late: 6", "late: 0")
    quick = quick.replace("repeated: 6", "repeated: 0").replace(
        "caller_errors: 12, callee_errors: 6", "caller_errors: 0"
    )
    unknown = SEEN.split("boundaries:\n")[1].replace("POST /charges", "GET /other")
    said = SAID.replace("{charge:", "{quote: {at: GET /quote, latency: {p99: 1s}}, charge:")
    found = columns(said, SEEN.replace("boundaries:\n", f"boundaries:\n{unknown}{quick}"))
    assert [one.called for one in found] == ["POST /charges", "GET /quote", "GET /other"]


def test_nothing_observed_gives_no_columns() -> None:
    assert checked(SAID).three_columns == ()
