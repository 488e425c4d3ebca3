"""What a contract's reader refuses, and with which words; what it keeps all the same."""

from datetime import date

import pytest

from accord.check import check, joined
from accord.model.fact import Fact
from accord.model.finding import Verdict
from accord.model.problem import Problem
from accord.sources._claims import read_text

PROMISE = "party: p\npromises: {{x: {{{0}}}}}\n"
ASSUME = "party: c\nassumes: {{{0}}}\n"


def read(text: str, root: str = "r", file: str = "accord.yaml") -> tuple[list[Fact], list[str]]:
    """The facts of a text, and what is wrong with it: `line:column reason`."""
    found = list(read_text(text, root, file))
    problems = [f"{each.place.line}:{each.place.column} {each.reason}" for each in found if isinstance(each, Problem)]
    return [each for each in found if isinstance(each, Fact)], problems


def said(text: str) -> list[str]:
    return [f"{fact.subject} {fact.term} {fact.text}" for fact in read(text)[0]]


def mismatches(text: str) -> int:
    findings = check(read(text)[0], as_of=date(2026, 11, 23)).findings
    return sum(finding.verdict is Verdict.MISMATCH for finding in findings)


# ---------------------------------------------------------------------- one home


@pytest.mark.parametrize(
    ("only", "shown"), [("", ""), ("only: {env: b, version: v}\n", " (env=b, version:p=v)"), ("only: {env: [b, a]}\n", " (env=a|b)")]
)  # fmt: skip
def test_two_documents_of_one_party_and_scope_in_one_file(only: str, shown: str) -> None:
    one, other = (f"party: p\n{only}promises: {{x: {{latency: {{max: {most}}}}}}}\n" for most in ("1s", "5s"))
    line = one.count("\n") + 2
    assert read(f"{one}---\n{other}")[1] == [
        f"{line}:8 party p{shown} already has its home in line 1 of this file; one home per party and scope: join the two"
    ]
    assert read(f"{one}---\n{other.replace('party: p', 'party: q')}")[1] == []


def test_two_scopes_of_one_party_are_two_homes() -> None:
    assert read("party: p\n---\nparty: p\nonly: {env: a}\n---\nparty: p\nonly: {env: b}\n")[1] == []


@pytest.mark.parametrize(("root", "shown"), [("r", "a.yaml:2"), ("other", "a.yaml:2 under other")])
def test_two_files_of_one_party_and_scope(root: str, shown: str) -> None:
    text = PROMISE.format("over: 1d")
    _, problems = joined([*read(text, root, "a.yaml")[0], *read(text, "r", "b.yaml")[0]])
    assert [problem.reason for problem in problems] == [
        f"party p already has its home in {shown}; one home per party and scope: join the two"
    ]


def test_a_party_and_any_of_its_operations_are_one() -> None:
    text = ASSUME.format("p: {timeout: 1s}, p/any: {timeout: 9s}")
    assert said(text) == ["p/any timeout.request 1s"]
    assert read(text)[1] == [
        "2:29 p/any is the same as p in line 2: a party alone means any of its operations; one place per fact"
    ]


def test_what_is_wrong_in_a_second_home_is_said_too() -> None:
    facts, problems = read(ASSUME.format("p/any: {over: 1d}, p: {over: 2 days}"))
    assert [fact.text for fact in facts] == ["1d"]
    assert [problem.partition(":")[0] for problem in problems] == ["2", "2"]
    assert any("expected a duration" in problem for problem in problems)


# ---------------------------------------------------------------------- keys of a repeat


def test_each_part_of_a_key_may_be_left_open() -> None:
    """Absent and unknown are one: not answered."""
    assert said(PROMISE.format("idempotent: {for: 24h}")) == said(
        PROMISE.format("idempotent: {key: unknown, for: 24h}")
    )
    assert said(PROMISE.format("idempotent: {for: 24h}")) == ["p/x idempotent for 24h"]
    assert said(PROMISE.format("idempotent: {key: Id}")) == said(PROMISE.format("idempotent: {key: Id, for: unknown}"))
    assert said(PROMISE.format("idempotent: {for: unknown}")) == said(PROMISE.format("idempotent: {}"))
    assert said(PROMISE.format("idempotent: {for: unknown}")) == ["p/x mentioned x"]


# ---------------------------------------------------------------------- names


