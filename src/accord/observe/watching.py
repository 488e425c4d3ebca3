"""Files of traces through the tests of a fleet, from one state to the next."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from accord.model.drifting import Alarm, Asks, Drift, Seen
from accord.observe import state as states
from accord.observe.contracted import Contracts
from accord.observe.drift import Fleet
from accord.observe.engine import Engine
from accord.observe.minutes import minutes
from accord.observe.summary import spans_in

_APART = 24 * 60
"""Alarms of one test less than a day apart are one."""
_ORDER = tuple(Asks)
_PAGES = ("fault", "vanished")


def watched(
    contracts: Contracts,
    files: Sequence[str],
    state: Path | None = None,
    complete: bool = False,
    columns: Sequence[str] = (),
) -> tuple[Drift, list[str]]:
    """What drifts in these files, and why what was not read was not; goes on from a state, and writes the next one.

    Raises Refused for a file that is no state, and for `columns` that say nothing (`layouts.mapping`).
    """
    fleet, engine = Fleet(contracts), Engine()
    number = states.read(fleet, state) if state else 0
    try:
        spans, refused = spans_in(files, complete, columns)
        engine.take("spans", spans)
        alarms, count = [], 0
        for told in minutes(engine):
            count += told.minute > fleet.minute
            alarms += fleet.step(told)
    finally:
        engine.close()
    if state and count:
        states.write(fleet, state, number + 1)
    return result(fleet, alarms, count), refused


def result(fleet: Fleet, alarms: Iterable[Alarm], count: int) -> Drift:
    """Alarms of one test that belong together as one, the worst first, with what the fleet knows besides."""
    found = sorted(
        together(alarms), key=lambda each: (each.lane not in _PAGES, each.minute, each.seen, each.expectation.asks)
    )
    return Drift(tuple(found), tuple(fleet.coming()), tuple(fleet.information()), count, len(fleet.seen), fleet.count)


def together(alarms: Iterable[Alarm]) -> list[Alarm]:
    """The first of each row of alarms of one test."""
    last: dict[tuple[Seen, Asks], int] = {}
    kept = []
    for alarm in alarms:
        key = (alarm.seen, alarm.expectation.asks)
        if key not in last or alarm.minute - last[key] > _APART:
            kept.append(alarm)
        last[key] = alarm.minute
    return kept
