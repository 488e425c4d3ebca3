"""Recovery needs what failed.

The repair, the signal or the fallback of an operation reaches, by what it needs, the operation that failed. Everyone
is right: the tools run on the platform everything runs on, the backup runs the proven program. Each holds while the
other holds, and both fall together.

For the repair and the signal the chain must lead back to the operation itself; for a fallback it is enough that both
need the same third party. A need with a fallback of its own breaks the chain. Where several signals or repairers are
named, one that stands apart is enough.

## Example
```yaml file=network/accord.yaml
party: backbone
promises:
  route:
    detect: {by: backbone-watch, within: 1m}              # finding: mismatch
    recover: {by: network-oncall, within: 30m, how: restore-backbone}  # finding: mismatch
---
{party: names, promises: {resolve: {needs: [backbone/route]}}}
---
{party: door-system, promises: {enter: {needs: [names/resolve]}}}
---
{party: backbone-watch, kind: alert, promises: {warn: {needs: [backbone]}}}
---
{party: network-oncall, kind: rota, promises: {page: {acknowledge: 5m, hours: 24x7}}}
---
party: restore-backbone
kind: procedure
steps:
  - {do: go to the machine hall, by: network-oncall, needs: [door-system/enter], takes: 10m, done: inside}
```
### A backup with the same part
```yaml file=plans/accord.yaml
party: plans
promises:
  process:
    needs: [plan-logic/convert]
    fallback: plans-backup/process  # finding: mismatch
---
{party: plans-backup, promises: {process: {needs: [plan-logic/convert]}}}
---
party: tower
assumes: {plans/process: {fallback: plans-backup/process}}  # finding: mismatch
```

## Not a gap
The way in does not need what failed, and the backup has another part:
```yaml file=network/accord.yaml
party: backbone
promises:
  route: {recover: {by: network-oncall, within: 30m, how: restore-backbone}, needs: [fibre/light], fallback: radio/route}
---
{party: radio, promises: {route: {needs: [mast/power]}}}
---
party: restore-backbone
kind: procedure
steps:
  - {do: enter by the old line, by: network-oncall, needs: [modem/dial], takes: 10m, done: prompt}
---
party: network-oncall
kind: rota
promises: {page: {acknowledge: 5m, hours: 24x7, needs: [pager/ring]}}
assumes: {pager/ring: {fallback: the standby telephone}}
---
{party: pager, promises: {ring: {needs: [backbone/route]}}}
```

## Unanswered
A fallback is named, and nobody says what it needs:
```yaml file=plans/accord.yaml
party: plans
promises:
  process: {needs: [plan-logic/convert], fallback: plans-backup/process}  # finding: unanswered
---
{party: plans-backup, promises: {process: {latency: {max: 2s}}}}
```

## What to do
The party that promises it: name a repair, a signal or a fallback that stands apart. The party on the way: do without
what failed, or say what it falls back on.

## References
- More details about the October 4 outage, Meta Engineering, 2021-10-05
- CAA Independent Review of NATS (En Route) plc's flight planning system failure on 28 August 2023
"""

from collections.abc import Iterator

from accord.boundaries.calls.evidence import breaks, concludes, states
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.reliance.dependence import Link, Path, closure, meets, overlap, roots, shortest, starts
from accord.boundaries.reliance.relying import is_reference
from accord.model.fact import ANY, Fact
from accord.model.finding import Finding, Move, Question, Statement, Verdict
from accord.model.subject import operation_of, provider_of
from accord.model.witness import Witness

