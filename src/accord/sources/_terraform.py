"""Resources of Terraform as they are deployed: what each states, and which other resource a value means.

A folder that is deployed refers to its resources by type and name, those of its modules behind `module.<name>.`. A local name
is spelled `pagerduty:<folder>/<kind>.<name>`, where the kind is the type without the name of its system. A value that only Terraform
can work out is not known; a plain path such as `var.lead` or `data.pagerduty_user.lead.id` is a name: the same text in one
folder means the same.
"""

import re
from collections.abc import Callable, Container, Iterator

from msgspec import Struct

from accord.model.fact import EVERYWHERE, PARTY, Fact, Layer, Scope, Stance
from accord.model.place import Place
from accord.model.problem import Problem
from accord.sources._terraform_modules import Copies, Instance
from accord.sources._terraform_nodes import filled, place_in
from accord.sources._yaml import Entry, MappingNode, Node, ScalarNode, SequenceNode, child, entries, items, text_of

SYSTEMS = ("grafana_oncall", "pagerduty", "opsgenie", "goalert")
PAGE = "page"
_REFERENCE = re.compile(
    r"\$\{\s*((?:module\.[\w@.-]+?\.)?)(data\.)?([a-z][a-z0-9_]*)\.([\w-]+)(?:\[([^\]\[]*)\])?(?:\.(?:id|one|this|self_link))?\s*\}",
    re.ASCII,
)
_PATH = re.compile(r"\$\{\s*((?:var|local|module|data)\.[\w.-]+(?:\[\"[\w.-]*\"\]|\[\d+\])*[\w.]*)\s*\}", re.ASCII)
_LITERAL = re.compile(r"[\w.@+-]{1,128}", re.ASCII)
_VARYING = re.compile(r"\b(?:each|count|self|path|timestamp|random\w*)\b")
_WORD = re.compile(r"[a-z_]+", re.ASCII)
_INDEX = re.compile(r"\"([\w.@-]+)\"|(\d+)", re.ASCII)


