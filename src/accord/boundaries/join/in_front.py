"""What layers in front of every caller do under a condition: of two sides that it is said of, it changes only how one calls."""

from collections.abc import Iterable

from accord.boundaries.join.calling import is_callers
from accord.boundaries.join.in_views import InViews
from accord.boundaries.join.memory import once
from accord.boundaries.join.system import System
from accord.boundaries.join.view import PLACES
from accord.model.fact import Scope

_HOW = frozenset(("timeout", "attempts", "backoff", "retry_on", "retries"))
"""First segments of the terms by which a caller waits and asks again."""


def only_calling_differs(in_views: InViews) -> bool:
    """Whether in every view the two sides meet, and say the same of everything but how long a caller waits and how it asks again.

    Both are said to call, and to need nothing further, under no condition; and nobody else knows the conditions under
    which a layer in front of every caller waits and asks again.
    """
    (own, *_), promised = in_views.system.said(in_views.key)
    if any("needs" in terms for terms in promised) or all(fact.scope for facts in own.values() for fact in facts):
        return False
    known, is_all = _of_layers(in_views.system)
    return is_all or all(name in known for fact in in_views.scoped for name, _ in fact.scope)


@once
def _of_layers(system: System) -> tuple[frozenset[str], bool]:
    """The dimensions by which nothing differs but how layers in front of every caller wait and ask again, and whether these are all."""
    theirs: set[Scope] = set()
    others: set[Scope] = set()
    parties = system.parties
    for family, facts in system.conditional.items():
        for fact in facts:
            in_front = family in _HOW and not fact.consumer and is_callers(fact) and fact.says not in parties
            (theirs if in_front else others).add(fact.scope)
    known = _names(theirs) - _names(others) - frozenset(PLACES)
    return known, known >= _names(theirs | others)


def _names(scopes: Iterable[Scope]) -> frozenset[str]:
    return frozenset([name for scope in scopes for name, _ in scope])
