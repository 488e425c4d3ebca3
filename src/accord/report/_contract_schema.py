"""The JSON Schema of accord.yaml for editors, made from the table of keys.

It takes everything the language takes and refuses unknown keys; of a value it shows the form, the reader decides.
"""

from collections.abc import Callable, Iterable
from typing import Any

from accord.sources import contract_keys as keys
from accord.sources.contract_keys import Key

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string", "minLength": 1}
_SCALAR: Schema = {"type": ["string", "number"], "minLength": 1}
_NOTHING: Schema = {"enum": [None, "", "unknown"]}
"""What stands for a map that says nothing."""

_NAME = "^[^ /]+$"
_REFERENCE = "^[^ /]+(/[^ /]+)?$"
_FORMS = {
    "duration": (r"^([0-9]+(\.[0-9]+)?(ns|us|ms|min|s|m|h|d|w))+$", "a duration such as 300ms, 2.5s, 1h30m or 4d"),
    "range": (r"^[^ ]+$", "a duration, or a range first..longest such as 1s..30s"),
    "percent": (r"^[0-9]+(\.[0-9]+)?%$", "a percentage such as 99.9%"),
    "date": (r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "a day such as 2027-03-31"),
    "rate": (r"/", "a rate such as 300/s or 40GB/30d"),
    "amount": ("", "a count, size, duration, rate or word: 200, 64KiB, 8h, 300/s each, EUR"),
    "quantity": ("^[0-9]", "a count, size, duration or rate: 200, 64KiB, 8h, 300/s"),
    "count": ("^[0-9]+$", "a count"),
    "hours": (" |^24x7$", "24x7, or a window such as Mon-Fri 09:00-18:00 Europe/Berlin, or an exception"),
    "instant": (" ", "a time of day such as daily 06:00 Europe/Berlin"),
    "address": (" ", "an address such as POST /charges, rpc pkg.Service/Method, topic NAME or tcp 443"),
    "name": (_NAME, "a name without spaces"),
    "reference": (_REFERENCE, "party or party/operation"),
    "reference or anyone": (_REFERENCE, "party or party/operation, or anyone"),
    "text": ("", "text"),
    "reference or prose": ("", "party/operation, or a sentence"),
    "never or after duration": ("^(never$|after )", "never, or a pause such as after 1s"),
}
_NUMBERS = ("amount", "quantity", "count", "name", "reference", "reference or anyone", "text", "reference or prose")
"""Forms that a bare number has too, as editors read it: a name may be 42."""

_REFUSED = {
    "name": "^(none|unknown|any|anyone)$",
    "reference": "^(none|any|anyone)(/|$)|^unknown/|/(none|unknown|anyone)$",
    "reference or anyone": "^(none|any)(/|$)|^(unknown|anyone)/|/(none|unknown|anyone)$",
}
"""The reserved words that look like a form and are none; `none` is refused by every form, for a key may add it."""


