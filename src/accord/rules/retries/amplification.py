"""Amplification: tries multiply along a path.

Every layer asks again a few times, which is sensible for each alone. When the last one is slow or down, the tries of all
layers multiply: three layers with three tries each put 27 calls where there was one. The provider is sized for what it
was told it gets. The load it cannot carry keeps it down, and every layer keeps its word.

The mismatch is claimed where the requests stated at the start of the path, multiplied by the tries of the hops that
surely repeat each other, are more than the provider accepts, and would not be without the tries. A hop that repeats only
when its own limit ends, and whose limit leaves the inner hop time to finish, multiplies under a condition. So does one
whose further tries a budget holds down to a share of the calls (gRPC's retryThrottling, Linkerd's retryBudget).

## Example
```yaml file=web/accord.yaml
party: web
assumes:
  shop/order: {sends: {rate: 20/s}, timeout: {attempt: 1s}, attempts: 3}
```
```yaml file=shop/accord.yaml
party: shop
promises:
  order: {needs: [stock/reserve]}
assumes:
  stock/reserve:
    timeout: {attempt: 1s}
    attempts: 3  # finding: mismatch
```
```yaml file=stock/accord.yaml
party: stock
promises:
  reserve: {accepts: {rate: 100/s}}
```

## Not a gap
The provider carries all tries:
```yaml file=web/accord.yaml
party: web
assumes:
  shop/order: {sends: {rate: 20/s}, timeout: {attempt: 1s}, attempts: 3}
```
```yaml file=shop/accord.yaml
party: shop
promises:
  order: {accepts: {rate: 60/s}}
```

### Nothing can be asked again
Each try is answered before it would end, and the provider gives no answer that is tried again:
```yaml file=web/accord.yaml
party: web
assumes:
  shop/order: {sends: {rate: 20/s}, timeout: {attempt: 3s}, attempts: 3, retry_on: [timeout, 503]}
```
```yaml file=shop/accord.yaml
party: shop
promises:
  order: {accepts: {rate: 30/s}, latency: {max: 2s}, errors: {declined: {status: 402}}}
```

## Unanswered
Two layers repeat, and the provider does not say what it accepts:
```yaml file=web/accord.yaml
party: web
assumes:
  shop/order: {sends: {rate: 20/s}, timeout: {attempt: 1s}, attempts: 3}
```
```yaml file=shop/accord.yaml
party: shop
promises:
  order: {needs: [stock/reserve]}
assumes:
  stock/reserve:
    timeout: {attempt: 1s}
    attempts: 3  # finding: unanswered
```
### The outer hop may not repeat what the inner one gives back
The outer limit leaves the inner tries time to end, and nothing says that an error is tried again:
```yaml file=web/accord.yaml
party: web
assumes:
  shop/order: {sends: {rate: 20/s}, timeout: {attempt: 10s}, attempts: 3}
```
```yaml file=shop/accord.yaml
party: shop
promises:
  order: {needs: [stock/reserve]}
assumes:
  stock/reserve:
    timeout: {attempt: 1s}
    attempts: 3  # finding: conditional
```
```yaml file=stock/accord.yaml
party: stock
promises:
  reserve: {accepts: {rate: 100/s}}
```

## What to do
The callers: repeat at one layer only, or keep a budget for repeats (a tenth of the requests). The provider: accept the
load that all tries together may put on it.

## References
- Site Reliability Engineering, chapter 22: retries at three layers, 4 x 4 x 4 = 64
- Metastable Failures in the Wild, OSDI 2022
"""

from collections.abc import Iterator

from msgspec.structs import replace

from accord.boundaries.calls.paths import Path, hangs_on, multiplied, paths, per_second, repeats
from accord.boundaries.calls.wording import at_layer, exchanged
from accord.boundaries.join.system import Boundary
from accord.model.amount import Amount
from accord.model.fact import Fact
from accord.model.finding import Finding, Move, Question, Statement, Verdict
from accord.model.nothing import NONE

READS = (
    "attempts",
    "retries",
    "sends",
    "accepts",
    "needs",
    "retry_on",
    "timeout",
    "backoff",
    "latency",
    "silence",
    "errors",
)
NEEDS = ("attempts",)
ALIKE = True


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds the tries of every path that ends here against the load that the provider accepts."""
    if repeats(boundary) is None:
        return
    found = list(paths(boundary))
    accepts = boundary.promised.get("accepts.rate")
    if accepts is None:
        yield from _question(boundary, found)
        return
    if not isinstance(accepts.value, Amount) or accepts.value.dimension != "count/ns":
        return
    over = [path for path in found if path.load > accepts.value.value >= path.sends.value.value]
    if over:
        yield _finding(boundary, max(over, key=lambda path: (path.certain, path.factor)), accepts)


def _finding(boundary: Boundary, path: Path, accepts: Fact) -> Finding:
    tries = " x ".join(f"{float(count):g}" for hop in path.hops for count in hop.counts if count > 1)
    first = path.hops[0].boundary
    statements = (
        *_tries(path),
        Statement(path.sends, f"{first.consumer} sends {first.subject} {path.sends.text}"),
        Statement(accepts, f"{boundary.provider} accepts {accepts.text}"),
    )
    message = f"{path.sends.text} x {tries} = {per_second(path.load)} calls a second at {boundary.subject}, which accepts {accepts.text}"
    if not path.certain:
        return Finding(Verdict.CONDITIONAL, message, statements, *boundary.key, condition=hangs_on(path))
    witness = multiplied(boundary, path, accepts)
    return Finding(
        Verdict.MISMATCH, message, statements, *boundary.key, witness=witness, moves=_moves(boundary, path, accepts)
    )


def _tries(path: Path) -> tuple[Statement, ...]:
    several = [hop for hop in reversed(path.hops) if hop.count > 1]
    asks = [(hop, f"{hop.boundary.consumer} asks {hop.boundary.subject}") for hop in several]
    return (
        *(
            Statement(fact, f"{who} up to {fact.text} times{at_layer(hop.boundary, fact)}")
            for hop, who in asks
            for fact in (hop.tries, *hop.also)
            if fact.value is not NONE
        ),
        *(Statement(hop.budget, f"{who} again for {hop.budget.text}") for hop, who in asks if hop.budget is not None),
    )


def _question(boundary: Boundary, found: list[Path]) -> Iterator[Finding]:
    several = [path for path in found if sum(hop.count > 1 for hop in path.hops) > 1]
    if not several:
        return
    path = max(several, key=lambda path: path.factor)
    message = f"{float(path.factor):g} calls for one request may arrive at {boundary.subject}; it does not say what it accepts"
    asks = f"how many calls of {boundary.subject} it accepts (accepts: {{rate: ...}})"
    question = Question(boundary.provider, asks, f"at least {per_second(path.load)}/s")
    yield Finding(Verdict.UNANSWERED, message, _tries(path), *boundary.key, questions=(question,))


def _moves(boundary: Boundary, path: Path, accepts: Fact) -> tuple[Move, ...]:
    last = path.hops[-1].tries
    moves = [Move(boundary.consumer, f"ask {boundary.subject} once", (exchanged(last, 1, "1"),))]
    rate = f"{per_second(path.load)}/s"
    more = exchanged(accepts, replace(accepts.value, value=path.load), rate)
    moves.append(Move(boundary.provider, f"accept at least {rate}", (more,)))
    return tuple(moves)
