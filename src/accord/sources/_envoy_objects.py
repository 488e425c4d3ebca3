"""Envoy's configuration as objects: keys in either spelling of protobuf's JSON, typed configurations, parties by file."""

import re
from collections.abc import Iterable, Iterator
from ipaddress import ip_address

from accord.model.duration import SECOND, show_duration
from accord.sources._go_duration import parse_go_duration
from accord.sources._hosts import name_beside, parts_of_file, party_of_host
from accord.sources._objects import Reader
from accord.sources._speaker import parse_number
from accord.sources._yaml import Document, Entry, MappingNode, Node, child, items, text_of

FORMAT = "envoy"
TYPE = "type.googleapis.com/envoy."
MANAGER = "HttpConnectionManager"
TCP_PROXY = "TcpProxy"
_HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])")
PARTS = ("static_resources", "staticResources", "dynamic_resources", "dynamicResources")
_DEEPEST = 4
_OF_DURATION = {"seconds": SECOND, "nanos": 1}

Members = dict[str, Entry]


def is_bootstrap(node: Node) -> bool:
    """Whether this is a whole configuration of one Envoy."""
    return type(node) is MappingNode and any(type(child(node, part)) is MappingNode for part in PARTS)


def resources_of(node: Node) -> list[Node]:
    """The resources of a discovery response, or a lone one, by their types; empty where it is neither."""
    if type(node) is not MappingNode:
        return []
    found = items(child(node, "resources")) or [node]
    return found if all(kind_of_any(each) for each in found) else []


def kind_of_any(node: Node | None) -> str:
    """`HttpConnectionManager` of a typed configuration of Envoy; empty where it is none."""
    named = child(node, "@type")
    text = text_of(named) if named is not None else None
    return text.rpartition(".")[2] if text and text.startswith(TYPE) else ""


class EnvoyReader(Reader):
    """Walks a configuration by its keys in snake case."""

    def sequence(self, entry: Entry | None, what: str) -> list[Node]:
        """The items of a list; a lone map is one item, as protobuf's reader of JSON has it."""
        if entry is not None and type(entry.value) is MappingNode:
            return [entry.value]
        return super().sequence(entry, what)

    def parts(self, node: Node | None, what: str) -> Members:
        """The members of a map; a key in camel case stands for the same in snake case."""
        return {_HUMP.sub(r"_\1", key).lower(): entry for key, entry in self.members(node, what).items()}

    def inside(self, members: Members, key: str) -> Members:
        """The members of the map under a key; empty where it is absent."""
        return self.parts(members[key].value, key) if key in members else {}

    def below(self, members: Members, *keys: str) -> Members:
        """The members of a map some levels down."""
        for key in keys:
            members = self.inside(members, key)
        return members

    def each(self, members: Members, key: str) -> Iterator[tuple[Node, Members]]:
        """The maps of a list."""
        for node in self.sequence(members.get(key), key):
            yield node, self.parts(node, key)

    def duration(self, entry: Entry | None, what: str) -> tuple[int, str] | None:
        """Nanoseconds and how they are shown: a text, or the fields of protobuf's Duration, which Envoy takes as well."""
        fields = self.members(entry.value, what) if entry is not None and type(entry.value) is MappingNode else {}
        if not fields or not fields.keys() <= _OF_DURATION.keys():
            return self.value(entry, what, parse_go_duration)
        read = {key: self.value(field, f"{what}: {key}", parse_number) for key, field in fields.items()}
        if None in read.values():
            return None
        whole = sum(one[0] * _OF_DURATION[key] for key, one in read.items() if one is not None)
        return whole, show_duration(whole)

    def word(self, members: Members, key: str) -> str:
        """The text of a scalar; empty where it is absent."""
        return self.text(members.get(key), key) or ""


def name_of_file(document: Document) -> str:
    """`front-proxy.envoy` of `front-proxy/envoy.yaml`: a file is one Envoy, or a part of one."""
    return ".".join(parts_of_file(document.file)) or FORMAT


def party_of_cluster(document: Document, name: str, hosts: Iterable[str] = ()) -> str:
    """The party behind a cluster: its one host, else the cluster as this file names it.

    A host of one word is one only among the files of its folder: elsewhere the same word is another machine.
    """
    named = {_party(document, host) for host in hosts}
    party = named.pop() if len(named) == 1 else ""
    return party or _local((*parts_of_file(document.file), name))


def _party(document: Document, host: str) -> str:
    host = host.strip().rstrip(".").lower()
    if not host or host == "localhost" or host.endswith(".localhost") or "/" in host or _is_number(host):
        return ""
    return party_of_host(host, "") if "." in host else f"{FORMAT}:{name_beside(document.file, host)}"


def _local(parts: Iterable[str]) -> str:
    return f"{FORMAT}:{'.'.join(part.replace('/', '.') for part in parts)}"


def _is_number(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
