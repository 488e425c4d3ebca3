"""Whether statements that were made break an expectation, without a story in time. A function returns why not, or ""."""

from fractions import Fraction
from math import prod

from accord.model.contract_values import Backoff, Idempotence, Needs, references
from accord.model.fact import Fact
from accord.model.nothing import NONE
from accord.monitor.broken_promises import (
    is_due_before_it_is_seen,
    made_of_older,
    passed_on,
    read_too_early,
    sent_together,
)
from accord.monitor.broken_recovery import PEOPLE
from accord.monitor.lying_inside import lies_inside
from accord.monitor.speech import is_callers, is_providers, leads_to, names, provider_of
from accord.monitor.timeline import Timeline, is_one_of

_NAMING = ("label.", "annotation.", "tag.", "owns.")
_LIMITS = ("timeout.", "attempts", "backoff", "retry_on", "keep_alive", "killed_after", "retention")
_FOREVER = 2**63
_MANY_TRIES = 64
_OWNS_NOTHING = ("service", "gateway", "datastore", "queue", "job", "alert", "procedure", "agent")


def owner_exists(line: Timeline) -> str:
    """Broken when an owner is no party, where such parties are listed; each that is said to own, not just one."""
    listed = {fact.provider for fact in line.facts_of("kind") if fact.value in PEOPLE}
    said = [step.fact for step in line.said("owner", *_NAMING) if step.fact is not None]
    if not listed or not said:
        return "no owner is said, or such parties are not listed"
    naming = ("owner", *_NAMING)
    speaking = {fact.provider for fact in line.facts if not fact.consumer and not is_one_of(fact.term, naming)}
    names, called = {_called(party) for party in listed}, {_called(party) for party in speaking}
    of_people = {_kind_of(fact) for fact in line.facts_of(*_NAMING) if not names.isdisjoint(_owners(fact))}
    for fact in said:
        if fact.term == "owner":
            is_nobody = fact.value not in speaking
        else:
            is_nobody = _kind_of(fact) in of_people and not called.issuperset(_owners(fact))
        if not is_nobody:
            return "the owner is a party, or the label names no people"
    return ""


def _kind_of(fact: Fact) -> str:
    """The label of this name, or lines of code owners: they name people where one of the same kind names one who is listed."""
    return "owns" if fact.term.startswith("owns.") else fact.term


def _owners(fact: Fact) -> set[str]:
    """The names of the owners that a label or a line gives, as they are compared; of a line only teams have a slash."""
    named = [owner for owner in fact.value.owners if "/" in owner] if _kind_of(fact) == "owns" else [str(fact.value)]
    return {_called(owner) for owner in named}


def _called(name: str) -> str:
    return name.rpartition("/")[2].rpartition(":")[2].lstrip("@").lower()


def promise_rests_on_promises(line: Timeline) -> str:
    """Broken when the parts of an operation take longer, or hold less often, than it promises."""
    for needs in line.facts_of("needs"):
        if not isinstance(needs.value, Needs):
            continue
        for promise in line.of_provider("latency.max", needs.subject):
            if isinstance(promise.value, int) and _time_of_parts(line, needs) > promise.value:
                return ""
        for promise in line.of_provider("availability", needs.subject):
            if isinstance(promise.value, Fraction) and _share_of_parts(line, needs) < promise.value:
                return ""
    return "" if is_due_before_it_is_seen(line) or made_of_older(line) else "the parts allow what is promised"


def _time_of_parts(line: Timeline, needs: Fact, path: tuple[str, ...] = ()) -> int:
    return sum(
        max((_time_of(line, needs.provider, part, path) for part in together), default=0)
        for together in needs.value.calls
    )


def _time_of(line: Timeline, caller: str, part: str, path: tuple[str, ...]) -> int:
    """How long the caller may have to wait for one part, tries and pauses included; 0 where nobody says."""
    lasting = [fact.value for fact in line.facts_of("latency.max") if is_providers(fact, part)]
    behind = (
        []
        if lasting or part in path
        else [fact for fact in line.of_provider("needs", part) if isinstance(fact.value, Needs)]
    )
    longest = max((value if isinstance(value, int) else _FOREVER for value in lasting), default=0)
    longest = max([longest, *(_time_of_parts(line, fact, (*path, part)) for fact in behind)])
    if not longest:
        return 0
    full = longest
    limits = [fact.value for fact in line.of_caller("timeout.attempt", caller, part) if isinstance(fact.value, int)]
    whole = [fact.value for fact in line.of_caller("timeout.request", caller, part) if isinstance(fact.value, int)]
    if limits and min(limits) < longest:
        tries = line.tries(caller, part) or _FOREVER
        pause = min(
            (fact.value.first for fact in line.of_caller("backoff", caller, part) if isinstance(fact.value, Backoff)),
            default=0,
        )
        longest = tries * min(limits) + (tries - 1) * pause
    waited = min([longest, *whole])
    instead = _instead_of(line, caller, part, path) if waited < full else 0
    return waited + instead


