"""What holds for every caller of a party, and whom of it does not reach: a gateway follows its own routes, not the mesh's.

Istio binds a VirtualService to the gateways that it names, and to the sidecars (`mesh`) where it names none.
"""

from collections.abc import Mapping, Sequence

from accord.boundaries.join.boundary import Key
from accord.model.fact import Fact, Layer

_OF_ROUTES = frozenset(("timeout.request", "timeout.attempt", "attempts", "retry_on"))
"""What an entry of a VirtualService says; what a DestinationRule says of the same party holds at gateways too."""
_BY_HAND = frozenset(("contract", "mapping"))
"""Formats whose authors say themselves at which layer they speak."""


def gateways_of(assumed: Mapping[Key, Mapping[str, Sequence[Fact]]]) -> frozenset[str]:
    """The callers that are gateways: artefacts say what these do at that layer."""
    gateway = Layer.GATEWAY  # to look it up takes longer than to compare
    at_gateways = [
        fact for terms in assumed.values() for facts in terms.values() for fact in facts if fact.layer is gateway
    ]
    return frozenset([fact.consumer for fact in at_gateways if fact.consumer and fact.source not in _BY_HAND])


def without_mesh_routes(terms: Mapping[str, Sequence[Fact]] | None) -> dict[str, list[Fact]]:
    """What is said of every caller, but for what the routes of a mesh say to its sidecars."""
    return {
        term: kept
        for term, facts in (terms or {}).items()
        if (kept := [fact for fact in facts if term not in _OF_ROUTES or not _is_sidecars(fact)])
    }


def _is_sidecars(fact: Fact) -> bool:
    return fact.layer is Layer.SIDECAR and fact.source == "istio"
