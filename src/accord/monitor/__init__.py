"""The monitor: judges a witness from its steps and facts alone. It knows no rule, and trusts none.

It accepts only what it can recompute: every act is known, its fact was really read, its party may lean on that fact, its
time follows exactly from it, the order is possible, and the end breaks the expectation. Everything else is refused.
"""

from collections.abc import Callable, Container

from accord.model.fact import Fact
from accord.model.witness import Step, Witness
from accord.monitor import acts, expectations
from accord.monitor.speech import in_one_scope, is_statement
from accord.monitor.timeline import Timeline, new_timeline

WITHOUT_FACT = frozenset(("breaks", "detects", "fails", "concludes"))
NUMBERED = frozenset(("calls", "gives-up", "answers", "waits", "acts", "fails", "works", "states"))
COUNTED = frozenset(("calls", "gives-up", "answers", "waits", "acts", "fails", "multiplies", "loads", "concludes"))

Known = Callable[[Fact], bool] | Container[Fact]


def judge(witness: Witness, known: Known) -> str:
    """Why the witness is refused, in one sentence; "" where it is accepted.

    `known` tells whether a fact was really read: equal in every part, its place included.
    """
    judge_expectation = expectations.JUDGES.get(witness.breaks)
    if judge_expectation is None:
        return f"the expectation {witness.breaks!r} is unknown"
    line = new_timeline(witness)
    refusal = _facts_refused(line, known) or _steps_refused(line)
    if refusal:
        return refusal
    kept = judge_expectation(line)
    return f"{witness.breaks} is not broken: {kept}" if kept else ""


def _facts_refused(line: Timeline, known: Known) -> str:
    was_read = known if callable(known) else known.__contains__
    seen = [step.fact for step in line.witness.steps if step.act == "seen"]
    for fact in line.facts:
        if not was_read(fact):
            return f"nobody states {fact.subject} {fact.term} at {fact.place}"
        if not is_statement(fact) and fact not in seen:
            return f"{fact.subject} {fact.term} was observed, not said"
    return "" if in_one_scope(line.facts) else "its facts never hold together"


def _steps_refused(line: Timeline) -> str:
    steps = line.witness.steps
    for number, step in enumerate(steps, start=1):
        refusal = _step_refused(line, step)
        if refusal:
            return f"step {number} ({step.party or 'nobody'} {step.act} {step.about}) is refused: {refusal}".replace(
                " )", ")"
            )
        line.now = step.at
        line.told.append(step)
    if not steps or steps[-1].act != "concludes":
        return "it has no last line"
    return ""


def _step_refused(line: Timeline, step: Step) -> str:
    judge_act = acts.JUDGES.get(step.act)
    if judge_act is None:
        return f"the act {step.act!r} is unknown"
    if step.at < line.now:
        return "it comes before the step above it"
    if step.fact is None and step.act not in WITHOUT_FACT:
        return "no fact permits it"
    if step.fact is not None and is_statement(step.fact) == (step.act == "seen"):
        return "what was seen and what was said permit different acts"
    if (
        min(step.count, step.attempt) < 0
        or (step.count and step.act not in COUNTED)
        or (step.attempt and step.act not in NUMBERED)
    ):
        return "an attempt or a count has no meaning here"
    return judge_act(line, step)
