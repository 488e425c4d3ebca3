"""An address that is not to be had: why, who has it, and what to do."""

import os
from collections.abc import Iterator
from contextlib import suppress
from errno import EADDRINUSE
from pathlib import Path

_LISTENS = "0A"
"""How Linux writes that a socket listens (include/net/tcp_states.h)."""
_PROC = Path("/proc")


def not_to_be_had(address: str, error: OSError) -> str:
    """`127.0.0.1:9095 is not to be had: address already in use by process 4242 (accord); stop it, or ...`."""
    is_known = error.errno is not None and isinstance(error.strerror, str)
    why = (os.strerror(error.errno) if is_known and error.errno else str(error)).lower()
    stops, by = "", ""
    if error.errno == EADDRINUSE and (found := holder(int(address.rpartition(":")[2]))):
        by, stops = f" by {found}", "stop that, or "
    return f"{address} is not to be had: {why}{by}; {stops}name another one with --listen"


def holder(port: int) -> str:
    """`process 4242 (accord)` that listens at a port of this machine; empty where that cannot be seen."""
    with suppress(OSError):
        held = {f"socket:[{inode}]" for inode in _inodes(port)}
        for process in _PROC.glob("[0-9]*") if held else ():
            with suppress(OSError):
                if any(str(each.readlink()) in held for each in (process / "fd").iterdir()):
                    return f"process {process.name} ({(process / 'comm').read_text().strip()})"
    return ""


def _inodes(port: int) -> Iterator[str]:
    """The sockets that listen there, as proc_net_tcp(5) lists them."""
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in (_PROC / "net" / table).read_text().splitlines()[1:]:
                _, local, _, state, *rest = line.split()
                if state == _LISTENS and int(local.rpartition(":")[2], 16) == port:
                    yield rest[5]
