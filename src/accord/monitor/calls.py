"""What each act of a call demands of its step. A function returns why the step is refused, or "" once it is part of the timeline."""

from accord.model.amount import Amount
from accord.model.contract_values import Needs
from accord.model.fact import Fact, Layer
from accord.model.nothing import NONE
from accord.model.witness import Step
from accord.monitor.speech import delivers, is_callers, is_providers, leads_to, names, provider_of, speaks_of
from accord.monitor.timeline import LIMITS, Attempt, Request, Timeline, is_one_of


def calls(line: Timeline, step: Step) -> str:
    """An attempt begins."""
    fact = step.fact
    if fact is None:
        return "a call needs a fact"
    if fact.term != "needs" and not is_callers(fact, step.party, step.about):
        return f"{fact.subject} {fact.term} is not what {step.party} says of {step.about}"
    if step.attempt < 1 or not _is_stated(line, step):
        return f"nobody states an attempt number {step.attempt}"
    return _first_attempt(line, step, fact) if step.attempt == 1 else _later_attempt(line, step)


def _is_stated(line: Timeline, step: Step) -> bool:
    stated = line.of_caller("attempts", step.party, step.about)
    tries = line.tries(step.party, step.about)
    return step.attempt == 1 or (bool(stated) and (tries is None or step.attempt <= tries))


def _first_attempt(line: Timeline, step: Step, fact: Fact) -> str:
    if line.request(step.party, step.about, step.count):
        return "this request has begun before"
    request = Request(step.party, step.about, max(step.count, 1), step.at, attempts=[Attempt(1, step.at)])
    served = list(line.served_by(step.party))
    if not served or delivers(step.party, step.about):
        if step.at or fact.term == "needs":
            return f"a call that serves nobody begins at 0s, not at {step.at} ns"
    else:
        origin = next((found for found in served if _begins(line, step, *found) == step.at), None)
        if origin is None:
            return "no call that this party serves makes it call here at this moment"
        request.serving, request.serves = origin[0].about, origin[1]
    line.requests.append(request)
    return ""


def _begins(line: Timeline, step: Step, outer: Request, attempt: Attempt) -> int | None:
    """When the party that serves this attempt may call `step.about`; None where it does not."""
    needs = [fact for fact in line.of_provider("needs", outer.about) if isinstance(fact.value, Needs)]
    made = line.made_for(attempt)
    if any(request.about == step.about for request in made):
        return None
    for fact in needs:
        for position, together in enumerate(fact.value.calls):
            if any(leads_to(called, step.about) for called in together):
                earlier = [called for group in fact.value.calls[:position] for called in group]
                return _ended(
                    line, [one for one in made if any(leads_to(called, one.about) for called in earlier)], attempt
                )
    return None


def _ended(line: Timeline, requests: list[Request], attempt: Attempt) -> int | None:
    """When the last of these requests was over, not before the attempt reached the party; None while one is not over."""
    ends = [line.ends(request) for request in requests]
    times = [end for end in ends if end is not None]
    return max(times, default=attempt.began + attempt.held) if len(times) == len(ends) else None


def _later_attempt(line: Timeline, step: Step) -> str:
    request = line.request(step.party, step.about, step.count)
    if request is None or len(request.attempts) != step.attempt - 1:
        return "the attempt before this one has not begun"
    last = request.attempts[-1]
    if last.ended is None or not last.failed or request.cut is not None or request.told is not None:
        return "the attempt before this one has not ended without success"
    if not line.is_repeated(request):
        return "the caller does not ask again after an end like this"
    if step.at >= line.limit_of(request):
        return "the limit of the whole request is over"
    if step.at not in line.may_begin(request):
        return "the pause before it is another"
    request.attempts.append(Attempt(step.attempt, step.at))
    return ""


def gives_up(line: Timeline, step: Step) -> str:
    """A caller leaves its attempt."""
    fact, request = step.fact, line.request(step.party, step.about, step.count)
    attempt = request.attempt(step.attempt) if request else None
    if fact is None or not fact.term.startswith("timeout.") or not is_callers(fact, step.party, step.about):
        return f"no limit of {step.party} on {step.about} is given"
    if request is None or attempt is None or attempt is not request.attempts[-1]:
        return "there is no such attempt"
    if not isinstance(fact.value, int):
        return "the limit is none"
    whole = fact.term == "timeout.request"
    if attempt.ended is not None and not (whole and _is_pausing(line, request)):
        return "the attempt has ended before"
    if step.at != (request.began if whole else attempt.began) + fact.value:
        return "the limit is reached at another time"
    if _earliest_limit(line, request, attempt, fact) < step.at:
        return "another limit of the same caller is reached before"
    if attempt.ended is None:
        attempt.left, attempt.left_by = step.at, fact.term
    if whole:
        request.cut = step.at
    return ""


def _is_pausing(line: Timeline, request: Request) -> bool:
    """Whether the last attempt has failed, another one is stated, and its limit ends the request while the caller pauses."""
    tries = line.tries(request.caller, request.about)
    left = tries is None or len(request.attempts) < tries
    return (
        left
        and request.attempts[-1].failed
        and request.cut is None
        and request.told is None
        and line.is_repeated(request)
    )


def _earliest_limit(line: Timeline, request: Request, attempt: Attempt, fact: Fact) -> float:
    of_try = [one for term in LIMITS for one in line.of_caller(term, request.caller, request.about)]
    if attempt.ended is not None:
        of_try = []
    times = [attempt.began + one.value for one in of_try if one.layer == fact.layer and isinstance(one.value, int)]
    return min([*times, line.limit_of(request, fact.layer)])


