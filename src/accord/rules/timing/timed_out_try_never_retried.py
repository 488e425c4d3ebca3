"""Timed-out try never retried.

A caller states that a try which runs out of time is made again, and a limit on all tries together, but none on one try. One
try may then take all the time there is: when it runs out, so does the request, and no further try begins. Each setting is
sensible alone: retries bridge a slow answer, the limit protects who waits. The retries work for every other failure, so
nobody notices that they do not for this one.

Where running out of time is the only thing that is tried again, the stated tries never happen; where there are others, it
holds under a condition. That no limit on one try is stated is known of a proxy whose default it is, or where the caller
says `none`; of a caller's own code it is asked.

A mesh makes a try that it ended again only where it was told to (`5xx`, `gateway-error`, `reset`). Istio's default names
other failures: the limit on one try then ends the request, whatever time is left for all.

## Example
```yaml file=reports/accord.yaml
party: reports
assumes:
  warehouse/query:
    timeout: {request: 4s, attempt: none}
    attempts: 3  # finding: mismatch
    retry_on: [timeout]
```

## Not a gap
Each try has a limit of its own, or the provider answers in time:
```yaml file=reports/accord.yaml
party: reports
assumes:
  warehouse/query: {timeout: {request: 4s, attempt: 1s}, attempts: 3, retry_on: [timeout]}
  warehouse/count: {timeout: {request: 4s, attempt: none}, attempts: 3, retry_on: [timeout]}
---
party: warehouse
promises:
  count: {latency: {max: 3s}}
```

## Unanswered
Other failures are tried again too; the caller does not say how long one try may take:
```yaml file=reports/accord.yaml
party: reports
assumes:
  warehouse/query:
    timeout: {request: 4s, attempt: none}
    attempts: 3  # finding: conditional
    retry_on: [timeout, connect]
  warehouse/count:
    timeout: {request: 4s}
    attempts: 3  # finding: unanswered
    retry_on: [timeout]
```

### A mesh that asks again after other failures alone
```yaml file=mesh/route.yaml
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: stock, namespace: shop}
spec:
  hosts: [stock]
  http: [{timeout: 10s, retries: {attempts: 3, perTryTimeout: 2s}, route: [{destination: {host: stock}}]}]  # finding: conditional
```

## What to do
The caller: limit each try, so that all of them fit into the whole; or do not count on a second try after a slow one.

## References
- Envoy, route_components.proto: without `per_try_timeout` the timeout of the route holds, so that a request that runs into it is not retried
- Envoy, source/common/router/retry_state_impl.cc, wouldRetryFromReset: which words a timed-out try is retried for
- Istio, issue 17613: tries that never follow a slow one until `gateway-error` is added to `retryOn`
"""

from collections.abc import Iterator

from msgspec import Struct

from accord.boundaries.calls.causes import answered_by, can_run_out
from accord.boundaries.calls.evidence import left_out
from accord.boundaries.calls.limits import TIMED_OUT, TIMED_OUT_MESH, ends_every_try, never_timed_out_since
from accord.boundaries.calls.wording import at_layer, caller, exchanged, times
from accord.boundaries.join.system import Boundary
from accord.model.duration import show_duration
from accord.model.fact import Fact, Stance
from accord.model.finding import Finding, Move, Question, Statement, Verdict
from accord.model.nothing import NONE
from accord.model.witness import Step, Witness

READS = ("timeout", "attempts", "retry_on", "latency", "silence", "needs", "platform")
NEEDS, ALIKE = ("timeout", "retry_on"), True


