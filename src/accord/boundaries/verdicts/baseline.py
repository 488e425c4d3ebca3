"""Findings against a baseline: which it knows, which are new, and which of its entries are gone."""

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256

from accord.model.finding import Finding
from accord.model.waiver import OF_WAIVERS, Known


def against(
    baseline: Sequence[Known], findings: Iterable[Finding]
) -> tuple[list[Finding], tuple[Finding, ...], tuple[tuple[Known, int], ...]]:
    """The findings that are new, those that are known, and each entry that is met too few times with how many are gone.

    A finding is known by its fingerprint, as many times as the entries of this fingerprint say; one that joins many
    statements is known too when some of those that an entry joins are gone, and none is new.
    """
    left = Counter[str]()
    for entry in baseline:
        left[entry.fingerprint] += entry.count
    known: list[Finding] = []
    others: list[Finding] = []
    for finding in findings:
        is_known = left[finding.fingerprint] > 0 and not finding.rule.startswith(OF_WAIVERS)
        (known if is_known else others).append(finding)
        left[finding.fingerprint] -= is_known
    joined: dict[str, list[Known]] = {}
    for entry in baseline:
        if entry.parts:
            joined.setdefault(entry.parts[0], []).append(entry)
    new: list[Finding] = []
    for finding in others:
        around = _joining(finding, joined, left) if joined else None
        (known if around else new).append(finding)
        left[around.fingerprint if around else ""] -= 1
    return new, tuple(known), _gone(baseline, left)


def _joining(finding: Finding, joined: dict[str, list[Known]], left: Counter[str]) -> Known | None:
    """The entry that joins all that a finding joins, and more."""
    parts = parts_of(finding)
    same = joined.get(parts[0], ()) if parts else ()
    return next((entry for entry in same if left[entry.fingerprint] > 0 and set(parts) <= set(entry.parts)), None)


def _gone(baseline: Sequence[Known], left: Counter[str]) -> tuple[tuple[Known, int], ...]:
    gone: list[tuple[Known, int]] = []
    for entry in reversed(baseline):
        missing = min(entry.count, max(left[entry.fingerprint], 0))
        left[entry.fingerprint] -= missing
        gone += [(entry, missing)] if missing else []
    return tuple(reversed(gone))


def parts_of(finding: Finding) -> tuple[str, ...]:
    """What a finding of no boundary is, and each statement that it joins; nothing for any other finding."""
    if finding.consumer:
        return ()
    scope = (f"{name}={value}" for name, value in finding.scope)
    identity = _hashed("\n".join((finding.rule, finding.verdict, finding.subject, *scope)))
    kinds = {f"{statement.fact.subject} {statement.fact.term}" for statement in finding.statements}
    return (identity, *sorted(_hashed(kind) for kind in kinds))


def _hashed(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:10]