def answers(line: Timeline, step: Step) -> str:
    """The provider (or the receiver of a delivery) answers an attempt."""
    fact = step.fact
    if fact is None:
        return "an answer needs a fact"
    reason = "there is no such attempt"
    for request in line.requests_at(step.about, step.count):
        attempt = request.attempt(step.attempt)
        if attempt is None or not _serves(step, request, fact):
            continue
        reason = _answer_refused(line, step, attempt, fact)
        if not reason:
            attempt.answered, attempt.answer = step.at, fact
            return ""
    return reason


def _serves(step: Step, request: Request, fact: Fact) -> bool:
    """Whether the acting party is the one that this request reached, on a statement of its own."""
    if delivers(request.caller, request.about):
        return step.party == fact.consumer != request.caller and speaks_of(fact, request.about)
    return step.party == provider_of(request.about) and is_providers(fact, request.about)


def _answer_refused(line: Timeline, step: Step, attempt: Attempt, fact: Fact) -> str:
    if attempt.answered is not None:
        return "the attempt has been answered before"
    if attempt.left_by == "timeout.connect":
        return "the attempt never connected"
    if fact.value is NONE and fact.term in ("latency.max", "silence"):
        return ""
    if step.at not in _answer_times(line, step.about, attempt, fact):
        return f"{fact.term} has it answered at another time"
    return ""


def _answer_times(line: Timeline, about: str, attempt: Attempt, fact: Fact) -> set[int]:
    if fact.term == "needs":
        made = line.made_for(attempt)
        end = _ended(line, made, attempt) if made else None
        return set() if end is None else {end}
    if fact.term.startswith("errors."):
        return {attempt.began, *(_after(attempt, one) for one in line.of_provider("latency.max", about))}
    if fact.term == "latency.injected":
        return {attempt.began + fact.value} if isinstance(fact.value, int) else set()
    if not isinstance(fact.value, int) or not is_one_of(fact.term, ("latency.", "work.", "silence")):
        return set()
    times = {size * fact.value for size in (1, *_batches(line, about, fact))}
    gathered = [one.value for one in _beside(line, "gathers", about, fact) if isinstance(one.value, int)]
    return {attempt.began + attempt.held + time + wait for time in times for wait in (0, *gathered)}


def _batches(line: Timeline, about: str, work: Fact) -> list[int]:
    """How many messages the receiver takes at once, where its program says so beside how long it keeps each."""
    amounts = [
        one.value for one in _beside(line, "accepts.batch", about, work) if one.layer is Layer.CODE is work.layer
    ]
    return [int(size.value) for size in amounts if isinstance(size, Amount) and size.dimension == "count"]


def _beside(line: Timeline, term: str, about: str, work: Fact) -> list[Fact]:
    """What the receiver says of a term beside how long it keeps a message."""
    return line.of_caller(term, work.consumer, about) if work.term == "work.max" else []


def _after(attempt: Attempt, fact: Fact) -> int:
    return attempt.began + attempt.held + (fact.value if isinstance(fact.value, int) else 0)


def waits(line: Timeline, step: Step) -> str:
    """The platform holds an attempt back."""
    fact = step.fact
    if fact is None or fact.term != "latency.injected" or not is_providers(fact, step.about):
        return "no fact holds the call back"
    if step.party not in (fact.says, fact.provider):
        return f"{step.party} does not hold the call back"
    for request in line.requests_at(step.about, step.count):
        attempt = request.attempt(step.attempt)
        if attempt and attempt.began == step.at and not attempt.held and isinstance(fact.value, int):
            attempt.held = fact.value
            return ""
    return "no such attempt begins at this moment"


def acts(line: Timeline, step: Step) -> str:
    """The effect of an attempt takes place."""
    fact = step.fact
    if fact is None or not is_one_of(fact.term, ("idempotent", "latency.max", "work.max")):
        return "an effect needs a fact: idempotent, latency.max or work.max"
    reason = "there is no such attempt"
    for request in line.requests_at(step.about, step.count):
        attempt = request.attempt(step.attempt)
        if attempt is None or not _serves(step, request, fact):
            continue
        if attempt.acted is not None or attempt.left_by == "timeout.connect":
            reason = "the attempt has acted before, or never arrived"
        elif step.at not in _effect_times(line, step.about, attempt, fact):
            reason = "its effect takes place at another time"
        else:
            attempt.acted = step.at
            return ""
    return reason


def _effect_times(line: Timeline, about: str, attempt: Attempt, fact: Fact) -> set[int]:
    if fact.term != "idempotent":
        return {_after(attempt, fact)} if isinstance(fact.value, int) else {attempt.answered or -1}
    times = {attempt.began, attempt.answered}
    lasting = [*line.of_provider("latency.max", about), *line.of_provider("latency.injected", about)]
    times |= {_after(attempt, one) for one in lasting if isinstance(one.value, int)}
    return {time for time in times if time is not None}


def fails(line: Timeline, step: Step) -> str:
    """A caller tells its own caller, or the user, that its request failed."""
    request = line.request(step.party, step.about, step.count)
    if request is None or request.told is not None:
        return "there is no such request, or its failure was told before"
    if step.fact is not None and not (
        is_callers(step.fact, step.party, step.about) or names(step.fact, provider_of(step.about))
    ):
        return f"{step.fact.subject} {step.fact.term} is not what {step.party} says of {step.about}"
    last = request.attempts[-1]
    if step.attempt not in (0, last.number):
        return "it is not the last try"
    if last.ended is None or not last.failed:
        return "a try is under way"
    if not line.is_over(request):
        return "a try is left"
    if step.at != line.ends(request) and not (_is_pausing(line, request) and step.at == line.limit_of(request)):
        return "the last try ended at another time"
    request.told = step.at
    return ""
