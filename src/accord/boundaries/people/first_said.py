"""Where a party is made or first spoken of, and whether that file has an owner."""

from collections.abc import Iterable
from itertools import compress
from operator import attrgetter

from accord.boundaries.join.system import System
from accord.boundaries.people.owned_files import CodeOwners
from accord.model.fact import Fact, Stance

_MADE = ("declares", "workload", "platform")
"""What a platform's own object says of a party: it stands where the party is made."""

_PROVIDER = attrgetter("provider")


def firsts_of(system: System, parties: Iterable[str]) -> dict[str, Fact]:
    """For each of the parties where it is made, else the first thing it says of itself, else the first that is said of it."""
    found: dict[str, Fact] = {}
    wanted = frozenset(parties)
    spoken = compress(system.facts, map(wanted.__contains__, map(_PROVIDER, system.facts))) if wanted else ()
    for fact in spoken:
        if fact.stance in (Stance.PROMISES, Stance.ASSUMES):
            known = found.get(fact.provider)
            if known is None or _rank(fact) < _rank(known):
                found[fact.provider] = fact
    return found


def has_code_owner(first: Fact, files: CodeOwners) -> bool:
    """Whether the file in which a party is made, or speaks for itself, has a code owner."""
    return (first.says == first.provider or first.term in _MADE) and bool(files.of(first.place))


def _rank(fact: Fact) -> tuple[object, ...]:
    return (fact.says != fact.provider, fact.term not in _MADE, fact.place.spot)