def contract_schema() -> Schema:
    """The schema of one document: one party speaking."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "accord.yaml: one party, what it promises and what it counts on",
        **_map(keys.PARTY_KEYS.values()),
        "definitions": {
            "promised": _or_nothing(_map(keys.PROMISE_KEYS.values())),
            "assumed": _or_nothing(_map(keys.ASSUME_KEYS.values())),
            "detection": _map(keys.DETECT),
            "detection-of-a-term": _or_nothing({"$ref": "#/definitions/detection"}),
            **{_definition(grammar): _form(grammar) for grammar in _FORMS},
        },
    }


def _definition(grammar: str) -> str:
    return grammar.replace(" ", "-")


def _form(grammar: str) -> Schema:
    pattern, says = _FORMS[grammar]
    bounds = {"pattern": f"{pattern}|^unknown$"} if pattern else {}
    refused = _not(_REFUSED.get(grammar, "^none$"))
    return {**(_SCALAR if grammar in _NUMBERS else _TEXT), **bounds, **refused, "description": says}


def _not(pattern: str) -> Schema:
    return {"not": {"type": "string", "pattern": pattern}}


def _map(members: Iterable[Key]) -> Schema:
    """A map of these keys and of those that begin with `x-`."""
    members = tuple(members)
    required = [key.name for key in members if key.required]
    return {
        "type": "object",
        "properties": {key.name: _described(key) for key in members},
        "patternProperties": {"^x-": {}},
        "additionalProperties": False,
        **({"required": required} if required else {}),
    }


def _named(value: Schema, form: str = _NAME, refused: str = _REFUSED["name"]) -> Schema:
    """A map whose keys are names that its author chose, or nothing."""
    names = {"pattern": form, **_not(refused)}
    return _or_nothing({"type": "object", "propertyNames": names, "additionalProperties": value})


def _or_nothing(shape: Schema) -> Schema:
    return {"anyOf": [_NOTHING, shape]}


def _described(key: Key) -> Schema:
    says = f"{key.says} (as in {key.follows})" if key.follows else key.says
    return {"description": says, **_SHAPES[key.shape](key)}


def _value(key: Key) -> Schema:
    """One scalar: an item, or the answer none where the key has it."""
    if key.grammar not in _FORMS:
        return {"enum": [*dict.fromkeys((*key.grammar.split(), *(("none",) if key.none else ()), "unknown"))]}
    return {"anyOf": [{"enum": ["none"]}, _item(key)]} if key.none else _item(key)


def _item(key: Key) -> Schema:
    """One scalar of a named form, as it may stand in a list."""
    form: Schema = {"allOf": [{"$ref": f"#/definitions/{_definition(key.grammar)}"}]}
    return {**form, "not": {"enum": ["unknown"]}} if key.required else form


def _words(key: Key) -> Schema:
    return {"anyOf": [_value(key), {"type": "array", "items": _item(key)}]}


def _group(key: Key) -> Schema:
    short = next(member for member in key.members if member.name == key.short)
    return {"anyOf": [_SHAPES[short.shape](short), _map(key.members)]}


def _latency(key: Key) -> Schema:
    bounds = {"max": _value(key)}
    if key.name == "latency":
        bounds["slow"] = {"enum": ["per-request", "per-attempt", "unknown"]}
    percentiles = {r"^p[0-9]{2}(\.[0-9]{1,4})?$": _value(key), "^x-": {}}
    bounds_of_all: Schema = {
        "type": "object",
        "properties": bounds,
        "patternProperties": percentiles,
        "additionalProperties": False,
    }
    return _or_word(_or_nothing(bounds_of_all), "none")


def _or_word(shape: Schema, *words: str) -> Schema:
    return {"anyOf": [{"enum": [*words]}, shape]}


def _detect(key: Key) -> Schema:
    terms = {name: {"$ref": "#/definitions/detection-of-a-term"} for name in keys.PROMISE_KEYS}
    by_term: Schema = {
        "type": "object",
        "properties": terms,
        "patternProperties": {"^x-": {}},
        "additionalProperties": False,
    }
    return {"anyOf": [_words(key.members[0]), {"$ref": "#/definitions/detection"}, by_term]}


def _idempotent(key: Key) -> Schema:
    return _or_word(_map(keys.IDEMPOTENT_PARTS), "always", "never", "unknown")


def _quantities(key: Key) -> Schema:
    return _named({"anyOf": [*_words(key)["anyOf"], _map(keys.GROWTH_PARTS)]})


def _needs(key: Key) -> Schema:
    together = {"anyOf": [_item(key), {"type": "array", "items": _item(key)}]}
    return {"anyOf": [_value(key), {"type": "array", "items": together}]}


def _errors(key: Key) -> Schema:
    return _or_word(_named(_or_nothing(_map(keys.ERROR_PARTS))), "none")


def _names(key: Key) -> Schema:
    return _named(_words(key))


def _source(key: Key) -> Schema:
    return {"anyOf": [_value(key), _map(key.members)]}


def _only(key: Key) -> Schema:
    """A scope; what is unknown in it would leave open where the document holds."""
    conditions = _map(key.members)
    unknown = {"anyOf": [{"enum": ["unknown"]}, {"type": "array", "contains": {"enum": ["unknown"]}}]}
    for condition in conditions["properties"].values():
        condition["not"] = unknown
    return {"anyOf": [{"enum": [None, ""]}, conditions]}


def _list(key: Key) -> Schema:
    words = ("none", "unknown") if key.none else ("unknown",)
    return _or_word({"type": "array", "items": _map(key.members)}, *words)


_SHAPES: dict[str, Callable[[Key], Schema]] = {
    "scalar": _value,
    "words": _words,
    "group": _group,
    "latency": _latency,
    "detect": _detect,
    "hours": _words,
    "idempotent": _idempotent,
    "quantities": _quantities,
    "needs": _needs,
    "errors": _errors,
    "names": _names,
    "source": _source,
    "only": _only,
    "promises": lambda key: _named({"$ref": "#/definitions/promised"}, refused="^(none|unknown|anyone)$"),
    "assumes": lambda key: _named({"$ref": "#/definitions/assumed"}, _REFERENCE, f"{_REFUSED['reference']}|^unknown$"),
    "escalates": _list,
    "steps": _list,
}
