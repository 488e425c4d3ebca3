"""What deviates: the boundary, the term, and what was expected of it."""

from enum import StrEnum

from msgspec import Struct


class Urgency(StrEnum):
    """Whether it may wake somebody, waits for working hours, or is only recorded."""

    INTERRUPT = "interrupt"
    WORKDAY = "workday"
    RECORD = "record"


class Deviation(Struct, frozen=True):
    """One boundary whose term is not as agreed: there is at most one open case for its key.

    A signal that no contract knows has an empty `provider` and is keyed by its own name; `partition` tells apart what a
    contract declares to be separate (a shard, a region).
    """

    signal: str
    consumer: str = ""
    provider: str = ""
    operation: str = ""
    term: str = ""
    partition: str = ""
    expected: str = ""
    seen: str = ""
    urgency: Urgency = Urgency.INTERRUPT

    @property
    def subject(self) -> str:
        """`checkout -> payments/charge`, or the signal where no contract knows it."""
        provider = f"{self.provider}/{self.operation}" if self.operation else self.provider
        if self.consumer and provider:
            return f"{self.consumer} -> {provider}"
        return self.consumer or provider or self.signal

    @property
    def key(self) -> str:
        """What makes it the same deviation; repeats of it only count."""
        key = self.subject
        if self.term:
            key = f"{key} {self.term}" if key else self.term
        if self.partition:
            key = f"{key} [{self.partition}]" if key else f"[{self.partition}]"
        return key


def called(key: str) -> str:
    """What people read of the key of a deviation: of several callers, and of several operations, the first, and how many more there are."""
    callers, arrow, rest = key.partition(" -> ")
    if not arrow:
        return key
    operations, space, term = rest.partition(" ")
    return f"{_first(callers)}{arrow}{_first(operations)}{space}{term}"


def _first(names: str) -> str:
    first, *others = names.split("+")
    return f"{first} and {len(others)} more" if len(others) > 1 else names
