"""The demo's story clicked through: who is asked reads, commits and recovers; the other side confirms; a second window sees it live."""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from looking import Looking, Shop
from playwright.sync_api import Browser, Page, expect
from processes import Hook, eventually

from accord.cases.understanding import right_picks
from accord.demo.carried import SIGNAL
from accord.demo.people import ANSWERS, OTHER_SIDE, SLEEPS

SOON_MS = 15_000
SUMMARY = "31 charges for 12 orders, 9 customers told that it failed"


@pytest.fixture
def story(tmp_path: Path, hook: Hook) -> Iterator[Shop]:
    """The demo's contracts, served. Who has left has no address; who sleeps is told, and answers nothing."""
    found = sorted(files("accord.demo").joinpath("contracts").iterdir(), key=lambda each: each.name)
    contracts = "---\n".join(each.joinpath("accord.yaml").read_text(encoding="utf-8") for each in found)
    shop = Shop(tmp_path, hook, contracts, told=(SLEEPS, ANSWERS, OTHER_SIDE, "keeper"))
    yield shop.start()
    shop.close()


def window(browser: Browser, where: str) -> tuple[Looking, Page]:
    looking = Looking(browser.new_context())
    page = looking.page()
    page.goto(where)
    return looking, page


def test_the_story_is_clicked_through_and_seen_live_by_others(chromium: Browser, story: Shop) -> None:
    case = story.fire(SIGNAL, SUMMARY)
    others, watched = window(chromium, f"{story.url}/deviations/{case}")
    watched.evaluate("window.same = true")
    state = watched.locator("main p").first
    expect(state).to_contain_text(f"{ANSWERS} acts next", timeout=SOON_MS)

    responder, page = window(chromium, story.link(ANSWERS, "escalated"))
    expect(page.get_by_role("main")).to_contain_text(SUMMARY)
    expect(page.get_by_role("main")).to_contain_text(f"{ANSWERS} is asked until")
    turn = int(page.locator("input[name=turn]").first.get_attribute("value") or 0)
    for name, place in zip(("boundary", "difference"), right_picks(case, turn), strict=True):
        page.locator(f"input[name={name}][value='{place}']").check()
    page.get_by_role("button", name=re.compile("I have it: ")).first.click()
    expect(page.get_by_role("status")).to_contain_text("understood")
    expect(state).to_contain_text("committed", timeout=SOON_MS)
    expect(watched.locator("main")).to_contain_text("answered", timeout=SOON_MS)

    page.get_by_role("button", name="It is recovered").click()
    expect(page.get_by_role("status")).to_be_visible()
    expect(state).to_contain_text(f"{OTHER_SIDE} acts next", timeout=SOON_MS)

    waiting, confirming = window(chromium, story.link(OTHER_SIDE, "claimed"))
    confirming.get_by_role("button", name="Yes, it is recovered").click()
    expect(confirming.get_by_role("main")).to_contain_text("closed")
    expect(state).to_contain_text("confirmed by the other side", timeout=SOON_MS)
    assert watched.evaluate("window.same === true"), "it was never loaded again"
    for looking, shown in ((others, watched), (responder, page), (waiting, confirming)):
        looking.is_well([shown])
        looking.context.close()
    [closed] = eventually(lambda: [each for each in story.cases() if each["phase"] == "closed"])
    assert (closed["id"], closed["closedBy"]) == (case, "other")
