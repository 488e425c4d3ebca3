"""The JSON Schema of accord.yaml for editors, made from the table of keys.

It takes everything the language takes and refuses unknown keys; of a value it shows the form, the reader decides.
"""

from collections.abc import Callable, Iterable
from typing import Any

from accord.sources import contract_keys as keys
from accord.sources.contract_keys import Key

Schema = dict[str, Any]

_SCALAR: Schema = {"type": ["string", "number"]}
_NOTHING: Schema = {"type": "null"}
_OPEN = ("none", "unknown")

_FORMS = {
    "duration": (r"^([0-9]+(\.[0-9]+)?(ns|us|ms|min|s|m|h|d|w))+$", "a duration such as 300ms, 2.5s, 1h30m or 4d"),
    "range": (r"^[^ ]+$", "a duration, or a range first..longest such as 1s..30s"),
    "percent": (r"^[0-9]+(\.[0-9]+)?%$", "a percentage such as 99.9%"),
    "date": (r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "a day such as 2027-03-31"),
    "rate": (r"/", "a rate such as 300/s or 40GB/30d"),
    "amount": ("", "a count, size, duration, rate or word: 200, 64KiB, 8h, 300/s each, EUR"),
    "count": ("^[0-9]+$", "a count"),
    "hours": ("", "24x7, or a window such as Mon-Fri 09:00-18:00 Europe/Berlin, or an exception"),
    "instant": ("", "a time of day such as daily 06:00 Europe/Berlin"),
    "address": (" ", "an address such as POST /charges, rpc pkg.Service/Method, topic NAME or tcp 443"),
    "name": ("^[^ /]+$", "a name without spaces"),
    "reference": ("^[^ /]+(/[^ /]+)?$", "party or party/operation"),
    "text": ("", "text"),
    "reference or prose": ("", "party/operation, or a sentence"),
    "never or after duration": ("^(never$|after )", "never, or a pause such as after 1s"),
}


def contract_schema() -> Schema:
    """The schema of one document: one party speaking."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "accord.yaml: one party, what it promises and what it counts on",
        **_closed(keys.PARTY_KEYS.values()),
        "type": "object",
        "required": ["party"],
        "definitions": {
            "promised": _closed(keys.PROMISE_KEYS.values()),
            "assumed": _closed(keys.ASSUME_KEYS.values()),
            "detection": _closed(keys.DETECT),
            **{_definition(grammar): _form(grammar) for grammar in _FORMS},
        },
    }


def _definition(grammar: str) -> str:
    return grammar.replace(" ", "-")


def _form(grammar: str) -> Schema:
    pattern, says = _FORMS[grammar]
    bounds = {"pattern": f"{pattern}|^(none|unknown)$"} if pattern else {}
    return {**_SCALAR, **bounds, "description": says}


def _closed(members: Iterable[Key]) -> Schema:
    """A map of these keys and of those that begin with `x-`."""
    properties = {key.name: _described(key) for key in members}
    return {
        "type": ["object", "null"],
        "properties": properties,
        "patternProperties": {"^x-": {}},
        "additionalProperties": False,
    }


def _open(value: Schema) -> Schema:
    """A map whose keys are names that its author chose."""
    return {"type": ["object", "null"], "patternProperties": {"^x-": {}}, "additionalProperties": value}


def _described(key: Key) -> Schema:
    says = f"{key.says} (as in {key.follows})" if key.follows else key.says
    return {"description": says, **_SHAPES[key.shape](key)}


def _value(key: Key) -> Schema:
    """One scalar: of a named form, or one of the words that the grammar lists."""
    if key.grammar in _FORMS:
        return {"allOf": [{"$ref": f"#/definitions/{_definition(key.grammar)}"}]}
    return {"enum": [*dict.fromkeys((*key.grammar.split(), *(_OPEN if key.none else ("unknown",))))]}


def _list_or_one(item: Schema) -> Schema:
    return {"anyOf": [item, {"type": "array", "items": item}]}


def _words(key: Key) -> Schema:
    return _list_or_one(_value(key))


def _group(key: Key) -> Schema:
    short = next(member for member in key.members if member.name == key.short)
    return {"anyOf": [_SHAPES[short.shape](short), _closed(key.members)]}


def _latency(key: Key) -> Schema:
    bounds = {"max": _value(key)}
    if key.name == "latency":
        bounds["slow"] = {"enum": ["per-request", "per-attempt", "unknown"]}
    percentiles = {r"^p[0-9]{2}(\.[0-9]{1,4})?$": _value(key), "^x-": {}}
    return _or_word(
        {
            "type": ["object", "null"],
            "properties": bounds,
            "patternProperties": percentiles,
            "additionalProperties": False,
        }
    )


def _or_word(shape: Schema, *words: str) -> Schema:
    return {"anyOf": [{"enum": [*(words or _OPEN)]}, shape]}


def _detect(key: Key) -> Schema:
    terms = {name: {"$ref": "#/definitions/detection"} for name in keys.PROMISE_KEYS}
    by_term = {"type": "object", "properties": terms, "patternProperties": {"^x-": {}}, "additionalProperties": False}
    return {"anyOf": [_words(key.members[0]), {"$ref": "#/definitions/detection"}, by_term]}


def _hours(key: Key) -> Schema:
    return _list_or_one(_value(key))


def _idempotent(key: Key) -> Schema:
    return _or_word(_closed(keys.IDEMPOTENT_PARTS), "always", "never", "unknown")


def _quantities(key: Key) -> Schema:
    return _open({"anyOf": [*_list_or_one(_value(key))["anyOf"], _closed(keys.GROWTH_PARTS)]})


def _needs(key: Key) -> Schema:
    return {"anyOf": [_value(key), {"type": "array", "items": _list_or_one(_value(key))}]}


def _errors(key: Key) -> Schema:
    return _or_word(_open(_closed(keys.ERROR_PARTS)))


def _names(key: Key) -> Schema:
    return _open(_list_or_one(_SCALAR))


def _source(key: Key) -> Schema:
    return {"anyOf": [_SCALAR, _closed(keys.SOURCE_PARTS)]}


def _steps(key: Key) -> Schema:
    return _or_word({"type": "array", "items": _closed(key.members)})


_SHAPES: dict[str, Callable[[Key], Schema]] = {
    "scalar": _value,
    "words": _words,
    "group": _group,
    "latency": _latency,
    "detect": _detect,
    "hours": _hours,
    "idempotent": _idempotent,
    "quantities": _quantities,
    "needs": _needs,
    "errors": _errors,
    "names": _names,
    "source": _source,
    "only": lambda key: _closed(key.members),
    "promises": lambda key: _open({"$ref": "#/definitions/promised"}),
    "assumes": lambda key: _open({"$ref": "#/definitions/assumed"}),
    "escalates": _steps,
    "steps": _steps,
}
