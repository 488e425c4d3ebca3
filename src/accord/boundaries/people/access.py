"""Access: what the steps of a repair need from others, and what these say of when and how soon they give it."""

from collections.abc import Iterator

from msgspec import Struct

from accord.boundaries.join.memory import once_each
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.people.absence import Watch, watch
from accord.boundaries.people.ladder import operations_that_say, references
from accord.boundaries.people.recovery import Due, Recovery, due, recovery
from accord.model.contract_values import WorkStep
from accord.model.fact import Fact
from accord.model.nothing import NONE
from accord.model.place import Place
from accord.model.subject import provider_of


class Need(Struct, frozen=True):
    """One step of a repair and one access that it needs.

    `given` and `wait` are what is said of when and how soon it is given, `hours` and `owed` what the promise that is
    repaired (`subject`) says of its hours and its time.
    """

    step: WorkStep
    reference: str
    steps: Fact
    given: Watch
    wait: Fact | None
    subject: str
    hours: Fact | None
    owed: Due | None
    told: Recovery | None

    @property
    def says(self) -> str:
        """The need as a statement: failover needs db-admin for `promote the replica`."""
        return f"{self.steps.provider} needs {self.reference} for `{self.step.do}`"

    @property
    def place(self) -> Place:
        """Where the step names what it needs."""
        return dict(self.step.places).get("needs", self.step.place)


def access_needs(system: System, view: View) -> Iterator[Need]:
    """Every access that a step of a repair needs, for each promise that is repaired so."""
    asking = {fact.provider for fact in system.about("steps") if fact.value is not NONE and _asks(fact)}
    for provider, operation in operations_that_say(system, "recover") if asking else ():
        side = system.promised(provider, operation, view)
        how, hours = side.get("recover.how"), side.get("hours")
        for procedure in references(how):
            for steps, step, reference in _accesses(system, provider_of(procedure), view):
                assert how is not None
                told = recovery(system, provider, operation, view)
                given = watch(system, reference, steps, view, how)
                wait = system.promised(given.party, given.operation, view).get("acknowledge")
                yield Need(
                    step, reference, steps, given, wait, f"{provider}/{operation}", hours, due(side, hours), told
                )


def _asks(steps: Fact) -> bool:
    return any(step.needs for step in steps.value)


@once_each
def _accesses(system: System, procedure: str, view: View) -> list[tuple[Fact, WorkStep, str]]:
    """Every access that a step of the procedure needs."""
    steps = system.party(procedure, view).get("steps")
    if steps is None or steps.value is NONE:
        return []
    return [(steps, step, reference) for step in steps.value for reference in step.needs]
