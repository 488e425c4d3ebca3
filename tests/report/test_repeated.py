"""What one cause does to several is told in full once, and of each whom it concerns a place of its own."""

from datetime import date

import pytest
from msgspec.structs import replace

from accord.check import check
from accord.model.fact import Fact, Stance
from accord.model.finding import Finding, Question, Statement, Verdict
from accord.model.place import Place
from accord.model.subject import called
from accord.report import markdown
from accord.report._asked import Asked
from accord.report._repeated import Told, gathered
from accord.report.text import render
from accord.sources._claims import read_text

HEAD = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Timeout: 60}}
Resources:
"""
BEHIND = """
  {0}:
    Type: AWS::Serverless::Function
    Properties: {{Events: {{Asked: {{Type: Api, Properties: {{Path: /{0}, Method: get}}}}}}}}
"""


def shown(*functions: str, head: str = HEAD) -> str:
    text = head + "".join(BEHIND.format(name) for name in functions)
    facts = [item for item in read_text(text, ".", "template.yaml") if isinstance(item, Fact)]
    return render(check(facts, as_of=date(2026, 11, 27)), Asked(width=100))


@pytest.mark.parametrize(("count", "in_full"), [(1, 1), (2, 2), (3, 1), (9, 1)])
def test_the_same_of_three_is_told_in_full_once(count: int, in_full: int) -> None:
    page = shown(*(f"F{number}" for number in range(count)))
    assert page.count("conditional  timing/platform-cap-below-promise") == in_full
    assert page.count("so for ServerlessRestApi -> ") == min(count - in_full, 5)
    assert f"{count} conditional" in page
    assert ("and for 3 more" in page) == (count == 9)


def test_each_of_the_others_has_the_place_where_it_differs() -> None:
    told = [line.split() for line in shown("A", "B", "C").splitlines() if "so for" in line]
    assert [" ".join(words) for words in told] == [
        "so for ServerlessRestApi -> B/invoke template.yaml:12:27",
        "so for ServerlessRestApi -> C/invoke template.yaml:16:27",
    ]


def test_what_is_said_in_other_numbers_is_told_in_full() -> None:
    own = BEHIND.format("D").replace("{Events", "{Timeout: 45, Events")
    page = shown("A", "B", "C", head=HEAD + own)
    assert page.count("conditional  timing/platform-cap-below-promise") == 2


ROUTES = """
route:
  receiver: default
  routes: [{matchers: [severity = page], receiver: pager}]
