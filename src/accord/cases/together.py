"""What one deviation is about where a signal watches several operations: those that the same people recover, together.

One alert is one cause, and one cause is one page: who is asked answers once. What others recover is theirs, a deviation of its own, so
that each has exactly one responsible party.
"""

from collections.abc import Iterable

from msgspec import Struct

from accord.boundaries.join.system import System
from accord.boundaries.people.ladder import ladder
from accord.boundaries.people.recovery import duration_of
from accord.cases.watchers import Watched

AND = "+"
"""Between the operations, as between the consumers, that one deviation is about."""


class Together(Struct, frozen=True):
    """Operations of one party that are recovered alike, as one deviation names them; `term` is empty where they differ in it."""

    provider: str
    operation: str
    term: str
    parts: tuple[Watched, ...]


def together(system: System, watched: Iterable[Watched]) -> tuple[Together, ...]:
    """What one signal watches, as deviations: one for each party and ladder, in the order of the first of each."""
    alike: dict[tuple[object, ...], dict[Watched, None]] = {}
    for each in watched:
        levels = ladder(system, each.provider, each.operation).levels
        climbed = tuple((level.party, level.after, duration_of(level.acknowledge)) for level in levels)
        alike.setdefault((each.provider, *climbed), {})[each] = None
    return tuple(_named(tuple(parts)) for parts in alike.values())


def _named(parts: tuple[Watched, ...]) -> Together:
    operations = sorted({each.operation for each in parts} - {""})
    terms = {each.term for each in parts}
    return Together(parts[0].provider, AND.join(operations), terms.pop() if len(terms) == 1 else "", parts)


def operations_in(name: str, known: Iterable[str] = ()) -> tuple[str, ...]:
    """The operations that a deviation names; one that is `known` by the whole name is that one."""
    return (name,) if AND not in name or name in known else tuple(name.split(AND))
