"""Small contract sets about services, each with what it must give and nothing else.

Open questions that every set leaves, who answers for a party, how a deviation is shown and who recovers, are left out.
"""

from datetime import date

import pytest

from accord.check import check, joined, refused_witnesses
from accord.model.fact import Fact
from accord.model.finding import Finding, Verdict
from accord.sources._claims import read_text

AS_OF = date(2026, 11, 27)
STANDING = ("contract/question-unanswered", "ownership/owner-unknown")

SETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "a limit equal to the maximum": (
        """
{party: web, assumes: {search/query: {timeout: 2s}}}
---
{party: search, promises: {query: {latency: {max: 2s}}}}
""",
        (),
    ),
    "a limit one millisecond short": (
        """
{party: web, assumes: {search/query: {timeout: 1999ms}}}
---
{party: search, promises: {query: {latency: {max: 2s}}}}
""",
        ("mismatch timing/caller-gives-up-first",),
    ),
    "tries fit exactly": (
        """
{party: checkout, assumes: {payments/charge: {timeout: {request: 9s, attempt: 3s}, attempts: 3}}}
---
{party: payments, promises: {charge: {idempotent: always}}}
""",
        ("unanswered timing/caller-gives-up-first",),
    ),
    "third try never begins": (
        """
{party: checkout, assumes: {payments/charge: {timeout: {request: 5s, attempt: 3s}, attempts: 3, backoff: 500ms}}}
---
{party: payments, promises: {charge: {idempotent: always}}}
""",
        ("mismatch timing/attempts-cannot-happen", "unanswered timing/caller-gives-up-first"),
    ),
    "connect limit is no wait": (
        """
{party: proxy, kind: gateway, assumes: {app/get: {timeout: {connect: 1s}}}}
---
{party: app, promises: {get: {latency: {max: 90s}}}}
""",
        ("unanswered timing/caller-gives-up-first",),
    ),
    "waits for ever": (
        """
{party: batch, assumes: {app/get: {timeout: none}, app/export: {timeout: none}}}
---
{party: app, promises: {get: {latency: {max: 90s}}, export: {latency: {max: none}}}}
""",
        (),
    ),
    "no maximum promised": (
        """
{party: web, assumes: {app/export: {timeout: 30s}}}
---
{party: app, promises: {export: {latency: {max: none}}}}
""",
        ("mismatch timing/caller-gives-up-first",),
    ),
    "a cut that both know of": (
        """
{party: web, assumes: {quote/get: {timeout: 2s, handles: [timeout], latency: {p99: 2s}}}}
---
{party: quote, promises: {get: {latency: {p99: 1s, max: 10s}}}}
""",
        (),
    ),
    "a cut that waits for a percentile": (
        """
{party: web, assumes: {quote/get: {timeout: 2s, handles: [timeout], latency: {p99: 2s}}}}
---
{party: quote, promises: {get: {latency: {p95: 1s, max: 10s}}}}
""",
        ("unanswered contract/counts-on-more-than-promised", "unanswered timing/caller-gives-up-first"),
    ),
    "a cut that counts on more than is promised": (
        """
{party: web, assumes: {quote/get: {timeout: 2s, handles: [timeout], latency: {p99: 2s}}}}
---
{party: quote, promises: {get: {latency: {p99: 3s, max: 10s}}}}
""",
        ("mismatch contract/counts-on-more-than-promised", "mismatch timing/caller-gives-up-first"),
    ),
    "handles any is handling the cut": (
        """
{party: shop, assumes: {payments/charge: {timeout: 2s, handles: [any], latency: {p99: 2s}}}}
---
{party: payments, promises: {charge: {latency: {p99: 2s, max: 5s}}}}
""",
        (),
    ),
    "a cut that both know of, and no maximum": (
        """
{party: web, assumes: {search/query: {timeout: 1s, handles: [timeout], latency: {p99: 1s}}}}
---
{party: search, promises: {query: {latency: {p99: 800ms}}}}
""",
        (),
    ),
    "agreed cut whose repeats are unsafe": (
        """
{party: shop, assumes: {payments/charge: {timeout: {attempt: 2s}, attempts: 2, handles: [timeout], latency: {p99: 2s}}}}
---
{party: payments, promises: {charge: {idempotent: never, latency: {p99: 2s, max: 5s}}}}
""",
        ("mismatch retries/unsafe-operation-repeated", "mismatch timing/caller-gives-up-first"),
    ),
    "counts on a maximum beyond its wait": (
        """
{party: shop, assumes: {payments/charge: {timeout: 2s, handles: [timeout], latency: {max: 5s}}}}
---
{party: payments, promises: {charge: {latency: {max: 5s}, idempotent: never}}}
""",
        ("mismatch timing/caller-gives-up-first",),
    ),
    "fallback hedges": (
        """
{party: web, assumes: {suggest/get: {timeout: 200ms, fallback: no suggestions are shown}}}
---
{party: suggest, promises: {get: {latency: {max: 2s}}}}
""",
        (),
    ),
    "fallback without any statement of time": (
        """
{party: web, assumes: {search/query: {timeout: 1s, fallback: the last page}}}
---
{party: search, promises: {query: {availability: 99.9%}}}
""",
        (),
    ),
    "fallback beside a percentile": (
        """
{party: web, assumes: {search/query: {timeout: 1s, fallback: the last page}}}
---
{party: search, promises: {query: {latency: {p99: 800ms}}}}
""",
        (),
    ),
    "fallback to nobody": (
        """
{party: web, assumes: {suggest/get: {timeout: 200ms, fallback: cache}}}
---
{party: suggest, promises: {get: {latency: {max: 2s}}}}
""",
        ("unanswered timing/caller-gives-up-first",),
    ),
    "fallback with unsafe tries": (
        """
{party: shop, assumes: {payments/charge: {timeout: {attempt: 1s}, attempts: 3, fallback: pay later}}}
---
{party: payments, promises: {charge: {latency: {max: 5s}, idempotent: never}}}
""",
        ("mismatch retries/unsafe-operation-repeated", "mismatch timing/caller-gives-up-first"),
    ),
    "cut of a fallback, depth unknown": (
        """
{party: web, assumes: {bff/page: {timeout: 1s, fallback: an empty shelf}}}
---
{party: bff, promises: {page: {needs: [price/get]}}, assumes: {price/get: {timeout: 3s}}}
---
{party: price, promises: {get: {at: GET /p}}}
""",
        ("unanswered timing/caller-gives-up-first",),
    ),
    "inner given up in time": (
        """
{party: gateway, kind: gateway, assumes: {orders/place: {timeout: 3s}}}
---
{party: orders, promises: {place: {needs: [payments/charge]}}, assumes: {payments/charge: {timeout: 2s}}}
---
{party: payments, promises: {charge: {latency: {max: 5s}}}}
""",
        ("mismatch timing/caller-gives-up-first", "unanswered timing/caller-gives-up-first"),
    ),
    "inner tries outlast outer": (
        """
{party: gateway, kind: gateway, assumes: {orders/place: {timeout: 3s}}}
---
{party: orders, promises: {place: {needs: [payments/charge]}}, assumes: {payments/charge: {timeout: {attempt: 2s}, attempts: 2}}}
---
{party: payments, promises: {charge: {latency: {max: 5s}, idempotent: always}}}
""",
        ("mismatch timing/caller-gives-up-first", "mismatch timing/inner-wait-exceeds-outer-budget"),
    ),
    "side by side fits": (
        """
{party: page, assumes: {agg/get: {timeout: 3s}}}
---
{party: agg, promises: {get: {needs: [[a/get, b/get]]}}, assumes: {a/get: {timeout: 2s}, b/get: {timeout: 2s}}}
---
{party: a, promises: {get: {latency: {max: 2s}}}}
---
{party: b, promises: {get: {latency: {max: 2s}}}}
""",
        ("unanswered timing/caller-gives-up-first",),
    ),
    "one after the other does not": (
        """
{party: page, assumes: {agg/get: {timeout: 3s}}}
---
{party: agg, promises: {get: {needs: [a/get, b/get]}}, assumes: {a/get: {timeout: 2s}, b/get: {timeout: 2s}}}
---
{party: a, promises: {get: {latency: {max: 2s}}}}
---
{party: b, promises: {get: {latency: {max: 2s}}}}
""",
        ("mismatch timing/inner-wait-exceeds-outer-budget",),
    ),
    "deadline of the outermost fits by answers": (
        """
{party: web, assumes: {bff/page: {timeout: 5s}}}
---
{party: bff, promises: {page: {needs: [catalog/list, price/get]}}, assumes: {catalog/list: {timeout: 3s}, price/get: {timeout: 3s}}}
---
{party: catalog, promises: {list: {latency: {max: 3s}}}}
---
{party: price, promises: {get: {latency: {max: 2s}}}}
""",
        ("unanswered timing/caller-gives-up-first",),
    ),
    "sum fits promise": (
        """
{party: page, assumes: {agg/get: {timeout: 4s}}}
---
{party: agg, promises: {get: {latency: {max: 4s}, needs: [a/get, b/get]}}, assumes: {a/get: {timeout: 2s}, b/get: {timeout: 2s}}}
---
{party: a, promises: {get: {latency: {max: 2s}}}}
---
{party: b, promises: {get: {latency: {max: 2s}}}}
""",
        (),
    ),
    "sum exceeds promise": (
        """
{party: page, assumes: {agg/get: {timeout: 4s}}}
---
{party: agg, promises: {get: {latency: {max: 3s}, needs: [a/get, b/get]}}, assumes: {a/get: {timeout: 2s}, b/get: {timeout: 2s}}}
---
{party: a, promises: {get: {latency: {max: 2s}}}}
---
{party: b, promises: {get: {latency: {max: 2s}}}}
""",
        ("mismatch contract/cannot-hold",),
    ),
    "tries of a part exceed": (
        """
{party: agg, promises: {get: {latency: {max: 3s}, needs: [a/get, b/get]}}, assumes: {a/get: {timeout: {attempt: 1s}, attempts: 2}, b/get: {timeout: 2s}}}
---
{party: a, promises: {get: {at: GET /a, latency: {max: 5s}}}}
---
{party: b, promises: {get: {latency: {max: 2s}}}}
""",
        ("mismatch contract/cannot-hold", "mismatch timing/caller-gives-up-first"),
    ),
    "a fallback operation just fits": (
        """
{party: shop, promises: {page: {latency: {max: 2s}, needs: [offers/list]}}, assumes: {offers/list: {timeout: 1s, fallback: archive/offers}, archive/offers: {timeout: 2s}}}
---
{party: offers, promises: {list: {latency: {max: 3s}, needs: none}}}
---
{party: archive, promises: {offers: {latency: {max: 1s}, needs: none}}}
""",
        (),
    ),
    "needs one who promises nothing": (
        """
{party: bff, promises: {page: {availability: 99%, needs: [price/get]}}, assumes: {price/get: {timeout: 1s}}}
---
{party: price, promises: {get: {availability: none, latency: {max: 1s}}}}
""",
        ("mismatch contract/cannot-hold",),
    ),
    "made of data whose age nobody promises": (
        """
{party: report, promises: {table: {freshness: 1d, needs: [wh/orders]}}}
---
{party: wh, promises: {orders: {freshness: none}}}
""",
        ("mismatch contract/cannot-hold",),
    ),
    "unlimited need, no wait limit": (
        """
{party: bff, promises: {page: {latency: {max: 3s}, needs: [price/get]}}, assumes: {price/get: {timeout: none}}}
---
{party: price, promises: {get: {latency: {max: none}}}}
""",
        ("mismatch contract/cannot-hold",),
    ),
    "shares multiply to the promise": (
        """
{party: agg, promises: {get: {availability: 99.8%, needs: [a/get, b/get]}}, assumes: {a/get: {timeout: 1s}, b/get: {timeout: 1s}}}
---
{party: a, promises: {get: {availability: 99.9%, latency: {max: 1s}}}}
---
{party: b, promises: {get: {availability: 99.9%, latency: {max: 1s}}}}
""",
        (),
    ),
    "parts of availability side by side": (
        """
{party: agg, promises: {get: {availability: 99.86%, needs: [[a/get, b/get]]}}, assumes: {a/get: {timeout: 1s}, b/get: {timeout: 1s}}}
---
{party: a, promises: {get: {availability: 99.9%, latency: {max: 1s}}}}
---
{party: b, promises: {get: {availability: 99.95%, latency: {max: 1s}}}}
""",
        ("mismatch contract/cannot-hold",),
    ),
    "availability with tries": (
        """
{party: agg, promises: {get: {availability: 99.95%, needs: [a/get]}}, assumes: {a/get: {timeout: {attempt: 1s}, attempts: 3, retry_on: [5xx]}}}
---
{party: a, promises: {get: {at: GET /a, availability: 99.9%, latency: {max: 1s}}}}
""",
        ("conditional contract/cannot-hold",),
    ),
    "asks again after connect only": (
        """
{party: shop, assumes: {payments/charge: {timeout: {attempt: 5s}, attempts: 3, retry_on: [connect]}}}
---
{party: payments, promises: {charge: {latency: {max: 5s}, idempotent: never}}}
""",
        (),
    ),
    "asks again after a harmless status": (
        """
{party: shop, assumes: {payments/charge: {timeout: {attempt: 5s}, attempts: 3, retry_on: ["503"], handles: [5xx]}}}
---
{party: payments, promises: {charge: {latency: {max: 5s}, idempotent: never, errors: {overloaded: {status: 503, effect: none}}}}}
""",
        (),
    ),
    "an error that does not occur is retried": (
        """
{party: shop, assumes: {payments/charge: {sends: {rate: 100/s}, timeout: {attempt: 5s}, attempts: 2, retry_on: ["503"], handles: [any]}}}
---
{party: payments, promises: {charge: {latency: {max: 5s}, accepts: {rate: 100/s}, idempotent: never, errors: {declined: {status: 402}}}}}
""",
        (),
    ),
    "asks again after a whole class": (
        """
{party: shop, assumes: {payments/charge: {timeout: {attempt: 5s}, attempts: 3, retry_on: [5xx], handles: [5xx]}}}
---
{party: payments, promises: {charge: {latency: {max: 5s}, idempotent: never, errors: {overloaded: {status: 503, effect: none}, broken: {status: 500, effect: unknown}}}}}
""",
        ("mismatch errors/repeated-though-maybe-executed",),
    ),
    "asks again after timeout": (
        """
{party: shop, assumes: {payments/charge: {timeout: {attempt: 6s}, attempts: 2, retry_on: [timeout]}}}
---
{party: payments, promises: {charge: {latency: {max: 5s}, idempotent: never}}}
""",
        ("mismatch retries/unsafe-operation-repeated",),
    ),
    "resets are retried": (
        """
{party: shop, assumes: {payments/charge: {timeout: {attempt: 5s}, attempts: 2, retry_on: [reset]}}}
---
{party: payments, promises: {charge: {latency: {max: 5s}, idempotent: never}}}
""",
        ("conditional retries/unsafe-operation-repeated",),
    ),
    "put and delete": (
        """
{party: shop, assumes: {store/put: {timeout: {attempt: 2s}, attempts: 3}, store/remove: {timeout: {attempt: 2s}, attempts: 3, retry_on: [timeout, reset]}}}
---
{party: store, promises: {put: {at: "PUT /things/{id}", latency: {max: 2s}}, remove: {at: "DELETE /things/{id}", latency: {max: 2s}}}}
""",
        (),
    ),
    "key to one who remembers none": (
        """
{party: shop, assumes: {payments/charge: {timeout: {attempt: 6s}, attempts: 2, retry_on: [timeout], idempotency_key: per-request}}}
---
{party: payments, promises: {charge: {latency: {max: 5s}, idempotent: never}}}
""",
        ("mismatch retries/unsafe-operation-repeated",),
    ),
    "key forgotten": (
        """
{party: billing, assumes: {payments/charge: {timeout: {attempt: 5s}, attempts: 3, backoff: 30m, idempotency_key: per-request}}}
---
{party: payments, promises: {charge: {idempotent: {key: K, for: 1h}}}}
""",
        ("mismatch retries/key-forgotten-before-last-try", "unanswered timing/caller-gives-up-first"),
    ),
    "ends before the key": (
        """
{party: billing, assumes: {payments/charge: {timeout: {request: 30m, attempt: 10s}, attempts: 20, backoff: 1m..10m, idempotency_key: per-request, retry_on: [timeout, "503"], handles: [any]}}}
---
{party: payments, promises: {charge: {latency: {max: 5s}, errors: {busy: {status: 503}}, idempotent: {key: K, for: 1h}}}}
""",
        (),
    ),
    "tries carried per minute": (
        """
{party: web, assumes: {shop/order: {sends: {rate: 1200/min}, timeout: {attempt: 1s}, attempts: 3}}}
---
{party: shop, promises: {order: {idempotent: always, accepts: {rate: 60/s}}}}
""",
        ("unanswered timing/caller-gives-up-first",),
    ),
    "two layers, one unit missing": (
        """
{party: web, assumes: {shop/order: {sends: {rate: 20/s}, timeout: {attempt: 1s}, attempts: 3}}}
---
{party: shop, promises: {order: {idempotent: always, needs: [stock/reserve]}}, assumes: {stock/reserve: {timeout: {attempt: 1s}, attempts: 3}}}
---
{party: stock, promises: {reserve: {idempotent: always, accepts: {rate: 179/s}}}}
""",
        (
            "conditional timing/inner-wait-exceeds-outer-budget",
            "mismatch retries/amplification",
            "unanswered capacity/more-sent-than-accepted",
            "unanswered timing/caller-gives-up-first",
        ),
    ),
    "deadline leaves room for two tries": (
        """
{party: web, assumes: {shop/order: {sends: {rate: 20/s}, timeout: {request: 2s, attempt: 1s}, attempts: 5, retry_on: [timeout]}}}
---
{party: shop, promises: {order: {idempotent: always, accepts: {rate: 50/s}}}}
""",
        ("mismatch timing/attempts-cannot-happen", "unanswered timing/caller-gives-up-first"),
    ),
    "connect failures carry no load": (
        """
{party: web, assumes: {shop/order: {sends: {rate: 20/s}, timeout: {attempt: 1s}, attempts: 5, retry_on: [connect]}}}
---
{party: shop, promises: {order: {latency: {max: 1s}, accepts: {rate: 20/s}}}}
""",
        (),
    ),
    "class handled, other not": (
        """
{party: shop, assumes: {payments/charge: {timeout: 5s, handles: [4xx]}}}
---
{party: payments, promises: {charge: {latency: {max: 5s}, errors: {declined: {status: 402}, broken: {status: 500}}}}}
""",
        ("mismatch errors/unhandled-by-consumer",),
    ),
    "one of two codes handled": (
        """
{party: shop, assumes: {payments/charge: {timeout: 5s, handles: ["429"]}}}
---
{party: payments, promises: {charge: {latency: {max: 5s}, errors: {busy: {status: [429, 503]}}}}}
""",
        ("mismatch errors/unhandled-by-consumer",),
    ),
    "failure as 200 under any": (
        """
{party: shop, assumes: {payments/charge: {timeout: 5s, handles: [any]}}}
---
{party: payments, promises: {charge: {latency: {max: 5s}, errors: {declined: {status: 200}}}}}
""",
        ("mismatch errors/failure-looks-like-success",),
    ),
    "failure as 200 by name": (
        """
{party: shop, assumes: {payments/charge: {timeout: 5s, handles: [declined]}}}
---
{party: payments, promises: {charge: {latency: {max: 5s}, errors: {declined: {status: 200}}}}}
""",
        (),
    ),
    "never again, other class": (
        """
{party: shop, assumes: {payments/charge: {timeout: {attempt: 5s}, attempts: 2, retry_on: [5xx], handles: [any]}}}
---
{party: payments, promises: {charge: {latency: {max: 5s}, idempotent: always, errors: {declined: {status: 402, retry: never}, down: {status: 503, effect: none}}}}}
""",
        (),
    ),
    "grpc codes": (
        """
{party: shop, assumes: {payments/charge: {timeout: {attempt: 5s}, attempts: 2, retry_on: [UNAVAILABLE], handles: [UNAVAILABLE, NOT_FOUND]}}}
---
{party: payments, promises: {charge: {latency: {max: 5s}, idempotent: never, errors: {down: {status: UNAVAILABLE, effect: none}, missing: {status: NOT_FOUND, effect: none}}}}}
""",
        (),
    ),
    "errors only in one environment": (
        """
{party: shop, assumes: {payments/charge: {timeout: 5s, handles: [declined]}}}
---
{party: payments, promises: {charge: {latency: {max: 5s}, errors: {declined: {status: 402}}}}}
---
{party: payments, only: {env: staging}, promises: {charge: {errors: {sandbox: {status: 418}}}}}
""",
        ("mismatch errors/unhandled-by-consumer",),
    ),
    "binary over decimal": (
        """
{party: shop, assumes: {files/put: {timeout: 1s, sends: {request_size: 1MiB}}}}
---
{party: files, promises: {put: {latency: {max: 1s}, accepts: {request_size: 1MB}}}}
""",
        ("mismatch capacity/more-sent-than-accepted",),
    ),
    "concurrency adds to the limit": (
        """
{party: a, assumes: {db/query: {timeout: 1s, sends: {concurrency: 30}}}}
---
{party: b, assumes: {db/query: {timeout: 1s, sends: {concurrency: 30}}}}
---
{party: db, promises: {query: {latency: {max: 1s}, accepts: {concurrency: 60}}}}
""",
        (),
    ),
    "third caller in staging only": (
        """
{party: a, assumes: {db/query: {timeout: 1s, sends: {rate: 50/s}}}}
---
{party: b, assumes: {db/query: {timeout: 1s, sends: {rate: 50/s}}}}
---
{party: c, only: {env: staging}, assumes: {db/query: {timeout: 1s, sends: {rate: 50/s}}}}
---
{party: db, promises: {query: {latency: {max: 1s}, accepts: {rate: 100/s}}}}
""",
        ("mismatch capacity/callers-together-exceed",),
    ),
    "callers of two environments do not add up": (
        """
{party: a, only: {env: production}, assumes: {db/query: {timeout: 1s, sends: {rate: 60/s}}}}
---
{party: b, only: {env: staging}, assumes: {db/query: {timeout: 1s, sends: {rate: 60/s}}}}
---
{party: db, promises: {query: {latency: {max: 1s}, accepts: {rate: 100/s}}}}
""",
        (),
    ),
    "needed until before that": (
        """
{party: shop, assumes: {files/put: {timeout: 1s, until: 2026-12-01, sends: {rows: {now: 900, as_of: 2026-09-01, grows: 10/1d}}}}}
---
{party: files, promises: {put: {latency: {max: 1s}, sunset: none, accepts: {rows: 2000}}}}
""",
        (),
    ),
    "growth with an end": (
        """
{party: shop, assumes: {files/put: {timeout: 1s, sends: {rows: {now: 900, max: 2000, as_of: 2026-09-01, grows: 10/1d}}}}}
---
{party: files, promises: {put: {latency: {max: 1s}, accepts: {rows: 2000}}}}
""",
        (),
    ),
    "message too large for the receiver": (
        """
{party: shop, assumes: {orders/publish: {timeout: 1s, sends: {request_size: 200KiB}}}}
---
{party: billing, assumes: {orders/to-billing: {accepts: {request_size: 128KiB}, work: {max: 1s}}}}
---
{party: orders, kind: queue, promises: {publish: {latency: {max: 1s}, accepts: {request_size: 256KiB}}, to-billing: {delivery: at-least-once}}}
""",
        ("mismatch capacity/receiver-cannot-take",),
    ),
    "average above the receiver": (
        """
{party: shop, assumes: {orders/publish: {timeout: 1s, sends: {rate: 40/s}}}}
---
{party: billing, assumes: {orders/to-billing: {accepts: {rate: 30/s}, work: {max: 1s}}}}
---
{party: orders, kind: queue, promises: {publish: {latency: {max: 1s}, accepts: {rate: 60/s}}, to-billing: {delivery: at-least-once}}}
""",
        ("conditional capacity/receiver-cannot-take",),
    ),
    "longer window": (
        """
{party: web, assumes: {search/query: {timeout: 1s, availability: 99.9%, over: 30d}}}
---
{party: search, promises: {query: {latency: {max: 1s}, availability: 99.9%, over: 90d}}}
""",
        ("unanswered contract/counts-on-more-than-promised",),
    ),
    "stronger percentile": (
        """
{party: web, assumes: {search/query: {timeout: 1s, latency: {p99: 300ms}}, search/list: {timeout: 1s, latency: {p99: 300ms}}}}
---
{party: search, promises: {query: {latency: {p99.9: 300ms, max: 1s}}, list: {latency: {max: 250ms}}}}
""",
        (),
    ),
    "delivered once at most": (
        """
{party: a, assumes: {q/to-a: {delivery: at-most-once}}}
---
{party: b, assumes: {q/to-b: {delivery: at-most-once}}}
---
{party: q, kind: queue, promises: {to-a: {delivery: exactly-once}, to-b: {delivery: at-least-once}}}
""",
        ("mismatch contract/counts-on-more-than-promised",),
    ),
    "needed until the last day": (
        """
{party: b, assumes: {p/charge: {timeout: 1s, until: 2027-03-31}}}
---
{party: p, promises: {charge: {latency: {max: 1s}, sunset: 2027-03-31, instead: p/charge2}, charge2: {latency: {max: 1s}}}}
""",
        (),
    ),
    "summer time": (
        """
{party: a, assumes: {p/charge: {timeout: 1s, hours: "Mon-Fri 08:00-16:00 UTC"}}}
---
{party: p, promises: {charge: {latency: {max: 1s}, hours: "Mon-Fri 09:00-17:00 Europe/Berlin"}}}
""",
        ("mismatch people/counted-on-outside-hours",),
    ),
    "holiday on a Sunday": (
        """
{party: a, assumes: {p/charge: {timeout: 1s, hours: "Mon-Fri 09:00-17:00 Europe/Berlin"}}}
---
{party: p, promises: {charge: {latency: {max: 1s}, hours: ["Mon-Fri 08:00-18:00 Europe/Berlin", "except 2026-12-27"]}}}
""",
        (),
    ),
    "ready in both seasons": (
        """
{party: r, assumes: {wh/t: {ready_by: "daily 05:00 UTC"}}}
---
{party: wh, promises: {t: {ready_by: "daily 06:00 Europe/Berlin"}}}
""",
        (),
    ),
    "spread as long as the signal": (
        """
{party: p, assumes: {f/file: {fallback: none}}}
---
{party: f, promises: {file: {spread: 10m, detect: {by: E, within: 10m}}}}
""",
        (),
    ),
    "slow in staging only": (
        """
{party: checkout, assumes: {payments/charge: {timeout: 2s}}}
---
{party: payments, only: {env: staging}, promises: {charge: {latency: {max: 5s}}}}
---
{party: payments, only: {env: production}, promises: {charge: {latency: {max: 1s}}}}
""",
        ("mismatch timing/caller-gives-up-first",),
    ),
    "different environments": (
        """
{party: checkout, only: {env: production}, assumes: {payments/charge: {timeout: 2s}}}
---
{party: payments, only: {env: staging}, promises: {charge: {latency: {max: 5s}}}}
""",
        ("unanswered timing/caller-gives-up-first",),
    ),
    "each environment fits": (
        """
{party: checkout, only: {env: production}, assumes: {payments/charge: {timeout: 2s}}}
---
{party: checkout, only: {env: staging}, assumes: {payments/charge: {timeout: 10s}}}
---
{party: payments, only: {env: staging}, promises: {charge: {latency: {max: 5s}}}}
---
{party: payments, only: {env: production}, promises: {charge: {latency: {max: 2s}}}}
""",
        (),
    ),
    "old caller meets new provider": (
        """
{party: checkout, assumes: {payments/charge: {timeout: 2s}}}
---
{party: checkout, only: {version: v2}, assumes: {payments/charge: {timeout: 6s}}}
---
{party: payments, promises: {charge: {latency: {max: 1s}}}}
---
{party: payments, only: {version: v2}, promises: {charge: {latency: {max: 5s}}}}
""",
        ("mismatch timing/caller-gives-up-first",),
    ),
    "caller's any meets each": (
        """
{party: checkout, assumes: {payments: {timeout: 2s}, payments/charge: {timeout: 5s}}}
---
{party: payments, promises: {charge: {latency: {max: 5s}}, refund: {latency: {max: 3s}}}}
""",
        ("mismatch timing/caller-gives-up-first",),
    ),
    "named overrides any": (
        """
{party: checkout, assumes: {payments/charge: {timeout: 2s}}}
---
{party: payments, promises: {any: {latency: {max: 5s}}, charge: {latency: {max: 2s}}}}
""",
        (),
    ),
    "fallback on the same database": (
        """
{party: shop, assumes: {offers/list: {timeout: 1s, fallback: archive/offers}}}
---
{party: offers, promises: {list: {latency: {max: 1s}, needs: [db/read]}}}
---
{party: archive, promises: {offers: {latency: {max: 1s}, needs: [db/read]}}}
""",
        ("mismatch contract/recovery-needs-what-failed", "unanswered contract/cannot-hold"),
    ),
    "queue needed": (
        """
{party: shop, assumes: {orders/publish: {timeout: 1s, sends: {rate: 40/s, request_size: 20KiB}}}}
---
{party: orders, kind: queue, promises: {publish: {latency: {max: 1s}, accepts: {rate: 60/s, request_size: 256KiB}}, to-billing: {delivery: at-least-once, order: per-key, retention: 4d, timeout: {attempt: 5m}, attempts: 5}}}
---
{party: billing, assumes: {orders/to-billing: {work: {max: 1m}, order: per-key, retention: 4d, accepts: {rate: 60/s, request_size: 1MiB}, idempotent: always}}}
""",
        (),
    ),
}


