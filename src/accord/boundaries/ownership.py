"""Who answers for a party, and on which side of a boundary somebody stands."""

from accord.boundaries.system import Boundary, System
from accord.boundaries.view import View
from accord.model.fact import Fact
from accord.model.subject import provider_of


def owner_of(system: System, party: str, view: View) -> str:
    """The owner that a party names, as it spells it; "" where it names none."""
    owner = system.party(party, view).value("owner")
    return owner if isinstance(owner, str) else ""


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
