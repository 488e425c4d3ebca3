"""Files of traces through the tests of a fleet, from one state to the next."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from accord.model.drifting import Alarm, Asks, Drift, Seen
from accord.model.problem import Refused
from accord.observe import state as states
from accord.observe.agreements import Agreements
from accord.observe.drift import Fleet
from accord.observe.engine import Engine
from accord.observe.minutes import Minute, longer, minutes, minutes_of
from accord.observe.summary import is_store, spans_in

_APART = 24 * 60
"""Alarms of one test less than a day apart are one."""
_ORDER = tuple(Asks)
_SETTLING = 2
"""Minutes at the end of a store of which spans may still wait for their traces to be quiet."""
_PAGES = ("fault", "vanished")


def watched(
    agreements: Agreements,
    files: Sequence[str],
    state: Path | None = None,
    complete: bool = False,
    columns: Sequence[str] = (),
) -> tuple[Drift, list[str]]:
    """What drifts in these files, or in one store; and why what was not read was not. Goes on from a state, and writes the next.

    Raises Refused for a file that is no state, for a store beside anything else (their minutes would not be in order), and for
    `columns` that say nothing (`layouts.mapping`).
    """
    fleet = Fleet(agreements)
    number = states.read(fleet, state) if state else 0
    stores = [name for name in files if is_store(name)]
    if stores and len(files) > 1:
        raise Refused(f"expected files of traces or one store, read {stores[0]} beside others")
    refused: list[str] = []
    notes: list[str] = []
    alarms, count = [], 0
    for told in _stored(stores[0], refused, notes) if stores else _traced(files, complete, columns, refused):
        count += told.minute > fleet.minute
        alarms += fleet.step(told)
    if state and count:
        states.write(fleet, state, number + 1)
    return result(fleet, alarms, count, notes), refused


def _traced(files: Sequence[str], complete: bool, columns: Sequence[str], refused: list[str]) -> Iterator[Minute]:
    engine = Engine()
    try:
        spans, reasons = spans_in(files, complete, columns)
        refused += reasons
        engine.take("spans", spans)
        yield from minutes(engine)
    finally:
        engine.close()


def _stored(store: str, refused: list[str], notes: list[str]) -> Iterator[Minute]:
    """The minutes that a receiver summed; those that may not be settled wait for the next time."""
    from accord.observe.receiving.store import facts_of, opened

    try:
        engine = opened(store)
    except Refused as refusal:
        refused.append(f"{store}: {refusal}")
        return
    try:
        facts = facts_of(engine)
        kept = longer(engine, facts)
        if kept:
            notes.append(f"{store}: {kept} windows are kept as sums of hours or days, and have no minutes to test")
        yield from minutes_of(engine, facts, _SETTLING)
    finally:
        engine.close()


def result(fleet: Fleet, alarms: Iterable[Alarm], count: int, notes: Iterable[str] = ()) -> Drift:
    """Alarms of one test that belong together as one, the worst first, with what the fleet knows besides."""
    found = sorted(
        together(alarms), key=lambda each: (each.lane not in _PAGES, each.minute, each.seen, each.expectation.asks)
    )
    return Drift(
        tuple(found),
        tuple(fleet.coming()),
        tuple(fleet.information()),
        count,
        len(fleet.seen),
        fleet.count,
        (*fleet.untested(), *notes),
    )


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
