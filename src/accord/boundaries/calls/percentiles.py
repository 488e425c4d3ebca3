"""Percentiles of latency: `p99: 300ms` promises that at least 99 % of the answers of each window take at most 300 ms."""

from fractions import Fraction
from functools import lru_cache

from accord.boundaries.join.side import Side
from accord.model.fact import Fact
from accord.model.nothing import NONE


def percentile_of(fact: Fact) -> Fraction:
    """The share, in percent, of `latency.p99.9`."""
    return _share(fact.term)


@lru_cache(maxsize=1024)
def _share(term: str) -> Fraction:
    return Fraction(term.rpartition("latency.p")[2])


def percentiles(side: Side) -> list[Fact]:
    """The stated percentiles, the largest share first."""
    stated = [fact for fact in side.family("latency.p") if fact.value is not NONE]
    return sorted(stated, key=percentile_of, reverse=True)


def tail(side: Side, limit: int) -> Fact | None:
    """The percentile that bounds the most answers inside `limit`; None where none does."""
    return next((fact for fact in percentiles(side) if fact.value <= limit), None)


def share_beyond(fact: Fact) -> str:
    """What the percentile leaves open: `0.1 %`."""
    return f"{float(100 - percentile_of(fact)):g} %"


def inside(wanted: Fact, promised: Side) -> bool | None:
    """Whether the percentile that one side counts on lies inside what is promised; None where that is not decided."""
    share = percentile_of(wanted)
    longest = promised.get("latency.max")
    bounds = [fact for fact in percentiles(promised) if percentile_of(fact) >= share]
    if longest is not None and longest.value is not NONE:
        bounds.append(longest)
    if any(fact.value <= wanted.value for fact in bounds):
        return True
    same = [fact for fact in bounds if fact.term == wanted.term]
    return False if same else None
