"""What waivers and baselines set apart, and what is said of those that meet nothing."""

from collections.abc import Callable
from datetime import date

import pytest
from msgspec.structs import replace

from accord.boundaries.verdicts.baseline import against
from accord.boundaries.verdicts.waivers import Allowed
from accord.check import check
from accord.model.fact import Fact, Stance
from accord.model.finding import Finding, Statement, Verdict
from accord.model.place import Place
from accord.model.problem import Problem
from accord.model.result import Result
from accord.model.waiver import Known, Lines, Waiver
from accord.rules._catalogue import rules
from accord.sources._claims import read_text, waivers_of_file
from counted import steps

AS_OF = date(2026, 11, 23)
RULE = "timing/caller-gives-up-first"
HERE = Place("", "", 0, 0)
CHECKOUT = "party: checkout\nassumes:\n  payments/charge: {timeout: {attempt: 2s}}%s\n"
PAYMENTS = "party: payments\npromises:\n  charge: {latency: {max: 5s}}%s\n"


def checked(checkout: str = "", payments: str = "", **more: object) -> Result:
    files = (("checkout/accord.yaml", CHECKOUT % checkout), ("payments/accord.yaml", PAYMENTS % payments))
    facts = [item for file, text in files for item in read_text(text, ".", file) if isinstance(item, Fact)]
    waivers = [waiver for file, text in files for waiver in waivers_of_file(text, Place(".", file, 1, 1))]
    waivers += more.pop("waivers", [])  # type: ignore[arg-type]
    return check(facts, as_of=AS_OF, waivers=waivers, **more)  # type: ignore[arg-type]


def rules_of(result: Result) -> list[str]:
    return [finding.rule for finding in result.findings if finding.verdict is not Verdict.UNANSWERED]


@pytest.mark.parametrize("side", ["checkout", "payments"])
def test_either_side_may_allow_it_where_its_own_word_stands(side: str) -> None:
    result = checked(**{side: f"  # accord: allow[{RULE}] because both know"})
    assert rules_of(result) == []
    assert [(waived.finding.rule, waived.waiver.because) for waived in result.waived] == [(RULE, "both know")]


def test_a_waiver_of_another_rule_or_line_allows_nothing() -> None:
    other = "retries/unsafe-operation-repeated"
    assert rules_of(checked(f"  # accord: allow[{other}] because x")) == [RULE, "contract/waiver-unused"]
    above = checked(f"\n# accord: allow[{RULE}] because x\nowner: a")
    assert rules_of(above) == [RULE, "contract/waiver-unused"]


def test_on_its_last_day_it_holds_and_the_day_after_it_counts_again() -> None:
    assert rules_of(checked(f"  # accord: allow[{RULE}] until 2026-11-23 because x")) == []
    over = checked(f"  # accord: allow[{RULE}] until 2026-11-22 because x")
    assert rules_of(over) == [RULE, "contract/waiver-expired"] and over.waived == ()


def test_an_unknown_rule_is_told_with_the_nearest() -> None:
    result = checked("  # accord: allow[timing/caller-gives-up-frist] because x")
    (note,) = [finding for finding in result.findings if finding.verdict is Verdict.NOTE]
    assert note.message == f"no rule 'timing/caller-gives-up-frist'; did you mean {RULE!r}?"
    assert str(note.statements[0].fact.place) == "checkout/accord.yaml:3:62"


def test_nobody_waives_what_is_said_of_waivers() -> None:
    result = checked("  # accord: allow[contract/waiver-unused] because x")
    assert [finding.message for finding in result.findings if finding.rule == "contract/waiver-not-understood"] == [
        "contract/waiver-unused speaks of waivers and baselines, and cannot be waived"
    ]


def test_nothing_unused_is_told_where_not_all_was_read() -> None:
    unused = "  # accord: allow[retries/amplification] because x"
    assert "contract/waiver-unused" in rules_of(checked(unused))
    assert "contract/waiver-unused" not in rules_of(checked(unused, whole=False))
    refused = Problem(Place(".", "x.yaml", 1, 1), "a template", fatal=True)
    assert "contract/waiver-unused" not in rules_of(checked(unused, problems=[refused]))


def test_a_waiver_whose_rule_was_not_asked_for_is_not_unused() -> None:
    only = [rule for rule in rules() if rule.id in ("contract/waiver-unused", "people/nobody-on-duty")]
    assert checked(f"  # accord: allow[{RULE}] because x", rules=only).findings == ()


def test_the_innermost_waiver_is_the_one_that_is_used() -> None:
    text = f"# accord: allow[{RULE}] because outer\n" + CHECKOUT % f"  # accord: allow[{RULE}] because inner"
    facts = [item for item in read_text(text + "---\n" + PAYMENTS % "", ".", "a.yaml") if isinstance(item, Fact)]
    result = check(facts, as_of=AS_OF, waivers=waivers_of_file(text, Place(".", "a.yaml", 1, 1)))
    assert [waived.waiver.because for waived in result.waived] == ["inner"]
    assert rules_of(result) == ["contract/waiver-unused"]


