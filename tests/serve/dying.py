"""Starts `accord serve` again and again by a fork, each to die at a named point: `dying.py FOLDER`, one JSON order to a line.

The order is {"words": [...], "log": FILE, "environ": {...}, "point": NAME, "passage": N}; the answer is the id of the process.
At its N-th passage through the point it is killed by itself, as by SIGKILL from outside. Nothing of this is in the product:
the points are put around its own functions here, and a function that is gone fails the start.
"""

import json
import os
import signal
import sqlite3
import sys
from typing import Any, NoReturn

POINTS = (
    "before-commit",
    "after-commit",
    "before-answer",
    "kept-to-decided",
    "before-send",
    "send-to-mark",
    "mid-hand-over",
    "mid-timer",
)


class Point:
    """Counts passages of one name, and dies at the one that was ordered."""

    def __init__(self, name: str, passage: int) -> None:
        self._name, self._left, self.passage = name, passage, passage

    def pass_(self, name: str) -> None:
        if name == self._name:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def arm(point: Point) -> None:
    """Puts the points around the functions of the product, which copies its log beside its commits more often than else, and
    keeps more of what it is told before it decides it: in every second life all of it."""
    from accord.serve import inbox
    from accord.store import folding

    folding.FOLDED_AFTER = 50
    inbox.MOST_AT_ONCE = point.passage % 2
    _around_commits(point)
    _around_answers(point)
    _around_sends(point)
    _before_decisions(point)
    _within_records(point)


def _around_commits(point: Point) -> None:
    class Dying(sqlite3.Connection):
        def execute(self, sql: str, *more: Any) -> sqlite3.Cursor:
            if sql == "commit":
                point.pass_("before-commit")
            cursor = super().execute(sql, *more)
            if sql == "commit":
                point.pass_("after-commit")
            return cursor

    connect = sqlite3.connect
    sqlite3.connect = lambda *words, **more: connect(*words, factory=Dying, **more)  # type: ignore[assignment]


def _around_answers(point: Point) -> None:
    """After all work of a request, before a byte of its answer, whichever way it came."""
    from accord.serve.app import Application

    enter = Application.enter

    async def dying(app: Application, door: Any, *asked: Any) -> Any:
        answer = await enter(app, door, *asked)
        if door.method != "GET":
            point.pass_("before-answer")
        return answer

    Application.enter = dying  # type: ignore[method-assign]


def _around_sends(point: Point) -> None:
    from accord.serve import outbox

    tried = outbox.tried

    async def dying(*words: Any) -> Any:
        point.pass_("before-send")
        verdict = await tried(*words)
        point.pass_("send-to-mark")
        return verdict

    outbox.tried = dying


def _before_decisions(point: Point) -> None:
    """What was kept and answered is about to be decided."""
    from accord.serve.inbox import Inbox

    turn = Inbox._turn

    async def dying(inbox: Inbox) -> Any:
        point.pass_("kept-to-decided")
        return await turn(inbox)

    Inbox._turn = dying  # type: ignore[method-assign]


def _within_records(point: Point) -> None:
    """Between the row of an event and its messages, inside the transaction."""
    from accord.cases.events import Accept, Offer, Timer
    from accord.store import recording

    appended = recording._appended

    def dying(connection: Any, entry: Any, *more: Any) -> int:
        sequence = appended(connection, entry, *more)
        if isinstance(entry.event, Offer | Accept):
            point.pass_("mid-hand-over")
        if isinstance(entry.event, Timer):
            point.pass_("mid-timer")
        return sequence

    recording._appended = dying


def begin(order: dict[str, Any]) -> NoReturn:
    """In the fork: becomes the service that was ordered."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for descriptor in (1, 2):
        os.dup2(log, descriptor)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.update(order["environ"])
    arm(Point(order["point"], order["passage"]))
    from accord.cli import run

    os._exit(run(order["words"]))


def warm(folder: str) -> None:
    """What every fork needs is there before the first."""
    import uvicorn.lifespan.off
    import uvicorn.loops.auto
    import uvicorn.protocols.http.auto  # noqa: F401

    import accord.cli.serve
    import accord.report._places
    import accord.serve.sending.apart
    import accord.serve.service
    import accord.store.ledger_sqlite  # noqa: F401
    from accord.files.config import load
    from accord.files.read import read
    from accord.serve.sending.wiring import wired

    os.environ["HOOK_SECRET"] = "for the warming only, at least sixteen bytes"
    settings = load((folder,), None)
    read((folder,), settings)
    wired(settings.channels, folder=settings.folder)


def main() -> None:
    warm(sys.argv[1])
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        order: dict[str, Any] = json.loads(line)
        child = os.fork()
        if child == 0:
            begin(order)
        print(child, flush=True)


if __name__ == "__main__":
    main()
