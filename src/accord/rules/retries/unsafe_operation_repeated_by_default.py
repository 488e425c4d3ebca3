"""Unsafe operation repeated by a default.

Nobody wrote a word about retries, and a request is sent again all the same: the mesh does so by default. Whoever calls is
right: one call, no retries. The provider is right: it never said that a repeat acts once. The mesh is right: its
documentation says what it does, and after which answers. One request then acts twice.

Which answers are tried again depends on the version. After some of them nothing was done (no connection was made, the
request was refused); others come although the provider has acted, as 503 or gRPC's UNAVAILABLE, also from the proxy
beside it when the connection breaks. Only these count. A mismatch needs a provider that itself gives such an answer.

## Example
```yaml file=payouts/accord.yaml
party: payouts
names: {kubernetes: pay/payouts}
promises:
  send:
    at: POST /payouts
    idempotent: never
    errors: {unavailable: {status: 503, effect: unknown}}
```
```yaml file=mesh/all.yaml
apiVersion: networking.istio.io/v1beta1
kind: VirtualService
metadata: {name: payouts, namespace: pay}
spec:
  hosts: [payouts]  # finding: mismatch
  http: [{route: [{destination: {host: payouts}}]}]
---
apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
metadata: {name: mesh, namespace: istio-system}
spec: {tag: 1.20.3}
```

## Not a gap
Since 1.24 no answer to a plain HTTP request is tried again by default:
```yaml file=payouts/accord.yaml
party: payouts
names: {kubernetes: pay/payouts}
promises:
  send:
    at: POST /payouts
    idempotent: never
    errors: {unavailable: {status: 503, effect: unknown}}
```
```yaml file=mesh/all.yaml
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: payouts, namespace: pay}
spec:
  hosts: [payouts]
  http: [{route: [{destination: {host: payouts}}]}]
---
apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
metadata: {name: mesh, namespace: istio-system}
spec: {tag: 1.24.0}
```

## Unanswered
The provider lists no such answer, or nobody says what a repeat does:
```yaml file=payouts/accord.yaml
party: payouts
names: {kubernetes: pay/payouts}
promises:
  send: {at: POST /payouts, idempotent: never}
  cancel: {at: POST /cancel}
```
```yaml file=mesh/all.yaml
apiVersion: networking.istio.io/v1beta1
kind: VirtualService
metadata: {name: payouts, namespace: pay}
spec:
  hosts: [payouts]  # finding: conditional # finding: conditional
  http: [{route: [{destination: {host: payouts}}]}]
---
apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
metadata: {name: mesh, namespace: istio-system}
spec: {tag: 1.20.3}
```

## What to do
Whoever configures the mesh: `retries: {attempts: 0}` for what must not be repeated. The provider: let a repeat act once,
by key or by nature.

## References
- Istio, issue 50506: a payout sent twice; since 1.24 the default leaves 503 out
- RFC 9110, section 9.2.2, idempotent methods
"""

from collections.abc import Iterator

from accord.boundaries.calls.answers import answers, names_error
from accord.boundaries.calls.layered import listed
from accord.boundaries.calls.repeats import Repeat
from accord.boundaries.calls.wording import exchanged, times
from accord.boundaries.join.listed import is_only_listed, more_alike
from accord.boundaries.join.system import Boundary
from accord.boundaries.platforms.by_platform import after_acting, repeat_by_platform, unwritten_tries
from accord.model.contract_values import Idempotence
from accord.model.fact import Fact
from accord.model.finding import Finding, Move, Question, Statement, Verdict
from accord.model.witness import Step, Witness

