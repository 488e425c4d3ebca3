"""The own dead-man's switch: somebody outside is told that all is well, and notices where that stops."""

import asyncio
import logging
import ssl

from accord.files.serving import Alive
from accord.model.delivery import HttpRequest
from accord.serve.sending.guard import Resolve, resolved
from accord.serve.sending.posting import Posting
from accord.serve.sending.transport import Forbidden, NotSent, Tracked, Unanswered

DEADLINE_S = 20.0
_HEADERS, _BODY = {"content-type": "application/json"}, b'{"alive": true}'
_log = logging.getLogger("accord.serve")


class Telling:
    """Tells one address, within 20 s. That it could not is logged, without the address: who knows it can feign to be well."""

    def __init__(self, alive: Alive, resolve: Resolve = resolved, trust: ssl.SSLContext | None = None) -> None:
        self._url, self._posting = alive.url, Posting(alive.allow_private, resolve, trust)

    async def __call__(self) -> None:
        """One POST of `{"alive": true}`."""
        try:
            async with asyncio.timeout(DEADLINE_S):
                answer = await self._posting.send(HttpRequest(self._url, _HEADERS, _BODY), Tracked())
        except (NotSent, Unanswered, Forbidden) as error:
            _log.warning("nobody could be told that all is well: %s", error)
        except TimeoutError:
            _log.warning("nobody could be told that all is well: no answer within %gs", DEADLINE_S)
        else:
            if answer.status >= 300:
                _log.warning("nobody could be told that all is well: answered %d", answer.status)
