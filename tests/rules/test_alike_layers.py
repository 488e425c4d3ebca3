"""Where several layers speak of one term, in several places, boundaries are alike only where the same of them comes first."""

from typing import Any
from zlib import crc32

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from accord.boundaries.join.side import Side
from accord.boundaries.join.system import Boundary, System
from accord.check import joined, judged
from accord.model.fact import ANY, Fact, Layer, Scope, Stance
from accord.model.finding import Finding, Verdict
from accord.model.place import Place
from accord.rules._catalogue import Rule, rules
from test_pages import AS_OF

EACH_BY_ITSELF = [replace(rule, alike=()) for rule in rules()]
SECOND = 1_000_000_000
VALUES: dict[str, tuple[Any, ...]] = {
    "timeout.attempt": (SECOND, 4 * SECOND),
    "timeout.request": (2 * SECOND, 9 * SECOND),
    "attempts": (1, 3),
    "latency.max": (3 * SECOND, 5 * SECOND),
    "killed_after": (2 * SECOND, 6 * SECOND),
}
FAMILIES = tuple(sorted({term.partition(".")[0] for term in VALUES}))
CONDITIONS: tuple[Scope, ...] = ((), (), (("env", ("production",)),), (("version:{}", ("v1",)),))
LAYERS = (Layer.CODE, Layer.SIDECAR, Layer.GATEWAY, Layer.SERVER, Layer.PLATFORM)
FILES = ("a.yaml", "b.yaml", "z.yaml")


class Said(Struct, frozen=True):
    """What a layer says of a term: the caller's own, what is in front of every caller, or the provider's."""

    term: str
    value: int
    layer: Layer
    who: str
    stance: Stance
    source: str
    version: str
    operation: str
    condition: int


class Spot(Struct, frozen=True):
    """Where a statement stands in the files of a service."""

    root: str
    file: str
    line: int


SAID = st.builds(
    Said,
    st.sampled_from(sorted(VALUES)),
    st.integers(0, 1),
    st.sampled_from(LAYERS),
    st.sampled_from(["own", "every", "provider"]),
    st.sampled_from([Stance.ASSUMES, Stance.DEFAULT]),
    st.sampled_from(["contract", "istio", "nginx"]),
    st.sampled_from(["", "1.0 and later"]),
    st.sampled_from(["call", "call", ANY]),
    st.integers(0, len(CONDITIONS) - 1),
)
SPOT = st.builds(Spot, st.sampled_from([".", ".", "other"]), st.sampled_from(FILES), st.integers(1, 4))


@st.composite
def nearly_the_same(draw: st.DrawFn) -> list[list[Said]]:
    """What services of two kinds say, which differ in one part of one statement."""
    every = draw(st.lists(SAID, min_size=2, max_size=8))
    at, part = draw(st.integers(0, len(every) - 1)), draw(st.sampled_from(Said.__struct_fields__))
    other = replace(every[at], **{part: getattr(draw(SAID), part)})
    return [every, [*every[:at], other, *every[at + 1 :]]]


ORDER = st.lists(SPOT, min_size=8, max_size=8)


def fact_of(said: Said, spot: Spot, number: int, count: int) -> Fact:
    caller, provider = f"s{(number - 1) % count}", f"s{number}"
    scope = tuple((name.format(provider), values) for name, values in CONDITIONS[said.condition])
    value = VALUES[said.term][said.value]
    if said.who == "provider":
        sides = provider, Stance.PROMISES if said.stance is Stance.ASSUMES else said.stance, ""
    elif said.who == "own":
        sides = caller, said.stance, caller
    else:
        sides = said.source, Stance.ASSUMES, ""
    place = Place(spot.root, spot.file, 10 * number + spot.line, 1)
    named = (*sides, provider, said.operation, said.term, value, f"{value}ns")
    return Fact(*named, place, said.layer, scope, said.source, said.version)


def landscape(kinds: list[list[Said]], orders: list[list[Spot]], chosen: list[tuple[int, int]]) -> System:
    """Services that each call the next, and of which each says what one of several kinds says, in one of several orders."""
    facts: list[Fact] = []
    for number, (kind, order) in enumerate(chosen):
        spots = zip(kinds[kind], orders[order], strict=False)
        facts += [fact_of(said, spot, number, len(chosen)) for said, spot in spots]
    return joined(facts, AS_OF)[0]


def seen(side: Side, consumer: str) -> list[object]:
    """All that may be seen of a side where names and places are not: which facts hold, outermost first, and in which order they stand."""
    return [
        (
            term,
            [(fact.text, fact.value, fact.layer, fact.stance, fact.source, fact.version) for fact in facts],
            [fact.says == consumer for fact in facts],
            [sorted(each.place for each in facts).index(fact.place) for fact in facts],
            [sorted(each.place.spot for each in facts).index(fact.place.spot) for fact in facts],
        )
        for term, facts in sorted(side.terms.items())
        if term.partition(".")[0] in FAMILIES
    ]


def half_of_all(boundary: Boundary) -> list[Finding]:
    """Finds something in half of all boundaries that do not look the same."""
    shown = [seen(side, boundary.consumer) for side in (boundary.assumed, boundary.promised)]
    is_found = crc32(repr(shown).encode()) % 2
    return [Finding(Verdict.NOTE, f"{boundary.subject}: {shown}", (), *boundary.key)] if is_found else []


@settings(max_examples=400, deadline=None)
@given(
    nearly_the_same(),
    st.lists(ORDER, min_size=2, max_size=2),
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=4, max_size=8),
)
def test_no_boundary_is_taken_for_another_in_which_other_words_hold(
    both: list[list[Said]], orders: list[list[Spot]], chosen: list[tuple[int, int]]
) -> None:
    system = landscape(both, orders, chosen)
    rule = Rule("a/b", FAMILIES, "", judge=half_of_all, alike=FAMILIES)
    assert judged(system, [rule]) == judged(system, [replace(rule, alike=())])
    assert judged(system, rules()) == judged(system, EACH_BY_ITSELF)


def test_which_layer_is_asked_first_is_told_of_both_sides() -> None:
    both = [
        Said("timeout.attempt", number, Layer.CODE, "own", Stance.ASSUMES, "contract", "", "call", 0)
        for number in (0, 1)
    ]
    orders = [[Spot(".", "a.yaml", 1), Spot(".", "b.yaml", 1)], [Spot(".", "b.yaml", 1), Spot(".", "a.yaml", 1)]]

    def waits_longer(boundary: Boundary) -> list[Finding]:
        found = boundary.assumed.value("timeout.attempt") == VALUES["timeout.attempt"][1]
        return [Finding(Verdict.NOTE, boundary.subject, (), *boundary.key)] if found else []

    system = landscape([both], orders, [(0, order) for order in (0, 0, 0, 1, 0, 1, 0)])
    rule = Rule("a/b", ("timeout",), "", judge=waits_longer, alike=("timeout",))
    assert len(judged(system, [rule])) == 2
