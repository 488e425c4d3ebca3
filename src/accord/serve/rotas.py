"""Rotas and who stands in: who is on duty now and next, when nobody is, and overrides of all that."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from msgspec import Struct
from msgspec.structs import replace
from starlette.responses import Response

from accord.boundaries.people.duty import instant_at, nanoseconds
from accord.cases.carrying import Carrying
from accord.cases.coverage import Kind, Stretch
from accord.cases.instead import Instead
from accord.cases.policy import Duty
from accord.model.problem import Refused
from accord.serve.ahead import ASKED_ABOUT, Ahead, Rota
from accord.serve.answers import until
from accord.serve.calendars import calendar
from accord.serve.carrier import Carrier
from accord.serve.doors import Absent, Asked, Door, answer
from accord.serve.instants import read, written
from accord.serve.naming import Naming
from accord.store.kept import Override, Role

AHEAD, BEHIND = timedelta(days=90), timedelta(days=31)
"""How far ahead rotas are shown, as a check looks; and from when on they are laid out, so that what goes on has its beginning."""
CHANGES, GAPS = 10, 100
"""How many of the next changes, and of the gaps, are shown."""


class PostedOverride(Struct, forbid_unknown_fields=True):
    """Who is on duty instead, in which rota and until when (`8h` from now, or an instant); from now on where `begins` is empty."""

    rota: str
    person: str
    ends: str
    begins: str = ""
    reason: str = ""


class Rotas:
    """The doors for rotas and overrides."""

    def __init__(self, carrier: Carrier, naming: Naming) -> None:
        self._carrier, self._ledger, self._naming = carrier, carrier.ledger, naming
        self._ahead, self._laying_out = Ahead(), asyncio.Lock()
        self.apply(carrier.carrying)

    def doors(self) -> Iterable[Door]:
        """Whoever may answer may also stand in."""
        yield Door("POST", "/api/v1/overrides", Role.RESPONDER, self.post)
        yield Door("GET", "/api/v1/overrides", Role.READER, self.overrides)
        yield Door("DELETE", "/api/v1/overrides/{id}", Role.RESPONDER, self.take_back)
        yield Door("GET", "/api/v1/rotas", Role.READER, self.rotas)
        yield Door("GET", "/api/v1/rotas/{party:path}.ics", Role.READER, self.calendar)

    def apply(self, carrying: Carrying) -> None:
        """These contracts know of every override, before they are in use."""
        kept = sorted(self._ledger.kept(Override, self._carrier.clock()), key=lambda each: each.made_ns)
        carrying.use(Instead(each.rota, each.person, each.begins_ns, each.ends_ns) for each in kept)

    async def post(self, asked: Asked) -> Response:
        """Keeps an override: who is asked and has not answered is replaced at once, and that buys no time."""
        told: PostedOverride = asked.read(PostedOverride)
        now_ns = self._carrier.clock()
        if not self._carrier.carrying.is_party(told.rota):
            raise Refused(f"no party or rota of the contracts is called `{told.rota[:80]}`")
        if not told.person.strip():
            raise Refused("expected a person: who is on duty instead")
        begins, ends = read(told.begins) if told.begins else now_ns, until(told.ends, now_ns)
        if ends <= max(begins, now_ns):
            raise Refused("`ends` must lie after `begins`, and in the future")
        person = await self._naming.pseudonym(told.person)
        made = Override(uuid4().hex[:16], ends, told.rota, person, begins, asked.bearer.pseudonym, told.reason, now_ns)
        await asyncio.wrap_future(self._ledger.keep(made))
        await self._changed()
        return answer(self._written(made), 201)

    async def overrides(self, asked: Asked) -> Response:
        """All overrides that have not ended."""
        return answer([self._written(each) for each in self._ledger.kept(Override, self._carrier.clock())])

    async def take_back(self, asked: Asked) -> Response:
        """The rota holds again from now on."""
        found, now_ns = self._ledger.kept_one(Override, asked.path("id")), self._carrier.clock()
        if found is None or found.ends_ns <= now_ns:
            raise Absent(f"no override {asked.path('id')[:80]}")
        await asyncio.wrap_future(self._ledger.keep(replace(found, ends_ns=now_ns)))
        await self._changed()
        return Response(status_code=204)

    async def rotas(self, asked: Asked) -> Response:
        """Each rota: who is on duty, the next changes, and when nobody is: in its hours, or outside them."""
        async with self._laying_out:
            return answer({"rotas": await asyncio.to_thread(self._all)})

    def _all(self) -> list[dict[str, Any]]:
        laid_out = self._ahead.of(self._carrier.carrying, self._carrier.clock())
        return [self._rota(party, rota) for party, rota in laid_out.items()]

    async def calendar(self, asked: Asked) -> Response:
        """One rota of the coming days as iCalendar."""
        party, now_ns = asked.path("party"), self._carrier.clock()
        is_known = self._carrier.carrying.is_party(party)
        duty = await asyncio.to_thread(self._duty, party) if is_known else None
        if duty is None:
            raise Absent(f"no rota {party[:80]} that could be laid out")
        laid_out_ns = nanoseconds(instant_at(now_ns) - BEHIND)
        return Response(calendar(party, duty, self._naming.name, laid_out_ns, now_ns), media_type="text/calendar")

    async def _changed(self) -> None:
        self.apply(self._carrier.carrying)
        await self._carrier.carry_otherwise()

    def _duty(self, party: str) -> tuple[Duty, ...] | None:
        now_ns = self._carrier.clock()
        duty = self._carrier.carrying.duty(party, instant_at(now_ns) - BEHIND, BEHIND + AHEAD)
        return duty if duty is None else tuple(each for each in duty if each.ends_ns > now_ns)

    def _rota(self, party: str, rota: Rota) -> dict[str, Any]:
        duty, now_ns = self._duty(party), self._carrier.clock()
        if duty is None:
            return {"party": party, "known": False}
        now = next((each for each in duty if each.begins_ns <= now_ns < each.ends_ns), None)
        vacant = rota.ahead(now_ns)
        coming = [each for each in duty if each.begins_ns > now_ns][:CHANGES]
        return {
            "party": party,
            "known": True,
            "now": self._shown(now) if now is not None else None,
            "next": [self._shown(each) for each in coming],
            "gaps": [{"kind": str(each.kind), **_span(each)} for each in vacant if each.kind in ASKED_ABOUT][:GAPS],
            "outsideHours": [_span(each) for each in vacant if each.kind is Kind.OUTSIDE][:GAPS],
        }

    def _shown(self, duty: Duty) -> dict[str, str]:
        return {
            "person": self._naming.name(duty.person),
            "begins": written(duty.begins_ns),
            "ends": written(duty.ends_ns),
        }

    def _written(self, each: Override) -> dict[str, Any]:
        person = self._ledger.person(each.person)
        return {
            "id": each.id,
            "rota": each.rota,
            "person": self._naming.name(each.person),
            "begins": written(each.begins_ns),
            "ends": written(each.ends_ns),
            "by": self._naming.name(each.by),
            "reason": each.reason,
            "isReached": person is not None and bool(person.addresses),
        }


def _span(stretch: Stretch) -> dict[str, str]:
    return {"begins": written(stretch.begins_ns), "ends": written(stretch.ends_ns)}
