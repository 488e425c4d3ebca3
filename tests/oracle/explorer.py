"""Every behaviour of a small contract set, tried out one by one, and what goes wrong in some of them.

Written from the definition alone: a failing trace is one in which every party stays inside what it says and the
expectation is broken. What nobody said is completed in the kindest way (an unknown latency answers at once, an unknown
limit waits for ever, an unknown number of tries is one, an unknown repeat does no harm, a pause that may grow stays at
its first length, a request whose next try would come too late ends at once), so what is reported here is broken under
every completion. Nothing here is a formula: times are whole seconds and each one is tried.

Nothing is called broken for the order of two things at one instant: an answer at the very moment of the limit is in
time; at the very end of a request the next try begins where it should happen, and not where it would do harm. A key
remembered for W has forgotten a repeat that arrives W after the first.

Answers come when the provider says: its promise speaks of its own edge, and nothing is slow or lost between the two. Where
the question is about the tries themselves (do they act twice, can they all happen), two things are different. Who states
no maximum may also never answer; and who states that it asks again after a timeout states that one answer may be lost,
which is enough for an effect to happen twice. Whether a key is forgotten is asked of every pause that is stated: the
first is the first of its range, a later one the first or the longest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .small_sets import UNBOUNDED, Calling, Serving, SmallSet

GIVES_UP_FIRST = "timing/caller-gives-up-first"
ACTS_TWICE = "retries/unsafe-operation-repeated"
TRIES_CANNOT_HAPPEN = "timing/attempts-cannot-happen"
OUTLASTS = "timing/inner-wait-exceeds-outer-budget"

MOST_TRIES = 12  # of those who try without end


@dataclass(frozen=True)
class Try:
    """One attempt: when it began, when its caller left it (None: it was answered in time), and when it may be answered then."""

    began: int
    left: int | None
    answered_later: tuple[int, ...] = ()


@dataclass(frozen=True)
class Run:
    """One request from its first try to its end; `cut` means that the limit of the whole request ended it."""

    tries: tuple[Try, ...]
    ended: int
    cut: bool = False
    answered: bool = False


def broken(small: SmallSet) -> set[tuple[str, str]]:
    """What can go wrong in this set: pairs of an expectation and who calls (`caller` or `provider`).

    A caller that leaves while its provider waits for somebody else is one failure with one name: OUTLASTS where the
    provider states no maximum of its own, else GIVES_UP_FIRST.
    """
    horizon = _horizon(small)
    third = times_of(small.third, horizon) if small.third else frozenset({0})
    inner = (
        frozenset(run.ended for run in runs(small.provider_calls, third, small.third.slow))
        if small.provider_calls and small.third
        else None
    )
    answers = times_of(small.provider, horizon)
    if small.provider.longest is None and inner is not None:
        answers = inner
    found = {(name, "caller") for name in at_boundary(small.caller, small.provider, answers, horizon)}
    if small.provider_calls and small.third and inner is not None:
        found |= {(name, "provider") for name in at_boundary(small.provider_calls, small.third, third, horizon)}
        if (
            small.provider.longest is None
            and (GIVES_UP_FIRST, "caller") in found
            and waits_outlast(small.caller, small.provider, inner)
        ):
            found = found - {(GIVES_UP_FIRST, "caller")} | {(OUTLASTS, "caller")}
    return found


def at_boundary(calling: Calling, serving: Serving, answers: frozenset[int], horizon: int) -> set[str]:
    """What can go wrong between one caller and one operation that is answered after one of `answers`."""
    every = list(runs(calling, answers, serving.slow))
    late = any(
        answer > attempt.left
        for run in every
        for attempt in run.tries
        if attempt.left is not None
        for answer in attempt.answered_later
    )
    found = {GIVES_UP_FIRST} if late and not may_be_agreed(calling, serving) else set()
    possible = answers if isinstance(serving.longest, int) else answers | {horizon}
    drawn_out = runs(calling, possible, growing=True)
    lossy = runs(calling, answers | {horizon}) if {"timeout", "any"} & set(calling.retry_on) else ()
    if any(acts_twice(run, calling, serving) for run in drawn_out) or any(
        acts_twice(run, calling, serving, keys_live=True) for run in lossy
    ):
        found.add(ACTS_TWICE)
    if any(leaves_tries_out(run, calling) for run in runs(calling, possible)):
        found.add(TRIES_CANNOT_HAPPEN)
    return found


def _horizon(small: SmallSet) -> int:
    """Later than anything that the set can make happen."""
    total = 10
    for calling in (small.caller, small.provider_calls):
        if calling:
            each = sum(limit for limit in (calling.attempt, calling.request) if isinstance(limit, int))
            total += (each + sum(calling.backoff or ())) * 4
    return total + sum(
        serving.longest for serving in (small.provider, small.third) if serving and isinstance(serving.longest, int)
    )


def times_of(serving: Serving, horizon: int) -> frozenset[int]:
    """Every time after which an attempt may be answered; a percentile bounds nothing, and what was not said takes no time."""
    if serving.longest == UNBOUNDED:
        return frozenset(range(horizon + 1))
    return frozenset(range(serving.longest + 1)) if isinstance(serving.longest, int) else frozenset({0})


# ---------------------------------------------------------------------- behaviours


def runs(calling: Calling, answers: frozenset[int], slow: str | None = None, growing: bool = False) -> Iterator[Run]:
    """Every way in which one request can go. Late answers change nothing that follows, so they are kept as a set.

    `growing` tries the longest pause too, from the second pause on.
    """
    yield from _from_try(calling, answers, slow == "per-request", growing, (), 0)


def _from_try(
    calling: Calling, answers: frozenset[int], same: bool, growing: bool, before: tuple[Try, ...], began: int
) -> Iterator[Run]:
    limit, of_request = _leaves_at(calling, began)
    for answer in answers:
        if limit is None or began + answer <= limit:
            yield Run((*before, Try(began, None)), began + answer, answered=True)
    if limit is None:
        return
    late = frozenset(answer for answer in answers if began + answer > limit)
    if not late:
        return
    tries = (*before, Try(began, limit, tuple(sorted(began + answer for answer in late))))
    if of_request:
        yield Run(tries, limit, cut=True)
        return
    if len(tries) >= _most_tries(calling) or not _repeats_after_silence(calling):
        yield Run(tries, limit)
        return
    for pause in _pauses(calling, growing and len(tries) > 1):
        again, end = limit + pause, calling.request
        if isinstance(end, int) and again >= end:
            at_the_very_end = (Try(end, end),) if again == end else ()
            yield Run((*tries, *at_the_very_end), limit, cut=True)
        else:
            yield from _from_try(calling, late if same else answers, same, growing, tries, again)


def _pauses(calling: Calling, growing: bool) -> set[int]:
    first, longest = calling.backoff or (0, 0)
    return {first, longest} if growing else {first}


def _leaves_at(calling: Calling, began: int) -> tuple[int | None, bool]:
    """When this try is left at latest, and whether it is the request's limit that ends it."""
    own = began + calling.attempt if isinstance(calling.attempt, int) else None
    whole = calling.request if isinstance(calling.request, int) else None
    if own is not None and (whole is None or own <= whole):
        return own, False
    return whole, True


