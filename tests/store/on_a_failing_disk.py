"""Run by test_failing_disk.py in a process of its own: a ledger is written until the disk refuses, and after it gave in.

on_a_failing_disk.py full|read-only|CALL ERROR  FOLDER [FILE that makes calls fail]
"""

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from accord.store.errors import Unavailable
from accord.store.ledger_sqlite import SqliteLedger
from store.recordings import admit, fire

AT_ONCE = 20


def written_until_refused(ledger: SqliteLedger, told: list[str], at_most: int = 20_000) -> str:
    """Batches of several events, many waiting at once; what was answered is in `told`, and the reason is given."""
    number = 0
    while number < at_most:
        batches = [[fire(f"e{number + n}{part}", f"s{(number + n) % 50}") for part in "ab"] for n in range(AT_ONCE)]
        futures = [ledger.record(batch) for batch in batches]
        number += AT_ONCE
        for batch, future in zip(batches, futures, strict=True):
            with suppress(Unavailable):
                future.result()
                told.extend(entry.event.id for entry in batch)
        if refused := [str(future.exception()) for future in futures if future.exception()]:
            return refused[0]
    raise SystemExit("the disk never refused")


def seen(ledger: SqliteLedger) -> list[str]:
    rows, after = [], 0
    while page := ledger.rows(after):
        rows += [row.event.id for row in page]
        after = page[-1].sequence
    return rows


def run(file: Path, break_: Callable[[], None], mend: Callable[[], None]) -> dict[str, object]:
    ledger = SqliteLedger(file)
    admit(ledger, "p0", "c0")
    told: list[str] = []
    ledger.record([fire("before")]).result()
    break_()
    reason = written_until_refused(ledger, told)
    found = {
        "reason": reason,
        "trouble": ledger.trouble(),
        "told": len(told),
        "lost": sorted({*told} - {*seen(ledger)}),
    }
    found["open"] = ledger.audit().open
    mend()
    ledger.record([fire("after", "later")]).result()
    retried = ledger.record([fire(f"e{n}{part}", f"s{n % 50}") for n in range(40) for part in "ab"]).result()
    found["retried"] = len(retried)
    rows = seen(ledger)
    halves = [name for name in rows if name[-1] in "ab" and name[:-1] + "ab"["ba".index(name[-1])] not in rows]
    found |= {"halves": halves, "trouble after": ledger.trouble(), "disagreement": ledger.verify().disagreement}
    ledger.close()
    again = SqliteLedger(file)
    found |= {"rows": len(rows), "rows again": len(seen(again)), "again": again.verify().disagreement}
    again.close()
    return found


def main(how: str, folder: Path, switch: Path | None) -> None:
    file, filler = folder / "ledger.db", folder / "filler"
    if how == "full":
        filler.write_bytes(b"x" * (1 << 20))
        found = run(file, lambda: None, filler.unlink)
    elif switch is not None:
        found = run(file, lambda: (switch.write_text(how), None)[1], switch.unlink)
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]) if len(sys.argv) > 3 else None)
