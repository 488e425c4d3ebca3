"""Whether a story of detection, duty and repair breaks its expectation. A function returns why it does not, or ""."""

from datetime import datetime, timedelta

from accord.model.contract_values import WorkStep, references
from accord.model.fact import Fact
from accord.model.hours import Hours
from accord.model.nothing import NONE
from accord.monitor.broken_promises import fallback_shares_fate, is_chain
from accord.monitor.carrying import instant
from accord.monitor.rotas import on_duty
from accord.monitor.signalling import SIGNALLING
from accord.monitor.speech import leads_to, names, provider_of, speaks_of
from accord.monitor.timeline import Timeline

PEOPLE = ("rota", "team", "external")
_REPAIRS = ("recover.by", "recover.how", "detect.by", "fallback")
_RELYING = ("needs", "dead_letter", "fallback", "undo", "recover.how")


def recovered_in_time(line: Timeline) -> str:
    """Broken when the repair comes later than it was due."""
    late = [about for about, at in line.recovered.items() if at > line.due.get(about, at)]
    return "" if late else "the repair is in time"


def kept_until_recovered(line: Timeline) -> str:
    """Broken when the repair comes later than what it needs is kept, which began with the failure."""
    for about, at in line.recovered.items():
        kept = [fact.value for fact in line.of_provider("retention", about) if isinstance(fact.value, int)]
        if kept and at - line.broke.get(about, at) > max(kept):
            return ""
    return "what the repair needs is still there"


def shown_in_time(line: Timeline) -> str:
    """Broken when a signal shows a deviation later than somebody says that it is shown."""
    for fact in line.witness.expects:
        shown = line.detected.get(fact.subject)
        if fact.term.startswith("detect.") and fact.term.endswith(".within") and isinstance(fact.value, int) and shown:
            by_parts = any(step.act in SIGNALLING and step.about == fact.subject for step in line.told)
            if by_parts and shown[0] > fact.value:
                return ""
    return "it is shown in time"


def noticed_before_everywhere(line: Timeline) -> str:
    """Broken when a change is everywhere before it is noticed, and a caller has nothing instead."""
    late = [about for about, (at, _) in line.detected.items() if at > line.spread.get(about, at)]
    bare = [fact for fact in line.witness.expects if fact.term == "fallback" and fact.value is NONE and fact.consumer]
    if not late:
        return "it is noticed before it is everywhere"
    return (
        "" if any(speaks_of(fact, about) for fact in bare for about in late) else "every caller has something instead"
    )


def somebody_on_duty(line: Timeline) -> str:
    """Broken when nobody who answers for a promise is on duty while it holds."""
    gone = [step for step in line.told if step.act == "away"]
    if not gone:
        return "nobody is away"
    moment = instant(line.witness.starts, gone[-1].at)
    away = {step.party for step in gone if step.at == gone[-1].at}
    promises = [fact for fact in line.witness.expects if fact.term == "hours" and isinstance(fact.value, Hours)]
    held = [fact for fact in promises if moment and fact.value.hold_at(moment)]
    if not held:
        return "no promise among its facts holds then"
    if any(_rests_on(line, promise, away) for promise in held):
        return ""
    return f"no statement among its facts has {held[0].subject} rest on {', '.join(sorted(away))} alone"


def _rests_on(line: Timeline, promise: Fact, away: set[str]) -> bool:
    """Whether the promise cannot be kept while these are away: the party itself, all who repair, one whose step it is or whom a step needs, its signals."""
    if promise.provider in away:
        return True
    about = promise.subject
    repairs = [fact for fact in line.facts_of("recover.by") if speaks_of(fact, about)] or _woken_for(line, about)
    if any(_are_all_away(line, fact, away) for fact in repairs):
        return True
    hows = {
        provider_of(name)
        for fact in line.facts_of("recover.how")
        if speaks_of(fact, about)
        for name in references(fact.value)
    }
    steps = [
        work
        for fact in line.facts_of("steps")
        if fact.provider in hows
        for work in fact.value
        if isinstance(work, WorkStep)
    ]
    needed = {provider_of(name) for work in steps for name in (work.by or "", *work.needs)}
    return bool(needed & away) or _signals_are_away(line, promise, away)


