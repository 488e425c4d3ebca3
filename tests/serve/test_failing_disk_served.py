"""A disk that is full, failing or read-only, seen through the API: 503 and when to ask again, nothing half done, and on afterwards."""

import os
import resource
import subprocess
from pathlib import Path
from typing import Any

import pytest
from processes import Running, eventually

from accord.serve.alerts import Instance
from accord.store.ledger_sqlite import SqliteReader


def told(running: Running, seq: str, **more: str) -> Any:
    labels = {"alertname": "PaymentsSlow", "severity": "critical", "seq": seq, "pad": "x" * 8000}
    return running.client.post("/api/v2/alerts", json=[{"labels": labels, **more}])


def refused_from(running: Running) -> list[str]:
    """Alerts are told until one is refused; those that were taken."""
    taken = []
    for number in range(2000):
        answer = told(running, str(number))
        if answer.status_code != 200:
            assert answer.status_code == 503 and int(answer.headers["retry-after"]) >= 1, answer.text
            return taken
        taken.append(str(number))
    raise AssertionError("the disk never refused")


def says_why(running: Running, refused: str) -> bool:
    """Whether /-/ready does; the mark of what was sent just before may still have fitted: then it does with the next refusal."""
    answer = running.client.get("/-/ready")
    if answer.status_code == 503:
        return "disk" in answer.text
    assert told(running, refused).status_code == 503
    return False


def is_told_and_mended(running: Running, taken: list[str], mend: Any) -> None:
    """What is refused left no trace, /-/ready says why, what was taken stays, and all goes on once the disk does."""
    refused = str(len(taken))
    with SqliteReader(running.folder / "small" / "ledger") as reader:
        assert reader.case_of(f"checkout -> payments/charge latency [{refused}]") is None
        assert not [one for one in reader.kept(Instance) if one.labels["seq"] == refused]
    assert eventually(lambda: says_why(running, refused))
    assert running.client.get("/-/healthy").status_code == 200
    silence = {
        "matchers": [{"name": "seq", "value": "x", "isRegex": False}],
        "startsAt": "2026-01-01T00:00:00Z",
        "endsAt": "2099-01-01T00:00:00Z",
        "createdBy": "keeper",
        "comment": "x" * 200_000,
    }
    assert running.client.post("/api/v2/silences", json=silence).status_code == 503
    assert running.client.post("/api/v1/events", json={"signal": "Other", "summary": "x" * 16_000}).status_code == 503
    assert running.client.get("/api/v2/silences").json() == []
    mend()
    assert eventually(lambda: told(running, refused).status_code == 200)
    assert running.client.get("/-/ready").status_code == 200
    running.end()
    with SqliteReader(running.folder / "small" / "ledger") as reader:
        for seq in (*taken, refused):
            assert reader.case_of(f"checkout -> payments/charge latency [{seq}]") is not None
        assert not reader.verify().disagreement and not reader.audit().broken
    assert "Traceback" not in running.log(), running.log()[-3000:]


def test_a_full_disk_through_the_api(running: Running) -> None:
    small = running.folder / "small"
    small.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", small]).returncode:
        pytest.skip("no file system may be mounted here")
    try:
        running.ledger = small / "ledger"
        (small / "filler").write_bytes(b"x" * (1 << 20))
        taken = refused_from(running.start())
        assert taken
        is_told_and_mended(running, taken, (small / "filler").unlink)
    finally:
        running.close()
        subprocess.run(["umount", small], check=True)


def test_a_file_that_may_not_grow_through_the_api(running: Running) -> None:
    running.ledger = running.folder / "small" / "ledger"
    running.ledger.parent.mkdir()
    running.start()
    assert running.process is not None
    usual = resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE)
    largest = max(each.stat().st_size for each in running.ledger.parent.iterdir())
    resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (largest + (256 << 10), usual[1]))
    process = running.process.pid
    is_told_and_mended(running, refused_from(running), lambda: resource.prlimit(process, resource.RLIMIT_FSIZE, usual))


@pytest.mark.parametrize("how", ["fsync 5", "write 28", "write 30"], ids=["fsync-error", "full", "read-only"])
def test_calls_of_the_disk_that_fail_through_the_api(running: Running, failing_calls: Path, how: str) -> None:
    switch = running.folder / "switch"
    running.ledger = running.folder / "small" / "ledger"
    running.ledger.parent.mkdir()
    running.start(LD_PRELOAD=str(failing_calls), FAILING_DISK=str(switch))
    assert told(running, "0").status_code == 200
    switch.write_text(how)
    assert told(running, "1").status_code == 503
    is_told_and_mended(running, ["0"], switch.unlink)
