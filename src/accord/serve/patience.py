"""How long a peer may take to say what it wants: whoever sends a request drop by drop is let go, so that nobody holds all connections.

Uvicorn waits for ever for the end of a head or of a body; only between requests it has a bound of its own. And a connection that
is closed lasts for as long as its peer does not read what it was told.
"""

from typing import Any

LOOK_S = 15.0
"""A connection is looked at this often; one that has not brought its request on by the next look is closed."""
MOST_LOOKS = 4
"""So often a closed connection is looked at before what its peer does not read is thrown away."""


def patient(protocol: Any, look_s: float = LOOK_S) -> Any:
    """The protocol of uvicorn, by which a head and a body have each to arrive within two looks."""

    class Patient(protocol):  # type: ignore[misc]
        """Looks at its connection now and then; nothing is done for each request."""

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._awaited: Any = None
            self._closing = 0
            self._looks = self.loop.call_later(look_s, self._look)

        def connection_lost(self, exc: Exception | None) -> None:
            self._looks.cancel()
            super().connection_lost(exc)

        def _look(self) -> None:
            self._looks = self.loop.call_later(look_s, self._look)
            if self.transport.is_closing():
                self._closing += 1
                if self._closing >= MOST_LOOKS:
                    self.transport.abort()
                return
            awaited = _awaited(self)
            if awaited is not None and awaited == self._awaited:
                self.transport.close()
            self._awaited = awaited

    return Patient


def _awaited(connection: Any) -> Any:
    """Which part of which request the peer still owes; None where it owes nothing."""
    cycle = connection.cycle
    if cycle is None or cycle.response_complete:
        return None if connection.timeout_keep_alive_task is not None else ("head", id(cycle))
    return ("body", id(cycle)) if cycle.more_body else None
