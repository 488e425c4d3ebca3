"""Paths of calls along which tries multiply, from a caller who states how much it sends to the boundary in question, and their story."""

from collections.abc import Iterator
from fractions import Fraction
from math import prod

from msgspec import Struct
from msgspec.structs import replace

from accord.boundaries.calls import layered
from accord.boundaries.calls.answers import needing
from accord.boundaries.calls.causes import asked_again, can_run_out
from accord.boundaries.calls.limits import MOST_TRIES_COUNTED, attempts, first_limit, plan, repeated_after, tries_again
from accord.boundaries.join.memory import once_here
from accord.boundaries.join.system import Boundary
from accord.model.amount import Amount
from accord.model.duration import SECOND
from accord.model.fact import Fact
from accord.model.nothing import NONE
from accord.model.witness import Step, Witness

DEEPEST = 8
_NO_ANSWER = frozenset(("timeout", "connect"))
"""Words of `retry_on` after which the next try begins when the one before has run out of time, or never arrived."""


class Hop(Struct, frozen=True):
    """One call of a path; `again` tells whether anything can make its caller use more than one of its tries.

    A `budget` holds further tries down to a share: of the calls over time (retries.share), or of those under way. `also`
    are the tries of its other layers that ask again after the same answers.
    """

    boundary: Boundary
    tries: Fact
    again: bool | None
    begun: int
    budget: Fact | None
    also: tuple[Fact, ...] = ()

    @property
    def count(self) -> int | Fraction:
        """How many calls arrive for one, over all layers that ask again; one where nothing can make the caller do so."""
        return prod(self.counts)

    @property
    def counts(self) -> tuple[int | Fraction, ...]:
        """How many calls each layer makes of one."""
        return (1,) if self.again is False else (self._own, *(fact.value for fact in self.also))

    @property
    def _own(self) -> int | Fraction:
        """The tries that can begin, or what the budget leaves of them."""
        if self.budget is not None and self.budget.term == "retries.share":
            return min(Fraction(self.begun), 1 + Fraction(self.budget.value))
        return self.begun


class Path(Struct, frozen=True):
    """A path of calls that ends at the boundary in question, outermost first; `sends` is stated at its start.

    `links` are the needs that tie each hop to the next.
    """

    hops: tuple[Hop, ...]
    links: tuple[Fact, ...]
    sends: Fact
    certain: bool

    @property
    def factor(self) -> int | Fraction:
        """How many calls arrive at the end for one request at the start."""
        product: int | Fraction = 1
        for hop in self.hops:
            product *= hop.count
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
        stated = tuple(found for hop in hops if (found := _hop(hop)) is not None)
        if len(stated) < len(hops) or len(hops) > DEEPEST:
            continue
        if sends is not None and isinstance(sends.value, Amount) and sends.value.dimension == "count/ns":
            if len(stated) == 1:  # the layers of one call are told by themselves
                stated = (replace(stated[0], also=()),)
            sure = all(hop.again is not None and (hop.budget is None or hop.count == 1) for hop in stated)
            yield Path(stated, links, sends, certain and sure)
        for outer in _callers(hops[0]):
            link = needing(hops[0])
            if link is not None and all(outer.key != hop.key for hop in hops):
                waiting.append(((outer, *hops), (link, *links), certain and _repeats_inner(outer, hops[0])))


def _callers(inner: Boundary) -> Iterator[Boundary]:
    """The boundaries whose operation makes this call."""
    for key in inner.system.above(inner.key):
        if key[0]:
            yield inner.system.boundary(key, inner.view)


@once_here
def _hop(boundary: Boundary) -> Hop | None:
    tries = attempts(boundary)
    budget = held_down(boundary, tries) if tries is not None else None
    if tries is None or (tries.value is NONE and (budget is None or budget.term != "retries.share")):
        return None
    begun = MOST_TRIES_COUNTED if tries.value is NONE else _begun(boundary, tries)
    return Hop(boundary, tries, asked_again(boundary, tries), begun, budget, _other_layers(boundary, tries))


def _other_layers(boundary: Boundary, tries: Fact) -> tuple[Fact, ...]:
    """The tries of the layers that surely ask again after an answer after which these do too."""
    layers = layered.repeating(boundary)
    own = next((layer for layer in layers if layer.tries == tries), None)
    if own is None or layered.unwritten(layers):
        return ()
    others = [layer for layer in layers if layer is not own and isinstance(layer.tries.value, int)]
    return tuple(
        layer.tries
        for layer in others
        if layered.shared_answers(layer.again, own.again) and held_down(boundary, layer.tries) is None
    )


