"""Every page as people meet it: without barriers in both colour schemes and widths, by keyboard, on a phone, without scripts."""

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from looking import Looking, Shop
from playwright.sync_api import Browser, Page

SIZES = ((1440, 900), (390, 844))
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
OF_COLOURS = ("color-contrast", "link-in-text-block")
NOT_THERE = ("/a/nothing", "/nowhere", "/deviations/none")
NARROWEST = 320
"""As wide as a page is that was made four times as large on a small screen (WCAG 2.2, 1.4.10)."""


@pytest.fixture(scope="module")
def everything(shop: Shop) -> list[str]:
    """Where every kind of page is, the answer pages of who has it and of who is asked, and what is not there."""
    answering = [shop.link(person, "opened").removeprefix(shop.url) for person in ("payments-oncall", "keeper")]
    return [*shop.addresses(), *answering, *NOT_THERE]


@pytest.fixture
def page(looking: Looking) -> Iterator[Page]:
    yield looking.page()


def each(page: Page, addresses: list[str]) -> Iterator[str]:
    """One page after the other; what is refused on purpose is a page too."""
    for where in addresses:
        page.goto(where, wait_until="load")
        yield where


def barriers(page: Page, rules: tuple[str, ...] = ()) -> list[str]:
    """What axe-core finds, by all of its rules where none is named; it is brought into each page once."""
    if not page.evaluate("!!window.axe"):
        page.evaluate(AXE)
    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    found = page.evaluate("(options) => axe.run(options).then((all) => all.violations)", options)
    return [f"{one['id']}: {node['html'][:200]}: {node['failureSummary']}" for one in found for node in one["nodes"]]


def test_no_page_has_a_barrier_for_anybody(page: Page, everything: list[str]) -> None:
    """By all rules in both widths; in the dark by those that look at colours, for nothing else is another page then."""
    found = {}
    for where in each(page, everything):
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
                if wrong := barriers(page, () if scheme == "light" else OF_COLOURS):
                    found[f"{where} {width} {scheme}"] = wrong
    assert not found, "\n".join(f"{where}\n  {line}" for where, lines in found.items() for line in lines)


def test_a_barrier_would_be_found(page: Page) -> None:
    page.goto("/findings")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<input><p id=pale>pale</p>')")
    page.evaluate("document.getElementById('pale').style.color = 'rgb(200, 200, 200)'")
    found = barriers(page)
    assert {one.split(":")[0] for one in found} == {"label", "color-contrast"}, found


def test_no_page_is_wider_than_a_phone(page: Page, everything: list[str]) -> None:
    found = {}
    for where in each(page, everything):
        for width in (SIZES[1][0], NARROWEST):
            page.set_viewport_size({"width": width, "height": 844})
            if page.evaluate("document.scrollingElement.scrollWidth") > width:
                found[f"{where} {width}"] = page.evaluate(TOO_WIDE, width)
    assert not found


TOO_WIDE = """(width) => [...document.querySelectorAll("body *")]
  .filter((each) => !each.closest(".scroll") && each.getBoundingClientRect().right > width + 1)
  .map((each) => each.outerHTML.slice(0, 120))"""

STOPS = """() => {
  const shown = (each) => each.checkVisibility({visibilityProperty: true}) && !each.closest("[hidden]");
  const groups = new Set();
  const found = [];
  for (const each of document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")) {
    if (!shown(each) || each.disabled || each.type === "hidden") continue;
    if (each.type === "radio") {
      const group = (each.form ? [...document.forms].indexOf(each.form) : "") + each.name;
      if (groups.has(group)) continue;
      groups.add(group);
    }
    found.push(each);
  }
  window.stops = found;
  return found.length;
}"""
AT = """() => {
  const each = document.activeElement;
  if (!each || each === document.body || each === document.documentElement) return null;
  const style = getComputedStyle(each);
  const box = each.getBoundingClientRect();
  return {
    number: window.stops.indexOf(each),
    hasParts: ["date", "datetime-local", "month", "time", "week"].includes(each.type),
    html: each.outerHTML.slice(0, 120),
    isSeen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    isInSight: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""


def walked(page: Page) -> list[dict[str, Any]]:
    """Where the key Tab leads, from the top of the page until it leaves it."""
    found: list[dict[str, Any]] = []
    stops = page.evaluate(STOPS)
    for _ in range(stops + 3 + MOST_PARTS * page.locator("input[type^=date], input[type=time]").count()):
        page.keyboard.press("Tab")
        at = page.evaluate(AT)
        if at is None or (found and at["number"] == 0):
            break  # out of the page, or around it where the window has nothing else
        if not (at["hasParts"] and found and found[-1]["number"] == at["number"]):
            found.append(at)
    return found


MOST_PARTS = 8
"""So many stops a field for a date has: its days, months, hours, the calendar."""


@pytest.mark.parametrize("width", [size[0] for size in SIZES])
def test_every_page_is_walked_by_keyboard(page: Page, everything: list[str], width: int) -> None:
    """Each thing that can be used is reached once, in the order in which it is read; the focus is seen, and leaves again."""
    page.set_viewport_size({"width": width, "height": 844})
    for where in each(page, everything):
        found = walked(page)
        stops = page.evaluate("window.stops.length")
        assert [at["number"] for at in found] == list(range(stops)), (where, [at["html"] for at in found])
        assert not [at["html"] for at in found if not at["isSeen"]], f"{where}: a focus that is not seen"
        assert not [at["html"] for at in found if not at["isInSight"]], f"{where}: a focus that is out of sight"
        assert skips(page), f"{where}: the first stop does not lead past the navigation"


def skips(page: Page) -> bool:
    """Whether the first stop leads into the content, and the next is behind the navigation."""
    page.evaluate("window.stops[0].focus()")
    page.keyboard.press("Enter")
    is_inside = page.evaluate("document.activeElement.id === 'main'")
    page.keyboard.press("Tab")
    return bool(is_inside and not page.evaluate("!!document.activeElement.closest('header')"))


def test_without_scripts_every_page_says_the_same(
    chromium: Browser, shop: Shop, page: Page, everything: list[str]
) -> None:
    context = chromium.new_context(base_url=shop.url, java_script_enabled=False)
    plain = context.new_page()
    for where in everything:
        plain.goto(where)
        page.goto(where)
        told, shown = (one.locator("#live").text_content() or "" for one in (plain, page))
        assert len(told.split()) > 3 and without_times(told) == without_times(shown), where
        assert plain.locator("h1").is_visible() and not plain.locator("#liveness").is_visible()
    context.close()


def without_times(text: str) -> list[str]:
    return re.sub(r"(\d+[hms])+", "", text).split()


def test_nothing_is_said_on_the_console_and_nothing_is_refused(looking: Looking, everything: list[str]) -> None:
    page = looking.page()
    for where in everything:
        if where not in NOT_THERE:
            page.goto(where, wait_until="load")
            looking.is_well([page])
