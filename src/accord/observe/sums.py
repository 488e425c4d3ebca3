"""One definition for any engine: calls become sums per boundary and window, and histograms of both sides.

Everything is a whole number, and adds: two engines, two machines or two halves of an hour come to the same.
"""

from collections.abc import Sequence
from typing import Any

import ibis
from ibis import ifelse

from accord.observe.calls import Table
from accord.observe.columns import BOUNDARY, COUNTS, LARGEST, NO_CODE

_SECOND = 1_000_000_000
_OCTAVE = 32
_LEFT = (1, 4)
"""gRPC's CANCELLED and DEADLINE_EXCEEDED."""
_NAMES = [column.name for column in BOUNDARY]


def sums(calls: Table, seconds: int = 60) -> Table:
    """A row of counts for each boundary and window of so many seconds; a call counts where its caller began it."""
    counted = _windowed(calls, seconds)
    rows = counted.group_by(_NAMES).aggregate(**_counts(counted))
    return merged(rows.union(_repeated(_windowed(calls, seconds), rows)))


def merged(rows: Table, by: Sequence[str] = tuple(_NAMES)) -> Table:
    """One row for each boundary and window, or for each value of `by`, of any number of them."""
    totals = {
        column.name: rows[column.name].max() if column.name in LARGEST else rows[column.name].sum().cast("int64")
        for column in COUNTS
    }
    return rows.group_by(list(by)).aggregate(**totals)


def rolled_up(rows: Table, seconds: int) -> Table:
    """Rows of shorter windows as rows of longer ones: minutes into hours, hours into days."""
    return merged(rows.mutate(window=rows.window - rows.window % seconds, seconds=ibis.literal(seconds).cast("int64")))


def activity(rows: Table, by: Sequence[str]) -> Table:
    """For each value of `by` in how many windows calls came, when the last ended, and the longest time between two."""
    windows = rows.filter(rows.calls > 0).select(*by, "window", ended=rows.window + rows.seconds).distinct()
    earlier = ibis.window(group_by=list(by), order_by=["window"])
    after = windows.mutate(before=windows.ended.lag(1, 0).over(earlier))
    gap = ifelse((after.before == 0) | (after.window < after.before), 0, after.window - after.before)
    return after.group_by(list(by)).aggregate(
        last=after.ended.max(), windows=after.count().cast("int64"), longest_gap_s=gap.max().cast("int64")
    )


def histograms(calls: Table, seconds: int = 60) -> Table:
    """How long calls took, for either side, by buckets that are 1/32 of a factor of two wide."""
    counted = _windowed(calls, seconds)
    sides = []
    for side, there, took in (
        ("caller", counted.has_caller, counted.caller_ns),
        ("callee", counted.has_callee, counted.callee_ns),
    ):
        bucket = (took.cast("float64").log2() * _OCTAVE).floor().cast("int64")
        sides.append(counted.filter(there == 1).select(*_NAMES, "weight", side=ibis.literal(side), bucket=bucket))
    both = sides[0].union(sides[1])
    return both.group_by([*_NAMES, "side", "bucket"]).aggregate(
        count=both.count().cast("int64"), weighted=both.weight.sum().cast("int64")
    )


def codes(calls: Table, seconds: int = 60) -> Table:
    """How often which answer of the callee arrived at the caller as which."""
    counted = _windowed(calls, seconds)
    paired = counted.filter((counted.has_caller == 1) & (counted.has_callee == 1))
    return paired.group_by([*_NAMES, "caller_code", "callee_code"]).aggregate(count=paired.count().cast("int64"))


def _windowed(calls: Table, seconds: int) -> Table:
    began = calls.began_ns // _SECOND
    return calls.mutate(window=(began - began % seconds).cast("int64"), seconds=ibis.literal(seconds).cast("int64"))


