"""Whether a story of calls breaks its expectation. A function returns why it does not, or ""."""

from math import prod

from accord.model.contract_values import ErrorAnswer, Idempotence
from accord.model.fact import Fact
from accord.model.nothing import NONE
from accord.monitor.saying import per_nanosecond
from accord.monitor.speech import delivers, is_callers, is_providers, provider_of
from accord.monitor.timeline import LIMITS, Attempt, Request, Timeline, error_words


def asker_learns_outcome(line: Timeline) -> str:
    """Broken when an answer comes later than its asker has left."""
    for request in line.requests:
        for attempt in request.attempts:
            if attempt.left is not None and attempt.answered is not None and attempt.answered > attempt.left:
                return ""
    return "every answer that comes finds its asker waiting"


def effect_once(line: Timeline) -> str:
    """Broken when two attempts of one request act."""
    reason = "no request acts twice"
    for request in line.requests:
        acted = [attempt for attempt in request.attempts if attempt.acted is not None]
        if len(acted) >= 2:
            reason = _recognised(line, request, acted[0], acted[-1])
            if not reason:
                return ""
    return reason


def _recognised(line: Timeline, request: Request, first: Attempt, last: Attempt) -> str:
    said = [fact for fact in line.facts_of("idempotent") if _is_receivers(fact, request)]
    if not said:
        return f"nobody says what a repeat at {request.about} does"
    for fact in said:
        if not isinstance(fact.value, Idempotence) or fact.value.kind == "always":
            return f"a repeat at {request.about} acts once"
        if fact.value.kind == "key":
            keys = line.of_caller("idempotency_key", request.caller, request.about)
            forgotten = fact.value.remembered is not None and last.began - first.began >= fact.value.remembered
            if not forgotten and not any(key.value in ("per-attempt", "none") for key in keys):
                return f"a repeat at {request.about} is recognised by its key"
    return ""


def _is_receivers(fact: Fact, request: Request) -> bool:
    if delivers(request.caller, request.about):
        return fact.consumer not in ("", request.caller) and fact.provider == provider_of(request.about)
    return is_providers(fact, request.about)


def tries_happen(line: Timeline) -> str:
    """Broken when a request ends before its last stated try could begin, each one that begins taking all its time."""
    reason = "no request ends with a try left"
    for request in line.requests:
        tries = line.tries(request.caller, request.about)
        stated = line.of_caller("attempts", request.caller, request.about)
        if (
            not stated
            or tries is None
            or request.told is None
            or not all(_took_its_time(attempt) for attempt in request.attempts)
        ):
            continue
        each = [fact.value for term in LIMITS for fact in line.of_caller(term, request.caller, request.about)]
        times = [value for value in each if isinstance(value, int)]
        if not times:
            if tries > len(request.attempts) and request.cut is not None and _takes_all_there_is(line, request):
                return ""
            return "nobody says how long one try may take"
        last, left = request.attempts[-1], tries - len(request.attempts)
        if last.began + left * (min(times) + line.pause_of(request)) > line.limit_of(request):
            return ""
        reason = "every stated try could begin"
    return reason


def _takes_all_there_is(line: Timeline, request: Request) -> bool:
    """Whether the caller says that one try has no limit of its own, at the layer that limits all of them."""
    whole = line.of_caller("timeout.request", request.caller, request.about)
    each = line.of_caller("timeout.attempt", request.caller, request.about)
    return any(one.value is NONE and one.layer is other.layer for one in each for other in whole)


def _took_its_time(attempt: Attempt) -> bool:
    return attempt.left is not None or attempt.refused


def load_carried(line: Timeline) -> str:
    """Broken when what arrives is more than what is accepted."""
    loaded = next((step for step in line.told if step.act == "loads"), None)
    tries = [step for step in line.told if step.act == "multiplies"]
    sent = line.facts_of("sends.rate")
    if loaded is None or loaded.fact is None or not tries or len(sent) != 1:
        return "what arrives is not told"
    rate, most = per_nanosecond(sent[0].value), per_nanosecond(loaded.fact.value)
    if not is_callers(sent[0], tries[0].party, tries[0].about) or rate is None or most is None:
        return f"{tries[0].party} does not say how much it sends"
    return "" if rate * prod(step.count for step in tries) > most else "all that arrives is accepted"


def error_understood(line: Timeline) -> str:
    """Broken when an error that the provider gives is in no `handles` of the caller."""
    return _some_error(line, _is_not_handled, "the caller has an answer for each error")


def failure_recognised(line: Timeline) -> str:
    """Broken when an error looks like a success and the caller does not handle it by name."""
    return _some_error(line, _looks_like_success, "each failure is told from a success")


def error_not_repeated(line: Timeline) -> str:
    """Broken when an error is asked again that must not be."""
    return _some_error(line, _is_asked_again, "no error is asked again that must not be")


def _some_error(line: Timeline, is_broken: object, reason: str) -> str:
    told = [step.fact for step in line.told if step.act in ("states", "answers")]
    errors = [fact for fact in told if fact is not None and isinstance(fact.value, ErrorAnswer) and not fact.consumer]
    assert callable(is_broken)
    return "" if any(is_broken(line, fact) for fact in errors) else reason


def _callers(line: Timeline, error: Fact, *terms: str) -> list[Fact]:
    facts = line.facts_of(*terms) if terms else list(line.facts)
    return [
        fact for fact in facts if fact.consumer != error.provider and is_callers(fact, fact.consumer, error.subject)
    ]


def _is_not_handled(line: Timeline, error: Fact) -> bool:
    handled = _callers(line, error, "handles")
    return bool(handled) and not any(_covers(fact.value, error, by_name=False) for fact in handled)


def _covers(words: object, error: Fact, by_name: bool) -> bool:
    """Whether the words name the error: by its name, as `any`, or by each of its codes."""
    if not isinstance(words, tuple):
        return False
    name = error.term.removeprefix("errors.")
    if name in words or by_name:
        return name in words
    codes = error.value.status or ()
    return "any" in words or (bool(codes) and all(code in words or f"{code[:1]}xx" in words for code in codes))


def _looks_like_success(line: Timeline, error: Fact) -> bool:
    callers = [fact for fact in _callers(line, error) if fact.consumer]
    handled = [fact for fact in callers if fact.term == "handles"]
    success = any(len(code) == 3 and code[0] == "2" for code in error.value.status or ())
    return success and bool(callers) and not any(_covers(fact.value, error, by_name=True) for fact in handled)


def _is_asked_again(line: Timeline, error: Fact) -> bool:
    asked = [fact for fact in _callers(line, error, "retry_on") if isinstance(fact.value, tuple)]
    named = any(set(fact.value) & {"any", *error_words(error)} for fact in asked)
    if error.value.retry == "never":
        return named
    safe = [fact for fact in line.facts_of("idempotent") if is_providers(fact, error.subject)]
    acts_once = any(isinstance(fact.value, Idempotence) and fact.value.kind == "always" for fact in safe)
    return named and error.value.effect in ("unknown", "done") and not acts_once
