"""What can make a caller ask again: a try that runs out of time, or an answer that it tries again.

Who promised no maximum, or did not list its errors, may do anything: what nobody said is the whole domain.
"""

from collections.abc import Set
from itertools import product

from accord.boundaries.calls.answers import answers, lists_all, names_error
from accord.boundaries.calls.limits import (
    TIMED_OUT,
    TIMED_OUT_MESH,
    limits,
    repeated_after,
    tries_again,
    waits_for_ever,
)
from accord.boundaries.calls.worst import worst
from accord.boundaries.join.system import Boundary
from accord.model.fact import Fact
from accord.model.nothing import NONE

_ON_THE_WAY = frozenset(("timeout", "connect", "reset", "connect-failure", "refused-stream", "reset-before-request"))
"""Words of `retry_on` that name no answer."""
_CODES = {"gateway-error": ("502", "503", "504"), "retriable-4xx": ("409",)}
"""Words of Envoy's `x-envoy-retry-on` that stand for several codes."""


def answered_by(boundary: Boundary) -> int | None:
    """When each attempt is answered at the latest, in nanoseconds after it began; None where nobody promises that."""
    return worst(boundary).at_most


def can_run_out(boundary: Boundary, limit: Fact) -> bool:
    """Whether an attempt may still be unanswered at this limit; an answer at the limit is in time."""
    latest = answered_by(boundary)
    return latest is None or latest > int(limit.value)


def asked_again(boundary: Boundary, tries: Fact) -> bool | None:
    """Whether anything can make the caller ask again; None where that hangs on what nobody said."""
    if tries.value == 1:
        return False
    stated = repeated_after(boundary, tries)
    if stated is None:
        sure = tries_again(boundary, tries) and _runs_out(boundary, tries)
        return True if sure else False if boundary.promised.value("errors") is NONE else None
    if stated.value is NONE:
        return False
    words = frozenset(stated.value)
    timed = TIMED_OUT if stated.source == "contract" else TIMED_OUT | TIMED_OUT_MESH
    causes = {_answers_so(boundary, words)}
    if words & timed:
        causes.add(_runs_out(boundary, tries))
    if words & ({"reset", *timed} - {"timeout", "504", "deadline-exceeded"}):
        causes.add(answered_by(boundary) is None)
    return True if True in causes else None if None in causes else False


def _runs_out(boundary: Boundary, tries: Fact) -> bool | None:
    """Whether a try can run out of time while its request goes on; None where it is not known how long it is waited for."""
    if waits_for_ever(boundary):
        return False
    of_tries = [fact for fact in limits(boundary) if fact.term != "timeout.request" or fact.layer is not tries.layer]
    if answered_by(boundary) is None:
        return True
    return can_run_out(boundary, of_tries[0]) if of_tries else None


def _answers_so(boundary: Boundary, words: Set[str]) -> bool | None:
    """Whether the provider gives an answer that one of the words names; None where an error is listed without its code."""
    named = words - _ON_THE_WAY
    if not named or boundary.promised.value("errors") is NONE:
        return False
    listed = answers(boundary)
    codes = {code for word in named for code in _CODES.get(word, (word, word.upper().replace("-", "_")))}
    if not lists_all(listed) or any(names_error(word, error) for word, error in product(codes, listed)):
        return True
    without_code = any(error.value.status is None for error in listed)
    return None if without_code and any(code[:1].isdigit() for code in codes) else False
