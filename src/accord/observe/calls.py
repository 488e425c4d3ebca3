"""One definition for any engine: spans become calls, each with both of its halves.

Both halves of a call carry the id of the client's span, so grouping by it pairs them: no join, and no null, which engines
read differently. Nothing is compared between the clocks of two hosts but the skew itself; what is late is told by durations.
"""

from typing import Any

import ibis
from ibis import ifelse

from accord.observe.columns import CLIENT, CONSUMER, ERROR, NO_CODE, PRODUCER, SERVER

Table = Any
"""An ibis expression; the library's own types do not tell one from another."""

PEER = "peer:"
"""Before the name of a provider of which only its callers tell: what they call it by, such as a host."""

_CALL = ("trace_hi", "trace_lo", "call")
_SIBLINGS = ("trace_hi", "trace_lo", "caller_span", "consumer", "asked", "peer")
_ORDER = ("caller_start", "caller_ns", "call")
_MOST_TRIES = 5
_NO_ID = -(1 << 63) + 1
"""Below every id and every key: half of them are negative, and the largest of a value and its absence must be the value."""


def calls(spans: Table) -> Table:
    """A row for each call: who, whom, what, and what either side saw of it; the same span told twice counts once.

    A server whose caller was not seen is a call of nobody we know; a producer whose message nobody was seen to take is a
    call of which the callee tells nothing, and each delivery of a message is a call of its own.
    """
    requests = _paired(spans.filter(spans.kind.isin((CLIENT, SERVER))))
    messages = _delivered(spans.filter(spans.kind.isin((PRODUCER, CONSUMER))))
    return _with_tries(_named(requests.union(messages)))


def _paired(spans: Table) -> Table:
    """Requests: the client's span and whatever answered it, which is more than one where a proxy asked again.

    Servers under a span that is no client's, as where a client is not instrumented, are a call each.
    """
    client = spans.kind == CLIENT
    keyed = spans.mutate(call=ifelse(client | (spans.parent == 0), spans.span, spans.parent))
    together = _grouped(keyed)
    mixed = together.filter((together.has_caller == 0) & (together.executions > 1))
    under_no_client = keyed.filter(keyed.call.isin(mixed.call))
    apart = _grouped(under_no_client.mutate(call=under_no_client.span))
    whole = together.filter((together.has_caller == 1) | (together.executions <= 1))
    return whole.union(apart)


def _grouped(keyed: Table) -> Table:
    client = keyed.kind == CLIENT
    sided = keyed.mutate(
        caller_side=client.cast("int8"), callee_side=(~client).cast("int8"), executed=ifelse(client, 0, keyed.span)
    )
    return sided.group_by(list(_CALL)).aggregate(
        **_halves(sided, lambda value: value.max()), executions=sided.executed.nunique() - sided.caller_side.max()
    )


def _delivered(spans: Table) -> Table:
    """Messages: each delivery with what is known of the producer, and each message that nobody was seen to take."""
    linked = spans.link_span != 0
    produced = spans.kind == PRODUCER
    once = spans.distinct()
    keyed = once.mutate(
        call=ifelse(
            produced, spans.span, ifelse(linked, spans.link_span, ifelse(spans.parent == 0, spans.span, spans.parent))
        ),
        trace_hi=ifelse(~produced & linked, spans.link_hi, spans.trace_hi),
        trace_lo=ifelse(~produced & linked, spans.link_lo, spans.trace_lo),
        caller_side=produced.cast("int8"),
        callee_side=(~produced).cast("int8"),
    )
    together = ibis.window(group_by=list(_CALL))
    told = keyed.mutate(
        taken=keyed.callee_side.max().over(together),
        **{f"of_{name}": value for name, value in _halves(keyed, lambda each: each.max().over(together)).items()},
    )
    rows = told.filter((told.callee_side == 1) | (told.taken == 0))
    own = rows.callee_side == 1
    told_by_itself = {
        "callee": ifelse(own, rows.service, ""),
        "answered": ifelse(own, rows.operation, ""),
        "callee_start": ifelse(own, rows.start_ns, 0),
        "callee_ns": ifelse(own, rows.duration_ns, 0),
        "callee_error": ifelse(own, (rows.status == ERROR).cast("int8"), 0),
        "callee_code": ifelse(own, rows.code, NO_CODE),
    }
    names = list(_halves(keyed, lambda value: value))
    return rows.select(
        "trace_hi",
        "trace_lo",
        ifelse(own, rows.span, rows.call).name("call"),
        *[told_by_itself.get(name, rows[f"of_{name}"]).name(name) for name in names],
        executions=rows.callee_side.cast("int64"),
    )


