"""One line on the terminal while something slow goes on; nothing where nobody is looking."""

import sys
import threading
from types import TracebackType

_PATIENCE_S = 1.0


class Progress:
    """While it is entered, says on standard error what is being done, once it has taken longer than a second."""

    def __init__(self) -> None:
        self.doing = "reading"
        self._shown = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tell, daemon=True)

    def __enter__(self) -> "Progress":
        if sys.stderr.isatty():
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()
        if self._shown:
            self._write("")

    def _tell(self) -> None:
        seconds = 0
        while not self._over.wait(_PATIENCE_S):
            seconds += 1
            self._write(f"{self.doing} ... {seconds}s")

    def _write(self, line: str) -> None:
        sys.stderr.write("\r" + line.ljust(self._shown) + ("" if line else "\r"))
        sys.stderr.flush()
        self._shown = len(line)
