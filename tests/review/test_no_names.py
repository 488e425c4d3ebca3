"""No review holds a name, blames anybody or ranks anybody, whatever stands in the ledger."""

from html import unescape

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from accord.cases.policy import Duty, Level
from accord.check import check
from accord.model.fact import Fact
from accord.review import html, markdown
from accord.review.ledger import stories
from accord.review.linting import lint, texts
from accord.review.reviewing import Asked, review_of
from accord.review.roles import Spoken, people_in
from accord.review.words import FORBIDDEN, LEFT_OUT, forbidden_in, neutral
from accord.sources._claims import read_text
from cases.carried import ALWAYS, DEVIATION, MINUTE, POLICY, Carried
from review.reviewed import a_long_evening, recorded_of, reviewed

NAMES = st.text(alphabet="abcdeABCDE .-'&<ßé[$", max_size=8).map(lambda text: f"Zq{text}xQ")
ACTS = (
    "fire", "clear", "lapse", "timer", "late", "acknowledge", "read_back", "misread", "commit", "blind", "progress", "decline", "offer",
    "accept", "refuse", "fixed", "confirm", "dispute", "hold", "release", "unreachable", "rota", "withdraw", "merge",
)  # fmt: skip


def policy_with(names: list[str]):  # type: ignore[no-untyped-def]
    first, second, third, other, last, _ = names
    half = 1_800_003_000_000_000_000
    levels = (
        Level("payments", 5 * MINUTE, (Duty(0, half, first), Duty(half, ALWAYS, third))),
        Level("payments", 10 * MINUTE, (Duty(0, ALWAYS, second),)),
    )
    return replace(POLICY, levels=levels, last=last, other_duty=(Duty(0, ALWAYS, other),), other_person=other)


def act(carried: Carried, name: str, names: list[str], pick: int) -> None:
    """One act of the list, by somebody of the list; what the kernel refuses is recorded all the same."""
    by = names[pick % len(names)]
    if carried.state is None:
        carried.fire()
        return
    carried.after((pick % 7) * MINUTE)
    calls = {
        "late": lambda: carried.timer(late=9 * MINUTE),
        "misread": lambda: carried.read_back(right=False),
        "blind": lambda: carried.commit(picks=False),
        "decline": lambda: carried.decline(names="payments"),
        "offer": lambda: carried.offer(by),
        "accept": lambda: carried.accept(by=by),
        "refuse": lambda: carried.refuse(by=by),
        "confirm": lambda: carried.confirm(by=by),
        "dispute": lambda: carried.dispute(by=by),
        "hold": lambda: carried.hold(holder=by, reason=f"{by} asked for it"),
        "unreachable": lambda: carried.unreachable(by),
        "rota": lambda: carried.rota_changed(policy_with(names[::-1])),
        "withdraw": lambda: carried.withdraw(f"{by} was careless"),
    }
    calls.get(name, getattr(carried, name, carried.fire))()


@given(
    names=st.lists(NAMES, min_size=6, max_size=6, unique=True),
    acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 40)), max_size=25),
)
@settings(max_examples=150, deadline=None)
def test_names_in_the_ledger_appear_nowhere(names: list[str], acts: list[tuple[str, int]]) -> None:
    said = replace(DEVIATION, seen=f"5.1s, {names[0]} should have seen it; root cause: {names[3]}", partition=names[5])
    carried = Carried(policy_with(names), said)
    carried.fire()
    for name, pick in acts:
        act(carried, name, names, pick)
    spoken = Spoken(people_in(recorded_of(carried)) | {names[5]})
    review = reviewed(carried, spoken)
    assert lint(review, spoken) == ()
    pages = [
        unescape(html.render(review)),
        markdown.render(review).replace("\\", ""),
        msgspec.json.encode(review).decode(),
    ]
    for name in names:
        flat = " ".join(name.split())
        assert not any(flat in text for _, text in texts(review))
        assert not any(flat in page for page in pages)
        assert not any(word for page in pages[:2] if (word := forbidden_in(page)))


def test_the_whole_course_of_an_evening_is_without_names() -> None:
    carried = a_long_evening()
    review = reviewed(carried)
    said = " ".join(text for _, text in texts(review))
    assert not {"p0", "p1", "p7", "c0", "h0", "keeper"} & set(said.replace("(", " ").replace(":", " ").split())


@pytest.mark.parametrize("word", FORBIDDEN)
def test_each_forbidden_word_is_found_and_cleaned(word: str) -> None:
    text = f"They {word.upper()} it,\n so to say"
    assert forbidden_in(text).lower() == word
    assert forbidden_in(neutral(text)) == ""
    assert LEFT_OUT in neutral(text) or word in ("failed to", "fails to", "root cause")


def test_ordinary_words_are_left_as_they_are() -> None:
    text = "the job did not start; the cause of each retry is a time-out; the ranking-service answers slowly"
    assert forbidden_in("the would-be caller gives up; it may have failed") == ""
    assert neutral(text).startswith("the job did not start; the cause of each retry is a time-out")


def test_the_linter_finds_what_it_forbids() -> None:
    review = reviewed(a_long_evening())
    spoken = Spoken(("Zoe",))
    assert lint(review, spoken) == ()
    blamed = replace(review, helped=(replace(review.helped[0], what="Zoe was careless"),))
    assert lint(blamed, spoken) == ("helped: the word 'careless'", "helped: the name of a person (3 characters)")
    asked = replace(review, questions=(replace(review.questions[0], asks="Why did it happen?"),))
    assert lint(asked, spoken) == ("questions: 'Why did it happen?' does not ask what or how",)


def test_times_belong_to_interfaces_and_never_to_a_person() -> None:
    review = reviewed(a_long_evening())
    assert review.hops
    assert not any("on call" in hop.interface for hop in review.hops)
    assert {point.of for metric in review.metrics for point in metric.points} == {DEVIATION.key}


CONTRACTS = """\
party: payments
promises:
  charge: {latency: {max: 5000ms}}
---
party: checkout
assumes:
  payments/charge: {timeout: {attempt: 2s}}
"""


def test_what_the_checker_says_is_cleaned_like_what_the_ledger_says() -> None:
    """A contract may name somebody; here a value stands for such a name, as it is in statements, messages, steps and moves."""
    facts = [each for each in read_text(CONTRACTS, ".", "accord.yaml") if isinstance(each, Fact)]
    findings = check(facts).findings
    assert "5000ms" in findings[0].message and findings[0].moves
    recorded, spoken = recorded_of(a_long_evening()), Spoken(["5000ms"])
    review = review_of(stories(recorded), recorded, spoken, Asked(findings))
    assert review.permitted and review.changes and review.missing[0].fact == "payments may answer after somebody"
    assert lint(review, spoken) == ()
