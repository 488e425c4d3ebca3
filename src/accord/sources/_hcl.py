"""Terraform's own language as located nodes: the same nodes that its JSON form gives.

A block becomes a member that holds a list of maps; `resource "a" "b" {}` becomes three maps inside each other. What is no
plain value stands as Terraform's JSON form would have it, `${var.users}`.
"""

from bisect import bisect_right

from accord.model.place import Place
from accord.model.problem import Problem
from accord.sources._hcl_expressions import Expressions, NotHcl, unescaped
from accord.sources._nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode, paired

LARGEST = 1_000_000
"""Characters; a larger file is no work of hands and takes long to read."""


def parsed(text: str, start: Place) -> MappingNode | Problem:
    """The body of the file as a map; a Problem where it is not HCL."""
    if len(text) > LARGEST:
        return Problem(
            start, f"{len(text):,} characters, and no more than {LARGEST:,} are read as Terraform", fatal=True
        )
    body = _Body(text)
    try:
        return body.whole()
    except NotHcl as error:
        if error.offset >= len(text.rstrip()):
            return Problem(start, "not Terraform: the file ends too soon, or holds what is none", fatal=True)
        line, column = body.mark(error.offset)
        place = Place(start.root, start.file, line + 1, column + 1)
        return Problem(place, "not Terraform: this does not fit here", fatal=True)
    except RecursionError:
        return Problem(start, "cannot be read as Terraform: nested too deep", fatal=True)


class _Body(Expressions):
    """Reads the blocks of a file, and its values as nodes."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.begins = [0]
        at = text.find("\n")
        while at >= 0:
            self.begins.append(at + 1)
            at = text.find("\n", at + 1)

    def whole(self) -> MappingNode:
        """The whole file."""
        found = self.body(*self.mark(self.at))
        if self.at < len(self.text):
            raise NotHcl(self.at)
        return found

    def mark(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset."""
        line = bisect_right(self.begins, offset) - 1
        return line, offset - self.begins[line]

    def body(self, line: int, column: int) -> MappingNode:
        """Members and blocks up to a closing brace, or to the end."""
        found: list[Entry] = []
        blocks: dict[str, tuple[Node, list[Node]]] = {}
        self.lines()
        while self.at < len(self.text) and self.text[self.at] != "}":
            key = self.named()
            if self.took("="):
                found.append(paired(key, self.value()))
            else:
                blocks.setdefault(key.value, (key, []))[1].append(self.block(key))
            self.ended()
        found += [paired(key, SequenceNode(values, key.line, key.column)) for key, values in blocks.values()]
        return MappingNode(found, line, column)

    def ended(self) -> None:
        """Nothing else on the line of a member or a block, but for what closes the block that it is in."""
        self.skip()
        if self.at < len(self.text) and self.text[self.at] not in "\n}":
            raise NotHcl(self.at)
        self.lines()

    def named(self) -> ScalarNode:
        """A word as the name of a member or a block."""
        self.skip()
        start, word = self.at, self.word()
        if not word:
            raise NotHcl(start)
        return ScalarNode(word, *self.mark(start))

    def block(self, key: ScalarNode) -> MappingNode:
        """The content of a block, which stands where its type does; each label as a map around it."""
        labels: list[ScalarNode] = []
        while self.sign() != "{":
            labels.append(self.label())
        self.expect("{")
        self.opened(apart=True)
        value = self.body(key.line, key.column)
        self.closed("}")
        for label in reversed(labels):
            value = MappingNode([paired(label, value)], label.line, label.column)
        return value

    def label(self) -> ScalarNode:
        """A label in quotes, or as a word."""
        self.skip()
        start = self.at
        if self.text[start : start + 1] != '"':
            return self.named()
        self.quoted()
        return ScalarNode(self.text[start + 1 : self.at - 1], *self.mark(start))

    # ------------------------------------------------------------------ values

    def value(self) -> Node:
        """The value that comes next: lists and maps as such, all else as a scalar."""
        self.skip()
        start = self.at
        if self.text[start : start + 1] in ("[", "{"):
            found = self.sequence() if self.text[start] == "[" else self.mapping()
            if found is not None and self.sign() in ("", "}", "]", ","):
                return found
            self.at = start
        self.expression()
        return self.scalar(start)

    def scalar(self, start: int) -> ScalarNode:
        """What was read from here on, as Terraform's JSON form writes it."""
        typed, mark = self.text[start : self.at], self.mark(start)
        if typed.startswith('"') and self.is_one_text(start):
            return ScalarNode(unescaped(typed[1:-1]), *mark, style='"')
        if typed in ("true", "false", "null") or (typed.isascii() and typed.isdigit()):
            return ScalarNode(typed, *mark)
        return ScalarNode(f"${{{typed}}}", *mark)

    def is_one_text(self, start: int) -> bool:
        """Whether what was read is one quoted text and nothing else."""
        end, self.at = self.at, start
        self.quoted()
        is_one, self.at = self.at == end, end
        return is_one

    def sequence(self) -> SequenceNode | None:
        """A list; None where its items are worked out."""
        start = self.at
        self.at += 1
        self.opened(apart=False)
        parts: list[Node] = []
        if self.comprehension("]") is not None:
            return None
        while self.sign() != "]":
            parts.append(self.value())
            if not self.took(","):
                break
        self.closed("]")
        return SequenceNode(parts, *self.mark(start))

    def mapping(self) -> MappingNode | None:
        """A map; None where its members are worked out."""
        start = self.at
        self.at += 1
        self.opened(apart=False)
        if self.comprehension("}") is not None:
            return None
        self.apart[-1] = True
        found: list[Entry] = []
        self.lines()
        while self.sign() != "}":
            begin = self.at
            self.key()
            typed = self.text[begin : self.at].rstrip().rstrip("=:").strip()
            found.append(paired(ScalarNode(_key_text(typed), *self.mark(begin)), self.value()))
            self.between_pairs()
        self.closed("}")
        return MappingNode(found, *self.mark(start))


def _key_text(typed: str) -> str:
    """A key without its quotes; one in brackets is worked out."""
    if typed.startswith("(") or ("." in typed and not typed.startswith('"')):
        return f"${{{typed}}}"
    return typed.strip('"')
