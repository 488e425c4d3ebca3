"""One definition for any engine: spans become calls, each with both of its halves.

Both halves of a call carry the id of the client's span, so grouping by it pairs them: no join, and no null, which engines
read differently. Nothing is compared between the clocks of two hosts but the skew itself; what is late is told by durations.
Only numbers are grouped: what a span says in texts is the number that `naming` gives it, and small figures share a number.
"""

from collections.abc import Callable
from typing import Any

import ibis
from ibis import ifelse

from accord.observe.columns import CLIENT, CONSUMER, ERROR, NO_CODE, PRODUCER, SERVER

Table = Any
"""An ibis expression; the library's own types do not tell one from another."""
Keep = Callable[[str, Table], Table]
"""Works a step out under a name, for all that is asked of it afterwards, and gives it back."""

CALLER, CALLEE, CALLER_FAILED, CALLEE_FAILED, REFUSED, INFERRED, TOLD_AGAIN = 1, 2, 4, 8, 16, 32, 64
"""What `seen` says of a call: which sides were seen, which of them failed, whether it was refused, inferred or told to be a try again."""
_FIRST_TRY = 6
"""From this bit on, until tries are numbered, one for each number that a try was told to be."""
_CALL = ("trace_hi", "trace_lo", "call")
_SIBLINGS = ("trace_hi", "trace_lo", "caller_span", "caller_who")
_ORDER = ("caller_start", "caller_ns", "call")
_MOST_TRIES = 5
_NO_ID = -(1 << 63) + 1
"""Below every id and every key: half of them are negative, and the largest of a value and its absence must be the value."""
_WHO = 32
"""The bit of what a side told above which it says who, and below which the code, one higher so that none is 0."""


def who_of(told: Any) -> Any:
    """Whose span it was that told this; 0 for nobody's."""
    return (told >> _WHO).cast("int32")


def code_of(told: Any) -> Any:
    """The code in what a side told."""
    return ((told & ((1 << _WHO) - 1)) + NO_CODE).cast("int32")


def calls(spans: Table, keep: Keep) -> Table:
    """A row for each call: who, whom, what, and what either side saw of it; the same span told twice counts once.

    A server whose caller was not seen is a call of nobody we know; a producer whose message nobody was seen to take is a
    call of which the callee tells nothing, and each delivery of a message is a call of its own.
    """
    requests = _paired(_told(spans.filter(spans.kind.isin((CLIENT, SERVER)))), keep)
    messages = keep("messages", _delivered(spans.filter(spans.kind.isin((PRODUCER, CONSUMER)))))
    return _with_tries(requests.union(messages), keep)


def _told(spans: Table) -> Table:
    """Requests by the id that both halves carry, and what each span says for its own side."""
    client = spans.kind == CLIENT
    call = ifelse(client | (spans.parent == 0), spans.span, spans.parent)
    return _sided(spans.mutate(call=call), client)


def _sided(spans: Table, caller: Any) -> Table:
    """What each span says for its own side, and nothing for the other."""

    def of(side: Any, column: Any, absent: Any) -> Any:
        return ifelse(side, column, absent)

    callee = ~caller
    told = (spans.who.cast("int64") << _WHO) + spans.code.cast("int64") - NO_CODE
    return spans.select(
        *_CALL,
        executed=of(callee, spans.span, 0),
        seen=_seen(spans, caller),
        caller_told=of(caller, told, 0),
        callee_told=of(callee, told, 0),
        caller_span=of(caller, spans.parent, _NO_ID),
        caller_start=of(caller, spans.start_ns, 0),
        callee_start=of(callee, spans.start_ns, 0),
        caller_ns=of(caller, spans.duration_ns, 0),
        callee_ns=of(callee, spans.duration_ns, 0),
        weight=spans.weight,
        key=ifelse(spans.key == 0, _NO_ID, spans.key),
    )


