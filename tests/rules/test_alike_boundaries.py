"""Boundaries that are alike are judged once: never with another result than each by itself, whatever they are called."""

import json
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from accord.boundaries.join.system import Boundary
from accord.check import joined, judged
from accord.model.contract_values import Needs, Rung, WorkStep
from accord.model.fact import Fact
from accord.model.finding import Finding, Verdict
from accord.model.place import Place
from accord.model.subject import operation_of, provider_of
from accord.rules._catalogue import Rule, rules
from accord.rules._shapes import _order
from accord.sources._claims import read_text
from landscapes import ASSUMED, PROMISED, UNORDERED, as_files, facts_of, random_landscape
from test_pages import AS_OF, read_blocks, sections

COPIES = 4
EACH_BY_ITSELF = [replace(rule, alike=()) for rule in rules()]
DECLARED = [rule for rule in rules() if rule.alike]


def of_pages() -> list[list[Fact]]:
    return [read_blocks(blocks)[0] for rule in DECLARED for _, blocks in sections(rule.page)]


def at_random(count: int) -> list[list[Fact]]:
    random = Random(20261127)
    return [facts_of(as_files(random_landscape(random))) for _ in range(count)]


def renamed(facts: Sequence[Fact], copy: int, random: Random) -> list[Fact]:
    """The same facts of other parties, at other places."""
    names = {name for fact in facts for name in (fact.says, fact.consumer, fact.provider) if ":" not in name} - {""}

    def of(text: str) -> str:
        party, operation = provider_of(text), operation_of(text)
        if party not in names:
            return text
        return f"{chr(122 - copy)}-{party}/{operation}" if operation else f"{chr(122 - copy)}-{party}"

    return [
        replace(
            fact,
            says=of(fact.says),
            consumer=of(fact.consumer),
            provider=of(fact.provider),
            value=inside(fact.value, of),
            place=replace(fact.place, root=f"copy-{copy}", line=random.randrange(1, 1000)),
        )
        for fact in facts
    ]


def inside(value: Any, of: Any) -> Any:
    if isinstance(value, str):
        return of(value)
    if isinstance(value, Needs):
        return Needs(tuple(tuple(map(of, together)) for together in value.calls))
    if isinstance(value, Rung):
        return replace(value, to=of(value.to))
    if isinstance(value, WorkStep):
        return replace(value, by=of(value.by) if value.by else value.by, needs=tuple(map(of, value.needs)))
    return tuple(inside(part, of) for part in value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("facts", [*of_pages(), *at_random(60)])
def test_copies_under_other_names_are_told_the_same_as_each_by_itself(facts: list[Fact]) -> None:
    random = Random(3)
    system, _ = joined([fact for copy in range(COPIES) for fact in renamed(facts, copy, random)], AS_OF)
    assert judged(system, rules()) == judged(system, EACH_BY_ITSELF)


SIDES = {"promises": PROMISED | {"recover.from": ("failure", "detection")}, "assumes": ASSUMED | UNORDERED}
Kind = dict[str, dict[str, Any]]


@st.composite
def kinds(draw: st.DrawFn) -> list[Kind]:
    """Two kinds of a service that say something about the same terms, most often not the same."""
    terms = {
        heading: draw(st.lists(st.sampled_from(sorted(known)), min_size=1, max_size=4, unique=True))
        for heading, known in SIDES.items()
    }
    return [
        {
            heading: {term: draw(st.sampled_from(SIDES[heading][term])) for term in named}
            for heading, named in terms.items()
        }
        for _ in range(2)
    ]


def ring(kinds: list[Kind], chosen: list[int]) -> list[Fact]:
    """Services that each call the next, every one of one of these kinds."""
    found: list[Fact] = []
    for number, kind in enumerate(chosen):
        said = {heading: nested(kinds[kind].get(heading, {})) for heading in ("promises", "assumes")}
        said["promises"].setdefault("detect", {})["by"] = f"slow-{number}"
        following = f"s{(number + 1) % len(chosen)}/call"
        document = {
            "party": f"s{number}",
            "promises": {"call": said["promises"]},
            "assumes": {following: said["assumes"]},
        }
        read = read_text(json.dumps(document), ".", f"s{number}.yaml")
        found += [item for item in read if isinstance(item, Fact)]
    return found


def nested(said: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for term, value in said.items():
        family, _, part = term.partition(".")
        if part:
            found.setdefault(family, {})[part] = value
        else:
            found[family] = value
    return found


@settings(max_examples=400, deadline=None)
@given(kinds(), st.lists(st.integers(0, 1), min_size=5, max_size=9))
def test_a_ring_of_two_kinds_is_told_the_same_as_each_by_itself(both: list[Kind], chosen: list[int]) -> None:
    system, _ = joined(ring(both, chosen), AS_OF)
    assert judged(system, DECLARED) == judged(system, [replace(rule, alike=()) for rule in DECLARED])


# ---------------------------------------------------------------------- what is asked how often

ALL_ALIKE = [{"promises": {"latency.max": "1s"}, "assumes": {"timeout.attempt": "2s"}}]


def asked_of(judge: Any, reads: tuple[str, ...] = ("timeout", "latency"), alike: bool = True) -> list[Finding]:
    system, _ = joined(ring(ALL_ALIKE, [0] * 40), AS_OF)
    return judged(system, [Rule("a/b", reads, "", judge=judge, alike=reads if alike else ())])


def test_a_rule_that_finds_nothing_is_asked_of_the_first_two_of_many_that_are_alike() -> None:
    asked: list[str] = []
    asked_of(lambda boundary: asked.append(boundary.subject) or ())
    assert len(asked) == 2
    asked_of(lambda boundary: asked.append(boundary.subject) or (), alike=False)
    assert len(asked) == 2 + 40


def test_a_rule_that_looks_further_is_asked_of_each() -> None:
    asked: list[str] = []

    def judge(boundary: Boundary) -> tuple[()]:
        boundary.system.party(boundary.provider)
        asked.append(boundary.subject)
        return ()

    asked_of(judge)
    assert len(asked) == 40


def test_a_rule_that_finds_something_finds_it_in_each() -> None:
    def judge(boundary: Boundary) -> tuple[Finding, ...]:
        return (Finding(Verdict.NOTE, boundary.subject, (), *boundary.key),)

    assert len({finding.subject for finding in asked_of(judge)}) == 40


def test_a_rule_that_is_asked_for_all_sees_no_more_than_it_reads() -> None:
    seen: list[set[str]] = []

    def judge(boundary: Boundary) -> tuple[()]:
        seen.append({*boundary.assumed.terms, *boundary.promised.terms})
        return ()

    asked_of(judge, reads=("timeout",))
    assert seen == [{"detect.by", "latency.max", "timeout.attempt"}, {"timeout.attempt"}]


class Counted(str):
    """The root of a place that counts how often it is held against another."""

    __slots__ = ()
    asked = 0

    def __eq__(self, other: object) -> bool:
        Counted.asked += 1
        return str.__eq__(self, other)  # type: ignore[no-any-return]

    __hash__ = str.__hash__


def test_the_order_of_places_is_told_without_holding_each_against_all() -> None:
    places = [Place(Counted("."), "a.yaml", number, 1) for number in (*range(200, 0, -1), 7)]
    assert _order(places) == [place.line - 1 for place in places]
    assert Counted.asked < 10 * len(places)
    assert _order([Place("b", "x", 1, 1), Place("a", "y", 1, 1), Place("a", "x", 1, 1)]) == [2, 1, 0, 0, 2, 0]
