"""Paths of calls along which tries multiply, from a caller who states how much it sends to the boundary in question."""

from collections.abc import Iterator
from fractions import Fraction

from msgspec import Struct

from accord.boundaries.answers import needing
from accord.boundaries.limits import attempts, first_limit, plan, tries_again
from accord.boundaries.system import Boundary
from accord.model.amount import Amount
from accord.model.fact import Fact
from accord.model.nothing import NONE

DEEPEST = 8


class Path(Struct, frozen=True):
    """A path of calls that ends at the boundary in question, outermost first; `sends` is stated at its start.

    `links` are the needs that tie each hop to the next.
    """

    hops: tuple[tuple[Boundary, Fact], ...]
    links: tuple[Fact, ...]
    sends: Fact
    certain: bool

    @property
    def factor(self) -> int:
        """How many calls arrive at the end for one request at the start."""
        product = 1
        for _, tries in self.hops:
            product *= tries.value
        return product

    @property
    def load(self) -> Fraction:
        """The calls that arrive at the end, per nanosecond."""
        value: Fraction = self.sends.value.value * self.factor
        return value


def paths(boundary: Boundary) -> Iterator[Path]:
    """Every path of hops with stated tries to this boundary whose first caller states how much it sends."""
    waiting: list[tuple[tuple[Boundary, ...], tuple[Fact, ...], bool]] = [((boundary,), (), True)]
    while waiting:
        hops, links, certain = waiting.pop()
        sends = hops[0].assumed.get("sends.rate")
        stated = tuple((hop, tries) for hop in hops if (tries := _tries(hop)) is not None)
        if len(stated) < len(hops) or len(hops) > DEEPEST:
            continue
        if sends is not None and isinstance(sends.value, Amount) and sends.value.dimension == "count/ns":
            yield Path(stated, links, sends, certain)
        for outer in _callers(hops[0]):
            link = needing(hops[0])
            if link is not None and all(outer.key != hop.key for hop in hops):
                waiting.append(((outer, *hops), (link, *links), certain and _repeats_inner(outer, hops[0])))


def _callers(inner: Boundary) -> Iterator[Boundary]:
    """The boundaries whose operation makes this call."""
    for key in inner.system.above(inner.key):
        if key[0]:
            yield inner.system.boundary(key, inner.view)


def _tries(boundary: Boundary) -> Fact | None:
    tries = attempts(boundary)
    return tries if tries is not None and tries.value is not NONE else None


def repeats(boundary: Boundary) -> Fact | None:
    """The tries of a caller that states more than one."""
    tries = _tries(boundary)
    return tries if tries is not None and tries.value > 1 else None


def _repeats_inner(outer: Boundary, inner: Boundary) -> bool:
    """Whether the outer hop surely asks again when the inner one fails; one that never asks again changes nothing."""
    tries = repeats(outer)
    if tries is None:
        return True
    stated = outer.assumed.get("retry_on")
    if stated is not None and stated.value is not NONE and not {"any", "5xx", "gateway-error"}.isdisjoint(stated.value):
        return True
    limit, planned = first_limit(outer), plan(inner)
    return tries_again(outer, tries) and limit is not None and planned is not None and limit.value < planned.end
