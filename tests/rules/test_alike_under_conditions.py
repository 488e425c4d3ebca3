"""Where facts hold under conditions, what is known of boundaries that are alike is never another thing than what each view shows."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace
from test_alike_boundaries import Kind, kinds, ring

from accord.boundaries.join.in_front import only_calling_differs
from accord.boundaries.join.in_views import InViews
from accord.boundaries.join.system import Boundary, System
from accord.check import joined, judged, with_moves
from accord.model.fact import ANY, Fact, Layer, Scope, Stance
from accord.model.finding import Finding, Verdict
from accord.model.place import Place
from accord.rules._catalogue import Rule, rules
from test_pages import AS_OF

EACH_IN_EACH_VIEW = [replace(rule, alike=(), same_in_every_view=None) for rule in rules()]
WHATEVER_CHANGES = [replace(rule, values=None) for rule in rules()]

CONDITIONS: tuple[dict[str, tuple[str, ...]], ...] = (
    {},
    {"env": ("production",)},
    {"env": ("staging", "test")},
    {"version:{}": ("v1",)},
    {"version:{}": ("v2",)},
    {"requests:mesh/{}": ("path /a",)},
    {"requests:mesh/{}": ("path /b",), "version:{}": ("v1",)},
    {"env": ("production",), "requests:mesh/{}": ("path /a",)},
)
WAITING: dict[str, tuple[Any, ...]] = {
    "timeout.attempt": (1_000_000_000, 4_000_000_000),
    "timeout.request": (2_000_000_000, 9_000_000_000),
    "attempts": (1, 3),
    "retry_on": (("5xx",), ("reset", "timeout")),
    "detect.within": (60_000_000_000,),
}
CONDITION = st.integers(0, len(CONDITIONS) - 1)


class Said(Struct, frozen=True):
    """What a layer does in front of every caller of a service, under a condition that hangs on the kind of the service."""

    term: str
    value: Any
    conditions: tuple[int, int]
    operation: str = "call"


SAID = st.sampled_from(sorted(WAITING)).flatmap(
    lambda term: st.builds(
        Said,
        st.just(term),
        st.sampled_from(WAITING[term]),
        st.tuples(CONDITION, CONDITION),
        st.sampled_from(["call", ANY]),
    )
)
Conditions = dict[str, int]
CONDITIONS_OF_TERMS = st.dictionaries(
    st.sampled_from(["latency.max", "attempts", "retry_on", "timeout.attempt", "accepts.rate", "errors.busy"]),
    CONDITION,
    max_size=2,
)


def scope_of(condition: int, provider: str) -> Scope:
    return tuple(sorted((name.format(provider), values) for name, values in CONDITIONS[condition].items()))


def under_conditions(facts: list[Fact], conditions: Conditions) -> list[Fact]:
    return [
        replace(fact, scope=scope_of(conditions[fact.term], fact.provider)) if fact.term in conditions else fact
        for fact in facts
    ]


def in_front(number: int, kind: int, said: list[Said]) -> list[Fact]:
    provider = f"s{number}"
    return [
        Fact(
            *("istio", Stance.ASSUMES, "", provider, each.operation, each.term, each.value, f"{each.value}"),
            Place(".", "mesh.yaml", 10 * number + line, 1),
            Layer.SIDECAR,
            scope_of(each.conditions[kind], provider),
            "istio",
        )
        for line, each in enumerate(said)
    ]


def landscape(both: list[Kind], chosen: list[int], conditions: Conditions, said: list[Said]) -> System:
    facts = under_conditions(ring(both, chosen), conditions)
    facts += [fact for number, kind in enumerate(chosen) for fact in in_front(number, kind, said)]
    return joined(facts, AS_OF)[0]


@settings(max_examples=250, deadline=None)
@given(kinds(), st.lists(st.integers(0, 1), min_size=4, max_size=6), CONDITIONS_OF_TERMS, st.lists(SAID, max_size=4))
def test_a_ring_under_conditions_is_told_the_same_as_each_in_each_view(
    both: list[Kind], chosen: list[int], conditions: Conditions, said: list[Said]
) -> None:
    system = landscape(both, chosen, conditions, said)
    findings = judged(system, rules())
    assert findings == judged(system, EACH_IN_EACH_VIEW)
    assert with_moves(system, findings, rules()) == with_moves(system, findings, WHATEVER_CHANGES)


# ---------------------------------------------------------------------- what is asked how often

WAITS: list[Kind] = [{"promises": {"latency.max": "1s"}, "assumes": {"timeout.attempt": "2s"}}]
ROUTED = [Said("timeout.attempt", 4_000_000_000, (5, 5)), Said("attempts", 3, (5, 5))]


def asked_of(judge: Any, said: list[Said], conditions: Conditions, **more: Any) -> list[Finding]:
    reads = ("timeout", "attempts", "latency")
    return judged(landscape(WAITS, [0] * 20, conditions, said), [Rule("a/b", reads, "", judge=judge, **more)])


def test_a_rule_that_finds_nothing_is_asked_of_the_views_of_the_first_and_of_all_that_the_second_can_be() -> None:
    asked: list[Boundary] = []
    asked_of(lambda boundary: asked.append(boundary) or (), ROUTED, {}, alike=("timeout", "attempts", "latency"))
    assert len(asked) == 2 + 2
    asked.clear()
    asked_of(lambda boundary: asked.append(boundary) or (), ROUTED, {})
    assert len(asked) == 2 * 20


def both_hold(boundary: Boundary) -> list[Finding]:
    timeout, attempts = (boundary.assumed.all(term)[-1:] for term in ("timeout.attempt", "attempts"))
    waits = [fact for fact in (*timeout, *attempts) if fact.layer is Layer.SIDECAR]
    return [Finding(Verdict.NOTE, boundary.subject, (), *boundary.key)] if len(waits) == 2 else []


def told_of(kinds_of: list[int], said: list[Said], judge: Any) -> int:
    reads = ("timeout", "attempts", "latency")
    system = landscape(WAITS * 2, kinds_of, {}, said)
    return len(judged(system, [Rule("a/b", reads, "", judge=judge, alike=reads)]))


def test_conditions_that_meet_are_not_those_that_never_do() -> None:
    apart = [Said("timeout.attempt", 1, (5, 5)), Said("attempts", 3, (6, 5))]
    assert told_of([0, 0, 0, 1, 1, 1], apart, both_hold) == 3
    assert told_of([0] * 6, apart, both_hold) == 0
    other = Said("timeout.request", 9_000_000_000, (5, 6))
    assert told_of([0, 0, 0, 1, 1, 1], [*apart, other], both_hold) == 3
    inside = [Said("timeout.attempt", 1, (1, 1)), Said("attempts", 3, (2, 7))]
    assert told_of([0, 0, 0, 1, 1, 1], inside, both_hold) == 3


def test_which_of_two_stands_first_tells_boundaries_apart() -> None:
    def first_is_in_front(boundary: Boundary) -> list[Finding]:
        first = min(boundary.assumed.all("timeout.attempt"), key=lambda fact: fact.place.spot)
        return [Finding(Verdict.NOTE, boundary.subject, (), *boundary.key)] if first.layer is Layer.SIDECAR else []

    facts = ring(WAITS, [0] * 12)
    for number in range(12):
        fact = in_front(number, 0, [Said("timeout.attempt", 1, (0, 0))])[0]
        facts.append(fact if number > 6 else replace(fact, place=replace(fact.place, file="z.yaml")))
    rule = Rule("a/b", ("timeout",), "", judge=first_is_in_front, alike=("timeout",))
    assert len(judged(joined(facts, AS_OF)[0], [rule])) == 5


def test_a_rule_to_which_only_calling_differs_is_asked_once_of_each() -> None:
    asked: list[Boundary] = []
    asked_of(lambda boundary: asked.append(boundary) or (), ROUTED, {}, same_in_every_view=only_calling_differs)
    assert [boundary.view for boundary in asked] == [{}] * 20


def is_only_calling(said: list[Said], conditions: Conditions) -> bool:
    system = landscape(WAITS, [0] * 3, conditions, said)
    return all(only_calling_differs(InViews(system, key)) for key in system.keys)


def test_more_than_calling_differs_where_anything_else_is_said_under_the_same_condition() -> None:
    assert is_only_calling(ROUTED, {})
    assert not is_only_calling([*ROUTED, Said("detect.within", 60_000_000_000, (5, 5))], {})
    assert not is_only_calling(ROUTED, {"latency.max": 5})
    assert not is_only_calling(ROUTED, {"timeout.attempt": 5})
    assert not is_only_calling([Said("attempts", 3, (1, 1))], {})
