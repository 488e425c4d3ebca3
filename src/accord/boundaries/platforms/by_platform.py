"""Tries that nobody wrote: a platform asks again by default, after answers that may come when the provider has acted.

A platform sends the very same request again, with every header it has: a key that its caller sends is the same each time.
"""

from accord.boundaries.calls.limits import is_asked_for
from accord.boundaries.calls.repeats import NOTHING_DONE, Repeat, repeat
from accord.boundaries.join.system import Boundary
from accord.model.fact import Fact, Stance
from accord.model.nothing import NONE

_OF_GRPC = frozenset(("cancelled", "deadline-exceeded", "internal", "resource-exhausted", "unavailable"))
"""Words of Envoy's `x-envoy-retry-grpc-on`: they name a status that only a gRPC answer carries."""


def unwritten_tries(boundary: Boundary) -> Fact | None:
    """The tries of a platform that makes more than one by default; None where somebody states them, or after what to make them."""
    for tries in boundary.assumed.all("attempts"):
        several = tries.value is NONE or tries.value > 1
        if tries.stance is Stance.DEFAULT and several and not is_asked_for(boundary, tries):
            return tries
    return None


def after_acting(boundary: Boundary, again: Fact) -> tuple[str, ...]:
    """The words of a list of answers, tried again, that may come although the provider has acted.

    Of a call that is gRPC, or is none, only those words that such a call can meet.
    """
    words = tuple(word for word in again.value if word not in NOTHING_DONE) if again.value is not NONE else ()
    address = boundary.promised.get("at")
    if address is None:
        return words
    is_rpc = {text.startswith("rpc ") for text in address.value}
    if is_rpc == {False}:
        return tuple(word for word in words if not _is_of_grpc(word))
    if is_rpc == {True}:
        return tuple(word for word in words if _is_of_grpc(word) or word in ("reset", "timeout", "any"))
    return words


def _is_of_grpc(word: str) -> bool:
    return word.lower().replace("_", "-") in _OF_GRPC or (word.isupper() and not word[:1].isdigit())


def repeat_by_platform(boundary: Boundary) -> Repeat:
    """What happens when a platform sends the same request again: a key that changes with each attempt of the caller does not."""
    does = repeat(boundary)
    if does.key is not None and does.key.value != "none":
        return Repeat(True, does.fact, does.key)
    return does
