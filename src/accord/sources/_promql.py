"""PromQL: what an expression selects, and which labels its result is meant to carry. promql-parser decides what is PromQL.

Labels follow the evaluation of Prometheus (promql/engine.go, resultMetric and aggregation): the innermost selection
brings whatever its series have; each operation around it keeps, adds or drops labels.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import cache, lru_cache
from string import ascii_letters, digits
from typing import Any

from msgspec import Struct

from accord.model.alerting import Expression, Selection
from accord.model.problem import Refused

EVERY_OTHER = "*"
"""Among the dropped labels: every label that is not carried."""

UNKNOWN = Expression(rest=True)
"""What is said of an expression that cannot be read here: any label may come along."""

_MARK = "accord__name_"
_VARYING = re.compile(
    r"(!?=\s*)(\"[^\"\\\n]+\"|'[^'\\\n]+')"  # a plain value of a label
    r"|(\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`[^`]*`|#[^\n]*)"  # any other text: stepped over
    r"|(?<![\w:.])([a-zA-Z_:][a-zA-Z0-9_:]*+)(?=[{\[])"  # the name of a series
)
_UNUSUAL = re.compile(r"['`#\\]")
_NUMBERED = re.compile(rf"{_MARK}\d+")
_VALUE = re.compile(r"[^\"'`#\\\n]+")
_BRACKET = re.compile(r"([{\[])")
_OF_NAMES = f"{ascii_letters}{digits}_:"
_KEYWORDS = frozenset(
    (
        *("and", "or", "unless", "atan2", "by", "without", "on", "ignoring", "group_left", "group_right"),
        *("offset", "bool", "start", "end", "inf", "nan"),
    )
)
_NAME = re.compile(rf"(?!(?i:{'|'.join(sorted(_KEYWORDS))})\Z)[a-zA-Z_:][a-zA-Z0-9_:]*")
_KEEPING = ("topk", "bottomk", "limitk", "limit_ratio")
_METRIC = "__name__"
_OLDER_FUNCTIONS = ("holt_winters",)  # renamed double_exponential_smoothing in Prometheus 3.0


class NewerFunction(Refused):
    """A function that this parser does not know; a newer Prometheus may."""


class _Labels(Struct, frozen=True, gc=False):
    """What is known of the labels of a result; with `only`, none but those carried."""

    carried: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()
    rest: bool = False
    only: bool = False
    produces: bool = True


_NONE = frozenset[str]()
_SERIES = _Labels()
_SCALAR = _Labels(only=True, produces=False)


@lru_cache(maxsize=1 << 16)
def parse_expression(text: str) -> Expression:
    """What the expression selects and carries. Raises Refused for what is no PromQL.

    Expressions that differ only in the names of series and in plain values of labels are parsed once: neither decides
    what is PromQL, nor which labels are carried.
    """
    if _MARK in text:
        return _of_shape(text)[0]
    quoted = text.rfind('"')
    alike = _met_with(text[quoted:] if quoted >= 0 else text[max(text.rfind("["), text.rfind("{")) :])
    names = alike[0].names(text) if alike else None
    if names is None:
        shape, names = _quickly_apart(text) or _apart(text)
        try:
            alike[:] = [_Shape(shape, names, *_of_shape(shape))]
        except Refused:
            return _of_shape(text)[0]  # refused as it was typed
    return alike[0].filled(names)


@lru_cache(maxsize=1 << 14)
def _met_with(_ending: str) -> "list[_Shape]":
    """The shape that was met last with this ending; none before the first."""
    return []


class _Shape:
    """An expression but for its names: the code before, between and behind them, and what it comes to.

    Of each name it is known which one before it was the same in the first expression of this shape, and so is likely to
    be in others: what was found right once need not be looked at again.
    """

    def __init__(self, shape: str, names: list[str], found: Expression, planned: "tuple[_Plan, ...]") -> None:
        self.found, self.planned = found, planned
        self.begins, *pieces = _NUMBERED.split(shape)
        kinds = [_VALUE if piece[0] == '"' else _NAME for piece in pieces]
        said = list(zip(kinds, names, strict=True))
        before = [said.index(one, 0, at) if one in said[:at] else -1 for at, one in enumerate(said)]
        self.pieces = [
            (piece, len(piece), kind.fullmatch, like) for piece, kind, like in zip(pieces, kinds, before, strict=True)
        ]
        self.is_plain = shape.isascii() and not _UNUSUAL.search(shape)

    def names(self, text: str) -> list[str] | None:
        """The names in a text that differs in nothing else; None where it does, or may do."""
        if not (self.is_plain and text.isascii() and text.startswith(self.begins)):
            return None
        names: list[str] = []
        at = len(self.begins)
        for piece, length, fits, like in self.pieces:
            end = text.find(piece, at)
            name = text[at:end]
            if end < 0 or ((like < 0 or name != names[like]) and not fits(name)):
                return None
            names.append(name)
            at = end + length
        return names if at == len(text) else None

    def filled(self, names: list[str]) -> Expression:
        """What an expression with these names comes to."""
        found = self.found
        if not names:
            return found
        selections = []
        for one, (metric, place), slots in self.planned:
            labels = tuple([(label, value if at < 0 else names[at]) for label, (value, at) in slots])
            metric = metric if place < 0 else names[place]
            selections.append(Selection(metric, labels, one.window, one.offset, one.within))
        return Expression(tuple(selections), found.carried, found.dropped, found.rest, found.produces)


def _quickly_apart(text: str) -> tuple[str, list[str]] | None:
    """The same as `_apart`; None where the text is not ASCII, or has quotes other than pairs of ", escapes or comments."""
    parts = text.split('"')
    if len(parts) % 2 == 0 or not text.isascii() or _UNUSUAL.search(text):
        return None
    names: list[str] = []
    for at, part in enumerate(parts):
        if at % 2 == 0:
            if "{" in part or "[" in part:
                parts[at] = _without_names(part, names)
        elif part and "\n" not in part and parts[at - 1].rstrip()[-1:] == "=":
            parts[at] = f"{_MARK}{len(names)}"
            names.append(part)
    return '"'.join(parts), names


