"""What an expression of Terraform comes to, given what its names mean: known, or open where anything it needs is."""

from collections.abc import Callable
from fractions import Fraction
from typing import Protocol

from accord.sources._hcl_trees import (
    Call,
    Choice,
    Comprehension,
    Constant,
    Expression,
    Items,
    Member,
    Name,
    Operation,
    Pairs,
    Splat,
    Template,
)
from accord.sources._terraform_functions import called
from accord.sources._terraform_values import (
    Known,
    Many,
    Mapped,
    Named,
    Open,
    Plain,
    Value,
    asked,
    members_of,
    open_of,
    put_together,
    text_of,
    truth_of,
)

MOST_ITEMS = 2_000
"""Items of a list or a map that are worked out one by one."""


class Names(Protocol):
    """What paths mean where an expression stands."""

    def path(self, steps: "tuple[str, ...]", keys: "tuple[Value, ...]") -> Value:
        """The value of `a.b.c`, and of what is asked of it: `steps` are the plain names that it begins with, `keys` the rest."""
        ...


def worked_out(found: Expression, names: Names) -> Value:
    """The value of an expression."""
    return _WORKED_OUT[type(found)](found, names)


def _constant(found: Constant, names: Names) -> Value:
    return Known(found.value)


def _template(found: Template, names: Names) -> Value:
    if None in found.parts:
        return open_of(worked_out(part, names) for part in found.parts if part is not None)
    return put_together([worked_out(part, names) for part in found.parts if part is not None])


def _path(found: Name | Member, names: Names) -> Value:
    keys: list[Expression] = []
    at: Expression = found
    while isinstance(at, Member):
        keys.append(at.key)
        at = at.of
    keys.reverse()
    if not isinstance(at, Name):
        return asked(worked_out(at, names), [worked_out(key, names) for key in keys])
    steps = [at.name]
    for key in keys:
        if not isinstance(key, Constant) or not isinstance(key.value, str):
            break
        steps.append(key.value)
    return names.path(tuple(steps), tuple([worked_out(key, names) for key in keys[len(steps) - 1 :]]))


def _splat(found: Splat, names: Names) -> Value:
    value = worked_out(found.of, names)
    keys = [worked_out(key, names) for key in found.then]
    if isinstance(value, Many):
        return Many(tuple(asked(item, keys) for item in value.items))
    if isinstance(value, Known) and value.value is None:
        return Many(())
    return Many((asked(value, keys),)) if isinstance(value, Named) and value.is_set else open_of((value,))


def _operation(found: Operation, names: Names) -> Value:
    values = [worked_out(operand, names) for operand in found.operands]
    plain = [value.value for value in values if isinstance(value, Known)]
    if found.sign in ("&&", "||"):
        return _logic(found.sign == "&&", values)
    if found.sign in ("==", "!="):
        same = _is_same(*values)
        return open_of(values) if same is None else Known(same is (found.sign == "=="))
    if len(plain) < len(values):
        return open_of(values)
    try:
        return Known(_computed(found.sign, plain))
    except (ValueError, ZeroDivisionError):
        return Open()


def _logic(is_and: bool, values: list[Value]) -> Value:
    truths = [truth_of(value) for value in values]
    if (not is_and) in truths:
        return Known(not is_and)
    return open_of(values) if None in truths else Known(is_and)


def _is_same(one: Value, other: Value) -> bool | None:
    """Whether two values are equal; None where that cannot be told."""
    if isinstance(one, Known) and isinstance(other, Known):
        return type(one.value) is type(other.value) and one.value == other.value
    named, known = (one, other) if isinstance(one, Named) else (other, one)
    if isinstance(named, Named) and named.is_set and isinstance(known, Known) and known.value in (None, ""):
        return False
    whole, known = (one, other) if isinstance(one, Many | Mapped) else (other, one)
    if isinstance(whole, Many | Mapped) and isinstance(known, Known):
        return False
    return None


