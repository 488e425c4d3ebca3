"""Values of Terraform before anything is deployed, as far as the files say; what they do not say stays open.

A value that is known is a `Known`, `Many` or `Mapped` with the place where somebody wrote it. A path that only names
something, such as an attribute of a resource, is `Named`, spelled from the root of the configuration. All else is `Open`.
"""

from collections.abc import Iterable
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from accord.model.place import Place

ALWAYS_SET = frozenset(("arn", "id", "name", "url", "function_name", "invoke_arn", "qualified_arn"))
"""Attributes that a resource has once it is made."""

Plain = str | Fraction | bool | None


class Known(Struct, frozen=True):
    """A text, number, truth or null; `at` is where it was written, None for where it is used."""

    value: Plain
    at: Place | None = None


class Many(Struct, frozen=True):
    """A list."""

    items: "tuple[Value, ...]"
    at: Place | None = None


class Mapped(Struct, frozen=True):
    """A map."""

    members: "dict[str, Value]"
    at: Place | None = None


class Named(Struct, frozen=True):
    """What only a path says: `aws_sqs_queue.orders.arn`, `module.web.var.size`, `data.aws_region.current.name`.

    `is_set` where it is a resource that is made, or an attribute that it then has, and so no null.
    """

    path: str
    is_set: bool = False


class Partly(Struct, frozen=True):
    """A text of which a part is not known; that stands in it as it would in a template, `${aws_sqs_queue.orders.arn}`."""

    text: str
    of: frozenset[str] = frozenset()
    at: Place | None = None


class Open(Struct, frozen=True):
    """What cannot be told; the paths that it was to be made of."""

    of: frozenset[str] = frozenset()


Value = Known | Many | Mapped | Named | Partly | Open


def put_together(parts: Iterable[Value]) -> Value:
    """A text of these parts."""
    parts = list(parts)
    text = "".join(shown(part) for part in parts)
    is_known = all(text_of(part) is not None for part in parts)
    return Known(text) if is_known else Partly(text, open_of(parts).of)


def shown(value: Value) -> str:
    """A value inside a text; what is not known stands as it would in a template."""
    if isinstance(value, Named | Partly):
        return value.text if isinstance(value, Partly) else f"${{{value.path}}}"
    text = text_of(value)
    return text if text is not None else f"${{open({' '.join(sorted(paths_in(value)))})}}"


def asked(value: Value, keys: Iterable[Value]) -> Value:
    """What a value has under a key, and so on for each key."""
    for key in keys:
        value = _member(value, key)
    return value


def _member(value: Value, key: Value) -> Value:
    if isinstance(value, Named) and isinstance(key, Known):
        return Named(f"{value.path}{_written(key.value)}", value.is_set and key.value in ALWAYS_SET)
    if not isinstance(key, Known) or isinstance(value, Open | Partly):
        return open_of((value, key))
    if isinstance(value, Many) and isinstance(key.value, Fraction):
        at = int(key.value)
        return value.items[at] if 0 <= at < len(value.items) else open_of((value,))
    if isinstance(value, Mapped):
        found = value.members.get(str(text_of(key)))
        return found if found is not None else open_of((value,))
    return Open()


def _written(key: Plain) -> str:
    if isinstance(key, str) and key.replace("_", "a").replace("-", "a").isalnum() and not key[0].isdigit():
        return f".{key}"
    return f'["{key}"]' if isinstance(key, str) else f"[{key}]"


def members_of(value: Value) -> list[tuple[Value, Value]] | None:
    """The keys and values of a list or a map; None where they cannot be told."""
    if isinstance(value, Many):
        return [(Known(Fraction(number)), item) for number, item in enumerate(value.items)]
    if isinstance(value, Mapped):
        return [(Known(key), value.members[key]) for key in sorted(value.members)]
    return None


def text_of(value: Value) -> str | None:
    """A plain value as text; None for anything else, null too."""
    if not isinstance(value, Known) or value.value is None:
        return None
    if isinstance(value.value, bool):
        return "true" if value.value else "false"
    if isinstance(value.value, Fraction):
        whole = value.value.denominator == 1
        return str(value.value.numerator) if whole else str(float(value.value))
    return value.value


def truth_of(value: Value) -> bool | None:
    """Whether a value is true; None where that cannot be told."""
    text = text_of(value)
    return {"true": True, "false": False}.get(text) if text is not None else None


def open_of(values: Iterable[Value]) -> Open:
    """What cannot be told, made of these."""
    return Open(frozenset(path for value in values for path in paths_in(value)))


def paths_in(value: Value) -> Iterable[str]:
    """Every path that a value was or is to be made of."""
    if isinstance(value, Named):
        yield value.path
    elif isinstance(value, Open | Partly):
        yield from value.of
    elif isinstance(value, Many | Mapped):
        for item in value.items if isinstance(value, Many) else value.members.values():
            yield from paths_in(item)


def texts_in(value: Value) -> Iterable[str]:
    """Every text in a value."""
    if isinstance(value, Partly):
        yield value.text
    elif isinstance(value, Known) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, Many | Mapped):
        for item in value.items if isinstance(value, Many) else value.members.values():
            yield from texts_in(item)


def placed(value: Value, at: Place) -> Value:
    """The value as one that was written here, unless it was written elsewhere."""
    return value if isinstance(value, Named | Open) or value.at is not None else replace(value, at=at)
