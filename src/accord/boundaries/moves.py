"""Moves: what one side can change, re-checked on everything it touches before anybody is told."""

from collections.abc import Callable, Iterable, Set

from msgspec.structs import replace

from accord.boundaries.neighbourhood import neighbourhood
from accord.boundaries.system import Key, System
from accord.model.finding import Change, Finding, Move, Verdict

Judge = Callable[[System, list[Key], set[str]], list[Finding]]
"""Judges some boundaries of a system by the rules that read any of these terms (their first segments)."""
MOST_FOLLOWERS = 3
"""How many further parties a move may ask to move too before it is given up."""


MOST_FACTS = 250_000
"""How many facts may be judged again for all moves together; what comes after is not re-checked, so not offered."""


class Trials:
    """Tries moves on what they touch, until so many facts were judged again that the rest would take too long.

    `known` are the fingerprints of the mismatches that the system has as it is.
    """

    def __init__(self, system: System, judge: Judge, known: Set[str], most_facts: int = MOST_FACTS) -> None:
        self.system, self.judge, self.known = system, judge, known
        self.left = most_facts

    def settled(self, finding: Finding) -> tuple[Move, ...]:
        """Those moves of a finding that settle it and add no mismatch; one that others must follow says who.

        A move that can no longer be tried is left out.
        """
        checked = [self._settled(finding, move) for move in finding.moves]
        return tuple(move for move in checked if move is not None)

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

    def _tried(self, finding: Finding, changes: list[Change]) -> list[Finding] | None:
        """The mismatches that the changes add, in order of fingerprint; None where they leave the finding, or cannot be tried."""
        if self.left <= 0:
            return None
        local, keys = neighbourhood(self.system, changes)
        self.left -= len(local.facts)
        terms = _terms(changes)
        changed = local.replaced((change.before, change.after) for change in changes)
        after = _mismatches(self.judge(changed, keys, terms))
        if any(_same(finding, left) for left in after.values()):
            return None
        new = after.keys() - self.known
        if new:  # what is missing around a small part can make a mismatch too
            new -= _mismatches(self.judge(local, keys, terms)).keys()
        return [after[name] for name in sorted(new)]


def _terms(changes: list[Change]) -> set[str]:
    return {fact.term.partition(".")[0] for change in changes for fact in (change.before, change.after) if fact}


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


def _same(finding: Finding, left: Finding) -> bool:
    return left.rule == finding.rule and left.subject == finding.subject and left.scope == finding.scope


def _mismatches(findings: Iterable[Finding]) -> dict[str, Finding]:
    return {finding.fingerprint: finding for finding in findings if finding.verdict is Verdict.MISMATCH}
