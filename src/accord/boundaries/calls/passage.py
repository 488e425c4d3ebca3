"""What passes through a queue: its producers' messages reach the receivers of every operation that delivers them."""

from collections.abc import Iterator

from msgspec import Struct

from accord.boundaries.join.side import Side
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.model.fact import Fact, Stance

NOT_PASSED = ("sends.batch", "sends.concurrency", "sends.connections", "sends.response_size", "sends.pages")
"""Quantities between a producer and the queue, which say nothing of the messages themselves."""


class Passage(Struct, frozen=True):
    """One quantity that producers put into a queue at `entry` and that `receiver` takes at `exit`."""

    queue: str
    kind: Fact
    entry: str
    exit: str
    sent: tuple[Fact, ...]
    taken: Fact

    @property
    def name(self) -> str:
        """`currency`."""
        return self.taken.term.removeprefix("accepts.")


def passages(system: System, view: View) -> Iterator[Passage]:
    """Every quantity named by the producers and by a receiver of one queue, where it has one operation that takes messages in."""
    for kind in queues(system, view):
        queue = kind.provider
        entries = {
            operation: sent
            for operation in system.operations(queue)
            if (sent := _stated(system, queue, operation, view, "sends."))
        }
        if len(entries) != 1:
            continue
        ((entry, sent),) = entries.items()
        for operation in system.operations(queue):
            if operation != entry:
                for taken in _stated(system, queue, operation, view, "accepts."):
                    name = f"sends.{taken.term.removeprefix('accepts.')}"
                    same = tuple(fact for fact in sent if fact.term == name and name not in NOT_PASSED)
                    if same:
                        yield Passage(queue, kind, entry, operation, same, taken)


def queues(system: System, view: View) -> list[Fact]:
    """The statements of those parties that are queues, in order of name."""
    found = {fact.provider for fact in system.about("kind") if fact.value == "queue"}
    kinds = [system.party(name, view).get("kind") for name in sorted(found)]
    return [kind for kind in kinds if kind is not None and kind.value == "queue"]


def callers(system: System, provider: str, operation: str, view: View) -> Iterator[tuple[str, Side]]:
    """Every known caller of an operation and what it says of it."""
    for consumer in system.callers(provider, operation):
        yield consumer, system.assumed((consumer, provider, operation), view)


def _stated(system: System, queue: str, operation: str, view: View, family: str) -> list[Fact]:
    return [
        fact
        for consumer, side in callers(system, queue, operation, view)
        for fact in side.family(family)
        if fact.stance is Stance.ASSUMES and fact.consumer == consumer
    ]