class _Tries(Struct, frozen=True):
    """What one layer states: how many tries, after what, the limit on all, and that there is none on one, where known."""

    attempts: Fact
    asked: Fact
    all: Fact
    each: Fact | None

    @property
    def words(self) -> tuple[str, ...]:
        """Those of its words that name a try which ran out of time."""
        timed = TIMED_OUT if self.asked.source == "contract" else TIMED_OUT | TIMED_OUT_MESH
        return tuple(word for word in self.asked.value if word in timed)


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds the tries that follow a slow one against the time that it leaves them, layer by layer."""
    for asked in boundary.assumed.all("retry_on"):
        tries = _stated(boundary, asked)
        if tries is not None and tries.words and can_run_out(boundary, tries.all):
            yield from _never(boundary, tries)
        elif asked.source == "istio":
            yield from _unlisted(boundary, asked)


def _unlisted(boundary: Boundary, asked: Fact) -> Iterator[Finding]:
    """A mesh that ends one try and was told to ask again, but not after a try that it ended itself.

    Where the provider says how late it may answer, that this is later is for `timing/caller-gives-up-first` to tell.
    """
    tries, each, together = (
        next((fact for fact in boundary.assumed.all(term) if fact.layer is asked.layer), None)
        for term in ("attempts", "timeout.attempt", "timeout.request")
    )
    if tries is None or each is None or asked.value is NONE or each.value is NONE or tries.value == 1:
        return
    whole = together.value if together is not None and together.value is not NONE else None
    timed = not (TIMED_OUT | TIMED_OUT_MESH).isdisjoint(asked.value)
    if timed or (whole is not None and whole <= each.value) or answered_by(boundary) is not None:
        return
    who, since = caller(boundary), never_timed_out_since(asked)
    but = f", not after a try that it ended itself{since and f' since {since}'}"
    message = f"a try that runs out of its {each.text} ends the request, and is never made again"
    statements = (
        Statement(each, f"{who} ends each try after {each.text}{at_layer(boundary, each)}"),
        Statement(tries, f"{who} tries {times(tries)}"),
        Statement(left_out(asked, tries), f"{who} tries again after {', '.join(asked.value)}{but}"),
    )
    condition = f"holds only while no try takes longer than {each.text}{since and f', or istio is older than {since}'}"
    yield Finding(Verdict.CONDITIONAL, message, statements, *boundary.key, condition=condition)


def _stated(boundary: Boundary, asked: Fact) -> _Tries | None:
    def at_layer_of(term: str) -> Fact | None:
        return next((fact for fact in boundary.assumed.all(term) if fact.layer is asked.layer), None)

    tries, together, each = (at_layer_of(term) for term in ("attempts", "timeout.request", "timeout.attempt"))
    silence = at_layer_of("timeout.idle")
    if asked.stance is Stance.DEFAULT or asked.value is NONE or tries is None or tries.value == 1:
        return None
    if together is None or together.value is NONE or (each is not None and each.value is not NONE):
        return None
    if silence is not None and silence.value is not NONE and not ends_every_try(boundary, silence):
        return None
    return _Tries(tries, asked, together, each)


def _never(boundary: Boundary, tries: _Tries) -> Iterator[Finding]:
    who = caller(boundary)
    statements: tuple[Statement, ...] = (
        Statement(tries.attempts, f"{who} tries {times(tries.attempts)}{at_layer(boundary, tries.attempts)}"),
        Statement(tries.asked, f"{who} tries again after {tries.asked.text}"),
        Statement(tries.all, f"{who} ends all tries together after {tries.all.text}"),
    )
    message = f"a try that runs out of time is never made again: it and all tries together end after {tries.all.text}"
    if tries.each is None:
        if "timeout" in tries.asked.value:
            asks = f"how long one try at {boundary.subject} may take (timeout: {{attempt: ...}})"
            message = f"{who} tries again after a timeout, and does not say how long one try may take"
            questions = (Question(boundary.consumer or tries.all.says, asks, f"less than {tries.all.text}"),)
            yield Finding(Verdict.UNANSWERED, message, statements, *boundary.key, questions=questions)
        return
    statements = (*statements, Statement(tries.each, f"{who} has no limit on one try"))
    if all(word == "timeout" for word in tries.asked.value):
        witness, moves = _witness(boundary, tries), _moves(boundary, tries)
        yield Finding(Verdict.MISMATCH, message, statements, *boundary.key, witness=witness, moves=moves)
        return
    condition = f"holds only while a try that fails does so before {tries.all.text}"
    yield Finding(Verdict.CONDITIONAL, message, statements, *boundary.key, condition=condition)


def _witness(boundary: Boundary, tries: _Tries) -> Witness:
    who, about, over = boundary.consumer, boundary.subject, int(tries.all.value)
    made = "" if tries.attempts.value is NONE else f" of {tries.attempts.value}"
    steps = (
        Step(0, who, "calls", f"calls {about} (try 1{made})", tries.attempts, about, 1),
        Step(over, who, "gives-up", f"has no time left after {tries.all.text}", tries.all, about, 1),
        Step(over, who, "fails", f"tells its caller that {about} failed", None, about),
        Step(over, "", "concludes", "1 try happened; what was to follow a slow one never began", None, about),
    )
    assert tries.each is not None
    return Witness(steps, "tries-happen", (tries.attempts, tries.asked, tries.all, tries.each))


def _moves(boundary: Boundary, tries: _Tries) -> tuple[Move, ...]:
    if tries.each is None or not isinstance(tries.attempts.value, int):
        return ()
    text = show_duration(share := int(tries.all.value) // tries.attempts.value)
    changes = (exchanged(tries.each, share, text),)
    return (Move(boundary.consumer or tries.all.says, f"limit each try to at most {text}", changes),)
