"""Files of alerting in ConfigMaps and Secrets: rules, servers, routing and what Grafana is provisioned with, under any key.

The source of Alertmanager reads the keys that its operator knows; the values themselves are the source of Kubernetes'.
"""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from accord.model.fact import Fact
from accord.model.place import Place
from accord.model.problem import Problem
from accord.sources import alertmanager, grafana_alerting, prometheus
from accord.sources._held_text import held
from accord.sources._objects import kind_of
from accord.sources._rule_groups import holds_rules
from accord.sources._yaml import Document, Entry, child, entries, text_of

FORMAT = "config_maps"
BESIDE = True
"""The source of Kubernetes reads the other values of the same object."""

_HOLDERS = {"ConfigMap": ("data",), "Secret": ("stringData", "data")}
_INNER = (alertmanager, grafana_alerting, prometheus)
_MAY_BE = re.compile(
    r"^[\"']?(?:groups|scrape_configs|rule_files|route|policies|contactPoints|muteTimes)[\"']?[ \t]*:", re.MULTILINE
)

AT_KINDS = frozenset(_HOLDERS)


def claims(document: Document) -> bool:
    """An object with a text that may be such a file."""
    version, kind = kind_of(document)
    return kind in _HOLDERS and version == "v1" and next(_texts(document, kind), None) is not None


def read(document: Document) -> Iterator[Fact | Problem]:
    """The facts of every such file, each at its own lines where it stands there line by line."""
    for entry, text in _texts(document, kind_of(document)[1]):
        for inner, at in held(document, entry, text):
            if isinstance(inner, Problem):
                yield inner
                continue
            inside = Document(inner.root, inner.file, inner.node, inner.scope, document.homes)
            source = next((one for one in _INNER if one.claims(inside)), None)
            groups = child(inside.node, "groups") if source is prometheus else None
            if source is not None and (groups is None or holds_rules(groups)):
                found = list(_placed(source.read(inside), at))
                yield from found
                yield from _held_routing(found, kind_of(document)[1])


def _held_routing(found: Iterable[Fact | Problem], kind: str) -> Iterator[Fact]:
    """That an object of a cluster holds the routing that was read."""
    for one in found:
        if isinstance(one, Fact) and one.term == "route.r":
            yield replace(one, term="route.object", value=kind, text=kind)


def _placed(found: Iterable[Fact | Problem], at: Place | None) -> Iterable[Fact | Problem]:
    return found if at is None else (replace(one, place=at) for one in found)


def _texts(document: Document, kind: str) -> Iterator[tuple[Entry, str | None]]:
    """The entries whose text may be such a file, with the text where it stands there in base64."""
    for key in _HOLDERS[kind]:
        holder = child(document.node, key)
        for entry in entries(holder) if holder is not None else ():
            text, encoded = text_of(entry.value) or "", kind == "Secret" and key == "data"
            if entry.key in alertmanager.KEYS or not text:
                continue
            if encoded:
                text = _decoded(text)
            if _MAY_BE.search(text):
                yield entry, text if encoded else None


def _decoded(text: str) -> str:
    """The text behind base64; empty where it is none."""
    try:
        return b64decode("".join(text.split()), validate=True).decode("utf-8")
    except (Error, UnicodeDecodeError, ValueError):
        return ""
