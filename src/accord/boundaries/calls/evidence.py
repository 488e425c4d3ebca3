"""Witnesses without a clock: what each party states, side by side, and what follows from it."""

from collections.abc import Iterable

from msgspec.structs import replace

from accord.model.fact import Fact, Stance
from accord.model.subject import provider_of
from accord.model.witness import Step, Witness

Saying = tuple[Fact, str]
"""A statement and the words for it that follow its speaker's name: (fact, "accepts at most 60/s")."""


def states(fact: Fact, does: str) -> Step:
    """The step in which the speaker of a fact says so."""
    return Step(0, fact.says, "states", does, fact, fact.subject)


def breaks(subject: str, does: str = "deviates from what it promised") -> Step:
    """The step in which the deviation of an operation begins."""
    return Step(0, provider_of(subject), "breaks", does, None, subject)


def concludes(does: str, about: str = "", at: int = 0) -> Step:
    """The last line: what the reader should take away."""
    return Step(at, "", "concludes", does, None, about)


def left_out(default: Fact, beside: Fact) -> Fact:
    """A default, where it was left out: beside another statement. A mesh's own stands at the first of its routes, of whatever view."""
    return replace(default, place=beside.place) if default.stance is Stance.DEFAULT else default


def side_by_side(
    expectation: str, sayings: Iterable[Saying], expects: Iterable[Fact], follows: str, broken: str = ""
) -> Witness:
    """The statements one after the other and what follows; `broken` is the operation that deviates first, if one does."""
    begins = (breaks(broken),) if broken else ()
    told = tuple(states(fact, does) for fact, does in sayings)
    return Witness((*begins, *told, concludes(follows, broken)), expectation, tuple(expects))
