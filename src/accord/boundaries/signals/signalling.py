"""How long it takes at least until an alert shows a deviation: reading, evaluating, holding, gathering, as far as stated."""

from collections.abc import Iterator

from msgspec import Struct

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.people.ladder import operations_that_say, references, signals
from accord.boundaries.signals.alerting import Alert, alerting, alerts_named
from accord.boundaries.signals.hearing import heard
from accord.boundaries.signals.routing import Settings, router, shortest_of
from accord.boundaries.signals.scraping import server_of
from accord.model.duration import show_duration
from accord.model.fact import Fact
from accord.model.subject import provider_of
from accord.model.witness import Step


class Part(Struct, frozen=True):
    """One stated time between a failure and the page that tells of it; `act` is that of the witness."""

    act: str
    fact: Fact
    takes: int
    does: str


class Signal(Struct, frozen=True):
    """An alert that an operation names as what shows its deviations, and the parts of the time that it may take."""

    named_by: Fact
    name: str
    alert: Alert
    parts: tuple[Part, ...]

    @property
    def takes(self) -> int:
        """Nanoseconds until it is told, when every part takes all the time it may."""
        return sum(part.takes for part in self.parts)

    @property
    def fires(self) -> int:
        """Nanoseconds until it fires, before it waits for others of its group."""
        return sum(part.takes for part in self.parts if part.act != "gathers")

    def steps(self, subject: str) -> tuple[Step, ...]:
        """The parts one after the other, and the alert that shows the deviation then."""
        told, at = [], 0
        for part in self.parts:
            at += part.takes
            told.append(Step(at, part.fact.says, part.act, part.does, part.fact, subject))
        shown = f"{self.alert.called} shows that {subject} fails"
        return (*told, Step(at, self.name, "detects", shown, self.named_by, subject))


def signalled(system: System, view: View) -> Iterator[tuple[str, str, Signal]]:
    """Every operation whose deviations an alert that was read shows, with the soonest such signal."""
    if not alerting(system, view).alerts:
        return
    for provider, operation in operations_that_say(system, "detect"):
        signal = soonest_signal(system, provider, operation, view)
        if signal is not None:
            yield provider, operation, signal


def soonest_signal(system: System, provider: str, operation: str, view: View) -> Signal | None:
    """The signal of an operation that shows a deviation first; None where one of them is no alert that was read."""
    found: list[Signal] = []
    for named_by in signals(system.promised(provider, operation, view)):
        for reference in references(named_by):
            alerts = alerts_named(system, view, provider_of(reference))
            if not alerts:
                return None
            found += [
                Signal(named_by, provider_of(reference), alert, tuple(_parts(system, view, alert))) for alert in alerts
            ]
    return min(found, key=lambda signal: (signal.takes, signal.alert.party), default=None)


def _parts(system: System, view: View, alert: Alert) -> Iterator[Part]:
    server = server_of(system, view, alert)
    if server is not None:
        selections = alert.expression.selections
        read = [fact for one in selections for fact in server.intervals(one) if fact.term == "scrape.interval"]
        stated = [fact for fact in read if system.states(fact)]
        if stated and len(stated) == len(read):
            slowest = min(stated, key=lambda fact: fact.value)
            yield Part("reads", slowest, slowest.value, f"reads the targets once in {slowest.text}")
    interval = alert.said.get("alert.interval")
    if interval is None and server is not None:
        interval = system.party(server.party, view).get("evaluation.interval")
    if interval is not None and interval.value:
        yield Part("evaluates", interval, interval.value, f"evaluates the rule once in {interval.text}")
    held = alert.said.get("alert.for")
    if held is not None and held.value:
        every = interval.value if interval is not None and interval.value else 1
        takes = -(-held.value // every) * every  # only an evaluation finds that it has lasted (rules/alerting.go, Eval)
        found = "" if takes == held.value else f", which is seen after {show_duration(takes)}"
        yield Part("holds", held, takes, f"{alert.called} waits until it has lasted {held.text}{found}")
    shortest = shortest_of("group_wait", told_in(system, view, alert))
    if shortest is not None and shortest.value and system.states(shortest.fact):
        does = f"waits {show_duration(shortest.value)} for others of the group"
        yield Part("gathers", shortest.fact, shortest.value, does)


def told_in(system: System, view: View, alert: Alert) -> list[Settings]:
    """What holds at each route by which somebody is told of the alert; none where that is open."""
    told = next((one for one in heard(system, view) if one.alert.party == alert.party), None)
    usual = told.usual if told is not None else None
    if told is None or usual is None:
        return []
    reach = told.ways[0][0]
    return [router(reach.tree).settings(node) for node in usual.ends if reach.receiver(node) not in reach.silent]
