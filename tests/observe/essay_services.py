"""The two services of the essay, for processes of their own, all times half of what they are there.

    essay_services.py checkout PORT PROVIDER_URL    waits 1 s (2 s there) for slow charges, tries three times
    essay_services.py payments PORT                 answers slow charges after 2.5 s (5 s there)

A busy machine must not tell another story: a slow charge ends only once whoever waited was seen leaving, and nobody leaves
a quick one. Instrumented by what OpenTelemetry has for FastAPI and httpx, exporting as the environment says; with ENFORCE,
payments refuses what cannot be done in the time that is left. `/ended` says how many requests have ended for OpenTelemetry
too.
"""

import asyncio
import os
import sys
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI, Request
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as OverGrpc
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as OverHttp
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from accord import intent
from accord.intent import asgi
from accord.intent.outgoing import AsyncHttpxTransport

SCALE = 2
LIMIT_S, TRIES, SLOW_S, QUICK_S = 2 / SCALE, 3, 5 / SCALE, 0.02
PATIENCE_S = 60
UNSEEN = "flush,record,ended"


class Ended(SpanProcessor):
    """Counts the requests whose spans have ended; told after whoever exports them."""

    def __init__(self) -> None:
        self.requests = 0

    def on_end(self, span: ReadableSpan) -> None:
        self.requests += span.kind is trace.SpanKind.SERVER


def payments(app: FastAPI) -> None:
    charges: list[str] = []

    @app.post("/charges/{kind}")
    async def charge(kind: str, order: str, request: Request) -> dict[str, str]:
        await asyncio.sleep(SLOW_S if kind == "slow" else QUICK_S)
        while kind == "slow" and not await request.is_disconnected():
            await asyncio.sleep(QUICK_S)
        charges.append(order)
        return {"charged": order}

    @app.get("/record")
    def record() -> list[str]:
        return charges

    def needs(scope: Any) -> float | None:
        return SLOW_S if scope["path"].endswith("/slow") else None

    app.add_middleware(asgi.Intent, needs=needs, enforce=bool(os.environ.get("ENFORCE")))


def checkout(app: FastAPI, provider: str) -> None:
    client = httpx.AsyncClient(transport=AsyncHttpxTransport(httpx.AsyncHTTPTransport()), base_url=provider)

    @app.post("/orders/{kind}")
    async def order(kind: str, order: str) -> dict[str, str]:
        try:
            async for attempt in intent.attempts(TRIES, key=order, again_on=(httpx.TransportError,)):
                with attempt:
                    limit_s = LIMIT_S if kind == "slow" else PATIENCE_S
                    answer = await client.post(f"/charges/{kind}", params={"order": order}, timeout=limit_s)
                    return {"order": order, "status": str(answer.status_code)}
        except httpx.TransportError:
            await asyncio.sleep(0)
        return {"order": order, "status": "given up"}


def main() -> None:
    role, port, *provider = sys.argv[1:]
    tracing = TracerProvider()
    exporter = OverGrpc(insecure=True) if role == "checkout" else OverHttp()
    tracing.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=200))
    ended = Ended()
    tracing.add_span_processor(ended)
    trace.set_tracer_provider(tracing)
    app = FastAPI()
    if role == "payments":
        payments(app)
    else:
        checkout(app, *provider)

    @app.post("/flush")
    def flush() -> bool:
        return tracing.force_flush()

    @app.get("/ended")
    def requests() -> int:
        return ended.requests

    FastAPIInstrumentor.instrument_app(app, excluded_urls=UNSEEN)
    HTTPXClientInstrumentor().instrument()
    uvicorn.run(app, port=int(port), log_level="error")


if __name__ == "__main__":
    main()