def _computed(sign: str, plain: list[Plain]) -> Plain:
    if sign == "!":
        truth = truth_of(Known(plain[0]))
        if truth is None:
            raise ValueError(sign)
        return not truth
    numbers = [_number(value) for value in plain]
    if len(numbers) == 1:
        return -numbers[0]
    return _COMPUTED[sign](numbers[0], numbers[1])


def _number(value: Plain) -> Fraction:
    if isinstance(value, Fraction):
        return value
    if isinstance(value, str) and len(value) < 40:
        return Fraction(value)
    raise ValueError(value)


_COMPUTED: dict[str, Callable[[Fraction, Fraction], Fraction | bool]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "/": lambda one, other: one / other,
    "%": lambda one, other: one % other,
    "<": lambda one, other: one < other,
    ">": lambda one, other: one > other,
    "<=": lambda one, other: one <= other,
    ">=": lambda one, other: one >= other,
}


def _choice(found: Choice, names: Names) -> Value:
    condition = worked_out(found.condition, names)
    truth = truth_of(condition)
    if truth is None:
        both = worked_out(found.yes, names), worked_out(found.no, names)
        return open_of((condition, *both))
    return worked_out(found.yes if truth else found.no, names)


def _items(found: Items, names: Names) -> Value:
    return Many(tuple(worked_out(item, names) for item in found.items))


def _pairs(found: Pairs, names: Names) -> Value:
    members: dict[str, Value] = {}
    for key, value in found.pairs:
        text = text_of(worked_out(key, names))
        if text is None:
            return open_of(worked_out(each, names) for pair in found.pairs for each in pair)
        members[text] = worked_out(value, names)
    return Mapped(members)


class Inside:
    """Names that hold in one place only, such as those of the item of a comprehension, and those around it."""

    def __init__(self, around: Names, own: dict[str, Value]) -> None:
        self.around, self.own = around, own

    def path(self, steps: tuple[str, ...], keys: tuple[Value, ...]) -> Value:
        """The value of a path that begins with a name of its own, or what it means around."""
        if steps[0] in self.own:
            return asked(self.own[steps[0]], (*(Known(step) for step in steps[1:]), *keys))
        return self.around.path(steps, keys)


def _comprehension(found: Comprehension, names: Names) -> Value:
    among = worked_out(found.among, names)
    each = members_of(among)
    if each is None or found.groups or len(each) > MOST_ITEMS:
        inside = Inside(names, {name: open_of((among,)) for name in found.names})
        parts = [part for part in (found.key, found.value, found.condition) if part is not None]
        return open_of((among, *(worked_out(part, inside) for part in parts)))
    made: list[tuple[Value, Value]] = []
    for key, value in each:
        own = dict(zip(found.names, (key, value) if len(found.names) == 2 else (value,), strict=True))
        inside = Inside(names, own)
        truth = truth_of(worked_out(found.condition, inside)) if found.condition is not None else True
        if truth is None:
            return open_of((among, worked_out(found.value, inside)))
        if truth:
            made.append((worked_out(found.key, inside) if found.key else Known(None), worked_out(found.value, inside)))
    if found.key is None:
        return Many(tuple(value for _, value in made))
    keys = [text_of(key) for key, _ in made]
    if None in keys:
        return open_of(value for _, value in made)
    return Mapped({str(key): value for key, (_, value) in zip(keys, made, strict=True)})


def _function(found: Call, names: Names) -> Value:
    values = [worked_out(each, names) for each in found.given]
    if found.spread:
        last = values.pop()
        if not isinstance(last, Many):
            return open_of((*values, last))
        values += last.items
    return called(found.name, values)


_WORKED_OUT: dict[type, Callable[..., Value]] = {
    Constant: _constant,
    Template: _template,
    Name: _path,
    Member: _path,
    Splat: _splat,
    Call: _function,
    Operation: _operation,
    Choice: _choice,
    Items: _items,
    Pairs: _pairs,
    Comprehension: _comprehension,
}