def test_names_may_begin_as_the_authors_own_keys_do() -> None:
    assert mismatches(ASSUME.format("x-ray/x-scan: {timeout: 1s}") + "---\nparty: x-ray\npromises: {x-scan: {latency: {max: 5s}}}\n") == 1  # fmt: skip
    text = PROMISE.format("errors: {x-gone: {status: 410}}, accepts: {x-units: 3}, x-note: [1], latency: {x-why: z}")
    assert said(text) == ["p/x errors.x-gone status: 410", "p/x accepts.x-units 3"]
    assert said("party: p\nx-note: 1\nnames: {x-system: a}\n") == ["p names.x-system a"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("party: unknown", "1:8 party: expected a name, read the reserved word 'unknown'"),
        ("party: any", "1:8 party: expected a name, read the reserved word 'any'"),
        (ASSUME.format("b/unknown: {over: 1d}"), "2:11 name: expected party or party/operation, read the reserved word 'unknown' in 'b/unknown'"),
        (ASSUME.format("anyone: {over: 1d}"), "2:11 name: expected party or party/operation, read the reserved word 'anyone'"),
        ("party: p\npromises: {unknown: {over: 1d}}", "2:12 name: expected a name, read the reserved word 'unknown'"),
        ("party: p\nnames: {none: a}", "2:9 name: expected a name, read the reserved word 'none'"),
        (PROMISE.format("errors: {unknown: {status: 1}}"), "2:25 name: expected a name, read the reserved word 'unknown'"),
        (PROMISE.format("sends: {any: 1}"), "2:24 name: expected a name, read the reserved word 'any'"),
        (PROMISE.format("needs: anyone"), "2:23 needs: expected party or party/operation, read the reserved word 'anyone'"),
    ],
)  # fmt: skip
def test_a_reserved_word_is_no_name(text: str, reason: str) -> None:
    facts, problems = read(text)
    assert problems == [reason]
    assert {fact.term for fact in facts} <= {"mentioned"}


def test_reserved_words_stand_where_they_mean_something() -> None:
    assert read("party: p\npromises: {any: {to: anyone}}\n---\nparty: c\nassumes: {p/any: {over: 1d}}\n")[1] == []


# ---------------------------------------------------------------------- scopes


@pytest.mark.parametrize(
    ("only", "reason"),
    [
        ("{env: unknown}", "2:13 only: expected where this document holds, read 'unknown'"),
        ("{env: [a, unknown]}", "2:17 only: expected where this document holds, read 'unknown'"),
        ("unknown", "2:7 only: expected where this document holds, read 'unknown'"),
        ("{environment: staging}", "2:8 unknown key 'environment'; expected one of env version from until"),
        ("{env: none}", "2:13 only.env: expected a text, read the reserved word 'none'"),
        ("{from: 2026-12-31, until: 2026-01-01}", "2:33 only: until 2026-01-01 is before from 2026-12-31"),
    ],
)
def test_a_scope_that_cannot_be_read_leaves_no_facts(only: str, reason: str) -> None:
    facts, problems = read(f"party: p\nonly: {only}\npromises: {{x: {{over: 1d}}}}\n")
    assert facts == []
    assert problems == [f"{reason}; without its scope, nothing of this document counts"]


@pytest.mark.parametrize("only", ["", "{}", "{from: 2026-01-01, until: 2026-01-01}", "{x-note: 1}"])
def test_a_scope_that_is_right_counts(only: str) -> None:
    assert read(f"party: p\nonly: {only}\n")[1] == []


# ---------------------------------------------------------------------- quantities


def test_growth_is_a_rate() -> None:
    assert read(PROMISE.format("sends: {disk: {now: 1TB, grows: 40GB}}"))[1] == [
        "2:48 sends.disk.grows: expected a rate such as 300/s or `100/min each`, read '40GB'"
    ]


@pytest.mark.parametrize(("accepted", "found"), [("10", 1), ("10 each", 0)])
@pytest.mark.parametrize("name", ["connections", "concurrency"])
def test_counts_may_be_accepted_from_each(name: str, accepted: str, found: int) -> None:
    callers = "".join(f"party: c{n}\nassumes: {{p/x: {{sends: {{{name}: 6}}}}}}\n---\n" for n in (1, 2))
    assert mismatches(callers + PROMISE.format(f"accepts: {{{name}: {accepted}}}")) == found
    assert mismatches(callers.replace(": 6}", ": 11}") + PROMISE.format(f"accepts: {{{name}: {accepted}}}")) > 0


# ---------------------------------------------------------------------- hints


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (PROMISE.format("handles: [x]"), "the key 'handles' stands in an operation under assumes, not under promises"),
        (ASSUME.format("p/x: {needs: y}"), "the key 'needs' stands in an operation under promises, not under assumes"),
        (PROMISE.format("escalates: none"), "the key 'escalates' stands beside party, not under promises"),
        ("party: p\nlatency: 1s", "the key 'latency' stands in an operation under promises or under assumes, not beside party"),
        (PROMISE.format("hours: 24/7"), "hours: expected 24x7, read '24/7'"),
        (PROMISE.format("accepts: {size: 256KB}"), "accepts.size: expected 256kB (of 1000) or 256KiB (of 1024), read '256KB'"),
        (PROMISE.format("rto: 1h"), "unknown key 'rto'; Accord's word is recover: {within: ...}"),
    ],
)  # fmt: skip
def test_what_was_meant_is_said(text: str, reason: str) -> None:
    assert [problem.partition(" ")[2] for problem in read(text)[1]] == [reason]
