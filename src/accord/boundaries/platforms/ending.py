"""How long a platform lets work last, held beside how long it is promised to last at most."""

from collections.abc import Container, Iterator

from msgspec import Struct

from accord.boundaries.calls.evidence import Saying, side_by_side
from accord.boundaries.join.memory import once
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View, holds_in
from accord.model.fact import ANY, PARTY, Fact, Stance
from accord.model.witness import Witness


class Ending(Struct, frozen=True):
    """`limit` is the platform's, `longest` the longest that the work of `party` may last: an answer, or a delivery kept."""

    party: str
    limit: Fact
    longest: Fact

    @property
    def is_short(self) -> bool:
        """Whether the platform ends work that may still go on."""
        return bool(self.limit.value < self.longest.value)

    @property
    def asked(self) -> str:
        """What the longest time is the answer to, after a blank; nothing where it holds of whatever is asked."""
        return "" if self.longest.operation == ANY else f" {self.longest.operation}"

    @property
    def is_certain(self) -> bool:
        """Whether both were said by somebody, and neither is a default or was only observed."""
        return {self.limit.stance, self.longest.stance} <= {Stance.PROMISES, Stance.ASSUMES}


def endings(system: System, view: View, term: str, among: Container[str] | None = None) -> Iterator[Ending]:
    """Each limit of this term that holds here, with each longest time of the same party's work, in order of the facts.

    Of these parties only, where they are given.
    """
    for limit in dict.fromkeys(_limits(system, view, term, among)):
        party = limit.consumer or limit.provider
        for longest in _longest(system, view, party):
            is_same = longest.subject == limit.subject or limit.operation == PARTY
            if is_same or (limit.provider, limit.consumer) == (longest.provider, longest.consumer):
                yield Ending(party, limit, longest)


def most_stated(system: System, term: str) -> dict[str, int]:
    """The longest time of this term that anybody states of each provider, in whatever view."""
    found: dict[str, int] = {}
    for fact in system.about(term):
        value = fact.value
        if isinstance(value, int) and value > found.get(fact.provider, -1):
            found[fact.provider] = value
    return found


def _limits(system: System, view: View, term: str, among: Container[str] | None) -> Iterator[Fact]:
    for fact in system.about(term):
        if among is not None and (fact.consumer or fact.provider) not in among:
            continue
        if fact.stance is Stance.OBSERVES or not isinstance(fact.value, int):
            continue
        if fact.consumer:
            side = system.assumed((fact.consumer, fact.provider, fact.operation), view)
        else:
            side = system.promised(fact.provider, fact.operation, view)
        yield from (known for known in side.all(term)[:1] if known is fact)


def _longest(system: System, view: View, party: str) -> Iterator[Fact]:
    """The longest answers of a party's operations, each once, and the longest that it keeps what is delivered to it."""
    sides = [system.promised(party, operation, view) for operation in system.operations(party) or [ANY]]
    for fact in dict.fromkeys(fact for side in sides for fact in side.all("latency.max")[:1]):
        if isinstance(fact.value, int):
            yield fact
    for fact in _kept(system).get(party, ()):
        if isinstance(fact.value, int) and (not fact.scope or holds_in(fact.scope, view)):
            yield fact


@once
def _kept(system: System) -> dict[str, list[Fact]]:
    """How long each party keeps what is delivered to it."""
    found: dict[str, list[Fact]] = {}
    for fact in system.about("work.max"):
        found.setdefault(fact.consumer, []).append(fact)
    return found


def ended_too_soon(ending: Ending, sayings: tuple[Saying, ...], follows: str) -> Witness:
    """What both say, side by side, and what follows."""
    return side_by_side("work-finishes", sayings, (ending.longest, ending.limit), follows)
