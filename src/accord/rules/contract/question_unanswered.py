"""Question unanswered.

For every operation that somebody relies on there are three questions: what is expected, how is a deviation detected,
who recovers? Each side is right to leave out what it does not know, and to write what it knows. What nobody wrote is
found out during the failure. Where the answer is "there is none" while another party relies on the operation, the
failure can be told now: it breaks, nothing shows it, nobody ever learns.

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
party: orders-dead
kind: queue
promises:
  read: {retention: 14d, detect: none, recover: {by: orders-oncall, within: 1d}}  # finding: mismatch
---
{party: billing, assumes: {orders/to-billing: {work: {max: 2s}}}}
```

## Not a gap
Whoever relies on it has a signal of its own:
```yaml file=shop/accord.yaml
party: prices
promises:
  feed: {freshness: 1h, detect: none, recover: {by: feed-desk, within: 4h}}
---
{party: shop, assumes: {prices/feed: {detect: {by: PricesStale, within: 30m}}}}
```

## Unanswered
```yaml file=shop/accord.yaml
party: checkout
assumes:
  payments/charge: {recover: {within: 1h}}
  ledger/post: {timeout: 2s}               # finding: unanswered
---
party: payments
promises:
  charge: {latency: {max: 5s}, detect: {by: Slow, within: 2m}, recover: {by: oncall}}  # finding: unanswered
```

## What to do
The provider: name the signal and how soon it shows (`detect: {by, within}`), and who repairs within what
(`recover: {by, within}`), or say `none`. Whoever relies on it: say what it counts on (`recover: {within: ...}`), or
name a signal of its own.

## References
- Site Reliability Engineering, chapter 6, Monitoring Distributed Systems
"""

from collections.abc import Iterator

from accord.boundaries.evidence import side_by_side
from accord.boundaries.questions import Answered, answered, first_caller, first_said, is_answered, left_for, says_none
from accord.boundaries.reliance import Reliance
from accord.boundaries.system import Boundary
from accord.model.contract_values import Needs
from accord.model.fact import ANY, Fact
from accord.model.finding import Finding, Move, Question, Statement, Verdict
from accord.model.subject import operation_of, provider_of
from accord.model.terms import TERMS

READS = tuple(sorted({name.partition(".")[0] for name in TERMS}))
_NOT_ASKED = frozenset(("rota", "alert", "procedure"))


def check(boundary: Boundary) -> Iterator[Finding]:
    """What nobody says about an operation, told once for all its callers."""
    yield from _silent_parts(boundary)
    kind = boundary.system.party(boundary.provider, boundary.view).value("kind")
    silent = not (boundary.promised.terms or boundary.assumed.terms)
    if silent or not first_caller(boundary) or kind in _NOT_ASKED or boundary.promised.get("acknowledge"):
        return
    given = None if is_answered(boundary) else answered(boundary)
    first = first_said(boundary, given.relied) if given else None
    if given is None or first is None:
        return
    blind = [each for each in given.relied if each.party not in given.own_detect]
    if says_none(given.detect_by) and blind:
        yield _nobody_learns(boundary, given, blind[0])
    asked = [
        part
        for part in (_expected(boundary, given), *_detect(boundary, given, blind), *_recover(boundary, given))
        if part
    ]
    if asked:
        to = _addressee(boundary, given, kind)
        questions = tuple(Question(to, asks, bound) for _, asks, bound in asked)
        message = f"nobody says of {boundary.subject} {_listed([what for what, _, _ in asked])}"
        yield _finding(
            boundary, Verdict.UNANSWERED, message, (Statement(first, _tells(first, boundary)),), questions=questions
        )


