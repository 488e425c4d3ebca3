"""Small results, made by hand, so that the pages of the reports stay still while rules change their words."""

from datetime import date
from typing import Any

from msgspec.structs import replace

from accord.model.duration import SECOND
from accord.model.fact import Fact, Stance
from accord.model.finding import Finding, Move, Question, Severity, Statement, Verdict
from accord.model.place import Place
from accord.model.problem import Problem
from accord.model.result import Result, Waived
from accord.model.waiver import Lines, Waiver
from accord.model.witness import Step, Witness

CALLER = Place("shop", "checkout/accord.yaml", 4, 24)
PROVIDER = Place("shop", "payments/accord.yaml", 3, 27)


def fact(says: str, stance: Stance, term: str, text: str, place: Place, **more: Any) -> Fact:
    consumer = says if stance is Stance.ASSUMES else ""
    return Fact(says, stance, consumer, "payments", "charge", term, text, text, place, **more)


LIMIT = fact("checkout", Stance.ASSUMES, "timeout.attempt", "2s", CALLER)
TRIES = fact("checkout", Stance.ASSUMES, "attempts", "2", CALLER)
LATEST = fact("payments", Stance.PROMISES, "latency.max", "5s", PROVIDER)


def step(at: float, party: str, act: str, does: str, fact: Fact | None = None) -> Step:
    return Step(round(at * SECOND), party, act, does, fact, "payments/charge")


STORY = Witness(
    (
        step(0, "checkout", "calls", "calls payments/charge (try 1 of 2)", TRIES),
        step(2, "checkout", "gives-up", "gives up the try", LIMIT),
        step(2, "checkout", "calls", "calls payments/charge (try 2 of 2)", TRIES),
        step(4, "checkout", "gives-up", "gives up the try", LIMIT),
        step(5, "payments", "answers", "answers try 1, to nobody", LATEST),
        step(5, "", "concludes", "1 answer to nobody, and payments kept its word"),
    ),
    "asker-learns-outcome",
    (LIMIT, LATEST),
)

MISMATCH = Finding(
    verdict=Verdict.MISMATCH,
    message="checkout waits 2s, payments may answer after 5s",
    statements=(
        Statement(LIMIT, "checkout gives up each try after 2s"),
        Statement(LATEST, "payments may answer after 5s"),
    ),
    consumer="checkout",
    provider="payments",
    operation="charge",
    severity=Severity.ERROR,
    witness=STORY,
    moves=(Move("checkout", "wait at least 5s"), Move("payments", "promise at most 2s")),
    rule="timing/caller-gives-up-first",
    fingerprint="0123456789abcdef",
)

HOURS = fact("desk", Stance.PROMISES, "hours", "Mon-Fri 09:00-18:00 Europe/Berlin", Place("shop", "desk.yaml", 7, 5))
AT_NIGHT = Finding(
    verdict=Verdict.MISMATCH,
    message="payments promises charge 24x7, desk is away at night",
    statements=(Statement(HOURS, "desk is on duty Mon-Fri 09:00-18:00 Europe/Berlin"),),
    provider="payments",
    operation="charge",
    severity=Severity.ERROR,
    witness=Witness(
        (
            step(0, "payments", "breaks", "deviates from what it promised"),
            step(120, "payments", "pages", "pages desk", LATEST),
            step(6 * 3600, "desk", "away", "is not on duty", HOURS),
            step(30 * 3600, "", "concludes", "nobody answered"),
        ),
        "somebody-on-duty",
        (LATEST,),
        "2026-11-27T22:30:00Z",
    ),
    rule="people/promise-outside-duty-hours",
    scope=(("env", "prod"), ("version:payments", "2.10 or 2.11")),
    fingerprint="00000000000000aa",
)

DEFAULT = Fact(
    "istio",
    Stance.DEFAULT,
    "",
    "payments",
    "any",
    "attempts",
    3,
    "2 retries",
    Place("shop", "routes/payments.yaml", 9, 3),
    source="istio",
    version="1.1 and later",
)
CONDITIONAL = Finding(
    verdict=Verdict.CONDITIONAL,
    message="checkout waits 2s; up to 1 % of the answers of payments/charge may come later",
    statements=(Statement(LIMIT, "checkout gives up each try after 2s"), Statement(DEFAULT, "istio tries 3 times")),
    consumer="checkout",
    provider="payments",
    operation="charge",
    via="orders",
    severity=Severity.WARNING,
    condition="holds only while no answer takes longer than 2s",
    questions=(Question("payments", "how late payments/charge may answer", "at most 2s"),),
    rule="timing/caller-gives-up-first",
    fingerprint="00000000000000bb",
)


def open_question(asks: str, bound: str = "", to: str = "payments") -> Finding:
    return Finding(
        verdict=Verdict.UNANSWERED,
        message=f"nobody says {asks}",
        statements=(Statement(LATEST, "payments speaks of payments/charge"),),
        provider="payments",
        operation="charge",
        severity=Severity.INFO,
        questions=(Question(to, asks, bound),),
        rule="contract/question-unanswered",
        fingerprint="00000000000000cc",
    )


QUESTIONS = (
    open_question("who recovers payments/charge", "at most 30m"),
    open_question("how soon a deviation of payments/charge is shown"),
    open_question("which key it sends", to="checkout"),
)
NOTE = Finding(
    verdict=Verdict.NOTE,
    message="payments/charge ends on 2027-03-31",
    statements=(Statement(LATEST, "payments/charge ends on 2027-03-31"),),
    provider="payments",
    operation="charge",
    severity=Severity.INFO,
    rule="contract/needed-after-sunset",
    fingerprint="00000000000000dd",
)
PROBLEMS = (
    Problem(Place("shop", "chart/b.yaml", 2, 1), "a template; check the rendered file instead", fatal=True),
    Problem(Place("shop", "chart/a.yaml", 5, 1), "a template; check the rendered file instead", fatal=True),
    Problem(Place("shop", "checkout/accord.yaml", 9, 3), "unknown key 'rto'; Accord's word is recover: {within: ...}"),
)


def result(
    *findings: Finding, problems: tuple[Problem, ...] = (), files: int = 2, parties: int = 2, boundaries: int = 1
) -> Result:
    return Result(files, problems, parties, boundaries, findings)


EVERYTHING = result(MISMATCH, AT_NIGHT, CONDITIONAL, *QUESTIONS, NOTE, problems=PROBLEMS, files=5)

WAIVED = Waived(
    MISMATCH,
    Waiver(
        "timing/caller-gives-up-first",
        Place("shop", "checkout/accord.yaml", 3, 20),
        "payments gets faster in spring",
        "team-shop",
        date(2027, 3, 31),
        Lines(4, 4),
    ),
)
SELECTED = Waived(
    AT_NIGHT, Waiver("people/promise-outside-duty-hours", Place(".", "accord.toml", 2, 1), "it is a pilot", subject="*")
)
ODD = Finding(
    verdict=Verdict.NOTE,
    message="50% of <b>a|b</b> [x](y): see @team/pay, #12, `code` and https://example.org\n::error::no",
    statements=(
        Statement(fact("a,b:c", Stance.PROMISES, "x", "y", Place("shop", "p a:y,m%#.yaml", 1, 1)), "says *so* ##[x]"),
    ),
    provider="a_b",
    severity=Severity.INFO,
    rule="contract/needed-after-sunset",
    fingerprint="00000000000000ee",
)
ALLOWED = replace(
    result(NOTE, ODD, problems=PROBLEMS, files=5), waived=(WAIVED, SELECTED), known=(CONDITIONAL, QUESTIONS[0])
)