READS = ("attempts", "retry_on", "idempotent", "idempotency_key", "at", "errors")
NEEDS = ("attempts", "retry_on")
ALIKE = True


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds the tries that a platform makes by itself against what the provider does when asked twice."""
    tries = unwritten_tries(boundary)
    again = next((fact for fact in boundary.assumed.all("retry_on") if tries and fact.layer is tries.layer), None)
    words = after_acting(boundary, again) if again is not None else ()
    if tries is None or again is None or not words:
        return
    does = repeat_by_platform(boundary)
    if does.safe is None and does.fact is not None and does.fact.term == "at":
        yield from _open(boundary, tries, again, words)
    elif does.safe is False:
        yield _repeated(boundary, tries, again, words, does)


def _repeated(boundary: Boundary, tries: Fact, again: Fact, words: tuple[str, ...], does: Repeat) -> Finding:
    assert does.fact is not None
    message = f"{tries.says} asks {times(tries)} by itself, {boundary.provider} acts each time"
    statements = (
        *_default(boundary, tries, again),
        Statement(does.fact, f"{boundary.provider} acts each time it is asked"),
    )
    error = next((each for each in answers(boundary) if _may_follow(each, words)), None)
    if error is None:
        condition = f"holds only while no call that was done is answered {listed(words)}, by {boundary.provider} or a proxy before it"
        return Finding(Verdict.CONDITIONAL, message, statements, *boundary.key, condition=condition)
    name = error.term.removeprefix("errors.")
    stated = Statement(error, f"{boundary.provider} may have acted when it answers {name}")
    witness = _witness(boundary, tries, again, error, does)
    return Finding(
        Verdict.MISMATCH, message, (*statements, stated), *boundary.key, witness=witness, moves=_moves(boundary, tries, does)
    )  # fmt: skip


def _may_follow(error: Fact, words: tuple[str, ...]) -> bool:
    return error.value.effect in ("unknown", "done") and any(names_error(word, error) for word in words)


def _open(boundary: Boundary, tries: Fact, again: Fact, words: tuple[str, ...]) -> Iterator[Finding]:
    """Nobody says what a repeat does: told once for the operations that a document only lists."""
    more = more_alike(boundary, lambda other: _is_open(other) and unwritten_tries(other) == tries)
    if more is None:
        return
    also = f" and {more} more" if more else ""
    message = f"{tries.says} asks {times(tries)} by itself for {boundary.subject}{also}; nobody says what a repeat does"
    condition = f"holds only while a repeat after {listed(words)} does no harm"
    asks = f"what a repeat of {boundary.subject}{also} does (idempotent)"
    questions = (Question(boundary.provider, asks, "always, or by key"),)
    statements = _default(boundary, tries, again)
    yield Finding(Verdict.CONDITIONAL, message, statements, *boundary.key, condition=condition, questions=questions)


def _is_open(boundary: Boundary) -> bool:
    does = repeat_by_platform(boundary)
    return does.safe is None and does.fact is not None and does.fact.term == "at" and is_only_listed(boundary)


def _default(boundary: Boundary, tries: Fact, again: Fact) -> tuple[Statement, ...]:
    return (
        Statement(tries, f"{tries.says} asks for {boundary.subject} up to {times(tries)}"),
        Statement(again, f"{again.says} asks again after {again.text}"),
    )


def _witness(boundary: Boundary, tries: Fact, again: Fact, error: Fact, does: Repeat) -> Witness:
    who, about, provider = boundary.consumer, boundary.subject, boundary.provider
    name, code = error.term.removeprefix("errors."), (error.value.status or ("",))[0]
    end = f"one request, no retry written by either side, and {about} was done twice"
    steps = (
        Step(0, who, "calls", f"calls {about}, once", tries, about, 1),
        Step(0, provider, "acts", "acts on try 1", does.fact, about, 1),
        Step(0, provider, "answers", f"answers {name} {code}".rstrip(), error, about, 1),
        Step(0, who, "calls", f"asks again through {tries.says}: neither side wrote that it should", tries, about, 2),
        Step(0, provider, "acts", "acts on try 2", does.fact, about, 2),
        Step(0, "", "concludes", end, None, about, 0, 2),
    )
    facts = tuple(fact for fact in (does.fact, does.key, again) if fact is not None)
    return Witness(steps, "effect-once", facts)


def _moves(boundary: Boundary, tries: Fact, does: Repeat) -> tuple[Move, ...]:
    once = exchanged(tries, 1, "1 (0 retries)")
    moves = [Move(tries.says, f"ask {boundary.subject} once (retries: attempts: 0)", (once,))]
    if does.fact is not None and does.fact.term == "idempotent":
        always = exchanged(does.fact, Idempotence("always"), "always")
        moves.append(Move(boundary.provider, "act once however often it is asked, for example by key", (always,)))
    return tuple(moves)
