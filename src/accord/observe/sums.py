"""One definition for any engine: calls become sums per boundary and window, and histograms of both sides.

Everything is a whole number, and adds: two engines, two machines or two halves of an hour come to the same.
"""

from collections.abc import Sequence
from typing import Any

import ibis
from ibis import ifelse

from accord.observe.calls import (
    CALLEE,
    CALLEE_FAILED,
    CALLER,
    CALLER_FAILED,
    INFERRED,
    REFUSED,
    TOLD_AGAIN,
    Keep,
    Table,
    calls,
    code_of,
    who_of,
)
from accord.observe.columns import BOUNDARY, COUNTS, LARGEST, NO_CODE
from accord.observe.naming import named, numbered, words

_SECOND = 1_000_000_000
_MOST_SKEW = 2 * 86_400 * _SECOND
_OCTAVE = 32
_LEFT = (1, 4)
"""gRPC's CANCELLED and DEADLINE_EXCEEDED."""
_NAMES = [column.name for column in BOUNDARY]
_TOLD = ["window", "seconds", "caller_told", "callee_told"]
_PARTIES = ["window", "seconds", "caller_who", "callee_who"]
_ORDERED = [*_NAMES, *(column.name for column in COUNTS)]
_ALIKE = ["seen", "attempt", "is_late"]


def alike(calls: Table, seconds: int = 60) -> Table:
    """A row for all calls of one boundary and window that ended alike: few, where calls are many."""
    counted = _windowed(calls, seconds)
    late = counted.mutate(is_late=ifelse(_is_late(counted), 1, 0).cast("int8"))
    return _with_parties(
        late.group_by([*_TOLD, *_ALIKE]).aggregate(
            number=late.count().cast("int64"),
            weighted=late.weight.sum().cast("int64"),
            heaviest=late.weight.max().cast("int64"),
            unweighted=_total(late.weight == 0, 1),
            late_ns=_total(late.is_late == 1, late.callee_ns - late.caller_ns),
            repeated=_total(late.executions > 1, late.executions - 1),
            fan_out=late.siblings.max().cast("int64"),
            caller_longest_ns=late.caller_ns.max().cast("int64"),
            callee_longest_ns=late.callee_ns.max().cast("int64"),
            caller_ns=late.caller_ns.sum().cast("int64"),
            callee_ns=late.callee_ns.sum().cast("int64"),
            twice_skew_ns=_total(_is_paired(late), _twice_skew(late)),
        )
    )


def facts(spans: Table, keep: Keep, seconds: int = 60) -> dict[str, Table]:
    """The tables `sums`, `histograms` and `codes` of a table of spans, by windows of so many seconds."""
    known = keep("words", words(spans))
    return facts_of_calls(calls(numbered(spans, known), keep), known, keep, seconds)


def facts_of_calls(found: Table, known: Table, keep: Keep, seconds: int = 60) -> dict[str, Table]:
    """The same of calls, whose texts are known by their numbers."""
    endings = keep("endings", alike(found, seconds))
    return {
        "sums": keep("sums", sums(endings, found, known, seconds)),
        "histograms": keep("histograms", histograms(found, known, seconds)),
        "codes": keep("codes", codes(endings, known)),
    }


def sums(endings: Table, calls: Table, known: Table, seconds: int = 60) -> Table:
    """A row of counts for each boundary and window of so many seconds; a call counts where its caller began it."""
    rows = named(endings.group_by(_PARTIES).aggregate(**_counts(endings)), known)
    return merged(rows.select(*_ORDERED).union(_repeated(_windowed(calls, seconds), known)))


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


def histograms(calls: Table, known: Table, seconds: int = 60) -> Table:
    """How long calls took, for either side, by buckets that are 1/32 of a factor of two wide."""
    counted = _windowed(calls, seconds)
    sides = []
    for side, there, took in (("caller", CALLER, counted.caller_ns), ("callee", CALLEE, counted.callee_ns)):
        bucket = (took.cast("float64").log2() * _OCTAVE).floor().cast("int32")
        told = counted.filter((counted.seen & there) != 0).select(*_TOLD, "weight", bucket=bucket)
        rows = _counted([*_TOLD, "bucket"], told, told.count(), told.weight)
        sides.append(rows.mutate(side=ibis.literal(side)))
    both = named(_with_parties(sides[0].union(sides[1])), known)
    by = [*_NAMES, "side", "bucket"]
    return _counted(by, both.mutate(bucket=both.bucket.cast("int64")), both["count"].sum(), both.weighted)


def _counted(by: list[str], rows: Table, count: Any, weight: Any) -> Table:
    return rows.group_by(by).aggregate(count=count.cast("int64"), weighted=weight.sum().cast("int64"))


def codes(endings: Table, known: Table) -> Table:
    """How often which answer of the callee arrived at the caller as which, of calls that ended `alike`."""
    paired = endings.filter(_is_paired(endings))
    by = [*_PARTIES, "caller_code", "callee_code"]
    both = named(paired.group_by(by).aggregate(count=paired.number.sum()), known)
    return both.group_by([*_NAMES, "caller_code", "callee_code"]).aggregate(count=both["count"].sum().cast("int64"))


