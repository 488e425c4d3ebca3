"""Where an operation gives up, what it would have called next is not at fault: the last call that it still makes is."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from accord.model.changed import Change
from accord.observe.executions import Edge
from accord.observe.windows import Caller, Window

_ODD = 2.0
"""A change of two standard errors, which alone would be nothing, beside calls that are gone after it."""
Scores = Mapping[Edge, Mapping[Change, float]]


def stopping(
    scores: Scores, callers: Mapping[Edge, Caller], then: Window, now: Window, least: float
) -> dict[Edge, set[Edge]]:
    """After calls of which boundary which others are no longer made, where they used to be made.

    One that is gone alone, after a call that is as it was, is itself what changed.
    """
    gone: dict[Caller, set[Edge]] = defaultdict(set)
    for edge, told in scores.items():
        if told.get(Change.CALLED, 0.0) <= -least:
            gone[callers[edge]].add(edge)
    found: dict[Edge, set[Edge]] = defaultdict(set)
    for caller, edges in gone.items():
        last = _last_calls(now, caller, edges)
        if not last:
            continue
        edge, times = last.most_common(1)[0]
        after = {each for each in edges if _comes_after(then, caller, edge, each)}
        if edge not in edges and times * 2 > last.total() and _at_fault(edge, after, scores, gone):
            found[edge] |= after
    return found


def _at_fault(edge: Edge, after: set[Edge], scores: Scores, gone: Mapping[Caller, set[Edge]]) -> bool:
    """Whether more speaks against the last call than that it is the last."""
    told = scores[edge]
    odd = any(abs(told.get(change, 0.0)) >= _ODD for change in (Change.TIME, Change.ERRORS))
    provider = (edge[1], edge[2])
    return bool(after) and (odd or provider in gone or len({each[1] for each in after}) > 1)


def _last_calls(window: Window, caller: Caller, without: set[Edge]) -> Counter[Edge]:
    """The last call of each execution that makes none of these."""
    found: Counter[Edge] = Counter()
    for number in window.executions.get(caller, {}):
        made = window.made.get(number, ())
        if made and not any(call.edge in without for call in made):
            found[max(made, key=lambda call: call.start_ns).edge] += 1
    return found


def _comes_after(window: Window, caller: Caller, first: Edge, second: Edge) -> bool:
    """Whether, where an execution makes both, the second follows the first more often than not."""
    after = both = 0
    for number in window.executions.get(caller, {}):
        began = {call.edge: call.start_ns for call in window.made.get(number, ()) if call.edge in (first, second)}
        if len(began) == 2:
            both += 1
            after += began[second] > began[first]
    return after * 2 > both
