"""True stories of calls, tries, effects, loads and errors."""

from __future__ import annotations

from accord.model.duration import SECOND
from accord.model.fact import Fact, Layer, Stance
from accord.model.place import Place

from .stories import Story

PAYMENTS = """
party: checkout
assumes:
  payments/charge: {timeout: {attempt: 2s}, attempts: 3, backoff: 1s..3s, idempotency_key: per-request}
---
party: payments
promises:
  charge: {latency: {max: 5s}, idempotent: never}
"""

CHAIN = """
party: page
assumes: {reviews/get: {timeout: {attempt: 3s}, attempts: 2}}
---
party: reviews
promises: {get: {needs: [ratings/get]}}
assumes: {ratings/get: {timeout: {attempt: 10s}}}
---
party: ratings
promises: {get: {latency: {max: 1s}}}
"""
HELD_BACK = Fact(
    "mesh",
    Stance.PROMISES,
    "",
    "ratings",
    "get",
    "latency.injected",
    7 * SECOND,
    "7s",
    Place("story", "delay.yaml", 17, 9),
    Layer.SIDECAR,
)


def _limit(line: int) -> Fact:
    """What a mesh says in this line of how long it waits for any call of reviews: as many seconds."""
    who, place = ("", "kubernetes:shop/reviews", "any"), Place("story", "mesh.yaml", line, 1)
    value = (line * SECOND, f"{line}s", place, Layer.SIDECAR)
    return Fact("istio", Stance.ASSUMES, *who, "timeout.request", *value)


