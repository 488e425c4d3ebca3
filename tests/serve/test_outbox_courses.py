"""Whatever providers answer and whenever: in the end each lane has its newest word, nothing waits, and no end came before a beginning."""

import asyncio
import json
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from accord.model.delivery import HttpRequest, Request, Response
from accord.model.message import About, Fate
from accord.serve.sending.transport import NotSent, Tracked, Unanswered
from accord.store.ledger_sqlite import SqliteLedger
from accord.store.rows import Sending
from cases.carried import HOUR
from serve.outboxes import (
    MINUTE,
    SECOND,
    Clock,
    admit,
    closed,
    committed,
    ledger_in,
    opened,
    ready,
    running,
    until,
    webhook,
)

ANSWERS = ("ok", "500", "400", "429", "none", "lost", "late")
COURSES = st.lists(st.sampled_from([*ANSWERS, "commit", "close", "open", "wait", "wait long"]), max_size=14)


class Scripted:
    """A provider that answers as it is told, "late" after it took it; what it took, and when."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.answer = clock, "ok"
        self.taken: list[tuple[str, str, int, int]] = []

    async def send(self, request: Request, tracked: Tracked) -> Response:
        assert isinstance(request, HttpRequest)
        await asyncio.sleep(0)
        if self.answer == "none":
            raise NotSent("no connection")
        tracked.has_left = True
        if self.answer in ("ok", "late"):
            body = json.loads(request.body)
            self.taken.append((body["id"], body["about"], body["copy"], self.clock.now_ns))
        if self.answer in ("lost", "late"):
            raise Unanswered("no answer")
        status = 200 if self.answer == "ok" else int(self.answer)
        return Response(status, self.clock.now_ns, {"retry-after": "7"} if status == 429 else {})

    async def close(self) -> None:
        pass


async def quiet(outbox: object) -> None:
    for _ in range(2):
        outbox.wake()  # type: ignore[attr-defined]
        await asyncio.sleep(0.004)
        await until(lambda: not outbox.on_their_way)  # type: ignore[attr-defined]


def sendings(ledger: SqliteLedger, case_id: str) -> list[Sending]:
    return [one for one in ledger.sendings(case_id) if one.channel == "hook"]


def is_over(ledger: SqliteLedger, cases: list[str]) -> bool:
    return all(one.fate in (Fate.HANDED, Fate.FAILED) for case_id in cases for one in sendings(ledger, case_id))


async def course(folder: Path, acts: list[str]) -> None:
    clock, ledger = Clock(), ledger_in(folder)
    admit(ledger, ["hook"], ["p0"])
    provider = Scripted(clock)
    channels = {"hook": replace(ready(webhook("hook", 9))["hook"], transport=provider)}
    cases = [opened(ledger, "0", clock.now_ns)]
    async with running(ledger, channels, clock) as outbox:
        for act in acts:
            case = ledger.case(cases[-1])
            assert case is not None
            if act in ANSWERS:
                provider.answer = act
            elif act == "open":
                cases.append(opened(ledger, str(len(cases)), clock.now_ns))
            elif act == "commit":
                committed(ledger, case.id, clock.now_ns)
            elif act == "close" and case.is_open:
                closed(ledger, case.id, clock.now_ns)
            clock.turn({"wait": 20 * SECOND, "wait long": 40 * MINUTE}.get(act, SECOND))
            await quiet(outbox)
        provider.answer = "ok"
        for turn in range(300):
            if turn >= 12 and is_over(ledger, cases):  # a busy machine may be asleep during a turn
                break
            clock.turn(75 * MINUTE)
            await quiet(outbox)
    assert is_over(ledger, cases)
    for case_id in cases:
        ours = sendings(ledger, case_id)
        assert ours
        newest = ours[-1]
        assert newest.fate is Fate.HANDED or newest.reason.startswith("answered 400")
        ids = {one.id for one in ours}
        heard = [one for one in provider.taken if one[0] in ids]
        assert not heard or heard[0][1] not in (About.CLOSED, About.WITHDRAWN)
        for one in ours:
            copies = [(copy, at) for id_, _, copy, at in heard if id_ == one.id]
            assert copies == sorted(copies)
            for _, begin in copies:
                assert len([at for _, at in copies if begin <= at <= begin + HOUR]) <= 1 + 5
    ledger.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(COURSES)
def test_every_lane_has_its_newest_word_in_the_end(acts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(course(Path(folder), acts))
