"""Who is known here, and how somebody is forgotten: their pseudonym stays in the ledger, and nothing says any more whose it was."""

import asyncio
from collections.abc import Iterable
from typing import Any

from starlette.responses import Response

from accord.serve.doors import Absent, Asked, Door, answer
from accord.serve.instants import written
from accord.store.interface import People
from accord.store.kept import Role
from accord.store.person import Person


class KnownPeople:
    """The doors for people."""

    def __init__(self, people: People) -> None:
        self._people = people

    def doors(self) -> Iterable[Door]:
        """Only an admin sees names, and forgets them."""
        yield Door("GET", "/api/v1/people", Role.ADMIN, self.listed)
        yield Door("DELETE", "/api/v1/people/{pseudonym}", Role.ADMIN, self.forget)

    async def listed(self, asked: Asked) -> Response:
        """Everybody, with the channels they are reached by and when an answer last came through each; no addresses."""
        return answer([_shown(each) for each in self._people.people()])

    async def forget(self, asked: Asked) -> Response:
        """Erases names and addresses of one person, and tokens that are theirs."""
        pseudonym = asked.path("pseudonym")
        if not await asyncio.wrap_future(self._people.erase(pseudonym)):
            raise Absent(f"nobody is known as {pseudonym[:80]}")
        return Response(status_code=204)


def _shown(person: Person) -> dict[str, Any]:
    channels = [
        {"channel": each.channel, "verifiedAt": written(each.verified_ns) if each.verified_ns else None}
        for each in person.addresses
    ]
    return {"pseudonym": person.pseudonym, "name": person.name or person.known_as, "channels": channels}
