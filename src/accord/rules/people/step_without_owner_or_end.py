"""Step without owner or end.

A step of a procedure is done by nobody, or nothing shows that it is finished. Whoever wrote it knew who and how; on the
night it is needed, each waits for the other, or the next step begins before this one has worked.

`none` is an answer and a mismatch. What is left out is a question: one for each procedure, naming its steps.

## Example
```yaml file=ledger/accord.yaml
party: failover
kind: procedure
steps:
  - {do: stop writes, by: ledger-oncall, done: LedgerWritesZero}
  - {do: promote the replica, by: none, done: the replica reports role primary}  # finding: mismatch
  - {do: move the address, by: ledger-oncall, done: none}
```

## Not a gap
```yaml file=ledger/accord.yaml
party: failover
kind: procedure
steps:
  - {do: stop writes, by: ledger-oncall, done: LedgerWritesZero}
  - {do: promote the replica, by: ledger-oncall, done: the replica reports role primary}
```

## Unanswered
```yaml file=ledger/accord.yaml
party: failover
kind: procedure
steps:
  - {do: stop writes, by: ledger-oncall, done: LedgerWritesZero}
  - {do: promote the replica, by: ledger-oncall}  # finding: unanswered
  - {do: move the address, done: the new address answers}
```

## What to do
Whoever keeps the procedure: name who does the step (`by`), and the signal or the sentence that shows it is finished
(`done`).

## References
- SEC Release 34-70694 (Knight Capital): new code on seven of eight servers, and nothing that showed it
- Site Reliability Engineering, chapter 8, Release Engineering
"""

from collections.abc import Iterator

from msgspec.structs import replace

from accord.boundaries.calls.evidence import concludes
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.people.ladder import speakers
from accord.model.contract_values import WorkStep
from accord.model.fact import PARTY, Fact
from accord.model.finding import Finding, Move, Question, Statement, Verdict
from accord.model.nothing import NONE
from accord.model.place import Place
from accord.model.witness import Step, Witness

READS = ("steps",)
_Lack = tuple[int, WorkStep, str]  # number of the step, the step, the key that is missing
_SAYS = {"by": "is done by nobody", "done": "has nothing that shows it is finished"}
_KEYS = {"by": "who does it", "done": "what shows that it is finished"}
_ASKS = {"by": "who does", "done": "what shows the end of"}


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Looks at every step of every procedure."""
    for name in speakers(system, "steps"):
        stated = system.promised(name, PARTY, view).get("steps")
        if stated is None or stated.value is NONE:
            continue
        steps = list(enumerate(stated.value, start=1))
        refused = [
            (number, step, key) for number, step in steps for key in ("by", "done") if getattr(step, key) == "none"
        ]
        silent = [(number, step, key) for number, step in steps for key in ("by", "done") if getattr(step, key) is None]
        if refused:
            yield _nobody(stated, refused)
        if silent:
            yield _open(stated, silent)


def _nobody(stated: Fact, refused: list[_Lack]) -> Finding:
    first = refused[0]
    says = [f"`{step.do}` {_SAYS[key]}" for _, step, key in refused]
    steps = tuple(
        Step(0, stated.says, "states", f"step {number}, {text}", stated, stated.subject, number)
        for (number, _, _), text in zip(refused, says, strict=True)
    )
    witness = Witness(
        (*steps, concludes(f"{stated.provider} stops at step {first[0]}, or goes on too soon")), "step-ends", (stated,)
    )
    return Finding(
        Verdict.MISMATCH,
        f"{stated.provider}: {', and '.join(says)}",
        tuple(_statement(stated, lack, text) for lack, text in zip(refused, says, strict=True)),
        "",
        stated.provider,
        witness=witness,
        moves=(Move(stated.provider, f"say {_asked(refused)}"),),
    )


def _open(stated: Fact, silent: list[_Lack]) -> Finding:
    return Finding(
        Verdict.UNANSWERED,
        f"{stated.provider} does not say {_asked(silent)}",
        (_statement(stated, silent[0], f"`{silent[0][1].do}` does not say {_KEYS[silent[0][2]]}"),),
        "",
        stated.provider,
        questions=(Question(stated.provider, _asked(silent)),),
    )


def _asked(lacks: list[_Lack]) -> str:
    asked = []
    for key in ("by", "done"):
        named = [f"`{step.do}`" for _, step, other in lacks if other == key]
        if named:
            asked.append(f"{_ASKS[key]} {', '.join(named)} ({key})")
    return " and ".join(asked)


def _statement(stated: Fact, lack: _Lack, text: str) -> Statement:
    """The fact of all steps, placed where this step speaks."""
    _, step, key = lack
    place: Place = dict(step.places).get(key, step.place)
    return Statement(replace(stated, place=place), f"{stated.says}: {text}")
