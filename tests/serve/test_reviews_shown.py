"""Reviews as pages: what the command writes, for readers, without a script; a list, a window, and files to keep."""

import re
from pathlib import Path

import pytest
from serving import CONTRACTS, MINUTE, SLOW, Within, carrying, text

from accord.cli import run
from accord.serve.pages import review_of_window, reviews

NASTY = "<script>alert(1)</script>\"'&"


@pytest.fixture
def told(service: Within) -> Within:
    """A deviation that was carried to its end, and one of a signal that no contract names."""
    service.ask("POST", "/api/v2/alerts", json=[SLOW])
    carried = service.only()["id"]
    service.pass_time(3 * MINUTE)
    for say, by in (("commit", "payments-oncall"), ("fixed", "payments-oncall"), ("confirm", "checkout")):
        said = {"say": say, "by": by, **({"until": "20m"} if say == "commit" else {})}
        assert service.ask("POST", f"/api/v1/deviations/{carried}/answers", json=said).status_code == 200
        service.pass_time(MINUTE)
    service.ask("POST", "/api/v2/alerts", json=[{"labels": {"alertname": NASTY}, "annotations": {"summary": NASTY}}])
    return service


def of_carried(service: Within) -> str:
    return next(case["id"] for case in service.cases("?open=all") if case["hasContract"])


def test_the_page_answers_the_three_questions_and_has_the_ten_sections(told: Within) -> None:
    page = text(told, f"/reviews/{of_carried(told)}")
    for question in (
        "What was missing",
        "Which assumption was unexamined",
        "Which interface did not communicate in time",
    ):
        assert f"<h2>{question}</h2>" in page
    assert re.findall(r"<h2><span>(\d*)</span>", page) == ["", *map(str, range(1, 10)), "", "10", ""]
    assert "payments may answer after 5s" in page and "timing/caller-gives-up-first" in page


def test_changes_that_are_proposed_name_the_finding_that_each_removes(told: Within) -> None:
    page = text(told, f"/reviews/{of_carried(told)}")
    [changes] = re.findall(r"Contract changes</h2>(.*?)</section>", page, re.DOTALL)
    assert "wait at least 5s" in changes and "timing/caller-gives-up-first" in changes


