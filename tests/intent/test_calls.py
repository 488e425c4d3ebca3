"""Two real programs on loopback: what a client says of its request, and what a server makes of it."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import requests
import uvicorn
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from requests.adapters import HTTPAdapter

from accord import intent
from accord.intent import asgi
from accord.intent.outgoing import AsyncHttpxTransport, HttpxTransport, RequestsAdapter

NEEDS = 5.0


class Charges:
    """A service that says what it was told, and does slow work at /slow, which takes as long as it is asked to."""

    def __init__(self) -> None:
        self.charged: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.charged.append(scope["path"])
        received = intent.current()
        told = {"attempt": received.attempt, "key": received.key, "criticality": received.criticality}
        left = received.remaining()
        if scope["path"] == "/slow":
            await asyncio.sleep(1)  # a caller that waits for less gets no answer, however slow the machine
        body = json.dumps(told | {"left": left, "headers": len(scope["headers"])}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})


@contextmanager
def served(application: Any) -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(application, log_level="error", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.005)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def service() -> Iterator[tuple[str, Charges, asgi.Intent]]:
    charges = Charges()
    middleware = asgi.Intent(charges, needs=lambda scope: NEEDS if scope["path"] == "/charges" else None)
    with served(middleware) as address:
        yield address, charges, middleware


def test_httpx_tells_what_a_request_is_for(service):
    address, _, _ = service
    with (
        httpx.Client(transport=HttpxTransport(httpx.HTTPTransport()), timeout=30) as client,
        intent.request(within=20, criticality="critical"),
    ):
        for attempt in intent.attempts(3, key="order-1", again_on=(httpx.TransportError,)):
            with attempt:
                if attempt.number == 1:
                    raise httpx.ConnectError("the first is lost")
                told = client.get(f"{address}/told").json()
    assert (told["attempt"], told["key"], told["criticality"]) == (2, "order-1", "critical")
    assert 10 < told["left"] <= 20


def test_httpx_async_and_requests_tell_the_same(service):
    address, _, _ = service

    async def ask() -> Any:
        async with httpx.AsyncClient(transport=AsyncHttpxTransport(httpx.AsyncHTTPTransport()), timeout=30) as client:
            with intent.request(within=20):
                async for attempt in intent.attempts(1, key="order-2"):
                    with attempt:
                        answer = await client.get(f"{address}/told")
            return answer.json()

    told = asyncio.run(ask())
    session = requests.Session()
    session.mount("http://", RequestsAdapter(HTTPAdapter()))
    with intent.request(within=20):
        for attempt in intent.attempts(1, key="order-2"):
            with attempt:
                same = session.get(f"{address}/told", timeout=30).json()
    assert {**told, "left": 0, "headers": 0} == {**same, "left": 0, "headers": 0}


def test_the_limit_on_one_call_is_told_where_it_is_shorter(service):
    address, charges, _ = service
    before = charges.charged.count("/charges")
    with httpx.Client(transport=HttpxTransport(httpx.HTTPTransport()), timeout=2) as client, intent.request(within=60):
        assert 0 < client.get(f"{address}/told").json()["left"] <= 2
        assert client.post(f"{address}/charges").status_code == 503
    session = requests.Session()
    session.mount("http://", RequestsAdapter(HTTPAdapter()))
    assert 0 < session.get(f"{address}/told", timeout=(9, 2)).json()["left"] <= 2
    assert session.get(f"{address}/told").json()["left"] is None
    assert charges.charged.count("/charges") == before


def test_a_key_that_the_caller_wrote_itself_stays(service):
    address, _, _ = service
    with httpx.Client(transport=HttpxTransport(httpx.HTTPTransport())) as client:
        for attempt in intent.attempts(1, key="ours"):
            with attempt:
                told = client.get(f"{address}/told", headers={"Idempotency-Key": "theirs"}).json()
    assert told["key"] == "theirs"


def test_work_that_would_be_for_nobody_is_not_begun(service):
    address, charges, _ = service
    before = charges.charged.count("/charges")
    with httpx.Client(transport=HttpxTransport(httpx.HTTPTransport()), timeout=30) as client:
        with intent.request(within=2):
            refused = client.post(f"{address}/charges")
        with intent.request(within=20):
            done = client.post(f"{address}/charges")
    assert (refused.status_code, done.status_code) == (503, 200)
    assert "5000 ms are needed" in refused.headers["accord-refused"]
    assert charges.charged.count("/charges") == before + 1


def test_without_enforcing_the_work_is_done_and_told():
    charges = Charges()
    with served(asgi.Intent(charges, needs=NEEDS, enforce=False)) as address:
        assert httpx.post(f"{address}/charges", headers={"Accord-Remaining-Ms": "10"}).status_code == 200
    assert charges.charged == ["/charges"]


def test_no_call_waits_longer_than_the_caller_does(service):
    address, _, _ = service
    with httpx.Client(transport=HttpxTransport(httpx.HTTPTransport()), timeout=30) as client:
        with intent.request(within=0.2), pytest.raises(httpx.TimeoutException):
            client.get(f"{address}/slow")
        with intent.request(within=0), pytest.raises(intent.DeadlineExceeded) as passed:
            client.get(f"{address}/told")
        assert isinstance(passed.value, httpx.TimeoutException)
    session = requests.Session()
    session.mount("http://", RequestsAdapter(HTTPAdapter()))
    with intent.request(within=0.2), pytest.raises(requests.exceptions.Timeout):
        session.get(f"{address}/slow")
    with intent.request(within=0), pytest.raises(requests.exceptions.Timeout):
        session.get(f"{address}/told")


def test_a_key_that_comes_again_is_counted(service):
    address, _, middleware = service
    before = middleware.duplicates.counted
    with httpx.Client() as client:
        for key in ("a", "b", "a", "a"):
            client.post(f"{address}/told", headers={"Idempotency-Key": key})
        client.post(f"{address}/other", headers={"Idempotency-Key": "a"})
    assert middleware.duplicates.counted == before + 2


def test_what_came_in_is_not_sent_on_as_if_it_were_ones_own(service):
    address, _, _ = service

    async def through(scope: Any, receive: Any, send: Any) -> None:
        async with httpx.AsyncClient(transport=AsyncHttpxTransport(httpx.AsyncHTTPTransport()), timeout=30) as client:
            answer = await client.get(f"{address}/told")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": answer.content})

    headers = {
        "Accord-Remaining-Ms": "9000",
        "Accord-Attempt": "3",
        "Idempotency-Key": "k",
        "Accord-Criticality": "sheddable",
    }
    with served(asgi.Intent(through)) as front:
        told = httpx.get(f"{front}/x", headers=headers).json()
    assert (told["attempt"], told["key"], told["criticality"]) == (None, None, "sheddable")
    assert 1 < told["left"] <= 9


def test_the_span_in_hand_tells_it_without_the_key_itself():
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("test")
    middleware = asgi.Intent(Charges())

    async def call() -> None:
        async def send(_: Any) -> None:
            return None

        headers = [(b"idempotency-key", b"order-17"), (b"accord-attempt", b"2"), (b"accord-remaining-ms", b"900")]
        scope = {"type": "http", "method": "POST", "path": "/charges", "headers": headers}
        for _ in range(2):
            with tracer.start_as_current_span("server"):
                await middleware(scope, send, send)

    asyncio.run(call())
    first, second = (dict(span.attributes or {}) for span in exporter.get_finished_spans())
    assert first["accord.attempt"] == 2 and first["http.request.resend_count"] == 1
    assert 0 < first["accord.deadline.remaining_ms"] <= 900
    assert (first["accord.duplicate"], second["accord.duplicate"]) == (False, True)
    assert "order-17" not in str(first)
