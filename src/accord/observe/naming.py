"""What spans say in texts as one number each, and back: so that texts are looked at once a span, and never grouped.

Every span finds its one row of `words`, and so does every number: nothing here can be without its other half.
"""

import ibis
from ibis import ifelse

from accord.observe.calls import Table

PEER = "peer:"
"""Before the name of a provider of which only its callers tell: what they call it by, such as a host."""
_TEXTS = ("service", "operation", "peer", "environment")


def words(spans: Table) -> Table:
    """What spans say of whose they are, what is called, whom, and where: each once, with its number; 0 says nothing."""
    told = spans.select(*_TEXTS).distinct()
    numbered = told.mutate(who=(ibis.row_number().over(ibis.window(order_by=list(_TEXTS))) + 1).cast("int32"))
    one_row = told.aggregate(rows=told.count())
    nothing = one_row.select(**{name: ibis.literal("") for name in _TEXTS}, who=ibis.literal(0, "int32"))
    return numbered.union(nothing)


def numbered(spans: Table, known: Table) -> Table:
    """The spans with `who` for their texts."""
    whose = known.filter(known.who > 0)
    return spans.join(whose, list(_TEXTS)).drop(*_TEXTS, "version")


def named(rows: Table, known: Table) -> Table:
    """Rows of `caller_who` and `callee_who` with the two parties, the operation as the callee names it where it was seen, and where."""
    caller = known.select(**{f"of_{name}": name for name in _TEXTS}, caller_who="who")
    callee = known.select(**{f"by_{name}": name for name in _TEXTS}, callee_who="who")
    both = rows.join(caller, "caller_who").join(callee, "callee_who")
    seen = both.callee_who > 0
    by_peer = ifelse(both.of_peer == "", "", ibis.literal(PEER) + both.of_peer)
    return both.select(
        *[name for name in rows.columns if name not in ("caller_who", "callee_who")],
        consumer=both.of_service,
        provider=ifelse(seen, both.by_service, by_peer),
        operation=ifelse(seen, both.by_operation, both.of_operation),
        environment=ifelse(both.of_environment > both.by_environment, both.of_environment, both.by_environment),
    )
