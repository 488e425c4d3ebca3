"""Moves: what one side can change, re-checked on everything it touches before anybody is told."""

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from accord.boundaries.neighbourhood import neighbourhood
from accord.boundaries.system import Key, System
from accord.model.finding import Change, Finding, Move, Verdict

Judge = Callable[[System, list[Key], set[str]], list[Finding]]
"""Judges some boundaries of a system by the rules that read any of these terms (their first segments)."""
MOST_FOLLOWERS = 3
"""How many further parties a move may ask to move too before it is given up."""


def settled(system: System, finding: Finding, judge: Judge) -> tuple[Move, ...]:
    """Those moves of a finding that settle it and add no mismatch; one that others must follow says who."""
    checked = [_settled(system, finding, move, judge) for move in finding.moves]
    return tuple(move for move in checked if move is not None)


def _settled(system: System, finding: Finding, move: Move, judge: Judge) -> Move | None:
    if not move.changes:
        return move
    changes = list(move.changes)
    followers: list[Move] = []
    local, keys = neighbourhood(system, changes)
    before = _mismatches(judge(local, keys, _terms(changes)))
    for _ in range(MOST_FOLLOWERS + 1):
        changed = local.replaced((change.before, change.after) for change in changes)
        after = _mismatches(judge(changed, keys, _terms(changes)))
        if any(_same(finding, left) for left in after.values()):
            return None
        new = [after[name] for name in sorted(after.keys() - before.keys())]
        if not new:
            return _told(move, changes, followers)
        follower = _follower(new[0], move)
        if follower is None:
            return None
        followers.append(follower)
        changes += follower.changes
        local, keys = neighbourhood(system, changes)
        before = _mismatches(judge(local, keys, _terms(changes)))
    return None


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