def _instead_of(line: Timeline, caller: str, part: str, path: tuple[str, ...]) -> int:
    """How long the caller may have to wait for what happens instead of a part that it has given up on."""
    named = [name for fact in line.of_caller("fallback", caller, part) for name in references(fact.value)]
    return max((_time_of(line, caller, name, (*path, part)) for name in named if name not in path), default=0)


def _share_of_parts(line: Timeline, needs: Fact) -> Fraction:
    parts = [part for together in needs.value.calls for part in together]
    return prod((_share_of(line, needs.provider, part) for part in parts), start=Fraction(1))


def _share_of(line: Timeline, caller: str, part: str) -> Fraction:
    """The share of calls of one part that are answered, each tried as often as is said; 1 where nobody says."""
    shares = [
        fact.value if isinstance(fact.value, Fraction) else Fraction(0)
        for fact in line.facts_of("availability")
        if is_providers(fact, part)
    ]
    fallbacks = [fact for fact in line.of_caller("fallback", caller, part) if fact.value is not NONE]
    tries = line.tries(caller, part)
    if not shares or fallbacks or tries is None or tries > _MANY_TRIES:
        return Fraction(1)
    return 1 - (1 - min(shares)) ** tries


def counts_on_what_is_promised(line: Timeline) -> str:
    """Broken when what one side counts on does not lie inside what the other promises."""
    for promised in (fact for fact in line.facts if not fact.consumer):
        for counted_on in (fact for fact in line.facts if fact.consumer):
            if (
                is_callers(counted_on, counted_on.consumer, promised.subject)
                and lies_inside(counted_on, promised, line.witness.starts) is False
            ):
                return ""
    together = sent_together(line) or passed_on(line) or read_too_early(line)
    return "" if together else "what is counted on is promised"


def key_outlives_message(line: Timeline) -> str:
    """Broken when a receiver forgets a message no later than it can be put back from where it was set aside."""
    for known in line.facts_of("idempotent"):
        if not known.consumer or not isinstance(known.value, Idempotence) or known.value.remembered is None:
            continue
        aside = line.of_provider("dead_letter", known.subject)
        places = [name for fact in aside if fact.value is not NONE for name in references(fact.value)]
        kept = [fact.value for place in places for fact in line.of_provider("retention", place)]
        if any(isinstance(time, int) and time >= known.value.remembered for time in kept):
            return ""
    return "the receiver knows a message for longer than it is kept"


def one_command_wins(line: Timeline) -> str:
    """Broken when two parties that speak of one operation name another first whose command wins."""
    said = [step.fact for step in line.said("authority") if step.fact is not None and step.fact.value is not NONE]
    for one in said:
        for other in said:
            apart = one.says != other.says and one.subject == other.subject
            if apart and next(references(one.value), "") != next(references(other.value), ""):
                return ""
    return "all who speak of it name the same first"


def one_value_holds(line: Timeline) -> str:
    """Broken when one limit of the same calls has two values, at one layer and in one scope."""
    said = [step.fact for step in line.told if step.act == "states" and step.fact is not None]
    for number, one in enumerate(said):
        for other in said[number + 1 :]:
            if is_one_of(one.term, _LIMITS) and _is_of_one_thing(one, other) and one.value != other.value:
                return ""
    return "no limit is said twice, with two values"


def _is_of_one_thing(one: Fact, other: Fact) -> bool:
    about = (one.consumer, one.subject, one.term, one.layer, one.stance, one.scope)
    return about == (other.consumer, other.subject, other.term, other.layer, other.stance, other.scope)


def promised_to_this_caller(line: Timeline) -> str:
    """Broken when a promise was made to others only."""
    for promise in line.facts_of("to"):
        made_to = set() if promise.value is NONE else {provider_of(name) for name in references(promise.value)}
        callers = {_caller_of(fact, promise) for fact in line.facts} - {"", promise.provider}
        if "anyone" not in made_to and any(_is_left_out(line, caller, promise) for caller in callers - made_to):
            return ""
    return "the promise was made to this caller, or it may belong to those it was made to"


def _is_left_out(line: Timeline, caller: str, promise: Fact) -> bool:
    """Whether the caller's owner is said and not among them, or they own nothing: by kind, or as callers named one by one."""
    made_to = set() if promise.value is NONE else {provider_of(name) for name in references(promise.value)}
    owners = {fact.value for fact in line.of_party("owner", caller)}
    if owners or not made_to:
        return made_to.isdisjoint(owners)
    kinds = {name: {fact.value for fact in line.of_party("kind", name)} for name in made_to}
    if not all(known <= set(_OWNS_NOTHING) for known in kinds.values()):
        return False
    return all(kinds.values()) or any(_caller_of(fact, promise) in made_to for fact in line.facts)


def _caller_of(fact: Fact, promise: Fact) -> str:
    """Who uses the promise on the strength of this fact; "" where the fact uses it not."""
    if fact.consumer:
        return fact.consumer if is_callers(fact, fact.consumer, promise.subject) else ""
    uses = fact.term in (
        "needs",
        "escalates",
        "steps",
        "recover.by",
        "detect.by",
        "fallback",
        "dead_letter",
        "recover.how",
    )
    named = uses and any(leads_to(name, promise.subject) for name in references(fact.value))
    return fact.provider if named and names(fact, promise.provider) else ""
