"""How long a caller waits and how often it tries: the limits of all layers on one boundary, and the tries they leave."""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from accord.boundaries.join.memory import once_here
from accord.boundaries.join.system import Boundary
from accord.defaults.reader import pack
from accord.model.contract_values import Backoff
from accord.model.duration import show_duration
from accord.model.fact import Fact, Layer, Stance
from accord.model.finding import Change
from accord.model.nothing import NONE

TRY_TERMS = ("timeout.attempt", "timeout.idle")
_LIMITS = (*TRY_TERMS, "timeout.request")
_WHOLE_STREAM = frozenset(("envoy", "istio"))
TIMED_OUT = frozenset(("timeout", "any"))
"""Words of `retry_on` and `handles` that name a try which ran out of time."""
TIMED_OUT_MESH = frozenset(("5xx", "gateway-error", "reset", "504", "deadline-exceeded"))
"""What Envoy counts a timed-out try as (route_components.proto and the router filter's x-envoy-retry-on)."""
MOST_TRIES_SHOWN = 5
MOST_TRIES_COUNTED = 64
"""Tries that are followed one by one where their end matters; a caller that makes more is followed so far only."""


class Try(Struct, frozen=True):
    """One try: when it starts and when the caller leaves it at the latest, and the limit that ends it."""

    start: int
    end: int
    limit: Fact


class Plan(Struct, frozen=True):
    """The tries a caller makes when no try is answered; `complete` is false where more follow than are listed.

    Each pause is the first of a range; `at_most` is when the caller gives up for good however long its pauses are, None
    where it never does.
    """

    tries: tuple[Try, ...]
    attempts: Fact | None
    backoff: Fact | None
    complete: bool
    at_most: int | None

    @property
    def end(self) -> int:
        """When the caller gives up for good."""
        return self.tries[-1].end


@once_here
def limits(boundary: Boundary) -> list[Fact]:
    """Every stated limit that can end a try, the smallest first; `none` is no limit.

    A limit on silence ends none where the provider promises never to be silent for longer.
    """
    facts = [fact for term in _LIMITS for fact in boundary.assumed.all(term) if fact.value is not NONE]
    if any(fact.term == "timeout.idle" for fact in facts) and (silence := longest_silence(boundary)) is not None:
        facts = [fact for fact in facts if fact.term != "timeout.idle" or fact.value < silence.value]
    return sorted(facts, key=lambda fact: (fact.value, fact.term, fact.place.spot)) if len(facts) > 1 else facts


def longest_silence(boundary: Boundary) -> Fact | None:
    """How long the provider says that it may be silent; None where it does not say, or promises no longest time."""
    stated = boundary.promised.get("silence")
    return stated if stated is not None and stated.value is not NONE and stated.stance is Stance.PROMISES else None


def ends_every_try(boundary: Boundary, limit: Fact) -> bool:
    """Whether a limit ends the request and not one try: Envoy counts silence on the stream of its own caller."""
    if limit.term != "timeout.idle":
        return limit.term == "timeout.request"
    named = {fact.value for fact in boundary.assumed.all("platform") if fact.layer is limit.layer}
    return not _WHOLE_STREAM.isdisjoint((limit.source, *named))


def first_limit(boundary: Boundary) -> Fact | None:
    """The limit that fires first on a try, whatever layer it stands at; None where none is stated."""
    found = limits(boundary)
    return found[0] if found else None


def lengthened(boundary: Boundary, wanted: int) -> tuple[Change, ...]:
    """The changes that let a try wait for at least `wanted` nanoseconds, at every layer."""
    text = show_duration(wanted)
    return tuple(
        Change(fact, replace(fact, value=wanted, text=text)) for fact in limits(boundary) if fact.value < wanted
    )


def waits_for_ever(boundary: Boundary) -> bool:
    """Whether the caller has said that it has no limit."""
    facts = [fact for term in _LIMITS for fact in boundary.assumed.all(term)]
    return any(fact.value is NONE and fact.stance is not Stance.DEFAULT for fact in facts) and all(
        fact.value is NONE for fact in facts
    )


