"""The ledger in one SQLite file: write-ahead log, one thread that writes, a commit that returns when the disk has it."""

from asyncio import AbstractEventLoop
from pathlib import Path
from types import TracebackType

from accord.cases.breaker import Budget
from accord.store.connections import Readers
from accord.store.errors import Unavailable
from accord.store.instance import Instance
from accord.store.keeping import KeptRows
from accord.store.leading import LedWriter
from accord.store.leaving import LeavingRows
from accord.store.outbox import OutboxRows
from accord.store.people import PeopleRows
from accord.store.pruning import Pruner
from accord.store.reading import Reader
from accord.store.receiving import ReceivedRows
from accord.store.recording import Decide, Recorder


class SqliteReader(Reader, OutboxRows, LeavingRows, PeopleRows, KeptRows, ReceivedRows, Pruner):
    """A ledger's file, only read, also while another process writes it."""

    def __init__(self, file: Path, decide: Decide = Recorder.decide) -> None:
        self.decide = decide
        self.readers = Readers(file.absolute())
        with self.readers():
            pass

    def close(self) -> None:
        """Lets go of the file."""
        self.readers.close()

    def __enter__(self) -> "SqliteReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class SqliteLedger(SqliteReader):
    """A ledger's file, made where there is none and brought up to date; this process is the only one that writes it.

    Raises InUse where another process does, Incompatible for what is no ledger or newer, Unavailable where the disk refuses.
    `decide` is the kernel. With a `budget` pages are bounded: then somebody must call `leave`, or what is parked stays.
    """

    writer: LedWriter
    durability = "power"

    def __init__(self, file: Path, decide: Decide = Recorder.decide, budget: Budget | None = None) -> None:
        self.budget = budget
        try:
            self._instance = Instance(file)
        except OSError as error:
            raise Unavailable(
                f"{file}: no lock can be made beside it: {(error.strerror or str(error)).lower()}"
            ) from None
        try:
            self.writer = LedWriter(file.absolute())
            super().__init__(file, decide)
        except BaseException:
            self._instance.release()
            raise

    @property
    def written(self) -> int:
        """A number that grows with every write."""
        return self.writer.commits

    def trouble(self) -> str:
        """Why the last write failed; empty where it did not."""
        return self.writer.trouble

    def led_by(self, loop: AbstractEventLoop | None) -> None:
        """Events and marks are worked out by the loop that runs here, and only their commit by the thread; None ends it."""
        self.writer.led_by(loop)

    def close(self) -> None:
        """Does what was accepted, and lets another process in."""
        super().close()
        self.writer.close()
        self._instance.release()
