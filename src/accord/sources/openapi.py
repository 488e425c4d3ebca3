"""OpenAPI 2 and 3: which operations an API has and where they live, which errors each may answer, and which take a key.

A document lists what its provider offers. Its list of answers need not be complete, as the specification says; a method
is idempotent by RFC 9110, and a header that carries a key says that a repeat with the same key acts once. Its title ties
it to nobody: that is for the hosts of its servers.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from accord.model.contract_values import ErrorAnswer, Idempotence
from accord.model.fact import PARTY, Fact, Layer, Stance
from accord.model.problem import Problem
from accord.sources._objects import Reader
from accord.sources._yaml import Document, Entry, MappingNode, Node, child, entries, items, place_of, text_of

FORMAT = "openapi"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_VERSIONS = {"openapi": "3.", "swagger": "2."}
_URL = re.compile(r"(?:https?:)?//([^/?#]+)(/[^?#]*)?", re.IGNORECASE)
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?", re.ASCII)
_OWN_MACHINE = ("localhost", "127.0.0.1", "0.0.0.0")
_KEYS = frozenset(("idempotency-key", "x-idempotency-key"))
_OPERATION_ID = re.compile(r"[A-Za-z0-9_][^\s{}#?]{0,199}")
_DEEPEST = 8
_MOST_BASES = 4

AT_KEYS = frozenset(("paths",))


def claims(document: Document) -> bool:
    """A map whose `openapi` is 3.x, or whose `swagger` is 2.x, with paths."""
    if type(document.node) is not MappingNode or type(child(document.node, "paths")) is not MappingNode:
        return False
    return any(
        (text_of(child(document.node, key) or document.node) or "").startswith(version)
        for key, version in _VERSIONS.items()
    )


def read(document: Document) -> Iterable[Fact | Problem]:
    """The facts of one document, and a Problem for what has the wrong shape."""
    reader = _Reader(document)
    reader.read()
    return reader.found


class _Reader(Reader):
    """Reads one API document."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.party = f"{FORMAT}:{document.file}"
        self.bases = self.read_servers()

    def say(self, operation: str, term: str, value: Any, text: str, at: Node) -> None:
        """Adds one fact that the provider promises to every caller."""
        place = place_of(at, self.document.root, self.document.file)
        who = (self.party, Stance.PROMISES, "", self.party, operation)
        self.facts.append(Fact(*who, term, value, text, place, Layer.CODE, self.document.scope, FORMAT))

    def read(self) -> None:
        """Every operation of every path."""
        found = [
            (path, method, self.members(method.value, f"{path.key}.{method.key}"), item)
            for path in entries(child(self.document.node, "paths"))
            if path.key.startswith("/") and type(path.value) is MappingNode
            for item in [path.value]
            for method in entries(item)
            if method.key.lower() in METHODS and type(method.value) is MappingNode
        ]
        said = Counter(text_of(parts["operationId"].value) for _, _, parts, _ in found if "operationId" in parts)
        for path, method, parts, item in found:
            name = text_of(parts["operationId"].value) if "operationId" in parts else None
            if name is None or said[name] > 1 or not _OPERATION_ID.fullmatch(name):
                name = f"{method.key.upper()} {path.key}"
            self.read_operation(name, path.key, method, parts, item)

    def read_operation(self, name: str, path: str, method: Entry, parts: dict[str, Entry], item: Node) -> None:
        """Where it lives, whether a key makes it safe to repeat, and its errors."""
        bases = self.bases_of(parts.get("servers")) or self.bases_of(_entry(item, "servers")) or self.bases
        addresses = tuple(dict.fromkeys(f"{method.key.upper()} {base}{path}" for base in bases))
        self.say(name, "at", addresses, ", ".join(addresses), method.at)
        for parameter in (*items(child(item, "parameters")), *items(child(method.value, "parameters"))):
            self.read_parameter(name, parameter)
        for response in entries(child(method.value, "responses")):
            code = response.key
            if len(code) == 3 and code.isascii() and code.isdigit() and code[0] in "45":
                self.say(name, f"errors.{code}", ErrorAnswer(status=(code,)), code, response.at)

    def read_parameter(self, name: str, node: Node) -> None:
        """A header that carries a key."""
        found = self.resolved(node)
        header = text_of(child(found, "name") or self.document.node) or ""
        place = text_of(child(found, "in") or self.document.node)
        if place == "header" and header.lower() in _KEYS:
            self.say(name, "idempotent", Idempotence("key", header), f"by {header}", node)

    def resolved(self, node: Node | None) -> Node | None:
        """The node that a reference inside the document stands for."""
        for _ in range(_DEEPEST):
            reference = text_of(found) if (found := child(node, "$ref")) is not None else None
            if reference is None or not reference.startswith("#/"):
                return node
            node = self.document.node
            for key in reference[2:].split("/"):
                node = child(node, key.replace("~1", "/").replace("~0", "~"))
        return None

    # ------------------------------------------------------------------ servers

    def read_servers(self) -> tuple[str, ...]:
        """The paths before those of the document; the hosts become names of the party."""
        hosts: dict[str, Node] = {}
        for url, node in self.urls(_entry(self.document.node, "servers")):
            host = _host(url)
            if host:
                hosts.setdefault(host, node)
        old = child(self.document.node, "host")
        if old is not None and _host(f"//{text_of(old) or ''}"):
            hosts.setdefault(_host(f"//{text_of(old)}"), old)
        if hosts:
            self.say(PARTY, "names.dns", tuple(hosts), ", ".join(hosts), next(iter(hosts.values())))
        path = text_of(child(self.document.node, "basePath") or self.document.node) or ""
        return self.bases_of(_entry(self.document.node, "servers")) or (_base(path),)

    def bases_of(self, servers: Entry | None) -> tuple[str, ...]:
        """The paths of these servers, those that a variable hides left out."""
        found = [_base(url) for url, _ in self.urls(servers) if "{" not in url]
        return tuple(dict.fromkeys(found))[:_MOST_BASES]

    def urls(self, servers: Entry | None) -> Iterator[tuple[str, Node]]:
        for server in items(servers.value) if servers is not None else ():
            url = child(server, "url")
            text = text_of(url) if url is not None else None
            if url is not None and text:
                yield text, url


def _entry(node: Node, key: str) -> Entry | None:
    return next((entry for entry in entries(node) if entry.key == key), None)


def _host(url: str) -> str:
    """The host that an address names; empty for the own machine, a variable or an address without one."""
    match = _URL.match(url)
    host = match[1].rpartition("@")[2].lower() if match else ""
    return host if _HOST.fullmatch(host) and host.partition(":")[0] not in _OWN_MACHINE else ""


def _base(url: str) -> str:
    """The path of an address without its closing slash: `/v1`."""
    match = _URL.match(url)
    path = (match[2] or "") if match else url if url.startswith("/") else ""
    return path.rstrip("/")
