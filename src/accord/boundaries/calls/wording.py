"""The words in which several rules say the same thing about limits and answers."""

from msgspec.structs import replace

from accord.boundaries.join.system import Boundary
from accord.model.fact import Fact, Layer, Stance
from accord.model.finding import Change, Question, Statement
from accord.model.nothing import NONE
from accord.model.subject import provider_of

_LEAVES = {
    "timeout.attempt": "gives up each try after",
    "timeout.request": "gives up after",
    "timeout.idle": "gives up when it hears nothing for",
}


def caller(boundary: Boundary) -> str:
    """Who calls, or who all who call are."""
    return boundary.consumer or f"every caller of {boundary.provider}"


def leaves(boundary: Boundary, limit: Fact) -> Statement:
    """The caller gives up after its limit; a layer other than its code is named."""
    return Statement(limit, f"{caller(boundary)} {_LEAVES[limit.term]} {limit.text}{at_layer(boundary, limit)}")


def at_layer(boundary: Boundary, limit: Fact) -> str:
    """` at its sidecar`; nothing for the caller's own code, or where the caller is the gateway itself."""
    is_own = limit.layer is Layer.CODE or (limit.layer is Layer.GATEWAY and boundary.consumer.startswith("gateway:"))
    return "" if is_own else f" at its {limit.layer}"


def may_answer(fact: Fact) -> Statement:
    """The provider may answer after its maximum, or is held back by its platform."""
    if fact.term == "latency.injected":
        which = " or ".join(value for name, values in fact.scope if name.startswith("requests:") for value in values)
        calls = f"calls to {fact.provider} ({which})" if which else f"calls to {fact.provider}"
        return Statement(fact, f"{calls} are held back for {fact.text}")
    if fact.value is NONE:
        return Statement(fact, f"{fact.provider} promises no longest time")
    return Statement(fact, f"{fact.provider} may answer after {fact.text}")


def answers_within(fact: Fact) -> Statement:
    """The provider answers a share of its calls within a time."""
    return Statement(fact, f"{fact.provider} answers {fact.term.removeprefix('latency.p')} % within {fact.text}")


def when(fact: Fact) -> str:
    """`after 5s`, `at any time`, and for a default or an observation as what it stands."""
    if fact.value is NONE:
        return "at any time"
    standing = {Stance.DEFAULT: " by default", Stance.OBSERVES: " as observed"}.get(fact.stance, "")
    return f"after {fact.text}{standing}"


def how_late(subject: str, limit: Fact) -> Question:
    """The question that settles a limit: how late the operation may answer."""
    provider = provider_of(subject)
    return Question(provider, f"how late {subject} may answer (latency: {{max: ...}})", f"at most {limit.text}")


def times(tries: Fact) -> str:
    """`3 times`, or `again and again` where there is no last try."""
    return "again and again" if tries.value is NONE else f"{tries.value} times"


def asks_so_often(tries: Fact) -> str:
    """`asks up to 3 times`, or `asks again and again`."""
    return f"asks {times(tries) if tries.value is NONE else f'up to {times(tries)}'}"


def exchanged(before: Fact, value: object, text: str) -> Change:
    """The change that gives a fact another value."""
    return Change(before, replace(before, value=value, text=text))