def _silent_parts(boundary: Boundary) -> Iterator[Finding]:
    """Operations that this one needs and of which nobody states anything: no boundary of their own would ask."""
    needs = boundary.promised.get("needs")
    if needs is None or not isinstance(needs.value, Needs) or not first_caller(boundary):
        return
    for call in dict.fromkeys(call for together in needs.value.calls for call in together):
        provider = provider_of(call)
        other = boundary.system.boundary((boundary.provider, provider, operation_of(call) or ANY), boundary.view)
        if not other.promised.terms and not other.assumed.terms and first_caller(other):
            asks = f"what {other.subject} promises, how a deviation is shown and who recovers it"
            says = Statement(needs, f"{boundary.provider} needs {call}")
            message = f"nobody says anything of {call}, which {boundary.subject} needs"
            yield _finding(other, Verdict.UNANSWERED, message, (says,), questions=(Question(provider, asks),))


def _tells(first: Fact, boundary: Boundary) -> str:
    if first.consumer:
        return f"{first.consumer} calls {boundary.subject}"
    return f"{first.says} speaks of {first.subject}"


def _addressee(boundary: Boundary, given: Answered, kind: object) -> str:
    """An outsider writes no file: whoever relies on it must say."""
    outside = kind == "external" and given.relied
    return given.relied[0].party if outside else boundary.provider


_Part = tuple[str, str, str]  # what nobody says, what is asked, the bound that would settle it


def _expected(boundary: Boundary, given: Answered) -> _Part | None:
    if given.expected or not given.relied:
        return None
    return "what is promised", f"what {boundary.subject} promises its callers", ""


def _detect(boundary: Boundary, given: Answered, blind: list[Reliance]) -> Iterator[_Part]:
    if says_none(given.detect_by) or (given.relied and not blind):
        return
    bound = left_for(given.counted, given.recover_within, "recovery") if given.detect_within is None else ""
    shown = f"a deviation of {boundary.subject} is shown"
    if given.detect_by is None:
        how = "how a deviation is shown" if given.detect_within else "how and how soon a deviation is shown"
        yield how, how.replace("a deviation is shown", shown) + " (detect)", bound
    elif given.detect_within is None and given.relied:
        yield "how soon a deviation is shown", f"how soon {shown} (detect: {{within: ...}})", bound


def _recover(boundary: Boundary, given: Answered) -> Iterator[_Part]:
    if says_none(given.recover_by) or given.own_recover:
        return
    bound = left_for(given.counted, given.detect_within, "detection") if given.recover_within is None else ""
    if given.recover_by is None:
        who = "who recovers it" if given.recover_within else "who recovers it within what"
        yield who, who.replace(" it", f" {boundary.subject}", 1) + " (recover)", bound
    elif given.recover_within is None and given.relied:
        yield (
            "within what it is recovered",
            f"within what {boundary.subject} is recovered (recover: {{within: ...}})",
            bound,
        )


def _nobody_learns(boundary: Boundary, given: Answered, blind: Reliance) -> Finding:
    none = given.detect_by
    assert none is not None
    relies = f"{blind.party} {blind.how} {boundary.subject}"
    statements = (
        Statement(none, f"{boundary.provider} says that nothing shows a deviation"),
        Statement(blind.fact, relies),
    )
    witness = side_by_side(
        "question-answered",
        (
            (none, f"says that no signal shows a deviation of {boundary.subject}"),
            (blind.fact, f"{blind.told} {boundary.subject}"),
        ),
        [fact for fact in (blind.fact, blind.own) if fact],
        f"{boundary.subject} deviates, and {blind.party} never learns of it",
        boundary.subject,
    )
    moves = (
        Move(boundary.provider, f"name a signal that shows a deviation of {boundary.subject}, and how soon (detect)"),
        Move(blind.party, f"name a signal of its own for {boundary.subject} (assumes: detect)"),
    )
    message = f"nothing shows a deviation of {boundary.subject}, and {relies}"
    return _finding(boundary, Verdict.MISMATCH, message, statements, witness=witness, moves=moves)


def _finding(
    boundary: Boundary, verdict: Verdict, message: str, statements: tuple[Statement, ...], **more: object
) -> Finding:
    return Finding(verdict, message, statements, "", boundary.provider, boundary.operation, **more)  # type: ignore[arg-type]


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + ", or " + parts[-1]
