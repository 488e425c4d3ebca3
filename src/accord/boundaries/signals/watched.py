"""Operations whose deviation is shown by one alert rule alone, as a contract says by its name."""

from collections.abc import Iterator

from msgspec import Struct

from accord.boundaries.join.side import Side
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.people.ladder import operations_that_say, references, signals
from accord.boundaries.signals.alerting import alerts_named
from accord.boundaries.signals.hearing import Heard, heard
from accord.model.fact import Fact
from accord.model.finding import Statement
from accord.model.subject import provider_of


class Watched(Struct, frozen=True):
    """An operation, the statements that name its one signal, and that alert with the way it takes through the routes."""

    provider: str
    operation: str
    side: Side
    shown: tuple[Fact, ...]
    by: Heard

    @property
    def subject(self) -> str:
        """`payments/charge`."""
        return f"{self.provider}/{self.operation}"

    @property
    def named(self) -> Statement:
        """The statement that names the signal."""
        return Statement(self.shown[0], f"{self.subject} is shown by {self.by.alert.called} alone")


def watched(system: System, view: View) -> Iterator[Watched]:
    """Every operation with one signal that is one alert rule, and that a routing tree takes."""
    is_said = any(term.partition(".")[0] == "detect" for term in system.terms)
    known = {each.alert.party: each for each in heard(system, view) if each.ways} if is_said else {}
    for provider, operation in operations_that_say(system, "detect") if known else ():
        side = system.promised(provider, operation, view)
        shown = tuple(signals(side))
        names = {provider_of(name) for fact in shown for name in references(fact)}
        alerts = alerts_named(system, view, names.pop()) if len(names) == 1 else ()
        if len(alerts) == 1 and alerts[0].party in known:
            yield Watched(provider, operation, side, shown, known[alerts[0].party])
