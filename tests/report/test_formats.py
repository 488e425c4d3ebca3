"""The formats for machines and comments: golden pages, the published form of SARIF, and nothing that escapes its place."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from msgspec.structs import replace

from accord.model.finding import Finding, Statement
from accord.model.place import Place
from accord.model.problem import Problem
from accord.model.result import Result
from accord.report import github, markdown, sarif
from accord.report._asked import Asked

from . import samples
from .test_text import Page

GOLDEN = Path(__file__).parent / "golden"


def without_pages(result: Result, asked: Asked) -> str:
    """SARIF, without what stands on the pages of the rules."""
    document = json.loads(sarif.render(result, asked))
    for rule in document["runs"][0]["tool"]["driver"]["rules"]:
        assert rule.pop("help") and rule.pop("fullDescription")
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


FORMATS = {"sarif": without_pages, "github.txt": github.render, "md": markdown.render}
PAGES = [
    Page("everything", samples.EVERYTHING, Asked(paths=("shop",), questions=True)),
    Page("mismatch", samples.result(samples.MISMATCH), Asked(paths=("shop",))),
    Page("allowed", samples.ALLOWED, Asked(paths=("shop",), waived=True)),
    Page("clean", samples.result(), Asked(paths=("shop",))),
    Page("nothing-to-check", samples.result(files=0, parties=0, boundaries=0), Asked(paths=("empty",))),
]
SUBSET = json.loads((Path(__file__).parent / "sarif.subset.schema.json").read_text(encoding="utf-8"))
PUBLISHED = os.environ.get("ACCORD_SARIF_SCHEMA", "")

Json = dict[str, Any]


def log(result: Any, **asked: Any) -> Json:
    found: Json = json.loads(sarif.render(result, Asked(**asked)))
    return found


def results(result: Any, **asked: Any) -> list[Json]:
    found: list[Json] = log(result, **asked)["runs"][0]["results"]
    return found


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_as_it_was_agreed(page: Page, ending: str) -> None:
    """A change here is a change of what people and hosts read: look at it, then `python -m tests.report.write_golden`."""
    assert FORMATS[ending](page.result, page.asked) == (GOLDEN / f"{page.name}.{ending}").read_text(encoding="utf-8")


# ---------------------------------------------------------------------- SARIF


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_log_has_the_form_that_is_published(page: Page) -> None:
    """The subset is written by hand and refuses every key it does not name; .ci/nightly brings the published schema."""
    Draft7Validator.check_schema(SUBSET)
    document = json.loads(sarif.render(page.result, page.asked))
    assert not list(Draft7Validator(SUBSET).iter_errors(document))
    if PUBLISHED:
        published = json.loads(Path(PUBLISHED).read_text(encoding="utf-8"))
        assert not list(Draft7Validator(published).iter_errors(document))


def test_the_statement_at_fault_is_the_location_and_the_others_are_related() -> None:
    (found,) = results(samples.result(samples.MISMATCH))
    assert [place(location) for location in found["locations"]] == ["shop/checkout/accord.yaml:4:24"]
    assert [place(location) for location in found["relatedLocations"]] == ["shop/payments/accord.yaml:3:27"]
    assert "[payments may answer after 5s](1)" in found["message"]["text"]
    assert found["relatedLocations"][0]["id"] == 1


def place(location: Json) -> str:
    physical = location["physicalLocation"]
    region = physical["region"]
    return f"{physical['artifactLocation']['uri']}:{region['startLine']}:{region['startColumn']}"


def test_a_default_is_related_with_what_acts_so() -> None:
    (found,) = results(samples.result(samples.CONDITIONAL))
    assert found["relatedLocations"][0]["message"]["text"] == "istio tries 3 times (default of istio 1.1 and later)"


def test_the_witness_has_one_thread_for_each_party_and_an_order_over_all() -> None:
    (found,) = results(samples.result(samples.MISMATCH))
    (flow,) = found["codeFlows"]
    assert [thread["id"] for thread in flow["threadFlows"]] == ["checkout", "payments", "conclusion"]
    steps = [step for thread in flow["threadFlows"] for step in thread["locations"]]
    assert sorted(step["executionOrder"] for step in steps) == [1, 2, 3, 4, 5, 6]
    assert steps[0]["location"]["message"]["text"] == "0.0s  checkout  calls payments/charge (try 1 of 2)"
    (night,) = results(samples.result(samples.AT_NIGHT))
    assert night["codeFlows"][0]["threadFlows"][0]["locations"][0]["executionTimeUtc"] == "2026-11-27T22:30:00Z"


def test_fingerprints_do_not_know_lines() -> None:
    (found,) = results(samples.result(samples.MISMATCH))
    assert found["partialFingerprints"] == {"accord/v1": "0123456789abcdef"}


def test_questions_are_open_results_where_they_are_asked_for() -> None:
    assert results(samples.result(*samples.QUESTIONS)) == []
    found = results(samples.result(*samples.QUESTIONS), questions=True)
    assert {(each["kind"], each["level"]) for each in found} == {("open", "none")}


def test_what_is_waived_is_suppressed_where_it_was_allowed() -> None:
    found = {each["ruleId"]: each for each in results(samples.ALLOWED)}
    (in_source,) = found["timing/caller-gives-up-first"]["suppressions"][:1]
    assert (in_source["kind"], in_source["justification"]) == ("external", "known to the baseline")
    by_comment = results(replace(samples.ALLOWED, known=()))[2]["suppressions"][0]
    assert (by_comment["kind"], by_comment["justification"]) == ("inSource", "payments gets faster in spring")
    assert by_comment["properties"] == {"owner": "team-shop", "until": "2027-03-31"}
    assert place(by_comment["location"]) == "shop/checkout/accord.yaml:3:20"
    assert found["people/promise-outside-duty-hours"]["suppressions"][0]["kind"] == "external"


def test_with_a_baseline_every_result_says_whether_it_is_new() -> None:
    assert [each["baselineState"] for each in results(samples.ALLOWED)] == ["new", "new", "new", "new", "unchanged"]


def test_what_could_not_be_read_is_a_notification_with_its_place() -> None:
    (invocation,) = log(samples.EVERYTHING)["runs"][0]["invocations"]
    told = invocation["toolExecutionNotifications"]
    assert [(each["level"], place(each["locations"][0])) for each in told] == [
        ("error", "shop/chart/a.yaml:5:1"),
        ("error", "shop/chart/b.yaml:2:1"),
        ("warning", "shop/checkout/accord.yaml:9:3"),
    ]
    assert invocation["executionSuccessful"] is True
    nothing = samples.result(files=0, parties=0, boundaries=0, problems=samples.PROBLEMS)
    assert log(nothing)["runs"][0]["invocations"][0]["executionSuccessful"] is False


def test_rules_carry_their_pages_and_are_found_by_their_index() -> None:
    run = log(samples.EVERYTHING, questions=True)["runs"][0]
    named = run["tool"]["driver"]["rules"]
    assert all(named[each["ruleIndex"]]["id"] == each["ruleId"] for each in run["results"])
    (rule,) = [each for each in named if each["id"] == "timing/caller-gives-up-first"]
    assert "## Example" in rule["help"]["markdown"] and "```" not in rule["help"]["text"]
    assert "helpUri" not in rule


def at(where: Place) -> Json:
    statement = Statement(replace(samples.LIMIT, place=where), "x")
    finding = replace(samples.MISMATCH, statements=(statement,), witness=None)
    return results(samples.result(finding), imported={"facts.json": samples.date(2026, 1, 1)})[0]["locations"][0]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("where", "uri"),
    [
        (Place(".", "a b/ä#?.yaml", 1, 1), "a%20b/%C3%A4%23%3F.yaml"),
        (Place("/srv/x", "a.yaml", 1, 1), "file:///srv/x/a.yaml"),
        (Place("../x", "a:b.yaml", 1, 1), "../x/a%3Ab.yaml"),
        (Place("facts.json", "their/a.yaml", 3, 1), "facts.json"),
        (Place(".", "\udcff.yaml", 1, 1), "%3F.yaml"),
    ],
)
def test_addresses_are_those_of_the_files(where: Place, uri: str) -> None:
    assert at(where)["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_a_statement_that_no_host_can_open_is_related_where_another_opens() -> None:
    """A log whose first location is no file of the repository is refused by hosts."""
    for root in ("git+https://git.example/payments@v1#deploy", ""):
        away = replace(samples.LATEST, place=Place(root, "their/a.yaml", 3 if root else 0, 1))
        finding = replace(samples.MISMATCH, statements=(Statement(away, "away"), samples.MISMATCH.statements[0]))
        (found,) = results(samples.result(finding), imported={root: samples.date(2026, 1, 1)} if root else {})
        assert place(found["locations"][0]) == "shop/checkout/accord.yaml:4:24"
        assert "physicalLocation" not in found["relatedLocations"][0] and "[away](1)" in found["message"]["text"]


def test_what_stands_in_no_file_is_named() -> None:
    variable = at(Place("", "environment variable X", 0, 0))
    assert "physicalLocation" not in variable
    assert at(Place("facts.json", "their/a.yaml", 3, 1))["physicalLocation"] == {
        "artifactLocation": {"uri": "facts.json"}
    }


# ---------------------------------------------------------------------- workflow commands


def commands(*findings: Finding, **more: Any) -> list[str]:
    return github.render(samples.result(*findings, **more), Asked()).splitlines()


def test_only_as_many_annotations_as_are_shown_and_the_rest_in_the_log() -> None:
    lines = commands(
        *[samples.MISMATCH] * 12, *[samples.CONDITIONAL] * 9, *[samples.NOTE] * 11, problems=samples.PROBLEMS
    )
    for level, count in (("error", 10), ("warning", 10), ("notice", 10)):
        assert len([line for line in lines if line.startswith(f"::{level} ")]) == count
    assert len([line for line in lines if line.startswith("shop/checkout/accord.yaml:4:24: mismatch timing/")]) == 2
    assert "12 mismatches, 9 conditional, 11 notes" in lines


def test_nothing_that_a_file_says_becomes_a_command() -> None:
    sly = "\n::error::x\r%0A ##[set-env name=a]b ::set-output name=x::y"
    place = Place("::error file=x", "a,b:c\n::warning::y.yaml", 1, 1)
    fact = replace(samples.LIMIT, place=place, says=sly)
    finding = replace(samples.MISMATCH, message=sly, statements=(Statement(fact, sly),), consumer=sly)
    lines = commands(*[finding] * 11, problems=(Problem(place, sly, fatal=True),) * 2)
    command = re.compile(r"::(error|warning|notice) file=[^,:\n]+,line=\d+,col=\d+,title=[^,:\n]*::[^\n]*")
    assert all(command.fullmatch(line) for line in lines if line.lstrip().startswith("::"))
    assert not [line for line in lines if not line.startswith("::") and "##[" in line]
    assert all(len(line) < 10_000 for line in lines)


def test_long_words_are_cut() -> None:
    finding = replace(samples.MISMATCH, message="x" * 100_000, consumer="y" * 1_000)
    (line,) = [line for line in commands(finding) if line.startswith("::")]
    assert len(line) < 5_000 and line.count("...") == 2


# ---------------------------------------------------------------------- Markdown


def test_a_comment_addresses_nobody_and_links_nothing() -> None:
    text = markdown.render(samples.ALLOWED, Asked())
    for word in ("@team", " #12", "https://", "<b>", "[x](y)"):
        assert word not in text
    assert "50% of \\<b\\>a\\|b\\</b\\> \\[x\\](y): see @<!-- -->team/pay, #<!-- -->12" in text


def test_a_comment_fits_and_counts_what_does_not() -> None:
    several = [replace(samples.MISMATCH, message=f"in {number} words") for number in range(400)]
    text = markdown.render(samples.result(*several), Asked())
    assert len(text) < 65_000
    assert re.search(r"\*\d+ more do not fit here; `accord check` shows them\*", text)
    assert text.endswith("</details>\n")


def test_what_one_cause_does_to_very_many_fits_and_is_counted() -> None:
    text = markdown.render(samples.result(*[samples.MISMATCH] * 4_000), Asked())
    assert text.count("#### mismatch") == 1
    assert text.count("- so for ") == 100
    assert "- and for 3899 more, which `accord check` shows" in text
    assert len(text) < 65_000


def test_a_fence_is_longer_than_any_in_it() -> None:
    story = replace(
        samples.STORY, steps=(samples.step(0, "a", "calls", "says ```` twice", samples.LIMIT), *samples.STORY.steps)
    )
    text = markdown.render(samples.result(replace(samples.MISMATCH, witness=story)), Asked())
    assert "\n`````text\n" in text and text.count("\n`````\n") == 1
