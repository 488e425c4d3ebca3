"""Writes what two services would tell of their calls, as OTLP in JSON: checkout asks payments, and one call in many takes 5s.

python examples/telemetry/calls.py > calls.json              an hour, the same on every run
python examples/telemetry/calls.py --slower > slower.json    answers take longer from minute to minute
python examples/telemetry/calls.py --csv > calls.csv         the same calls as a table
python examples/telemetry/calls.py --post http://127.0.0.1:4318/v1/traces     the last minutes, sent
"""

import argparse
import csv
import json
import sys
import time
import urllib.request
from collections.abc import Iterator

BEGIN_NS, MINUTE_NS, MS_NS = 1_795_687_200_000_000_000, 60_000_000_000, 1_000_000
LIMIT_MS, SLOW_MS = 2_000, 4_900
CLIENT, SERVER = 3, 2


def calls(began_ns: int, minutes: int, a_minute: int, late_every: int, slower: bool) -> Iterator[dict[str, object]]:
    """Both spans of every call: how long its caller waited, and how long payments worked."""
    for number in range(minutes * a_minute):
        at_ns = began_ns + number * MINUTE_NS // a_minute
        took_ms = 40 + number * 37 % 50
        if slower:
            took_ms *= 1 + 30 * number // (minutes * a_minute)
        if late_every and number % late_every == late_every - 1:
            took_ms = SLOW_MS
        answered = took_ms <= LIMIT_MS
        trace, caller, callee = f"{number + 1:032x}", f"{2 * number + 1:016x}", f"{2 * number + 2:016x}"
        one = {"trace": trace, "start_ns": at_ns}
        yield one | {
            "span": caller,
            "parent": "",
            "service": "checkout",
            "kind": CLIENT,
            "took_ms": min(took_ms, LIMIT_MS),
            "status": 200 if answered else 0,
        }
        yield one | {
            "span": callee,
            "parent": caller,
            "service": "payments",
            "kind": SERVER,
            "took_ms": took_ms,
            "status": 200,
        }


def otlp(spans: list[dict[str, object]]) -> dict[str, object]:
    """The spans as one request of OTLP."""
    services = sorted({str(one["service"]) for one in spans})
    return {
        "resourceSpans": [
            of_service(service, [one for one in spans if one["service"] == service]) for service in services
        ]
    }


def of_service(service: str, spans: list[dict[str, object]]) -> dict[str, object]:
    """What one service tells."""
    resource = [attribute("service.name", service), attribute("deployment.environment.name", "production")]
    return {"resource": {"attributes": resource}, "scopeSpans": [{"spans": [span(one) for one in spans]}]}


def span(one: dict[str, object]) -> dict[str, object]:
    """One span; a caller that left has no status of an answer."""
    start_ns, took_ms = int(str(one["start_ns"])), int(str(one["took_ms"]))
    told = [
        attribute("http.request.method", "POST"),
        attribute("http.route", "/charges"),
        attribute("server.address", "payments"),
    ]
    if one["status"]:
        told.append({"key": "http.response.status_code", "value": {"intValue": str(one["status"])}})
    return {
        "traceId": one["trace"],
        "spanId": one["span"],
        "parentSpanId": one["parent"],
        "name": "POST /charges",
        "kind": one["kind"],
        "startTimeUnixNano": str(start_ns),
        "endTimeUnixNano": str(start_ns + took_ms * MS_NS),
        "status": {} if one["status"] else {"code": 2},
        "attributes": told,
    }


def attribute(key: str, value: str) -> dict[str, object]:
    """One attribute as OTLP writes it."""
    return {"key": key, "value": {"stringValue": value}}


def table(spans: list[dict[str, object]]) -> None:
    """The same as a table of a house's own, with columns of its own."""
    rows = csv.writer(sys.stdout)
    rows.writerow(["tid", "sid", "pid", "app", "what", "kind", "began", "took", "code", "failed"])
    for one in spans:
        began_ms = int(str(one["start_ns"])) // MS_NS
        rows.writerow(
            [
                one["trace"],
                one["span"],
                one["parent"],
                one["service"],
                "POST /charges",
                one["kind"],
                began_ms,
                one["took_ms"],
                one["status"] or "",
                not one["status"],
            ]
        )


def main() -> None:
    """Writes the calls, or posts them."""
    options = argparse.ArgumentParser(description="calls of two services, as they would tell of them")
    options.add_argument("--minutes", type=int, default=60)
    options.add_argument("--a-minute", type=int, default=20)
    options.add_argument("--late-every", type=int, default=40, help="one call in so many takes 5s; 0 for none")
    options.add_argument("--slower", action="store_true")
    options.add_argument("--csv", action="store_true")
    options.add_argument("--post", metavar="URL")
    given = options.parse_args()
    began_ns = time.time_ns() - given.minutes * MINUTE_NS - 5 * MINUTE_NS if given.post else BEGIN_NS
    spans = list(calls(began_ns, given.minutes, given.a_minute, given.late_every, given.slower))
    if given.csv:
        table(spans)
    elif given.post:
        body = json.dumps(otlp(spans)).encode()
        request = urllib.request.Request(given.post, body, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            print(f"{len(spans)} spans sent: {answer.status}")
    else:
        json.dump(otlp(spans), sys.stdout)


if __name__ == "__main__":
    main()
