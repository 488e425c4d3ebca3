"""The ports of its host that a service of Docker Compose takes, as far as the file decides them: `tcp 8080`, `udp 127.0.0.1:53`.

Left open are ranges, what the environment decides, a port that Docker chooses, and all of a service that another extends, that
runs in the network of its host or not at all (Compose specification, services: ports, extends, network_mode, deploy).
"""

import re
from collections.abc import Iterator

from accord.sources._objects import Reader
from accord.sources._yaml import Entry, MappingNode, Node, child, text_of

_SHORT = re.compile(
    r"(?:(?P<host>[\d.]+|\[[\da-fA-F:]+\]):)?(?P<port>\d{1,5}):\d{1,5}(?:/(?P<protocol>tcp|udp))?", re.ASCII
)
_PORT = re.compile(r"\d{1,5}", re.ASCII)
_EVERY = ("0.0.0.0", "[::]", "::")

Members = dict[str, Entry]


def ports_taken(reader: Reader, service: Members) -> Iterator[tuple[str, Node]]:
    """Each port with where it stands."""
    if "extends" in service or "network_mode" in service or _runs_nothing(service):
        return
    for node in reader.sequence(service.get("ports"), "ports"):
        found = _long(node) if type(node) is MappingNode else _short(text_of(node) or "")
        if found:
            yield found, node


def _runs_nothing(service: Members) -> bool:
    counts = (
        child(service[key].value, *path) for key, path in (("scale", ()), ("deploy", ("replicas",))) if key in service
    )
    return any(count is not None and text_of(count) == "0" for count in counts)


def _short(text: str) -> str:
    found = _SHORT.fullmatch(text)
    return _shown(found["protocol"], found["host"], found["port"]) if found else ""


def _long(node: Node) -> str:
    port, host, protocol = (text_of(child(node, key) or node) for key in ("published", "host_ip", "protocol"))
    is_plain = (
        port is not None and _PORT.fullmatch(port) and protocol in (None, "tcp", "udp") and "$" not in (host or "")
    )
    return _shown(protocol, host, port) if is_plain and port is not None else ""


def _shown(protocol: str | None, host: str | None, port: str) -> str:
    if int(port) == 0:
        return ""
    return f"{protocol or 'tcp'} {f'{host}:' if host and host not in _EVERY else ''}{port}"
