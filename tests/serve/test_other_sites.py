"""What another site can make a browser do: nothing. And the headers that every answer has, also one that says no."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from serving import SLOW, Within

from accord.serve.app import Application
from accord.serve.doors import OPEN, Asked, Door
from accord.serve.live import PATH as LIVE
from accord.serve.pages._frame import pages
from accord.serve.rates import Rates
from accord.serve.tokens import PostedToken, made
from accord.store.kept import Role
from accord.store.ledger_sqlite import SqliteLedger

ASKED = {
    "/boundary": "/boundary?consumer=checkout&provider=payments&operation=charge",
    "/party": "/party?name=payments-oncall",
    "/reviews/window": "/reviews/window?from=2026-11-27T11:00&to=2026-11-27T13:00",
}
"""Pages that show one thing of many, which their address names."""
FOREIGN = (
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://127.0.0.1:3000"},
    {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
    {"origin": "http://127.0.0.1.evil.example:9095", "sec-fetch-site": "same-site"},
)


class Reached(Within):
    """A service that others reach, with one token of each role; a browser keeps them as the passwords of Basic."""

    def __init__(self, folder: Path) -> None:
        ledger = SqliteLedger(folder / "ledger")
        self.secrets: dict[str, str] = {}
        for role in (Role.READER, Role.RESPONDER, Role.ADMIN):
            token, self.secrets[role] = made(PostedToken(role, f"for {role}"), "", 1)
            ledger.keep(token).result()
        ledger.close()
        super().__init__(folder, listen="0.0.0.0:9095")
        self.reachable("payments-oncall", "second", "checkout", "keeper")

    def kept(self, role: str) -> dict[str, str]:
        return {"authorization": "Basic " + base64.b64encode(f"me:{self.secrets[role]}".encode()).decode()}


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Within]:
    service = Within(tmp_path)
    service.reachable("payments-oncall", "second", "checkout", "keeper")
    service.ask("POST", "/api/v2/alerts", json=[SLOW])
    yield service
    service.close()


@pytest.fixture
def reached(tmp_path: Path) -> Iterator[Reached]:
    service = Reached(tmp_path)
    service.ask("POST", "/api/v2/alerts", json=[SLOW], headers=service.kept(Role.ADMIN))
    yield service
    service.close()


def addresses(service: Within) -> list[str]:
    """Where each page is, found from the pages themselves."""
    case = service.ledger.cases(limit=1)[0]
    found = []
    for page in pages():
        path = page.PATH.replace("{id}", case.id)
        found.append(ASKED.get(path, path))
    return found


def forms(page: str) -> list[tuple[str, dict[str, str]]]:
    """The method and the fields of every form, as they would be sent with its first button."""
    found = []
    for attributes, inside in re.findall(r"<form([^>]*)>(.*?)</form>", page, re.DOTALL):
        method = re.search(r'method="(\w+)"', attributes)
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', inside))
        fields |= dict(re.findall(r'<button[^>]* name="([^"]+)" value="([^"]*)"', inside)[:1])
        found.append((method[1].lower() if method else "get", fields))
    return found


def test_every_page_is_for_readers_and_says_no_on_a_page_that_asks_for_a_token(reached: Reached) -> None:
    asked = {"accept": "text/html,*/*"}
    for where in addresses(reached):
        for secret in ("", "guessed"):
            sent = {"authorization": f"Bearer {secret}"} if secret else {}
            answer = reached.ask("GET", where, headers={**asked, **sent})
            assert answer.status_code == 401 and "<h1>Not for everybody</h1>" in answer.text, where
            assert answer.headers["www-authenticate"].startswith("Basic ")
            assert "payments" not in answer.text, where
        for role in (Role.READER, Role.RESPONDER, Role.ADMIN):
            assert reached.ask("GET", where, headers={**asked, **reached.kept(role)}).status_code == 200, where
    assert reached.ask("GET", "/", headers={"accept": "application/json"}).headers["www-authenticate"] == "Bearer"


def test_no_other_site_changes_anything_with_a_token_that_a_browser_keeps(reached: Reached) -> None:
    """Of doors that ask who somebody is, none opens to what a page of another site asks, whatever it sends."""
    admin = reached.kept(Role.ADMIN)
    doors = [door for door in reached.service.doors() if door.method != "GET" and door.role != OPEN]
    paths = [(door.method, re.sub(r"\{\w+\}", "none", door.path)) for door in doors]
    assert len(paths) > 8
    written = reached.ledger.written
    for method, path in paths:
        for foreign in FOREIGN:
            assert reached.ask(method, path, headers={**admin, **foreign}).status_code == 401, (path, foreign)
    assert reached.ledger.written == written
    for method, path in paths:
        assert reached.ask(method, path, headers=admin).status_code not in (401, 403), path
    own = {**admin, "origin": "http://127.0.0.1:9095"}
    proxied = {**admin, "origin": "https://accord.example", "sec-fetch-site": "same-origin"}
    for headers in (own, proxied):
        assert reached.ask("POST", "/api/v2/alerts", json=[SLOW], headers=headers).status_code == 200


def test_a_page_is_reached_by_a_link_on_another_site(reached: Reached) -> None:
    """Reading changes nothing, and no other site sees what came: people follow links from their chat."""
    headers = {**reached.kept(Role.READER), "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert reached.ask("GET", "/deviations", headers=headers).status_code == 200


def test_every_form_counts_for_who_holds_the_link_alone(local: Within) -> None:
    """The link is signed and unguessable, and is the token of its form; nothing else that a browser keeps helps or is needed."""
    case = local.ledger.cases(limit=1)[0]
    where = local.service.links.address(case.id, case.turn, "payments-oncall", local.now)
    where = where.removeprefix("http://127.0.0.1:9095")
    found = forms(local.ask("GET", where).text)
    assert len(found) >= 3 and all(method == "post" for method, _ in found)
    before = local.only()
    for _, fields in found:
        for forged in ("/a/", "/a/" + "A" * 120, where[:-4], where.replace("/a/", "/a/A")):
            for foreign in FOREIGN:
                assert local.ask("POST", forged, data=fields, headers=foreign).status_code in (400, 404)
    assert local.only() == before


def test_every_form_of_every_page_is_closed_to_other_sites_and_to_who_has_no_token(reached: Reached) -> None:
    """Forms are found on the pages, so that a new one is tried too; each posts to a door that asks who somebody is."""
    doors = {(door.method, door.path) for door in reached.service.doors()}
    for where in addresses(reached):
        page = reached.ask("GET", where, headers=reached.kept(Role.ADMIN)).text
        for attributes in re.findall(r"<form([^>]*)>", page):
            if 'method="post"' not in attributes:
                continue
            action = re.search(r'action="([^"]*)"', attributes)
            path = action[1] if action and action[1] else where
            assert path.startswith("/") and not path.startswith("//")
            assert any(method == "POST" for method, _ in doors)
            assert reached.ask("POST", path, data={}).status_code == 401, path
            for foreign in FOREIGN:
                answer = reached.ask("POST", path, data={}, headers={**reached.kept(Role.ADMIN), **foreign})
                assert answer.status_code == 401, (path, foreign)


def answers_of_every_kind(service: Within) -> Iterator[Any]:
    """Pages, files, JSON, and everything that is refused."""
    case = service.ledger.cases(limit=1)[0]
    link = service.service.links.address(case.id, case.turn, "payments-oncall", service.now)
    link = link.removeprefix("http://127.0.0.1:9095")
    for door in service.service.doors():
        if door.method == "GET" and door.path != LIVE:
            path = door.path.replace("{link}", link.removeprefix("/a/")).replace("{id}", case.id)
            yield service.ask("GET", re.sub(r"\{\w+(:path)?\}", "none", path), headers={"accept": "text/html"})
    yield service.ask("GET", "/a/none")
    yield service.ask("GET", "/nowhere")
    yield service.ask("GET", "/nowhere", headers={"accept": "text/html"})
    yield service.ask("GET", "/static/none.js")
    yield service.ask("DELETE", "/")
    yield service.ask("POST", "/api/v2/alerts", content=b"{")
    yield service.ask("POST", "/api/v2/alerts", content=b" " * 5_000_000)
    yield service.ask("POST", "/api/v2/alerts", json=[], headers={"origin": "https://evil.example"})
    yield service.ask("GET", "/", headers={"host": "evil.example", "accept": "text/html"})


def test_every_answer_keeps_everything_else_out_also_one_that_says_no(local: Within) -> None:
    statuses = set()
    for answer in answers_of_every_kind(local):
        statuses.add(answer.status_code)
        said, where = answer.headers, answer.request.url
        policy = dict(part.strip().split(" ", 1) for part in said["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'" and policy["frame-ancestors"] == "'none'", where
        assert policy["base-uri"] == "'none'" and policy["form-action"] in ("'none'", "'self'"), where
        assert policy.get("script-src", "'self'") == policy.get("connect-src", "'self'") == "'self'", where
        assert "unsafe" not in said["content-security-policy"] and "*" not in said["content-security-policy"]
        assert said["x-frame-options"] == "DENY" and said["x-content-type-options"] == "nosniff", where
        assert said["referrer-policy"] == "same-origin", where
        assert len(said.get_list("content-security-policy")) == len(said.get_list("cache-control")) == 1, where
    assert {200, 400, 401, 404, 405, 413} <= statuses


def test_a_bug_of_ours_is_told_like_everything_else_and_says_nothing_of_its_inside(local: Within) -> None:
    async def broken(_asked: Asked) -> Any:
        raise ZeroDivisionError("a secret of the inside")

    doors = [Door("GET", path, OPEN, broken) for path in ("/broken", "/broken/{id}")]
    access = local.app._access
    local.app = Application(doors, access, Rates(1000, 1000), lambda: local.now)
    for path in ("/broken", "/broken/x"):
        answer = local.ask("GET", path)
        assert answer.status_code == 500 and "secret" not in answer.text
        assert answer.headers["x-frame-options"] == "DENY" and "'none'" in answer.headers["content-security-policy"]
