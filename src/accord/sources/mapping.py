"""Mappings: a party document with `<paths>` where the values stand in the house's own files; docs/language.md has them.

This file knows what a mapping says; `_mapping_rows` what its files are, `_mapping_gives` what it gives for them.
"""

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches

from msgspec import Struct

from accord.model.fact import PARTY, Fact, Layer, Stance
from accord.model.place import Place
from accord.model.problem import Problem, Refused
from accord.sources._mapping_files import Bindings, Pattern, parse_pattern
from accord.sources._mapping_gives import FORMAT as FORMAT
from accord.sources._mapping_gives import Speaker, static_problems
from accord.sources._mapping_keep import RELATIONS, Relation, read_relation
from accord.sources._mapping_text import EACH, parse_path
from accord.sources._yaml import Document, Entry, MappingNode, Node, SequenceNode, entries, items, place_of, text_of

FILE_NAMES = ("accord.yaml", "accord.yml", "accord-mapping.yaml", "accord-mapping.yml")
KEYS = ("mapping", "files", "where", "each", "layer", "platform", "gives", "keep")
MOST_PATTERNS, MOST_ROWS, MOST_RELATIONS = 64, 1_000, 200
_LONGEST_NAME = 200


class Row(Struct, frozen=True):
    """One row of `where`: what placeholders are, the texts that paths of an item must have, and where it stands."""

    bound: Bindings = ()
    wanted: tuple[tuple[tuple[str, ...], str], ...] = ()
    place: Place | None = None


class Mapping(Struct, frozen=True):
    """One mapping, as it was written; `document` holds `gives`, and the place of all that the mapping says itself."""

    speaker: Speaker
    place: Place
    document: Document
    patterns: tuple[Pattern, ...]
    rows: tuple[Row, ...] = ()
    each: tuple[str, ...] | None = None
    gives: Node | None = None
    relations: tuple[Relation, ...] = ()

    @property
    def name(self) -> str:
        """Its name."""
        return self.speaker.name

    @property
    def party(self) -> str:
        """Who speaks where the mapping speaks of itself: `mapping:sidecar of a chart`."""
        return f"{FORMAT}:{self.name}"

    def silent(self, reason: str, place: Place | None = None) -> Fact:
        """That the mapping, or a part of it, reads nothing, and why."""
        where = (place or self.place, Layer.CODE, self.document.scope, FORMAT, self.name)
        return Fact(
            self.party,
            Stance.PROMISES,
            "",
            self.party,
            PARTY,
            f"mapping.silent.{where[0].line}",
            reason,
            reason,
            *where,
        )


AT_KEYS = frozenset(("mapping",))


def claims(document: Document) -> bool:
    """A document whose first key is `mapping`, in a file that is named for it or with a key that only mappings have."""
    node = document.node
    if type(node) is not MappingNode or not node.value or node.value[0].key != "mapping":
        return False
    if document.file.rpartition("/")[2] in FILE_NAMES:
        return True
    keys = {entry.key for entry in node.value}
    return "files" in keys and not keys.isdisjoint(("gives", "keep"))


def read(document: Document) -> Iterable[Fact | Problem]:
    """What is wrong with a mapping itself; what it reads stands in other files, and `given` gives it."""
    return compiled(document)[1]


def compiled(document: Document) -> tuple[Mapping | None, list[Problem]]:
    """The mapping that a document is, None where too much of it is wrong, and everything that is."""
    reader = _Reader(document)
    mapping = reader.mapping()
    return mapping, reader.problems


