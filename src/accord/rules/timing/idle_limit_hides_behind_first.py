"""Idle limit hides behind the first.

A caller has two limits that its provider does not keep: one on the call, which fires first, and a later one on silence,
often a default that nobody wrote. Whoever meets the first raises it, sees calls end at another round figure, and looks for
the next. Each limit is right for a call as it was meant; the answer is longer than both, and only the first shows.

`timing/caller-gives-up-first` names the limit that fires. This rule names the one behind it, so that both are raised at once.

## Example
```yaml file=jobs/accord.yaml
party: jobs
assumes:
  video/transcode:
    timeout: {request: 60s, idle: 5m}  # finding: conditional
```
```yaml file=video/accord.yaml
party: video
promises:
  transcode: {latency: {max: 23h}}
```

## Not a gap
The provider is done before the limit on silence, or sends something in between:
```yaml file=jobs/accord.yaml
party: jobs
assumes:
  video/thumbnail: {timeout: {request: 60s, idle: 5m}}
  video/transcode: {timeout: {request: 60s, idle: 5m}}
```
```yaml file=video/accord.yaml
party: video
promises:
  thumbnail: {latency: {max: 2m}}
  transcode: {latency: {max: 23h}, silence: 30s}
```

## Unanswered
Where nobody says how late an answer may come, the first limit asks for it, and this rule says nothing more:
```yaml file=jobs/accord.yaml
party: jobs
assumes: {video/transcode: {timeout: {request: 60s, idle: 5m}}}
```
```yaml file=video/accord.yaml
party: video
promises: {transcode: {at: POST /transcode}}
```

## What to do
The caller: raise both limits, each of them at every layer. The provider: send something before (headers, progress), and
promise `silence`; or answer sooner.

## References
- Envoy, "How do I configure timeouts?": the stream idle timeout is another one than that of the route, 5 minutes by default
"""

from collections.abc import Iterator

from accord.boundaries.calls.agreed import Agreement, agreement
from accord.boundaries.calls.limits import limits
from accord.boundaries.calls.wording import leaves, may_answer, when
from accord.boundaries.calls.worst import worst
from accord.boundaries.join.system import Boundary
from accord.model.finding import Finding, Verdict

READS = (
    "timeout", "latency", "silence", "platform", "attempts", "backoff", "retry_on", "handles", "needs", "idempotent",
    "at", "fallback",
)  # fmt: skip
NEEDS = ("timeout.idle",)


def check(boundary: Boundary) -> Iterator[Finding]:
    """Looks for a limit on silence that is too short, behind another limit that is too short and fires first."""
    first, *later = limits(boundary) or (None,)
    if first is None or first.term == "timeout.idle":
        return
    idle = next((fact for fact in later if fact.term == "timeout.idle"), None)
    may = worst(boundary)
    if idle is None or may.stated is None or may.surely <= idle.value:
        return
    if agreement(boundary, first) is Agreement.AGREED:
        return
    message = f"{boundary.provider} may answer {when(may.stated)}; behind the limit of {first.text} waits one of {idle.text} of silence"
    yield Finding(
        Verdict.CONDITIONAL,
        message,
        (leaves(boundary, idle), may_answer(may.stated), leaves(boundary, first)),
        *boundary.key,
        condition=f"fires as soon as the limit of {first.text} is raised above it",
    )
