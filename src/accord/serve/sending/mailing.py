"""Requests by SMTP: to the address that was checked, encrypted unless the settings say that it is not."""

import asyncio
import socket
import ssl
import time
from collections.abc import Sequence

import aiosmtplib

from accord.files.channels import Network
from accord.model.delivery import MailRequest, Request, Response, Security
from accord.serve.sending.guard import CONNECTS_WITHIN_S, Resolve, is_listed, reachable, resolved
from accord.serve.sending.transport import Forbidden, NotSent, Tracked, Unanswered, broken_by, hush

hush("aiosmtplib", "mail.log")


class Mailing:
    """Hands mail over, each in a connection of its own."""

    def __init__(
        self, allowed: Sequence[Network] = (), resolve: Resolve = resolved, trust: ssl.SSLContext | None = None
    ) -> None:
        self._allowed, self._resolve = tuple(allowed), resolve
        self._trust = trust or ssl.create_default_context()

    async def send(self, request: Request, tracked: Tracked) -> Response:
        """The answer; raises NotSent, Unanswered or Forbidden. It has no deadline of its own: whoever calls it has."""
        assert isinstance(request, MailRequest)
        server = await self._connected(request)
        try:
            return await _handed(server, request, tracked)
        except aiosmtplib.SMTPResponseException as error:
            return _response(error.code, error.message)
        except aiosmtplib.SMTPRecipientsRefused as error:
            return _response(error.recipients[0].code, error.recipients[0].message)
        except (aiosmtplib.SMTPException, OSError) as error:
            lost = Unanswered if tracked.has_left else NotSent
            raise lost(f"the conversation broke off: {broken_by(error)}") from None
        finally:
            server.close()

    async def close(self) -> None:
        """Nothing is held open."""

    async def _connected(self, request: MailRequest) -> aiosmtplib.SMTP:
        addresses = await reachable(request.host, request.port, self._allowed, self._resolve)
        if request.security is Security.PLAIN:
            addresses = [address for address in addresses if is_listed(address, self._allowed)]
            if not addresses:
                raise Forbidden("mail without encryption goes only to networks that `allow_private` names")
        reason = ""
        for address in addresses:
            try:
                async with asyncio.timeout(CONNECTS_WITHIN_S if address != addresses[-1] else None):
                    return await self._greeted(request, address)
            except (aiosmtplib.SMTPException, OSError) as error:
                reason = f"no connection: {broken_by(error)}"
        raise NotSent(reason)

    async def _greeted(self, request: MailRequest, address: str) -> aiosmtplib.SMTP:
        connection = await _socket(address, request.port)
        server = aiosmtplib.SMTP(
            hostname=request.host,
            sock=connection,
            timeout=None,
            use_tls=request.security is Security.TLS,
            start_tls=request.security is Security.STARTTLS,
            tls_context=self._trust,
            local_hostname="accord",
        )
        try:
            await server.connect()
        except BaseException:
            connection.close()
            raise
        return server


async def _socket(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    connection = socket.socket(family, socket.SOCK_STREAM)
    connection.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(connection, (address, port))
    except BaseException:
        connection.close()
        raise
    return connection


async def _handed(server: aiosmtplib.SMTP, request: MailRequest, tracked: Tracked) -> Response:
    """The whole conversation; the mail counts as gone once its content is on its way."""
    if request.username:
        await server.login(request.username, request.password.reveal() if request.password else "")
    await server.mail(request.sender)
    await server.rcpt(request.recipient)
    tracked.has_left = True
    answer = await server.data(request.content)
    return _response(answer.code, answer.message)


def _response(code: int, message: str) -> Response:
    return Response(code, time.time_ns(), {}, message.encode("utf-8", "replace")[:1_000])
