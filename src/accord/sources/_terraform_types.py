"""The type of a variable: how a value that is given becomes one of it, and what it has where nothing is given."""

from fractions import Fraction

from accord.model.place import Place
from accord.sources._hcl_trees import Call, Constant, Expression, Name, Pairs
from accord.sources._terraform_evaluation import Names, worked_out
from accord.sources._terraform_values import Known, Many, Mapped, Value, placed, text_of, truth_of


def converted(value: Value, kind: Expression | None, names: Names, at: Place) -> Value:
    """The value as one of a type; unchanged where the type asks for nothing that is known here."""
    if isinstance(kind, Name) and isinstance(value, Known) and value.value is not None:
        return _plain(value, kind.name)
    if not isinstance(kind, Call) or len(kind.given) != 1:
        return value
    of = kind.given[0]
    if kind.name == "object" and isinstance(of, Pairs) and isinstance(value, Mapped):
        return _object(value, of, names, at)
    if kind.name == "map" and isinstance(value, Mapped):
        members = {key: converted(item, of, names, at) for key, item in value.members.items()}
        return Mapped(members, value.at)
    if kind.name in ("list", "set") and isinstance(value, Many):
        return Many(tuple(converted(item, of, names, at) for item in value.items), value.at)
    return value


def _plain(value: Known, kind: str) -> Value:
    text = text_of(value) or ""
    if kind == "string":
        return Known(text, value.at)
    if kind == "bool":
        truth = truth_of(value)
        return Known(truth, value.at) if truth is not None else value
    if kind == "number" and isinstance(value.value, str):
        try:
            return Known(Fraction(text[:40]), value.at)
        except (ValueError, ZeroDivisionError):
            return value
    return value


def _object(value: Mapped, pairs: Pairs, names: Names, at: Place) -> Value:
    """The members that the type names; one that is optional has its default where it is absent or null."""
    members: dict[str, Value] = {}
    for key, kind in pairs.pairs:
        name = key.value if isinstance(key, Constant) else None
        if not isinstance(name, str):
            return value
        is_optional = isinstance(kind, Call) and kind.name == "optional" and kind.given
        inner = kind.given[0] if is_optional and isinstance(kind, Call) else kind
        given = value.members.get(name)
        if given is None and not is_optional:
            continue
        if (
            isinstance(kind, Call)
            and is_optional
            and (given is None or given == Known(None, getattr(given, "at", None)))
        ):
            default = worked_out(kind.given[1], names) if len(kind.given) > 1 else Known(None)
            given = placed(default, at)
        if given is not None:
            members[name] = converted(given, inner, names, at)
    return Mapped(members, value.at)
