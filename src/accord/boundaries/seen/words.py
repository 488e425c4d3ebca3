"""The words in which rules say what was seen, and how sure a share is that was seen."""

import math
from fractions import Fraction

from accord.boundaries.seen.sightings import Sighting
from accord.model import instants
from accord.model.fact import Fact
from accord.model.finding import Statement
from accord.model.observed import rounded

SAMPLED = "not decidable from sampled spans: nothing says how these were drawn"
INFERRED = "holds if the spans at which the service changes are the calls: their kind was not given"
_CHANCE = 0.001
_NO_CODE, _GRPC_LEFT = -1, (1, 4)
"""No answer at all; cancelled and deadline exceeded, which a gRPC client says of itself."""


def statement(sighting: Sighting, term: str, says: str) -> Statement:
    """What one of the observed facts says, with the environment and the window."""
    return Statement(sighting.facts[term], f"{says}{where(sighting)}")


def where(sighting: Sighting) -> str:
    """`, in production, 2026-11-20 10:00 to 11:00 UTC (1h)`; as far as it is told."""
    place = f", in {sighting.environment}" if sighting.environment else ""
    return place + (f", {window(sighting)}" if sighting.seen.ended else "")


def window(sighting: Sighting) -> str:
    """The window that was looked at."""
    return instants.window(sighting.seen.began, sighting.seen.ended)


def lasted(sighting: Sighting) -> int:
    """How long the window was, in nanoseconds; 0 where that is not told."""
    return (sighting.seen.ended - sighting.seen.began) * 1_000_000_000


def many(count: int, noun: str) -> str:
    """`1 call`, `12 calls`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def of_calls(some: int, most: int, total: int) -> str:
    """`at least 3 of 1000 calls (0.3 %)`; `at least` where the bucket of the limit leaves it open."""
    least = "at least " if most > some else ""
    return f"{least}{some} of {many(total, 'call')} ({100 * some / total:.3g} %)"


def longest(fact: Fact) -> str:
    """The longest that was seen, in three digits."""
    return rounded(fact.value)


def surely_more(some: int, total: int, share: Fraction, stands_for: float = 1.0) -> bool:
    """Whether so many of so many calls cannot be chance where at most this share of all calls is allowed to be so.

    Counts by weight say as much as `some / stands_for` of `total / stands_for` calls (Observed.stands_for). Chernoff's bound on the binomial tail (https://en.wikipedia.org/wiki/Chernoff_bound): the chance of it is below one in
    a thousand. A share of nothing is exceeded by one.
    """
    if not some or some <= share * total:
        return False
    if not share:
        return True
    found, allowed = some / total, float(share)
    apart = found * math.log(found / allowed)
    if found < 1:
        apart += (1 - found) * math.log((1 - found) / (1 - allowed))
    return total / stands_for * apart > -math.log(_CHANCE)


def left_before_the_answer(sighting: Sighting) -> int:
    """Calls whose caller had left without any answer when the callee was done."""
    unanswered = sum(count for caller, _, count in sighting.seen.codes if caller == _NO_CODE or caller in _GRPC_LEFT)
    return min(sighting.seen.count("late"), unanswered)


def condition(sighting: Sighting, shares: bool = False) -> str:
    """What a verdict on this rests on; "" where on nothing."""
    parts = [SAMPLED] if shares and not sighting.seen.shares_are_known else []
    return "; ".join([*parts, *([INFERRED] if sighting.seen.count("inferred") else [])])