def _with_parties(rows: Table) -> Table:
    """Rows of what both sides told, as rows of who they are and which codes they saw."""
    return rows.mutate(
        caller_who=who_of(rows.caller_told),
        callee_who=who_of(rows.callee_told),
        caller_code=code_of(rows.caller_told),
        callee_code=code_of(rows.callee_told),
    ).drop("caller_told", "callee_told")


def _windowed(calls: Table, seconds: int) -> Table:
    whole = calls.began_ns - calls.began_ns % (seconds * _SECOND)
    return calls.mutate(window=(whole / _SECOND).round().cast("int64"), seconds=ibis.literal(seconds).cast("int64"))


def _is_paired(calls: Table) -> Any:
    return (calls.seen & (CALLER | CALLEE)) == CALLER | CALLEE


def _is_late(calls: Table) -> Any:
    """Whether the callee went on after its caller had left with an error: without having seen the very code it gave.

    A server's span may end a little after the answer has arrived. gRPC's 1 and 4 are also what a caller says who left.
    """
    code = code_of(calls.caller_told)
    was_told = (code == code_of(calls.callee_told)) & ~code.isin((NO_CODE, *_LEFT))
    failed = (calls.seen & CALLER_FAILED) != 0
    return _is_paired(calls) & failed & (calls.callee_ns > calls.caller_ns) & ~was_told


def _twice_skew(calls: Table) -> Any:
    """At most two days either way: what is more is no skew of clocks, and many of it would add to no number."""
    twice = 2 * (calls.callee_start - calls.caller_start) - calls.caller_ns + calls.callee_ns
    return ifelse(twice > _MOST_SKEW, _MOST_SKEW, ifelse(twice < -_MOST_SKEW, -_MOST_SKEW, twice))


def _total(condition: Any, value: Any) -> Any:
    return ifelse(condition, value, 0).sum().cast("int64")


def _counts(endings: Table) -> dict[str, Any]:
    def having(bits: int, wanted: int, value: Any = endings.number) -> Any:
        return _total((endings.seen & bits) == wanted, value)

    both = CALLER | CALLEE
    ended = both | CALLER_FAILED | CALLEE_FAILED
    totals = ("weighted", "unweighted", "late_ns", "repeated", "caller_ns", "callee_ns", "twice_skew_ns")
    return {
        "calls": endings.number.sum().cast("int64"),
        "paired": having(both, both),
        "caller_only": having(both, CALLER),
        "callee_only": having(both, CALLEE),
        "ok_ok": having(ended, both),
        "ok_error": having(ended, both | CALLEE_FAILED),
        "error_ok": having(ended, both | CALLER_FAILED),
        "error_error": having(ended, ended),
        "caller_errors": having(CALLER_FAILED, CALLER_FAILED),
        "callee_errors": having(CALLEE_FAILED, CALLEE_FAILED),
        "weighted_caller_errors": having(CALLER_FAILED, CALLER_FAILED, endings.weighted),
        "weighted_callee_errors": having(CALLEE_FAILED, CALLEE_FAILED, endings.weighted),
        **{f"try_{number}": _total(endings.attempt == number, endings.number) for number in range(1, 6)},
        "late": _total(endings.is_late == 1, endings.number),
        "refused": having(REFUSED, REFUSED),
        "inferred": having(INFERRED, INFERRED),
        "undecided": having(both, 0),
        "redone": having(CALLEE_FAILED, 0, endings.repeated),
        "told_again": having(TOLD_AGAIN, TOLD_AGAIN),
        **{name: endings[name].sum().cast("int64") for name in totals},
        **{name: endings[name].max() for name in LARGEST},
    }


def was_executed(calls: Table) -> Any:
    """Whether the callee did what an idempotency key stands for."""
    return (calls.key != 0) & ((calls.seen & (REFUSED | CALLEE)) == CALLEE)


def named_calls(calls: Table, known: Table) -> Table:
    """Calls with their texts."""
    return named(_with_parties(calls), known)


def _repeated(calls: Table, known: Table) -> Table:
    """Executions under a key that was executed before, as rows in which every other count is 0.

    What failed before may have done nothing, so those after one that had not are counted besides.
    """
    keyed = named_calls(calls.filter(was_executed(calls)), known)
    same = {"group_by": ["provider", "operation", "key"], "order_by": ["began_ns", "callee_start", "call"]}
    done = ifelse((keyed.seen & CALLEE_FAILED) == 0, 1, 0)
    again = keyed.mutate(
        before=ibis.row_number().over(ibis.window(**same)),
        done_before=done.sum().over(ibis.window(**same, following=0)) - done,
    )
    again = again.filter(again.before > 0)
    zeros = {column.name: ibis.literal(0).cast("int64") for column in COUNTS}
    counts = {"repeated": ibis.literal(1).cast("int64"), "redone": ifelse(again.done_before > 0, 1, 0).cast("int64")}
    return again.select(*_NAMES, **(zeros | counts)).select(*_ORDERED)