receivers:
- name: default
- {name: pager, pagerduty_configs: [{routing_key: key}]}
"""


def heard(*labels: str) -> str:
    """What is told of alerts with these labels, which all end at a receiver without an integration."""
    alerts = "".join(
        f"  - {{alert: Slow{number}, expr: a > {number}, labels: {{{own}}}}}\n" for number, own in enumerate(labels)
    )
    files = {"alertmanager.yml": ROUTES, "rules.yml": "groups:\n- name: slow\n  rules:\n" + alerts}
    facts = [item for name, text in files.items() for item in read_text(text, ".", name) if isinstance(item, Fact)]
    return render(check(facts, as_of=date(2026, 11, 27)), Asked(width=100))


def test_mismatches_of_one_cause_are_each_named_and_the_first_is_told_in_full() -> None:
    page = heard(*["severity: critical"] * 9)
    assert page.count("mismatch  signals/reaches-nobody") == 1
    assert [line.split() for line in page.splitlines() if "so for" in line] == [
        ["so", "for", f"Slow{number}", "->", "default", f"rules.yml:{number + 4}:5"] for number in range(1, 9)
    ]
    assert "9 mismatches" in page
    assert "more" not in page


def test_mismatches_with_other_labels_or_of_two_only_are_told_in_full() -> None:
    assert heard(*["severity: critical"] * 2).count("mismatch  signals/reaches-nobody") == 2
    two_kinds = heard(*["severity: critical"] * 3, *["severity: warning"] * 2, "severity: critical, team: data")
    assert two_kinds.count("mismatch  signals/reaches-nobody") == 4
    assert two_kinds.count("so for") == 2


def test_callers_that_say_the_same_of_one_promise_are_told_together() -> None:
    calls = "".join(
        f"---\nparty: caller-{number}\nassumes: {{bank/pay: {{timeout: {{attempt: {limit}}}, attempts: 1}}}}\n"
        for number, limit in enumerate(("2s", "2s", "1s", "2s"))
    )
    contract = "party: bank\npromises: {pay: {latency: {max: 5s}}}\n" + calls
    facts = [item for item in read_text(contract, ".", "accord.yaml") if isinstance(item, Fact)]
    page = render(check(facts, as_of=date(2026, 11, 27)), Asked(width=100))
    gives_up = "mismatch  timing/caller-gives-up-first   caller-"
    assert page.count(gives_up) == 2
    assert page.count("so for caller-") == 2
    assert page.index("caller-2 gives up") > page.index("so for caller-3")


def slow(consumer: str, provider: str, line: int) -> Finding:
    """A condition that a consumer has with a provider, of which the first says the same in every line."""
    own = Fact(
        consumer, Stance.ASSUMES, consumer, provider, "x", "timeout.attempt", 1, "1s", Place(".", consumer, line, 1)
    )
    other = Fact(provider, Stance.PROMISES, "", provider, "x", "latency.max", 2, "2s", Place(".", provider, 1, 1))
    said = (Statement(own, "waits"), Statement(other, "answers"))
    return Finding(Verdict.CONDITIONAL, f"{provider} is slow", said, consumer, provider, "x")


def test_what_is_said_of_several_providers_stands_where_the_first_of_them_stands() -> None:
    """Two of one cause are too few to be told together, and do not change the order."""
    other, first, second, third = (slow("b", "q", 1), slow("a", "p", 1), slow("a", "q", 2), slow("a", "r", 3))
    assert gathered([other, first, second, third]) == [Told(other), Told(first, (second, third))]


def test_what_asks_something_else_or_goes_another_way_is_told_by_itself() -> None:
    """What settles one would be told of all, and the way of the first shown for all."""
    callers = [slow(name, "p", 1) for name in ("a", "b", "c")]
    assert [len(one.others) for one in gathered(callers)] == [2]
    asking = [replace(one, questions=(Question("p", f"what {one.consumer} may ask"),)) for one in callers]
    assert [len(one.others) for one in gathered(asking)] == [2]
    for other in (replace(asking[2], questions=(Question("q", "else"),)), replace(asking[2], via="gateway")):
        assert [len(one.others) for one in gathered([*asking[:2], other])] == [0, 0, 0]


def slow_in(folder: str, module: str) -> Finding:
    """A condition between two parties that one module declares, each time that some folder deploys it."""
    queue, function = (f"aws:{folder}#{module}.{name}" for name in ("sqs_queue.q", "lambda_function.f"))
    own = Fact(
        function, Stance.ASSUMES, function, queue, "x", "timeout.attempt", 1, "1s", Place(".", "modules/q.tf", 9, 1)
    )
    other = Fact(queue, Stance.PROMISES, "", queue, "x", "latency.max", 2, "2s", Place(".", "modules/q.tf", 1, 1))
    said = (Statement(own, f"{called(function)} waits"), Statement(other, f"{called(queue)} answers"))
    return Finding(Verdict.CONDITIONAL, f"{called(queue)} is slow", said, function, queue, "x")


def test_what_one_line_comes_to_in_each_of_its_copies_is_told_once() -> None:
    copies = [slow_in("prod", f"module.{name}") for name in ("a", "b", "c")]
    assert gathered(copies) == [Told(copies[0], tuple(copies[1:]))]
    assert [len(one.others) for one in gathered(copies[:2])] == [0, 0]
    of_nobody = [replace(one, consumer="") for one in copies]
    assert gathered(of_nobody) == [Told(of_nobody[0], tuple(of_nobody[1:]))]
    elsewhere = slow("a", "p", 1)
    assert gathered([*copies[:2], elsewhere]) == [Told(each) for each in (*copies[:2], elsewhere)]


def test_what_would_read_the_same_twice_is_told_once_with_the_folder_of_the_other() -> None:
    facts = [
        item
        for item in read_text("party: bank\npromises: {pay: {latency: {max: 5s}}}\n", ".", "accord.yaml")
        if isinstance(item, Fact)
    ]
    result = replace(check(facts), findings=(slow_in("prod", "module.a"), slow_in("staging", "module.a")))
    for report in (render, markdown.render):
        page = report(result, Asked(width=200))
        assert page.count("waits") == 1
        assert "so for aws:staging" in page.replace("\\", "")
