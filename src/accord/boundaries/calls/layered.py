"""Layers that repeat one call, the outermost first, and the answers after which two of them do."""

from math import prod

from msgspec import Struct

from accord.boundaries.join.system import Boundary
from accord.model.fact import Fact, Stance
from accord.model.nothing import NONE

_ON_THE_WAY = frozenset(("timeout", "connect", "reset", "connect-failure", "refused-stream", "reset-before-request"))
"""Words that name no answer: what one layer meets on its way, the layer before it does not meet."""
_MOST_SHOWN = 3
_GATEWAY = frozenset(("502", "503", "504"))


class Repeating(Struct, frozen=True):
    """One layer that makes several tries, and after which answers it makes the next."""

    tries: Fact
    again: Fact


def repeating(boundary: Boundary) -> list[Repeating]:
    """Every layer of this call that makes more than one try and says after what, the outermost first."""
    found = []
    for tries in boundary.assumed.all("attempts"):
        again = next((fact for fact in boundary.assumed.all("retry_on") if fact.layer is tries.layer), None)
        if again is not None and again.value is not NONE and (tries.value is NONE or tries.value > 1):
            found.append(Repeating(tries, again))
    return found


def shared_answers(outer: Fact, inner: Fact) -> tuple[str, ...]:
    """The answers that both lists name, in the words of the narrower one; what is met on the way to the other side is none."""
    found: dict[str, None] = {}
    for one in outer.value:
        for other in inner.value:
            word = _common(_spelled(one), _spelled(other))
            if word:
                found[word] = None
    return tuple(found)


def _spelled(word: str) -> str:
    return word if word[:1].isdigit() or word in ("any", "gateway-error") else word.upper().replace("-", "_")


def _common(one: str, other: str) -> str:
    if one.lower().replace("_", "-") in _ON_THE_WAY or other.lower().replace("_", "-") in _ON_THE_WAY:
        return ""
    if one == other:
        return "" if one == "any" else one
    for wide, narrow in ((one, other), (other, one)):
        if wide == "any" or (wide == "gateway-error" and narrow in _GATEWAY):
            return narrow
        if (
            wide.endswith("xx")
            and wide[:1] == narrow[:1]
            and (narrow.isdigit() or (wide == "5xx" and narrow in _GATEWAY))
        ):
            return narrow
        if wide == "5xx" and narrow == "gateway-error":
            return narrow
    return ""


def product_of(layers: list[Repeating]) -> int | None:
    """How many calls arrive for one request; None where a layer states no last try."""
    counts = [layer.tries.value for layer in layers]
    return None if NONE in counts else prod(counts)


def unwritten(layers: list[Repeating]) -> bool:
    """Whether nobody wrote any of these tries."""
    return all(layer.tries.stance is Stance.DEFAULT for layer in layers)


def in_numbers(layers: list[Repeating]) -> str:
    """What the tries of the layers come to: `3 x 3 = 9 calls`, `3 x any number of calls`."""
    total = product_of(layers)
    counts = " x ".join("any number" if layer.tries.value is NONE else str(layer.tries.value) for layer in layers)
    return f"{counts} of calls" if total is None else f"{counts} = {total} calls"


def listed(answers: tuple[str, ...]) -> str:
    """`503`, `503 or UNAVAILABLE`, `5xx or UNKNOWN or 4 more`."""
    shown = answers if len(answers) <= _MOST_SHOWN else (*answers[:2], f"{len(answers) - 2} more")
    return " or ".join(shown)
