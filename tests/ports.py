"""A port for a server that a test starts."""

import random
import socket

_OURS = range(10_000, 32_000)
"""Below those from which Linux gives connections their own ends: between finding one and using it, nothing takes it by itself."""


def free_port() -> int:
    """A port of this machine at which nothing listens."""
    for port in random.SystemRandom().sample(_OURS, 100):
        with socket.socket() as found:
            try:
                found.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("100 ports, and none of them free")
