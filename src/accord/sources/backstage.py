"""Backstage catalogues: components, APIs, resources, systems and domains with their owners, and who the groups and users are.

A name is spelled `backstage:<kind>:<namespace>/<name>` in lower case, as Backstage compares names. An owner without a kind
is a group, and without a namespace lies in the namespace of the entity that names it.
What entities depend on, provide and consume is not read: it says that they are related, not which call is made.
Format: descriptor format of catalog entities, backstage.io, kinds of version v1alpha1 and v1beta1.
"""

import re
from collections.abc import Iterable

from accord.model.fact import PARTY, Fact, Layer, Stance
from accord.model.problem import Problem
from accord.sources._objects import Object, Reader, kind_of
from accord.sources._yaml import Document, Entry, Node, place_of

FORMAT = "backstage"
TEAM, PERSON = "team", "user"
"""The kinds of a party that a Group and a User are; any other entity has its own kind, in lower case."""

_OWNED = ("Component", "API", "Resource", "System", "Domain")
_KINDS = (*_OWNED, "Group", "User")
_REFERENCE = re.compile(r"(?:([A-Za-z]+):)?(?:([\w.-]+)/)?([\w.-]+)", re.ASCII)
_PROMISES, _PLATFORM = Stance.PROMISES, Layer.PLATFORM  # looking one up takes twice as long as making a fact
_ALIASES = {"pagerduty.com/service-id": "names.pagerduty"}

AT_KINDS = frozenset(_KINDS)


def claims(document: Document) -> bool:
    """An entity that owns, is owned, or is somebody; a Location or a Template is none."""
    version, kind = kind_of(document)
    return version.startswith("backstage.io/") and kind in _KINDS


def read(document: Document) -> Iterable[Fact | Problem]:
    """The facts of one entity, and a Problem for what has the wrong shape."""
    reader = Reader(document)
    found = reader.object()
    if found is not None:
        _Entity(reader, found).read()
    return reader.found


class _Entity:
    """One entity while it is read."""

    def __init__(self, reader: Reader, found: Object) -> None:
        self.reader, self.found = reader, found
        self.namespace = found.namespace.lower() or "default"
        self.party = f"backstage:{found.kind.lower()}:{self.namespace}/{found.name.lower()}"
        self.metadata = reader.children("metadata")
        self.spec = reader.children("spec")

    def read(self) -> None:
        kind = {"Group": TEAM, "User": PERSON}.get(self.found.kind, self.found.kind.lower())
        self.add("kind", kind, self.found.kind, self.metadata["name"].at)
        if self.found.kind in _OWNED:
            self.owner(self.spec.get("owner"))
        elif self.found.kind == "Group":
            self.groups_around()
        annotations = self.reader.members(_value(self.metadata.get("annotations")), "metadata.annotations")
        for name, term in _ALIASES.items():
            entry = annotations.get(name)
            text = self.reader.text(entry, name)
            if entry is not None and text:
                self.add(term, (text,), text, entry.at)

    def owner(self, entry: Entry | None) -> None:
        text = self.reader.text(entry, "spec.owner")
        if entry is not None and text:
            owner = self.reference(text)
            if owner:
                self.add("owner", owner, text, entry.at)
            else:
                self.reader.refuse(
                    entry.value, "spec.owner", f"expected a reference such as group:default/team-a, read {text[:80]!r}"
                )

    def groups_around(self) -> None:
        """The group above and the groups below, as far as they can be read."""
        entry = self.spec.get("parent")
        above = self.reference(self.reader.text(entry, "spec.parent") or "")
        if entry is not None and above:
            self.add("group.parent", (above,), above, entry.at)
        entry = self.spec.get("children")
        texts = (self.reader.scalar(node, "spec.children") for node in self.reader.sequence(entry, "spec.children"))
        below = tuple(found for found in (self.reference(text or "") for text in texts) if found)
        if entry is not None and below:
            self.add("group.children", below, ", ".join(below), entry.at)

    def reference(self, text: str) -> str:
        """The name of the group, or of what a kind before it says, that a reference means; "" where it is none."""
        match = _REFERENCE.fullmatch(text)
        if not match:
            return ""
        kind, namespace, name = match.groups()
        return f"backstage:{kind or 'group'}:{namespace or self.namespace}/{name}".lower()

    def add(self, term: str, value: object, text: str, at: Node) -> None:
        document, party = self.found.document, self.party
        place = place_of(at, document.root, document.file)
        self.reader.facts.append(
            Fact(party, _PROMISES, "", party, PARTY, term, value, text, place, _PLATFORM, document.scope, FORMAT)
        )


def _value(entry: Entry | None) -> Node | None:
    return None if entry is None else entry.value