def _without_names(code: str, names: list[str]) -> str:
    """Code between two texts, with a mark in the place of each name of a series."""
    pieces = _BRACKET.split(code)
    for at in range(0, len(pieces) - 1, 2):
        before = pieces[at].rstrip(_OF_NAMES)
        name = pieces[at][len(before) :]
        if name and not name[0].isdigit() and before[-1:] != "." and name.lower() not in _KEYWORDS:
            pieces[at] = f"{before}{_MARK}{len(names)}"
            names.append(name)
    return "".join(pieces)


def _apart(text: str) -> tuple[str, list[str]]:
    """The text with a mark in the place of each name and value, and what stood there."""
    parts = _VARYING.split(text)
    names: list[str] = []
    for at in range(1, len(parts), 5):
        sign, value, other, metric = parts[at : at + 4]
        if value is not None:
            parts[at : at + 4] = sign, f'"{_MARK}{len(names)}"', "", ""
            names.append(value[1:-1])
        elif metric is None or metric.lower() in _KEYWORDS:
            parts[at : at + 4] = other or metric, "", "", ""
        else:
            parts[at : at + 4] = f"{_MARK}{len(names)}", "", "", ""
            names.append(metric)
    return "".join(parts), names


_Slot = tuple[str, int]
"""A text, or the number of the name that stands in its place, -1 where none does."""
_Plan = tuple[Selection, _Slot, tuple[tuple[str, _Slot], ...]]


def _planned(one: Selection) -> _Plan:
    """A selection with its metric and its labels, and which of them a name fills."""
    return one, _slot(one.metric), tuple((label, _slot(value)) for label, value in one.labels)


def _slot(text: str) -> _Slot:
    return text, int(text[len(_MARK) :]) if text.startswith(_MARK) else -1


