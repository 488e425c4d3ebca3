"""A queue and whoever receives from it: when a message is delivered again, and how long the receiver may keep it.

A delivery is an attempt made by the provider: on the promise of a queue, topic or webhook `timeout.attempt` is the time
until it delivers again and `attempts` the deliveries in all; the receiver says `work`.
"""

from msgspec import Struct

from accord.boundaries.join.system import Boundary
from accord.model.amount import Amount
from accord.model.contract_values import Idempotence
from accord.model.fact import PARAMETER, Fact, Layer, Stance
from accord.model.finding import Statement
from accord.model.nothing import NONE
from accord.model.subject import called

ADVISED = 6
"""Visibility timeout by the timeout of the function: AWS Lambda Developer Guide, services-sqs-configure."""


class Kept(Struct, frozen=True):
    """How long a receiver may keep a delivery: it gathers a batch, then keeps each message for `work`, one after the other.

    Where a platform ends a run, the run is for the whole batch.
    """

    work: Fact
    batch: Fact | None
    gathers: Fact | None
    longest: int

    @property
    def bearing(self) -> tuple[Fact, ...]:
        """What counts beside `work`."""
        return tuple(fact for fact in (self.batch, self.gathers) if fact is not None)


def redelivery(boundary: Boundary) -> Fact | None:
    """The time until a message that is neither confirmed nor refused is delivered again, the shortest of all layers."""
    stated = [fact for fact in boundary.promised.all("timeout.attempt") if fact.value is not NONE]
    return min(stated, key=lambda fact: (fact.value, fact.place.spot), default=None)


def deliveries(boundary: Boundary) -> Fact | None:
    """How often a message is delivered before it is set aside; NONE is without end."""
    return boundary.promised.get("attempts")


def kept(boundary: Boundary) -> Kept | None:
    """How long the receiver says that it may keep one delivery at the longest; None where it does not."""
    work = boundary.assumed.get("work.max")
    if work is None or work.value is NONE or work.stance is Stance.OBSERVES:
        return None
    batches = boundary.assumed.all("accepts.batch") if work.layer is Layer.CODE else ()
    batch = next((fact for fact in batches if fact.layer is Layer.CODE and messages(fact) > 1), None)
    gathers = boundary.assumed.get("gathers")
    gathers = None if gathers is None or gathers.value is NONE else gathers
    longest = messages(batch) * work.value + (gathers.value if gathers is not None else 0)
    return Kept(work, batch, gathers, longest)


def messages(batch: Fact | None) -> int:
    """How many messages a batch holds; 1 where nobody says."""
    if batch is None or not isinstance(batch.value, Amount) or batch.value.dimension != "count":
        return 1
    return max(int(batch.value.value), 1)


def is_ended_by_platform(work: Fact) -> bool:
    """Whether the time is what the platform gives one run: handing the message over and confirming it come on top."""
    return work.layer is Layer.PLATFORM


def by_default(fact: Fact) -> str:
    """` by default` where a platform decides, and which parameter where its default is the value; else nothing."""
    if fact.version.startswith(PARAMETER):
        return f" (the default of {fact.version})"
    return " by default" if fact.stance is Stance.DEFAULT else ""


def delivers_again(boundary: Boundary, again: Fact) -> Statement:
    """The queue delivers again after its time, or by default."""
    says = f"{called(boundary.provider)} takes a delivery for lost after {again.text}{by_default(again)}"
    return Statement(again, says)


def statements_of(boundary: Boundary, again: Fact, keeps: Kept) -> tuple[Statement, ...]:
    """How long the receiver keeps a delivery, part by part, and when it is delivered again."""
    who, each = called(boundary.consumer), "each message" if keeps.batch is not None else "a message"
    keeping = (
        (keeps.work, f"{who} may work on {each} for {keeps.work.text}{by_default(keeps.work)}"),
        (keeps.batch, f"{who} takes {keeps.batch.text} at once" if keeps.batch else ""),
        (keeps.gathers, f"{who} gathers messages for {keeps.gathers.text} before it begins" if keeps.gathers else ""),
    )
    return (*(Statement(fact, says) for fact, says in keeping if fact is not None), delivers_again(boundary, again))


def acts_once(boundary: Boundary) -> bool:
    """Whether the receiver says that it may get the same message any number of times."""
    stated = boundary.assumed.get("idempotent")
    return stated is not None and isinstance(stated.value, Idempotence) and stated.value.kind == "always"


def advised(boundary: Boundary, keeps: Kept) -> int | None:
    """Six times the function's own limit and the time for which its batch is gathered; None for no Lambda function."""
    if boundary.assumed.value("platform") != "lambda":
        return None
    return ADVISED * int(keeps.work.value) + (int(keeps.gathers.value) if keeps.gathers is not None else 0)