def test_a_review_is_of_the_contracts_as_they_were_and_says_what_is_gone(
    told: Within, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, path = carrying, f"/reviews/{of_carried(told)}"
    monkeypatch.setattr("serving.carrying", lambda ledger, text: before(ledger, text.replace("max: 5s", "max: 1s")))
    told.do(told.service.reload())
    page = text(told, path)
    assert "payments may answer after 5s" in page and "wait at least 5s" in page
    assert "timing/caller-gives-up-first: found no more in the contracts as they are now" in page
    told.do(told.service.reload())
    assert text(told, path) == page, "the first reading counts, however often they are read again"
    told.now += 24 * 60 * MINUTE
    told.ask("POST", "/api/v1/events", json={"signal": "PaymentsSlow", "summary": "p99 is 7s"})
    later = told.ledger.latest(limit=1)[0].id
    assert f"/reviews/{later}" != path
    assert "payments may answer after 5s" not in text(told, f"/reviews/{later}"), (
        "it began under the contracts as they are"
    )


def test_a_file_to_keep_is_what_the_command_writes(
    told: Within, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One definition: ledger and contracts give the command the same file, but for the line that names the files of contracts."""
    folder = tmp_path / "contracts"
    folder.mkdir()
    (folder / "accord.yaml").write_text(CONTRACTS, encoding="utf-8")
    monkeypatch.chdir(folder)
    for case in (case["id"] for case in told.cases("?open=all")):
        for format_, ending in (("markdown", "md"), ("html", "html")):
            answer = told.ask("GET", f"/reviews/{case}?format={format_}")
            assert answer.headers["content-disposition"] == f'attachment; filename="review-{case}.{ending}"'
            written = tmp_path / f"{case}.{ending}"
            words = ["--contracts", ".", "--format", format_, "--output", str(written)]
            assert run(["review", case, "--ledger", str(told.file), *words]) == 0
            lines = written.read_text(encoding="utf-8").splitlines()
            assert answer.text.splitlines() == [line for line in lines if "sha256" not in line]
    assert told.ask("GET", f"/reviews/{case}?format=pdf").status_code == 400


def test_the_list_says_of_each_what_was_missing(told: Within) -> None:
    page = text(told, "/reviews")
    items = re.findall(r"<li><span class=\"tag.*?</li>", page, re.DOTALL)
    assert len(items) == 2
    assert "which boundary the signal speaks of" in items[0], "the newest comes first"
    assert "Missing: payments may answer after 5s: not on record as told at checkout (undelivered)" in items[1]
    assert len(re.findall('href="/reviews/[0-9a-f]', text(told, "/reviews?show=open"))) == 1
    assert of_carried(told) in text(told, "/reviews?show=closed")


def test_a_window_chooses_what_was_open_in_it(told: Within) -> None:
    early, late = "from=2026-11-27T11:00&to=2026-11-27T12:02", "from=2026-11-27T12:30&to=2026-11-27T13:00"
    page = text(told, f"/reviews?{early}")
    assert of_carried(told) in page and len(re.findall('href="/reviews/[0-9a-f]', page)) == 1
    assert 'value="2026-11-27T11:00"' in page and "/reviews/window?from=2026-11-27T11%3A00" in page
    assert of_carried(told) not in text(told, f"/reviews?{late}"), "it had ended by then"
    both = text(told, "/reviews/window?from=2026-11-27T11:00&to=2026-11-27T13:00")
    assert "<h1>Review: 2026-11-27T11:00/2026-11-27T13:00 UTC</h1>" in both
    kept = told.ask("GET", "/reviews/window?from=2026-11-27T11:00&to=2026-11-27T13:00&format=markdown")
    assert kept.headers["content-disposition"] == 'attachment; filename="review-2026-11-27T1100-2026-11-27T1300.md"'


@pytest.mark.parametrize(
    "query",
    ["from=yesterday&to=2026-11-27T12:00", "from=2026-11-27T12:00", "from=2026-11-28T12:00&to=2026-11-27T12:00"],
)
def test_a_window_that_is_none_is_said_beside_the_form(told: Within, query: str) -> None:
    answer = told.ask("GET", f"/reviews?{query}")
    assert answer.status_code == 400 and 'role="alert">expected an' in answer.text
    assert told.ask("GET", f"/reviews/window?{query}").status_code == 400


def test_what_is_not_there_is_said_on_a_page(told: Within) -> None:
    for path in ("/reviews/none", "/reviews/window", "/reviews/window?from=2020-01-01T00:00&to=2020-01-02T00:00"):
        answer = told.ask("GET", path)
        assert answer.status_code == 404 and "Reviews" in answer.text, path


def test_nothing_told_from_outside_runs_and_nothing_is_inline(told: Within) -> None:
    for path in ("/reviews", *(f"/reviews/{case['id']}" for case in told.cases("?open=all"))):
        page = text(told, path)
        assert "<script" not in page and "style=" not in page and "<style" not in page, path
        assert page.count("<h1>") == 1
        for table in re.findall(r"<table>.*?</table>", page, re.DOTALL):
            assert "<thead>" in table and 'scope="col"' in table and '<th scope="col"></th>' not in table
    for case in told.cases("?open=all"):
        assert "<script" not in told.ask("GET", f"/reviews/{case['id']}?format=html").text


def test_links_lead_somewhere(told: Within) -> None:
    pages = ["/reviews", "/reviews?from=2026-11-27T11:00&to=2026-11-27T13:00", f"/reviews/{of_carried(told)}"]
    links = {link for path in pages for link in re.findall(r'href="(/[^"]*)"', text(told, path))}
    assert len(links) > 10
    for link in links:
        assert told.ask("GET", link.replace("&amp;", "&")).status_code == 200, link


def test_an_empty_ledger_says_what_to_do_next(service: Within) -> None:
    assert "accord review --import" in text(service, "/reviews")


def test_many_are_read_page_by_page_and_no_window_holds_too_many(service: Within) -> None:
    for number in range(2 * reviews.MOST + 1):
        service.ask("POST", "/api/v1/events", json={"signal": f"signal {number}", "summary": "odd"})
    seen: list[str] = []
    path = "/reviews?show=open"
    while path:
        page = text(service, path)
        seen += re.findall(r'href="/reviews/([0-9a-f]+)"', page)
        path = next(iter(re.findall(r'<a href="([^"]*)" rel="next"', page)), "").replace("&amp;", "&")
    assert sorted(seen) == sorted(case.id for case in service.ledger.cases()), "each once"
    assert len(seen) > review_of_window.MOST >= reviews.MOST
    answer = service.ask("GET", "/reviews/window?from=2026-11-27T11:00&to=2026-11-27T13:00")
    assert answer.status_code == 404 and "choose a shorter one" in answer.text
