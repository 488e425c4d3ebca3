"""Quick answers are the answers that the long way gives: a repair in time, what lies behind a party, what is answered."""

from itertools import product

from accord.boundaries.join.memory import once, once_each
from accord.boundaries.join.system import System
from accord.boundaries.join.view import EVERY, View
from accord.boundaries.people.course import course, surely_in_time
from accord.boundaries.people.recovery import due, recovery
from accord.boundaries.reliance.dependence import behind, meets, shortest
from accord.boundaries.reliance.questions import answered, is_answered, says_none
from accord.check import joined
from accord.model.fact import Fact
from accord.model.subject import provider_of
from accord.rules._catalogue import rules
from accord.sources._claims import read_text
from test_pages import AS_OF, read_blocks, sections

REPAIR = """\
party: shop
promises:
  buy:
    detect: {{by: slow, within: {shown}}}
    recover: {{by: rota, within: {within}, how: fix, from: {since}}}
---
party: rota
promises: {{page: {{acknowledge: {answers}, hands_on: {able}, hours: {hours}}}}}
escalates: [{{after: {after}, to: others}}]
---
party: others
promises: {{page: {{acknowledge: 5m, hands_on: 5m, hours: 24x7}}}}
---
party: fix
steps: [{{do: restart, takes: {takes}}}]
"""


def read(text: str) -> System:
    return joined([item for item in read_text(text, ".", "accord.yaml") if isinstance(item, Fact)], AS_OF)[0]


def of_pages() -> list[System]:
    return [joined(read_blocks(blocks)[0], AS_OF)[0] for rule in rules() for _, blocks in sections(rule.page)]


def test_a_repair_that_is_surely_in_time_has_a_course_in_time_with_nothing_left_open() -> None:
    said = 0
    choices = product(
        ("2m", "unknown"),
        ("19m", "20m", "22m", "31m"),
        ("failure", "detection", "acknowledgement"),
        ("5m", "none", "unknown"),
        ("5m", "0s", "unknown"),
        ("24x7", "Mo-Fr 09:00-17:00 UTC", "unknown"),
        ("10m", "unknown"),
        ("10m", "unknown"),
    )
    for shown, within, since, answers, able, hours, after, takes in choices:
        system = read(
            REPAIR.format(
                shown=shown,
                within=within,
                since=since,
                answers=answers,
                able=able,
                hours=hours,
                after=after,
                takes=takes,
            )
        )
        told, owed = recovery(system, "shop", "buy", EVERY), due(system.promised("shop", "buy"), None)
        assert told is not None
        assert owed is not None
        if surely_in_time(told, owed):
            goes = course(told, owed, AS_OF)
            assert goes is None or (goes.ends <= goes.due and not goes.missing)
            said += 1
    assert said


def test_what_a_chain_reaches_lies_behind_its_start() -> None:
    chains = 0
    for system in of_pages():
        subjects = [f"{provider}/{operation}" for _, provider, operation in system.keys]
        for start, subject in product([*system.parties, *subjects], subjects):
            path = shortest(system, start, EVERY, lambda link, subject=subject: meets(link.target, subject))  # type: ignore[misc]
            if path is not None:
                assert provider_of(subject) in behind(system, start, EVERY)
                chains += 1
    assert chains


def test_an_operation_that_is_plainly_answered_has_nothing_left_to_ask() -> None:
    plain = 0
    for system in of_pages():
        for boundary in map(system.boundary, system.keys):
            if is_answered(boundary):
                given = answered(boundary)
                parts = (given.detect_by, given.detect_within, given.recover_by, given.recover_within)
                assert given.expected
                assert not any(part is None or says_none(part) for part in parts)
                plain += 1
    assert plain


def test_what_follows_from_a_system_is_worked_out_once_and_anew_for_another_and_in_a_view() -> None:
    made: list[tuple[object, ...]] = []

    @once
    def whole(system: System) -> int:
        made.append(("whole",))
        return len(system.facts)

    @once_each
    def part(system: System, party: str, view: View) -> str:
        made.append((party,))
        return party

    system = read("party: a\nassumes: {b/c: {timeout: 1s}}\n")
    assert (whole(system), whole(system), part(system, "a", EVERY), part(system, "a", EVERY)) == (1, 1, "a", "a")
    assert made == [("whole",), ("a",)]
    other = System(system.facts[1:])
    assert (whole(other), part(system, "b", EVERY)) == (0, "b")
    part(system, "a", {"env": "staging"})
    part(system, "a", {"env": "staging"})
    assert made[2:] == [("whole",), ("b",), ("a",), ("a",)]
