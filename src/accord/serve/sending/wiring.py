"""Channels as they were said, made ready to send by: secrets looked up, connections of their own, the provider that they share."""

import os
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from accord.channels import _settings
from accord.channels._kinds import Kind, kind
from accord.files.channels import Channel, Network, Reached
from accord.files.keys import ConfigRefused
from accord.model.delivery import AppriseRequest, HttpRequest, MailRequest, Request, Response, Secret
from accord.model.problem import Problem, Refused
from accord.serve.sending.guard import Resolve, resolved
from accord.serve.sending.mailing import Mailing
from accord.serve.sending.notifying import Notifying
from accord.serve.sending.posting import Posting
from accord.serve.sending.transport import Tracked, Transport
from accord.store.person import Address, Person

LARGEST_SECRET = 65_536
"""Bytes of a file that a secret is in."""

CONNECTIONS_AT_FIRST, CONNECTIONS = 8, 32
"""Messages that are on their way by one channel at the same moment: one more for each that its provider takes, as few as at first
once it fails."""


OpenPosting = Callable[[Sequence[Network]], Transport]
"""Gives what posts to public addresses and those in some networks."""


class Wired(Struct, frozen=True):
    """A channel that can be sent by, and the secrets that its settings hold."""

    channel: Channel
    kind: Kind
    transport: Transport
    secrets: tuple[Secret, ...] = ()

    @property
    def name(self) -> str:
        """The name of the channel."""
        return self.channel.name


class ByProtocol:
    """Sends by whichever protocol a request is in; each is opened only where it is used."""

    def __init__(
        self, channel: Channel, resolve: Resolve, trust: ssl.SSLContext | None, posting: OpenPosting | None = None
    ) -> None:
        self._channel, self._resolve, self._trust, self._posting = channel, resolve, trust, posting
        self._open: dict[type[Request], Transport] = {}

    async def send(self, request: Request, tracked: Tracked) -> Response:
        """The answer; raises NotSent, Unanswered or Forbidden."""
        transport = self._open.get(type(request))
        if transport is None:
            transport = self._open[type(request)] = self._opened(request)
        return await transport.send(request, tracked)

    async def close(self) -> None:
        """Closes what is open."""
        for transport in self._open.values():
            await transport.close()

    def _opened(self, request: Request) -> Transport:
        allowed = self._channel.allow_private
        if isinstance(request, MailRequest):
            return Mailing(allowed, self._resolve, self._trust)
        if isinstance(request, AppriseRequest):
            return Notifying()
        return self._posting(allowed) if self._posting else Posting(allowed, self._resolve, self._trust)


def provider_of(request: Request, channel: str) -> str:
    """By whom a request goes: scheme, host and port, without anything that may be secret; what Apprise asks is not known."""
    if isinstance(request, HttpRequest):
        return _server_of(request.url)
    return f"smtp://{request.host}:{request.port}" if isinstance(request, MailRequest) else f"apprise:{channel}"


@lru_cache(256)
def _server_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def wired(
    channels: Iterable[Channel],
    environ: Mapping[str, str] | None = None,
    folder: str = ".",
    resolve: Resolve = resolved,
    trust: ssl.SSLContext | None = None,
    posting: OpenPosting | None = None,
) -> dict[str, Wired]:
    """Every channel by its name; raises ConfigRefused with all secrets that are missing or of no use.

    `folder` is where the paths of files start from. `trust` replaces the certificates that the system trusts.
    `posting` gives another way to post.
    """
    looking = _Looking(os.environ if environ is None else environ, folder)
    problems: list[Problem] = []
    found = {}
    for channel in channels:
        try:
            settings = _settings.with_secrets(channel.settings, looking.text)
        except Refused as refusal:
            problems.append(Problem(channel.place, f"channels.{channel.name}: {refusal}"))
            continue
        ready = msgspec.structs.replace(channel, settings=settings)
        wrongs = list(_settings.wrong_with(kind(channel.kind), settings))
        problems += [Problem(channel.place, f"channels.{channel.name}.{wrong.key}: {wrong.reason}") for wrong in wrongs]
        secrets = tuple(_secrets(settings))
        found[channel.name] = Wired(ready, kind(channel.kind), ByProtocol(ready, resolve, trust, posting), secrets)
    if problems:
        raise ConfigRefused(problems)
    return found


def persons(
    people: Iterable[Reached], environ: Mapping[str, str] | None = None, folder: str = "."
) -> tuple[Person, ...]:
    """Who is reached as the ledger keeps it; raises ConfigRefused with all addresses that are missing."""
    looking = _Looking(os.environ if environ is None else environ, folder)
    problems: list[Problem] = []
    found = []
    for reached in people:
        addresses = []
        for name, address in reached.addresses:
            try:
                addresses.append(Address(name, looking.text(address) if isinstance(address, Secret) else address))
            except Refused as refusal:
                problems.append(Problem(reached.place, f"people.{reached.pseudonym}.addresses: {name}: {refusal}"))
        found.append(Person(reached.pseudonym, addresses=tuple(addresses)))
    if problems:
        raise ConfigRefused(problems)
    return tuple(found)


class _Looking:
    """Looks up secrets where they are said to be."""

    def __init__(self, environ: Mapping[str, str], folder: str) -> None:
        self._environ, self._folder = environ, folder

    def text(self, secret: Secret) -> str:
        word, _, where = secret.origin.partition(" ")
        text = self._environ.get(where, "") if word == "variable" else self._read(where)
        if not text.strip():
            raise Refused(f"expected a secret in {secret.origin}, which is {'empty' if text else 'not there or empty'}")
        return text.strip()

    def _read(self, path: str) -> str:
        try:
            with Path(self._folder, path).open("rb") as file:
                content = file.read(LARGEST_SECRET + 1)
        except OSError as error:
            raise Refused(f"file {path} cannot be read: {error.strerror}") from None
        if len(content) > LARGEST_SECRET:
            raise Refused(f"file {path} is larger than {LARGEST_SECRET} bytes")
        try:
            return content.decode()
        except UnicodeDecodeError:
            raise Refused(f"file {path} is no text in UTF-8") from None


def _secrets(settings: object) -> Iterable[Secret]:
    for name in getattr(settings, "__struct_fields__", ()):
        value = getattr(settings, name)
        if isinstance(value, Secret) and value.reveal():
            yield value
