"""The receiver as a whole: its doors, its journal, its store, from start to an end that loses nothing."""

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import uvicorn
from msgspec import Struct

from accord.files.taken import not_to_be_had
from accord.model.observed import Observed
from accord.model.problem import Refused
from accord.observe.receiving.folding import Folding
from accord.observe.receiving.intake import Intake, Taken, understood
from accord.observe.receiving.journal import Durability, Journal
from accord.observe.receiving.limits import Limits
from accord.observe.receiving.over_grpc import serving
from accord.observe.receiving.over_http import Application
from accord.observe.receiving.refusal import Refusal
from accord.observe.receiving.settling import Settling
from accord.observe.receiving.store import Store

_LOOK_S = 0.2


class Doors(Struct, frozen=True, kw_only=True):
    """Where it listens and what it writes; `grpc` is empty where it does not speak gRPC."""

    http: str = "127.0.0.1:4318"
    grpc: str = "127.0.0.1:4317"
    store: str = "observed.duckdb"
    durability: Durability = "group"
    complete: bool = False
    limits: Limits = Limits()


class Receiver:
    """One receiver in this process; raises Refused where its store is not to be had."""

    def __init__(self, doors: Doors) -> None:
        self.doors = doors
        self._store = Store(doors.store)
        self._journal = Journal(Path(f"{doors.store}.journal"), doors.durability, doors.limits.segment)
        self._settling = Settling(self._store, doors.limits)
        self.folding = Folding(self._store, self._settling, self._journal)
        self.intake = Intake(self._journal, self.folding.take, self.folding.is_behind, doors.limits, doors.complete)
        self._stopping = False

    def state(self) -> dict[str, Any]:
        """What was taken, refused, settled and left undecided, in numbers."""
        return {
            "taken": dict(self.intake.counts),
            "refused": dict(self.intake.refused),
            "settled": dict(self._settling.counts),
            "waiting": self._settling.waiting,
            "queued": self.folding.queued,
            "journal_bytes": self._journal.size,
            "journal_segments_damaged": self._journal.damaged,
        }

    def boundaries(self) -> list[Observed]:
        """Every boundary that the store tells of, the worst first."""
        return self.folding.boundaries()

    def stop(self, *_: Any) -> None:
        """Ends it soon."""
        self._stopping = True

    async def run(self, ready: Callable[[str, str], None]) -> None:
        """Serves until it is told to stop; `ready` is told the addresses. Raises Refused where they are not to be had."""
        try:
            await asyncio.to_thread(self.folding.start, self._before())
            door = _socket(self.doors.http)
            server = _http(Application(self.intake, self.state))
            grpc_server, grpc_address = await self._grpc()
            serving_http = asyncio.create_task(server.serve(sockets=[door]))
            ready("{}:{}".format(*door.getsockname()[:2]), grpc_address)
            while not self._stopping and self.folding.failed is None and not serving_http.done():
                await asyncio.sleep(_LOOK_S)
            server.should_exit = True
            await serving_http
            if grpc_server is not None:
                await grpc_server.stop(grace=2.0)
        finally:
            self._close()
        if self.folding.failed is not None:
            raise Refused(f"the store was not written: {self.folding.failed}")

    async def _grpc(self) -> tuple[Any, str]:
        if not self.doors.grpc:
            return None, ""
        host = self.doors.grpc.rpartition(":")[0]
        try:
            server, port = await serving(self.intake, self.doors.grpc)
        except RuntimeError:
            raise Refused(f"{self.doors.grpc} is not to be had: it may be in use") from None
        return server, f"{host}:{port}"

    def _before(self) -> Iterator[Taken]:
        """What was acknowledged before the last end of this receiver."""
        for record in self._journal.records():
            try:
                yield understood(record, self.doors.limits, self.doors.complete)
            except Refusal as refusal:
                self.intake.refuse(refusal)

    def _close(self) -> None:
        if self.folding.has_started:
            self.folding.stop()
        self.intake.close()
        self._store.close()


def run(doors: Doors, ready: Callable[[Receiver, str, str], None]) -> Receiver:
    """Runs a receiver until SIGINT or SIGTERM; gives it back for what it counted. Raises Refused."""
    receiver = Receiver(doors)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, receiver.stop)
    asyncio.run(receiver.run(lambda http, grpc: ready(receiver, http, grpc)))
    return receiver


def _http(application: Application) -> uvicorn.Server:
    config = uvicorn.Config(
        application,
        log_level="critical",
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        timeout_keep_alive=75,
        limit_concurrency=1000,
        timeout_graceful_shutdown=2,
    )
    return uvicorn.Server(config)


def _socket(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host.strip("[]"), int(port)), family=family, backlog=512)
    except OSError as error:
        raise Refused(not_to_be_had(address, error)) from None
    except (ValueError, OverflowError) as error:
        raise Refused(f"{address} is not to be had: {error}") from None
