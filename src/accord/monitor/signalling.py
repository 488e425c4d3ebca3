"""What the acts between a failure and the page that tells of it demand: each takes exactly what its fact says.

A function returns why the step is refused, or "".
"""

from accord.model.alerting import Route
from accord.model.fact import Fact
from accord.model.witness import Step
from accord.monitor.timeline import Timeline

SIGNALLING = ("reads", "evaluates", "holds", "gathers")
"""The acts in the order in which they can come, each at most once for one deviation."""


def reads(line: Timeline, step: Step) -> str:
    """A server has read the deviation from its targets."""
    return _part_refused(line, step, ("scrape.interval",))


def evaluates(line: Timeline, step: Step) -> str:
    """The rule that shows the deviation is evaluated."""
    return _part_refused(line, step, ("alert.interval", "evaluation.interval"))


def holds(line: Timeline, step: Step) -> str:
    """The condition has held as long as the rule asks, at an evaluation."""
    every = next(
        (one.fact.value for one in line.told if one.act == "evaluates" and one.about == step.about and one.fact), 0
    )
    return _part_refused(line, step, ("alert.for",), int(every))


def gathers(line: Timeline, step: Step) -> str:
    """The first page of a group waits for others."""
    return _part_refused(line, step, ("route.", "group_wait"))


def _part_refused(line: Timeline, step: Step, terms: tuple[str, ...], every: int = 0) -> str:
    fact, before = step.fact, line.last_act()
    if fact is None or not any(fact.term == term or (term[-1] == "." and fact.term.startswith(term)) for term in terms):
        return "no fact says how long this takes"
    if step.party != fact.says:
        return f"{step.party} does not say so"
    if step.about not in line.broke or step.about in line.detected or before is None:
        return "nothing has gone wrong there, or it was shown before"
    earlier = [one.act for one in line.told if one.about == step.about and one.act in SIGNALLING]
    if any(SIGNALLING.index(act) >= SIGNALLING.index(step.act) for act in earlier):
        return "these acts come in order, each once"
    takes = _nanoseconds(fact)
    if takes is not None and every:
        takes = -(-takes // every) * every
    return "" if takes is not None and step.at == before.at + takes else "it takes another time"


def _nanoseconds(fact: Fact) -> int | None:
    value = fact.value.group_wait if isinstance(fact.value, Route) else fact.value
    return value if isinstance(value, int) else None
