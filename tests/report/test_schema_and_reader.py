"""The schema of editors and the reader take the same documents: what one refuses by its form, so does the other."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from accord.model.problem import Problem
from accord.report._contract_schema import contract_schema
from accord.sources import contract_keys as keys
from accord.sources._claims import read_text
from accord.sources.contract_keys import Key

VALIDATOR = Draft7Validator(contract_schema())
GRAMMARS: dict[str, tuple[str, ...]] = {
    "duration": ("300ms", "1h30m"),
    "range": ("1s", "1s..30s"),
    "percent": ("99.9%",),
    "date": ("2027-03-31",),
    "rate": ("300/s", "40GB/30d"),
    "amount": ("200", "64KiB", "300/s each", "10 each", "EUR"),
    "quantity": ("200", "64KiB", "EUR"),
    "count": ("1",),
    "hours": ("24x7", "Mon-Fri 09:00-18:00 Europe/Berlin"),
    "instant": ("daily 06:00 UTC",),
    "address": ("POST /charges", "tcp 443"),
    "name": ("a", "x-ray", "none", "any"),
    "reference": ("b", "b/c", "b/any", "x-ray/scan", "any", "anyone", "b/none", "b/unknown"),
    "reference or anyone": ("b", "b/c", "anyone", "any", "anyone/c"),
    "text": ("word", "503"),
    "reference or prose": ("b/c", "a sentence of some words"),
    "never or after duration": ("never", "after 1s"),
}
NAMES = st.sampled_from(("x", "x-scan", "p99", "any", "unknown", "none", "two words", "a/b"))
CALLED = st.sampled_from(
    ("b", "b/c", "b/x-scan", "x-ray/c", "any/c", "b/any", "unknown", "b/unknown", "anyone", "a/b/c")
)
ODD: st.SearchStrategy[Any] = st.sampled_from(
    ("none", "unknown", "", None, [], {}, ["none"], ["unknown"], {"x-own": "1"}, {"odd": "1"}, [{}])
)


def scalars(key: Key) -> st.SearchStrategy[Any]:
    return st.sampled_from(GRAMMARS.get(key.grammar) or tuple(key.grammar.split()))


def some(members: tuple[Key, ...], least: int = 0) -> st.SearchStrategy[Any]:
    """A map of some of these keys, now and then with a key of the author's."""
    chosen = st.lists(st.sampled_from(members), min_size=least, max_size=3, unique_by=lambda key: key.name)
    entries = chosen.flatmap(lambda found: st.fixed_dictionaries({key.name: values(key) for key in found}))
    return entries | entries.map(lambda found: {**found, "x-own": ["1"]})


def named(names: st.SearchStrategy[str], value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.dictionaries(names, value | ODD, min_size=1, max_size=2)


def shaped(key: Key) -> st.SearchStrategy[Any]:
    one = scalars(key) if key.grammar in GRAMMARS or key.shape == "scalar" else st.just("word")
    listed = one | st.lists(one, min_size=1, max_size=2)
    bounds = st.dictionaries(st.sampled_from(("p99", "p99.9", "max", "p5", "x-own")), st.just("2s") | ODD, max_size=2)
    match key.shape:
        case "scalar":
            return one
        case "hours":
            return one | one.map(lambda window: [window])
        case "words" | "needs":
            return listed
        case "group":
            return some(key.members) | st.just("3s" if key.name == "timeout" else "b/c")
        case "detect":
            return some(key.members) | named(st.sampled_from(("latency", "over", "handles")), some(key.members))
        case "latency":
            return bounds
        case "idempotent":
            return some(keys.IDEMPOTENT_PARTS) | st.sampled_from(("always", "never"))
        case "quantities":
            return named(NAMES, listed | some(keys.GROWTH_PARTS))
        case "errors":
            return named(NAMES, some(keys.ERROR_PARTS))
        case "names":
            return named(NAMES, listed)
        case "source":
            return some(key.members) | one
        case "only":
            return some(key.members)
        case "promises":
            return named(NAMES, some(tuple(keys.PROMISE_KEYS.values())))
        case "assumes":
            return named(CALLED, some(tuple(keys.ASSUME_KEYS.values())))
    return st.lists(some(key.members, 1), max_size=2)


def values(key: Key) -> st.SearchStrategy[Any]:
    return shaped(key) | shaped(key) | ODD


DOCUMENTS = some(keys.PARTY[1:]).flatmap(
    lambda rest: st.sampled_from(("a", "a", "a", "unknown", "none", "", None, [])).map(
        lambda name: {"party": name, **rest} if name != [] else rest
    )
)


def written(value: Any) -> str:
    """The value as a flow of YAML; None is an empty value."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)}: {written(part)}" for name, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(written(part) for part in value) + "]"
    return "" if value is None else json.dumps(value)


def refused(document: Any) -> list[str]:
    """What the reader refuses; not what only the meaning of two values together forbids."""
    read = read_text(written(document), "r", "accord.yaml")
    together = ("is before from", "beside attempts above 1", "is the same as", "already has its home")
    return [
        found.reason
        for found in read
        if isinstance(found, Problem) and not any(words in found.reason for words in together)
    ]


def agree(document: Any) -> None:
    by_schema = [
        f"{'/'.join(map(str, each.absolute_path))}: {each.message}" for each in VALIDATOR.iter_errors(document)
    ]
    by_reader = refused(document)
    assert bool(by_schema) == bool(by_reader), (written(document), by_schema, by_reader)


@settings(max_examples=400, deadline=None)
@given(DOCUMENTS)
def test_a_document_is_taken_by_both_or_by_neither(document: Any) -> None:
    agree(document)


@pytest.mark.parametrize("key", [*keys.PARTY_KEYS.values()], ids=lambda key: key.name)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_key_of_a_party_is_taken_by_both_or_by_neither(key: Key, data: st.DataObject) -> None:
    agree({"party": "a", key.name: data.draw(values(key))})


@pytest.mark.parametrize("name", sorted({*keys.PROMISE_KEYS, *keys.ASSUME_KEYS}))
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_term_is_taken_by_both_or_by_neither(name: str, data: st.DataObject) -> None:
    if name in keys.PROMISE_KEYS:
        agree({"party": "a", "promises": {"x": {name: data.draw(values(keys.PROMISE_KEYS[name]))}}})
    else:
        agree({"party": "a", "assumes": {"b/c": {name: data.draw(values(keys.ASSUME_KEYS[name]))}}})


@pytest.mark.parametrize("name", sorted({*keys.PROMISE_KEYS, *keys.ASSUME_KEYS}))
@pytest.mark.parametrize("value", [None, "", "unknown", "none", {}, [], {"x-own": 1}])
def test_what_says_nothing_is_taken_by_both_or_by_neither(name: str, value: Any) -> None:
    side, called, table = (
        ("promises", "x", keys.PROMISE_KEYS) if name in keys.PROMISE_KEYS else ("assumes", "b/c", keys.ASSUME_KEYS)
    )
    agree({"party": "a", side: {called: {name: value}}})
    if value == "unknown":
        assert refused({"party": "a", side: {called: {name: value}}}) == []
    for member in table[name].members:
        agree({"party": "a", side: {called: {name: {member.name: value}}}})
