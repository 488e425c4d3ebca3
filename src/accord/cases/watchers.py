"""What contracts name under `detect`: each signal, the names under which it fires, and the term that it watches."""

from collections.abc import Iterator

from msgspec import Struct

from accord.boundaries.join.system import System
from accord.boundaries.people.ladder import operations_that_say, references, signals
from accord.boundaries.signals.alerting import alerts_named
from accord.model.fact import Fact
from accord.model.subject import called, provider_of


class Watched(Struct, frozen=True):
    """What one signal watches: an operation, and the term of it where the contract says so."""

    provider: str
    operation: str
    term: str


class Watcher(Struct, frozen=True):
    """One signal as a contract calls it; `alerts` are the names under which the alerts that it means fire, if any is known."""

    named: str
    alerts: tuple[str, ...]
    watched: Watched
    fact: Fact

    @property
    def names(self) -> tuple[str, ...]:
        """Under which names it is heard: those of the alerts, else the contract's own."""
        return self.alerts or (self.named,)


def watchers(system: System) -> Iterator[Watcher]:
    """Every signal that a contract names, in order of what it watches."""
    for provider, operation in operations_that_say(system, "detect"):
        for fact in signals(system.promised(provider, operation, {})):
            watched = Watched(provider, operation, fact.term.removeprefix("detect.").removesuffix("by").strip("."))
            for reference in references(fact):
                name = provider_of(reference)
                alerts = tuple(dict.fromkeys(alert.called for alert in alerts_named(system, {}, name)))
                yield Watcher(called(name), alerts, watched, fact)
