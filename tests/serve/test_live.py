"""What listeners hear: that something changed, once a look however much it was; and which of them are let go."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from serving import Within

from accord.serve import live
from accord.serve.live import Live

Message = dict[str, Any]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Within]:
    made = Within(tmp_path)
    yield made
    made.close()


class Listener:
    """One request of /live, without a network. `takes` is false for a peer that reads nothing."""

    def __init__(self, service: Within, query: str = "", headers: dict[str, str] | None = None) -> None:
        self.told: list[Message] = []
        self.takes, self.gone = True, asyncio.Event()
        named = {"host": "127.0.0.1:9095", **(headers or {})}
        scope = {
            "type": "http",
            "method": "GET",
            "path": live.PATH,
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
            "client": ("127.0.0.1", 5000),
        }
        self._asked = False
        self.task = asyncio.create_task(service.app(scope, self._receive, self._send))

    async def _receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b""}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if not self.takes and message["type"] == "http.response.body":
            await asyncio.Event().wait()
        self.told.append(message)

    @property
    def text(self) -> str:
        return b"".join(each.get("body", b"") for each in self.told).decode()

    @property
    def events(self) -> int:
        return self.text.count("event: changed")

    @property
    def has_ended(self) -> bool:
        return self.task.done()


async def settled(until: Callable[[], bool] = lambda: False) -> None:
    """Lets everything that can go on do so."""
    for _ in range(50):
        if until():
            return
        await asyncio.sleep(0)


async def changed(service: Within) -> None:
    """Something is written, and looked for a second later."""
    service.now += 1_000_000_000
    before = service.ledger.written
    await asyncio.to_thread(service.ledger.count, {"tries": 1})
    while service.ledger.written == before:
        await asyncio.sleep(0)
    await service.service.live.look()
    await settled()


def test_a_listener_hears_that_something_changed_and_nothing_else(service: Within) -> None:
    async def go() -> None:
        listener = Listener(service)
        await settled()
        start = listener.told[0]
        headers = dict(start["headers"])
        assert (start["status"], headers[b"content-type"]) == (200, b"text/event-stream; charset=utf-8")
        assert headers[b"cache-control"] == b"no-store" and b"content-length" not in headers
        await service.service.live.look()
        await settled()
        assert listener.events == 0, "nothing was written"
        await changed(service)
        now_ms = service.now // 1_000_000
        assert listener.text == f"retry: 2000\n\nevent: changed\nid: {now_ms}\ndata: {now_ms}\n\n"
        listener.gone.set()
        await settled(lambda: listener.has_ended)
        assert listener.has_ended and service.service.live.listeners == 0

    asyncio.run(go())


def test_however_much_was_written_it_is_one_event_a_look(service: Within) -> None:
    async def go() -> None:
        listener = Listener(service)
        await settled()
        for _ in range(20):
            await asyncio.wrap_future(service.ledger.count({"tries": 1}))
        await service.service.live.look()
        await settled()
        assert listener.events == 1
        listener.gone.set()
        await settled(lambda: listener.has_ended)

    asyncio.run(go())


@pytest.mark.parametrize(
    ("after", "heard", "is_told"),
    [("-1", "", True), ("0", "", True), ("1", "", False), ("", "0", False), ("-1", "0", False), ("1", "-1", True)],
)
def test_what_changed_before_it_listened_is_told_at_once(
    service: Within, after: str, heard: str, is_told: bool
) -> None:
    """`after` is when the page was drawn; what changed in the same look may be missing in it. `heard` is the last event."""

    async def go() -> None:
        await changed(service)
        now_ms = service.now // 1_000_000
        query = f"after={now_ms + int(after)}" if after else ""
        listener = Listener(service, query, {"last-event-id": str(now_ms + int(heard))} if heard else {})
        await settled()
        assert bool(listener.events) is is_told
        listener.gone.set()
        await settled(lambda: listener.has_ended)

    asyncio.run(go())


@pytest.mark.parametrize("odd", ["soon", "-5", "1" * 50, "²"])
def test_an_instant_that_is_none_is_told_how_it_stands(service: Within, odd: str) -> None:
    async def go() -> None:
        from urllib.parse import quote

        listener = Listener(service, f"after={quote(odd)}")
        await settled()
        assert listener.events == 1
        listener.gone.set()
        await settled(lambda: listener.has_ended)

    asyncio.run(go())


def test_contracts_that_were_read_again_are_a_change(service: Within) -> None:
    async def go() -> None:
        listener = Listener(service)
        await settled()
        await service.service.reload()
        await service.service.live.look()
        await settled()
        assert listener.events == 1
        listener.gone.set()
        await settled(lambda: listener.has_ended)

    asyncio.run(go())


def test_a_silent_stream_has_a_comment_now_and_then(service: Within, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.001)

    async def go() -> None:
        listener = Listener(service)
        while listener.text.count(":\n\n") < 3:
            await asyncio.sleep(0.001)
        assert listener.events == 0
        listener.gone.set()
        await settled(lambda: listener.has_ended)

    asyncio.run(go())


def test_there_are_so_many_listeners_and_no_more(service: Within) -> None:
    service.service.live._most = 3

    async def go() -> None:
        listeners = [Listener(service) for _ in range(5)]
        await settled()
        assert [each.told[0]["status"] for each in listeners] == [200, 200, 200, 503, 503]
        assert dict(listeners[-1].told[0]["headers"])[b"retry-after"] == b"60"
        listeners[0].gone.set()
        await settled(lambda: listeners[0].has_ended)
        late = Listener(service)
        await settled()
        assert late.told[0]["status"] == 200
        for each in (*listeners, late):
            each.gone.set()
        await settled(lambda: service.service.live.listeners == 0)
        assert service.service.live.listeners == 0

    asyncio.run(go())


def test_who_reads_nothing_is_let_go_and_nothing_is_queued_for_them(service: Within) -> None:
    service.service.live._patience_s = 0.01

    async def go() -> None:
        slow, quick = Listener(service), Listener(service)
        await settled()
        slow.takes = False
        for _ in range(5):
            await changed(service)
        assert quick.events == 5
        await asyncio.wait_for(slow.task, 20)
        assert service.service.live.listeners == 1 and slow.events == 0
        quick.gone.set()
        await settled(lambda: quick.has_ended)

    asyncio.run(go())


def test_a_stream_ends_so_that_a_token_is_asked_for_again(service: Within, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LASTS_S", 0.0)

    async def go() -> None:
        listener = Listener(service)
        await settled(lambda: listener.has_ended)
        assert listener.has_ended and listener.told[-1] == {"type": "http.response.body", "body": b""}

    asyncio.run(go())


def test_a_service_that_stops_ends_all_streams_and_takes_no_more(service: Within) -> None:
    async def go() -> None:
        listeners = [Listener(service) for _ in range(3)]
        await settled()
        service.service.live.end()
        await settled(lambda: all(each.has_ended for each in listeners))
        assert all(each.has_ended and not each.events for each in listeners)
        late = Listener(service)
        await settled()
        assert late.told[0]["status"] == 503

    asyncio.run(go())


def test_it_needs_what_pages_need(service: Within) -> None:
    [door] = Live(service.service.carrier).doors()
    assert (door.method, door.path, door.role) == ("GET", "/live", "reader")
