"""Whether what a platform is told breaks an expectation. A function returns why it does not, or ""."""

from fractions import Fraction
from itertools import combinations

from accord.model.amount import Amount
from accord.model.fact import ANY, PARTY, Fact, Stance
from accord.model.scaling import scaled, spared
from accord.monitor.timeline import Timeline


def work_finishes(line: Timeline) -> str:
    """Broken when a platform ends the work of a party sooner than the longest that was promised for it."""
    limits = [step.fact for step in line.said("grace", "killed_after") if step.fact is not None]
    for limit in limits:
        for longest in line.facts_of("latency.max", "work.max"):
            if _is_of(limit, longest) and _is_less(limit, longest):
                return ""
    return "no work may last longer than its platform lets it"


def _is_of(limit: Fact, longest: Fact) -> bool:
    """Whether the limit is one on this very work: of the party that does it, as a whole or at this operation."""
    does = longest.consumer if longest.term == "work.max" else longest.provider
    if does != (limit.consumer or limit.provider) or (longest.term == "latency.max" and longest.consumer):
        return False
    if limit.operation == PARTY:
        return True
    return limit.provider == longest.provider and limit.operation in (longest.operation, ANY)


def _is_less(limit: Fact, longest: Fact) -> bool:
    told = longest.stance in (Stance.PROMISES, Stance.ASSUMES)
    return told and isinstance(limit.value, int) and isinstance(longest.value, int) and limit.value < longest.value


def drain_ends(line: Timeline) -> str:
    """Broken when a disruption budget spares none of the copies that a party runs."""
    for budget in (step.fact for step in line.said("budget.min_available", "budget.max_unavailable")):
        for count in (step.fact for step in line.said("replicas", "replicas.min")):
            if budget is None or count is None or budget.provider != count.provider:
                continue
            is_least = budget.term == "budget.min_available"
            if isinstance(count.value, int) and count.value > 0 and spared(budget.value, is_least, count.value) == 0:
                return ""
    return "a copy may go"


def one_budget_each(line: Timeline) -> str:
    """Broken when two budgets that stand in one file select the pods of one party."""
    budgets = [step.fact for step in line.said("budget.selects") if step.fact is not None]
    for first, second in combinations(budgets, 2):
        near = (first.provider, first.scope, first.place.root) == (second.provider, second.scope, second.place.root)
        if near and first.place.file == second.place.file and first.place != second.place:
            return ""
    return "no pod is under two budgets"


def pools_fit(line: Timeline) -> str:
    """Broken when all copies of all callers keep more connections than the provider accepts."""
    for step in line.said("accepts.connections"):
        taken = step.fact
        if taken is None or taken.consumer or not isinstance(taken.value, Amount) or taken.value.each:
            continue
        kept: dict[str, Fraction] = {}
        for sent in line.facts_of("sends.connections"):
            if sent.consumer and _is_sent_to(sent, taken) and isinstance(sent.value, Amount):
                each = sent.value.value * (_copies(line, sent.consumer) if sent.value.each else 1)
                kept[sent.consumer] = max(each, kept.get(sent.consumer, Fraction(0)))
        if sum(kept.values(), Fraction(0)) > taken.value.value:
            return ""
    return "all connections fit"


def _is_sent_to(sent: Fact, taken: Fact) -> bool:
    return sent.provider == taken.provider and taken.operation in (PARTY, ANY, sent.operation)


def _copies(line: Timeline, party: str) -> int:
    """How many copies of a party may run at once, as the facts of the witness say; one where they do not."""
    most = [fact.value for fact in line.of_party("replicas.max", party)] or [
        fact.value for fact in line.of_party("replicas", party)
    ]
    counts = [value for value in most if isinstance(value, int)]
    if len(counts) != 1:
        return 1
    more = [scaled(fact.value, counts[0]) or 0 for fact in line.of_party("replicas.surge", party)]
    return counts[0] + max(more, default=0)
