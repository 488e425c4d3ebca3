"""A queue and whoever receives from it: when a message is delivered again, and how long the receiver may keep it.

A delivery is an attempt made by the provider: on the promise of a queue, topic or webhook `timeout.attempt` is the time
until it delivers again and `attempts` the deliveries in all; the receiver says `work`.
"""

from msgspec import Struct

from accord.boundaries.system import Boundary
from accord.model.amount import Amount
from accord.model.contract_values import Idempotence
from accord.model.fact import Fact, Layer, Stance
from accord.model.finding import Statement
from accord.model.nothing import NONE

ADVISED = 6
"""Visibility timeout by the timeout of the function: AWS Lambda Developer Guide, Using Lambda with Amazon SQS."""


class Kept(Struct, frozen=True):
    """How long a receiver may keep a delivery: each message of a batch for `work`, one after the other."""

    work: Fact
    batch: Fact | None
    longest: int


def redelivery(boundary: Boundary) -> Fact | None:
    """The time until a message that is neither confirmed nor refused is delivered again, the shortest of all layers."""
    stated = [fact for fact in boundary.promised.all("timeout.attempt") if fact.value is not NONE]
    return min(stated, key=lambda fact: (fact.value, fact.place), default=None)


def deliveries(boundary: Boundary) -> Fact | None:
    """How often a message is delivered before it is set aside; NONE is without end."""
    return boundary.promised.get("attempts")


def kept(boundary: Boundary) -> Kept | None:
    """How long the receiver says that it may keep one delivery at the longest; None where it does not."""
    work = boundary.assumed.get("work.max")
    if work is None or work.value is NONE or work.stance is Stance.OBSERVES:
        return None
    batch = next((fact for fact in boundary.assumed.all("accepts.batch") if fact.layer is work.layer), None)
    size = messages(batch)
    return Kept(work, batch if size > 1 else None, size * work.value)


def messages(batch: Fact | None) -> int:
    """How many messages a batch holds; 1 where nobody says."""
    if batch is None or not isinstance(batch.value, Amount) or batch.value.dimension != "count":
        return 1
    return max(int(batch.value.value), 1)


def is_ended_by_platform(work: Fact) -> bool:
    """Whether the time is what the platform gives one run: handing the message over and confirming it come on top."""
    return work.layer is Layer.PLATFORM


def delivers_again(boundary: Boundary, again: Fact) -> Statement:
    """The queue delivers again after its time, or by default."""
    standing = " by default" if again.stance is Stance.DEFAULT else ""
    return Statement(again, f"{boundary.provider} takes a delivery for lost after {again.text}{standing}")


def acts_once(boundary: Boundary) -> bool:
    """Whether the receiver says that it may get the same message any number of times."""
    stated = boundary.assumed.get("idempotent")
    return stated is not None and isinstance(stated.value, Idempotence) and stated.value.kind == "always"


def advised(boundary: Boundary, keeps: Kept) -> int | None:
    """Six times the function's own limit and the time for which its batch is collected; None for no Lambda function."""
    party = boundary.system.party(boundary.consumer, boundary.view)
    limit = party.get("killed_after")
    if party.value("platform") != "lambda" or limit is None or limit.value is NONE:
        return None
    return ADVISED * int(limit.value) + max(keeps.longest - int(limit.value), 0)
