"""Whatever was answered is there after power is lost, at whichever instant, and whatever part of the rest had reached the disk.

Calls on the files are traced in a process of their own. A disk is then put together as it may be at some instant: all that was
synced, and of what was not any choice, whole or torn at a sector. Killing a process alone would not show what fsync is for.
"""

import os
import random
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from accord.store.errors import StoreError
from accord.store.ledger_sqlite import SqliteLedger

HERE = Path(__file__).parent
SECTOR = 512
Call = tuple[str, str, int, bytes]


class Disk:
    """What is surely on the disk, and what is on its way, file by file. A sync that fails loses what was on its way (the system
    counts it as written then, and never writes it again)."""

    def __init__(self) -> None:
        self.sure: dict[str, bytearray] = {}
        self.on_its_way: dict[str, list[tuple[int, bytes]]] = {}
        self.answered: set[str] = set()

    def hear(self, what: str, name: str, place: int, data: bytes) -> None:
        if what == "A":
            self.answered.add(name)
        elif what == "B":
            for each in list(self.on_its_way):
                self.hear("S", each, 0, b"")
            self.sure = {
                each: data for each, data in self.sure.items() if not each.endswith("-journal")
            }  # it is deleted
        elif what in "WT":
            self.on_its_way.setdefault(name, []).append((place, data))
        else:
            changes = self.on_its_way.pop(name, [])
            for change in changes if what == "S" else ():
                _changed(self.sure.setdefault(name, bytearray()), *change)

    def lost(self, chance: random.Random) -> dict[str, bytes]:
        """The files as they may be found when power is back."""
        found = {name: bytearray(data) for name, data in self.sure.items()}
        for name, changes in self.on_its_way.items():
            likely = chance.choice((0.0, 0.5, 1.0))
            for place, data in changes:
                torn = chance.choice((0, 0, SECTOR)) if len(data) > SECTOR else 0
                if chance.random() < likely:
                    _changed(found.setdefault(name, bytearray()), place, data[: len(data) - torn])
        return {name: bytes(data) for name, data in found.items()}


def _changed(file: bytearray, place: int, data: bytes) -> None:
    """Data written at a place; where there is none, the file is cut or stretched to it."""
    if len(file) < place + len(data):
        file.extend(bytes(place + len(data) - len(file)))
    if data:
        file[place : place + len(data)] = data
    else:
        del file[place:]


def calls(trace: Path) -> Iterator[Call]:
    data, at = trace.read_bytes(), 0
    while at < len(data):
        what, length, place, size = struct.unpack_from("=4q", data, at)
        begins = at + 32 + length
        at = begins + (size if chr(what) == "W" else 0)
        yield chr(what), data[begins - length : begins].decode(), place, data[begins:at]


def traced(library: Path, folder: Path, first: int, last: int, synchronous: str = "full", switch: str = "") -> Path:
    """Runs the writer until it kills itself; where everything that it did to its files stands."""
    trace, file = folder / "trace", folder / "switch"
    done = subprocess.run(
        [
            sys.executable,
            HERE / "until_power_is_lost.py",
            folder,
            str(first),
            str(last),
            synchronous,
            *([file] if switch else []),
        ],
        capture_output=True,
        text=True,
        env=os.environ | {"LD_PRELOAD": str(library), "DISK_TRACE": str(trace), "FAILING_DISK": str(file)},
    )
    assert done.returncode < 0, done.stderr
    return trace


def missing(disk: Disk, folder: Path, chance: random.Random) -> set[str]:
    """What was answered and is not there after power was lost now; everything, where the ledger is no ledger any more."""
    folder.mkdir()
    for name, data in disk.lost(chance).items():
        (folder / Path(name).name).write_bytes(data)
    try:
        ledger = SqliteLedger(folder / "ledger.db")
    except StoreError:
        return disk.answered or {"the ledger"}
    try:
        rows = {row.event.id for row in ledger.rows(limit=10_000)}
        said = ledger.verify().disagreement
        return disk.answered - rows | ({said} if said else set())
    finally:
        ledger.close()


def lost_somewhere(trace: Path, folder: Path, rounds: int, first: int = 0) -> list[set[str]]:
    """What is missing after each of some instants behind the opening of the ledger, chosen by chance that is the same each time."""
    told = list(calls(trace))
    opened = first or next(number for number, call in enumerate(told) if call[0] == "B")
    chance, disk, found = random.Random(6), Disk(), []
    instants = [*sorted(chance.sample(range(opened + 1, len(told)), rounds - 1)), len(told) - 1]
    for number, call in enumerate(told):
        disk.hear(*call)
        if number in instants:
            found.append(missing(disk, folder / f"lost-{number}", chance))
    return found


def test_what_was_answered_survives(tmp_path: Path, failing_calls: Path) -> None:
    trace = traced(failing_calls, tmp_path, 0, 480)
    assert sum(call[0] == "A" for call in calls(trace)) > 300
    assert any(call[0] == "S" and call[1].endswith("ledger.db") for call in calls(trace))
    assert lost_somewhere(trace, tmp_path, 40) == [set()] * 40


def test_what_was_answered_survives_while_the_log_is_copied_beside_the_commits(
    tmp_path: Path, failing_calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOLDED_AFTER", "20")
    trace = traced(failing_calls, tmp_path, 0, 480)
    told = list(calls(trace))
    opened = next(number for number, call in enumerate(told) if call[0] == "B")
    assert sum(call[0] == "S" and call[1].endswith("ledger.db") for call in told[opened:]) > 3
    assert lost_somewhere(trace, tmp_path, 40) == [set()] * 40


def test_a_commit_that_does_not_wait_for_the_disk_is_found_out(tmp_path: Path, failing_calls: Path) -> None:
    found = lost_somewhere(traced(failing_calls, tmp_path, 0, 480, "normal"), tmp_path, 20)
    assert any(found)


def test_what_was_answered_survives_syncs_that_fail_and_a_restart_after_them(
    tmp_path: Path, failing_calls: Path
) -> None:
    traced(failing_calls, tmp_path, 0, 240, switch="fails")
    first = len(list(calls(tmp_path / "trace")))
    (tmp_path / "switch").unlink()
    trace = traced(failing_calls, tmp_path, 160, 400, switch="fails")
    assert sum(call[0] == "F" for call in calls(trace)) > 10
    assert lost_somewhere(trace, tmp_path, 15) == [set()] * 15
    (tmp_path / "again").mkdir()
    assert lost_somewhere(trace, tmp_path / "again", 25, first) == [set()] * 25
