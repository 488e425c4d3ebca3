"""One of two times that are compared: the calls of each boundary, and the executions that make them."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

import pyarrow as pa

from accord.model.changed import Part, Side
from accord.observe.columns import ONE
from accord.observe.distances import Mean, mean_of
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
