"""Who of all that facts speak of is a party that can promise something, and of whom no contract speaks."""

from itertools import compress
from operator import attrgetter

from accord.boundaries.join.system import System

CONTRACT = "contract"
ROUTING = "alertmanager:"
"""How the name of a file that says where alerts go begins."""

_NOBODY = ("accord:", "codeowners:", ROUTING)
_OURS = ("kubernetes", "backstage", "cloudformation", "compose", "aws")
"""The systems whose names stand for something that an organisation runs, and that a contract can claim under `names`."""

_PROVIDER = attrgetter("provider")
_ENTITIES = ("component", "resource")


def parties(system: System) -> set[str]:
    """The parties: no alert, no recorded series, no routing file, no configuration, nothing that could not be read."""
    rules = {fact.provider for fact in system.about("alert", "records", "scrape.unread")}
    return {party for party in system.parties if party not in rules and not party.startswith(_NOBODY)}


def routings(system: System) -> int:
    """How many routing trees were read."""
    return len({fact.provider for fact in system.about("route.r")})


def without_contract(system: System) -> set[str]:
    """What runs here, or is listed as such, while no contract speaks for it."""
    alerts = {fact.provider for fact in system.about("kind") if fact.value == "alert"}
    ours = {party for party in system.parties if _is_ours(party)} - alerts
    said = compress(system.facts, map(ours.__contains__, map(_PROVIDER, system.facts))) if ours else ()
    return ours.difference([fact.provider for fact in said if fact.source == CONTRACT and not fact.consumer])


def _is_ours(party: str) -> bool:
    system, _, rest = party.partition(":")
    if system == "backstage":
        return rest.partition(":")[0] in _ENTITIES
    return system in _OURS and bool(rest)