class _Reader:
    """Reads one mapping, key by key."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []
        self.found: dict[str, Entry] = {}
        self.usable = True

    def refuse(self, node: Node, reason: str, fatal: bool = True) -> None:
        self.problems.append(Problem(self.place(node), reason))
        self.usable = self.usable and not fatal

    def place(self, node: Node) -> Place:
        return place_of(node, self.document.root, self.document.file)

    def mapping(self) -> Mapping | None:
        duplicates: list[tuple[Node, str]] = []
        for entry in entries(self.document.node, duplicates):
            if entry.key in KEYS:
                self.found[entry.key] = entry
            elif not entry.key.startswith("x-"):
                self.refuse(entry.key_node, f"unknown key {entry.key!r}{_meant(entry.key, KEYS)}", fatal=False)
        for key_node, key in duplicates:
            self.refuse(key_node, f"the key {key} stands here a second time; one place per fact")
        name, patterns = self._name(), self._patterns()
        rows, each, speaker = self._rows(patterns), self._each(), self._speaker(name)
        gives, relations = self._gives(patterns, rows), self._relations(patterns, rows)
        if not self.usable:
            return None
        place = self.place(self.found["mapping"].value)
        return Mapping(speaker, place, self.document, patterns, rows, each, gives, relations)

    def _name(self) -> str:
        entry = self.found["mapping"]
        name = text_of(entry.value) or ""
        if not name or len(name) > _LONGEST_NAME or "\n" in name:
            self.refuse(
                entry.value, f"mapping: expected its name, a text of one line and at most {_LONGEST_NAME} characters"
            )
        return name

    def _patterns(self) -> tuple[Pattern, ...]:
        entry = self.found.get("files")
        nodes = self._listed(entry) if entry else []
        if not nodes:
            at = entry.value if entry else self.document.node
            self.refuse(at, "files: expected the paths of files, such as charts/<chart>/values.yaml")
        if len(nodes) > MOST_PATTERNS:
            self.refuse(nodes[MOST_PATTERNS], f"files: expected at most {MOST_PATTERNS} patterns")
        found = []
        for node in nodes[:MOST_PATTERNS]:
            try:
                found.append(parse_pattern(text_of(node) or ""))
            except Refused as refusal:
                self.refuse(node, f"files: {refusal}")
        return tuple(found)

    def _listed(self, entry: Entry) -> list[Node]:
        return (
            items(entry.value) if type(entry.value) is SequenceNode else [entry.value] if text_of(entry.value) else []
        )

    def _rows(self, patterns: tuple[Pattern, ...]) -> tuple[Row, ...]:
        entry = self.found.get("where")
        rows = items(entry.value) if entry else []
        if entry and not rows:
            self.refuse(entry.value, "where: expected rows such as - {service: shop, chart: web}")
        if len(rows) > MOST_ROWS:
            self.refuse(rows[MOST_ROWS], f"where: expected at most {MOST_ROWS:,} rows")
        return tuple(self._row(row) for row in rows[:MOST_ROWS])

    def _row(self, node: Node) -> Row:
        bound, wanted = {}, []
        if type(node) is not MappingNode:
            self.refuse(node, "where: expected a row such as {service: shop, chart: web}")
        for entry in entries(node):
            text = text_of(entry.value)
            if text is None:
                self.refuse(entry.value, f"where: expected one value for {entry.key}")
            elif entry.key.startswith("."):
                path = self._path(entry.key_node, entry.key, "where")
                wanted.append((path or (), text))
            else:
                bound[entry.key] = text
        return Row(tuple(sorted(bound.items())), tuple(wanted), self.place(node))

    def _path(self, node: Node, text: str, name: str) -> tuple[str, ...] | None:
        try:
            return parse_path(text)
        except Refused as refusal:
            self.refuse(node, f"{name}: {refusal}")
            return None

    def _each(self) -> tuple[str, ...] | None:
        entry = self.found.get("each")
        return self._path(entry.value, text_of(entry.value) or "", "each") if entry else None

    def _speaker(self, name: str) -> Speaker:
        layer, platform = self.found.get("layer"), self.found.get("platform")
        acts = Layer.CODE
        if layer:
            try:
                acts = Layer(text_of(layer.value) or "")
            except ValueError:
                listed = tuple(Layer)
                read = text_of(layer.value) or ""
                self.refuse(
                    layer.value, f"layer: expected one of {' '.join(listed)}, read {read!r}{_meant(read, listed)}"
                )
        words = (text_of(platform.value) or "").split() if platform else []
        if platform and not 1 <= len(words) <= 2:
            self.refuse(
                platform.value, "platform: expected a name and, where it is known, a version, such as envoy 1.31"
            )
        return Speaker(name, acts, *(words if len(words) <= 2 else ()))

    def _gives(self, patterns: tuple[Pattern, ...], rows: tuple[Row, ...]) -> Node | None:
        entry = self.found.get("gives")
        if entry is None:
            if "keep" not in self.found:
                self.refuse(
                    self.found["mapping"].key_node, "a mapping needs `gives`, a party document with <paths>, or `keep`"
                )
            return None
        if type(entry.value) is not MappingNode:
            self.refuse(entry.value, "gives: expected a party document with <paths>")
            return None
        self._check(entry.value, patterns, rows)
        if all(each.key != "party" for each in entries(entry.value)):
            self.refuse(entry.value, "gives: expected the key `party`, the name of who speaks here")
        return entry.value

    def _check(self, node: Node, patterns: tuple[Pattern, ...], rows: tuple[Row, ...]) -> None:
        found = list(static_problems(node, self.document, _known(patterns, rows)))
        self.problems += found
        self.usable = self.usable and not found

    def _relations(self, patterns: tuple[Pattern, ...], rows: tuple[Row, ...]) -> tuple[Relation, ...]:
        entry = self.found.get("keep")
        if entry is None:
            return ()
        rows_of = items(entry.value)
        if not rows_of or len(rows_of) > MOST_RELATIONS:
            words = "below: <.b>, because: why"
            self.refuse(
                entry.value,
                f"keep: expected a list of at most {MOST_RELATIONS} relations such as {{this: <.a>, {words}}}",
            )
        found = []
        for node in rows_of[:MOST_RELATIONS]:
            self._check(node, patterns, rows)
            try:
                found.append(read_relation(node))
            except Refused as refusal:
                self.refuse(node, f"keep: {refusal}{_meant_relation(node)}")
        return tuple(found)


def _meant_relation(node: Node) -> str:
    known = ("this", "because", *RELATIONS)
    wrong = next((entry.key for entry in entries(node) if entry.key not in known), "")
    return _meant(wrong, known) if wrong else ""


def _known(patterns: tuple[Pattern, ...], rows: tuple[Row, ...]) -> Callable[[str], str]:
    """What to say of a placeholder that neither a file nor a row binds; "" for one that is bound."""
    names = {name for pattern in patterns for name in pattern.names} | {name for row in rows for name, _ in row.bound}

    def known(name: str) -> str:
        if name in names or name == EACH:
            return ""
        said = (
            _meant(name, tuple(names)) or f"; {'they bind ' + ' '.join(sorted(names)) if names else 'they bind none'}"
        )
        return f"<{name}> is bound by no file and no row{said}"

    return known


def _meant(word: str, known: Iterable[str]) -> str:
    listed = tuple(known)
    close = get_close_matches(word, listed, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; expected one of {' '.join(listed)}" if listed is KEYS else ""


def named(mappings: Iterable[Mapping]) -> Iterator[Mapping | Problem]:
    """The mappings; one whose name another has already is refused."""
    known: dict[str, Mapping] = {}
    for mapping in mappings:
        first = known.setdefault(mapping.name, mapping)
        if first is mapping:
            yield mapping
        else:
            at = f"{first.place.file}:{first.place.line}"
            yield Problem(mapping.place, f"a mapping named {mapping.name!r} stands at {at} already; one name each")
