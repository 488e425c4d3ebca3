"""More ways in which statements break an expectation: a party against itself, several sides together, a shared fate.

A function returns whether the facts of the witness show it.
"""

from datetime import UTC, datetime, timedelta
from math import inf

from accord.model.amount import Amount
from accord.model.contract_values import Needs, references
from accord.model.fact import Fact
from accord.model.hours import DailyInstant
from accord.monitor.carrying import instant
from accord.monitor.lying_inside import lies_inside
from accord.monitor.speech import is_providers, leads_to, speaks_of
from accord.monitor.timeline import Timeline

_SUMMED = ("rate", "concurrency", "connections")
_HALF_A_DAY = timedelta(hours=12)


def is_due_before_it_is_seen(line: Timeline) -> bool:
    """Whether one party promises a repair, counted from the failure, sooner than its own signal."""
    for within in line.facts_of("recover.within"):
        counted = [fact.value for fact in line.of_provider("recover.from", within.subject)]
        seen = [fact.value for fact in line.of_provider("detect.within", within.subject) if isinstance(fact.value, int)]
        timed = isinstance(within.value, int) and not within.consumer and counted == ["failure"]
        if timed and any(time > within.value for time in seen):
            return True
    return False


def made_of_older(line: Timeline) -> bool:
    """Whether the data an operation needs may be older than what it promises."""
    for needs in line.facts_of("needs"):
        parts = [part for together in needs.value.calls for part in together] if isinstance(needs.value, Needs) else []
        promised = [fact.value for fact in line.of_provider("freshness", needs.subject) if isinstance(fact.value, int)]
        read = [_age(fact.value) for part in parts for fact in line.facts_of("freshness") if is_providers(fact, part)]
        if promised and read and max(read) > min(promised):
            return True
    return False


def _age(value: object) -> float:
    """The age that data may have; without end where none is promised."""
    return value if isinstance(value, int) else inf


def sent_together(line: Timeline) -> bool:
    """Whether several callers together send more of one quantity than the provider accepts from all."""
    for taken in line.facts:
        name = taken.term.removeprefix("accepts.")
        if taken.consumer or name not in _SUMMED or not isinstance(taken.value, Amount) or taken.value.each:
            continue
        limit = taken.value
        by_caller = {
            fact.consumer: fact.value
            for fact in line.facts_of(f"sends.{name}")
            if fact.consumer and fact.subject == taken.subject
        }
        sums = [
            value.value
            for value in by_caller.values()
            if isinstance(value, Amount) and value.dimension == limit.dimension
        ]
        if sum(sums) > limit.value:
            return True
    return False


def passed_on(line: Timeline) -> bool:
    """Whether a producer puts into a queue what a receiver at another operation of it cannot take."""
    queues = {fact.provider for fact in line.facts_of("kind") if fact.value == "queue"}
    callers = [fact for fact in line.facts if fact.consumer and fact.provider in queues]
    return any(
        sent.term.startswith("sends.")
        and taken.term.startswith("accepts.")
        and sent.provider == taken.provider
        and sent.operation != taken.operation
        and lies_inside(sent, taken) is False
        for sent in callers
        for taken in callers
    )


def read_too_early(line: Timeline) -> bool:
    """Whether something is read at the start of the witness, and the promise to be ready comes soon after, not soon before."""
    moment = instant(line.witness.starts, 0)
    if moment is None:
        return False
    facts = [fact for fact in line.facts_of("ready_by") if isinstance(fact.value, DailyInstant)]
    read = [fact for fact in facts if fact.consumer and fact.value.instants(moment, moment + timedelta(seconds=1))]
    return any(
        fact.subject == promise.subject and _comes_after(promise.value, moment)
        for fact in read
        for promise in facts
        if not promise.consumer
    )


def _comes_after(promise: DailyInstant, moment: datetime) -> bool:
    """Whether the nearest instant of the promise lies after the moment, less than half a day away."""
    day = timedelta(days=1)
    around = promise.instants(moment.astimezone(UTC) - day, moment.astimezone(UTC) + day)
    before = [moment - each for each in around if each <= moment]
    after = [each - moment for each in around if each > moment]
    return bool(after) and min(after) < _HALF_A_DAY and (not before or min(after) < min(before))


def fallback_shares_fate(chain: list[Fact], failed: str) -> bool:
    """Whether a fallback leads to what failed, and the operation it stands in for needs that too, or is it.

    The chain goes from the fallback to what failed, and then from the operation, by its needs, to the same.
    """
    for cut in range(1, len(chain) + 1):
        there, here = chain[:cut], chain[cut:]
        own = (
            leads_to(failed, chain[0].subject)
            if not here
            else here[0].term == "needs" and speaks_of(here[0], chain[0].subject)
        )
        if own and is_chain(there, failed) and is_chain(here, failed):
            return True
    return False


def is_chain(facts: list[Fact], target: str) -> bool:
    """Whether each fact names the subject of the next, and the last one the target; an empty chain does."""
    subjects = [*(fact.subject for fact in facts[1:]), target][: len(facts)]
    return all(_names(fact, subject) for fact, subject in zip(facts, subjects, strict=True))


def _names(fact: Fact, subject: str) -> bool:
    return any(leads_to(reference, subject) for reference in references(fact.value))