def _seen(spans: Table, caller: Any) -> Any:
    failed = spans.status == ERROR
    side = ifelse(
        caller, ifelse(failed, CALLER | CALLER_FAILED, CALLER), ifelse(failed, CALLEE | CALLEE_FAILED, CALLEE)
    )
    capped = ifelse(spans.attempt > _MOST_TRIES, _MOST_TRIES, spans.attempt).cast("int32")
    tried = ifelse(spans.attempt > 0, ibis.literal(1, "int32") << (capped + (_FIRST_TRY - 1)), 0)
    other = spans.refused.cast("int32") * REFUSED + spans.inferred.cast("int32") * INFERRED
    return (side.cast("int32") + other + tried).cast("int32")


_LARGEST = (
    "caller_told", "callee_told", "caller_span", "caller_start", "callee_start", "caller_ns", "callee_ns", "weight", "key",
)  # fmt: skip


def _merged(spans: Table, over: Any = None) -> dict[str, Any]:
    """What several spans say of one call, or of one window of it: any bit of `seen`, and the largest of the others."""

    def within(value: Any) -> Any:
        return value if over is None else value.over(over)

    return {"seen": within(spans.seen.bit_or()), **{name: within(spans[name].max()) for name in _LARGEST}}


def _paired(told: Table, keep: Keep) -> Table:
    """Requests: the client's span and whatever answered it, which is more than one where a proxy asked again.

    Most are one span of either side at most, which the number of spans shows; the others are gone through once more, and
    whoever has the same `place` as one of them, who comes out the same.
    """
    halves = told.group_by(list(_CALL)).aggregate(**_merged(told), spans=told.count().cast("int64"))
    together = keep("paired", halves)
    sides = (together.seen & CALLER) + ((together.seen & CALLEE) >> 1)
    several = together.filter(together.spans > sides)
    doubtful = keep("doubtful", several.select(place=_place(several, "call")).distinct())
    once = together.filter(_place(together, "call").notin(doubtful.place))
    again = keep("again", _several(told.filter(_place(told, "call").isin(doubtful.place))))
    return once.mutate(executions=((once.seen & CALLEE) >> 1).cast("int64")).drop("spans").union(again)


def _place(rows: Table, name: str) -> Any:
    """One number of a trace and an id in it, which chooses rows; each engine has its own, and none is told of."""
    return rows.trace_hi.hash() ^ rows.trace_lo.hash() ^ rows[name].hash()


def _several(told: Table) -> Table:
    """Calls with more than one execution, or told more than once; servers under what is no client's are a call each."""
    known = (told.seen & CALLER).max().over(ibis.window(group_by=list(_CALL))) == 1
    apart = told.mutate(call=ifelse(known, told.call, told.executed))
    executions = apart.executed.nunique() - (apart.seen & CALLER).max()
    return apart.group_by(list(_CALL)).aggregate(**_merged(apart), executions=executions.cast("int64"))


def _delivered(spans: Table) -> Table:
    """Messages: each delivery with what is known of the producer, and each message that nobody was seen to take."""
    produced, linked = spans.kind == PRODUCER, spans.link_span != 0
    once = spans.mutate(
        call=ifelse(
            produced, spans.span, ifelse(linked, spans.link_span, ifelse(spans.parent == 0, spans.span, spans.parent))
        ),
        trace_hi=ifelse(~produced & linked, spans.link_hi, spans.trace_hi),
        trace_lo=ifelse(~produced & linked, spans.link_lo, spans.trace_lo),
    )
    told = _sided(once, once.kind == PRODUCER).distinct()
    whole = told.mutate(
        **{f"of_{name}": value for name, value in _merged(told, ibis.window(group_by=list(_CALL))).items()}
    )
    own = (whole.seen & CALLEE) != 0
    rows = whole.filter(own | ((whole.of_seen & CALLEE) == 0))
    own = (rows.seen & CALLEE) != 0
    by_itself = ("callee_told", "callee_start", "callee_ns")
    others = rows.of_seen - (rows.of_seen & (CALLEE | CALLEE_FAILED))
    return rows.select(
        "trace_hi",
        "trace_lo",
        call=ifelse(own, rows.executed, rows.call),
        seen=(rows.seen | others).cast("int32"),
        **{name: rows[name if name in by_itself else f"of_{name}"] for name in _LARGEST},
        executions=ifelse(own, 1, 0).cast("int64"),
    )


