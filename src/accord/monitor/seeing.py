"""What was seen: the act that leans on an observation, and the expectations that what happens can break."""

from fractions import Fraction

from accord.model.contract_values import Idempotence
from accord.model.fact import Fact
from accord.model.observed import over
from accord.model.witness import Step
from accord.monitor.speech import is_callers, is_providers, operation_of, provider_of
from accord.monitor.timeline import Timeline

_LIMITS = ("timeout.attempt", "timeout.request")


def seen(line: Timeline, step: Step) -> str:
    """Calls went so."""
    fact = step.fact
    if fact is None or (fact.provider, fact.operation) != (provider_of(step.about), operation_of(step.about)):
        return f"it was not seen of {step.about}"
    if step.party != fact.consumer:
        return f"they were not calls of {step.party}"
    return "what was seen has no time of its own" if step.at else ""


def happens_as_counted_on(line: Timeline) -> str:
    """Broken when something seen lies outside what its caller says."""
    for step in line.told:
        if step.act != "seen" or step.fact is None:
            continue
        for said in line.witness.expects:
            if is_callers(said, step.party, step.about) and _is_outside(step.fact, said):
                return ""
    return "what was seen lies inside what the caller says"


def executed_once(line: Timeline) -> str:
    """Broken when a request that had been done was seen to be executed again, and a repeat acts again."""
    for step in line.told:
        fact = step.fact
        if step.act == "seen" and fact is not None and fact.term == "seen.redone" and fact.value:
            return "" if _acts_again(line, step) else f"nothing says that a repeat of {step.about} acts again"
    return "no request was seen to be executed again after it had been done"


def _acts_again(line: Timeline, step: Step) -> bool:
    expects = line.witness.expects
    kept = [fact.value for fact in expects if fact.term == "idempotent" and is_providers(fact, step.about)]
    keys = [
        fact.value for fact in expects if fact.term == "idempotency_key" and is_callers(fact, step.party, step.about)
    ]
    kinds = {value.kind for value in kept if isinstance(value, Idempotence)}
    return kinds == {"never"} or (kinds == {"key"} and keys == ["none"])


def _is_outside(fact: Fact, said: Fact) -> bool:
    if not isinstance(said.value, int):
        return False
    if fact.term == "seen.caller" and said.term.startswith("latency.p"):
        if not _are_rows(fact.value):
            return False
        calls = sum(count for _, _, count in fact.value)
        left = 100 - Fraction(said.term.removeprefix("latency.p"))
        return bool(over(fact.value, said.value)[0] * 100 > calls * left)
    longer = isinstance(fact.value, int) and fact.value > said.value
    return longer and (
        (fact.term == "latency.max" and said.term in _LIMITS) or (fact.term, said.term) == ("waited.max", "latency.max")
    )


def _are_rows(value: object) -> bool:
    """Whether a value is three whole numbers each: from, to, and how many calls."""
    return isinstance(value, tuple) and all(
        isinstance(row, tuple) and len(row) == 3 and all(isinstance(number, int) for number in row) for row in value
    )
