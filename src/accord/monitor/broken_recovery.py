"""Whether a story of detection, duty and repair breaks its expectation. A function returns why it does not, or ""."""

from itertools import pairwise

from accord.model.contract_values import WorkStep
from accord.model.fact import Fact
from accord.model.hours import Hours
from accord.model.nothing import NONE
from accord.model.witness import Step
from accord.monitor.broken_promises import fallback_shares_fate
from accord.monitor.carrying import instant
from accord.monitor.speech import leads_to, names, provider_of, references, speaks_of
from accord.monitor.timeline import Timeline

PEOPLE = ("rota", "team", "external")
_REPAIRS = ("recover.by", "recover.how", "recover.within", "detect.by")


def recovered_in_time(line: Timeline) -> str:
    """Broken when the repair comes later than it was due."""
    late = [about for about, at in line.recovered.items() if at > line.due.get(about, at)]
    return "" if late else "the repair is in time"


def somebody_on_duty(line: Timeline) -> str:
    """Broken when nobody who answers for a promise is on duty while it holds."""
    gone = [step for step in line.told if step.act == "away"]
    if not gone:
        return "nobody is away"
    moment = instant(line.witness.starts, gone[-1].at)
    gone_parties = {step.party for step in gone if step.at == gone[-1].at}
    for promise in line.witness.expects:
        holds = promise.term == "hours" and isinstance(promise.value, Hours) and moment and promise.value.hold_at(moment)
        if holds and (_answering(line, promise) <= gone_parties or _is_needed(line, promise, gone_parties)):
            return ""
    return "the promise does not hold then, or somebody is on duty"


def _answering(line: Timeline, promise: Fact) -> set[str]:
    """Who keeps the promise: those whom the operation names, else the party itself."""
    named = [fact for fact in line.facts_of("recover.by", "detect.by") if fact.provider == promise.provider and fact is not promise]
    parties = {provider_of(name) for fact in named for name in references(fact.value)}
    return parties or {promise.provider}


def _is_needed(line: Timeline, promise: Fact, gone: set[str]) -> bool:
    """Whether one of those away is who a step of the repair names, or all are who show the deviation to who promises to answer."""
    how = [fact for fact in line.facts_of("recover.how") if speaks_of(fact, promise.subject)]
    steps = [fact for fact in line.facts_of("steps") if any(names(fact_of, fact.provider) for fact_of in how)]
    if any(names(fact, party) for fact in steps for party in gone):
        return True
    paged = [fact for fact in line.facts_of("recover.by", "escalates") if names(fact, promise.provider)]
    shown = [fact for fact in line.facts_of("detect.by") if {provider_of(name) for name in references(fact.value)} <= gone]
    return any(fact.provider in (*gone, signal.provider) for fact in paged for signal in shown)


def ladder_ends_in_a_person(line: Timeline) -> str:
    """Broken when pages go round in a circle, or end at a party that is nobody and pages nobody."""
    paged = [page.party for page in line.pages]
    if len(set(paged)) < len(paged):
        return ""
    last = paged[-1:] or [by for _, by in line.detected.values()]
    for party in last:
        kinds = [fact.value for fact in line.of_party("kind", party)]
        ends = any(step.fact is not None and step.fact.value is NONE and step.fact.provider == party for step in line.said("escalates"))
        if ends and kinds and not any(kind in PEOPLE for kind in kinds):
            return ""
    return "the pages end at a person"


def step_ends(line: Timeline) -> str:
    """Broken when a step of a procedure says none in `by` or `done`."""
    for said in line.said("steps"):
        steps = said.fact.value if said.fact is not None and isinstance(said.fact.value, tuple) else ()
        chosen = steps[said.attempt - 1 : said.attempt] if said.attempt else steps
        if any(isinstance(work, WorkStep) and "none" in (work.by, work.done) for work in chosen):
            return ""
    return "the step has one who does it and a sign that it is finished"


def one_recovers(line: Timeline) -> str:
    """Broken when the two sides of one operation do not name one party between them."""
    said = line.facts_of("recover", "recover.by")
    for promised in (fact for fact in said if not fact.consumer):
        for counted_on in (fact for fact in said if fact.consumer and speaks_of(fact, promised.subject)):
            if _is_orphaned_or_doubled(line, promised, counted_on):
                return ""
    return "one party recovers"


def _is_orphaned_or_doubled(line: Timeline, promised: Fact, counted_on: Fact) -> bool:
    provider, consumer = promised.provider, counted_on.consumer
    if promised.value is NONE:
        return names(counted_on, provider)
    if counted_on.value is NONE:
        return names(promised, consumer)
    each_names_other = _stands_for(line, promised, consumer) and _stands_for(line, counted_on, provider)
    both_claim = _stands_for(line, promised, provider) and _stands_for(line, counted_on, consumer)
    return each_names_other or both_claim


def _stands_for(line: Timeline, fact: Fact, party: str) -> bool:
    """Whether all whom the fact names are this party, or have its owner."""
    owners = {own.provider: own.value for own in line.facts_of("owner")}
    named = [provider_of(name) for name in references(fact.value)]
    return bool(named) and all(name == party or (name in owners and owners[name] == owners.get(party)) for name in named)


def repair_stands_apart(line: Timeline) -> str:
    """Broken when the chain of statements leads from the repair of an operation back to it."""
    chain = [step for step in line.told if step.act == "states" and step.fact is not None]
    if fallback_shares_fate(line):
        return ""
    if not chain or chain[0].fact is None or not _is_repair(chain[0].fact):
        return "the chain does not begin at a repair or a signal"
    failed = chain[0].about or chain[0].fact.subject
    if not leads_to(failed, chain[0].fact.subject):
        return f"the chain does not begin at {failed}"
    for before, after in pairwise(chain):
        if before.fact is None or after.fact is None or not _leads(before, after):
            return f"{before.party} does not name what {after.party} speaks of"
    last = chain[-1].fact
    return "" if last is not None and any(leads_to(name, failed) for name in references(last.value)) else f"nothing leads back to {failed}"


def _is_repair(fact: Fact) -> bool:
    return fact.term in _REPAIRS


def _leads(before: Step, after: Step) -> bool:
    assert before.fact is not None
    assert after.fact is not None
    subject = after.fact.subject
    return any(leads_to(name, subject) for name in references(before.fact.value))


def question_answered(line: Timeline) -> str:
    """Broken when the answer is none while somebody else relies on the operation."""
    stated = [step.fact for step in line.said("detect", "detect.", "recover", "recover.") if step.fact is not None]
    unanswered = [fact for fact in stated if fact.value is NONE]
    return "" if any(_relies(fact, answer) for answer in unanswered for fact in line.facts) else "nobody relies on what has no answer"


def _relies(fact: Fact, answer: Fact) -> bool:
    party = fact.consumer or fact.provider
    if party == answer.provider:
        return False
    if fact.term in ("needs", "dead_letter", "fallback"):
        return any(leads_to(name, answer.subject) for name in references(fact.value))
    return bool(fact.consumer) and speaks_of(fact, answer.subject)
