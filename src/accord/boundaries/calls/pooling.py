"""Connections that callers keep: the pool of each copy, times the copies that may run, all callers together."""

from collections.abc import Iterator
from fractions import Fraction

from msgspec import Struct

from accord.boundaries.calls.quantity import show_amount
from accord.boundaries.join.side import Side
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.model.amount import Amount
from accord.model.fact import PARTY, Fact, Stance
from accord.model.scaling import scaled

_TERM = "connections"


class Pool(Struct, frozen=True):
    """What one caller keeps: `sent` for each copy or in all, and the facts that say how many copies, each in words."""

    sent: Fact
    copied: tuple[tuple[Fact, str], ...] = ()
    copies: int = 1

    @property
    def most(self) -> Fraction:
        """All its connections together."""
        value: Fraction = self.sent.value.value
        return value * self.copies


class Pooling(Struct, frozen=True):
    """The callers of one provider that say what they keep, and what it accepts."""

    taken: Fact
    callers: tuple[Pool, ...]

    @property
    def _together(self) -> Fraction:
        return sum((pool.most for pool in self.callers), Fraction(0))

    @property
    def exceeds(self) -> bool:
        """Whether they keep more than is accepted."""
        return bool(self._together > self.taken.value.value)

    @property
    def most(self) -> str:
        """All connections together, for people."""
        return show_amount(Amount("count", self._together))

    @property
    def sum(self) -> str:
        """How they come together: `5 x 20 + 5`."""
        return " + ".join(
            f"{pool.copies} x {show_amount(pool.sent.value)}" if pool.copied else show_amount(pool.sent.value)
            for pool in self.callers
        )

    @property
    def is_told_elsewhere(self) -> bool:
        """Whether no copies are needed to see it: then one copy of each is too much already, at an operation that says so."""
        single = sum((pool.sent.value.value for pool in self.callers), Fraction(0))
        return self.taken.operation != PARTY and bool(single > self.taken.value.value)

    @property
    def is_certain(self) -> bool:
        """Whether all of it was said by somebody."""
        facts = [self.taken, *(fact for pool in self.callers for fact in (pool.sent, *(one for one, _ in pool.copied)))]
        return all(fact.stance in (Stance.PROMISES, Stance.ASSUMES) for fact in facts)


def poolings(system: System, view: View) -> Iterator[Pooling]:
    """One for each limit on the connections of all callers together that holds here.

    What rests on defaults is counted only where what is stated does not exceed the limit by itself.
    """
    for taken in system.about(f"accepts.{_TERM}"):
        if not _is_limit(taken) or system.promised(taken.provider, taken.operation, view).get(taken.term) is not taken:
            continue
        sent = _sent(system, taken, view)
        stated = Pooling(taken, tuple(_pool(system, fact, view, False) for fact in sent))
        yield stated if stated.exceeds else Pooling(taken, tuple(_pool(system, fact, view, True) for fact in sent))


def _is_limit(fact: Fact) -> bool:
    return (
        not fact.consumer and isinstance(fact.value, Amount) and not fact.value.each and fact.value.dimension == "count"
    )


def _sent(system: System, taken: Fact, view: View) -> list[Fact]:
    """The largest pool that each caller says it keeps at the provider, or at the operation that has the limit."""
    found: dict[str, Fact] = {}
    for key in system.keys_of(taken.provider):
        consumer, provider, operation = key
        if provider != taken.provider or not consumer or taken.operation not in (PARTY, "any", operation):
            continue
        fact = system.assumed(key, view).get(f"sends.{_TERM}")
        if (
            fact is None
            or fact.consumer != consumer
            or not isinstance(fact.value, Amount)
            or fact.value.dimension != "count"
        ):
            continue
        known = found.get(consumer)
        if known is None or fact.value.value > known.value.value:
            found[consumer] = fact
    return sorted(found.values(), key=lambda fact: (not fact.value.each, fact.place.spot))


def _pool(system: System, sent: Fact, view: View, with_defaults: bool) -> Pool:
    if not sent.value.each:
        return Pool(sent)
    side = system.party(sent.consumer, view)
    most = _stated(side, "replicas.max", with_defaults) or _stated(side, "replicas", with_defaults)
    if most is None:
        return Pool(sent)
    told = [(most, f"{'up to ' if most.term == 'replicas.max' else ''}{most.text} copies")]
    copies = int(most.value)
    surge = _stated(side, "replicas.surge", with_defaults)
    if surge is not None and (more := scaled(surge.value, copies)):
        told.append((surge, f"{more} more while they are replaced"))
        copies += more
    return Pool(sent, tuple(told), copies)


def _stated(side: Side, term: str, with_defaults: bool) -> Fact | None:
    fact = side.get(term)
    return fact if fact is not None and (with_defaults or fact.stance is not Stance.DEFAULT) else None
