"""A page that many refresh in the same instant is drawn once; what was drawn before a change is not given after it."""

import asyncio

import httpx
import pytest
from serving import Within
from starlette.responses import Response

from accord.serve.doors import Asked
from accord.serve.pages._frame import pages
from accord.serve.pages._shown import Shown


def test_those_who_refresh_a_page_at_once_have_it_drawn_once(service: Within, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refresh is shared for a second, by who may see the same; whoever opens the page has it drawn anew."""
    drawn = []
    page = next(each for each in pages() if each.PATH == "/deviations")
    show = page.show

    async def counted(asked: Asked, shown: Shown) -> Response:
        drawn.append(asked.bearer)
        await asyncio.sleep(0)
        return await show(asked, shown)

    monkeypatch.setattr(page, "show", counted)
    refreshing = {"hx-request": "true"}

    async def many() -> list[httpx.Response]:
        transport = httpx.ASGITransport(service.app, client=("127.0.0.1", 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:9095") as client:
            return await asyncio.gather(*[client.get("/deviations", headers=refreshing) for _ in range(50)])

    answers = service.do(many())
    assert len(drawn) == 1 and len({answer.text for answer in answers}) == 1
    assert all(len(answer.headers.get_list("content-security-policy")) == 1 for answer in answers)
    service.ask("GET", "/deviations")
    assert len(drawn) == 2
    service.ask("GET", "/deviations", headers=refreshing)
    assert len(drawn) == 2
    service.ledger.count({"tries": 1}).result()
    service.now += 999_999_999
    service.do(service.service.live.look())
    service.ask("GET", "/deviations", headers=refreshing)
    assert len(drawn) == 3, "what was drawn before a change is not given after it was told"
    service.now += 1_000_000_000
    service.ask("GET", "/deviations", headers=refreshing)
    assert len(drawn) == 4