READS = ("needs", "recover", "detect", "fallback", "steps")
_REPAIRS = {"recover.by": "the repair", "recover.how": "the repair", "detect.by": "the signal"}


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Follows each repair, signal and fallback along what it needs."""
    for fact, operation in roots(system, view, _REPAIRS):
        subject = f"{fact.provider}/{operation}"
        if fact.term != "fallback":
            yield from _returning(system, view, fact, subject)
        elif is_reference(fact.value):
            yield from _sharing(system, view, fact, subject)


def _returning(system: System, view: View, fact: Fact, subject: str) -> Iterator[Finding]:
    """The repair or the signal leads back to what failed, whichever of those named acts."""
    paths = [
        shortest(system, start, view, lambda link: link.needed and meets(link.target, subject))
        for start in starts(system, fact)
    ]
    others = [name for name in fact.value if meets(name, subject) or provider_of(name) == fact.provider]
    if others or not paths or None in paths or (fact.term == "detect.by" and _elsewhere(system, view, subject, fact)):
        return
    path = min((path for path in paths if path), key=len)
    start = path[0].source
    named = Link(subject, start, fact, f"names {provider_of(start)} as {_REPAIRS[fact.term]}")
    message = f"{_REPAIRS[fact.term]} of {subject}, {start}, needs {subject} itself"
    if len(path) > 1:
        message = f"{_REPAIRS[fact.term]} of {subject}, {start}, needs {path[-1].source}, which needs {subject}"
    follows = f"{subject} deviates, and {_REPAIRS[fact.term]} waits for {subject}"
    steps = (breaks(subject), *(states(link.fact, link.does) for link in (named, *path)), concludes(follows, subject))
    witness = Witness(steps, "repair-stands-apart", (fact,))
    yield _finding(fact, subject, message, (named, *path), witness, _moves(fact, subject, path, subject))


def _elsewhere(system: System, view: View, subject: str, fact: Fact) -> bool:
    """Whether a signal for one term of the operation is named beside the one for all."""
    family = system.promised(fact.provider, operation_of(subject), view).family("detect.")
    return any(other.term.endswith(".by") and other is not fact for other in family)


def _sharing(system: System, view: View, fact: Fact, subject: str) -> Iterator[Finding]:
    """The fallback needs what the operation needs too, or the operation itself."""
    target = fact.value
    if meets(target, subject):
        return
    behind, own = closure(system, target, view), closure(system, subject, view)
    shared = [name for name in (subject, *own) if any(overlap(name, other) for other in (target, *behind))]
    if not shared:
        yield from _unknown(system, view, fact, subject, own)
        return
    chains = {name: next((path for other, path in behind.items() if overlap(name, other)), ()) for name in shared}
    failed = min(shared, key=lambda name: (len(chains[name]), len(own.get(name, ())), name))
    named = Link(subject, target, fact, f"falls back on {target}")
    there, here = (named, *chains[failed]), own.get(failed, ())
    too = f"needs {failed}, which {subject} needs too" if failed != subject else f"needs {subject} itself"
    message = f"the fallback of {subject}, {target}, " + (too if failed != target else f"is what {subject} needs")
    follows = f"{failed} deviates, and {subject} and its fallback {target} fail together"
    steps = (breaks(failed), *(states(link.fact, link.does) for link in (*there, *here)), concludes(follows, failed))
    witness = Witness(steps, "repair-stands-apart", (fact,))
    yield _finding(fact, subject, message, (*there, *here), witness, _moves(fact, subject, there[1:], failed))


def _unknown(system: System, view: View, fact: Fact, subject: str, own: dict[str, Path]) -> Iterator[Finding]:
    party, operation = provider_of(fact.value), operation_of(fact.value)
    if own and party in system.parties and system.needs(party, operation or ANY, view) is None:
        message = f"{subject} falls back on {fact.value}; nobody says what that needs"
        question = Question(party, f"what {fact.value} needs (needs)", "none of " + ", ".join(own))
        says = Statement(fact, f"{fact.says} falls back on {fact.value}")
        key = (fact.consumer, fact.provider, operation_of(subject))
        yield Finding(Verdict.UNANSWERED, message, (says,), *key, questions=(question,))


def _finding(fact: Fact, subject: str, message: str, path: Path, witness: Witness, moves: tuple[Move, ...]) -> Finding:
    statements = tuple(Statement(link.fact, f"{link.fact.says} {link.does}") for link in path)
    key = (fact.consumer, fact.provider, operation_of(subject))
    return Finding(Verdict.MISMATCH, message, statements, *key, witness=witness, moves=moves)


def _moves(fact: Fact, subject: str, path: Path, failed: str) -> tuple[Move, ...]:
    what = _REPAIRS.get(fact.term, "the fallback").removeprefix("the ")
    first = Move(fact.says, f"name a {what} of {subject} that does not need {failed}")
    if not path:
        return (first,)
    last = path[-1]
    return (first, Move(last.fact.says, f"do without {last.target}, or say what it falls back on"))
