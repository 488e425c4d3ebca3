"""The pages: what they say, that nothing told from outside runs in them, and who may look."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import CONTRACTS, SLOW, Within, text

from accord.cases.deviation import called
from accord.files.config import load
from accord.serve.landscape import carrying_in
from accord.serve.pages._frame import pages
from accord.serve.pages._scale import Mark, Strip, Term, scale
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


def every(service: Within) -> list[str]:
    ids = [f"/deviations/{case['id']}" for case in service.cases()]
    return ["/", "/deviations", "/findings", "/findings?verdict=mismatch", "/signals", BOUNDARY, *ids]


def test_the_overview_says_what_is_in_accord_what_waits_and_what_fails(service: Within) -> None:
    page = text(service, "/")
    assert re.search(r"<strong>0</strong> of 1 boundary in accord", page)
    assert re.search(r"<strong>1</strong> waits to fail", page)
    assert re.search(r"<strong>2</strong> deviate now", page)
    assert "checkout waits 2s, payments may answer after 5s" in page
    assert "signals without a contract" in page


def test_a_boundary_has_both_sides_the_story_and_who_recovers(service: Within) -> None:
    page = text(service, BOUNDARY)
    for said in ("accord.yaml:", "timeout attempt", "latency max", "payments-oncall within 30m of detection", "keeper"):
        assert said in page
    assert page.count("<svg") == 3, "times on one scale (for wide and for narrow pages), and the witness"
    assert "gives up" in page and "not observed" in page and "[serve] observed" in page


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
        assert page.count("<table") == page.count('role="region" aria-label=') - page.count("The story, step"), path


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
    for path, hint in (
        ("/", "accord init"),
        ("/deviations", "Nothing is open"),
        ("/findings", ""),
        ("/signals", "No signal"),
    ):
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
    marks = (Mark("assumed", 2_000_000_000, "2s"), Mark("promised", 5_000_000_000, "5s"))
    seen = Mark("observed", 4_800_000_000, "4.8s payments")
    drawn = scale([Term("timeout", marks[:1]), Term("latency max", (marks[1], seen))])
    assert drawn.count("<svg") == 2, "once for wide pages and once for narrow ones"
    assert 'aria-label="timeout: assumed 2s; latency max: promised 5s, observed 4.8s payments"' in drawn
    for one in drawn.split("</svg>")[:2]:
        shapes = r'(?:cx|rect class="promised" x|path class="observed" d)="M?([\d.]+)'
        circle, diamond, square = (float(found) for found in re.findall(shapes, one))
        assert circle < diamond < square + 5, "observed stands before promised, and both behind assumed"
    assert scale([Term("timeout", (Mark("assumed", 1, "1ns"),))]) == ""


def test_a_distribution_is_drawn_on_the_scale_of_the_limits() -> None:
    times = ((1_000_000, 1_022_000, 900), (1_000_000_000, 1_022_000_000, 90), (8_000_000_000, 1 << 62, 1))
    limit = Term("latency max", (Mark("promised", 1_000_000_000, "1s"),))
    wide = scale([limit], [Strip("payments", times)]).split("</svg>")[0]
    bars = re.findall(r"M([\d.]+) \d+v-(\d+)h3", wide)
    assert len(bars) == 3, "one for each range; one without an end stands where it begins"
    square = float(re.findall(r'rect class="promised" x="([\d.]+)"', wide)[0]) + 5
    assert abs(float(bars[1][0]) - square) <= 5, "what took a second stands above the limit of a second"
    assert int(bars[0][1]) > int(bars[1][1]) > int(bars[2][1]) >= 1
    assert "1ms" in wide and "1s<" in wide


def test_a_range_from_nothing_is_drawn_up_to_its_end() -> None:
    """The first bucket of a histogram of others begins at 0, which stands nowhere on a logarithmic scale."""
    limit = Term("latency max", (Mark("promised", 1_000_000_000, "1s"),))
    wide = scale([limit], [Strip("payments", ((0, 5_000_000, 100), (5_000_000, 100_000_000, 3)))]).split("</svg>")[0]
    bars = [float(at) for at in re.findall(r"M([\d.]+) \d+v-", wide)]
    square = float(re.findall(r'rect class="promised" x="([\d.]+)"', wide)[0])
    assert bars[0] == 96 and len(bars) > 20 and max(bars) < square


def test_of_many_callers_the_first_is_named_and_the_others_are_counted() -> None:
    assert called("checkout -> payments/charge latency") == "checkout -> payments/charge latency"
    assert called("a+b -> pay/charge") == "a+b -> pay/charge"
    assert called("a+b+c+d -> pay/charge latency [eu]") == "a and 3 more -> pay/charge latency [eu]"
    assert called("a -> pay/charge+refund+void latency [x+y+z]") == "a -> pay/charge and 2 more latency [x+y+z]"
    assert called("Unknown+Signal+Name") == "Unknown+Signal+Name"


@pytest.mark.parametrize(
    ("roots", "shown"),
    [
        (("",), ("payments/accord.yaml:", "checkout/accord.yaml:")),
        (("payments", "checkout"), ("payments/accord.yaml:", "checkout/accord.yaml:")),
        (("payments/accord.yaml", "checkout"), ("payments/accord.yaml:", "checkout/accord.yaml:")),
        (("payments", "payments", "checkout"), ("payments/accord.yaml:", "checkout/accord.yaml:")),
    ],
)
def test_places_are_told_from_the_root_of_the_landscape(
    tmp_path: Path, roots: tuple[str, ...], shown: tuple[str, ...]
) -> None:
    """Who reads a page sits before another machine, or before none: where the folders lie on this one says nothing."""
    landscape = tmp_path / "a-folder-of-a-long-name"
    for number, document in enumerate(CONTRACTS.split("---\n")):
        folder = landscape / ("checkout" if "party: checkout" in document else "payments")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ("accord.yaml" if number in (0, 3) else f"{number}.yaml")).write_text(document)
    service = Within(tmp_path)
    paths = tuple(str(landscape / root) if root else str(landscape) for root in roots)
    found, problems = carrying_in(paths, load(paths), "keeper", service.ledger)
    assert problems == ()
    service.service.carrier.carrying = found
    page = text(service, "/boundary?consumer=checkout&provider=payments&operation=charge")
    for place in shown:
        assert f'<span class="place">{place}' in page
    assert "long-name" not in page
    service.close()
