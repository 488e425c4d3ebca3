"""Who answers for a party, and on which side of a boundary somebody stands."""

import re
from collections.abc import Iterable, Mapping
from weakref import WeakKeyDictionary

from msgspec import Struct

from accord.boundaries.join.calling import is_callers
from accord.boundaries.join.memory import once
from accord.boundaries.join.system import Boundary, System
from accord.boundaries.join.view import View
from accord.model.fact import PARTY, Fact
from accord.model.nothing import NONE
from accord.model.subject import provider_of


def owner_of(system: System, party: str, view: View) -> str:
    """The owner that a party names, as it spells it; "" where it names none."""
    owner = system.party(party, view).value("owner")
    return owner if isinstance(owner, str) else ""


@once
def surely_owned(system: System) -> frozenset[str]:
    """The parties of which all that is said of their owner names one, under no condition: most are, and no view need be asked."""
    stated = [fact for fact in system.about("owner") if fact.operation == PARTY and not is_callers(fact)]
    unsure = [fact.provider for fact in stated if fact.scope or fact.value is NONE]
    return frozenset([fact.provider for fact in stated]).difference(unsure)


def owners_of(system: System, party: str, view: View) -> list[Fact]:
    """What the party states of its owner, what that owner states of its own, and so on; empty where it states none."""
    found: list[Fact] = []
    owner = system.party(party, view).get("owner")
    while owner is not None and owner not in found:
        found.append(owner)
        owner = system.party(plain_name(owner.value), view).get("owner") if isinstance(owner.value, str) else None
    return found


def plain_name(owner: str) -> str:
    """The name itself, of `group:default/team-a`, `@shop/team-a` or `team-a`."""
    return owner.rpartition("/")[2].rpartition(":")[2]


def side_of(boundary: Boundary, named: Fact) -> str:
    """The side (consumer or provider) on which all those that a fact names stand: by name, or by an owner only it has.

    "" where that is not sure.
    """
    sides = (boundary.consumer, boundary.provider)
    owners = {side: owner_of(boundary.system, side, boundary.view) for side in sides}
    found = set()
    for name in named.value:
        party = provider_of(name)
        owner = owner_of(boundary.system, party, boundary.view)
        same = [side for side in sides if owner and owner == owners[side]]
        found.add(party if party in sides else same[0] if len(same) == 1 else "")
    return found.pop() if len(found) == 1 else ""


def owners_around(boundary: Boundary, *named: Fact) -> tuple[Fact, ...]:
    """What both sides of a boundary, and all those that these facts name, state of their owners; each party once."""
    parties = (boundary.consumer, boundary.provider, *(provider_of(name) for fact in named for name in fact.value))
    stated = (boundary.system.party(party, boundary.view).get("owner") for party in dict.fromkeys(parties))
    return tuple(owner for owner in stated if owner is not None)


OWNS_NOTHING = frozenset(("service", "gateway", "datastore", "queue", "job", "alert", "procedure", "agent"))
"""Kinds of party that answer for no other."""
_GROUP_WORDS = frozenset(("team", "squad", "group", "guild", "tribe", "crew", "department", "org", "oncall"))


class Standing(Struct, frozen=True):
    """Whether a party belongs to those whom a promise names: True, False as `shown` says, None where it may."""

    belongs: bool | None
    shown: tuple[Fact, ...] = ()


def standing(system: System, party: str, names: Iterable[str], using: Mapping[str, Fact], view: View) -> Standing:
    """Whether the party is one of these names, or belongs to one as far as owners are stated.

    `using` are those who use the promise, each by a statement. A party without a stated owner is left out only where
    none of the names can be an owner: by their kind, or since the list names its users one by one.
    """
    wanted = {_spelled(name): name for name in names}
    owners = owners_of(system, party, view)
    if any(_spelled(name) in wanted for name in (party, *(owner.value for owner in owners))):
        return Standing(True)
    if owners:
        return Standing(False, tuple(owners))
    kinds = [kind for name in wanted.values() if (kind := system.party(name, view).get("kind")) is not None]
    if any(_may_own(system, name, view) for name in wanted.values()):
        return Standing(None)
    users = [using[name] for name in wanted.values() if name in using]
    return Standing(False, (*kinds, *users)) if users or len(kinds) == len(wanted) else Standing(None)


def same_owner(system: System, one: str, other: str, view: View) -> bool:
    """Whether the same group is stated to answer for both."""
    owners = [_spelled(owner_of(system, party, view)) for party in (one, other)]
    return owners[0] == owners[1] != ""


def _may_own(system: System, name: str, view: View) -> bool:
    """Whether the name is that of a group: by its kind, as somebody's owner, or because owners here are named alike."""
    kind = system.party(name, view).value("kind")
    if kind is not None and kind not in OWNS_NOTHING:
        return True
    owners, ends = _stated_owners(system)
    return _spelled(name) in owners or (kind is None and not ends.isdisjoint(_ends(name)))


_Owners = tuple[frozenset[str], frozenset[str]]
_OWNERS: "WeakKeyDictionary[System, _Owners]" = WeakKeyDictionary()


def _stated_owners(system: System) -> _Owners:
    """The owners that anybody states, as they are compared, and the words with which such names begin and end."""
    known = _OWNERS.get(system)
    if known is None:
        names = {fact.value for fact in system.facts if fact.term == "owner" and isinstance(fact.value, str)}
        ends = {end for name in names for end in _ends(name)}
        known = _OWNERS[system] = frozenset(map(_spelled, names)), _GROUP_WORDS | ends
    return known


def _ends(name: str) -> tuple[str, str]:
    words = re.split(r"[\W_]+", plain_name(name).casefold())
    return words[0], words[-1]


def _spelled(name: object) -> str:
    """The name as it is compared: owners are free text, `Team Money` is team-money."""
    return re.sub(r"[\W_]+", "", plain_name(name)).casefold() if isinstance(name, str) else ""
