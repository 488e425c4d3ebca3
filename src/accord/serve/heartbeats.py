"""Dead-man's switches: a source that must be heard, and a deviation where it is not."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace
from starlette.responses import Response

from accord.cases.deviation import Deviation
from accord.cases.events import Clear, Fire
from accord.model.duration import show_duration
from accord.model.problem import Refused
from accord.serve.carrier import Carrier
from accord.serve.doors import Absent, Asked, Door, answer
from accord.serve.instants import written
from accord.store.kept import Heartbeat, Role

SHORTEST = 1_000_000_000


class Heartbeats:
    """Keeps when each was last heard. `within` gives, by name, how often each must be: the configuration says so."""

    def __init__(self, carrier: Carrier, within: Mapping[str, int]) -> None:
        self._carrier, self._ledger, self._within = carrier, carrier.ledger, within
        self._writing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def begin(self) -> None:
        """Those of the configuration are expected from now on; what it names no longer is forgotten."""
        now_ns = self._carrier.clock()
        known = {each.id: each for each in self._ledger.kept(Heartbeat)}
        for name in known.keys() - self._within.keys():
            await asyncio.wrap_future(self._ledger.forget(Heartbeat, name))
        changed = [
            replace(known[name], within=within) if name in known else Heartbeat(name, 0, within, now_ns)
            for name, within in self._within.items()
            if name not in known or known[name].within != within
        ]
        if changed:
            await asyncio.wrap_future(self._ledger.keep(*changed))

    async def hear(self, name: str) -> None:
        """It was heard; what its silence had opened clears. Raises Absent where none is called so."""
        if self._ledger.kept_one(Heartbeat, name) is None:
            raise Absent(f"no heartbeat `{name}`: the configuration names {', '.join(sorted(self._within)) or 'none'}")
        async with self._writing[name]:
            await self._heard(name)

    async def _heard(self, name: str) -> None:
        found = self._ledger.kept_one(Heartbeat, name)
        if found is None:
            return
        now_ns = self._carrier.clock()
        clears = [(_deviation(found), Clear(f"heard/{name}/{now_ns}", now_ns, name))] if found.missed else []
        await self._carrier.record(clears, [replace(found, heard_ns=now_ns, missed=False)])

    async def hear_alert(self, name: str) -> None:
        """An alert of this name was heard: that counts where a heartbeat is called so."""
        if name in self._within:
            await self.hear(name)

    async def look(self) -> None:
        """Those not heard in time deviate. A beat that comes while that is written down is taken after it."""
        now_ns = self._carrier.clock()
        for each in self._ledger.kept(Heartbeat):
            if _is_missed(each, now_ns):
                async with self._writing[each.id]:
                    await self._miss(each.id, now_ns)

    async def _miss(self, name: str, now_ns: int) -> None:
        found = self._ledger.kept_one(Heartbeat, name)
        if found is not None and _is_missed(found, now_ns):
            fire = Fire(f"missed/{name}/{found.heard_ns}", now_ns, _deviation(found), name, found.heard_ns)
            await self._carrier.record([(fire.deviation, fire)], [replace(found, missed=True)])

    def doors(self) -> Iterable[Door]:
        """Where they are heard, and shown."""
        yield Door("POST", "/api/v1/heartbeats/{name}", Role.RESPONDER, self._hear)
        yield Door("GET", "/api/v1/heartbeats", Role.READER, self._shown)

    async def _hear(self, asked: Asked) -> Response:
        await self.hear(asked.path("name"))
        return Response(status_code=200, headers={"accord-durability": self._ledger.durability})

    async def _shown(self, asked: Asked) -> Response:
        return answer([_written(each) for each in self._ledger.kept(Heartbeat)])


def _is_missed(heartbeat: Heartbeat, now_ns: int) -> bool:
    return not heartbeat.missed and now_ns - heartbeat.heard_ns > heartbeat.within


def _deviation(heartbeat: Heartbeat) -> Deviation:
    often = show_duration(heartbeat.within)
    return Deviation(
        f"heartbeat {heartbeat.id}", expected=f"{heartbeat.id} is heard every {often}", seen=f"nothing for {often}"
    )


def _written(heartbeat: Heartbeat) -> dict[str, Any]:
    heard = written(heartbeat.heard_ns)
    return {
        "name": heartbeat.id,
        "within": show_duration(heartbeat.within),
        "heardAt": heard,
        "missed": heartbeat.missed,
    }


def checked(within: int) -> int:
    """The time within which it must be heard; raises Refused where that is shorter than is looked for."""
    if within < SHORTEST:
        raise Refused("a heartbeat is expected every second at most")
    return within
