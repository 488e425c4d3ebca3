"""Question unanswered.

For every operation that somebody relies on there are three questions: what is expected, how is a deviation detected,
who recovers? Each side is right to leave out what it does not know, and to write what it knows. What nobody wrote is
found out during the failure.

`detect: none` is an answer, and breaks only what counts on a signal: a caller that assumes one (`detect: {within}`, or
the provider as its signal), one that counts on a recovery and has said that it has no signal either, or an operation
that promises its messages are kept or repaired and lets them end there. Whoever assumes nothing is asked; a fallback,
or a signal of its own, is its answer. Where both sides say none, it is noted.

Rotas, alerts and procedures are not asked: their ladders and steps answer. Bounds of time are asked by the rules that
need them; what is expected is asked here only where nothing at all is promised.

## Example
```yaml file=shop/accord.yaml
party: orders
kind: queue
promises:
  to-billing:
    dead_letter: orders-dead/read
    detect: {by: OrdersBehind, within: 10m}
    recover: {by: orders-oncall, within: 1h}
---
{party: orders-dead, kind: queue, promises: {read: {detect: none, recover: {by: duty, within: 1d}, retention: 14d}}}  # finding: mismatch
---
{party: billing, assumes: {orders/to-billing: {work: {max: 2s}}}}
```
### Counted on by a caller
```yaml file=shop/accord.yaml
{party: prices, promises: {feed: {freshness: 1h, detect: none, recover: {by: feed-desk, within: 4h}}}}  # finding: mismatch
---
{party: shop, assumes: {prices/feed: {detect: none, recover: {within: 4h}}}}
```

## Not a gap
Whoever relies on it has a signal of its own; of the proxy only a port is known, and nobody relies on it:
```yaml file=shop/accord.yaml
{party: prices, promises: {feed: {freshness: 1h, detect: none, recover: {by: feed-desk, within: 4h}}}}
---
{party: shop, assumes: {prices/feed: {detect: {by: PricesStale, within: 30m}}}}
---
{party: mirror, assumes: {prices/feed: {handles: [any], fallback: the prices of yesterday}}}
---
{party: proxy, promises: {any: {at: tcp 6036}}}
```

## Unanswered
```yaml file=shop/accord.yaml
{party: checkout, assumes: {payments/charge: {recover: {within: 1h}}, ledger/post: {timeout: 2s}}}  # finding: unanswered
---
party: payments
promises:
  charge: {latency: {max: 5s}, detect: {by: Slow, within: 2m}, recover: {by: oncall}}  # finding: unanswered
```
### No signal, and nobody says that it counts on one
```yaml file=shop/accord.yaml
{party: prices, promises: {feed: {freshness: 1h, detect: none, recover: {by: feed-desk, within: 4h}}}}  # finding: unanswered
---
{party: shop, assumes: {prices/feed: {freshness: 2h}}}
```
### Known to both
```yaml file=shop/accord.yaml
{party: prices, promises: {feed: {freshness: 1h, detect: none, recover: {by: feed-desk, within: 4h}}}}  # finding: note
---
{party: shop, assumes: {prices/feed: {detect: none}}}
```

## What to do
The provider: name the signal and how soon it shows (`detect: {by, within}`), and who repairs within what
(`recover: {by, within}`), or say `none`. Whoever relies on it: say what it counts on (`recover: {within: ...}`), or
name a signal of its own.

## References
- Site Reliability Engineering, chapter 6, Monitoring Distributed Systems
"""

from collections.abc import Iterator

from accord.boundaries.calls.evidence import side_by_side
from accord.boundaries.join.in_front import only_calling_differs
from accord.boundaries.join.listed import is_only_listed
from accord.boundaries.join.system import Boundary
from accord.boundaries.reliance import questions
from accord.boundaries.reliance.counting import Counting, on_detection
from accord.model.contract_values import Needs
from accord.model.fact import ANY, Fact
from accord.model.finding import Finding, Move, Question, Statement, Verdict
from accord.model.subject import operation_of, provider_of
from accord.model.terms import TERMS

READS, same_in_every_view = tuple(sorted({name.partition(".")[0] for name in TERMS})), only_calling_differs
VALUES = tuple(term for term in READS if term not in ("timeout", "attempts", "latency", "backoff", "accepts", "sends"))
ALIKE, NAMED = ("detect", "recover", "needs"), ("detect.by", "recover.by", "recover.how")
_NOT_ASKED, _ADDRESS = frozenset(("rota", "alert", "procedure")), frozenset(("at",))


