"""Promise that cannot hold.

A party promises more than its own other statements allow, or more than what it needs promises it. Each promise was
right by itself: the sum was never made. Times of calls made one after the other add up, of calls made side by side the
longest counts, each as far as the party itself waits for it; availabilities multiply; data is at least as old as what
it is made from. Availability and age leave out a need with a fallback; of time it takes its own, and where it is given
up on, what its fallback takes, if that is an operation.

## Example
```yaml file=checkout/accord.yaml
party: checkout
promises:
  order:
    latency: {max: 4s}     # finding: mismatch
    availability: 99.95%   # finding: mismatch
    needs: [payments/charge, [stock/reserve, offers/list]]
```
```yaml file=others/accord.yaml
party: payments
promises: {charge: {latency: {max: 3s}, availability: 99.9%}}
---
party: stock
promises: {reserve: {latency: {max: 2s}, availability: 99.99%}}
---
party: offers
promises: {list: {latency: {max: 1s}, availability: 99.99%}}
```
### A fallback that takes its time too
```yaml file=shop/accord.yaml
party: shop
promises:
  page:
    latency: {max: 2s}  # finding: mismatch
    needs: [offers/list]
assumes: {offers/list: {timeout: 1s, fallback: archive/offers}}
---
party: offers
promises: {list: {latency: {max: 3s}}}
---
party: archive
promises: {offers: {latency: {max: 1500ms}}}
```
### Its own statements
```yaml file=search/accord.yaml
party: search
promises:
  export: {detect: {by: ExportLate, within: 2h}, recover: {within: 1h, from: failure}}  # finding: mismatch
```
### Data older than promised
```yaml file=report/accord.yaml
party: report
promises:
  table:
    freshness: 6h   # finding: mismatch
    needs: [warehouse/orders]
---
party: warehouse
promises: {orders: {freshness: 1d}}
```

## Not a gap
The slow part is cut by a wait of its own, and a part with a fallback may fail:
```yaml file=checkout/accord.yaml
party: checkout
promises:
  order: {latency: {max: 4s}, availability: 99.9%, needs: [payments/charge, offers/list]}
assumes:
  payments/charge: {timeout: 3s}
  offers/list: {timeout: 1s, fallback: an empty list}
---
party: payments
promises: {charge: {latency: {max: 3s}, availability: 99.9%}}
---
party: offers
promises: {list: {latency: {max: 8s}, availability: 95%}}
```

## Unanswered
```yaml file=checkout/accord.yaml
party: checkout
promises:
  order:
    latency: {max: 4s}    # finding: unanswered
    availability: 99.9%   # finding: unanswered
    needs: [payments/charge, stock/reserve]  # finding: conditional
  refund:
    availability: 99.99%  # finding: conditional
    needs: [payments/refund]
assumes: {payments/refund: {attempts: 3, timeout: {attempt: 1s}}}
---
party: payments
promises: {charge: {latency: {max: 3s}, availability: 99.95%, sunset: 2027-03-31}, refund: {availability: 99.9%}}
---
party: stock
promises: {reserve: {at: POST /reservations}}
```

### Two figures of which one says nothing
```yaml file=search/accord.yaml
party: search
promises: {query: {latency: {p99: 800ms, p99.9: 2s, max: 1s}}}  # finding: unanswered
```

## What to do
The party: promise what the sum leaves, wait less for a part, or say what happens instead when it fails (`fallback`).
The party it needs: promise more.

## References
- The Calculus of Service Availability, ACM Queue 15(2), 2017
- RFC 8594, The Sunset HTTP Header Field
"""

from collections.abc import Iterator

from msgspec.structs import replace

from accord.boundaries.calls.evidence import side_by_side
from accord.boundaries.join.system import Boundary
from accord.boundaries.reliance.questions import first_caller
from accord.boundaries.reliance.shortfall import Shortfall, shortfalls
from accord.model.fact import Fact
from accord.model.finding import Change, Finding, Move, Question, Statement, Verdict

READS = (
    "latency", "availability", "freshness", "needs", "fallback", "timeout", "attempts", "backoff", "retry_on", "recover", "detect", "sunset",
)  # fmt: skip
ALIKE = (
    *(family for family in READS if family not in ("recover", "detect")),
    "recover.within",
    "recover.from",
    "detect.within",
)
_SAYS = {
    "latency.max": "promises to answer within {}",
    "availability": "promises to be available {} of the time",
    "freshness": "promises data at most {} old",
    "recover.within": "promises to recover within {}",
    "sunset": "promises it until {}",
    "needs": "needs {}",
}


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds each promise of an operation against the statements under it, once for all its callers."""
    if first_caller(boundary):
        for short in shortfalls(boundary):
            yield _finding(boundary, short)


def _finding(boundary: Boundary, short: Shortfall) -> Finding:
    promise = short.promise
    own = Statement(promise, f"{promise.says} {_says(promise)}")
    statements = (own, *(Statement(fact, f"{fact.says} {does}") for fact, does in short.sayings))
    mismatch = short.verdict is Verdict.MISMATCH
    return Finding(
        short.verdict,
        short.message,
        statements,
        "",
        boundary.provider,
        boundary.operation,
        condition=short.condition,
        witness=side_by_side("promise-rests-on-promises", short.sayings, (promise,), short.follows)
        if mismatch
        else None,
        questions=tuple(Question(*missing) for missing in short.missing),
        moves=_moves(boundary, short) if mismatch else (),
    )


def _says(promise: Fact) -> str:
    return _SAYS.get(promise.term, "promises " + promise.term.removeprefix("latency.") + " within {}").format(
        promise.text
    )


def _moves(boundary: Boundary, short: Shortfall) -> tuple[Move, ...]:
    """The party can promise what holds; whether another part can promise more depends on all of them."""
    if short.holds is None:
        return ()
    value, text = short.holds
    word = "no more than" if short.promise.term == "availability" else "at most"
    change = Change(short.promise, replace(short.promise, value=value, text=text))
    return (Move(boundary.provider, f"promise {word} {text}", (change,)),)
