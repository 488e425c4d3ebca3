"""Istio's own settings: what every sidecar of a mesh does where no route says otherwise, and which version is installed.

They stand in an IstioOperator, in an Istio of the Sail operator, or in the ConfigMap `istio` that an installation reads.
They say nothing of who is in the mesh: that is for routes to show.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from accord.model.fact import ANY, PARTY, Fact, Layer, Stance
from accord.model.nothing import NONE
from accord.model.place import Place
from accord.model.problem import Problem, Refused
from accord.sources._go_duration import parse_go_duration
from accord.sources._objects import Reader, kind_of
from accord.sources._yaml import Document, Entry, Node, child, documents, entries, place_of, text_of

FORMAT = "istio"
MESH = "istio:mesh"
"""The party that the settings of a mesh are about."""

_VERSION = re.compile(r"v?(1\.\d{1,2})(?:[.-].*)?", re.ASCII)
_WHERE = {"IstioOperator": ("install.istio.io/", ("spec", "meshConfig")), "Istio": ("sailoperator.io/", ("spec", "values", "meshConfig"))}  # fmt: skip
_TAGS = {"IstioOperator": "tag", "Istio": "version"}

AT_KINDS = frozenset((*_WHERE, "ConfigMap"))


def claims(document: Document) -> bool:
    """An IstioOperator, an Istio, or a ConfigMap `istio` (`istio-<revision>`) that holds `mesh`."""
    version, kind = kind_of(document)
    if kind in _WHERE:
        return version.startswith(_WHERE[kind][0])
    return kind == "ConfigMap" and version == "v1" and _held(document) is not None


def _held(document: Document) -> Entry | None:
    name = text_of(child(child(document.node, "metadata"), "name") or document.node) or ""
    if name != "istio" and not name.startswith("istio-"):
        return None
    found = entries(child(document.node, "data"))
    return next((entry for entry in found if entry.key == "mesh" and text_of(entry.value)), None)


def read(document: Document) -> Iterable[Fact | Problem]:
    """The settings of one mesh, and a Problem for what has the wrong shape."""
    kind = kind_of(document)[1]
    if kind in _WHERE:
        reader = _Reader(document, None)
        reader.read_version(child(child(document.node, "spec"), _TAGS[kind]))
        node: Node | None = document.node
        for key in _WHERE[kind][1]:
            node = child(node, key)
        reader.read_mesh(node)
        return reader.found
    return tuple(_read_held(document))


def _read_held(document: Document) -> Iterator[Fact | Problem]:
    """The settings that a ConfigMap holds as a text, all at the place of that text."""
    held = _held(document)
    if held is None:
        return
    place = place_of(held.at, document.root, document.file)
    for inner in documents(text_of(held.value) or "", document.root, document.file, document.scope):
        if isinstance(inner, Problem):
            yield Problem(place, f"cannot read {held.key}: {inner.reason}")
            return
        reader = _Reader(inner, place)
        reader.read_mesh(inner.node)
        yield from reader.facts
        yield from (Problem(place, problem.reason) for problem in reader.problems)


class _Reader(Reader):
    """Reads settings; `at` is the place of everything where they are a text inside a document."""

    def __init__(self, document: Document, at: Place | None) -> None:
        super().__init__(document)
        self.at = at

    def say(self, operation: str, term: str, value: Any, text: str, node: Node) -> None:
        """Adds one fact about the mesh: what it does where no route says otherwise."""
        place = self.at or place_of(node, self.document.root, self.document.file)
        layer = Layer.SIDECAR if operation == ANY else Layer.PLATFORM
        stance = Stance.DEFAULT if operation == ANY else Stance.PROMISES
        scope = self.document.scope
        self.facts.append(Fact(FORMAT, stance, "", MESH, operation, term, value, text, place, layer, scope, FORMAT))

    def read_version(self, node: Node | None) -> None:
        """The version that is installed, where a tag says it."""
        match = _VERSION.fullmatch(text_of(node) or "") if node is not None else None
        if node is not None and match:
            self.say(PARTY, "platforms.istio", match[1], text_of(node) or "", node)

    def read_mesh(self, node: Node | None) -> None:
        """What a route falls back on."""
        settings = self.members(node, "meshConfig")
        connect = self.value(settings.get("connectTimeout"), "connectTimeout", parse_go_duration)
        if connect is not None:
            self.say(ANY, "timeout.connect", connect[0] or NONE, connect[1], settings["connectTimeout"].at)
        if "defaultHttpRetryPolicy" in settings:
            self.read_retries(settings["defaultHttpRetryPolicy"])

    def read_retries(self, entry: Entry) -> None:
        """Istio counts retries; a policy without a number makes none."""
        policy = self.members(entry.value, "defaultHttpRetryPolicy")
        read = self.value(policy.get("attempts"), "attempts", _parse_count)
        if read is None and "attempts" in policy:
            return
        count = read[0] if read else 0
        at = policy["attempts"].at if read else entry.key_node
        self.say(ANY, "attempts", count + 1, f"{count + 1} ({count} {'retry' if count == 1 else 'retries'})", at)
        words = tuple(
            word.strip() for word in (self.text(policy.get("retryOn"), "retryOn") or "").split(",") if word.strip()
        )
        if words:
            self.say(ANY, "retry_on", words, ", ".join(words), policy["retryOn"].at)
        each = self.value(policy.get("perTryTimeout"), "perTryTimeout", parse_go_duration)
        if each is not None:
            self.say(ANY, "timeout.attempt", each[0] or NONE, each[1], policy["perTryTimeout"].at)


def _parse_count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Refused(f"expected a number of retries, read {text[:80]!r}")
    return int(text)
