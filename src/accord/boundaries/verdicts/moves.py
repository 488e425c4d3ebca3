"""Moves: what one side can change, re-checked on everything it touches before anybody is told."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cached_property, partial

from msgspec import Struct
from msgspec.structs import replace

from accord.boundaries.join.altered import Altered, is_alterable
from accord.boundaries.join.system import Key, System
from accord.boundaries.people.absence import promises_less
from accord.boundaries.reliance.neighbourhood import neighbourhood, touched
from accord.boundaries.verdicts.known import Known
from accord.boundaries.verdicts.pieces import Found, Spread, in_turn
from accord.model.fact import Fact, Stance
from accord.model.finding import Change, Finding, Move, Verdict
from accord.model.nothing import NONE
from accord.model.place import Place


class Changed(Struct, frozen=True):
    """What is different after some changes: of which terms, by their first segments, and whether no more than values are."""

    terms: frozenset[str]
    only_values: bool


Judge = Callable[[System, Sequence[Key], Changed], list[Finding]]
"""Judges some boundaries of a system by the rules to which these changes can make a difference."""
MOST_FOLLOWERS = 3
"""How many further parties a move may ask to move too before it is given up."""


MOST_FACTS = 250_000
"""How many facts may be judged again for all moves together; what comes after is not re-checked, so not offered."""


MANY = 400
"""Findings with moves from which on it pays to try them at the same time, if there is anybody to do it."""

_FIRST = 10
_PIECES = 64


class Trials:
    """Tries moves on what they touch, until so many facts were judged again that the rest would take too long.

    `findings` are what the system has as it is.
    """

    def __init__(self, system: System, judge: Judge, findings: Iterable[Finding], most_facts: int = MOST_FACTS) -> None:
        self.system, self.judge = system, judge
        self.known = Known(findings)
        self.left = self._most = most_facts
        self._files: dict[str, dict[str, list[Fact]]] = {}
        self._places: dict[tuple[str, str], dict[Place, list[Fact]]] = {}
        self._around: dict[tuple[Key, ...], _Around] = {}

    def of(self, findings: Sequence[Finding], spread: Spread = in_turn) -> list[Finding]:
        """The findings with the moves that settle them; `spread` may try those of many at the same time."""
        moving = [finding for finding in findings if finding.moves]
        if spread is in_turn or len(moving) < MANY:
            settled = iter(self._in_turn(moving))
        else:
            settled = iter(self._at_once(moving, spread))
        return [next(settled) if finding.moves else finding for finding in findings]

    def _in_turn(self, findings: Iterable[Finding]) -> list[Finding]:
        return [self.settled(finding) for finding in findings]

    def _at_once(self, findings: list[Finding], spread: Spread) -> list[Finding]:
        """The same: as many at once as, by the first ones, there is time for, and the rest in turn."""
        before = self.left
        settled = self._in_turn(findings[:_FIRST])
        each = (before - self.left) // _FIRST + 1
        last = min(len(findings), _FIRST + max(self.left, 0) // each)
        size = (last - _FIRST) // _PIECES + 1
        parts = [findings[at : min(at + size, last)] for at in range(_FIRST, last, size)]
        left = self.left
        for found in spread([partial(self._alone, part) for part in parts]) if parts else ():
            if found.weight >= left:
                break  # in turn, some of these would not have been tried
            left -= found.weight
            settled += found.findings
        self.left = left
        return settled + self._in_turn(findings[len(settled) :])

    def _alone(self, findings: list[Finding]) -> Found:
        """Some findings as if they were the only ones."""
        self.left = self._most
        return Found(tuple(self._in_turn(findings)), self._most - self.left)

    def settled(self, finding: Finding) -> Finding:
        """The finding with those of its moves that settle it and add no mismatch; one that others must follow says who.

        A move that can no longer be tried is left out, and counted.
        """
        moves: list[Move] = []
        untried = 0
        for move in finding.moves:
            try:
                checked = self._settled(finding, move)
            except _TooMuch:
                untried += 1
            else:
                moves += [checked] if checked else []
        return replace(finding, moves=tuple(moves), untried=untried)

    def _settled(self, finding: Finding, move: Move) -> Move | None:
        if not move.changes:
            return move
        changes = list(move.changes)
        followers: list[Move] = []
        for _ in range(MOST_FOLLOWERS + 1):
            new = self._tried(finding, changes)
            if new is None:
                return None
            if not new:
                return _told(move, changes, followers)
            follower = _follower(new[0], move)
            if follower is None:
                return None
            followers.append(follower)
            changes += follower.changes
        return None

    def _tried(self, finding: Finding, moved: list[Change]) -> list[Finding] | None:
        """The mismatches that the changes add, in order of fingerprint; None where they leave the finding.

        Raises _TooMuch where there is no time left to try them.
        """
        changes = self.wherever_stated(moved)
        if self.left <= 0:
            raise _TooMuch
        if any(promises_less(self.system, change) for change in changes):
            return None
        keys = touched(self.system, changes)
        around = self._around.get(keys)
        if around is None:
            around = self._around[keys] = _Around(neighbourhood(self.system, keys), self.system.as_of)
        self.left -= len(around.facts)
        changed = _changed(changes)
        after = self.judge(around.with_changes(changes, changed.only_values), keys, changed)
        if any(self.known.leaves(finding, each) for each in after):
            return None
        new = [each for each in after if each.verdict is Verdict.MISMATCH and not self.known.has(each)]
        if new:  # what is missing around a small part can make a mismatch too
            before = Known(self.judge(around.system, keys, changed))
            new = [each for each in new if not before.has(each)]
        return sorted(new, key=lambda each: each.fingerprint)

    def wherever_stated(self, changes: list[Change]) -> list[Change]:
        """The changes, of every fact that was read at the place of a changed one: a line holds for all it speaks of."""
        found = list(changes)
        given = {change.before for change in changes}
        for change in changes:
            if change.before is not None:
                same = self._read_with(change.before)
                others = [fact for fact in same if fact not in given and fact.value == change.before.value]
                found += [Change(fact, _changed_like(fact, change.after)) for fact in others]
        return found

    def _read_with(self, fact: Fact) -> list[Fact]:
        """The facts about the term of this one that were read at its place; what a file says is put together when it is first asked for."""
        name = (fact.term, fact.place.file)
        places = self._places.get(name)
        if places is None:
            places = self._places[name] = {}
            for beside in self._by_file(fact.term).get(fact.place.file, ()):
                places.setdefault(beside.place, []).append(beside)
        return places.get(fact.place, [])

    def _by_file(self, term: str) -> dict[str, list[Fact]]:
        known = self._files.get(term)
        if known is None:
            known = self._files[term] = {}
            for fact in self.system.about(term):
                if fact.stance is not Stance.DEFAULT:
                    known.setdefault(fact.place.file, []).append(fact)
        return known


class _Around:
    """The small system that moves which touch the same are tried on."""

    def __init__(self, facts: list[Fact], as_of: date) -> None:
        self.facts, self._as_of = facts, as_of

    @cached_property
    def system(self) -> System:
        """As it is."""
        return System(self.facts, self._as_of)

    def with_changes(self, changes: list[Change], only_values: bool) -> System:
        """As it would be; where no more than values change, what does not follow from them is not worked out again."""
        after = {change.before: change.after for change in changes if change.before and change.after}
        if only_values and all(map(is_alterable, after)):
            return Altered(self.system, after)
        return System(with_changes(self.facts, changes), self._as_of)


class _TooMuch(Exception):
    """Nothing can be tried any more."""


def _changed_like(fact: Fact, after: Fact | None) -> Fact | None:
    return None if after is None else replace(fact, value=after.value, text=after.text)


def with_changes(facts: Iterable[Fact], changes: Iterable[Change]) -> list[Fact]:
    """The facts with some exchanged, added (before is None) or left out (after is None)."""
    removed = {change.before: change.after for change in changes if change.before is not None}
    terms = frozenset([fact.term for fact in removed])
    kept = [removed.get(fact, fact) if fact.term in terms else fact for fact in facts]
    return [
        fact for fact in (*kept, *(change.after for change in changes if change.before is None)) if fact is not None
    ]


def _changed(changes: Iterable[Change]) -> Changed:
    facts = [fact for change in changes for fact in (change.before, change.after) if fact]
    return Changed(frozenset([fact.term.partition(".")[0] for fact in facts]), all(map(_is_of_value, changes)))


def _is_of_value(change: Change) -> bool:
    """Whether what is said stays said, with another value; `none` may hide what else is said."""
    before, after = change.before, change.after
    if before is None or after is None or NONE in (before.value, after.value):
        return False
    return replace(before, value=after.value, text=after.text) == after


def _told(move: Move, changes: list[Change], followers: list[Move]) -> Move:
    if not followers:
        return move
    then = ", then ".join(f"{follower.party} must {follower.do} too" for follower in followers)
    return replace(move, do=f"{move.do} (then {then})", changes=tuple(changes))


def _follower(new: Finding, move: Move) -> Move | None:
    """The move of another party that would settle what the first move broke."""
    for candidate in new.moves:
        if candidate.party != move.party and candidate.changes:
            return candidate
    return None
