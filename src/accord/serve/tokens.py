"""Tokens: made, listed and taken back by whoever keeps the installation. A secret is shown once."""

import asyncio
from collections.abc import Iterable

from msgspec import Struct
from starlette.responses import Response

from accord.model.duration import parse_duration
from accord.model.problem import Refused
from accord.serve.access import new_secret
from accord.serve.carrier import Carrier
from accord.serve.doors import Absent, Asked, Door, answer
from accord.serve.instants import clamped, written
from accord.serve.naming import Naming
from accord.store.kept import Role, Token, token_id

SHOWN = 12
"""Characters of a token's id that name it."""


class PostedToken(Struct, forbid_unknown_fields=True):
    """What a token is for; `bearer` is whose it is, `lasts` how long from now (`90d`); both may be empty."""

    role: Role
    name: str
    bearer: str = ""
    lasts: str = ""


def made(posted: PostedToken, bearer: str, now_ns: int) -> tuple[Token, str]:
    """A new token and its secret; raises Refused where it has no name."""
    if not posted.name.strip():
        raise Refused("expected a name: what the token is for")
    ends_ns = clamped(now_ns + parse_duration(posted.lasts)) if posted.lasts else 0
    secret = new_secret()
    return Token(token_id(secret), ends_ns, posted.role, posted.name, bearer, now_ns), secret


class Tokens:
    """The doors for tokens."""

    def __init__(self, carrier: Carrier, naming: Naming) -> None:
        self._carrier, self._ledger, self._naming = carrier, carrier.ledger, naming

    def doors(self) -> Iterable[Door]:
        """Only an admin makes and sees them."""
        yield Door("POST", "/api/v1/tokens", Role.ADMIN, self.make)
        yield Door("GET", "/api/v1/tokens", Role.ADMIN, self.listed)
        yield Door("DELETE", "/api/v1/tokens/{id}", Role.ADMIN, self.take_back)

    async def make(self, asked: Asked) -> Response:
        """A new token: its secret is in this answer and nowhere else."""
        posted: PostedToken = asked.read(PostedToken)
        token, secret = made(posted, await self._naming.pseudonym(posted.bearer), self._carrier.clock())
        await asyncio.wrap_future(self._ledger.keep(token))
        return answer({"id": token.id[:SHOWN], "secret": secret, "role": token.role}, 201)

    async def listed(self, asked: Asked) -> Response:
        """All tokens, without their secrets."""
        return answer([self._written(each) for each in self._ledger.kept(Token)])

    async def take_back(self, asked: Asked) -> Response:
        """The token opens nothing any more."""
        wanted = asked.path("id")
        found = [each for each in self._ledger.kept(Token) if each.id.startswith(wanted)]
        if len(wanted) < SHOWN or len(found) != 1:
            raise Absent(f"no token {wanted[:80]}")
        await asyncio.wrap_future(self._ledger.forget(Token, found[0].id))
        return Response(status_code=204)

    def _written(self, token: Token) -> dict[str, str | None]:
        ends = written(token.ends_ns) if token.ends_ns else None
        bearer = self._naming.name(token.bearer)
        return {"id": token.id[:SHOWN], "name": token.name, "role": token.role, "bearer": bearer, "ends": ends}