@lru_cache(maxsize=1 << 14)
def _of_shape(text: str) -> tuple[Expression, tuple[_Plan, ...]]:
    reader = _Expression()
    try:
        labels = reader.labels(_parser().parse(text))
    except ValueError as error:
        if isinstance(error, Refused):
            raise
        reason = " ".join(str(error).split())
        raise (NewerFunction if "unknown function" in reason else Refused)(reason) from None
    dropped = (*sorted(labels.dropped), EVERY_OTHER) if labels.only else tuple(sorted(labels.dropped))
    found = Expression(
        tuple(reader.selections),
        tuple(sorted(labels.carried)),
        dropped,
        labels.rest and not labels.only,
        labels.produces,
    )
    return found, tuple(map(_planned, found.selections))


@cache
def _parser() -> Any:
    import promql_parser  # imported late: most checks read no PromQL

    value = promql_parser.ValueType
    for name in _OLDER_FUNCTIONS:
        try:
            arguments = [value.Matrix, value.Scalar, value.Scalar]
            promql_parser.register_extra_functions([promql_parser.Function(name, arguments, value.Vector)])
        except ValueError:
            pass
    return promql_parser


class _Expression:
    """Walks one expression from the outside in, collecting its selections."""

    def __init__(self) -> None:
        self.selections: list[Selection] = []

    def labels(self, node: Any, within: str = "") -> _Labels:
        """The labels that the result of this part carries."""
        return _BY_TYPE[type(node).__name__](self, node, within)

    def selector(self, node: Any, within: str, window: timedelta | None = None) -> _Labels:
        """A plain selection: it carries nothing by name."""
        self.selections.append(_selection(node, within, window))
        return _SERIES

    def matrix(self, node: Any, within: str) -> _Labels:
        """A selection over a window."""
        return self.selector(node.vector_selector, within, node.range)

    def inner(self, node: Any, within: str) -> _Labels:
        """Brackets, a sign, or a window over an expression: the labels are those inside."""
        return self.labels(node.expr)

    def literal(self, node: Any, within: str) -> _Labels:
        """A number or a text."""
        return _SCALAR

    def aggregation(self, node: Any, within: str) -> _Labels:
        """One of sum, max, topk, ...: `by` keeps the labels it names, `without` all others, neither none."""
        inside = self.labels(node.expr)
        operation = str(node.op)
        if operation in _KEEPING:
            return inside
        named, without = _modified(node.modifier, "Without")
        added = frozenset((node.param.val,)) if operation == "count_values" else _NONE
        if without:
            return _Labels(
                (inside.carried - named) | added, (inside.dropped | named) - added, True, inside.only, inside.produces
            )
        possible = inside.carried if inside.only else named - inside.dropped
        return _Labels((named & possible) | added, only=True, produces=inside.produces)

    def call(self, node: Any, within: str) -> _Labels:
        """A function; most keep the labels of the series they are asked about."""
        name, arguments = node.func.name, node.args
        inside = [self.labels(argument, name) for argument in arguments]
        if name in ("absent", "absent_over_time"):
            fixed = frozenset(label for label, _ in self.selections[-1].labels) if self.selections else _NONE
            return _Labels(fixed, only=True, produces=False)
        if name in ("label_replace", "label_join"):
            target = frozenset((arguments[1].val,))
            series = inside[0]
            return _Labels(series.carried | target, series.dropped - target, series.rest, series.only, series.produces)
        if name == "info":
            return _Labels(inside[0].carried, rest=True)
        series = next((labels for labels in inside if labels is not _SCALAR), _SCALAR)
        if name.startswith("histogram_quantile"):
            return _without(series, frozenset(("le",)))
        return _SCALAR if name in ("scalar", "time", "vector", "pi") else series

    def binary(self, node: Any, within: str) -> _Labels:
        """Two sides: which one's labels the result has, and what `on`, `ignoring` and `group` say of them."""
        left, right = self.labels(node.lhs), self.labels(node.rhs)
        modifier = node.modifier
        operation = str(node.op)
        if operation in ("and", "unless"):
            return left
        if left is _SCALAR or right is _SCALAR:
            return right if left is _SCALAR else left
        if operation == "or":
            return _either(left, right)
        grouped = str(modifier.card) if modifier is not None else ""
        if grouped.endswith(("ManyToOne", "OneToMany")):
            return _grouped(*((left, right) if grouped.endswith("ManyToOne") else (right, left)), modifier)
        return _paired(left, right, modifier)


