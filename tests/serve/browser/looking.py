"""What tests of the pages look at, and with what."""

import re
import time
from collections.abc import Sequence
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urldefrag

import httpx
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response
from processes import Hook, Running, eventually

from accord.serve.pages._frame import pages

CONTRACTS = """\
party: payments
owner: team-payments
promises:
  charge:
    latency: {max: 5s}
    idempotent: never
    detect: {latency: {by: PaymentsSlow, within: 2m}, duplicates: {by: ChargedTwice, within: 1m}}
    recover: {by: payments-oncall, within: 30m}
---
party: payments-oncall
promises:
  page: {acknowledge: 5m}
escalates: [{after: 5m, unless: acknowledged, to: second}]
---
party: second
promises:
  page: {acknowledge: 10m}
---
party: checkout
owner: team-shop
promises:
  order: {latency: {max: 7s}, idempotent: never}
  page: {acknowledge: 10m}
assumes:
  payments/charge: {timeout: {attempt: 2s}, attempts: 3}
---
party: gateway
assumes:
  checkout/order: {timeout: {attempt: 8s}, attempts: 1}
"""
WATCH = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (event) => window.refused.push(event.violatedDirective + " " + event.blockedURI));
"""


class Shop(Running):
    """The service with contracts of a small shop."""

    def __init__(self, folder: Path, hook: Hook, contracts: str = CONTRACTS, **told: Any) -> None:
        super().__init__(folder, hook, contracts, **told)
        self.hook = hook

    @property
    def url(self) -> str:
        """Where its pages are."""
        return str(self.client.base_url).rstrip("/")

    def fire(self, alert: str, summary: str, seq: str = "") -> str:
        """The id of the deviation that a signal opens."""
        labels = {"alertname": alert, "severity": "critical", "seq": seq}
        told = [{"labels": labels, "annotations": {"summary": summary}}]
        before = {each["id"] for each in self.cases()}
        assert self.client.post("/api/v2/alerts", json=told).status_code == 200
        found = eventually(lambda: {each["id"] for each in self.cases()} - before)
        assert len(found) == 1, found
        return str(*found)

    def answer(self, case: str, say: str, by: str, **more: str) -> None:
        """Somebody answers."""
        sent = self.client.post(f"/api/v1/deviations/{case}/answers", json={"say": say, "by": by, **more})
        assert sent.status_code == 200, sent.text

    def with_a_past(self) -> "Shop":
        """Started, and much has happened: what is left open is found on its pages."""
        self.start("--pages", "none")
        done = self.fire("PaymentsSlow", "p99 is 6s", "1")
        self.answer(done, "fixed", "payments-oncall")
        self.answer(done, "confirm", "checkout")
        had = self.fire("PaymentsSlow", "p99 is 8s", "2")
        self.answer(had, "commit", "payments-oncall", until="20m")
        self.fire("ChargedTwice", "31 charges for 12 orders", "3")
        self.fire("DiskFull", "/var is at 96 %")
        assert eventually(lambda: self.hook.about("opened", person="payments-oncall"))
        return self

    def link(self, person: str, *about: str) -> str:
        """The link in the newest message to a person."""
        found = eventually(lambda: [each for each in self.hook.about(*about, person=person) if each["answer"]])
        assert found, f"nothing was told to {person} about {about}"
        return str(found[-1]["answer"])

    def addresses(self) -> list[str]:
        """Every kind of page that is reached from the overview by links, and what people see besides.

        A new page is among them once a link leads to it; one that no link leads to fails here.
        """
        found = self.followed()
        for _ in range(5):  # what happened within this second may be shown a second later
            if alone_of(found):
                time.sleep(0.5)
                found = self.followed()
        alone = alone_of(found)
        assert not alone, f"no link leads to {', '.join(sorted(alone))}"
        return [where for kind, there in found.items() for where in there[: MOST_OF_A_KIND if len(kind) == 1 else 1]]

    def followed(self) -> dict[tuple[str, ...], list[str]]:
        """Where links lead, by the kind of page."""
        found: dict[tuple[str, ...], list[str]] = {}
        waiting, seen = ["/"], {"/"}
        while waiting:
            where = waiting.pop(0)
            kind = kind_of(where)
            if not kind or len(found.setdefault(kind, [])) >= MOST_FOLLOWED:
                continue
            answer = self.client.get(where)
            links = [urldefrag(link)[0] for link in links_in(answer)]
            if not is_shown(answer):
                continue
            found[kind].append(where)
            waiting += [link for link in dict.fromkeys(links) if link and link not in seen]
            seen |= set(links)
        return found


MOST_OF_A_KIND, MOST_FOLLOWED = 2, 8
"""So many pages of a kind are looked at (one where a query chooses what is shown), and so many have their links followed."""


def alone_of(found: dict[tuple[str, ...], list[str]]) -> set[str]:
    """The pages that no link leads to."""
    return {page.PATH for page in pages()} - {path for path, *_ in found}


def kind_of(where: str) -> tuple[str, ...]:
    """Which page it is and what it is asked, without the values; nothing where it is none of the pages."""
    path, _, query = where.partition("?")
    patterns = sorted((page.PATH for page in pages()), key=lambda each: each.count("{"))
    page = next((each for each in patterns if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", each), path)), "")
    return (page, *sorted(parse_qs(query, keep_blank_values=True))) if page else ()


def is_shown(answer: httpx.Response) -> bool:
    """Whether a browser shows it, and does not keep it as a file."""
    is_kept = "attachment" in answer.headers.get("content-disposition", "")
    return answer.headers["content-type"].startswith("text/html") and not is_kept


def links_in(answer: httpx.Response) -> list[str]:
    """The links of a page into the same service."""
    assert answer.status_code == 200, f"{answer.url}: {answer.status_code}"
    return [unescape(link) for link in re.findall(r'<a[^>]* href="(/[^"]*)"', answer.text)]


class Looking:
    """A window, and all that goes wrong in it."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.wrong: list[str] = []
        context.add_init_script(WATCH)

    def page(self) -> Page:
        """One more tab."""
        page = self.context.new_page()
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.wrong.append(f"{page.url}: {error}"))
        page.on("response", self._answered)
        return page

    def is_well(self, pages: Sequence[Page]) -> None:
        """Nothing was said on the console, and no policy refused anything."""
        for page in pages:
            self.wrong += [f"{page.url}: refused {each}" for each in page.evaluate("window.refused")]
        assert not self.wrong, "\n".join(self.wrong)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(f"{message.location.get('url')}: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.wrong.append(f"{response.url}: {response.status}")