def held_down(boundary: Boundary, tries: Fact) -> Fact | None:
    """The budget that holds the further tries of their layer down to a share."""
    stated = (fact for term in ("retries.share", "retries.budget") for fact in boundary.assumed.all(term))
    return next((fact for fact in stated if fact.layer is tries.layer and isinstance(fact.value, Fraction)), None)


def _begun(boundary: Boundary, tries: Fact) -> int:
    """How many of the tries can begin: where only running out of time is followed by another, as many as the limit on all leaves."""
    stated, planned = repeated_after(boundary, tries), plan(boundary, MOST_TRIES_COUNTED)
    by_time_only = stated is None or (stated.value is not NONE and _NO_ANSWER.issuperset(stated.value))
    if planned is None or planned.attempts is not tries or not by_time_only or not planned.complete:
        return int(tries.value)
    return len(planned.tries)


def repeats(boundary: Boundary) -> Hop | None:
    """The call of a caller that may use more than one try."""
    hop = _hop(boundary)
    return hop if hop is not None and hop.count > 1 else None


def _repeats_inner(outer: Boundary, inner: Boundary) -> bool:
    """Whether the outer hop surely asks again when the inner one fails; one that never asks again changes nothing."""
    hop = repeats(outer)
    if hop is None:
        return True
    stated = outer.assumed.get("retry_on")
    if stated is not None and stated.value is not NONE and not {"any", "5xx", "gateway-error"}.isdisjoint(stated.value):
        return True
    limit, planned = first_limit(outer), plan(inner)
    if planned is None or limit is None or not can_run_out(inner, planned.tries[0].limit):
        return False
    return tries_again(outer, hop.tries) and int(limit.value) < planned.end


def hangs_on(path: Path) -> str:
    """What keeps the tries of a path that is not certain from multiplying."""
    held = next((hop for hop in path.hops if hop.budget is not None and hop.count > 1), None)
    if held is not None and held.budget is not None:
        return f"holds only while further tries of {held.boundary.subject} stay well below {held.budget.text}"
    hop = next((hop.boundary for hop in path.hops if hop.again is None), None)
    if hop is not None:
        return f"holds only while nothing makes {hop.consumer} ask {hop.subject} again"
    return "holds only while an outer caller does not ask again for what the inner one gave up on"


def per_second(rate: Fraction) -> str:
    """`180` calls a second."""
    return f"{float(rate * SECOND):g}"


def multiplied(boundary: Boundary, path: Path, accepts: Fact) -> Witness:
    """What the calls of a path come to where it ends, at a provider that accepts less."""
    first = path.hops[0].boundary
    steps = [
        Step(0, first.consumer, "states", f"sends {path.sends.text} to {first.subject}", path.sends, first.subject)
    ]
    for number, hop in enumerate(path.hops):
        who, about = hop.boundary.consumer, hop.boundary.subject
        if number:
            link = path.links[number - 1]
            steps.append(Step(0, who, "states", f"calls {about} for each {link.subject}", link, about))
        for tries, count in zip((hop.tries, *hop.also), hop.counts, strict=False):
            does = f"finds {about} slow or down and makes {count} tries of each call"
            if count == 1:
                does = f"makes 1 try of each call of {about}"
            steps.append(Step(0, who, "multiplies", does, tries, about, 0, int(count)))
    load = path.load * SECOND
    does = f"gets {per_second(path.load)} calls a second, accepts {accepts.text}"
    steps.append(Step(0, boundary.provider, "loads", does, accepts, boundary.subject, 0, int(load)))
    end = f"{path.factor} calls of {boundary.subject} for one request at {first.subject}: the tries keep it down"
    steps.append(Step(0, "", "concludes", end, None, boundary.subject, 0, int(path.factor)))
    return Witness(tuple(steps), "load-carried", (accepts,))


def too_many(boundary: Boundary, tries: list[Fact], sends: Fact, accepts: Fact) -> Witness:
    """What the tries of several layers of one call come to, at a provider that accepts less."""
    who, about = boundary.consumer, boundary.subject
    steps, total = [Step(0, who, "states", f"sends {sends.text} to {about}", sends, about)], 1
    for fact in tries:
        does = f"finds {about} slow or down and makes {fact.value} tries of each call at its {fact.layer}"
        steps.append(Step(0, who, "multiplies", does, fact, about, 0, fact.value))
        total *= fact.value
    load = sends.value.value * total * SECOND
    does = f"gets {per_second(load / SECOND)} calls a second, accepts {accepts.text}"
    steps.append(Step(0, boundary.provider, "loads", does, accepts, about, 0, int(load)))
    end = f"{total} calls of {about} for one request: two layers asked again for the same answer"
    steps.append(Step(0, "", "concludes", end, None, about, 0, total))
    return Witness(tuple(steps), "load-carried", (accepts,))