def _facts(text: str) -> list[Fact]:
    read = list(read_text(text, "tests", "accord.yaml"))
    facts = [item for item in read if isinstance(item, Fact)]
    assert len(facts) == len(read)
    return facts


def _found(title: str, verdict: Verdict) -> list[Finding]:
    return [each for each in check(_facts(SETS[title][0]), as_of=AS_OF).findings if each.verdict is verdict]


@pytest.mark.parametrize(("text", "expected"), SETS.values(), ids=SETS)
def test_a_contract_set_gives_what_it_must_and_nothing_else(text: str, expected: tuple[str, ...]) -> None:
    facts = _facts(text)
    assert refused_witnesses(joined(facts, AS_OF)[0]) == []
    found = [each for each in check(facts, as_of=AS_OF).findings if each.rule not in STANDING]
    assert {f"{each.verdict.value} {each.rule}" for each in found} == set(expected)


def test_calls_waited_for_one_after_the_other_are_all_named() -> None:
    [found] = _found("one after the other does not", Verdict.MISMATCH)
    assert found.message == "page waits 3s; agg may wait 4s for a/get and b/get"
    assert [each.says for each in found.statements] == [
        "page gives up after 3s",
        "agg waits for a/get up to 2s",
        "a may answer after 2s",
        "agg waits for b/get up to 2s",
        "b may answer after 2s",
    ]


