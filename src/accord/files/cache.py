"""The user's cache folder: what was worked out before, under a name, whole or not at all.

Safe where several runs share it: an entry is written under a name of its own and renamed. An entry that was cut short or
altered is as good as none, and so is a folder that cannot be used or that others may write to. The oldest entries go
where all together take more than `LARGEST`.
"""

import os
import stat
import sys
import zlib
from collections.abc import Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from msgspec import Struct

VARIABLE = "ACCORD_CACHE"
LARGEST = 256_000_000
"""Bytes that all entries may take."""

_LARGEST_ENTRY = LARGEST // 4
_FOLDER = "check"
_DIGEST = 16
_LEVEL = 1


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Where the cache lies: ACCORD_CACHE, else the user's cache folder as the system has it."""
    if environ.get(VARIABLE):
        return Path(environ[VARIABLE])
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or Path.home()) / "accord" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "accord"
    return Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "accord"


class Cache(Struct, frozen=True):
    """The entries in one folder; an entry is as secret as what it was made from, so only its owner reads it."""

    folder: Path

    def load(self, name: str) -> bytes | None:
        """The entry of this name; None where there is none that is whole."""
        path = self.folder / name
        try:
            content = path.read_bytes()
            os.utime(path)  # the oldest go first
            body = content[_DIGEST:]
            return zlib.decompress(body) if blake2b(body, digest_size=_DIGEST).digest() == content[:_DIGEST] else None
        except (OSError, zlib.error):
            return None

    def save(self, name: str, entry: bytes) -> None:
        """Keeps an entry; where that is impossible nothing is kept, and nobody need know."""
        body = zlib.compress(entry, _LEVEL)
        if len(body) > _LARGEST_ENTRY:
            return
        written = self.folder / f".{name}.{os.getpid()}"
        try:
            descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(blake2b(body, digest_size=_DIGEST).digest())
                file.write(body)
            written.replace(self.folder / name)
            self._shrink()
        except OSError:
            with suppress(OSError):
                written.unlink()

    def _shrink(self) -> None:
        """Removes the oldest entries until the rest is small enough; those that vanish meanwhile were somebody else's to remove."""
        with os.scandir(self.folder) as listed:
            entries = sorted(((entry.stat(), entry.path) for entry in listed), key=lambda entry: entry[0].st_mtime_ns)
        size = sum(status.st_size for status, _ in entries)
        for status, path in entries:
            if size <= LARGEST:
                return
            Path(path).unlink(missing_ok=True)
            size -= status.st_size


def opened_cache(environ: Mapping[str, str]) -> Cache | None:
    """The cache, its folder made where it is missing; None where it cannot be used or belongs to somebody else."""
    try:
        folder = cache_folder(environ) / _FOLDER
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
    except (OSError, RuntimeError):
        return None
    if hasattr(os, "getuid") and (status.st_uid != os.getuid() or stat.S_IMODE(status.st_mode) & 0o022):
        return None
    return Cache(folder)
