"""Composing nodes event by event, for the texts that libyaml's composer refuses although YAML 1.2 allows them.

An anchor may be given twice (YAML 1.2.2, section 3.2.2.2): an alias means the last one before it. Slower than
libyaml's own composer, so that only a text with such an anchor comes here.
"""

from collections.abc import Iterator
from typing import Any, Protocol

import yaml
from yaml.composer import ComposerError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode


class Events(Protocol):
    """What gives the events, and watches over levels and values as libyaml's composer would tell it of them."""

    def get_event(self) -> Any:
        """The next event."""

    def check_event(self, *kinds: type) -> bool:
        """Whether the next event is of one of these kinds."""

    def descend_resolver(self, parent: Any, index: Any) -> None:
        """Told when a node begins."""

    def ascend_resolver(self) -> None:
        """Told when a node ends."""


def composed_from_events(events: Events) -> Iterator[Node]:
    """The root node of each document, as libyaml's composer gives it; raises yaml.YAMLError as that does."""
    events.get_event()
    while not events.check_event(yaml.StreamEndEvent):
        events.get_event()
        yield _root(events)


def _root(events: Events) -> Node:
    """The root node of the document whose start was just read; its end is read too."""
    anchors: dict[str, Node] = {}
    opened: list[Node] = []
    top: list[Node] = []
    while not isinstance(event := events.get_event(), yaml.DocumentEndEvent):
        if isinstance(event, yaml.CollectionEndEvent):
            _close(opened.pop(), event)
            events.ascend_resolver()
            continue
        into = opened[-1].value if opened else top
        if isinstance(event, yaml.AliasEvent):
            into.append(_meant(anchors, event))
            continue
        events.descend_resolver(opened[-1] if opened else None, None)
        node = _node(event)
        into.append(node)
        if event.anchor is not None:
            anchors[event.anchor] = node
        if isinstance(event, yaml.CollectionStartEvent):
            opened.append(node)
        else:
            events.ascend_resolver()
    return top[0]


def _close(node: Node, event: Any) -> None:
    """Ends a collection; the keys and values of a mapping, one behind the other until then, become pairs."""
    node.end_mark = event.end_mark
    if type(node) is MappingNode:
        node.value = list(zip(node.value[::2], node.value[1::2], strict=True))


def _meant(anchors: dict[str, Node], alias: Any) -> Node:
    if alias.anchor not in anchors:
        raise ComposerError(None, None, "found undefined alias", alias.start_mark)
    return anchors[alias.anchor]


def _node(event: Any) -> Node:
    tag: Any = None if event.tag == "!" else event.tag
    begin: Any = event.start_mark
    end: Any = event.end_mark
    if isinstance(event, yaml.ScalarEvent):
        return ScalarNode(tag, event.value, begin, end, event.style)
    kind = MappingNode if isinstance(event, yaml.MappingStartEvent) else SequenceNode
    return kind(tag, [], begin, end, event.flow_style)
