"""What changed between two times: every boundary by its own time, its own errors and whether it is called, the farthest first.

A boundary answers for its own time alone, so that who waits for a slow callee does not rank with it; for its own errors, so that
who passes one on does not; and for being called where its caller's operation is executed, whatever the traffic is.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa

from accord.model.changed import Change, Changed, Part, Side
from accord.observe.columns import ONE
from accord.observe.distances import Mean, between_means, between_shares, mean_of, standing_out, typical_variance
from accord.observe.executions import Call, Edge, Executions

_NEGLIGIBLE_NS = 1_000_000
"""Differences of times below a millisecond count little: that is what schedulers and the clocks of many tracers resolve."""
_NOBODY = -1
Caller = tuple[str, str]
"""A service and its operation."""


class Window:
    """One of the two times: the calls of each boundary, and the executions that make them."""

    def __init__(self, spans: pa.Table) -> None:
        forest = Executions(spans)
        self.calls: dict[Edge, list[Call]] = defaultdict(list)
        self.made: dict[int, list[Call]] = defaultdict(list)
        for call in forest.calls():
            self.calls[call.edge].append(call)
            if call.execution != _NOBODY:
                self.made[call.execution].append(call)
        self.executions: dict[Caller, dict[int, int]] = defaultdict(dict)
        for number, caller, weight in forest.executions():
            self.executions[caller][number] = weight
        self.means = {edge: _mean(calls) for edge, calls in self.calls.items()}

    def callers(self, edge: Edge) -> set[Caller]:
        """The operations of whose executions a boundary is called."""
        return {call.caller for call in self.calls.get(edge, ()) if call.execution != _NOBODY}

    def called(self, edge: Edge, caller: Caller) -> tuple[float, float]:
        """In how many executions of a caller's operation a boundary is called, of how many; by weight, as if of equal ones."""
        executions = self.executions.get(caller, {})
        calling = {call.execution for call in self.calls.get(edge, ()) if call.caller == caller}
        return _worth((_weight(weight), number in calling) for number, weight in executions.items())

    def failed(self, edge: Edge) -> tuple[float, float]:
        """How many calls of a boundary failed by themselves, of how many; by weight, as if of equal ones."""
        return _worth((_weight(call.weight), call.own_failed) for call in self.calls.get(edge, ()))

    def side(self, edge: Edge, caller: Caller) -> Side:
        """What people are told of a boundary in this time."""
        calls = self.calls.get(edge, [])
        own = round(math.exp(self.means[edge].mean) - _NEGLIGIBLE_NS) if calls else 0
        calling = {call.execution for call in calls if call.caller == caller}
        return Side(
            len(calls),
            max(own, 1) if calls else 0,
            sum(call.failed for call in calls),
            sum(call.own_failed for call in calls),
            Part(len(calling & self.executions.get(caller, {}).keys()), len(self.executions.get(caller, {}))),
        )


def _weight(told: int) -> float:
    return (told or ONE) / ONE


def _worth(events: Iterable[tuple[float, bool]]) -> tuple[float, float]:
    """Weighted events as (some, total) of as many equal ones as they are worth."""
    weights = squares = some = 0.0
    for weight, happened in events:
        weights, squares, some = weights + weight, squares + weight * weight, some + weight * happened
    worth = weights * weights / squares if squares else 0.0
    return (some / weights * worth, worth) if worth else (0.0, 0.0)


def _mean(calls: Sequence[Call]) -> Mean:
    """Of the logarithms of own times, those of one trace as one: they are not independent."""
    traces: dict[tuple[int, int], list[Call]] = defaultdict(list)
    for call in calls:
        traces[call.trace].append(call)
    return mean_of(
        [
            (
                sum(math.log(each.own_ns + _NEGLIGIBLE_NS) for each in made) / len(made),
                max(_weight(each.weight) for each in made),
            )
            for made in traces.values()
        ]
    )


def compared(before: pa.Table, after: pa.Table) -> list[Changed]:
    """Every boundary of two tables of spans, the one that changed the most first; their kinds must be known (`with_kinds`)."""
    then, now = Window(before), Window(after)
    typical = typical_variance([*then.means.values(), *now.means.values()])
    scores: dict[Edge, dict[Change, float]] = {}
    callers: dict[Edge, Caller] = {}
    for edge in then.calls.keys() | now.calls.keys():
        scores[edge], callers[edge] = _scores(edge, then, now, typical)
    least = standing_out(sum(len(each) for each in scores.values()))
    stops = _stops(scores, callers, then, now, least)
    for edge, gone in stops.items():
        scores[edge][Change.STOPS] = -max(abs(scores[each][Change.CALLED]) for each in gone)
    found = [
        Changed(
            *edge,
            then.side(edge, callers[edge]),
            now.side(edge, callers[edge]),
            told,
            any(abs(score) >= least for score in told.values()),
            tuple(sorted({each[2] for each in stops.get(edge, ())})),
        )
        for edge, told in scores.items()
    ]
    return sorted(
        found, key=lambda one: (-one.score, one.what is not Change.STOPS, one.consumer, one.provider, one.operation)
    )


def _scores(edge: Edge, then: Window, now: Window, typical: float) -> tuple[dict[Change, float], Caller]:
    """The distances of one boundary, and by which operation of its caller it is told whether it is called."""
    scores: dict[Change, float] = {}
    if edge in then.means and edge in now.means:
        scores[Change.TIME] = between_means(then.means[edge], now.means[edge], typical)
        scores[Change.ERRORS] = between_shares(then.failed(edge), now.failed(edge))
    best, of_whom = 0.0, (edge[0], "")
    for caller in sorted(then.callers(edge) | now.callers(edge)):
        far = between_shares(then.called(edge, caller), now.called(edge, caller))
        if abs(far) >= abs(best):
            best, of_whom = far, caller
    if edge[0]:
        scores[Change.CALLED] = best
    return scores, of_whom


def _stops(
    scores: Mapping[Edge, Mapping[Change, float]],
    callers: Mapping[Edge, Caller],
    then: Window,
    now: Window,
    least: float,
) -> dict[Edge, set[Edge]]:
    """After calls of which boundary which others are no longer made, where they used to be.

    Where an operation gives up, what it would have called next is not at fault: the last call that it still makes is.
    """
    gone: dict[Caller, set[Edge]] = defaultdict(set)
    for edge, told in scores.items():
        if told.get(Change.CALLED, 0.0) <= -least:
            gone[callers[edge]].add(edge)
    found: dict[Edge, set[Edge]] = defaultdict(set)
    for caller, edges in gone.items():
        last = _last_calls(now, caller, edges)
        if last and (edge := last.most_common(1)[0][0]) not in edges and last[edge] * 2 > last.total():
            after = {each for each in edges if _comes_after(then, caller, edge, each)}
            if after:
                found[edge] |= after
    return found


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
