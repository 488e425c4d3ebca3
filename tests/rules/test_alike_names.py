"""Boundaries whose sides name somebody are alike whoever is named: what a rule sees of it is whether anybody is, and is a party."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from accord.boundaries.join.system import Boundary, System
from accord.boundaries.people.ladder import references
from accord.check import joined, judged
from accord.model.fact import Fact
from accord.model.finding import Finding, Verdict
from accord.model.nothing import NONE
from accord.rules._catalogue import Rule, rules
from accord.sources._claims import read_text
from test_pages import AS_OF

NAMING = [rule for rule in rules() if rule.named]
EACH_BY_ITSELF = [replace(rule, alike=()) for rule in rules()]
WHO = (
    "",
    "none",
    "stranger-{0}",
    "s{0}",
    "s{next}",
    "desk",
    "desk/page",
    "team/fix",
    "stranger-{0}, s{0}",
    "nobody, desk",
)
"""Names in which {0} is the number of the service that speaks; a service and a desk are parties, strangers are none."""

Named = dict[str, str]
NAMES = st.fixed_dictionaries(
    {},
    optional={term: st.sampled_from(WHO) for term in ("detect.by", "recover.by", "recover.how", "detect.latency.by")},
)
WITHIN = st.fixed_dictionaries(
    {},
    optional={
        term: st.sampled_from(("1h", "2h", "none"))
        for term in ("detect.within", "recover.within", "detect.latency.within", "latency.max", "timeout.attempt")
    }
    | {"recover.from": st.sampled_from(("failure", "detection"))},
)
KIND = st.tuples(NAMES, WITHIN, NAMES, WITHIN, st.sampled_from(("", "detect", "recover")))


def nested(said: dict[str, Any], none: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for term, value in said.items():
        *above, last = term.split(".")
        inside = found
        for part in above:
            inside = inside.setdefault(part, {})
        inside[last] = value
    return found | ({none: "none"} if none else {})


def spelled(named: Named, number: int, count: int) -> dict[str, Any]:
    each = {term: who.format(number, next=(number + 1) % count) for term, who in named.items() if who}
    return {term: who.split(", ") if ", " in who else who for term, who in each.items()}


def ring(kinds: list[Any], chosen: list[int]) -> System:
    """Services that each call the next, every one of one of these kinds, and a desk."""
    texts = ["{party: desk, kind: rota, owner: team-desk, promises: {page: {acknowledge: 5m, hours: 24x7}}}"]
    for number, kind in enumerate(chosen):
        named, within, counted, waits, none = kinds[kind]
        promised, assumed = (
            nested(spelled(names, number, len(chosen)) | times, none if names is named else "")
            for names, times in ((named, within), (counted, waits))
        )
        following = f"s{(number + 1) % len(chosen)}/call"
        texts.append(
            json.dumps({"party": f"s{number}", "promises": {"call": promised}, "assumes": {following: assumed}})
        )
    read = [item for number, text in enumerate(texts) for item in read_text(text, ".", f"s{number}.yaml")]
    return joined([item for item in read if isinstance(item, Fact)], AS_OF)[0]


@settings(max_examples=300, deadline=None)
@given(st.tuples(KIND, KIND), st.lists(st.integers(0, 1), min_size=4, max_size=8))
def test_a_ring_is_told_the_same_as_each_by_itself_whoever_is_named(kinds: Any, chosen: list[int]) -> None:
    system = ring(list(kinds), chosen)
    assert judged(system, rules()) == judged(system, EACH_BY_ITSELF)
    for rule in NAMING:
        assert judged(system, [rule]) == judged(system, [replace(rule, alike=())])


# ---------------------------------------------------------------------- what is asked how often

ANSWERED = (
    {"detect.by": "stranger-{}", "recover.by": "s{}", "recover.how": "fix-{}"},
    {"detect.within": "1h", "recover.within": "2h", "latency.max": "1h"},
    {},
    {"timeout.attempt": "2h"},
    "",
)


def asked_of(judge: Callable[[Boundary], object], kinds: list[int], **more: Any) -> tuple[list[Finding], list[str]]:
    other = ({**ANSWERED[0], "recover.by": "stranger-{}"}, *ANSWERED[1:])
    asked: list[str] = []

    def ask(boundary: Boundary) -> list[Finding]:
        asked.append(boundary.subject)
        return [Finding(Verdict.NOTE, boundary.subject, (), *boundary.key)] if judge(boundary) else []

    rule = Rule("a/b", ("recover", "latency"), "", judge=ask, alike=("recover",), **more)
    return judged(ring([ANSWERED, other], kinds), [rule]), asked


NAMED: dict[str, Any] = {"named": ("recover.by", "recover.how")}
KNOWN: dict[str, Any] = {**NAMED, "known": ("recover.by",)}


@pytest.mark.parametrize("rule", NAMING, ids=lambda rule: rule.id)
def test_a_rule_that_asks_only_whether_somebody_is_named_is_asked_of_two_that_are_alike(rule: Rule) -> None:
    asked: list[str] = []
    judge = rule.judge
    assert judge is not None

    def ask(boundary: Boundary) -> list[Finding]:
        asked.append(boundary.subject)
        return list(judge(boundary))

    others = [replace(each, judge=ask if each is rule else each.judge) for each in rules()]
    judged(ring([ANSWERED], [0] * 30), others)
    assert len([about for about in asked if about != "desk/page"]) == 2


def test_who_is_named_is_told_to_nobody_who_does_not_ask_of_each() -> None:
    assert len(asked_of(lambda boundary: boundary.promised.value("recover.by") is NONE, [0] * 20, **NAMED)[1]) == 2
    assert len(asked_of(lambda boundary: boundary.promised.value("recover.by") is NONE, [0] * 20)[1]) == 20


LOOKING_FURTHER: list[Callable[[Fact], object]] = [
    lambda fact: fact.value == ("s1",),
    lambda fact: isinstance(fact.value, tuple),
    lambda fact: references(fact),
    lambda fact: list(fact.value),
    lambda fact: len(fact.value),
    lambda fact: bool(fact.value),
    lambda fact: "s1" in fact.value,
    lambda fact: {fact.value},
    lambda fact: fact.value[0],
    lambda fact: fact.text == "s1",
    lambda fact: f"{fact.text}",
    lambda fact: str(fact.text),
    lambda fact: fact.text.startswith("s"),
]


@pytest.mark.parametrize("look", LOOKING_FURTHER)
def test_whoever_looks_at_the_name_is_asked_of_each(look: Callable[[Fact], object]) -> None:
    def judge(boundary: Boundary) -> bool:
        named = boundary.promised.get("recover.by")
        return named is not None and look(named) is None

    assert len(asked_of(judge, [0] * 20, **KNOWN)[1]) == 21


def is_a_strangers(boundary: Boundary) -> bool:
    named = boundary.promised.get("recover.by")
    return named is not None and boundary.system.are_strangers(named)


def test_parties_and_strangers_are_told_apart_where_a_rule_says_that_it_asks() -> None:
    kinds = [0, 0, 0, 1, 1, 0, 1, 0]
    for more in (NAMED, KNOWN, {}):
        assert len(asked_of(is_a_strangers, kinds, **more)[0]) == 3
    assert len(asked_of(is_a_strangers, [0] * 20, **KNOWN)[1]) == 2
    assert len(asked_of(is_a_strangers, [0] * 20, **NAMED)[1]) == 21


@pytest.mark.parametrize("rule", NAMING, ids=lambda rule: rule.id)
def test_of_whom_a_rule_asks_whether_they_are_parties_it_asks_whether_they_are_named(rule: Rule) -> None:
    assert set(rule.known) <= set(rule.named)
    assert {term.partition(".")[0] for term in (*rule.named, *rule.alike)} <= set(rule.reads)
