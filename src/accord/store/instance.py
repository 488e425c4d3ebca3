"""One process at a time writes a ledger: a lock beside the file, which ends with the process, however that ends."""

import os
import sys
from contextlib import suppress
from pathlib import Path

from accord.store.errors import InUse


class Instance:
    """Holds the lock of a ledger until it is released; raises InUse where another process holds it.

    The file of the lock stays: removing it would let a third process lock a file that no longer has a name.
    """

    def __init__(self, ledger: Path) -> None:
        resolved = ledger.resolve()
        self._file = os.open(resolved.with_name(resolved.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _lock(self._file)
        except OSError:
            holder = os.read(self._file, 20).decode(errors="replace").strip() or "unknown"
            os.close(self._file)
            raise InUse(
                f"{ledger}: process {holder} holds this ledger, and only one may; stop it, or give a different file"
            ) from None
        with suppress(OSError):  # a full disk keeps nobody from reading
            os.ftruncate(self._file, 0)
            os.write(self._file, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Lets another process in."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


if sys.platform == "win32":

    def _lock(file: int) -> None:
        import msvcrt

        os.lseek(file, 1 << 30, os.SEEK_SET)  # what is locked cannot be read, and the number in front must be
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        os.lseek(file, 0, os.SEEK_SET)
else:

    def _lock(file: int) -> None:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
