"""How late an answer may come while the provider keeps its word, from its own statement or from what it waits for."""

from msgspec import Struct

from accord.boundaries.calls.limits import MOST_TRIES_COUNTED, Plan, plan
from accord.boundaries.join.memory import once_here
from accord.boundaries.join.side import Side
from accord.boundaries.join.system import Boundary, System
from accord.boundaries.join.view import View
from accord.model.contract_values import Needs
from accord.model.fact import ANY, Fact, Layer, Stance
from accord.model.nothing import NONE
from accord.model.subject import operation_of, provider_of

FOREVER = 10**24
"""More nanoseconds than any limit: the time of a provider that promises no maximum."""
DEEPEST = 8


class Wait(Struct, frozen=True):
    """One call that a provider makes while its own caller waits."""

    consumer: str
    provider: str
    operation: str
    because: Fact
    surely: int
    at_most: int | None
    limit: Fact | None
    missing: tuple[str, ...]
    connect: Fact | None

    @property
    def subject(self) -> str:
        """`ratings/get`."""
        return f"{self.provider}/{self.operation}"


class Worst(Struct, frozen=True):
    """How late an answer may come.

    `surely`: every party keeps its word and the answer takes this long (nanoseconds); 0 where nothing is known.
    `at_most`: it takes no longer, None where somebody has not said. `stated`: the maximum the provider itself states.
    `injected`: delay that the platform adds. `waits`: what it waits for, where it states no maximum of its own.
    """

    surely: int
    at_most: int | None
    stated: Fact | None = None
    injected: Fact | None = None
    waits: tuple[tuple[Wait, ...], ...] = ()

    @property
    def held_back(self) -> int:
        """The delay that the platform adds, in nanoseconds."""
        return self.injected.value if self.injected is not None else 0

    @property
    def waits_at_most(self) -> int | None:
        """The longest that its own waiting can take, its own work left out; None where a wait has no limit."""
        total = 0
        for group in self.waits:
            longest = [wait.at_most for wait in group]
            if None in longest:
                return None
            total += max(value for value in longest if value is not None)
        return total


@once_here
def worst(boundary: Boundary) -> Worst:
    """How late this boundary's provider may answer one attempt."""
    own = _stated(boundary.promised)
    return own or _worst(boundary.system, boundary.provider, boundary.operation, boundary.view, ())


def waits_behind(boundary: Boundary) -> tuple[tuple[Wait, ...], ...]:
    """What the provider waits for before it answers, whatever maximum it states itself."""
    needs = boundary.promised.get("needs")
    if needs is None or not isinstance(needs.value, Needs):
        return ()
    path = (boundary.subject,)
    return tuple(
        tuple(_wait(boundary.system, boundary.provider, call, needs, boundary.view, path) for call in together)
        for together in needs.value.calls
    )


def waits_instead(boundary: Boundary, wait: Wait) -> Wait | None:
    """The call that the provider makes instead of one that it has given up on; None where it gives up on none, or names no call."""
    part = boundary.system.boundary((wait.consumer, wait.provider, wait.operation), boundary.view)
    planned, fallback = plan(part, MOST_TRIES_COUNTED), part.assumed.get("fallback")
    if planned is None or fallback is None or fallback.value is NONE or " " in fallback.value:
        return None
    first = planned.tries[0]
    if not planned.complete or worst(part).surely <= first.end - first.start:
        return None
    path = (boundary.subject, wait.subject)
    return _wait(boundary.system, wait.consumer, fallback.value, fallback, boundary.view, path)


def _worst(system: System, provider: str, operation: str, view: View, path: tuple[str, ...]) -> Worst:
    promised = system.promised(provider, operation, view)
    own = _stated(promised)
    if own is not None:
        return own
    injected = promised.get("latency.injected")
    delay = injected.value if injected is not None else 0
    subject = f"{provider}/{operation}"
    needs = promised.get("needs")
    if needs is None or not isinstance(needs.value, Needs) or subject in path or len(path) >= DEEPEST:
        return Worst(delay, None, None, injected)
    groups = tuple(
        tuple(_wait(system, provider, call, needs, view, (*path, subject)) for call in together)
        for together in needs.value.calls
    )
    surely = delay + sum(max(wait.surely for wait in group) for group in groups)
    return Worst(surely, None, None, injected, groups)


def _stated(promised: Side) -> Worst | None:
    """By the maximum that the provider itself states; None where it states none."""
    stated = next((fact for fact in promised.all("latency.max") if fact.stance is Stance.PROMISES), None)
    if stated is None:
        return None
    injected = promised.get("latency.injected")
    longest = FOREVER if stated.value is NONE else stated.value
    whole = longest + (injected.value if injected is not None else 0)
    return Worst(whole, whole, stated, injected)


def _wait(system: System, consumer: str, call: str, because: Fact, view: View, path: tuple[str, ...]) -> Wait:
    provider, operation = provider_of(call), operation_of(call) or ANY
    boundary = system.boundary((consumer, provider, operation), view)
    callee = _worst(system, provider, operation, view, path)
    planned = plan(boundary, MOST_TRIES_COUNTED)
    connect = _connecting(boundary)
    return Wait(
        consumer,
        provider,
        operation,
        because,
        surely=_surely(callee, planned),
        at_most=_at_most(callee, planned, connect),
        limit=planned.tries[0].limit if planned else None,
        missing=_missing(callee, f"{provider}/{operation}"),
        connect=connect,
    )


def _connecting(boundary: Boundary) -> Fact | None:
    """The caller's limit on connecting; None behind a sidecar, which takes the connection at once."""
    if any(fact.layer is Layer.SIDECAR for facts in boundary.assumed.terms.values() for fact in facts):
        return None
    return boundary.assumed.get("timeout.connect")


def _surely(callee: Worst, planned: Plan | None) -> int:
    if planned is None:
        return callee.surely
    first = planned.tries[0]
    return callee.surely if callee.surely <= first.end - first.start else planned.end


def _at_most(callee: Worst, planned: Plan | None, connect: Fact | None) -> int | None:
    """Connecting comes before the silence that an idle limit counts, so it is on top of that limit only."""
    if planned is None:
        return callee.at_most
    first = planned.tries[0]
    on_top = 0
    if connect is not None and connect.value is not NONE and first.limit.term == "timeout.idle":
        on_top = connect.value * len(planned.tries)
    if callee.at_most is not None and callee.at_most <= first.end - first.start:
        return callee.at_most + on_top
    return None if planned.at_most is None else planned.at_most + on_top


def _missing(callee: Worst, subject: str) -> tuple[str, ...]:
    if callee.stated is not None:
        return ()
    deeper = tuple(name for group in callee.waits for wait in group for name in wait.missing)
    return deeper or (subject,)