def test_only_the_codes_that_are_not_handled_are_shown() -> None:
    [found] = _found("one of two codes handled", Verdict.MISMATCH)
    assert [each.says for each in found.statements] == ["shop has an answer for 429", "payments may answer busy (503)"]


def test_an_environment_that_nobody_names_asks_nothing_of_a_party_that_names_its_own() -> None:
    scopes = {each.scope for each in _found("slow in staging only", Verdict.MISMATCH)}
    assert scopes == {(("env", "staging"),)}
    assert not [each for each in _found("slow in staging only", Verdict.UNANSWERED) if each.rule not in STANDING]


def test_tries_without_time_to_begin_put_no_load_on_anybody() -> None:
    text, _ = SETS["deadline leaves room for two tries"]
    more = check(_facts(text.replace("50/s", "39/s")), as_of=AS_OF).findings
    assert [each.message for each in more if each.rule == "retries/amplification"] == [
        "20/s x 2 = 40 calls a second at shop/order, which accepts 39/s"
    ]


def test_an_error_that_must_not_be_asked_again_is_not_said_to_leave_something_done() -> None:
    text = SETS["never again, other class"][0].replace("retry_on: [5xx]", "retry_on: [any]")
    [found] = [each for each in check(_facts(text), as_of=AS_OF).findings if each.verdict is Verdict.MISMATCH]
    assert [move.do for move in found.moves] == [
        "not ask again after declined",
        "allow that it is asked again after declined",
    ]
