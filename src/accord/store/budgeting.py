"""The page budget inside the transaction that records an event: what goes alone, what is parked, what is held, one meter a person."""

import sqlite3
from collections.abc import Iterator

import msgspec
from msgspec import Struct

from accord.cases.breaker import Budget, Meter, Passed, Way, breaker_policy, pass_on, woken
from accord.cases.case import Stepped
from accord.store.chain import encode
from accord.store.gathering import Gathered
from accord.store.queueing import Told, told
from accord.store.rows import Entry

HELD_BY_BUDGET = "/budget"
"""How the id of a hold by the budget goes on after that of the event whose page it holds."""

KIND = "meter"
_read = msgspec.json.Decoder(Meter).decode


class Budgeted(Struct, frozen=True):
    """What the budget made of a step; `budget` is the one it was made by."""

    passed: Passed
    budget: Budget

    @property
    def stepped(self) -> Stepped:
        """The step with what followed from it."""
        return self.passed.stepped

    def own(self, stepped: Stepped) -> tuple[Told, ...]:
        """What is queued of the messages of the step itself; those of a hold are queued with its own row."""
        routed = (each for each in self.passed.routed if each.message in stepped.messages)
        return tuple(told(each.message, each.due_ns, each.way is Way.BUNDLE) for each in routed)

    def following(self, entry: Entry) -> Iterator[Entry]:
        """What is recorded after the entry: the hold, and the breaker's own deviation where it has just opened."""
        for event in self.passed.events:
            yield Entry(entry.key, event, entry.policy)
        if (opened := self.passed.opened) is not None:
            person, now = self.passed.meter.person, opened.at_ns
            yield Entry(opened.deviation.key, opened, breaker_policy(entry.policy, person, now, self.budget))


def budgeted(gathered: Gathered, entry: Entry, stepped: Stepped, budget: Budget | None) -> Budgeted | None:
    """What the budget makes of a step, with the meter kept; None where it wakes nobody, or where there is no budget."""
    person = woken(stepped) if budget is not None else ""
    if budget is None or not person:
        return None
    passed = pass_on(stepped, _meter(gathered, person), entry.event.id, entry.event.at_ns, entry.policy, budget)
    keep_meter(gathered, passed.meter)
    return Budgeted(passed, budget)


def _meter(gathered: Gathered, person: str) -> Meter:
    found = gathered.kept(KIND, person)
    return _read(found) if found else Meter(person)


def keep_meter(gathered: Gathered, meter: Meter) -> None:
    """Keeps the meter of a person; it ends when its breaker closes."""
    gathered.keep(KIND, meter.person, (KIND, meter.person, meter.open_until_ns, "", encode(meter)))


def meters_over(connection: sqlite3.Connection, now_ns: int) -> list[Meter]:
    """The meters whose breakers are to close by now."""
    query = "select body from kept where kind = ? and ends_ns > 0 and ends_ns <= ? order by ends_ns, id"
    return [_read(body) for (body,) in connection.execute(query, (KIND, now_ns))]
