"""Idle connections between two parties: who closes them first, and what becomes of a call that meets a closed one."""

from msgspec import Struct

from accord.boundaries.calls.limits import repeated_after
from accord.boundaries.join.system import Boundary
from accord.model.fact import Fact, Layer
from accord.model.nothing import NONE

RESET = frozenset(("reset", "any", "5xx", "gateway-error", "reset-before-request", "http3-post-connect-failure"))
"""Words of `retry_on` after which a call that meets a closed connection is made again (Envoy's router for the mesh words)."""
_ASK_ONCE = frozenset(("envoy",))
"""Platforms that make one try where no policy is written."""


class Kept(Struct, frozen=True):
    """An idle connection: how long the caller keeps it, and how soon the provider closes it.

    `again`: the statement by which a call that meets a closed connection is made again; `once`: whether it is known that
    none is; where neither, nobody says.
    """

    caller: Fact
    provider: Fact
    again: Fact | None
    once: bool
    because: Fact | None


def kept(boundary: Boundary) -> Kept | None:
    """The connection whose provider closes it before the caller lets go of it; None where none is known to be."""
    pool, server = _pool(boundary), _server(boundary)
    if pool is None or server is None or server.value is NONE:
        return None
    if pool.value is not NONE and pool.value <= server.value:
        return None
    tries = next((fact for fact in boundary.assumed.all("attempts") if fact.layer is pool.layer), None)
    stated = repeated_after(boundary, tries or pool)
    asked = stated is not None and stated.value is not NONE and not RESET.isdisjoint(stated.value)
    if tries is not None and tries.value == 1:
        return Kept(pool, server, None, True, tries)
    if stated is not None:
        return Kept(pool, server, stated if asked else None, not asked, stated)
    named = {pool.source, *(fact.value for fact in boundary.assumed.all("platform") if fact.layer is pool.layer)}
    return Kept(pool, server, None, tries is None and not _ASK_ONCE.isdisjoint(named), tries)


def _pool(boundary: Boundary) -> Fact | None:
    """What the layer says that holds the connection: the last one on the way, and no code behind a sidecar."""
    stated = boundary.assumed.all("keep_alive")
    last = stated[-1] if stated else None
    if last is not None and last.layer is Layer.CODE and _has_sidecar(boundary):
        return None
    return last


def _server(boundary: Boundary) -> Fact | None:
    """What the provider says, where one layer of it speaks: of several it is not known which one meets the caller.

    What its manifest shows of the whole party holds for an operation of which nothing else is said, where nothing stands
    in front of it.
    """
    stated = boundary.promised.all("keep_alive")
    if not stated and not _has_sidecar(boundary):
        stated = boundary.system.party(boundary.provider, boundary.view).all("keep_alive")
    return stated[0] if len(stated) == 1 else None


def _has_sidecar(boundary: Boundary) -> bool:
    return any(fact.layer is Layer.SIDECAR for facts in boundary.assumed.terms.values() for fact in facts)