def _halves(spans: Table, merged: Any) -> dict[str, Any]:
    """What either side tells of a call; `merged` makes one value of those of several spans."""

    def of(side: Any, column: Any, absent: Any) -> Any:
        return merged(ifelse(side == 1, column, absent))

    caller, callee = spans.caller_side, spans.callee_side
    failed = (spans.status == ERROR).cast("int8")
    return {
        "has_caller": merged(caller),
        "has_callee": merged(callee),
        "caller": of(caller, spans.service, ""),
        "callee": of(callee, spans.service, ""),
        "asked": of(caller, spans.operation, ""),
        "answered": of(callee, spans.operation, ""),
        "peer": of(caller, spans.peer, ""),
        "environment": merged(spans.environment),
        "caller_span": of(caller, spans.parent, _NO_ID),
        "caller_start": of(caller, spans.start_ns, 0),
        "callee_start": of(callee, spans.start_ns, 0),
        "caller_ns": of(caller, spans.duration_ns, 0),
        "callee_ns": of(callee, spans.duration_ns, 0),
        "caller_error": of(caller, failed, 0),
        "callee_error": of(callee, failed, 0),
        "caller_code": of(caller, spans.code, NO_CODE),
        "callee_code": of(callee, spans.code, NO_CODE),
        "attempt": merged(spans.attempt),
        "weight": merged(spans.weight),
        "key": merged(ifelse(spans.key == 0, _NO_ID, spans.key)),
        "refused": merged(spans.refused),
        "inferred": merged(spans.inferred),
    }


def _named(found: Table) -> Table:
    """The two parties and the operation, as the callee names them where it was seen."""
    seen = found.has_callee == 1
    by_peer = ifelse(found.peer == "", "", ibis.literal(PEER) + found.peer)
    return found.mutate(
        consumer=found.caller,
        provider=ifelse(seen, found.callee, by_peer),
        operation=ifelse(seen, found.answered, found.asked),
        began_ns=ifelse(found.has_caller == 1, found.caller_start, found.callee_start),
        caller_span=ifelse(found.caller_span == _NO_ID, 0, found.caller_span),
        key=ifelse(found.key == _NO_ID, 0, found.key),
    ).drop("caller", "callee", "answered")


def _with_tries(found: Table) -> Table:
    """Which try each call was: as it was told, else by its siblings, of which a try follows one that had failed and ended.

    Siblings are the calls of one span for the same thing; how many there are is the fan-out.
    """
    follows = ibis.window(group_by=list(_SIBLINGS), order_by=list(_ORDER))
    upward = ibis.window(group_by=list(_SIBLINGS), order_by=list(_ORDER), following=0)
    ordered = found.mutate(
        number=ibis.row_number().over(follows),
        siblings=ifelse(found.caller_span == 0, 1, found.count().over(ibis.window(group_by=list(_SIBLINGS)))),
        after=found.caller_error.lag(1, 0).over(follows),
        ended=(found.caller_start + found.caller_ns).lag(1, 0).over(follows),
    )
    first = (ordered.after == 0) | (ordered.caller_start < ordered.ended) | (ordered.caller_span == 0)
    begun = ordered.mutate(first_number=ifelse(first, ordered.number, 0).max().over(upward))
    by_order = begun.number - begun.first_number + 1
    told = ifelse(begun.attempt > 0, begun.attempt.cast("int64"), ifelse(begun.has_caller == 1, by_order, 1))
    return begun.mutate(
        attempt=ifelse(told > _MOST_TRIES, _MOST_TRIES, told), told_again=(begun.attempt > 1).cast("int8")
    ).drop("number", "after", "ended", "first_number")
