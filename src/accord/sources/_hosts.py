"""Hosts as a mesh or a cluster writes them, as local party names."""

import re
from functools import lru_cache

from accord.model.endings import PUBLIC_ENDINGS

_ENDING = re.compile(r"\.(ya?ml|json)$")
_SPACES = re.compile(r"\s+")


def name_beside(file: str, host: str) -> str:
    """What a host of one word is called in a file: it is another one in the files of another folder."""
    return ".".join(part.replace("/", ".") for part in (*parts_of_file(file)[:-1], host))


def parts_of_file(file: str) -> list[str]:
    """The path of a file without its ending, part by part."""
    path = _SPACES.sub("-", _ENDING.sub("", file).replace("\\", "/"))
    return [part for part in path.split("/") if part not in ("", ".", "..")]


@lru_cache(maxsize=4096)  # an object names its hosts several times
def party_of_host(host: str, namespace: str) -> str:
    """`kubernetes:<namespace>/<name>` or `dns:<host>`; empty for a wildcard.

    A short name lies in the namespace of the object that names it; `x.ns` and `x.ns.svc...` lie in `ns`.
    """
    host = host.strip().rstrip(".").lower()
    if not host or "*" in host:
        return ""
    labels = host.split(".")
    if not all(labels):
        return ""
    if len(labels) == 1:
        return f"kubernetes:{namespace}/{host}"
    in_cluster = labels[2] == "svc" if len(labels) > 2 else labels[1] not in PUBLIC_ENDINGS
    return f"kubernetes:{labels[1]}/{labels[0]}" if in_cluster else f"dns:{host}"


def party_of_gateway(gateway: str, namespace: str) -> str:
    """`gateway:<namespace>/<name>` of a gateway named as `name` or `namespace/name`."""
    place, _, name = gateway.strip().rpartition("/")
    return f"gateway:{place or namespace}/{name}" if name else ""