def _counts(calls: Table) -> dict[str, Any]:
    caller, callee = calls.has_caller == 1, calls.has_callee == 1
    paired = caller & callee
    caller_failed, callee_failed = calls.caller_error == 1, calls.callee_error == 1
    late = paired & caller_failed & (calls.callee_ns > calls.caller_ns) & ~_was_told(calls)

    def count(condition: Any) -> Any:
        return ifelse(condition, 1, 0).sum().cast("int64")

    def total(condition: Any, value: Any) -> Any:
        return ifelse(condition, value, 0).sum().cast("int64")

    return {
        "calls": calls.count().cast("int64"),
        "weighted": calls.weight.sum().cast("int64"),
        "unweighted": count(calls.weight == 0),
        "heaviest": calls.weight.max().cast("int64"),
        "weighted_caller_errors": total(caller & caller_failed, calls.weight),
        "weighted_callee_errors": total(callee & callee_failed, calls.weight),
        "paired": count(paired),
        "caller_only": count(caller & ~callee),
        "callee_only": count(callee & ~caller),
        "ok_ok": count(paired & ~caller_failed & ~callee_failed),
        "ok_error": count(paired & ~caller_failed & callee_failed),
        "error_ok": count(paired & caller_failed & ~callee_failed),
        "error_error": count(paired & caller_failed & callee_failed),
        "caller_errors": count(caller & caller_failed),
        "callee_errors": count(callee & callee_failed),
        **{f"try_{number}": count(calls.attempt == number) for number in range(1, 6)},
        "late": count(late),
        "late_ns": total(late, calls.callee_ns - calls.caller_ns),
        "repeated": total(calls.executions > 1, calls.executions - 1),
        "refused": count(calls.refused == 1),
        **_times(calls, paired),
        "inferred": count(calls.inferred == 1),
        "undecided": count(calls.has_caller + calls.has_callee == 0),
        "redone": total((calls.executions > 1) & ~callee_failed, calls.executions - 1),
        "told_again": count(calls.told_again == 1),
    }


def _was_told(calls: Table) -> Any:
    """Whether the caller was there for the answer: it saw the very code that the callee gave.

    A server's span may end a little after the answer has arrived. gRPC's 1 and 4 are also what a caller says who left.
    """
    left = calls.caller_code.isin((NO_CODE, *_LEFT))
    return (calls.caller_code == calls.callee_code) & ~left


def _times(calls: Table, paired: Any) -> dict[str, Any]:
    skew = 2 * (calls.callee_start - calls.caller_start) - calls.caller_ns + calls.callee_ns
    return {
        "fan_out": calls.siblings.max().cast("int64"),
        "caller_longest_ns": calls.caller_ns.max().cast("int64"),
        "callee_longest_ns": calls.callee_ns.max().cast("int64"),
        "caller_ns": calls.caller_ns.sum().cast("int64"),
        "callee_ns": calls.callee_ns.sum().cast("int64"),
        "twice_skew_ns": ifelse(paired, skew, 0).sum().cast("int64"),
    }


def _repeated(calls: Table, like: Table) -> Table:
    """Executions under a key that was executed before, as rows in which every other count is 0.

    What failed before may have done nothing, so those after one that had not are counted besides.
    """
    keyed = calls.filter((calls.key != 0) & (calls.refused == 0) & (calls.has_callee == 1))
    same = {"group_by": ["provider", "operation", "key"], "order_by": ["began_ns", "callee_start", "call"]}
    done = ifelse(keyed.callee_error == 0, 1, 0)
    again = keyed.mutate(
        before=ibis.row_number().over(ibis.window(**same)),
        done_before=done.sum().over(ibis.window(**same, following=0)) - done,
    )
    again = again.filter(again.before > 0)
    zeros = {column.name: ibis.literal(0).cast("int64") for column in COUNTS}
    counts = {"repeated": ibis.literal(1).cast("int64"), "redone": ifelse(again.done_before > 0, 1, 0).cast("int64")}
    rows = again.select(*_NAMES, **(zeros | counts))
    return rows.select(*like.columns)
