"""What a program leaves behind: everything that it writes goes into one folder, by which its processes are known too."""

import os
import time
from pathlib import Path

PATIENCE_S = 30


def environ(folder: Path) -> dict[str, str]:
    """Temporary files go into this folder."""
    return {**os.environ, "TMPDIR": str(folder)}


def left_behind(folder: Path) -> list[str]:
    """The processes that were started with this folder, and what lies in it."""
    found = [str(path) for path in folder.iterdir()]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            is_ours = f"TMPDIR={folder}".encode() in (process / "environ").read_bytes().split(b"\0")
            if is_ours:
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue  # it has just ended, or is somebody else's
    return found


def until_nothing_is_left(folder: Path) -> list[str]:
    """What is left behind once nothing is, or after some patience."""
    ends = time.monotonic() + PATIENCE_S
    found = left_behind(folder)
    while found and time.monotonic() < ends:
        time.sleep(0.1)
        found = left_behind(folder)
    return found
