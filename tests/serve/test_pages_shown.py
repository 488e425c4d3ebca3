"""The pages: what they say, that nothing told from outside runs in them, and who may look."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import CONTRACTS, SLOW, Within

from accord.serve.pages._frame import pages
from accord.serve.pages._scale import Mark, scale
from accord.store.kept import Role

BOUNDARY = "/boundary?consumer=checkout&provider=payments&operation=charge"
NASTY = "<script>alert(1)</script>\"'&"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Within]:
    made = Within(tmp_path)
    made.reachable("payments-oncall", "second", "checkout", "keeper")
    made.ask("POST", "/api/v2/alerts", json=[SLOW, {"labels": {"alertname": NASTY}, "annotations": {"summary": NASTY}}])
    yield made
    made.close()


def text(service: Within, path: str) -> str:
    answer = service.ask("GET", path)
    assert answer.status_code == 200, answer.text
    return answer.text


def every(service: Within) -> list[str]:
    ids = [f"/deviations/{case['id']}" for case in service.cases()]
    return ["/", "/deviations", "/findings", "/findings?verdict=mismatch", BOUNDARY, *ids]


def test_the_overview_says_what_is_in_accord_what_waits_and_what_fails(service: Within) -> None:
    page = text(service, "/")
    assert re.search(r"<strong>0</strong> of 1 boundaries in accord", page)
    assert re.search(r"<strong>1</strong> wait to fail", page)
    assert re.search(r"<strong>2</strong> deviate now", page)
    assert "checkout waits 2s, payments may answer after 5s" in page
    assert "signals without a contract" in page


def test_a_boundary_has_both_sides_the_story_and_who_recovers(service: Within) -> None:
    page = text(service, BOUNDARY)
    for said in ("accord.yaml:", "timeout attempt", "latency max", "payments-oncall within 30m of detection", "keeper"):
        assert said in page
    assert page.count("<svg") == 2, "times on one scale, and the witness"
    assert "gives up" in page and "not observed" in page


def test_a_deviation_says_who_acts_next_and_what_both_sides_were_told(service: Within) -> None:
    case = next(case for case in service.cases() if case["hasContract"])
    page = text(service, f"/deviations/{case['id']}")
    assert "<strong>payments-oncall</strong> acts next, in 5m" in re.sub("</?span[^>]*>", "", page)
    assert "Who recovers" in page and "Who waits for it" in page
    assert BOUNDARY.replace("&", "&amp;") in page


def test_what_ended_stands_with_its_boundary(service: Within) -> None:
    case = next(case for case in service.cases() if case["hasContract"])
    for say, by in (("fixed", "payments-oncall"), ("confirm", "checkout")):
        service.ask("POST", f"/api/v1/deviations/{case['id']}/answers", json={"say": say, "by": by})
    assert "confirmed by the other side" in text(service, f"/deviations/{case['id']}")
    assert f"/deviations/{case['id']}" in text(service, BOUNDARY)
    assert "1 ended" in text(service, "/")


def test_nothing_told_from_outside_runs_and_nothing_is_inline(service: Within) -> None:
    for path in every(service):
        page = text(service, path)
        assert not re.findall(r"<script(?! src=\"/static/)[^>]*>|style=|\son\w+=", page), path
        assert re.findall(r"<script[^>]*>(.*?)</script>", page) == [""] * 3, path
    answer = service.ask("GET", "/")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"


def test_every_page_is_whole_html_with_one_heading_and_named_tables(service: Within) -> None:
    for path in every(service):
        page = text(service, path)
        assert page.count("<h1>") == 1 and '<html lang="en">' in page and 'href="#main"' in page, path
        for table in re.findall(r"<table.*?</table>", page, re.DOTALL):
            assert "<thead" in table and 'scope="col"' in table, path
        assert page.count("<table") == page.count('role="region" aria-label='), path


def test_links_of_every_page_lead_somewhere(service: Within) -> None:
    links = {found for path in every(service) for found in re.findall(r'href="(/[^"]*)"', text(service, path))}
    assert len(links) > 6
    for link in links:
        assert service.ask("GET", link.replace("&amp;", "&")).status_code == 200, link


def test_what_is_not_there_is_said_on_a_page(service: Within) -> None:
    for path in ("/deviations/none", "/boundary", "/boundary?consumer=a&provider=b&operation=c"):
        answer = service.ask("GET", path)
        assert answer.status_code == 404 and "Overview" in answer.text, path


def test_an_installation_that_knows_nothing_yet_says_what_to_do_next(tmp_path: Path) -> None:
    empty = Within(tmp_path, text="party: nobody\n")
    for path, hint in (("/", "accord init"), ("/deviations", "Nothing is open"), ("/findings", "")):
        page = text(empty, path)
        assert hint in page and 'class="empty"' in page, path
    empty.close()


def test_pages_are_for_readers(service: Within) -> None:
    doors = {(door.method, door.path): door.role for door in service.service.doors()}
    assert {doors["GET", page.PATH] for page in pages()} == {Role.READER}


def test_what_was_read_is_judged_once_and_again_when_it_is_read_anew(service: Within) -> None:
    text(service, "/")
    shown = service.service.shown
    first = service.do(shown.known())
    text(service, "/findings")
    assert service.do(shown.known()) is first
    service.do(service.service.reload())
    text(service, "/")
    assert service.do(shown.known()) is not first


def test_times_stand_on_one_scale_in_their_order() -> None:
    drawn = scale([Mark("assumed", 2_000_000_000, "2s"), Mark("promised", 5_000_000_000, "5s")])
    circle, square = (float(found) for found in re.findall(r'(?:cx|rect class="promised" x)="([\d.]+)"', drawn))
    assert circle < square and "assumed: 2s, promised: 5s" in drawn
    assert scale([Mark("assumed", 1, "1ns")]) == ""
    assert CONTRACTS
