"""What a mapping gives: its party document with every path filled from the files, read by the grammar of the language."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from accord.model.fact import PARTY, Fact, Layer, Scope, Stance
from accord.model.place import Place
from accord.model.problem import Problem, Refused
from accord.sources._contract_speech import Subject
from accord.sources._mapping_text import EACH, Filled, Reference, Template, filled, parse_template
from accord.sources._mapping_tree import Lookup, Value, template_mark
from accord.sources._yaml import Document, Entry, MappingNode, Node, ScalarNode, SequenceNode, paired, text_of
from accord.sources.contract import PartyReader

FORMAT = "mapping"
LISTED = frozenset(("retry_on", "handles"))
"""Keys whose words other tools write into one text, with commas."""

LIMITS = frozenset(("request", "attempt", "idle", "timeout"))
NO_LIMIT = frozenset(("envoy",))
"""Platforms that read a limit of zero as no limit."""

_ZERO = re.compile(r"0+(?:\.0+)?(?:ns|us|ms|s|m|h)", re.ASCII)


class Mark:
    """Where a filled value stands: a place in another file."""

    __slots__ = ("column", "file", "is_default", "line", "over", "root")

    def __init__(self, place: Place, is_default: bool, over: str) -> None:
        self.line, self.column = place.line - 1, place.column - 1
        self.root, self.file = place.root, place.file
        self.is_default, self.over = is_default, over


class Speaker(Struct, frozen=True):
    """Of which mapping this is read: its name, the layer that acts, and the platform with its version ("" for none)."""

    name: str
    layer: Layer = Layer.CODE
    platform: str = ""
    version: str = ""


class Item(Struct, frozen=True):
    """What one reading of a mapping starts from: the item, what the placeholders are, and where it holds.

    `is_listed` tells an item of a list or map from the top of the files.
    """

    value: Value
    bound: dict[str, str]
    scope: Scope
    is_listed: bool = False


def _outer(known: Place | None, place: Place) -> Place:
    """Of two places at which something is missing, the one that holds both: in one file the earlier, else the first."""
    return place if known is None else min(known, place) if known.file == place.file else known


class Filler:
    """Fills the texts of one reading; what is missing or cannot be read is noted."""

    def __init__(self, document: Document, item: Item, lookup: Lookup, platform: str = "") -> None:
        self.document, self.item, self.lookup, self.platform = document, item, lookup, platform
        self.problems: list[Problem] = []
        self.nearest: Place | None = None
        self.found = 0
        """Values of the files that were read."""

    def text(self, node: Node, text: str, template: Template) -> tuple[Filled, Any] | None:
        """The filled text and its mark; None where it is missing, or was refused."""
        values: list[Value] = []
        try:
            done = filled(template, lambda reference: self._resolved(reference, values))
        except Refused as refusal:
            self.problems.append(Problem(values[0].place if values else self._place(node), str(refusal)))
            return None
        if done is None:
            return None
        first = done.first if isinstance(done.first, Value) else None
        place = first.place if first else self._place(node)
        over = first.overridden.place if first and first.overridden else None
        shown = f"{over.file}:{over.line}" if over else ""
        return done, Mark(place, done.is_default, shown)

    def _place(self, node: Node) -> Place:
        mark = node.start_mark
        return Place(self.document.root, self.document.file, mark.line + 1, mark.column + 1)

    def _resolved(self, reference: Reference, values: list[Value]) -> tuple[str, Any] | None:
        if reference.name:
            bound = self.item.bound.get(reference.name)
            return None if bound is None else (bound, None)
        path = reference.keys(self.item.bound)
        found = self.lookup.get(self.item.value, path) if path is not None else None
        if found is None:
            nearest = self.lookup.nearest(self.item.value, path or ())
            if self.item.is_listed or nearest is not self.item.value:
                self.nearest = _outer(self.nearest, nearest.place)
            return None
        values.insert(0, found)
        text = found.text
        if text is None:
            raise Refused(f"{reference.text}: expected one value, read a map or a list")
        mark = template_mark(text)
        if mark:
            raise Refused(f"{reference.text}: cannot read: template ({mark}); map the rendered file instead")
        self.found += 1
        return text, found

    # ------------------------------------------------------------------ the document

    def node(self, node: Node, key: str = "") -> Node | None:
        """The same node with its paths filled; None where it is missing."""
        if type(node) is MappingNode:
            return replace(node, value=[kept for name, value in node.value if (kept := self._entry(name, value))])
        if type(node) is SequenceNode:
            listed = [found for item in node.value if (found := self.node(item, key)) is not None]
            return replace(node, value=listed)
        return self._scalar(node, key)

    def _entry(self, name: Node, value: Node) -> Entry | None:
        key = self.node(name)
        filling = self.node(value, text_of(name) or "") if key is not None else None
        return paired(key, filling) if key is not None and filling is not None else None

    def _scalar(self, node: Node, key: str) -> Node | None:
        text = text_of(node)
        template = parse_template(text) if text else None
        if text is None or template is None:
            return node
        listed = self._list(node, template, key)
        if listed is not None:
            return listed
        found = self.text(node, text, template)
        if found is None:
            return None
        done, mark = found
        if key in LISTED and "," in done.text:
            return _words([part.strip() for part in done.text.split(",")], node, mark)
        no_limit = self.platform in NO_LIMIT and key in LIMITS and _ZERO.fullmatch(done.text)
        return _plain("none" if no_limit else done.text, node, mark)

    def _list(self, node: Node, template: Template, key: str) -> Node | None:
        """The list of texts that a path alone may stand for."""
        alone = template.alone
        if alone is None or alone.name:
            return None
        path = alone.keys(self.item.bound)
        found = self.lookup.get(self.item.value, path) if path is not None else None
        texts = found.texts if found is not None else None
        if found is None or texts is None or any(template_mark(text) for text in texts):
            return None
        self.found += 1
        return _words(texts, node, Mark(found.place, False, ""))


def _words(texts: list[str], at: Node, mark: Mark) -> Node:
    return SequenceNode([_plain(text, at, mark) for text in texts if text], at.line, at.column, mark=mark)


def _plain(text: str, at: Node, mark: Mark) -> Node:
    return ScalarNode(text, at.line, at.column, mark=mark)


class _Mapped(PartyReader):
    """Reads the filled document; a filled value has its place in its own file, and what an `else` gives is a default."""

    def __init__(self, document: Document, speaker: Speaker) -> None:
        super().__init__(document)
        self.speaker, self.layer = speaker, speaker.layer

    def place(self, node: Node) -> Place:
        mark: Any = node.start_mark
        root, file = (mark.root, mark.file) if isinstance(mark, Mark) else (self.root, self.file)
        return Place(root, file, mark.line + 1, mark.column + 1)

    def refuse(self, node: Node, reason: str) -> None:
        self.problems.append(Problem(self.place(node), reason))

    def take_home(self, name: Entry) -> None:
        """Many items may speak for one party."""

    def add(self, subject: Subject, term: str, value: Any, text: str, at: Node) -> None:
        super().add(subject, term, value, text, at)
        mark: Any = at.start_mark
        fact = replace(self.facts[-1], source=FORMAT, version=self.speaker.name)
        if isinstance(mark, Mark):
            over = f", over {mark.over}" if mark.over else ""
            stance = Stance.DEFAULT if mark.is_default else fact.stance
            fact = replace(fact, place=self.place(at), version=f"{fact.version}{over}", stance=stance)
        self.facts[-1] = fact


def read_item(
    gives: Node, document: Document, speaker: Speaker, item: Item, lookup: Lookup
) -> tuple[list[Fact], list[Problem], int]:
    """The facts that one reading gives, what was refused, and how many values of the files were read."""
    filler = Filler(document, item, lookup, speaker.platform)
    node: Any = filler.node(gives)
    scope = tuple(sorted({**dict(document.scope), **dict(item.scope)}.items()))
    reader = _Mapped(Document(document.root, document.file, node, scope, {}), speaker)
    if not _has_party(node):
        place = filler.nearest or item.value.place
        reason = f"the party of the mapping {speaker.name} is missing here; nothing of this item is read"
        return [], [*filler.problems, Problem(place, reason)], filler.found
    reader.read_party(node)
    facts = reader.facts if reader.is_scoped else []
    if speaker.platform and facts:
        facts += _carried(facts, speaker, filler.nearest or _first_of(facts, item.value.place))
    return facts, [*filler.problems, *reader.problems], filler.found


def _has_party(node: Node | None) -> bool:
    return type(node) is MappingNode and any(entry.key == "party" for entry in node.value)


def _first_of(facts: list[Fact], place: Place) -> Place:
    """Where the first limit of a call stands in the file; the place of the item where none does."""
    stated = (fact.place for fact in facts if fact.consumer and fact.place.file == place.file)
    return next(stated, place)


def _carried(facts: list[Fact], speaker: Speaker, place: Place) -> Iterator[Fact]:
    """That the platform carries the calls that are assumed; where none is, that it keeps what is promised."""
    calls = [fact for fact in facts if fact.consumer]
    spoken = calls or [fact for fact in facts if fact.operation != PARTY]
    stance = Stance.ASSUMES if calls else Stance.PROMISES
    for who in dict.fromkeys((fact.says, fact.consumer, fact.provider, fact.operation, fact.scope) for fact in spoken):
        says, consumer, provider, operation, scope = who
        what = ("platform", speaker.platform, speaker.platform, place, speaker.layer, scope, FORMAT, speaker.version)
        yield Fact(says, stance, consumer, provider, operation, *what)


def static_problems(gives: Node, document: Document, known: Callable[[str], str]) -> Iterator[Problem]:
    """What is wrong with the document itself, whatever the files hold: brackets, placeholders, keys."""
    for node in _scalars(gives):
        mark = node.start_mark
        place = Place(document.root, document.file, mark.line + 1, mark.column + 1)
        try:
            template = parse_template(text_of(node) or "")
        except Refused as refusal:
            yield Problem(place, str(refusal))
            continue
        for reference in template.references if template else ():
            for name in reference.names:
                reason = known(name) if name != EACH else ""
                if reason:
                    yield Problem(place, reason)


def _scalars(node: Node) -> Iterator[Node]:
    waiting, seen = [node], set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if type(one) is MappingNode:
            waiting += [part for entry in reversed(one.value) for part in (entry.value, entry.key_node)]
        elif type(one) is SequenceNode:
            waiting += reversed(one.value)
        else:
            yield one
