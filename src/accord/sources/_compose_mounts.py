"""Which services of Docker Compose an Envoy reaches by their names: those in a network with the service that its file is mounted into.

That the file lies beside them proves nothing; that one of them runs an Envoy with it does.
"""

import posixpath
from collections.abc import Iterable, Iterator, Mapping

from accord.sources._hosts import name_beside
from accord.sources._yaml import Entry, MappingNode, Node, ScalarNode, child, entries, items, text_of

_FILES = (".yaml", ".yml", ".json")
_ENVOY = "envoy"
_OF_ALL = "default"
Members = Mapping[str, Entry]


def reached_by_envoy(file: str, services: Mapping[str, Members], own: str) -> Iterator[tuple[str, Node]]:
    """The folders of the files of Envoy that name a service as it is called here, and where they are mounted."""
    networks = _networks(services[own])
    for service, members in services.items():
        if service != own and networks & _networks(members):
            yield from _mounted(file, members)


def names_in(folder: str, hosts: Iterable[str]) -> tuple[str, ...]:
    """What the hosts are called in a file of Envoy of this folder."""
    return tuple(name_beside(f"{folder}/{_ENVOY}".lstrip("/"), host) for host in hosts if "." not in host)


def _networks(service: Members) -> set[str]:
    """The networks of a service; none where it has that of the machine or of another container."""
    if "network_mode" in service:
        return set()
    entry = service.get("networks")
    if entry is None:
        return {_OF_ALL}
    named = [each.key for each in entries(entry.value)] or [text_of(item) or "" for item in items(entry.value)]
    return set(named) - {""}


def _mounted(file: str, service: Members) -> Iterator[tuple[str, Node]]:
    """The folders whose files of Envoy are mounted into a service that runs one."""
    image = text_of(service["image"].value) or "" if "image" in service else ""
    volumes = service.get("volumes")
    for node in items(volumes.value) if volumes is not None else ():
        source, target = _bound(node)
        path = posixpath.normpath(posixpath.join(posixpath.dirname(file), source))
        is_inside = source and "$" not in source + target and not path.startswith(("..", "/"))
        kind = posixpath.splitext(path)[1]
        if is_inside and _ENVOY in f"{image} {target}".lower() and kind in ("", *_FILES):
            folder = posixpath.dirname(path) if kind else path
            yield "" if folder == "." else folder, node


def _bound(node: Node) -> tuple[str, str]:
    """The path on the machine and that in the container; "" for what is no path of the project."""
    if type(node) is MappingNode:
        source, target = (text_of(found) or "" if (found := child(node, key)) else "" for key in ("source", "target"))
    else:
        source, _, target = (text_of(node) or "" if type(node) is ScalarNode else "").partition(":")
    return (source, target) if source.startswith("./") or "/" in source[1:] else ("", "")
