"""Whether what is said of connections and of tries at once breaks an expectation. A function returns why not, or ""."""

from accord.model.amount import Amount
from accord.model.fact import Fact
from accord.model.nothing import NONE
from accord.monitor.speech import is_callers, is_of_party, is_providers
from accord.monitor.timeline import Timeline

_AFTER_A_RESET = {"reset", "any", "5xx", "gateway-error", "reset-before-request", "http3-post-connect-failure"}


def connection_open_when_used(line: Timeline) -> str:
    """Broken when the provider closes an idle connection that its caller keeps, and nothing asks again after a reset."""
    said = [step.fact for step in line.said("keep_alive") if step.fact is not None]
    reason = "nobody keeps an idle connection for longer than the other side"
    for server in said:
        for pool in said:
            if not is_providers(server, pool.subject) or not _is_of_caller(pool):
                continue
            if isinstance(server.value, int) and (pool.value is NONE or pool.value > server.value):
                if _asks_again(line, pool):
                    reason = "a call that meets a closed connection is made again"
                    continue
                return ""
    return reason


def _is_of_caller(fact: Fact) -> bool:
    return is_callers(fact, fact.consumer, fact.subject) and not is_providers(fact, fact.subject)


def _asks_again(line: Timeline, pool: Fact) -> bool:
    """Whether a fact of the same caller and layer says so; one who says that it asks once does not."""
    mine = [
        fact
        for fact in line.facts_of("attempts", "retry_on")
        if fact.layer is pool.layer and is_callers(fact, pool.consumer, pool.subject)
    ]
    if any(fact.term == "attempts" and fact.value == 1 for fact in mine):
        return False
    words = {word for fact in mine if fact.term == "retry_on" and isinstance(fact.value, tuple) for word in fact.value}
    return bool(words & _AFTER_A_RESET)


def tries_not_cancelled(line: Timeline) -> str:
    """Broken when more calls may be under way than further tries may run at once."""
    for cap in (step.fact for step in line.said("retries.concurrent") if step.fact is not None):
        said = [step.fact for step in line.said("sends.concurrency", "attempts") if step.fact is not None]
        mine = [fact for fact in said if _is_same_call(fact, cap)]
        sent = [fact.value.value for fact in mine if isinstance(fact.value, Amount) and fact.value.dimension == "count"]
        again = [fact for fact in mine if fact.term == "attempts" and fact.value != 1]
        copies = 1 if cap.source == "contract" else _copies(line, cap.consumer)
        if sent and again and copies and isinstance(cap.value, int) and sent[0] > cap.value * copies:
            return ""
    return "as many further tries may run as calls are under way"


def _is_same_call(fact: Fact, cap: Fact) -> bool:
    return _is_of_caller(fact) and fact.consumer in ("", cap.consumer) and fact.provider == cap.provider


def _copies(line: Timeline, party: str) -> int:
    """The most copies of a party that it states; 0 where it states none."""
    stated = [fact.value for fact in line.facts_of("replicas", "replicas.max") if is_of_party(fact, party)]
    return max((value for value in stated if isinstance(value, int)), default=0)
