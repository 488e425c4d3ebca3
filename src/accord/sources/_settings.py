"""Variables of a container that hold the address of somebody else: the hosts in them, and nothing of the rest.

A value is an address where it has a scheme or a port, or where the name of the variable says that it is one.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

_LONGEST = 2_000
_URL = re.compile(r"(?:jdbc:)?[a-z][a-z0-9+.-]*://([^/?#\s]*)(?:/([^/?#\s]*))?", re.IGNORECASE | re.ASCII)
_HOST = re.compile(
    r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?){0,8}\.?", re.IGNORECASE | re.ASCII
)
_REFERENCE = re.compile(r"\$\(([A-Za-z0-9_.-]+)\)")
_PARTS = re.compile(r"[,;\s]+")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", re.ASCII)
_OF_ADDRESSES = frozenset(
    ("addr", "addrs", "address", "addresses", "endpoint", "endpoints", "host", "hosts", "hostname", "hostnames", "server", "servers", "uri", "url", "urls", "brokers", "upstream", "dsn")
)  # fmt: skip
"""Words in the name of a variable that say what it holds."""
_OF_IMAGES = frozenset(("image", "images", "tag", "version"))
"""Words of variables whose values have a colon before a number that is no port: `postgres:16`."""
_OWN = frozenset(("localhost", "localhost.localdomain", "host.docker.internal"))


def hosts(name: str, value: str) -> tuple[str, ...]:
    """The hosts that a variable of this name points at; none where it holds no address."""
    meant = _meant(name)
    if meant is None or not (meant or ":" in value) or len(value) > _LONGEST or "\n" in value.strip():
        return ()
    found: dict[str, None] = {}
    for part in _PARTS.split(value.strip().strip("\"'")):
        for host in _hosts(part, meant):
            found[host.lower().rstrip(".")] = None
    return tuple(found)


@lru_cache(maxsize=4096)
def _meant(name: str) -> bool | None:
    """Whether the name of a variable says that it holds an address; None where it says that it holds none."""
    words = {word.lower() for word in _WORDS.findall(name)}
    return None if words & _OF_IMAGES else bool(words & _OF_ADDRESSES)


def filled(value: str, known: dict[str, str]) -> str:
    """The value with each `$(NAME)` replaced that is known, as the platform does it."""
    if "$(" not in value:
        return value
    return _REFERENCE.sub(lambda match: known.get(match[1], match[0]), value)


def _hosts(part: str, is_meant: bool) -> list[str]:
    match = _URL.match(part) if "://" in part else None
    if match:
        authority = match[1].rpartition("@")[2] or ((match[2] or "") if part.lower().startswith("dns:") else "")
        return [host for piece in authority.split(",") if (host := _host(_without_port(piece)))]
    host, port = _parted(part)
    found = _host(host) if host and (port or is_meant) else ""
    return [found] if found else []


def _without_port(authority: str) -> str:
    host, port = _parted(authority)
    return host if port or ":" not in authority else authority.partition(":")[0]


def _parted(text: str) -> tuple[str, str]:
    """A host and the port after it; the host alone where there is none, and nothing where this is neither."""
    host, colon, port = text.partition(":")
    port = port.partition("/")[0]
    if not colon:
        return text, ""
    return (host, port) if port.isascii() and port.isdigit() and len(port) <= 5 else ("", "")


def _host(text: str) -> str:
    """The text where it can be the name of another host: no number, no address by digits, not this host itself."""
    is_name = _HOST.fullmatch(text) and not text.replace(".", "").isdigit() and text.lower() not in _OWN
    return text if is_name else ""


def of_one(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The variables of one container, references to earlier ones filled in."""
    known: dict[str, str] = {}
    for name, value in pairs:
        known[name] = filled(value, known)
    return known
