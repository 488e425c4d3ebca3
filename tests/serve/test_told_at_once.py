"""What is told of one instance while an earlier word of it is on its way to the disk: the later word counts."""

import asyncio
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from serving import MINUTE, NOON, SLOW, Within

from accord.cases.case import Phase
from accord.serve.alerts import Instance, fingerprint

LABELS: dict[str, str] = SLOW["labels"]  # type: ignore[assignment]


@pytest.fixture
def within(tmp_path: Path) -> Iterator[Within]:
    serves = Within(tmp_path)
    serves.reachable("payments-oncall", "second", "checkout", "keeper")
    yield serves
    serves.close()


def alert(is_over: bool) -> Instance:
    ends_ns = NOON if is_over else NOON + 5 * MINUTE
    return Instance(fingerprint(LABELS), ends_ns, "", LABELS, {}, "", NOON - MINUTE, NOON, resolved=is_over)


def tell(within: Within, *over: bool, first: bool | None = None) -> None:
    """Each word right after the other, before the ledger has answered any; `first` before all, and answered."""

    async def told() -> None:
        passing = count(NOON)
        within.service.carrier.clock = lambda: next(passing)
        within.ledger.led_by(asyncio.get_running_loop())
        if first is not None:
            await within.service.intake.take([alert(first)])
        await asyncio.gather(*(within.service.intake.take([alert(each)]) for each in over))
        within.ledger.led_by(None)

    within.do(told())


def phase(within: Within) -> Phase:
    [case] = within.ledger.cases()
    return case.phase


def test_an_end_is_heard_while_the_beginning_is_on_its_way(within: Within) -> None:
    tell(within, False, True)
    assert phase(within) is Phase.CLAIMED and within.service.intake.instances[fingerprint(LABELS)].resolved


def test_a_new_beginning_is_heard_while_the_end_is_on_its_way(within: Within) -> None:
    tell(within, True, False, first=False)
    assert phase(within) is Phase.AWAIT and not within.service.intake.instances[fingerprint(LABELS)].resolved
