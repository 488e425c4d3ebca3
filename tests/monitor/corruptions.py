"""Corruptions of one field of one step, and when one of them leaves a witness as true as it was."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from msgspec.structs import replace

from accord.model.fact import Fact
from accord.model.witness import Step, Witness

Labels = tuple[tuple[str, str], ...]

KINDS = ("time", "party", "place", "order", "value")
HARDER = ("labels", "another fact", "about", "attempt")
_MILLISECOND = 1_000_000
_SHIFTS = (
    1,
    -1,
    _MILLISECOND,
    -_MILLISECOND,
    1000 * _MILLISECOND,
    -1000 * _MILLISECOND,
    3_600_000 * _MILLISECOND,
    -3_600_000 * _MILLISECOND,
)


def corruptions(witness: Witness) -> Iterator[tuple[str, int, Witness]]:
    """Every corruption: its kind, the step it touches, and the witness that it makes."""
    for place, step in enumerate(witness.steps):
        for kind, changed in _changed(witness, step):
            if changed != step:
                yield kind, place, _with(witness, place, changed)
    for one, other in combinations(range(len(witness.steps)), 2):
        steps = list(witness.steps)
        steps[one], steps[other] = steps[other], steps[one]
        yield "order", one, replace(witness, steps=tuple(steps))
    for place, labels in _changed_labels(witness.labels):
        yield "labels", place, replace(witness, labels=labels)


def _changed_labels(labels: Labels) -> Iterator[tuple[int, Labels]]:
    """One label with another value, one that is not there, one twice, and one more."""
    for place, (name, value) in enumerate(labels):
        before, after = labels[:place], labels[place + 1 :]
        yield place, (*before, (name, value + "x"), *after)
        yield place, (*before, (name, ""), *after)
        yield place, (*before, *after)
        yield place, (*before, (name, value), (name, value), *after)
        yield place, tuple(sorted((*before, (name + "x", value), *after)))
        yield place, (*before, (name, value), (name + "x", value), *after)


def _with(witness: Witness, place: int, step: Step) -> Witness:
    return replace(witness, steps=(*witness.steps[:place], step, *witness.steps[place + 1 :]))


def _changed(witness: Witness, step: Step) -> Iterator[tuple[str, Step]]:
    for shift in _SHIFTS:
        yield "time", replace(step, at=step.at + shift)
    for party in sorted({"", *(other.party for other in witness.steps)}):
        yield "party", replace(step, party=party)
    for about in sorted({other.about for other in witness.steps if other.about}):
        yield "about", replace(step, about=about)
    for attempt in (step.attempt + 1, step.attempt - 1):
        yield "attempt", replace(step, attempt=attempt)
    if step.fact is not None:
        for kind, fact in _changed_fact(step.fact):
            yield kind, replace(step, fact=fact)
        for other in witness.steps:
            if other.fact is not None:
                yield "another fact", replace(step, fact=other.fact)


def _changed_fact(fact: Fact) -> Iterator[tuple[str, Fact]]:
    place = fact.place
    yield "place", replace(fact, place=replace(place, line=place.line + 1))
    yield "place", replace(fact, place=replace(place, line=1 if place.line > 1 else 99))
    yield "place", replace(fact, place=replace(place, file="other/" + place.file))
    value: Any = fact.value
    for changed in (value + 1, value * 2) if isinstance(value, int) else (("another",), 7):
        yield "value", replace(fact, value=changed)


# ---------------------------------------------------------------------- as true as before


def is_as_true(kind: str, place: int, before: Witness, after: Witness) -> bool:
    """Whether a corruption of this kind leaves a story in which the same things happen, told in another order.

    Argued without the monitor: two steps at one instant may change places where neither rests on the other, nor on
    anything told between them. What was stated holds from the beginning, so its place in the story says nothing, except
    in a chain of statements. When something was due is a date, on which only what it counts from bears.
    A label that the rule leaves open may be another, or none.
    """
    if kind == "labels":
        return dict(before.labels).keys() - _open(before) == dict(after.labels).keys() - _open(before) and all(
            dict(before.labels).get(name) == value for name, value in after.labels if name not in _open(before)
        )
    if kind != "order":
        return False
    moved = next(
        other for other in range(len(before.steps) - 1, place, -1) if before.steps[other] != after.steps[other]
    )
    between = before.steps[place : moved + 1]
    if len({step.at for step in between}) > 1:
        return False
    first, last = between[0], between[-1]
    chained = before.breaks == "repair-stands-apart"
    rests = [_rests(first, step, chained) for step in between[1:]] + [
        _rests(step, last, chained) for step in between[:-1]
    ]
    return not any(rests)


def _open(witness: Witness) -> set[str]:
    """The labels that are worked out when an alert fires."""
    facts = {*witness.expects, *(step.fact for step in witness.steps if step.fact)}
    templates = {fact.term.partition(".")[2] for fact in facts if fact.term.startswith("label.") and "{{" in fact.value}
    read = [fact.value for fact in facts if fact.term == "alert.expression"]
    fixed = {name for value in read for selection in value.selections for name, _ in selection.labels}
    return templates | fixed | {name for value in read for name in value.carried}


def _rests(earlier: Step, later: Step, chained: bool) -> bool:
    if "concludes" in (earlier.act, later.act):
        return True
    if "states" in (earlier.act, later.act):
        return chained and earlier.act == later.act
    if later.act == "due":
        return earlier.act in ("breaks", "detects", "acknowledges")
    if earlier.act == "due":
        return False
    if "away" in (earlier.act, later.act):
        return False
    return bool(_touched(earlier) & _touched(later)) or _is_carrying(earlier) or _is_carrying(later)


def _touched(step: Step) -> set[str]:
    return {step.party, step.about.partition("/")[0]}


def _is_carrying(step: Step) -> bool:
    return step.act in (
        "breaks",
        "detects",
        "pages",
        "acknowledges",
        "arrives",
        "works",
        "recovers",
        "multiplies",
        "loads",
    )
