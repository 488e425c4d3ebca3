"""Idle limit cuts a silent answer.

A layer before the provider ends a call on which nothing has been heard for a while, and the provider works for longer than
that before it sends a byte. The layer is right: a silent connection is most often a dead one. The provider is right: it
answers inside its promise. Together they fail: the work is done, and its answer meets a closed stream.

It is the timer that is found last: limits on the whole call were raised to what the call may take, and the limit on
silence, often a default that nobody wrote, was not. Where it fires first this rule names it, with its layer; where a limit
on the call fires before it, `timing/caller-gives-up-first` does.

A provider that sends something in between says so: `silence: 30s` is the longest time without a byte. Without it, an answer
may be silent for as long as it may take.

## Example
```yaml file=jobs/accord.yaml
party: jobs
assumes:
  video/transcode:
    timeout: {request: 24h, idle: 5m}  # finding: mismatch
```
```yaml file=video/accord.yaml
party: video
promises:
  transcode: {latency: {max: 23h}}
```

### A silence that is stated
```yaml file=jobs/accord.yaml
party: jobs
assumes:
  video/transcode:
    timeout: {idle: 5m}  # finding: mismatch
```
```yaml file=video/accord.yaml
party: video
promises:
  transcode: {silence: 10m}
```

## Not a gap
The provider sends its progress:
```yaml file=jobs/accord.yaml
party: jobs
assumes:
  video/transcode: {timeout: {request: 24h, idle: 5m}}
```
```yaml file=video/accord.yaml
party: video
promises:
  transcode: {latency: {max: 23h}, silence: 30s}
```

## Unanswered
```yaml file=web/accord.yaml
party: web
assumes:
  search/query: {timeout: {idle: 1s}}      # finding: conditional
  search/suggest: {timeout: {idle: 50ms}}  # finding: unanswered
```
```yaml file=search/accord.yaml
party: search
promises:
  query: {latency: {p99.9: 300ms}}
  suggest: {at: GET /suggest}
```

## What to do
The caller: raise the limit on silence of the layer that is named, and of every other layer on the way. The provider: send
something before (headers, progress), and promise `silence`; or answer sooner.

## References
- Envoy, "How do I configure timeouts?": stream idle timeouts apply to a stream without activity, 5 minutes by default
- nginx, proxy_read_timeout: between two successive reads, not for the whole response
"""

from collections.abc import Iterator

from accord.boundaries.calls.agreed import Agreement, agreement, still_open
from accord.boundaries.calls.limits import first_limit, lengthened, longest_silence
from accord.boundaries.calls.percentiles import share_beyond, tail
from accord.boundaries.calls.story import cut_in_silence, cut_short
from accord.boundaries.calls.wording import answers_within, at_layer, caller, exchanged, leaves, may_answer, when
from accord.boundaries.calls.worst import FOREVER, worst
from accord.boundaries.join.system import Boundary
from accord.model.duration import show_duration
from accord.model.fact import Fact, Stance
from accord.model.finding import Finding, Move, Question, Statement, Verdict

READS = (
    "timeout", "latency", "silence", "platform", "attempts", "backoff", "retry_on", "handles", "needs", "idempotent",
    "at", "fallback",
)  # fmt: skip
NEEDS = ("timeout.idle",)


def check(boundary: Boundary) -> Iterator[Finding]:
    """Holds a limit on silence that fires first against the longest silence of the provider."""
    limit = first_limit(boundary)
    if limit is None or limit.term != "timeout.idle":
        return
    may, silence = worst(boundary), longest_silence(boundary)
    if silence is not None and (may.stated is None or silence.value < may.surely):
        yield from _cut(boundary, limit, silence, silence.value)
    elif may.surely > limit.value:
        slow = may.injected if may.held_back > limit.value else may.stated
        if slow is not None:
            yield from _cut(boundary, limit, slow, may.surely)
    elif may.stated is None and limit.stance is not Stance.DEFAULT and not _is_agreed(boundary, limit):
        yield _open(boundary, limit)


def _cut(boundary: Boundary, limit: Fact, slow: Fact, wanted: int) -> Iterator[Finding]:
    agreed = agreement(boundary, limit)
    if agreed is Agreement.AGREED:
        return
    silent = f"may be silent for {slow.text}" if slow.term == "silence" else f"may answer {when(slow)}"
    leaving = f"gives up{at_layer(boundary, limit)} after {limit.text} of silence"
    message = f"{caller(boundary)} {leaving}, {boundary.provider} {silent}"
    statements = (leaves(boundary, limit), _may_be_silent(slow))
    if agreed is Agreement.OPEN:
        questions = (still_open(boundary, limit),)
        yield Finding(Verdict.UNANSWERED, message, statements, *boundary.key, questions=questions)
        return
    witness = cut_in_silence(boundary, slow) if slow.term == "silence" else cut_short(boundary)
    if witness is not None:
        moves = _moves(boundary, limit, slow, wanted)
        yield Finding(Verdict.MISMATCH, message, statements, *boundary.key, witness=witness, moves=moves)


def _may_be_silent(slow: Fact) -> Statement:
    if slow.term == "silence":
        return Statement(slow, f"{slow.provider} may be silent for {slow.text}")
    if slow.term == "latency.injected":
        return may_answer(slow)
    return Statement(slow, f"{may_answer(slow).says}, and does not say that it sends anything before")


def _moves(boundary: Boundary, limit: Fact, slow: Fact, wanted: int) -> tuple[Move, ...]:
    moves = []
    if wanted < FOREVER and boundary.consumer:
        does = f"bear a silence of {show_duration(wanted)}"
        moves.append(Move(boundary.consumer, does, lengthened(boundary, wanted)))
    if slow.term != "latency.injected":
        term = "be silent for" if slow.term == "silence" else "promise"
        moves.append(
            Move(boundary.provider, f"{term} at most {limit.text}", (exchanged(slow, limit.value, limit.text),))
        )
    return tuple(moves)


def _is_agreed(boundary: Boundary, limit: Fact) -> bool:
    return agreement(boundary, limit) is Agreement.AGREED


def _open(boundary: Boundary, limit: Fact) -> Finding:
    """Nobody stands for a longest silence; a percentile decides only under a condition."""
    asks = f"how long {boundary.subject} may be silent (silence), or how late it may answer (latency: {{max: ...}})"
    questions = (Question(boundary.provider, asks, f"at most {limit.text}"),)
    share = tail(boundary.promised, limit.value)
    who = f"{caller(boundary)} gives up after {limit.text} of silence"
    if share is None:
        message = f"{who}; nobody says how long {boundary.subject} may be silent"
        return Finding(Verdict.UNANSWERED, message, (leaves(boundary, limit),), *boundary.key, questions=questions)
    message = f"{who}; up to {share_beyond(share)} of the answers of {boundary.subject} may come later"
    statements = (leaves(boundary, limit), answers_within(share))
    condition = f"holds only while no answer is silent for longer than {limit.text}"
    return Finding(Verdict.CONDITIONAL, message, statements, *boundary.key, questions=questions, condition=condition)
