"""More ways in which statements break an expectation: a promise against its own party's others, several sides together.

A function returns whether the facts of the witness show it.
"""

from datetime import UTC, datetime, timedelta

from accord.model.amount import Amount
from accord.model.contract_values import Needs
from accord.model.fact import Fact, Stance
from accord.model.hours import DailyInstant
from accord.model.witness import Step
from accord.monitor.carrying import instant
from accord.monitor.lying_inside import lies_inside, share_of
from accord.monitor.speech import is_providers, leads_to, references
from accord.monitor.timeline import Timeline

_SUMMED = ("rate", "concurrency", "connections")
_HALF_A_DAY = timedelta(hours=12)


def contradicts_itself(line: Timeline) -> bool:
    """Two promises of one operation of which one allows what the other forbids."""
    promised = [fact for fact in line.facts if fact.stance is Stance.PROMISES and not fact.consumer]
    return any(
        one.subject == other.subject and one.layer == other.layer and (_looser(one, other) or _too_soon(line, one, other))
        for one in promised
        for other in promised
    )


def _looser(one: Fact, other: Fact) -> bool:
    """Whether a smaller share of answers is given more time than a larger one."""
    if not one.term.startswith("latency.") or not other.term.startswith("latency."):
        return False
    less, more = share_of(one.term), share_of(other.term)
    timed = isinstance(one.value, int) and isinstance(other.value, int)
    return less is not None and more is not None and less < more and timed and one.value > other.value


def _too_soon(line: Timeline, shown: Fact, within: Fact) -> bool:
    """Whether a recovery that counts from the failure is due before the failure is shown."""
    counted = any(fact.value == "failure" for fact in line.of_provider("recover.from", within.subject))
    timed = isinstance(shown.value, int) and isinstance(within.value, int)
    return shown.term == "detect.within" and within.term == "recover.within" and counted and timed and shown.value > within.value


def made_of_older(line: Timeline) -> bool:
    """Whether the data an operation needs may be older than what it promises."""
    for needs in line.facts_of("needs"):
        parts = [part for together in needs.value.calls for part in together] if isinstance(needs.value, Needs) else []
        promised = [fact.value for fact in line.of_provider("freshness", needs.subject) if isinstance(fact.value, int)]
        read = [fact.value for part in parts for fact in line.facts_of("freshness") if is_providers(fact, part) and isinstance(fact.value, int)]
        if promised and read and max(read) > min(promised):
            return True
    return False


def sent_together(line: Timeline) -> bool:
    """Whether several callers together send more of one quantity than the provider accepts from all."""
    for taken in line.facts:
        name = taken.term.removeprefix("accepts.")
        if taken.consumer or name not in _SUMMED or not isinstance(taken.value, Amount) or taken.value.each:
            continue
        limit = taken.value
        by_caller = {fact.consumer: fact.value for fact in line.facts_of(f"sends.{name}") if fact.consumer and fact.subject == taken.subject}
        sums = [value.value for value in by_caller.values() if isinstance(value, Amount) and value.dimension == limit.dimension]
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
        fact.subject == promise.subject and _comes_after(promise.value, moment) for fact in read for promise in facts if not promise.consumer
    )


def _comes_after(promise: DailyInstant, moment: datetime) -> bool:
    """Whether the nearest instant of the promise lies after the moment, less than half a day away."""
    day = timedelta(days=1)
    around = promise.instants(moment.astimezone(UTC) - day, moment.astimezone(UTC) + day)
    before = [moment - each for each in around if each <= moment]
    after = [each - moment for each in around if each > moment]
    return bool(after) and min(after) < _HALF_A_DAY and (not before or min(after) < min(before))


def fallback_shares_fate(line: Timeline) -> bool:
    """Whether a fallback needs what broke, and the operation it stands in for needs it too or is what broke."""
    chain = [step for step in line.told if step.act == "states" and step.fact is not None]
    if not chain or chain[0].fact is None or chain[0].fact.term != "fallback":
        return False
    return any(_fall_together(chain, chain[0].fact, failed) for failed in line.broke)


def _fall_together(chain: list[Step], fallback: Fact, failed: str) -> bool:
    facts = [step.fact for step in chain if step.fact is not None]
    for cut in range(1, len(facts) + 1):
        there, here = facts[:cut], facts[cut:]
        if not _is_chain(there, failed):
            continue
        if leads_to(failed, fallback.subject) and not here:
            return True
        if here and here[0].term == "needs" and is_providers(here[0], fallback.subject) and _is_chain(here, failed):
            return True
    return False


def _is_chain(facts: list[Fact], failed: str) -> bool:
    """Whether each fact names the subject of the next, and the last what failed."""
    subjects = [*(fact.subject for fact in facts[1:]), failed]
    return all(_names(fact, subject) for fact, subject in zip(facts, subjects, strict=True))


def _names(fact: Fact, subject: str) -> bool:
    return any(leads_to(reference, subject) for reference in references(fact.value))