STORIES: dict[str, Story] = {
    "an answer after the caller left": Story(
        "asker-learns-outcome",
        PAYMENTS,
        """
        0s checkout calls payments/charge #1 by checkout>payments/charge attempts
        2s checkout gives-up payments/charge #1 by checkout>payments/charge timeout.attempt
        3s checkout calls payments/charge #2 by checkout>payments/charge backoff
        5s payments answers payments/charge #1 by payments/charge latency.max
        5s checkout gives-up payments/charge #2 by checkout>payments/charge timeout.attempt
        6s checkout calls payments/charge #3 by checkout>payments/charge backoff
        8s payments answers payments/charge #2 by payments/charge latency.max
        8s checkout gives-up payments/charge #3 by checkout>payments/charge timeout.attempt
        8s checkout fails payments/charge #3
        11s payments answers payments/charge #3 by payments/charge latency.max
        11s - concludes payments/charge
        """,
    ),
    "a chain that is held back": Story(
        "asker-learns-outcome",
        CHAIN,
        """
        0s page calls reviews/get #1 by page>reviews/get attempts
        0s reviews calls ratings/get #1 x1 by reviews/get needs
        0s mesh waits ratings/get #1 x1 by ratings/get latency.injected
        3s page gives-up reviews/get #1 by page>reviews/get timeout.attempt
        3s page calls reviews/get #2 by page>reviews/get timeout.attempt
        3s reviews calls ratings/get #1 x2 by reviews>ratings/get timeout.attempt
        3s mesh waits ratings/get #1 x2 by ratings/get latency.injected
        6s page gives-up reviews/get #2 by page>reviews/get timeout.attempt
        6s page fails reviews/get
        8s ratings answers ratings/get #1 x1 by ratings/get latency.max
        8s reviews answers reviews/get #1 by reviews/get needs
        11s ratings answers ratings/get #1 x2 by ratings/get latency.max
        11s reviews answers reviews/get #2 by reviews/get needs
        11s - concludes reviews/get
        """,
        more=(HELD_BACK,),
    ),
    "a provider whose own waiting outlasts its caller": Story(
        "asker-learns-outcome",
        """
        party: shop
        assumes: {orders/place: {timeout: {request: 4s}}}
        ---
        party: orders
        promises: {place: {needs: [[stock/reserve, offers/list], bank/pay]}}
        assumes:
          bank/pay: {timeout: {attempt: 2s}, attempts: 2, backoff: 1s}
        ---
        party: stock
        promises: {reserve: {latency: {max: 1s}}}
        ---
        party: bank
        promises: {pay: {latency: {max: 6s}}}
        """.replace("\n        ", "\n"),
        """
        0s shop calls orders/place #1 by shop>orders/place timeout.request
        0s orders calls stock/reserve #1 by orders/place needs
        1s stock answers stock/reserve #1 by stock/reserve latency.max
        1s orders calls bank/pay #1 by orders/place needs
        3s orders gives-up bank/pay #1 by orders>bank/pay timeout.attempt
        4s shop gives-up orders/place #1 by shop>orders/place timeout.request
        4s orders calls bank/pay #2 by orders>bank/pay attempts
        6s orders gives-up bank/pay #2 by orders>bank/pay timeout.attempt
        6s orders answers orders/place #1 by orders/place needs
        6s - concludes
        """,
        ("orders>bank/pay backoff",),
    ),
    "a message put back after its key was forgotten": Story(
        "key-outlives-message",
        """
        party: orders
        kind: queue
        promises: {to-billing: {delivery: at-least-once, dead_letter: dead/read, attempts: 5}}
        ---
        party: dead
        kind: queue
        promises: {read: {retention: 14d}}
        ---
        party: billing
        assumes: {orders/to-billing: {idempotent: {key: order_id, for: 7d}}}
        """.replace("\n        ", "\n"),
        """
        0s billing states orders/to-billing by billing>orders/to-billing idempotent
        0s orders states orders/to-billing by orders/to-billing dead_letter
        0s dead states dead/read by dead/read retention
        0s - concludes
        """,
        ("billing>orders/to-billing idempotent",),
    ),
    "the last message of a batch, delivered again before it is done": Story(
        "asker-learns-outcome",
        """
        party: orders
        kind: queue
        promises: {to-billing: {delivery: at-least-once, timeout: {attempt: 30s}, attempts: 5}}
        ---
        party: billing
        assumes: {orders/to-billing: {work: {max: 8s}, accepts: {batch: 10}}}
        """.replace("\n        ", "\n"),
        """
        0s orders calls orders/to-billing #1 by orders/to-billing timeout.attempt
        30s orders gives-up orders/to-billing #1 by orders/to-billing timeout.attempt
        30s orders calls orders/to-billing #2 by orders/to-billing attempts
        1m20s billing answers orders/to-billing #1 by billing>orders/to-billing work.max
        1m20s - concludes
        """,
        ("billing>orders/to-billing accepts.batch",),
    ),
    "a message delivered again while it is worked on": Story(
        "effect-once",
        """
        party: orders
        kind: queue
        promises: {to-billing: {timeout: {attempt: 30s}, attempts: 5}}
        ---
        party: billing
        assumes: {orders/to-billing: {work: {max: 40s}, idempotent: never}}
        """.replace("\n        ", "\n"),
        """
        0s orders calls orders/to-billing #1 by orders/to-billing attempts
        30s orders gives-up orders/to-billing #1 by orders/to-billing timeout.attempt
        30s orders calls orders/to-billing #2 by orders/to-billing attempts
        40s billing acts orders/to-billing #1 by billing>orders/to-billing work.max
        40s billing answers orders/to-billing #1 by billing>orders/to-billing work.max
        70s billing acts orders/to-billing #2 by billing>orders/to-billing work.max
        70s - concludes orders/to-billing
        """.replace("70s", "1m10s"),
        ("billing>orders/to-billing idempotent",),
    ),
    "a repeat that acts again": Story(
        "effect-once",
        PAYMENTS,
        """
        0s checkout calls payments/charge #1 by checkout>payments/charge attempts
        0s payments acts payments/charge #1 by payments/charge idempotent
        2s checkout gives-up payments/charge #1 by checkout>payments/charge timeout.attempt
        3s checkout calls payments/charge #2 by checkout>payments/charge backoff
        3s payments acts payments/charge #2 by payments/charge idempotent
        3s - concludes
        """,
    ),
    "a key that is forgotten": Story(
        "effect-once",
        PAYMENTS.replace("never", "{key: id, for: 6s}"),
        """
        0s checkout calls payments/charge #1 by checkout>payments/charge attempts
        2s checkout gives-up payments/charge #1 by checkout>payments/charge timeout.attempt
        3s checkout calls payments/charge #2 by checkout>payments/charge backoff
        5s payments acts payments/charge #1 by payments/charge latency.max
        5s checkout gives-up payments/charge #2 by checkout>payments/charge timeout.attempt
        6s checkout calls payments/charge #3 by checkout>payments/charge backoff
        11s payments acts payments/charge #3 by payments/charge latency.max
        11s - concludes payments/charge
        """,
        ("payments/charge idempotent", "checkout>payments/charge idempotency_key"),
    ),
    "a key that is forgotten while a pause grows": Story(
        "effect-once",
        PAYMENTS.replace("never", "{key: id, for: 10s}"),
        """
        0s checkout calls payments/charge #1 by checkout>payments/charge attempts
        0s payments acts payments/charge #1 by payments/charge idempotent
        2s checkout gives-up payments/charge #1 by checkout>payments/charge timeout.attempt
        5s checkout calls payments/charge #2 by checkout>payments/charge backoff
        7s checkout gives-up payments/charge #2 by checkout>payments/charge timeout.attempt
        10s checkout calls payments/charge #3 by checkout>payments/charge backoff
        10s payments acts payments/charge #3 by payments/charge idempotent
        10s - concludes payments/charge
        """,
    ),
    "tries that cannot all happen": Story(
        "tries-happen",
        "{party: web, assumes: {search/query: {timeout: {attempt: 3s, request: 5s}, attempts: 3}}}",
        """
        0s web calls search/query #1 by web>search/query attempts
        3s web gives-up search/query #1 by web>search/query timeout.attempt
        3s web calls search/query #2 by web>search/query attempts
        5s web gives-up search/query #2 by web>search/query timeout.request
        5s web fails search/query #2
        5s - concludes search/query
        """,
    ),
    "one try takes all the time of the request": Story(
        "tries-happen",
        "{party: web, assumes: {search/query: {timeout: {attempt: none, request: 5s}, attempts: 3, retry_on: [timeout]}}}",
        """
        0s web calls search/query #1 by web>search/query attempts
        5s web gives-up search/query #1 by web>search/query timeout.request
        5s web fails search/query #1
        5s - concludes search/query
        """,
        expects=("web>search/query timeout.attempt", "web>search/query retry_on"),
    ),
    "a first byte after the caller left": Story(
        "asker-learns-outcome",
        """
        party: web
        assumes: {search/query: {timeout: {idle: 3s}}}
        ---
        party: search
        promises: {query: {silence: 4s}}
        """.replace("\n        ", "\n"),
        """
        0s web calls search/query #1 by web>search/query timeout.idle
        3s web gives-up search/query #1 by web>search/query timeout.idle
        4s search answers search/query #1 by search/query silence
        4s - concludes search/query
        """,
    ),
    "a connection that the other side closes first": Story(
        "connection-open-when-used",
        """
        party: web
        assumes: {search/query: {keep_alive: 60s, attempts: 1}}
        ---
        party: search
        promises: {query: {keep_alive: 5s}}
        """.replace("\n        ", "\n"),
        """
        0s search states search/query by search/query keep_alive
        0s web states search/query by web>search/query keep_alive
        0s - concludes search/query
        """,
        expects=("web>search/query attempts",),
    ),
    "more calls than further tries at once": Story(
        "tries-not-cancelled",
        "{party: web, assumes: {search/query: {attempts: 3, retry_on: [any], retries: {concurrent: 3}, sends: {concurrency: 50}}}}",
        """
        0s web states search/query by web>search/query retries.concurrent
        0s web states search/query by web>search/query attempts
        0s web states search/query by web>search/query sends.concurrency
        0s - concludes search/query
        """,
    ),
    "more load than is accepted": Story(
        "load-carried",
        """
        party: web
        assumes: {shop/order: {attempts: 3, sends: {rate: 20/s}}}
        ---
        party: shop
        promises: {order: {needs: [stock/reserve]}}
        assumes: {stock/reserve: {attempts: 3}}
        ---
        party: stock
        promises: {reserve: {accepts: {rate: 100/s}}}
        """.replace("\n        ", "\n"),
        """
        0s web states shop/order by web>shop/order sends.rate
        0s web multiplies shop/order x3 by web>shop/order attempts
        0s shop multiplies stock/reserve x3 by shop>stock/reserve attempts
        0s stock loads stock/reserve x180 by stock/reserve accepts.rate
        0s - concludes
        """,
        ("shop/order needs",),
    ),
    "more load than is accepted behind a call that is made once": Story(
        "load-carried",
        """
        party: web
        assumes: {shop/order: {attempts: 3, sends: {rate: 20/s}}}
        ---
        party: shop
        promises: {order: {needs: [stock/reserve]}}
        assumes: {stock/reserve: {attempts: 3}}
        ---
        party: stock
        promises: {reserve: {accepts: {rate: 50/s}}}
        """.replace("\n        ", "\n"),
        """
        0s web states shop/order by web>shop/order sends.rate
        0s web multiplies shop/order x1 by web>shop/order attempts
        0s shop multiplies stock/reserve x3 by shop>stock/reserve attempts
        0s stock loads stock/reserve x60 by stock/reserve accepts.rate
        0s - concludes
        """,
        ("shop/order needs",),
    ),
    "an error nobody understands": Story(
        "error-understood",
        """
        party: web
        assumes: {search/query: {handles: [throttled, 503], timeout: 2s}}
        ---
        party: search
        promises: {query: {errors: {throttled: {status: 429}, broken: {status: [500, 503]}}}}
        """.replace("\n        ", "\n"),
        """
        0s web calls search/query #1 by web>search/query timeout.request
        0s search answers search/query #1 by search/query errors.broken
        0s web states search/query by web>search/query handles
        0s - concludes search/query
        """,
    ),
    "a failure that looks like a success": Story(
        "failure-recognised",
        """
        party: reviews
        assumes: {ratings/get: {handles: [timeout]}}
        ---
        party: ratings
        promises: {get: {errors: {no-database: {status: 200, effect: none}}}}
        """.replace("\n        ", "\n"),
        """
        0s ratings states ratings/get by ratings/get errors.no-database
        0s reviews states ratings/get by reviews>ratings/get handles
        0s - concludes ratings/get
        """,
    ),
    "an error that must not be asked again": Story(
        "error-not-repeated",
        """
        party: web
        assumes: {search/query: {retry_on: [5xx], attempts: 2}}
        ---
        party: search
        promises: {query: {errors: {broken: {status: 500, effect: unknown}}}}
        """.replace("\n        ", "\n"),
        """
        0s search states search/query by search/query errors.broken
        0s web states search/query by web>search/query retry_on
        0s - concludes
        """,
    ),
    "one limit with two values": Story(
        "one-value-holds",
        "party: page\n",
        """
        0s istio states kubernetes:shop/reviews/any by kubernetes:shop/reviews/any timeout.request@5
        0s istio states kubernetes:shop/reviews/any by kubernetes:shop/reviews/any timeout.request@10
        0s - concludes kubernetes:shop/reviews/any
        """,
        more=(_limit(5), _limit(10)),
    ),
}
