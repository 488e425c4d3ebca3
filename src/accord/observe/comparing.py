"""What changed between two times: every boundary by its own time, its own errors and whether it is called, the farthest first.

A boundary answers for its own time alone, so that who waits for a slow callee does not rank with it; for its own errors, so that
who passes one on does not; and for being called where its caller's operation is executed, whatever the traffic is.
"""

import pyarrow as pa

from accord.model.changed import Change, Changed
from accord.observe.distances import between_means, between_shares, standing_out, typical_variance
from accord.observe.executions import Edge
from accord.observe.stopping import stopping
from accord.observe.windows import Caller, Window


def compared(before: pa.Table, after: pa.Table) -> list[Changed]:
    """Every boundary of two tables of spans, the one that changed the most first; their kinds must be known (`with_kinds`).

    What is no longer called because its caller stops before it comes after what changed by itself.
    """
    then, now = Window(before), Window(after)
    typical = typical_variance([*then.means.values(), *now.means.values()])
    scores: dict[Edge, dict[Change, float]] = {}
    callers: dict[Edge, Caller] = {}
    for edge in then.calls.keys() | now.calls.keys():
        scores[edge], callers[edge] = _scores(edge, then, now, typical)
    least = standing_out(sum(len(each) for each in scores.values()))
    stops = stopping(scores, callers, then, now, least)
    follows = {gone: edge for edge, after_it in stops.items() for gone in after_it}
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
            follows[edge][2] if edge in follows and edge not in stops else "",
        )
        for edge, told in scores.items()
    ]
    return sorted(found, key=_order)


def _order(one: Changed) -> tuple[object, ...]:
    return (
        not one.stands_out,
        bool(one.follows),
        -one.score,
        one.what is not Change.STOPS,
        one.consumer,
        one.provider,
        one.operation,
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