@pytest.mark.parametrize(
    ("selection", "allows"),
    [
        ({"subject": "checkout -> payments/charge"}, True),
        ({"subject": "* -> payments/*"}, True),
        ({"subject": "checkout -> payments"}, False),
        ({"subject": "checkout . payments/charge"}, False),
        ({"says": "after 5s"}, True),
        ({"says": "after 6s"}, False),
        ({"files": frozenset({(".", "payments/accord.yaml")})}, True),
        ({"files": frozenset({(".", "other/accord.yaml")}), "says": "after 5s"}, False),
        ({"files": frozenset()}, False),
    ],
)
def test_a_selection_needs_all_that_it_says(selection: dict[str, object], allows: bool) -> None:
    waiver = Waiver(RULE, Place(".", "accord.toml", 2, 1), "x", **selection)  # type: ignore[arg-type]
    result = checked(waivers=[waiver])
    assert rules_of(result) == ([] if allows else [RULE, "contract/waiver-unused"])


ALERTS = """\
groups:
  - name: %s%s
    rules:
      - {alert: A, expr: up == 0}%s
      - {alert: B, expr: up == 0}%s
"""
OWNER = "signals/owner-missing"
NO_OWNER = f"  # accord: allow[{OWNER}] because sandbox"


def alerts(*marks: tuple[str, str, str], waivers: tuple[Waiver, ...] = ()) -> Result:
    files = [(f"{number}.yaml", ALERTS % (f"g{number}", *each)) for number, each in enumerate(marks)]
    facts = [item for file, text in files for item in read_text(text, ".", file) if isinstance(item, Fact)]
    found = [waiver for file, text in files for waiver in waivers_of_file(text, Place(".", file, 1, 1))]
    chosen = [rule for rule in rules() if rule.id in (OWNER, "contract/waiver-unused")]
    return check(facts, as_of=AS_OF, rules=chosen, waivers=(*found, *waivers))


def test_many_that_are_told_together_are_allowed_only_together() -> None:
    """All alerts without an owner are one finding: a comment at one of them is not for the others."""
    some = alerts(("", NO_OWNER, ""), ("", "", ""))
    assert rules_of(some) == [OWNER, "contract/waiver-unused"] and some.waived == ()
    assert (
        some.findings[1].message
        == "not all that joins in signals/owner-missing is allowed, and it stays: none of 4 alerts names an owner"
    )
    all_ = alerts(("", NO_OWNER, NO_OWNER), (NO_OWNER, "", ""))
    assert rules_of(all_) == [] and len(all_.waived) == 1


def test_a_selection_of_files_is_for_the_statements_in_them() -> None:
    one, both = (frozenset((".", f"{number}.yaml") for number in range(count)) for count in (1, 2))
    waiver = Waiver(OWNER, Place(".", "accord.toml", 2, 1), "x", files=one)
    assert rules_of(alerts(("", "", ""), ("", "", ""), waivers=(waiver,))) == [OWNER, "contract/waiver-unused"]
    assert rules_of(alerts(("", "", ""), ("", "", ""), waivers=(replace(waiver, files=both),))) == []
    named = replace(waiver, files=None, says="A names no owner")
    assert rules_of(alerts(("", "", ""), ("", "", ""), waivers=(named,))) == [OWNER, "contract/waiver-unused"]
    assert rules_of(alerts(("", "", ""), waivers=(replace(named, says="alerts names an owner"),))) == []


def finding_at(line: int, rule: str = RULE, fingerprint: str = "a") -> Finding:
    fact = Fact("a", Stance.PROMISES, "", "a", "", "kind", "x", "x", Place("root", "a.yaml", line, 1))
    return Finding(Verdict.NOTE, "m", (Statement(fact, "s"),), provider="a", rule=rule, fingerprint=fingerprint)


@pytest.mark.parametrize(
    "span", [lambda line, _: (line, line), lambda line, last: (line, last), lambda line, _: (1, line)]
)
def test_waivers_and_findings_of_one_file_are_set_apart_by_work_in_proportion(
    span: Callable[..., tuple[int, int]],
) -> None:
    def taken(size: int) -> int:
        places = [Place("root", "a.yaml", line, 9) for line in range(1, size + 1)]
        waivers = [Waiver(RULE, place, "x", lines=Lines(*span(place.line, size))) for place in places]
        findings = [finding_at(line) for line in range(1, size + 1)]
        left, waived = Allowed(waivers, [RULE], AS_OF).apart(findings)
        assert (left, [one.waiver for one in waived]) == ([], waivers)
        return steps(lambda: Allowed(waivers, [RULE], AS_OF).apart(findings))

    assert taken(800) < 5 * taken(200)


def test_a_baseline_knows_as_many_as_it_counts() -> None:
    entry = Known("a", RULE, "s", "m", 2, HERE)
    three = [finding_at(1), finding_at(2), finding_at(3), finding_at(4, fingerprint="b")]
    new, known, gone = against([entry, replace(entry, fingerprint="c", count=1)], three)
    assert [finding.statements[0].fact.place.line for finding in new] == [3, 4]
    assert len(known) == 2 and [(each.fingerprint, count) for each, count in gone] == [("c", 1)]
    assert against([entry], three[:1])[2] == ((entry, 1),)
    assert against([replace(entry, count=1), replace(entry, count=1)], three[:1])[2] == ((replace(entry, count=1), 1),)


def test_a_baseline_never_knows_what_is_said_of_waivers() -> None:
    note = finding_at(1, rule="contract/waiver-expired")
    assert against([Known("a", note.rule, "s", "m", 1, HERE)], [note])[0] == [note]