class Resource(Struct, frozen=True):
    """One resource: its system and kind (`pagerduty`, `schedule`), its name, its content, where its name stands and its folder.

    `within` is the module that it is in, `module.web.`; its own file is `file`.
    """

    system: str
    kind: str
    name: str
    body: Node
    at: Node
    folder: str
    root: str
    file: str
    scope: Scope = EVERYWHERE
    within: str = ""

    @property
    def label(self) -> str:
        """What it is called where it is deployed, `module.web.schedule.primary`."""
        return f"{self.within}{self.kind}.{self.name}"

    @property
    def party(self) -> str:
        """Its local name, `pagerduty:ops/schedule.primary`."""
        return local_name(self.system, self.folder, self.label)

    def place(self, node: Node) -> Place:
        """Where a node of the resource stands."""
        return place_in(node, Place(self.root, self.file, 1, 1))

    def entry(self, key: str, node: Node | None = None) -> Entry | None:
        """The member of the resource, or of a map in it, under this key."""
        return next((entry for entry in entries(self.body if node is None else node) if entry.key == key), None)

    def blocks(self, key: str, node: Node | None = None) -> list[Node]:
        """The blocks of a type in the resource, or in one of its blocks; JSON may write one alone without a list."""
        found = child(self.body if node is None else node, key)
        return [found] if type(found) is MappingNode else [item for item in items(found) if type(item) is MappingNode]

    def is_generated(self, key: str, node: Node | None = None) -> bool:
        """Whether blocks of this type are made by Terraform (`dynamic`), so that those that stand here are not all."""
        made = child(self.body if node is None else node, "dynamic")
        parts = [made] if type(made) is MappingNode else items(made)
        return any(entry.key == key for part in parts for entry in entries(part))

    def is_kept(self, *keys: str) -> bool:
        """Whether Terraform leaves one of these alone once it is made (`ignore_changes`), so that what stands here may be old."""
        kept = [child(life, "ignore_changes") for life in self.blocks("lifecycle")]
        nodes = [node for each in kept if each is not None for node in (items(each) or [each])]
        words = {word for node in nodes for word in _WORD.findall(text_of(node) or "")}
        return not words.isdisjoint((*keys, "all"))

    def text(self, key: str, node: Node | None = None) -> str | None:
        """A plain value; None where it is absent, null, or worked out by Terraform."""
        return plain(child(self.body if node is None else node, key))

    def number(self, key: str, node: Node | None = None) -> int | None:
        """A plain whole number that is not negative; None for anything else."""
        text = self.text(key, node)
        return int(text) if text is not None and re.fullmatch(r"\d{1,12}", text, re.ASCII) else None

    def is_said(self, key: str, node: Node | None = None) -> bool:
        """Whether anything but null stands under this key."""
        found = child(self.body if node is None else node, key)
        return found is not None and not (type(found) is ScalarNode and not found.style and found.value in ("", "null"))

    def reference(self, node: Node | None) -> str:
        """Whom or what a value names; "" where that cannot be told."""
        return self.named(text_of(node) or "") if node is not None else ""

    def references(self, node: Node | None) -> tuple[str, ...] | None:
        """Whom a list names, "" for each that cannot be told; None where the list itself is worked out by Terraform."""
        return tuple(self.reference(item) for item in items(node)) if type(node) is SequenceNode else None

    def named(self, text: str) -> str:
        """The name that a text means in this module."""
        if _VARYING.search(text) and text.startswith("${"):
            return ""
        match = _REFERENCE.fullmatch(text)
        if match and (not match[1] or match[3].startswith(SYSTEMS)):
            return self._resource_named(*match.groups())
        path = _PATH.fullmatch(text)
        if path:
            return local_name(self.system, self.folder, re.sub(r"[\"\[\]]+", ".", path[1]).strip("."))
        return f"{self.system}:{text}" if "${" not in text and _LITERAL.fullmatch(text) else ""

    def _resource_named(self, within: str, data: str | None, kind: str, name: str, index: str | None) -> str:
        system = next((system for system in SYSTEMS if kind.startswith(f"{system}_")), "")
        if not system and kind in ("var", "local", "module"):
            system, spelled = self.system, f"{kind}.{name}"
        elif system:
            spelled = f"{kind.removeprefix(f'{system}_')}.{name}"
        else:
            system, spelled = self.system, f"{kind}.{name}"
        part = _INDEX.fullmatch(index.strip()) if index is not None else None
        if index is not None and part is None:
            return ""
        which = (part[1] or part[2]) if part else ""
        end = (
            f".{which}" if which and (which != "0" or data) else ""
        )  # the first is often the only one: count = x ? 1 : 0
        return local_name(system, self.folder, f"{within}{'data.' if data else ''}{spelled}{end}")

    def fact(self, party: str, term: str, value: object, text: str, at: Node, operation: str = PARTY) -> Fact:
        """What this resource says of a party."""
        place, layer = self.place(at), Layer.PEOPLE
        return Fact(
            party, Stance.PROMISES, "", party, operation, term, value, text, place, layer, self.scope, self.system
        )

    def called(self) -> Iterator[Fact]:
        """What else the resource is called: its name with and without the kind, and the name that people see."""
        shown = self.text("name")
        names = [self.label, self.name]
        if shown and "${" not in shown and shown == shown.strip() and shown.isprintable():
            names.append(shown)
        yield self.fact(self.party, f"names.{self.system}", tuple(dict.fromkeys(names)), self.name, self.at)


def local_name(system: str, folder: str, name: str) -> str:
    """`pagerduty:ops/schedule.primary`; without a folder `pagerduty:schedule.primary`."""
    return f"{system}:{folder}/{name}" if folder else f"{system}:{name}"


def plain(node: Node | None) -> str | None:
    """The text of a value that is no expression; None for anything else."""
    text = text_of(node) if node is not None else None
    if text is None or "${" in text or (type(node) is ScalarNode and not node.style and text in ("", "null")):
        return None
    return text


def resources(
    root: Instance, systems: tuple[str, ...] = SYSTEMS, kinds: Container[str] | None = None
) -> Iterator[Resource]:
    """The resources of some systems, of some kinds or all, in what is deployed; those that are switched off are left out.

    Of a resource of several copies each is one, where they are known; else those of people are one of whom little is known.
    """
    for instance in root.below():
        for (kind, name), block in instance.resources.items():
            system = next((system for system in systems if kind.startswith(f"{system}_")), "")
            if kinds is not None and kind.removeprefix(f"{system}_") not in kinds:
                continue
            copies = instance.copies_of(block) if system else Copies({})
            names = copies.names if copies.names is not None or system == "aws" else {"": instance}
            for key, own in (names or {}).items():
                start = block.source.start
                body = filled(block.body, own, start)
                yield Resource(
                    system,
                    kind.removeprefix(f"{system}_"),
                    f"{name}.{key}" if key else name,
                    body,
                    block.at,
                    root.folder.shown,
                    start.root,
                    start.file,
                    instance.scope_of(block.source),
                    instance.prefix,
                )


Read = Callable[[Resource], Iterator[Fact | Problem]]
