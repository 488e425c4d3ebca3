"""To which addresses messages may go: public ones, and those that the settings allow. What was checked is what is connected to."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from accord.files.channels import Network
from accord.serve.sending.transport import Forbidden, NotSent

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Gives the addresses of a host, in the order to be tried; raises OSError where there is none."""

MOST_TRIED = 4
"""Addresses of one host that one try connects to, one after another."""

_TRANSLATED = ip_network("64:ff9b::/96")
_WITHIN = (IPv6Network("2002::/16"), IPv6Network("2001::/32"), IPv6Network("64:ff9b:1::/48"))
"""Addresses of version 6 that stand for others (6to4, Teredo, local translation): where they lead is not known."""

CONNECTS_WITHIN_S = 5.0
"""How long one address of several may take to be connected to, so that the next has its turn."""

_resolvers = ThreadPoolExecutor(max_workers=16, thread_name_prefix="resolving")
_asked: dict[tuple[asyncio.AbstractEventLoop, str, int], "asyncio.Future[list[str]]"] = {}


async def resolved(host: str, port: int) -> Sequence[str]:
    """What the system says of a name, in threads of its own; of one name it is asked once at a time, so that a name server that
    is silent about it holds up no other. An address is its own answer.
    """
    with contextlib.suppress(ValueError):
        return [str(ip_address(host))]
    loop = asyncio.get_running_loop()
    key = (loop, host, port)
    if key not in _asked:
        _asked[key] = loop.run_in_executor(_resolvers, _looked_up, host, port)
        _asked[key].add_done_callback(lambda done: _forget(key, done))
    return await asyncio.shield(_asked[key])


def _looked_up(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(address[0]) for *_, address in found]


def _forget(key: tuple[asyncio.AbstractEventLoop, str, int], done: "asyncio.Future[list[str]]") -> None:
    _asked.pop(key, None)
    if not done.cancelled():
        done.exception()  # whoever asked may have stopped waiting


async def reachable(host: str, port: int, allowed: tuple[Network, ...], resolve: Resolve = resolved) -> Sequence[str]:
    """The addresses of a host that may be connected to. Raises Forbidden where there are only others, NotSent where there is none."""
    try:
        found = list(dict.fromkeys(await resolve(host, port)))
    except (OSError, UnicodeError) as error:
        raise NotSent(f"no address is known of the host: {_words(error)}") from None
    permitted = [address for address in found if is_permitted(address, allowed)]
    if not permitted:
        raise Forbidden(
            "the host has no public address; `allow_private` names networks that may be reached all the same"
        )
    return permitted[:MOST_TRIED]


@lru_cache(4096)
def is_permitted(address: str, allowed: tuple[Network, ...]) -> bool:
    """Whether it is public, or in one of these networks."""
    return is_public(address) or is_listed(address, allowed)


@lru_cache(4096)
def is_listed(address: str, allowed: tuple[Network, ...]) -> bool:
    """Whether it is in one of these networks."""
    found = _plain(address)
    return any(found.version == network.version and found in network for network in allowed)


def is_public(address: str | IPv4Address | IPv6Address) -> bool:
    """Whether anybody may be reached there: no private, local, reserved or shared one, and none that stands for such."""
    found = _plain(address) if isinstance(address, str) else address
    if isinstance(found, IPv6Address) and (found.is_site_local or any(found in network for network in _WITHIN)):
        return False
    shut = found.is_multicast or found.is_reserved or found.is_unspecified or found.is_link_local or found.is_loopback
    return found.is_global and not shut


def _plain(address: str) -> IPv4Address | IPv6Address:
    """The address, as version 4 where one of version 6 only wraps it."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return found.ipv4_mapped
        if found in _TRANSLATED:
            return IPv4Address(int(found) & 0xFFFF_FFFF)
    return found


def _words(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