def attempts(boundary: Boundary, layer: Layer | None = None) -> Fact | None:
    """The number of tries stated at one layer, or at the outermost that states one.

    A default counts only where somebody wrote at that layer after what to ask again, and left the number to it.
    """
    for fact in boundary.assumed.all("attempts"):
        if (layer is None or fact.layer is layer) and (
            fact.stance is not Stance.DEFAULT or is_asked_for(boundary, fact)
        ):
            return fact
    return None


def is_asked_for(boundary: Boundary, tries: Fact) -> bool:
    """Whether somebody wrote, at the layer of these tries, after what it asks again."""
    stated = repeated_after(boundary, tries)
    return stated is not None and stated.stance is not Stance.DEFAULT and stated.value is not NONE


def tries_again(boundary: Boundary, tries: Fact | None) -> bool:
    """Whether a try that ran out of time is followed by another.

    Where the caller states tries and a limit on each but not what is tried again, a timed-out try is: the limit on
    one try has no other purpose.
    """
    if tries is None or tries.value == 1:
        return False
    stated = repeated_after(boundary, tries)
    if stated is None:
        of_try = [fact for term in TRY_TERMS for fact in boundary.assumed.all(term)]
        return any(fact.layer is tries.layer and fact.value is not NONE for fact in of_try)
    if stated.value is NONE:
        return False
    words = TIMED_OUT if stated.source == "contract" else TIMED_OUT | TIMED_OUT_MESH
    return not words.isdisjoint(stated.value)


def repeated_after(boundary: Boundary, tries: Fact) -> Fact | None:
    """What the layer that states these tries asks again after."""
    return next((fact for fact in boundary.assumed.all("retry_on") if fact.layer is tries.layer), None)


@once_here
def plan(boundary: Boundary, most: int = MOST_TRIES_SHOWN) -> Plan | None:
    """What the caller does while nothing is answered, `most` tries of it; None where it states no limit."""
    limit = first_limit(boundary)
    if limit is None:
        return None
    tries = None if ends_every_try(boundary, limit) else attempts(boundary, limit.layer)
    again = tries_again(boundary, tries)
    request = request_limit(boundary)
    pause = stated_pause(boundary, limit.layer) if again else None
    wanted: Any = tries.value if tries is not None and again else 1
    unlimited = wanted is NONE
    made: list[Try] = []
    start = 0
    while len(made) < (most if unlimited else min(wanted, most)):
        if request is not None and start >= request.value:
            break
        made.append(_one(start, limit, request))
        start = made[-1].end + (pause.value.first if pause is not None and isinstance(pause.value, Backoff) else 0)
    stopped = request is not None and start >= request.value
    longest = pause.value.longest if pause is not None and isinstance(pause.value, Backoff) else 0
    ends = [] if unlimited else [wanted * limit.value + (wanted - 1) * longest]
    at_most = min([*ends, *([request.value] if request is not None else [])], default=None)
    return Plan(tuple(made), tries if again else None, pause, stopped or len(made) == wanted, at_most)


def _one(start: int, limit: Fact, request: Fact | None) -> Try:
    if request is not None and request.value < start + limit.value:
        return Try(start, request.value, request)
    return Try(start, start + limit.value, limit)


def request_limit(boundary: Boundary) -> Fact | None:
    """The caller's smallest limit on all tries together; None where it states none."""
    stated = [fact for fact in boundary.assumed.all("timeout.request") if fact.value is not NONE]
    return min(stated, key=lambda fact: fact.value) if stated else None


def stated_pause(boundary: Boundary, layer: Layer) -> Fact | None:
    """The pause between tries that one layer states."""
    return next((fact for fact in boundary.assumed.all("backoff") if fact.layer is layer), None)


def never_timed_out_since(asked: Fact) -> str:
    """From which version of a platform on no try that ran out of time is made again by default, where that is not all that may be in use."""
    if asked.stance is not Stance.DEFAULT:
        return ""
    return pack(asked.says).since_without(asked.term, TIMED_OUT | TIMED_OUT_MESH, asked.version)
