"""What the acts that take no time demand of their step: what was said, how much arrives, who is away, and the last line.

A function returns why the step is refused, or "".
"""

from fractions import Fraction

from accord.model.amount import Amount, Growth
from accord.model.duration import SECOND
from accord.model.hours import Hours
from accord.model.witness import Step
from accord.monitor.carrying import instant
from accord.monitor.rotas import clock_of, group_at, shifts_of
from accord.monitor.speech import is_callers, is_of_party, is_providers, leads_to, provider_of, references, speaks_of
from accord.monitor.timeline import Timeline


def states(line: Timeline, step: Step) -> str:
    """A party said so."""
    if step.fact is None or step.party != step.fact.says:
        return f"{step.party} did not say it"
    spoken_of = step.about in ("", step.fact.subject) or speaks_of(step.fact, step.about)
    if not spoken_of and not called_in(step.fact.value, step.about):
        return f"it was not said of {step.about}"
    if step.attempt and not (
        isinstance(step.fact.value, tuple) and step.fact.term == "steps" and step.attempt <= len(step.fact.value)
    ):
        return "no step of a procedure has this number"
    return "what was said holds from 0s" if step.at else ""


def away(line: Timeline, step: Step) -> str:
    """A party is not on duty at this instant."""
    fact = step.fact
    shifts = shifts_of(line, step.party)
    own = fact is not None and fact.term == "hours" and is_of_party(fact, step.party) and isinstance(fact.value, Hours)
    if fact is None or not (own or fact in shifts):
        return f"{step.party} does not say when it is on duty"
    if step.about and provider_of(step.about) != step.party:
        return f"it is not {step.about} that is away"
    timed = any(before.act != "states" for before in line.told if before.act != "away")
    moment = instant(line.witness.starts, step.at)
    if moment is None or (step.at and not timed):
        return "the instant is not that of the start"
    if own:
        return f"{step.party} is on duty then" if fact.value.hold_at(moment) else ""
    groups = [group_at(shift.value, clock_of(line, step.party), moment) for shift in shifts]
    return "" if all(group == () for group in groups) else f"somebody of {step.party} may be on duty then"


def multiplies(line: Timeline, step: Step) -> str:
    """Each try so far makes several."""
    fact = step.fact
    if fact is None or fact.term != "attempts" or not is_callers(fact, step.party, step.about):
        return f"{step.party} does not say how often it tries {step.about}"
    if step.at or not isinstance(fact.value, int) or not 1 <= step.count <= fact.value:
        return "it is another number of tries, or another time"
    before = [one for one in line.told if one.act == "multiplies"]
    if any(one.fact == fact for one in before):
        return "these tries are counted before"
    if before and step.about != before[-1].about and not _is_next_call(line, before[-1], step):
        return f"nobody states that {before[-1].about} calls {step.about}"
    return ""


def _is_next_call(line: Timeline, before: Step, step: Step) -> bool:
    """Whether serving the call before makes this one, as a needs fact says."""
    needs = line.of_provider("needs", before.about)
    return step.party == provider_of(before.about) and any(called_in(fact.value, step.about) for fact in needs)


def called_in(value: object, about: str) -> bool:
    """Whether a value names this operation."""
    return any(leads_to(called, about) for called in references(value))


def loads(line: Timeline, step: Step) -> str:
    """So many calls a second arrive."""
    fact, product = step.fact, product_of(line, step)
    if fact is None or fact.term != "accepts.rate" or not is_providers(fact, step.about) or step.party != fact.provider:
        return f"{step.party} does not say what it accepts"
    sent = line.facts_of("sends.rate")
    rates = [rate for rate in (per_nanosecond(one.value) for one in sent) if rate is not None]
    if product is None or len(rates) != 1:
        return "the calls that arrive cannot be counted"
    return "another number of calls arrives" if step.at or step.count != int(rates[0] * product * SECOND) else ""


def product_of(line: Timeline, step: Step) -> int | None:
    """What one call of the first caller has become at `step.about`; None where the path of calls does not lead there."""
    tries = [one for one in line.told if one.act == "multiplies"]
    if not tries or (tries[-1].about != step.about and provider_of(tries[-1].about) != provider_of(step.about)):
        return None
    product = 1
    for one in tries:
        product *= one.count
    return product


def per_nanosecond(value: object) -> Fraction | None:
    """A rate of calls, or None where the value is no such rate; of a growing level, the level today."""
    if isinstance(value, Growth):
        value = value.now
    return value.value if isinstance(value, Amount) and value.dimension == "count/ns" else None


def concludes(line: Timeline, step: Step) -> str:
    """The last line."""
    if step.party or step.fact is not None:
        return "the last line is nobody's"
    if len(line.told) + 1 != len(line.witness.steps):
        return "it is not the last line"
    if step.about and not any(step.about in (one.about, one.fact and one.fact.subject) for one in line.told):
        return f"nothing was told of {step.about}"
    return "" if step.at == line.now else "it is not the time of the line before it"
