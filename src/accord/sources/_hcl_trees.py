"""What an expression of Terraform's language is made of, before anybody works it out."""

from fractions import Fraction

from msgspec import Struct


class Constant(Struct, frozen=True):
    """A plain text, number, truth or null."""

    value: str | Fraction | bool | None


class Template(Struct, frozen=True):
    """A text with values in it; a directive (`%{ if ... }`) is a part that is None."""

    parts: "tuple[Expression | None, ...]"


class Name(Struct, frozen=True):
    """The first word of a path."""

    name: str


class Member(Struct, frozen=True):
    """What a value has under a key: `.name` or `[key]`."""

    of: "Expression"
    key: "Expression"


class Splat(Struct, frozen=True):
    """The same member of each: `of[*].then.then`."""

    of: "Expression"
    then: "tuple[Expression, ...]"


class Call(Struct, frozen=True):
    """A function of some values; `spread` where the last one is all of a list."""

    name: str
    given: "tuple[Expression, ...]"
    spread: bool


class Operation(Struct, frozen=True):
    """One operator with its one or two operands."""

    sign: str
    operands: "tuple[Expression, ...]"


class Choice(Struct, frozen=True):
    """`condition ? yes : no`."""

    condition: "Expression"
    yes: "Expression"
    no: "Expression"


class Items(Struct, frozen=True):
    """`[a, b]`."""

    items: "tuple[Expression, ...]"


class Pairs(Struct, frozen=True):
    """`{ a = b }`; each key as an expression."""

    pairs: "tuple[tuple[Expression, Expression], ...]"


class Comprehension(Struct, frozen=True):
    """`[for a, b in c : value if condition]`, or with a key the same in braces; `groups` where it ends in `...`."""

    names: tuple[str, ...]
    among: "Expression"
    key: "Expression | None"
    value: "Expression"
    condition: "Expression | None"
    groups: bool


Expression = Constant | Template | Name | Member | Splat | Call | Operation | Choice | Items | Pairs | Comprehension