def _most_tries(calling: Calling) -> int:
    return MOST_TRIES if calling.attempts == UNBOUNDED else calling.attempts if isinstance(calling.attempts, int) else 1


def _repeats_after_silence(calling: Calling) -> bool:
    return not calling.retry_on or "timeout" in calling.retry_on or "any" in calling.retry_on


# ---------------------------------------------------------------------- expectations


def acts_twice(run: Run, calling: Calling, serving: Serving, keys_live: bool = False) -> bool:
    """Whether two tries of this one request both take effect; every try that was begun does, unless it is recognised.

    `keys_live` leaves out the keys that are forgotten.
    """
    if serving.idempotent in (None, "always"):
        return False
    begun = [attempt.began for attempt in run.tries if not _at_the_very_end(attempt, calling)]
    if len(begun) < 2:
        return False
    if serving.idempotent == "never" or calling.key in ("per-attempt", "none"):
        return True
    return not keys_live and serving.remembered is not None and begun[-1] - begun[0] >= serving.remembered


def _at_the_very_end(attempt: Try, calling: Calling) -> bool:
    return attempt.began == calling.request


def leaves_tries_out(run: Run, calling: Calling) -> bool:
    """Whether the request is over before its last stated try could begin, though silence is tried again."""
    stated = isinstance(calling.attempts, int) and isinstance(calling.attempt, int) and _repeats_after_silence(calling)
    return stated and run.cut and len(run.tries) < int(calling.attempts or 0)


def waits_outlast(calling: Calling, serving: Serving, inner: frozenset[int]) -> bool:
    """Whether the provider can still be waiting for the third party when its caller has left."""
    every = runs(calling, inner, serving.slow)
    return any(
        wait > attempt.left
        for run in every
        for attempt in run.tries
        if attempt.left is not None
        for wait in attempt.answered_later
    )


def may_be_agreed(calling: Calling, serving: Serving) -> bool:
    """Whether the caller's leaving is agreed, or would be once a missing term is stated.

    The caller handles it, says what it counts on instead (no later than its own limit lets it, and not against what is promised), and
    repeats nothing that is unsafe to repeat.
    """
    if "timeout" not in calling.handles or calling.counts_on is None:
        return False
    name, bound = calling.counts_on
    promised = (
        serving.longest
        if name == "max"
        else serving.percentile[1]
        if serving.percentile and serving.percentile[0] == name
        else None
    )
    limits = [limit for limit in (calling.attempt, calling.request) if isinstance(limit, int)]
    bound = min(bound, *limits)
    if promised is not None and (promised == UNBOUNDED or int(promised) > bound):
        return False
    return not any(acts_twice(run, calling, serving) for run in runs(calling, frozenset({0, 1000}), growing=True))
