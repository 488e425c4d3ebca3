"""A page that is open keeps up by itself, and takes nothing out of anybody's hand."""

import re
import signal
from collections.abc import Iterator

import pytest
from looking import Looking, Shop
from playwright.sync_api import Browser, Page, expect

SOON_MS = 10_000


@pytest.fixture
def page(looking: Looking) -> Iterator[Page]:
    """A page on which something is marked that a reload would lose; nothing went wrong on it at the end."""
    page = looking.page()
    yield page
    looking.is_well([page])


def opened(page: Page, where: str) -> None:
    page.goto(where)
    page.evaluate("window.same = true")
    expect(page.locator("#state")).to_have_text("Up to date")


def is_same(page: Page) -> bool:
    return bool(page.evaluate("window.same === true"))


def test_what_is_new_appears_and_the_focus_stays_with_what_it_was_on(page: Page, shop: Shop) -> None:
    opened(page, "/deviations")
    rows = page.locator("main tbody tr")
    before = rows.count()
    last = rows.nth(before - 1).locator("a")
    last.focus()
    href = last.get_attribute("href")
    shop.fire("PaymentsSlow", "p99 is 9s", "focus")
    expect(rows).to_have_count(before + 1, timeout=SOON_MS)
    assert is_same(page) and page.evaluate("document.activeElement.getAttribute('href')") == href


def test_scrolling_stays_down_and_across(page: Page, shop: Shop) -> None:
    page.set_viewport_size({"width": 320, "height": 500})
    opened(page, "/boundary?consumer=checkout&provider=payments&operation=charge")
    story = page.get_by_role("region", name="The story, step by step").first
    story.evaluate("each => each.scrollLeft = 40")
    assert story.evaluate("each => each.scrollLeft") == 40
    page.evaluate("scrollTo(0, 300)")
    shop.fire("PaymentsSlow", "p99 is 7s", "scrolled")
    expect(page.get_by_text("p99 is 7s")).to_be_attached(timeout=SOON_MS)
    assert is_same(page) and page.evaluate("scrollY") >= 300
    assert story.evaluate("each => each.scrollLeft") == 40


def test_what_is_folded_stays(page: Page, shop: Shop) -> None:
    opened(page, "/boundary?consumer=checkout&provider=payments&operation=charge")
    page.locator("details").first.evaluate("each => each.open = !each.open")
    folded = page.locator("details").evaluate_all("all => all.map(each => each.open)")
    shop.fire("PaymentsSlow", "p99 is 14s", "folded")
    expect(page.get_by_text("p99 is 14s")).to_be_attached(timeout=SOON_MS)
    assert is_same(page)
    assert page.locator("details").evaluate_all("all => all.map(each => each.open)") == folded


def test_a_form_that_is_half_filled_in_stays_and_one_that_is_not_goes(page: Page, shop: Shop) -> None:
    """No page that is kept up to date has a form yet; one that gets it loses nothing of what was put in."""
    opened(page, "/deviations")
    page.evaluate(
        """() => { for (const name of ["untouched", "touched"]) {
          const form = document.createElement("form");
          form.innerHTML = `<label>${name} <input name="${name}"></label>`;
          document.getElementById("live").prepend(form);
        } }"""
    )
    page.get_by_label("touched", exact=True).fill("half a word")
    page.locator("main tbody a").first.focus()
    shop.fire("PaymentsSlow", "p99 is 10s", "form")
    expect(page.get_by_text("p99 is 10s")).to_be_visible(timeout=SOON_MS)
    expect(page.get_by_label("touched", exact=True)).to_have_value("half a word")
    expect(page.get_by_label("untouched", exact=True)).to_have_count(0)


def test_a_change_is_spoken_once_and_a_deadline_that_nears_is_not(page: Page, shop: Shop) -> None:
    opened(page, "/deviations")
    spoken = page.locator("#spoken")
    expect(spoken).to_have_attribute("role", "status")
    expect(spoken).to_have_text("")
    first = page.locator("[data-until]").first
    before = first.text_content() or ""
    expect(first).not_to_have_text(before, timeout=SOON_MS)
    assert re.fullmatch(r"in (\d+h)?(\d+m)?(\d+s)?", first.text_content() or "")
    expect(spoken).to_have_text("")
    shop.fire("PaymentsSlow", "p99 is 11s", "spoken")
    expect(spoken).to_have_text(re.compile(r"^\d+ open$"), timeout=SOON_MS)


def test_who_asked_for_less_motion_sees_no_seconds_pass(chromium: Browser, shop: Shop) -> None:
    context = chromium.new_context(base_url=shop.url, reduced_motion="reduce")
    page = context.new_page()
    page.goto("/deviations")
    expect(page.locator("#liveness")).to_be_visible()
    assert not [text for text in page.locator("[data-until]").all_text_contents() if re.search(r"\ds", text)]
    context.close()


def test_updates_wait_while_they_are_paused(page: Page, shop: Shop) -> None:
    opened(page, "/deviations")
    rows = page.locator("main tbody tr")
    before = rows.count()
    page.get_by_role("button", name="Pause updates").click()
    expect(page.locator("#state")).to_contain_text("Paused since")
    shop.fire("PaymentsSlow", "p99 is 12s", "paused")
    page.wait_for_timeout(2000)
    assert rows.count() == before
    page.get_by_role("button", name="Go on with updates").click()
    expect(rows).to_have_count(before + 1, timeout=SOON_MS)
    assert is_same(page)


def test_a_browser_asks_for_a_token_and_listens_with_it(chromium: Browser, shop: Shop) -> None:
    """Who comes through a proxy is nobody until a token says who they are; pages, refreshes and the stream go by the same one."""
    made = shop.client.post("/api/v1/tokens", json={"role": "reader", "name": "a browser"}).json()["secret"]
    passed_on = {"x-forwarded-for": "192.0.2.1"}
    stranger = shop.client.get("/deviations", headers={**passed_on, "accept": "text/html"})
    assert stranger.status_code == 401
    credentials = {"username": "anybody", "password": made}
    known = chromium.new_context(base_url=shop.url, extra_http_headers=passed_on, http_credentials=credentials)  # type: ignore[arg-type]
    page = known.new_page()
    opened(page, "/deviations")
    rows = page.locator("main tbody tr")
    before = rows.count()
    shop.fire("PaymentsSlow", "p99 is 13s", "token")
    expect(rows).to_have_count(before + 1, timeout=SOON_MS)
    assert is_same(page)
    known.close()


def test_a_service_that_stops_lets_its_listeners_go_and_the_page_says_so(chromium: Browser, shop: Shop) -> None:
    """The last of this file: the page goes on by itself with the service that comes after."""
    context = chromium.new_context(base_url=shop.url)
    page = context.new_page()
    opened(page, "/deviations")
    rows = page.locator("main tbody tr")
    before = rows.count()
    assert shop.end(signal.SIGTERM) == 0
    expect(page.locator("#state")).to_contain_text("Not connected since", timeout=15_000)
    shop.start("--pages", "none")
    shop.fire("PaymentsSlow", "p99 is 15s", "after")
    expect(rows).to_have_count(before + 1, timeout=20_000)
    assert is_same(page)
    context.close()
