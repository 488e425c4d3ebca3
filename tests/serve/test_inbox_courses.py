"""Words of one alert in any order, decided at once, after waiting or by a later process: it comes to what they say one after the other."""

import asyncio
import tempfile
from itertools import count, groupby
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from serving import MINUTE, NOON, Within

from accord.serve import inbox as inbox_
from accord.serve.alerts import Instance, fingerprint
from accord.serve.inbox import MOST_AT_ONCE

LABELS = {"alertname": "Signal"}
FIRES, ENDS, DECIDES, DIES = "fires", "ends", "decides", "dies"


def word(says: str, at_ns: int) -> Instance:
    is_over = says == ENDS
    ends_ns = at_ns if is_over else at_ns + 5 * MINUTE
    return Instance(fingerprint(LABELS), ends_ns, "", LABELS, begins_ns=NOON, updated_ns=at_ns, resolved=is_over)


class Life:
    """One ledger, and the processes that take it one after the other."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._passing = folder, count(NOON, 1_000_000)
        self._begin()

    def _begin(self) -> None:
        self.within = Within(self._folder)
        self.within.service.carrier.clock = lambda: next(self._passing)
        self.within.reachable("keeper")

    def told(self, course: list[str]) -> None:
        """Words that follow each other come at the same time; between others it decides, or dies and begins again."""
        for is_word, steps in groupby(course, key=lambda step: step in (FIRES, ENDS)):
            if is_word:
                self.within.do(self._tell(list(steps)))
                continue
            for step in steps:
                if step == DIES:
                    self.within.close()
                    self._begin()
                    self.within.do(self.within.service.intake.inbox.begin())
                else:
                    self.within.do(self._decide())

    async def _tell(self, says: list[str]) -> None:
        intake = self.within.service.intake
        self.within.ledger.led_by(asyncio.get_running_loop())
        await asyncio.gather(*(intake.take([word(each, next(self._passing))]) for each in says))
        self.within.ledger.led_by(None)

    async def _decide(self) -> None:
        running = asyncio.create_task(self.within.service.intake.inbox.run())
        async with asyncio.timeout(30):
            while len(self.within.service.intake.inbox):
                await asyncio.sleep(0)
        running.cancel()

    def came_to(self) -> tuple[list[str], list[str], list[bool], int]:
        """Phases, kinds of events, whether it ended, and what still waits."""
        ledger = self.within.ledger
        cases = [case for case in ledger.cases() if case.deviation.signal == "Signal"]
        kinds = [type(row.event).__name__ for case in cases for row in ledger.history(case.id)]
        ended = [each.resolved for each in ledger.kept(Instance)]
        assert ended == [each.resolved for each in self.within.service.intake.instances.values()]
        return [case.phase for case in cases], kinds, ended, len(ledger.received())


def course(steps: list[str], at_once: int) -> tuple[list[str], list[str], list[bool], int]:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        patched.setattr(inbox_, "MOST_AT_ONCE", at_once)
        life = Life(Path(folder))
        try:
            life.told(steps)
            return life.came_to()
        finally:
            life.within.close()


@given(st.lists(st.sampled_from((FIRES, ENDS, FIRES, ENDS, DECIDES, DIES)), max_size=12), st.integers(0, 2))
@settings(max_examples=30, deadline=None)
def test_however_words_are_decided_they_come_to_the_same(steps: list[str], at_once: int) -> None:
    alone = [each for step in steps if step in (FIRES, ENDS) for each in (step, DECIDES)]
    phases, kinds, *others = course([*steps, DECIDES], at_once)
    if at_once:  # a word that is told again while it is being written is written again, and only counts
        kinds = [kind for kind, _ in groupby(kinds)]
    assert (phases, kinds, *others) == course(alone, MOST_AT_ONCE)
