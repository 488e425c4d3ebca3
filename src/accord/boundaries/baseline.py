"""Findings against a baseline: which it knows, which are new, and which of its entries are gone."""

from collections import Counter
from collections.abc import Iterable, Sequence

from accord.model.finding import Finding
from accord.model.waiver import OF_WAIVERS, Known


def against(
    baseline: Sequence[Known], findings: Iterable[Finding]
) -> tuple[list[Finding], tuple[Finding, ...], tuple[tuple[Known, int], ...]]:
    """The findings that are new, those that are known, and each entry that is met too few times with how many are gone.

    A finding is known by its fingerprint, as many times as the entries of this fingerprint say.
    """
    left = Counter[str]()
    for entry in baseline:
        left[entry.fingerprint] += entry.count
    new: list[Finding] = []
    known: list[Finding] = []
    for finding in findings:
        if finding.rule.startswith(OF_WAIVERS):
            new.append(finding)
            continue
        (known if left[finding.fingerprint] > 0 else new).append(finding)
        left[finding.fingerprint] -= 1
    gone: list[tuple[Known, int]] = []
    for entry in reversed(baseline):
        missing = min(entry.count, max(left[entry.fingerprint], 0))
        left[entry.fingerprint] -= missing
        gone += [(entry, missing)] if missing else []
    return new, tuple(known), tuple(reversed(gone))