def check(boundary: Boundary) -> Iterator[Finding]:
    """What nobody says about an operation, told once for all its callers."""
    yield from _silent_parts(boundary)
    if questions.is_answered(boundary):
        return  # as boundaries that are alike are; whatever follows looks further
    kind = boundary.system.kind(boundary.provider, boundary.view)
    silent = boundary.promised.terms.keys() <= _ADDRESS and not boundary.assumed.terms
    if silent or not questions.first_caller(boundary) or kind in _NOT_ASKED or boundary.promised.get("acknowledge"):
        return
    given = None if is_only_listed(boundary) else questions.answered(boundary)
    first = questions.first_said(boundary, given.relied) if given else None
    if given is None or first is None:
        return
    blind = [each for each in given.relied if each.party not in given.own_detect]
    if given.detect_by is not None and questions.says_none(given.detect_by) and blind:
        yield from _nothing_shows(boundary, given.detect_by, [on_detection(boundary, each) for each in blind])
    asked = questions.open_parts(boundary, given, blind)
    if asked:
        to = _addressee(boundary, given, kind)
        raised = tuple(Question(to, asks, bound) for _, asks, bound in asked)
        message = f"nobody says of {boundary.subject} {_listed([what for what, _, _ in asked])}"
        yield _finding(
            boundary, Verdict.UNANSWERED, message, (Statement(first, _tells(first, boundary)),), questions=raised
        )


def _silent_parts(boundary: Boundary) -> Iterator[Finding]:
    """Operations that this one needs and of which nobody states anything: no boundary of their own would ask."""
    needs = boundary.promised.get("needs")
    if needs is None or not isinstance(needs.value, Needs) or not questions.first_caller(boundary):
        return
    for call in dict.fromkeys(call for together in needs.value.calls for call in together):
        provider = provider_of(call)
        other = boundary.system.boundary((boundary.provider, provider, operation_of(call) or ANY), boundary.view)
        if not other.promised.terms and not other.assumed.terms and questions.first_caller(other):
            asks = f"what {other.subject} promises, how a deviation is shown and who recovers it"
            says = Statement(needs, f"{boundary.provider} needs {call}")
            message = f"nobody says anything of {call}, which {boundary.subject} needs"
            yield _finding(other, Verdict.UNANSWERED, message, (says,), questions=(Question(provider, asks),))


def _tells(first: Fact, boundary: Boundary) -> str:
    if first.consumer:
        return f"{first.consumer} calls {boundary.subject}"
    return f"{first.says} speaks of {first.subject}"


def _addressee(boundary: Boundary, given: questions.Answered, kind: object) -> str:
    """An outsider writes no file: whoever relies on it must say."""
    outside = kind == "external" and given.relied
    return given.relied[0].party if outside else boundary.provider


def _nothing_shows(boundary: Boundary, none: Fact, blind: list[Counting]) -> Iterator[Finding]:
    """No signal shows a deviation: against who counts on one, else asked of those who do not say, else known to both."""
    shows = Statement(none, f"{boundary.provider} says that nothing shows a deviation")
    counting, silent = [each for each in blind if each.fact], [each for each in blind if each.is_open]
    if counting:
        yield _nobody_learns(boundary, shows, counting[0])
    elif silent:
        asks = f"how it learns of a deviation of {boundary.subject}, or that it does without (assumes: detect)"
        raised = tuple(Question(each.by.fact.says, asks) for each in silent)
        relies = f"{silent[0].by.party} {silent[0].by.how} {boundary.subject}"
        message = f"nothing shows a deviation of {boundary.subject}, and {relies}"
        statements = (shows, Statement(silent[0].by.fact, relies))
        yield _finding(boundary, Verdict.UNANSWERED, message, statements, questions=raised)
    elif any(each.agreed for each in blind):
        message = f"nothing shows a deviation of {boundary.subject}, on neither side"
        yield _finding(boundary, Verdict.NOTE, message, (shows,))


def _nobody_learns(boundary: Boundary, shows: Statement, counting: Counting) -> Finding:
    fact, by = counting.fact, counting.by
    assert fact is not None
    relies = f"{by.party} {by.how if fact is by.fact else counting.told} {boundary.subject}"
    witness = side_by_side(
        "question-answered",
        (
            (shows.fact, f"says that no signal shows a deviation of {boundary.subject}"),
            (fact, f"{counting.told} {boundary.subject}"),
        ),
        (fact, *counting.permits),
        f"{boundary.subject} deviates, and {by.party} never learns of it",
        boundary.subject,
    )
    moves = (
        Move(boundary.provider, f"name a signal that shows a deviation of {boundary.subject}, and how soon (detect)"),
        Move(by.party, f"name a signal of its own for {boundary.subject} (assumes: detect)"),
    )
    message = f"nothing shows a deviation of {boundary.subject}, and {relies}"
    statements = (shows, Statement(fact, relies), *counting.shown)
    return _finding(boundary, Verdict.MISMATCH, message, statements, witness=witness, moves=moves)


def _finding(
    boundary: Boundary, verdict: Verdict, message: str, statements: tuple[Statement, ...], **more: object
) -> Finding:
    return Finding(verdict, message, statements, "", boundary.provider, boundary.operation, **more)  # type: ignore[arg-type]


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + ", or " + parts[-1]
