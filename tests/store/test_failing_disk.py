"""On a disk that is full, failing or read-only, nothing is half done, who waits is told so, and it goes on afterwards."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from accord.store.errors import Unavailable
from accord.store.ledger_sqlite import SqliteLedger, SqliteReader
from store.recordings import KEY, fire

HERE = Path(__file__).parent
SCRIPT = HERE / "on_a_failing_disk.py"


def in_a_small_file_system(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Runs a script of the shell with a file system of its own of 3 MiB at the folder; skips where that is not allowed."""
    if not shutil.which("unshare"):
        pytest.skip("there is no unshare")
    mount = f"mount -t tmpfs -o size=3m tmpfs {folder}"
    allowed = subprocess.run(["unshare", "-rm", "sh", "-c", mount], capture_output=True, text=True)
    if allowed.returncode:
        pytest.skip(f"no file system may be mounted here: {allowed.stderr.strip()}")
    return subprocess.run(["unshare", "-rm", "sh", "-c", f"{mount} && {script}"], capture_output=True, text=True)


def outcome(done: subprocess.CompletedProcess[str]) -> dict[str, object]:
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def nothing_was_lost_or_half_done(found: dict[str, object]) -> None:
    assert found["told"] and found["trouble"]
    assert (found["lost"], found["halves"], found["disagreement"], found["again"]) == ([], [], "", "")
    assert (found["retried"], found["trouble after"]) == (80, "")
    assert found["rows"] == found["rows again"]


def test_a_full_disk(tmp_path: Path) -> None:
    found = outcome(in_a_small_file_system(tmp_path, f"{sys.executable} {SCRIPT} full {tmp_path}"))
    assert "the disk is full, free some space (SQLITE_FULL" in str(found["reason"])
    nothing_was_lost_or_half_done(found)


CALLS = {
    "fsync 5": "the disk gives errors, see the system's log (SQLITE_IOERR_FSYNC",
    "write 5": "the disk gives errors, see the system's log (SQLITE_IOERR_WRITE",
    "write 28": "the disk is full, free some space (SQLITE_FULL",
    "write 30": "the disk gives errors, see the system's log (SQLITE_IOERR_WRITE",
}


@pytest.mark.parametrize(("how", "reason"), CALLS.items(), ids=CALLS)
def test_calls_that_fail(tmp_path: Path, failing_calls: Path, how: str, reason: str) -> None:
    switch = tmp_path / "switch"
    done = subprocess.run(
        [sys.executable, SCRIPT, how, tmp_path, switch],
        capture_output=True,
        text=True,
        env=os.environ | {"LD_PRELOAD": str(failing_calls), "FAILING_DISK": str(switch)},
    )
    found = outcome(done)
    assert reason in str(found["reason"])
    found["told"] = found["told"] or "nothing: it failed at once"
    nothing_was_lost_or_half_done(found)


def test_a_file_system_that_is_read_only(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "ledger.db")
    ledger.record([fire("e1")]).result()
    ledger.close()
    told = "import sys; from pathlib import Path; from accord.store import ledger_sqlite as l\n"
    read = f"{told}with l.SqliteReader(Path(sys.argv[1])) as r: print(len(r.rows()), repr(r.verify().disagreement))"
    write = f"{told}l.SqliteLedger(Path(sys.argv[1]))"
    at = tmp_path / "mounted"
    at.mkdir()
    mounted = f"cp {tmp_path}/ledger.db {at} && mount -o remount,ro {at}"
    done = in_a_small_file_system(at, f"{mounted} && {sys.executable} -c '{read}' {at}/ledger.db")
    assert done.stdout == "1 ''\n", done.stderr
    done = in_a_small_file_system(at, f"{mounted} && {sys.executable} -c '{write}' {at}/ledger.db")
    assert done.returncode and "no lock can be made beside it: read-only file system" in done.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="other rights there")
def test_a_file_that_may_not_be_written(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    ledger = SqliteLedger(file)
    ledger.record([fire("e1")]).result()
    ledger.close()
    file.chmod(0o400)
    if os.geteuid() == 0:
        pytest.skip("root may write everything")
    with pytest.raises(Unavailable, match="read-only"):
        SqliteLedger(file)
    with SqliteReader(file) as reader:
        assert reader.case_of(KEY)


def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    file = tmp_path / "ledger.db"
    ledger = SqliteLedger(file)
    ledger.record([fire("e1")]).result()
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    largest = max(each.stat().st_size for each in tmp_path.iterdir())
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest + 4096, usual[1]))
    try:
        refused = [ledger.record([fire(f"x{n}", f"s{n}")]).exception() for n in range(20)]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert isinstance(refused[-1], Unavailable) and refused[-1].retry_after_s > 0 and ledger.trouble()
    ledger.record([fire("after", "later")]).result()
    kept = [f"x{n}" for n, refusal in enumerate(refused) if refusal is None]
    assert [row.event.id for row in ledger.rows()] == ["e1", *kept, "after"] and not ledger.trouble()
    assert not ledger.verify().disagreement
    ledger.close()