_Walk = Callable[[_Expression, Any, str], _Labels]
_BY_TYPE: dict[str, _Walk] = {
    "VectorSelector": _Expression.selector,
    "MatrixSelector": _Expression.matrix,
    "ParenExpr": _Expression.inner,
    "UnaryExpr": _Expression.inner,
    "SubqueryExpr": _Expression.inner,
    "NumberLiteral": _Expression.literal,
    "StringLiteral": _Expression.literal,
    "AggregateExpr": _Expression.aggregation,
    "Call": _Expression.call,
    "BinaryExpr": _Expression.binary,
}


_LITERAL = re.compile(r"[\w-]+", re.ASCII)
"""A pattern that only one text fits: itself, for patterns are anchored at both ends."""


def _selection(node: Any, within: str, window: timedelta | None) -> Selection:
    """One selection; `node.matchers` has those that are not the metric's name before the braces."""
    if node.matchers.or_matchers:
        raise Refused("`or` between matchers is no PromQL")
    fixed = []
    metric = node.name or ""
    for matcher in node.matchers.matchers:
        is_literal = str(matcher.op).endswith(".Re") and _LITERAL.fullmatch(matcher.value)
        if is_literal or str(matcher.op).endswith(".Equal"):
            if matcher.name == _METRIC:
                metric = matcher.value
            else:
                fixed.append((matcher.name, matcher.value))
    span = None if window is None else _nanoseconds(window)
    offset = 0 if node.offset is None else _nanoseconds(node.offset)
    return Selection(metric, tuple(fixed), span, offset, within if window is not None else "")


def _nanoseconds(span: timedelta) -> int:
    return ((span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds) * 1_000


def _modified(modifier: Any, excluding: str) -> tuple[frozenset[str], bool]:
    """The labels that `by`, `without`, `on` or `ignoring` names, and whether it is the one that leaves them out."""
    if modifier is None:
        return _NONE, False
    return frozenset(modifier.labels), str(modifier.type).endswith(excluding)


def _without(labels: _Labels, names: frozenset[str]) -> _Labels:
    return _Labels(labels.carried - names, labels.dropped | names, labels.rest, labels.only, labels.produces)


def _either(left: _Labels, right: _Labels) -> _Labels:
    """A result of one side or of the other."""
    carried = left.carried | right.carried
    dropped = (left.dropped if not left.only else right.dropped) & (right.dropped if not right.only else left.dropped)
    only, produces = left.only and right.only, left.produces or right.produces
    return _Labels(carried, dropped - carried, left.rest or right.rest, only, produces)


def _grouped(many: _Labels, one: _Labels, modifier: Any) -> _Labels:
    """Many to one: every label of the many, and those that `group_left` or `group_right` takes from the one."""
    matched, ignoring = _modified(modifier.matching, "Exclude")
    taken = frozenset(modifier.group_labels or ())
    named = taken if ignoring or many.only else taken | (matched - many.dropped)
    rest = many.rest or (ignoring and not many.only)
    return _Labels(many.carried | named, many.dropped - named, rest, many.only, many.produces)


def _paired(left: _Labels, right: _Labels, modifier: Any) -> _Labels:
    """One to one: both sides agree in every label of the result, and `on` keeps those that it names only."""
    matching = modifier.matching if modifier is not None else None
    named, ignoring = _modified(matching, "Exclude")
    produces = left.produces or right.produces
    if matching is not None and not ignoring:
        possible = named & left.carried if left.only else named - left.dropped
        return _Labels(possible, only=True, produces=produces)
    if ignoring:
        return _without(left, named)
    carried = left.carried | right.carried
    only = left.only or right.only
    return _Labels(carried, (left.dropped | right.dropped) - carried, left.rest and right.rest, only, produces)
