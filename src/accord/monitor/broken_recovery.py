"""Whether a story of detection, duty and repair breaks its expectation. A function returns why it does not, or ""."""

from itertools import pairwise

from accord.model.contract_values import WorkStep
from accord.model.fact import Fact
from accord.model.hours import Hours
from accord.model.nothing import NONE
from accord.model.witness import Step
from accord.monitor.carrying import instant
from accord.monitor.speech import leads_to, names, provider_of, references, speaks_of
from accord.monitor.timeline import Timeline

PEOPLE = ("rota", "team", "external")
_NAMING = ("recover.by", "detect.by", "escalates", "steps")
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
        if holds and _answering(line, promise) <= gone_parties:
            return ""
    return "the promise does not hold then, or somebody is on duty"


def _answering(line: Timeline, promise: Fact) -> set[str]:
    """Who keeps the promise: those whom the operation names, else the party itself."""
    named = [fact for fact in line.facts_of("recover.by", "detect.by") if fact.provider == promise.provider and fact is not promise]
    parties = {provider_of(name) for fact in named for name in references(fact.value)}
    return parties or {promise.provider}


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
            if _is_orphaned_or_doubled(promised, counted_on):
                return ""
    return "one party recovers"


def _is_orphaned_or_doubled(promised: Fact, counted_on: Fact) -> bool:
    provider, consumer = promised.provider, counted_on.consumer
    if promised.value is NONE:
        return names(counted_on, provider)
    if counted_on.value is NONE:
        return names(promised, consumer)
    each_names_other = names(promised, consumer) and names(counted_on, provider)
    both_claim = names(promised, provider) and names(counted_on, consumer)
    return each_names_other or both_claim


def repair_stands_apart(line: Timeline) -> str:
    """Broken when the chain of statements leads from the repair of an operation back to it."""
    chain = [step for step in line.told if step.act == "states" and step.fact is not None]
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
    if fact.term == "needs":
        return any(leads_to(name, answer.subject) for name in references(fact.value))
    return bool(fact.consumer) and speaks_of(fact, answer.subject)
