"""Who somebody is in a review: a role at a party. No pseudonym and no name passes here."""

import re
from collections.abc import Iterable, Iterator

from msgspec.structs import asdict

from accord.cases.case import Case
from accord.cases.policy import Policy
from accord.review.ledger import Recorded
from accord.review.words import neutral

LAST = "the last resort"
SOMEBODY = "somebody"
HOLDER = "who holds it"
_OF_PEOPLE = ("by", "to", "person", "holder")


def role(person: str, policy: Policy, case: Case | None, at_ns: int) -> str:
    """What somebody is in this policy at this instant: on call of a party, a party itself, or who was brought in."""
    if not person:
        return ""
    if person in (policy.owner, policy.other):
        return person
    for number, level in enumerate(policy.levels, 1):
        if any(duty.person == person and duty.begins_ns <= at_ns < duty.ends_ns for duty in level.duty):
            return level_role(level.party, number)
    if person == policy.other_person or any(duty.person == person for duty in policy.other_duty):
        return f"on call of {policy.other or 'the other side'}"
    if case is not None and case.holder == person:
        return HOLDER
    if person == policy.last:
        return LAST
    return f"somebody whom {policy.owner or 'the owner'} brought in"


def level_role(party: str, number: int) -> str:
    """Who is asked at a level of the ladder, counted from 1."""
    return f"on call of {party} (level {number})"


def people_in(recorded: Recorded) -> frozenset[str]:
    """Every text of the ledger that stands for a person, and for no party."""
    people: set[str] = set()
    parties: set[str] = {"", "accord"}
    for row in recorded.rows:
        people.update(_people(row.policy))
        said = asdict(row.event)
        people.update(str(said[name]) for name in _OF_PEOPLE if said.get(name))
        parties.update(_parties(row.policy, row.after))
    return frozenset(people - parties)


def _people(policy: Policy) -> Iterator[str]:
    yield from (policy.last, policy.other_person, policy.held_by)
    yield from (duty.person for level in policy.levels for duty in level.duty)
    yield from (duty.person for duty in policy.other_duty)


def _parties(policy: Policy, case: Case | None) -> Iterator[str]:
    yield from (policy.owner, policy.other, *policy.other.split("+"))
    yield from (level.party for level in policy.levels)
    if case is not None:
        yield from (case.deviation.consumer, *case.deviation.consumer.split("+"), case.deviation.provider)


class Spoken:
    """Makes a text of the ledger fit to be shown: names become `somebody`, and words that blame are left out."""

    def __init__(self, names: Iterable[str]) -> None:
        known = sorted({" ".join(name.split()) for name in names if name.strip()}, key=len, reverse=True)
        self.names = tuple(known)
        self._any = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, known))})(?!\w)") if known else None

    def __call__(self, text: str) -> str:
        """The text without names; once more where one appears only when the others are gone."""
        flat = neutral(text)
        return self._any.sub(SOMEBODY, flat) if self._any else flat

    def has_name(self, text: str) -> str:
        """The first name that stands in a text; empty where none does."""
        found = self._any.search(text) if self._any else None
        return found[0] if found else ""