def _woken_for(line: Timeline, about: str) -> list[Fact]:
    """Whom the signals of an operation page, for one that names nobody who repairs it."""
    signals = {
        provider_of(name)
        for fact in line.facts_of("detect.by")
        if speaks_of(fact, about)
        for name in references(fact.value)
    }
    return [fact for fact in line.facts_of("escalates") if fact.provider in signals]


def _are_all_away(line: Timeline, naming: Fact, away: set[str]) -> bool:
    """Whether all whom a fact names are away, and with them all whom their ladders lead to, as far as the facts say."""
    named = {provider_of(name) for name in references(naming.value)}
    further = {
        provider_of(name)
        for fact in line.facts_of("escalates")
        if fact.provider in named
        for name in references(fact.value)
    }
    return bool(named) and named | further <= away


def _signals_are_away(line: Timeline, promise: Fact, away: set[str]) -> bool:
    """Whether the signals of an operation are off whose deviations the promise's party is told of."""
    for signal in line.facts_of("detect.by"):
        named = {provider_of(name) for name in references(signal.value)}
        woken = [fact for fact in line.facts_of("escalates") if fact.provider in named]
        woken += [fact for fact in line.facts_of("recover.by") if speaks_of(fact, signal.subject)]
        tied = speaks_of(signal, promise.subject) or any(names(fact, promise.provider) for fact in woken)
        if named and named <= away and tied:
            return True
    return False


def ladder_ends_in_a_person(line: Timeline) -> str:
    """Broken when pages go round in a circle, or end at a party that is nobody and pages nobody."""
    paged = [page.party for page in line.pages]
    if len(set(paged)) < len(paged):
        return ""
    last = paged[-1:] or [by for _, by in line.detected.values()]
    for party in last:
        kinds = [fact.value for fact in line.of_party("kind", party)]
        ends = any(
            step.fact is not None and step.fact.value is NONE and step.fact.provider == party
            for step in line.said("escalates")
        )
        if ends and kinds and not any(kind in PEOPLE for kind in kinds):
            return ""
    return "the pages end at a person"


def next_page_wakes_another(line: Timeline) -> str:
    """Broken when all whom the last pages of a ladder wake were woken by earlier ones."""
    start, at = instant(line.witness.starts, 0), max((page.at for page in line.pages), default=0)
    last = {page.party for page in line.pages if page.at == at}
    stated = [fact for fact in line.facts_of("escalates") if isinstance(fact.value, tuple)]
    together = [{provider_of(rung.to) for rung in fact.value if rung.after == at} for fact in stated]
    if start is None or not any(last == paged for paged in together):
        return "the last level of the ladder is not paged as a whole"
    woken: set[str] = set()
    for page in line.pages:
        earlier = _woken(line, start, page.party, page.at) if page.at < at else None
        if earlier is not None and len(earlier) == 1:  # of several groups one may go before the others
            woken |= earlier[0]
    for party in sorted(last):
        again = _woken(line, start, party, at)
        if not again or not set().union(*again) <= woken:
            return f"{party} may be somebody who was not woken before"
    return ""


