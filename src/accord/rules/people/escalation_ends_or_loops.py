"""Escalation ends or loops.

A deviation is shown and nobody is woken: the signal pages nobody, the ladder ends at a party that pages nobody, or it
comes back to a party that was paged before while nobody on it promises to answer. Each rung is sensible by itself; each
hands on to the next.

A ladder that ends with people who promise to acknowledge has an end: `escalates: none` is then an answer. A ladder that
comes back to somebody who promises to acknowledge is a repetition, not a loop.

## Example
A signal that wakes nobody:
```yaml file=router/accord.yaml
party: router
promises: {route: {detect: {by: disabled-mail}}}
---
party: disabled-mail
kind: alert
escalates: none  # finding: mismatch
```
### A loop
```yaml file=duty/accord.yaml
party: first
kind: rota
escalates: [{after: 10m, to: second}]  # finding: mismatch
---
party: second
kind: rota
escalates: [{after: 15m, to: first}]
```
### A rung that leads to nobody
```yaml file=duty/accord.yaml
party: first
kind: rota
promises: {page: {acknowledge: 5m}}
escalates: [{after: 10m, to: log-sink}]  # finding: mismatch
---
party: log-sink
kind: service
escalates: none
```

## Not a gap
```yaml file=duty/accord.yaml
party: router
promises: {route: {detect: {by: [disabled-mail, RouteErrors]}}}
---
party: disabled-mail
kind: alert
escalates: none
---
party: RouteErrors
kind: alert
escalates: [{after: 0s, to: first}]
---
party: first
kind: rota
promises: {page: {acknowledge: 5m}}
escalates: [{after: 10m, unless: acknowledged, to: second}]
---
party: second
kind: rota
promises: {page: {acknowledge: 5m}}
escalates: [{after: 30m, unless: acknowledged, to: first}]
```

## Unanswered
```yaml file=duty/accord.yaml
party: first
kind: rota
promises: {page: {acknowledge: 5m}}
escalates: [{after: 10m, unless: acknowledged, to: vendor}]  # finding: unanswered
---
party: router
promises: {route: {detect: {by: mail}}}
---
party: mail
escalates: none  # finding: unanswered
```

## What to do
Who pages: name somebody who answers. Who is paged: promise how soon a page is answered (`acknowledge`).

## References
- PagerDuty, Opsgenie and GoAlert: escalation policies and their repetition
- SEC Release 34-70694 (Knight Capital): 97 mails that were not designed as alerts
"""

from collections.abc import Iterator

from msgspec.structs import replace

from accord.boundaries.join.side import Side
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.people.ladder import Return, answering, references, shown_by, signals
from accord.boundaries.people.summons import (
    answers,
    circles,
    going_round,
    is_nobody,
    ladders,
    passed_on_to_nobody,
    reaching_nobody,
)
from accord.model.contract_values import Rung
from accord.model.fact import Fact
from accord.model.finding import Finding, Move, Question, Statement, Verdict
from accord.model.nothing import NONE
from accord.model.subject import operation_of, provider_of

READS = ("escalates", "detect", "acknowledge", "kind")


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Follows every signal and every rung to its end."""
    silent = {fact.provider for fact in system.about("escalates") if fact.value is NONE}
    shown = shown_by(system, silent) if silent else ()
    concerned = [key for key in system.keys if key[1] in shown] if shown else []
    for provider, operation in dict.fromkeys(key[1:] for key in concerned):
        yield from _signals(system, "", f"{provider}/{operation}", system.promised(provider, operation, view), view)
    for key in concerned:
        if key[0]:
            yield from _signals(system, key[0], f"{key[1]}/{key[2]}", system.assumed(key, view), view)
    for party, stated in ladders(system, view):
        for rung in {rung.to: rung for rung in reversed(stated.value)}.values():
            yield from _rung(system, party, stated, rung, view)
    for party, back in circles(system, view):
        yield _circle(party, back)


def _signals(system: System, consumer: str, about: str, side: Side, view: View) -> Iterator[Finding]:
    """The signals of one side, where every one of them says that it wakes nobody."""
    named = [(fact, provider_of(name)) for fact in signals(side) for name in references(fact)]
    silent = (
        system.party(alert, view).value("escalates") is NONE and is_nobody(system, alert, view) is not False
        for _, alert in named
    )
    if not named or not all(silent):
        return
    shown, alert = named[0]
    own = system.party(alert, view)
    none, kind = own.get("escalates"), own.get("kind")
    assert none is not None
    provider, operation = provider_of(about), operation_of(about)
    where = (consumer, provider, operation)
    message = f"{alert} shows a deviation of {about} and wakes nobody"
    statements = (Statement(none, f"{alert} wakes nobody"), Statement(shown, f"{shown.says} relies on {shown.text}"))
    if kind is None:
        question = Question(alert, "what it is, and whom it wakes (kind, escalates)")
        yield Finding(Verdict.UNANSWERED, message, statements, *where, questions=(question,))
        return
    witness = reaching_nobody(
        about, shown, side.get("detect.within"), [none, kind], f"{alert} has shown it, and nobody is woken"
    )
    moves = (
        Move(alert, "page somebody who answers (escalates)"),
        Move(shown.says, f"name a signal of {about} that wakes somebody (detect)"),
    )
    yield Finding(Verdict.MISMATCH, message, statements, *where, witness=witness, moves=moves)


def _rung(system: System, party: str, stated: Fact, rung: Rung, view: View) -> Iterator[Finding]:
    """Where one rung leads."""
    paged, operation = answering(system, rung.to)
    own = system.party(paged, view)
    none, kind = own.get("escalates"), own.get("kind")
    if answers(system, paged, view) or (none is not None and none.value is not NONE):
        return
    rung_of = Statement(replace(stated, place=rung.place), f"{party} pages {rung.to}")
    if none is None or kind is None or not is_nobody(system, paged, view):
        if stated.source != "contract":
            return  # a tool has no place to say how soon a person answers
        question = Question(paged, f"how soon it answers a page ({paged}/{operation}: acknowledge)")
        message = f"{party} pages {rung.to}; nobody says how soon {paged} answers"
        yield Finding(Verdict.UNANSWERED, message, (rung_of,), party, paged, operation, questions=(question,))
        return
    message = f"{party} pages {rung.to}, a {kind.text} that wakes nobody"
    statements = (rung_of, Statement(none, f"{paged} wakes nobody"))
    witness = passed_on_to_nobody(party, stated, rung, [none, kind], f"{paged} is paged, and nobody is woken")
    moves = (Move(party, "page somebody who answers (escalates)"), Move(paged, "page somebody who answers (escalates)"))
    yield Finding(Verdict.MISMATCH, message, statements, party, paged, operation, witness=witness, moves=moves)


def _circle(party: str, back: Return) -> Finding:
    around = " -> ".join((party, *back.path))
    pagers = (party, *back.path)
    pairs = dict.fromkeys(zip(pagers, back.path, back.because, strict=False))
    statements = tuple(Statement(because, f"{pager} pages {paged}") for pager, paged, because in pairs)
    moves = tuple(Move(name, "promise how soon a page is answered (acknowledge)") for name in dict.fromkeys(back.path))
    message = f"the ladder of {party} comes back ({around}), and nobody on it promises to answer"
    return Finding(Verdict.MISMATCH, message, statements, "", party, witness=going_round(party, back), moves=moves)
