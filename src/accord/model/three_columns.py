"""What one side counts on, what was seen and what the other side stands for, of one boundary: the heart of every report."""

from msgspec import Struct

from accord.model.fact import Fact


class Entry(Struct, frozen=True):
    """One value of one column, and the fact that it is: a statement with its place, or a figure that was seen.

    `value` is in the unit of its row; None where it is no number, or none was decidable. `text` is as its author wrote it,
    and `note` what has to be read beside it. Of what was seen, `side` is whose measure it is (caller, callee; empty for
    both), `party` who that is, and `at_least` tells that the truth may be more.
    """

    text: str
    fact: Fact
    value: float | None = None
    note: str = ""
    side: str = ""
    party: str = ""
    at_least: bool = False


class Row(Struct, frozen=True):
    """One term of a boundary; `verdict` is the worst of the findings that rest on what stands here, empty where none does.

    `measure` is the term that the three values are held against each other by: `latency.max`, `latency.p99`, `attempts`,
    `availability`, `rate`, `concurrency`, `late`, `repeated`; `unit` is s, %, /s or that which is counted.
    """

    measure: str
    unit: str
    assumed: tuple[Entry, ...] = ()
    observed: tuple[Entry, ...] = ()
    promised: tuple[Entry, ...] = ()
    verdict: str = ""


class ThreeColumns(Struct, frozen=True):
    """One boundary as it was seen in one environment, beside what both sides say of it.

    `called` is what telemetry calls the operation. `calls` were seen between `began` and `ended` (seconds since 1970; both
    0 where that is not told), `paired` of them from both sides; `source` is a fact of where that was read. `because` says
    why nothing is held against anything, and is empty where something is. `remarks` are what holds of all rows.
    """

    consumer: str
    provider: str
    operation: str
    environment: str
    called: str
    calls: int
    paired: int
    began: int
    ended: int
    source: Fact
    rows: tuple[Row, ...] = ()
    remarks: tuple[str, ...] = ()
    because: str = ""

    @property
    def subject(self) -> str:
        """`checkout -> payments/charge`."""
        provider = f"{self.provider}/{self.operation}" if self.operation else self.provider
        return f"{self.consumer} -> {provider}" if self.consumer else provider
