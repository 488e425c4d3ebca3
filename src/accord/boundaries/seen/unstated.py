"""Calls that were seen and that no statement speaks of, as far as it is sure that none does."""

import re

from accord.boundaries.join.memory import once
from accord.boundaries.join.system import System
from accord.boundaries.platforms.addresses import Share, share
from accord.boundaries.seen.reach import Reach, reaches, stated_calls, told_by_callee
from accord.boundaries.seen.sightings import Sighting, operations_named
from accord.model.fact import ANY
from accord.model.requests import Match

_HOST, _SERVICE = "dns:", "otel:"
_NUMBERED = re.compile(r"[0-9.]+(:[0-9]+)?|\[?[0-9a-f]*:[0-9a-f:]+\]?(:[0-9]+)?|localhost(:[0-9]+)?")
"""Hosts that are a number: whose it is today is for no contract to say."""


def unstated_call(system: System, reach: Reach, sighting: Sighting) -> str:
    """What a party was seen to call without saying so, in words; "" where it says so, or where that cannot be told."""
    provider = sighting.boundary.provider
    if provider not in system.parties:
        return "" if _is_perhaps_known(system, reach, provider) else provider.removeprefix(_HOST).removeprefix(_SERVICE)
    stated = (*system.keys_of(reach.party), *stated_calls(system, reach.party, reach.view))
    said = {operation for consumer, called, operation in stated if (consumer, called) == (reach.party, provider)}
    if not said and not sighting.matched and not told_by_callee(sighting):
        return provider
    if sighting.matched:
        return "" if {sighting.boundary.operation, ANY} & said else sighting.boundary.subject
    if ANY in said:
        return ""
    return f"{provider} ({sighting.called})" if is_of_no_operation(system, sighting) else ""


def is_of_no_operation(system: System, sighting: Sighting) -> bool:
    """Whether the callee was seen to be called at what is surely none of the operations that anybody names of it."""
    named = _named(system).get(sighting.boundary.provider, {})
    if sighting.matched or not named or not told_by_callee(sighting) or not all(named.values()):
        return False
    return all(_is_elsewhere(sighting.called, address) for addresses in named.values() for address in addresses)


def _is_elsewhere(called: str, address: str) -> bool:
    """Whether calls observed as this are surely not those that an address takes; either may lack a prefix of the other."""
    word, _, rest = address.partition(" ")
    method, _, path = called.partition(" ")
    if path.startswith("/"):
        is_part = path.endswith(rest) or rest.endswith(path)
        return not is_part and share(address, Match(path, "exact", method)) is Share.NONE
    return "/" in called and word == "rpc" and called.rpartition("/")[2] != rest.rpartition("/")[2]


def _is_perhaps_known(system: System, reach: Reach, provider: str) -> bool:
    """Whether a name that is not linked may be that of a party that the caller says it calls, and was not seen to."""
    if not provider.startswith((_HOST, _SERVICE)) or _NUMBERED.fullmatch(provider.removeprefix(_HOST)):
        return True
    seen = {sighting.boundary.provider for sighting in reach.out}
    return any(key[1] not in seen for key in stated_calls(system, reach.party, reach.view))


@once
def _named(system: System) -> dict[str, dict[str, tuple[str, ...]]]:
    return operations_named(system.facts)


def reaches_of_parties(system: System) -> list[Reach]:
    """What was observed around each party that anybody speaks of."""
    return [reach for reach in reaches(system).values() if reach.party in system.parties]
