"""Terraform's own language as located nodes: the same nodes that its JSON form gives, read by python-hcl2.

A block becomes a member that holds a list of maps; `resource "a" "b" {}` becomes three maps inside each other. What is no
plain value stands as Terraform's JSON form would have it, `${var.users}`; arithmetic of plain numbers is worked out.
"""

import ast
import operator
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from yaml.error import Mark
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from accord.model.place import Place
from accord.model.problem import Problem

LARGEST = 1_000_000
"""Characters; a larger file is no work of hands and takes long to read."""

_LONGEST_SUM = 200
_NONE: Any = None  # the place of a tag that is never acted on, and of a buffer that is not kept
_SUM = re.compile(r"[\d\s.+*/()-]+", re.ASCII)
_COMMENT = re.compile(r"(?://|#).*")
_OPERATORS: dict[type, Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def parsed(text: str, start: Place) -> MappingNode | Problem | None:
    """The body of the file as a map, a Problem where it is not HCL; None where the library that reads it is missing."""
    try:
        import hcl2
        from lark.exceptions import LarkError
    except ImportError:
        return None
    if len(text) > LARGEST:
        return Problem(
            start, f"{len(text):,} characters, and no more than {LARGEST:,} are read as Terraform", fatal=True
        )
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        tree = hcl2.parses(text if text.endswith("\n") else f"{text}\n")
        return _Body(text).body(tree.body)
    except LarkError as error:
        return _refused(error, start, text)
    except (RecursionError, ValueError, AttributeError, TypeError, KeyError, IndexError) as error:
        return Problem(start, f"cannot be read as Terraform ({type(error).__name__})", fatal=True)


def _refused(error: Any, start: Place, text: str) -> Problem:
    """The place of the first character or word that does not fit; the library counts both from 1."""
    lines = text.split("\n")
    line, column = getattr(error, "line", None), getattr(error, "column", None)
    if not isinstance(line, int) or not 1 <= line <= len(lines):
        return Problem(start, "not Terraform: the file ends too soon, or holds what is none", fatal=True)
    column = min(max(column or 1, 1), len(lines[line - 1]) + 1)
    return Problem(Place(start.root, start.file, line, column), "not Terraform: this does not fit here", fatal=True)


class _Body:
    """Turns the tree of the library into nodes; `text` is what it was parsed from."""

    def __init__(self, text: str) -> None:
        self.text = text

    def body(self, rule: Any) -> MappingNode:
        members: dict[str, tuple[Node, list[Node]]] = {}
        plain: list[tuple[Node, Node]] = []
        for child in _children(rule):
            kind = type(child).__name__
            if kind == "AttributeRule":
                plain.append((self.name(child.identifier), self.expression(child.expression)))
            elif kind == "BlockRule":
                key, value = self.block(child)
                members.setdefault(key.value, (key, []))[1].append(value)
        repeated = [
            (key, SequenceNode(_NONE, values, key.start_mark, key.end_mark)) for key, values in members.values()
        ]
        return MappingNode(_NONE, [*plain, *repeated], *self.marks(rule))

    def block(self, rule: Any) -> tuple[ScalarNode, MappingNode]:
        """The block's type and its content, each label as a map around it."""
        first, *labels = rule.labels
        value = self.body(rule.body)
        value.start_mark = self.marks(first)[0]
        for label in reversed(labels):
            value = MappingNode(_NONE, [(self.name(label), value)], *self.marks(label))
        return self.name(first), value

    def name(self, rule: Any) -> ScalarNode:
        start, end = self.marks(rule)
        return ScalarNode(_NONE, self.text[start.index : end.index].strip().strip('"'), start, end)

    def expression(self, rule: Any) -> Node:
        inner = _inner(rule)
        kind = type(inner).__name__
        if kind == "TupleRule":
            parts = [self.expression(part) for part in inner.elements]
            return SequenceNode(_NONE, parts, *self.marks(rule))
        if kind == "ObjectRule":
            pairs: list[tuple[Node, Node]] = [
                (self.name(part.key), self.expression(part.expression)) for part in inner.elements
            ]
            return MappingNode(_NONE, pairs, *self.marks(rule))
        return self.scalar(rule, kind)

    def scalar(self, rule: Any, kind: str) -> ScalarNode:
        start, end = self.marks(rule)
        typed = self.text[start.index : end.index].strip()
        if kind == "StringRule" and len(typed) > 1:
            return ScalarNode(_NONE, _unescaped(typed[1:-1]), start, end, style='"')
        if typed in ("true", "false", "null"):
            return ScalarNode(_NONE, typed, start, end)
        number = _worked_out(typed)
        return ScalarNode(_NONE, number if number is not None else f"${{{typed}}}", start, end)

    def marks(self, rule: Any) -> tuple[Mark, Mark]:
        meta = rule._meta
        line, column = getattr(meta, "line", 1) or 1, getattr(meta, "column", 1) or 1
        begin, end = getattr(meta, "start_pos", 0) or 0, getattr(meta, "end_pos", 0) or 0
        return (
            Mark(_NONE, begin, line - 1, column - 1, None, _NONE),
            Mark(_NONE, end, line - 1, column - 1, None, _NONE),
        )


def _children(rule: Any) -> Iterator[Any]:
    return (child for child in rule.children if child is not None)


def _inner(rule: Any) -> Any:
    """What stands inside an expression that is one term without brackets."""
    while type(rule).__name__ == "ExprTermRule" and not getattr(rule, "parentheses", False):
        rule = rule.expression
    return rule


def _unescaped(typed: str) -> str:
    """A quoted text without its escapes; what interpolates keeps its braces."""
    return typed.replace('\\"', '"').replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\").replace("$${", "{")


def _worked_out(typed: str) -> str | None:
    """The value of a sum or a product of plain numbers as text; None for anything else."""
    typed = _COMMENT.sub("", typed).strip()
    if len(typed) > _LONGEST_SUM or not _SUM.fullmatch(typed):
        return None
    try:
        value = _value(ast.parse(typed, mode="eval").body)
    except (SyntaxError, ValueError, ZeroDivisionError, RecursionError, OverflowError):
        return None
    return str(value) if value.denominator == 1 else str(float(value))


def _value(node: ast.expr) -> Fraction:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return Fraction(str(node.value))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_value(node.left), _value(node.right))
    raise ValueError(node)
