"""Whether asking again does the thing again: what the provider says, what the caller sends, what the protocol says."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from accord.boundaries.calls.answers import answers, lists_all, names_error
from accord.boundaries.calls.limits import repeated_after, tries_again
from accord.boundaries.join.system import Boundary
from accord.model.contract_values import Idempotence
from accord.model.fact import Fact
from accord.model.nothing import NONE

IDEMPOTENT_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE")
"""RFC 9110 section 9.2.2: the methods whose repetition has the effect of a single request."""


NOTHING_DONE = frozenset(("connect", "connect-failure", "refused-stream", "reset-before-request"))
LOST = frozenset(("timeout", "reset", "any", "5xx", "gateway-error"))
"""Words of `retry_on`: after the first nothing was done; after the second the caller does not know."""

_HEDGED = "hedgingPolicy"
"""The policy of gRPC by which the next try is sent while the one before may still be answered (proposal A6)."""


class Repeat(Struct, frozen=True):
    """What a repeat does: `safe` is True, False, or None where nobody said; `fact` is the statement that decides."""

    safe: bool | None
    fact: Fact | None
    key: Fact | None = None


def repeat(boundary: Boundary) -> Repeat:
    """What happens when this caller asks this provider for the same thing twice."""
    stated = boundary.promised.get("idempotent")
    if stated is None:
        return _by_protocol(boundary)
    value: Idempotence = stated.value
    if value.kind != "key":
        return Repeat(value.kind == "always", stated)
    key = boundary.assumed.get("idempotency_key")
    if key is None:
        return Repeat(None, stated)
    return Repeat(key.value == "per-request", stated, key)


def is_forgotten(does: Repeat, after: int) -> bool:
    """Whether a key first sent that many nanoseconds ago is no longer remembered: at exactly its time it is gone."""
    if does.fact is None or does.fact.term != "idempotent" or does.fact.value.kind != "key":
        return False
    remembered: int | None = does.fact.value.remembered
    return remembered is not None and after >= remembered


def _by_protocol(boundary: Boundary) -> Repeat:
    address = boundary.promised.get("at")
    if address is None:
        return Repeat(None, None)
    methods = [text.partition(" ")[0] for text in address.value]
    if all(method in IDEMPOTENT_METHODS for method in methods):
        return Repeat(True, address)
    return Repeat(None, address)


def never_repeated(boundary: Boundary, tries: Fact) -> bool:
    """Whether the caller has said that it asks again after named errors only.

    What each of those leaves done is another question; one that a provider does not list, who lists the codes of its
    errors, does not occur.
    """
    stated = repeated_after(boundary, tries)
    if stated is None or tries_again(boundary, tries):
        return False
    if stated.value is NONE:
        return True
    listed = answers(boundary)
    if boundary.promised.value("errors") is NONE or (lists_all(listed) and all(error.value.status for error in listed)):
        return LOST.isdisjoint(stated.value) or _all_named(stated.value, listed)
    return _all_named(stated.value, listed)


def error_says_so(boundary: Boundary, tries: Fact) -> bool:
    """Whether the provider lists an error that is tried again and after which it may have acted: a rule on errors tells it."""
    stated = repeated_after(boundary, tries)
    words = stated.value if stated is not None and stated.value is not NONE else ()
    return any(
        error.value.effect in ("unknown", "done") and any(names_error(word, error) for word in words)
        for error in answers(boundary)
    )


def _all_named(words: Iterable[str], listed: Sequence[Fact]) -> bool:
    """Whether each word names a listed error, or what happens before anything is done."""
    return all(word in NOTHING_DONE or any(names_error(word, error) for error in listed) for word in words)


def safe_only_while(boundary: Boundary, tries: Fact) -> str:
    """The condition under which repeats that nothing is known to cause do no harm."""
    if any(fact.value == _HEDGED and fact.layer is tries.layer for fact in boundary.assumed.all("attempts.policy")):
        return "holds only while each call is answered before the next is sent beside it"
    stated = repeated_after(boundary, tries)
    if stated is None or LOST & set(stated.value):
        return "holds only while no answer is lost on the way"
    return f"holds only while nothing was done whenever the answer is {stated.text}"
