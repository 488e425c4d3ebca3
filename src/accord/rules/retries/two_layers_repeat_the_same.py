"""Two layers repeat the same.

A library asks again after 503, and so does the proxy in front of it; or a service asks again after what the service that
it calls already asked again for. Neither layer can see the other: who wrote the library counted to three, who configured
the mesh counted to three, and the provider gets nine calls for one request, just when it is in trouble.

Certain is only what both lists name: there the tries of the one are made for each try of the other. Where the load is
stated, it is held against what the provider accepts; otherwise the number is told.

## Example
```yaml file=shop/accord.yaml
party: shop
assumes:
  stock/reserve:
    attempts: 3  # finding: conditional
    retry_on: ["503"]
---
party: stock
names: {kubernetes: shop/stock}
promises:
  reserve: {at: POST /reserve, idempotent: always}
```
```yaml file=mesh/route.yaml
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: stock, namespace: shop}
spec:
  hosts: [stock]
  http: [{retries: {attempts: 2, retryOn: 5xx}, route: [{destination: {host: stock}}]}]
```
### More than the provider accepts
```yaml file=shop/accord.yaml
party: shop
assumes:
  stock/reserve:
    sends: {rate: 20/s}
    attempts: 3  # finding: mismatch
    retry_on: ["503"]
---
party: stock
names: {kubernetes: shop/stock}
promises:
  reserve: {at: POST /reserve, idempotent: always, accepts: {rate: 100/s}}
```
```yaml file=mesh/route.yaml
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: stock, namespace: shop}
spec:
  hosts: [stock]
  http: [{retries: {attempts: 2, retryOn: 5xx}, route: [{destination: {host: stock}}]}]
```
### Of one call after the other
```yaml file=web/accord.yaml
party: web
assumes:
  shop/order: {attempts: 2, retry_on: ["503"]}
---
party: shop
promises: {order: {needs: [stock/reserve]}}
assumes:
  stock/reserve:
    attempts: 3  # finding: conditional
    retry_on: ["503"]
---
party: stock
promises: {reserve: {idempotent: always}}
```

## Not a gap
The two lists have no answer in common:
```yaml file=shop/accord.yaml
party: shop
assumes:
  stock/reserve: {attempts: 3, retry_on: ["429"]}
---
party: stock
names: {kubernetes: shop/stock}
promises:
  reserve: {at: POST /reserve, idempotent: always}
```
```yaml file=mesh/route.yaml
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: stock, namespace: shop}
spec:
  hosts: [stock]
  http: [{retries: {attempts: 2, retryOn: 5xx}, route: [{destination: {host: stock}}]}]
```

## Unanswered
A layer that does not say after what it asks again is left to the other rules on retries:
```yaml file=web/accord.yaml
party: web
assumes:
  shop/order: {attempts: 2}
---
party: shop
promises: {order: {needs: [stock/reserve]}}
assumes:
  stock/reserve: {attempts: 3, retry_on: ["503"]}
---
party: stock
promises: {reserve: {idempotent: always}}
```

## What to do
The callers: ask again at one layer only, or after different answers. The provider: accept what the tries come to.

## References
- Site Reliability Engineering, chapter 22: retries at several layers
"""

from collections.abc import Iterator
from itertools import pairwise

from accord.boundaries.calls import layered
from accord.boundaries.calls.paths import held_down, paths, per_second, too_many
from accord.boundaries.calls.wording import asks_so_often, caller, exchanged
from accord.boundaries.join.calling import calls_of
from accord.boundaries.join.system import Boundary
from accord.model.amount import Amount
from accord.model.fact import ANY, Fact
from accord.model.finding import Finding, Move, Statement, Verdict
from accord.model.subject import operation_of, provider_of

READS = ("attempts", "retries", "retry_on", "sends", "accepts", "needs")
NEEDS = ("attempts", "retry_on")
ALIKE = True


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds the layers of this call against each other, and the innermost against those of the calls behind it."""
    layers = layered.repeating(boundary)
    if not layers or layered.unwritten(layers):
        return
    for outer, inner in pairwise(layers):
        shared = layered.shared_answers(outer.again, inner.again)
        if shared:
            yield from _of_one_call(boundary, [outer, inner], shared)
            break
    needs = boundary.promised.get("needs")
    if needs is not None:
        for call in dict.fromkeys(calls_of(needs)):
            key = (boundary.provider, provider_of(call), operation_of(call) or ANY)
            yield from _of_a_call_behind(boundary, layers[-1], boundary.system.boundary(key, boundary.view), needs)


def _of_one_call(boundary: Boundary, layers: list[layered.Repeating], shared: tuple[str, ...]) -> Iterator[Finding]:
    sends, accepts = boundary.assumed.get("sends.rate"), boundary.promised.get("accepts.rate")
    total = None if any(held_down(boundary, one.tries) for one in layers) else layered.product_of(layers)
    message = f"{layered.listed(shared)} is tried again by two layers: {layered.in_numbers(layers)} of {boundary.subject} for one request"
    statements = tuple(_layer(boundary, layer) for layer in layers)
    known = [fact for fact in (sends, accepts) if fact is not None and isinstance(fact.value, Amount)]
    if total is None or len(known) < 2 or len({fact.value.dimension for fact in known}) > 1:
        condition = f"holds only while {boundary.provider} carries that many"
        yield Finding(Verdict.CONDITIONAL, message, statements, *boundary.key, condition=condition)
        return
    sends, accepts = known
    load = sends.value.value * total
    if (
        load <= accepts.value.value
        or sends.value.value * layers[0].tries.value > accepts.value.value
        or not boundary.consumer
    ):
        return
    stated = Statement(accepts, f"{boundary.provider} accepts {accepts.text}")
    message += f": {per_second(load)} a second, {accepts.text} are accepted"
    yield Finding(
        Verdict.MISMATCH, message, (*statements, stated), *boundary.key,
        witness=too_many(boundary, [layer.tries for layer in layers], sends, accepts), moves=_moves(boundary, layers),
    )  # fmt: skip


def _of_a_call_behind(above: Boundary, outer: layered.Repeating, boundary: Boundary, link: Fact) -> Iterator[Finding]:
    """Told only where no path states what is sent: there the whole path is multiplied out elsewhere."""
    layers = layered.repeating(boundary)
    shared = layered.shared_answers(outer.again, layers[0].again) if layers else ()
    if not shared or outer.tries == layers[0].tries or next(paths(boundary), None) is not None:
        return
    both = [outer, layers[0]]
    message = f"{layered.listed(shared)} is tried again on both calls: {layered.in_numbers(both)} of {boundary.subject} for one request"
    needing = Statement(link, f"{link.subject} needs {link.text}")
    statements = (_layer(boundary, layers[0]), _layer(above, outer), needing)
    condition = f"holds only while {above.provider} answers something else once its own tries have failed, or {boundary.provider} carries that many"
    yield Finding(Verdict.CONDITIONAL, message, statements, *boundary.key, condition=condition)


def _layer(boundary: Boundary, layer: layered.Repeating) -> Statement:
    where = f" at its {layer.tries.layer}"
    return Statement(
        layer.tries,
        f"{caller(boundary)}{where} {asks_so_often(layer.tries)} for {boundary.subject}, after {layered.listed(layer.again.value)}",
    )


def _moves(boundary: Boundary, layers: list[layered.Repeating]) -> tuple[Move, ...]:
    ones = [(layer.tries, exchanged(layer.tries, 1, "1")) for layer in layers]
    return tuple(Move(fact.says, f"ask {boundary.subject} once", (change,)) for fact, change in ones)