def _with_tries(found: Table, keep: Keep) -> Table:
    """Which try each call was: as it was told, else by its siblings, of which a try follows one that had failed and ended.

    Siblings are the calls of one span for the same thing; how many there are is the fan-out. Most calls have none: only
    those under a span that makes several, and whoever has the same `place`, are put into an order.
    """
    found = found.mutate(
        caller_span=ifelse(found.caller_span == _NO_ID, 0, found.caller_span),
        key=ifelse(found.key == _NO_ID, 0, found.key),
        began_ns=ifelse((found.seen & CALLER) == 1, found.caller_start, found.callee_start),
    )
    by_span = found.filter(((found.seen & CALLER) == 1) & (found.caller_span != 0))
    by_span = by_span.select(family=_place(by_span, "caller_span"))
    sized = by_span.group_by("family").aggregate(members=by_span.count())
    several = keep("families", sized.filter(sized.members > 1).select("family"))
    tried = keep("tried", _numbered(found.filter(_place(found, "caller_span").isin(several.family))))
    rest = found.filter(_place(found, "caller_span").notin(several.family))
    return _with_try(rest.mutate(siblings=ibis.literal(1, "int64"), number=ibis.literal(1, "int64"))).union(
        _with_try(tried)
    )


def _numbered(found: Table) -> Table:
    """Calls with their number among the tries of their siblings."""
    found = found.mutate(caller_who=who_of(found.caller_told))
    together = ibis.window(group_by=list(_SIBLINGS))
    follows = ibis.window(group_by=list(_SIBLINGS), order_by=list(_ORDER))
    upward = ibis.window(group_by=list(_SIBLINGS), order_by=list(_ORDER), following=0)
    failed = (found.seen & CALLER_FAILED) != 0
    ordered = found.mutate(
        place=ibis.row_number().over(follows),
        siblings=ifelse(found.caller_span == 0, 1, found.count().over(together)).cast("int64"),
        after=ifelse(failed, 1, 0).lag(1, 0).over(follows),
        ended=(found.caller_start + found.caller_ns).lag(1, 0).over(follows),
    )
    first = (ordered.after == 0) | (ordered.caller_start < ordered.ended) | (ordered.caller_span == 0)
    begun = ordered.mutate(first=ifelse(first, ordered.place, 0).max().over(upward))
    return begun.mutate(number=(begun.place - begun.first + 1).cast("int64")).drop("place", "after", "ended", "first")


def _with_try(found: Table) -> Table:
    """`attempt`, as it was told or else by its number, at most 5; and the calls as they are asked from here on."""
    bits = found.seen >> _FIRST_TRY
    told = ibis.cases(*[(bits >= 1 << number - 1, number) for number in range(_MOST_TRIES, 0, -1)], else_=0)
    numbered = ifelse((found.seen & CALLER) == 1, found.number, 1)
    number = ifelse(told > 0, told, ifelse(numbered > _MOST_TRIES, _MOST_TRIES, numbered))
    return found.select(
        "call", "caller_told", "callee_told", "began_ns", "caller_start", "callee_start",
        "caller_ns", "callee_ns", "weight", "key", "executions", "siblings",
        seen=((found.seen & ((1 << _FIRST_TRY) - 1)) + ifelse(bits > 1, TOLD_AGAIN, 0)).cast("int32"),
        attempt=number.cast("int8"),
    )  # fmt: skip