def _woken(line: Timeline, start: datetime, party: str, at: int) -> list[frozenset[str]] | None:
    """The groups that a page of a party may wake then; None where that cannot be told."""
    return on_duty(line, party, start + timedelta(microseconds=at // 1000))


def step_ends(line: Timeline) -> str:
    """Broken when a step of a procedure says none in `by` or `done`."""
    for said in line.said("steps"):
        steps = said.fact.value if said.fact is not None and isinstance(said.fact.value, tuple) else ()
        chosen = steps[said.attempt - 1 : said.attempt] if said.attempt else steps
        if any(isinstance(work, WorkStep) and "none" in (work.by, work.done) for work in chosen):
            return ""
    return "the step has one who does it and a sign that it is finished"


def one_recovers(line: Timeline) -> str:
    """Broken when the two sides of one operation name no one party between them, or none is named and somebody relies on it."""
    said = line.facts_of("recover", "recover.by")
    for promised in (fact for fact in said if not fact.consumer):
        if promised.value is NONE and _is_counted_on(line, promised):
            return ""
        for counted_on in (fact for fact in said if fact.consumer and speaks_of(fact, promised.subject)):
            if _is_orphaned_or_doubled(line, promised, counted_on):
                return ""
    return "one party recovers, or its facts do not say to whom the named ones belong"


def _is_orphaned_or_doubled(line: Timeline, promised: Fact, counted_on: Fact) -> bool:
    provider, consumer = promised.provider, counted_on.consumer
    if NONE in (promised.value, counted_on.value):
        return counted_on.value is NONE and _stand_for(line, promised, consumer)
    each_names_other = _stand_for(line, promised, consumer) and _stand_for(line, counted_on, provider)
    both_claim = _stand_for(line, promised, provider) and _stand_for(line, counted_on, consumer)
    return each_names_other or both_claim


def _stand_for(line: Timeline, fact: Fact, party: str) -> bool:
    """Whether everybody whom the fact names is this party, or has its owner."""
    owners = {own.provider: own.value for own in line.facts_of("owner")}
    named = {provider_of(name) for name in references(fact.value)}
    return bool(named) and all(
        name == party or (name in owners and owners[name] == owners.get(party)) for name in named
    )


def repair_stands_apart(line: Timeline) -> str:
    """Broken when a chain of statements leads from the repair of an operation (or its signal, or its fallback) back to what broke."""
    chain = [step.fact for step in line.told if step.act == "states" and step.fact is not None]
    if not chain or chain[0].term not in _REPAIRS:
        return "the chain does not begin at a repair, a signal or a fallback"
    failed = next(iter(line.broke), chain[0].subject)
    if chain[0].term == "fallback":
        return (
            ""
            if fallback_shares_fate(chain, failed)
            else f"{chain[0].subject} and its fallback do not both need {failed}"
        )
    if not leads_to(failed, chain[0].subject):
        return f"the chain does not begin at {failed}"
    return "" if is_chain(chain, failed) else f"the chain does not lead back to {failed}"


def question_answered(line: Timeline) -> str:
    """Broken when the answer is none while somebody else counts on one."""
    stated = [step.fact for step in line.said("detect", "detect.", "recover", "recover.") if step.fact is not None]
    nothing = [fact for fact in stated if fact.value is NONE and not fact.consumer]
    counted_on = any(_is_counted_on(line, answer) for answer in nothing)
    return "" if counted_on else "nobody counts on what has no answer"


def _is_counted_on(line: Timeline, answer: Fact) -> bool:
    return any(relies(fact, answer) and _counts_on(line, fact, answer) for fact in line.facts)


def _counts_on(line: Timeline, fact: Fact, answer: Fact) -> bool:
    """Whether a fact of another party that relies on the operation counts on the answer, with what else was said."""
    question = answer.term.partition(".")[0]
    if not fact.consumer:
        promised = [one for one in line.facts if one.provider == fact.provider and one.operation == fact.operation]
        ends_there = fact.term == "dead_letter" and any(_keeps(one) for one in promised if not one.consumer)
        return ends_there or (fact.term == "needs" and question == "recover" and _fails_with(line, fact, answer))
    others = not names(fact, fact.consumer)
    if fact.value is not NONE and fact.term in ("recover.by", "recover.within") and others:
        unseen = [one for one in line.of_caller("detect", fact.consumer, answer.subject) if one.value is NONE]
        return question == "recover" or bool(unseen)
    if question == "detect":
        return fact.value is not NONE and (fact.term == "detect.within" or names(fact, answer.provider))
    return any(one.value is NONE for one in line.of_provider("undo", answer.subject))


def _keeps(fact: Fact) -> bool:
    """Whether a promise says that a message is kept, or that a failure is seen and repaired."""
    if fact.term == "delivery":
        return fact.value in ("at-least-once", "exactly-once")
    return fact.term in ("detect.by", "recover.by", "recover.within") and fact.value is not NONE


def _fails_with(line: Timeline, needs: Fact, answer: Fact) -> bool:
    """Whether the operation that needs it has nothing instead, and promises to be there or there again."""
    bare = [fact for fact in line.of_caller("fallback", needs.provider, answer.subject) if fact.value is NONE]
    promised = [*line.of_provider("recover.within", needs.subject), *line.of_provider("availability", needs.subject)]
    return bool(bare) and any(fact.value is not NONE for fact in promised)


def relies(fact: Fact, answer: Fact) -> bool:
    """Whether a fact shows that a party other than its provider relies on the operation of an answer."""
    if fact.consumer:
        return fact.consumer != answer.provider and speaks_of(fact, answer.subject)
    named = fact.term in _RELYING and any(leads_to(name, answer.subject) for name in references(fact.value))
    return named and fact.provider != answer.provider
