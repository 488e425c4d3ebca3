"""Functions of Terraform that are worked out here: those that choose among values or put them together."""

from collections.abc import Callable, Iterator
from fractions import Fraction

import msgspec

from accord.sources._terraform_values import (
    Known,
    Many,
    Mapped,
    Named,
    Open,
    Partly,
    Value,
    open_of,
    paths_in,
    shown,
    text_of,
)

_LONGEST = 100_000


def called(name: str, given: list[Value]) -> Value:
    """What a function gives; open where it is not worked out here, or what it is given is not known."""
    function = _FUNCTIONS.get(name)
    try:
        found = function(*given) if function is not None else None
    except (TypeError, ValueError, IndexError, OverflowError):
        found = None
    return open_of(given) if found is None else found


def _coalesce(*given: Value) -> Value | None:
    for value in given:
        if isinstance(value, Known):
            if value.value in (None, ""):
                continue
            return value
        return value if isinstance(value, Many | Mapped) or (isinstance(value, Named) and value.is_set) else None
    return None


def _attempted(*given: Value) -> Value | None:
    """The first that is no error; whether one that is open is an error cannot be told."""
    first = given[0]
    return None if isinstance(first, Open | Partly) or (isinstance(first, Named) and not first.is_set) else first


def _lookup(among: Value, key: Value, otherwise: Value | None = None) -> Value | None:
    text = text_of(key)
    if not isinstance(among, Mapped) or text is None:
        return None
    return among.members.get(text, otherwise)


def _merged(*given: Value) -> Value | None:
    members: dict[str, Value] = {}
    for value in given:
        if isinstance(value, Known) and value.value is None:
            continue
        if not isinstance(value, Mapped):
            return None
        members |= value.members
    return Mapped(members)


def _joined(*given: Value) -> Value | None:
    items: list[Value] = []
    for value in given:
        if not isinstance(value, Many):
            return None
        items += value.items
    return Many(tuple(items))


def _same(value: Value) -> Value | None:
    return value


def _set(value: Value) -> Value | None:
    """A set of texts as a map of each to itself, as `each.key` and `each.value` see it."""
    if not isinstance(value, Many):
        return None
    texts = [text_of(item) for item in value.items]
    if None in texts:
        return None
    return Mapped({str(text): item for text, item in zip(texts, value.items, strict=True)})


def _number(value: Value) -> Value | None:
    if isinstance(value, Known) and isinstance(value.value, str):
        return Known(Fraction(value.value), value.at) if len(value.value) < 40 else None
    return value


def _text(value: Value) -> Value | None:
    text = text_of(value)
    return Known(text, value.at) if text is not None and isinstance(value, Known) else value


def _extreme(choose: Callable[..., Fraction]) -> Callable[..., Value | None]:
    def chosen(*given: Value) -> Value | None:
        numbers = [_number(value) for value in given]
        plain = [value.value for value in numbers if isinstance(value, Known) and isinstance(value.value, Fraction)]
        return Known(choose(plain)) if plain and len(plain) == len(given) else None

    return chosen


def _length(value: Value) -> Value | None:
    if isinstance(value, Many):
        return Known(Fraction(len(value.items)))
    if isinstance(value, Mapped):
        return Known(Fraction(len(value.members)))
    return Known(Fraction(len(value.value))) if isinstance(value, Known) and isinstance(value.value, str) else None


def _element(among: Value, at: Value) -> Value | None:
    if not isinstance(among, Many) or not isinstance(at, Known) or not isinstance(at.value, Fraction):
        return None
    return among.items[int(at.value) % len(among.items)] if among.items else None


def _one(among: Value) -> Value | None:
    if not isinstance(among, Many) or len(among.items) > 1:
        return None
    return among.items[0] if among.items else Known(None)


def _join(between: Value, among: Value) -> Value | None:
    """A text of several; of one alone it is that one."""
    if not isinstance(among, Many):
        return None
    if len(among.items) == 1:
        return among.items[0]
    texts, sign = [text_of(item) for item in among.items], text_of(between)
    known = [text for text in texts if text is not None]
    return Known(sign.join(known)) if sign is not None and len(known) == len(texts) else None


def _compact(among: Value) -> Value | None:
    if not isinstance(among, Many):
        return None
    is_plain = all(isinstance(item, Known) or (isinstance(item, Named) and item.is_set) for item in among.items)
    left = [item for item in among.items if not (isinstance(item, Known) and item.value in (None, ""))]
    return Many(tuple(left)) if is_plain else None


def _keys(value: Value) -> Value | None:
    return Many(tuple(map(Known, sorted(value.members)))) if isinstance(value, Mapped) else None


def _values(value: Value) -> Value | None:
    if not isinstance(value, Mapped):
        return None
    return Many(tuple(value.members[key] for key in sorted(value.members)))


def _flat(value: Value) -> Value | None:
    return Many(tuple(_flattened(value))) if isinstance(value, Many) and not _has_open_lists(value) else None


def _flattened(value: Value) -> Iterator[Value]:
    if isinstance(value, Many):
        for item in value.items:
            yield from _flattened(item)
    else:
        yield value


def _has_open_lists(value: Value) -> bool:
    return any(isinstance(item, Open | Named) for item in _flattened(value))


def _cased(change: Callable[[str], str]) -> Callable[[Value], Value | None]:
    def changed(value: Value) -> Value | None:
        text = text_of(value)
        return Known(change(text)) if text is not None else None

    return changed


def _contains(among: Value, wanted: Value) -> Value | None:
    text, each = text_of(wanted), among.items if isinstance(among, Many) else None
    if isinstance(among, Mapped):
        each = tuple(map(Known, among.members))
    texts = [text_of(item) for item in each or ()]
    return Known(text in texts) if text is not None and each is not None and None not in texts else None


def _json(value: Value) -> Value | None:
    """The text of JSON."""
    text = msgspec.json.encode(_jsonable(value)).decode()
    if len(text) > _LONGEST:
        return None
    paths = frozenset(paths_in(value))
    return Partly(text, paths) if paths or "${" in text else Known(text)


def _jsonable(value: Value) -> object:
    if isinstance(value, Many):
        return [_jsonable(item) for item in value.items]
    if isinstance(value, Mapped):
        return {key: _jsonable(item) for key, item in value.members.items()}
    if not isinstance(value, Known):
        return shown(value)
    plain = value.value
    return plain if not isinstance(plain, Fraction) else int(plain) if plain.denominator == 1 else float(plain)


_FUNCTIONS: dict[str, Callable[..., Value | None]] = {
    "coalesce": _coalesce,
    "try": _attempted,
    "lookup": _lookup,
    "merge": _merged,
    "concat": _joined,
    "tonumber": _number,
    "tostring": _text,
    "tobool": _same,
    "tolist": _same,
    "list": lambda *given: Many(given),
    "toset": _set,
    "tomap": _same,
    "sensitive": _same,
    "nonsensitive": _same,
    "max": _extreme(max),
    "min": _extreme(min),
    "length": _length,
    "element": _element,
    "one": _one,
    "join": _join,
    "compact": _compact,
    "keys": _keys,
    "values": _values,
    "flatten": _flat,
    "lower": _cased(str.lower),
    "upper": _cased(str.upper),
    "trimspace": _cased(str.strip),
    "contains": _contains,
    "jsonencode": _json,
}
