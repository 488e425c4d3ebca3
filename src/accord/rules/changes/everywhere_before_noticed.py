"""Everywhere before noticed.

A change reaches everybody sooner than anybody can see that it is wrong. The provider is right to hand it out quickly:
a change that takes effect everywhere at once is what its callers asked for. The signal is right too: it needs its minutes
to tell a deviation from noise. Each kept its word, and nobody is left who was spared, to compare with or to stop at. It
hurts where a caller has nothing instead.

A spread that ends in the very moment of the signal holds.

## Example
```yaml file=features/accord.yaml
party: feature-file
promises:
  features:
    spread: 5m  # finding: mismatch
    detect: {by: EdgeErrors, within: 7m}
```
```yaml file=proxy/accord.yaml
party: proxy
assumes:
  feature-file/features: {fallback: none}
```

## Not a gap
The signal comes in time; or whoever relies on it has something instead, or a sooner signal of its own:
```yaml file=features/accord.yaml
party: feature-file
promises:
  features: {spread: 1h, detect: {by: EdgeErrors, within: 1h}}
  rules: {spread: 5m, detect: {by: EdgeErrors, within: 7m}}
  lists: {spread: 5m, detect: {by: EdgeErrors, within: 7m}}
```
```yaml file=proxy/accord.yaml
party: proxy
assumes:
  feature-file/features: {fallback: none}
  feature-file/rules: {fallback: the last rules that worked}
  feature-file/lists: {fallback: none, detect: {by: ListRefused, within: 10s}}
```

## Unanswered
How soon a deviation is shown is asked by contract/question-unanswered. What happens instead is asked here, of the first
caller that says nothing of it:
```yaml file=features/accord.yaml
party: feature-file
promises:
  features:
    spread: 5m  # finding: unanswered
    detect: {by: EdgeErrors, within: 7m}
```
```yaml file=proxy/accord.yaml
party: proxy
assumes:
  feature-file/features: {timeout: 2s}
```

## What to do
The provider: hand a change to a few first, so that it takes longer to reach everybody than to be noticed, or show a
deviation sooner. Whoever relies on it: keep what worked last, and say so (`fallback`), or watch it itself (`detect`).

## References
- Cloudflare, 18 November 2025: a file of features reached the whole fleet every five minutes
- Site Reliability Engineering, chapter 8, Release Engineering; the SRE Workbook, chapter 16, Canarying Releases
"""

from collections.abc import Iterator

from msgspec.structs import replace

from accord.boundaries.calls.evidence import breaks, concludes
from accord.boundaries.join.side import Side
from accord.boundaries.join.system import Boundary
from accord.boundaries.reliance.questions import first_caller
from accord.model.fact import Fact
from accord.model.finding import Change, Finding, Move, Question, Statement, Verdict
from accord.model.nothing import NONE
from accord.model.subject import provider_of
from accord.model.witness import Step, Witness

READS = ("spread", "detect", "fallback")
NEEDS = ("spread", "detect.within")


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds how soon a change is everywhere against how soon it is noticed; told once for all callers."""
    spread, within = _length(boundary.promised, "spread"), _length(boundary.promised, "detect.within")
    if not boundary.consumer or not first_caller(boundary) or not spread or not within or spread.value >= within.value:
        return
    callers = boundary.system.callers(boundary.provider, boundary.operation)
    sides = {each: boundary.system.assumed((each, *boundary.key[1:]), boundary.view) for each in callers}
    if any(own.value <= spread.value for side in sides.values() if (own := _length(side, "detect.within"))):
        return
    bare = [fact for side in sides.values() if (fact := side.get("fallback")) and fact.value is NONE]
    silent = [each for each, side in sides.items() if side.get("fallback") is None]
    if bare:
        yield _mismatch(boundary, spread, within, bare[0])
    elif silent:
        yield _unanswered(boundary, spread, within, silent[0])


def _length(side: Side, term: str) -> Fact | None:
    fact = side.get(term)
    return fact if fact is not None and isinstance(fact.value, int) else None


def _mismatch(boundary: Boundary, spread: Fact, within: Fact, bare: Fact) -> Finding:
    about, provider = boundary.subject, boundary.provider
    signal = boundary.promised.get("detect.by")
    shows = provider_of(signal.value[0]) if signal is not None and signal.value is not NONE else provider
    steps = (
        breaks(about, f"hands out a change of {about} that is wrong"),
        Step(spread.value, provider, "reaches", "the change has reached everybody", spread, about),
        Step(within.value, shows, "detects", f"shows that {about} is wrong", within, about),
        concludes(f"nobody was spared when it was noticed, and {bare.says} has nothing instead", about, within.value),
    )
    expects = (bare,) if signal is None else (bare, signal)
    later = replace(spread, value=within.value, text=within.text)
    sooner = replace(within, value=spread.value, text=spread.text)
    moves = (
        Move(provider, f"take {within.text} or longer to reach everybody", (Change(spread, later),)),
        Move(provider, f"show a deviation within {spread.text}", (Change(within, sooner),)),
        Move(bare.says, f"keep something to use instead of a wrong {about}, and state it (fallback)"),
    )
    statements = (*_both(boundary, spread, within), Statement(bare, f"{bare.says} has nothing instead of {about}"))
    witness = Witness(steps, "noticed-before-everywhere", expects)
    return _finding(boundary, Verdict.MISMATCH, spread, within, statements, witness=witness, moves=moves)


def _unanswered(boundary: Boundary, spread: Fact, within: Fact, silent: str) -> Finding:
    question = Question(silent, f"what happens instead while {boundary.subject} is wrong (fallback)")
    return _finding(
        boundary, Verdict.UNANSWERED, spread, within, _both(boundary, spread, within), questions=(question,)
    )


def _both(boundary: Boundary, spread: Fact, within: Fact) -> tuple[Statement, ...]:
    return (
        Statement(spread, f"a change of {boundary.subject} reaches everybody within {spread.text}"),
        Statement(within, f"a deviation of {boundary.subject} is shown within {within.text}"),
    )


def _finding(
    boundary: Boundary, verdict: Verdict, spread: Fact, within: Fact, statements: tuple[Statement, ...], **more: object
) -> Finding:
    message = f"a change of {boundary.subject} is everywhere after {spread.text}, and noticed after {within.text}"
    return Finding(verdict, message, statements, "", boundary.provider, boundary.operation, **more)  # type: ignore[arg-type]
