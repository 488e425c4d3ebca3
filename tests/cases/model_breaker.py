"""The breaker of one person as an executable specification: ticks, a handful of deviations, every pattern of arrivals.

Written from the specification; it knows nothing of `accord.cases`. A deviation is nowhere yet, told alone, parked for the bundle, told
in a bundle, or held until a tick. A mutant switches one rule off, or does what a pager in use does.
"""

from collections.abc import Iterator
from itertools import combinations_with_replacement
from typing import NamedTuple

WINDOW, GATHER, ALONE, HOLD = 6, 1, 2, 4


class Breaker(NamedTuple):
    """`where` is one word for each deviation, `until` when its hold ends or its bundle leaves,
    `left` how long it may still be held; pages are the ticks at which one was sent."""

    tick: int = 0
    where: tuple[str, ...] = ()
    until: tuple[int, ...] = ()
    left: tuple[int, ...] = ()
    told: tuple[int, ...] = ()
    alone: tuple[int, ...] = ()
    pages: tuple[int, ...] = ()
    forced: int = 0
    open_until: int = 0
    bundle: int = -99
    keeper: str = "keeper"


def _at(values: tuple, place: int, value: object) -> tuple:
    return (*values[:place], value, *values[place + 1 :])


def page(b: Breaker, one: int, mutants: frozenset[str]) -> Breaker:
    """The person is to be woken about one deviation."""
    recent = tuple(at for at in b.alone if at > b.tick - WINDOW)
    if (b.tick >= b.open_until and len(recent) < ALONE) or "no_breaker" in mutants:
        return _told(b._replace(alone=(*recent, b.tick), pages=(*b.pages, b.tick)), one, "alone")
    keeper = "" if "nobody_answers" in mutants else "keeper"
    b = b._replace(alone=(), open_until=b.tick + WINDOW, keeper=keeper)
    if "drops_over_budget" in mutants:
        return b._replace(where=_at(b.where, one, "dropped"))
    if b.bundle > b.tick:
        begins = max(b.tick, b.bundle - GATHER)
    else:
        begins = max(b.tick, b.bundle + WINDOW - GATHER)
    if begins > b.tick and (b.left[one] > 0 or "holds_again" in mutants):
        until = 99 if "hold_without_end" in mutants else min(begins, b.tick + (b.left[one] or HOLD))
        left = max(0, b.left[one] - (until - b.tick))
        return b._replace(where=_at(b.where, one, "held"), until=_at(b.until, one, until), left=_at(b.left, one, left))
    if not b.tick < b.bundle <= b.tick + GATHER:
        b = b._replace(bundle=b.tick + GATHER, forced=b.forced + (begins > b.tick))
    if "sent_and_bundled" in mutants:
        b = _told(b, one, "alone")
    return b._replace(where=_at(b.where, one, "parked"), until=_at(b.until, one, b.bundle))


def _told(b: Breaker, one: int, word: str) -> Breaker:
    return b._replace(where=_at(b.where, one, word), told=_at(b.told, one, b.told[one] + 1))


def leave(b: Breaker, mutants: frozenset[str]) -> Breaker:
    """As soon as one of them is due, a bundle leaves with all that is parked."""
    parked = [one for one, word in enumerate(b.where) if word == "parked"]
    if not any(b.until[one] <= b.tick for one in parked):
        return b
    for place, one in enumerate(parked):
        if "bundle_lists_the_first" in mutants and place:
            b = b._replace(where=_at(b.where, one, "dropped"))
        else:
            b = _told(b, one, "bundled")
    return b._replace(pages=(*b.pages, b.tick))


def tick(b: Breaker, arriving: int, mutants: frozenset[str] = frozenset()) -> Breaker:
    """One tick: what was held asks again, new ones arrive, a bundle leaves."""
    for one, word in enumerate(b.where):
        if word == "held" and b.until[one] <= b.tick:
            b = page(b, one, mutants)
    for _ in range(arriving):
        b = b._replace(where=(*b.where, ""), until=(*b.until, 0), left=(*b.left, HOLD), told=(*b.told, 0))
        b = page(b, len(b.where) - 1, mutants)
    return leave(b, mutants)._replace(tick=b.tick + 1)


def broken(b: Breaker) -> str:
    """The invariant that does not hold at the end of a tick."""
    for one, word in enumerate(b.where):
        if word not in ("alone", "parked", "bundled", "held"):
            return "I13 a deviation that is nowhere"
        if b.told[one] != (word in ("alone", "bundled")):
            return "I13 a deviation in two places"
        if word == "held" and b.until[one] > b.tick - 1 + HOLD:
            return "I12 held without an end"
        if word == "parked" and b.until[one] <= b.tick - 1:
            return "I13 parked for a bundle that has left"
    if any(sum(at <= other < at + WINDOW for other in b.pages) > ALONE + 1 + b.forced for at in b.pages):
        return "I13 more pages than the budget"
    if b.open_until > b.tick and not b.keeper:
        return "I13 an open breaker that nobody answers for"
    return ""


def arrivals(count: int, ticks: int) -> Iterator[tuple[int, ...]]:
    """Every way in which `count` deviations can arrive within the ticks: how many in each."""
    for moments in combinations_with_replacement(range(ticks), count):
        yield tuple(moments.count(moment) for moment in range(ticks))


def run(pattern: tuple[int, ...], mutants: frozenset[str] = frozenset()) -> Iterator[Breaker]:
    """The breaker after each tick, until all that could be held or parked must be through."""
    b = Breaker()
    for arriving in (*pattern, *[0] * (2 * WINDOW + HOLD)):
        b = tick(b, arriving, mutants)
        yield b


def search(count: int, ticks: int, mutants: frozenset[str] = frozenset()) -> tuple[str, int]:
    """The first invariant that breaks in any pattern, or nothing, and how many states were looked at."""
    states = 0
    for pattern in arrivals(count, ticks):
        for b in run(pattern, mutants):
            states += 1
            if problem := broken(b):
                return f"{problem}: arrivals {pattern}, tick {b.tick - 1}", states
        if any(word in ("parked", "held") for word in b.where):
            return f"I12 held without an end: arrivals {pattern}", states
    return "", states
