"""The service as a whole: ledger, loop, doors and sender, from a start that goes on where it was to an end that loses nothing."""

import asyncio
import gc
import logging
import random
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import uvicorn
from msgspec import Struct
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from accord.cases.carrying import Carrying
from accord.files.taken import not_to_be_had
from accord.model.problem import Refused
from accord.serve import openapi
from accord.serve.access import LOOPBACK, Access
from accord.serve.alertmanager_v2 import AlertmanagerV2
from accord.serve.answering import AnswerPage
from accord.serve.api import Api
from accord.serve.app import Application
from accord.serve.carrier import Carrier, Clock
from accord.serve.doors import Door
from accord.serve.drills import Drills
from accord.serve.heartbeats import Heartbeats
from accord.serve.instants import written
from accord.serve.intake import Intake
from accord.serve.landscape import Observing
from accord.serve.life import AUDIT_S, LAPSE_S, SEAL_S, Life, every, upheld
from accord.serve.links import Links, secret_in
from accord.serve.live import LOOK_S, Live
from accord.serve.metrics import Operations
from accord.serve.naming import Naming
from accord.serve.outbox import Outbox
from accord.serve.pages._frame import Pages
from accord.serve.pages._shown import Shown
from accord.serve.patience import patient
from accord.serve.people import KnownPeople
from accord.serve.rates import BURST, PER_S, Rates
from accord.serve.receipts import Receipts
from accord.serve.rotas import Rotas
from accord.serve.sending.wiring import Wired
from accord.serve.signals import Signals
from accord.serve.straight import straight
from accord.serve.tokens import Tokens
from accord.store.errors import StoreError, Unavailable
from accord.store.interface import Ledger
from accord.store.kept import Note, Token
from accord.store.rows import Sending

_log = logging.getLogger("accord.serve")
STOP_WITHIN_S = 10
BACKLOG = 1024
ALIVE = "serve/alive"
"""The note that is kept each time before others are told that all is well."""
_TURN_S = 0.0005
"""For how long one thread goes on while another waits for its turn: with Python's 5 ms each commit would begin late by as much."""
_COLLECTED_AFTER = 10_000
"""Objects made before what refers to itself is looked for: what is kept of each alert would be gone through again and again."""


class NotCarriedOver(Unavailable):
    """The contracts that were read again are in use, and what is open could not be written to be carried by them."""


class Served(Struct, frozen=True, kw_only=True):
    """Where it listens and what it knows. `load` reads the contracts; it raises Refused where they cannot be used.

    `channels` gives what is sent by, read anew with the contracts. `address` is how people reach it, for links. `alive` is told every minute while all is well; None where nobody watches.
    `observing` says what `load` read last of what was observed.
    """

    listen: str
    ledger: Path
    version: str
    load: Callable[[Ledger], Carrying]
    channels: Callable[[], Mapping[str, Wired]] = dict
    heartbeats: Mapping[str, int] = {}
    observing: Callable[[], Observing] = Observing
    address: str = ""
    alive: Callable[[], Awaitable[None]] | None = None
    per_s: float = PER_S
    burst: float = BURST


class Service:
    """One service in this process, on a ledger that it alone writes."""

    def __init__(self, served: Served, ledger: Ledger, clock: Clock = time.time_ns) -> None:
        self.served, self.ledger = served, ledger
        self._check_reach()
        self.carrier = Carrier(ledger, served.load(ledger), clock)
        links = Links(
            secret_in(served.ledger.with_name(served.ledger.name + ".key")), served.address or f"http://{served.listen}"
        )
        self.links = links
        self.naming = Naming(
            ledger, lambda name: self.carrier.carrying.is_party(name), lambda name: self.carrier.carrying.known_as(name)
        )
        self.rotas = Rotas(self.carrier, self.naming)
        self.intake = Intake(self.carrier)
        self.heartbeats = Heartbeats(self.carrier, served.heartbeats)
        self.intake.hear = self.heartbeats.hear_alert
        self.life = Life(self.carrier)
        self.live = Live(self.carrier)
        self.receipts = Receipts(self.carrier)
        self.drills = Drills(self.carrier, self.receipts, self.naming)
        self.outbox = Outbox(
            ledger,
            served.channels(),
            random.random,
            answer=self._answer,
            failed=self.carrier.wake,
            became=self.receipts.became,
        )
        self.carrier.offered.append(self.outbox.offer)
        self.carrier.woken.append(self.outbox.wake)
        self.operations = Operations(self.carrier, self.intake.inbox, self.reload, self._numbers)
        self.shown = Shown(self.carrier, self.naming, served.observing)
        self._stopped, self._reading = asyncio.Event(), asyncio.Lock()
        self._is_carried_over = True

    def _check_reach(self) -> None:
        """Refuses to listen to others while nobody could be told apart from anybody."""
        host_and_port(self.served.listen)
        if not self.is_on_loopback and not self.ledger.kept(Token, time.time_ns()):
            raise Refused(
                f"{self.served.listen} can be reached from elsewhere, and there is no token: make one with `accord token add`"
            )

    @property
    def is_on_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return self.served.listen.rpartition(":")[0] in LOOPBACK

    def doors(self) -> Iterator[Door]:
        """Every door there is."""
        yield from AlertmanagerV2(self.carrier, self.intake, self.naming, self.served.version, "").doors()
        yield from Api(self.carrier, self.intake, self.naming).doors()
        yield from self.heartbeats.doors()
        yield from openapi.doors()
        yield from Tokens(self.carrier, self.naming).doors()
        yield from KnownPeople(self.ledger).doors()
        yield from AnswerPage(self.carrier, self.links, self.naming, self.receipts).doors()
        yield from self.drills.doors()
        yield from self.rotas.doors()
        yield from Signals(self.carrier).doors()
        yield from self.operations.doors()
        yield from Pages(self.shown, self.live).doors()
        yield from self.live.doors()

    def stop(self) -> None:
        """Ends `run` soon."""
        self._stopped.set()

    def _answer(self, sending: Sending) -> str:
        message = sending.message
        case = self.carrier.case_of(sending.key)
        if case is None or (case.id, case.turn) != (message.deviation, message.turn):
            case = self.ledger.case(message.deviation)
        deadline_ns = case.deadline_ns if case is not None and case.turn == message.turn else 0
        about = message.deviation, message.turn, message.person
        return self.links.address(*about, self.carrier.clock(), sending.channel, deadline_ns)

    def _numbers(self) -> dict[str, int]:
        tries = {f"tries_{channel}_{outcome}": count for (channel, outcome), count in self.outbox.tries.items()}
        return {name.replace("-", "_"): count for name, count in tries.items()}

    async def reload(self) -> None:
        """Reads the contracts again; raises Refused where they cannot be used, and carries on by the old ones then.

        One reading at a time, so that the one that began last is in use in the end.
        """
        async with self._reading:
            await self._read_again()

    async def _read_again(self) -> None:
        channels = await asyncio.to_thread(self.served.channels)
        carrying = await asyncio.to_thread(self.served.load, self.ledger)
        self.rotas.apply(carrying)
        await self.shown.earlier.keep(self.shown)
        self.carrier.carrying = carrying
        self.outbox.use(channels)
        self.shown.read_again()
        self._is_carried_over = False
        try:
            await self._carry_over()
        except StoreError as error:
            raise NotCarriedOver(
                f"contracts read again, but what is open is not yet carried by them: {error}; it is tried again"
            ) from error

    async def _carry_over(self) -> None:
        await self.intake.rejoin()
        changed = await self.carrier.carry_otherwise()
        self._is_carried_over = True
        _log.info("contracts read again; %d open deviations are carried differently", changed)

    async def carry_over(self) -> None:
        """Makes up for what could not be written when the contracts were read again."""
        async with self._reading:
            if not self._is_carried_over:
                try:
                    await self._carry_over()
                except StoreError as error:
                    _log.error("what is open is not yet carried by the contracts that were read: %s", error)

    async def run(self, ready: Callable[[str], None]) -> None:
        """Serves until it is stopped; `ready` is told the address. Raises Refused where that is not to be had."""
        door = bound(self.served.listen)
        self.ledger.led_by(asyncio.get_running_loop())
        await self.heartbeats.begin()
        await self.intake.rejoin()
        await self.intake.inbox.begin()
        access = Access(self.ledger, self.is_on_loopback)
        app = Application(self.doors(), access, Rates(self.served.per_s, self.served.burst), self.carrier.clock)
        server = uvicorn.Server(_settings(app))
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # ours end the loop and the sender as well
        tasks = self._tasks()
        serving = asyncio.create_task(server.serve(sockets=[door]))
        self.operations.ready = True
        ready("{}:{}".format(*door.getsockname()[:2]))
        await asyncio.wait([serving, asyncio.create_task(self._stopped.wait())], return_when=asyncio.FIRST_COMPLETED)
        self.operations.ready = False
        self.live.end()
        server.should_exit = True
        await serving
        await self._end(tasks)

    def _tasks(self) -> list[asyncio.Task[None]]:
        work = [self.life.run(), every(LAPSE_S, self.intake.lapse), every(1.0, self.heartbeats.look)]
        work.append(every(1.0, self.intake.begin))
        work.append(every(1.0, self.drills.look))
        work.append(every(LAPSE_S, self.carry_over))
        work += [every(AUDIT_S, self._audit), every(SEAL_S, self._seal)]
        work += [every(AUDIT_S, self.intake.forget), every(LOOK_S, self.live.look)]
        work += [upheld(self.outbox.run), upheld(self.intake.inbox.run)]
        return [asyncio.create_task(each) for each in work]

    async def _end(self, tasks: list[asyncio.Task[None]]) -> None:
        self.life.stop()
        await self.outbox.stop(STOP_WITHIN_S)
        await asyncio.wait(tasks, timeout=0.1)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        try:
            await self._seal()
        except StoreError as error:
            _log.error("no root at the end: %s", error)
        finally:
            self.ledger.led_by(None)

    async def _audit(self) -> None:
        """Tells whoever watches that all is well, once that itself is on the disk; stays silent where it is not."""
        try:
            audit = self.ledger.audit()
            await asyncio.wrap_future(self.ledger.keep(Note(ALIVE, text=written(self.carrier.clock()))))
        except StoreError as error:
            _log.error("not well: %s", error)
            return
        if audit.broken:
            _log.error("not well: without actor or deadline: %s", ", ".join(audit.broken[:5]))
        elif self.served.alive is not None:
            await self.served.alive()

    async def _seal(self) -> None:
        await asyncio.wrap_future(self.ledger.seal(self.carrier.clock()))


def _settings(app: Application) -> uvicorn.Config:
    protocol = straight(AutoHTTPProtocol, app.told_all_the_time, app.enter)
    return uvicorn.Config(
        app,
        log_level="critical",
        access_log=False,
        lifespan="off",
        ws="none",
        http=patient(protocol),
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=STOP_WITHIN_S,
    )


def host_and_port(address: str) -> tuple[str, int]:
    """Both parts of HOST:PORT; raises Refused where it is none."""
    host, _, port = address.rpartition(":")
    if not (host and port.isascii() and port.isdigit() and int(port) < 65_536):
        raise Refused(f"expected HOST:PORT to listen at, read `{address}`")
    return host, int(port)


def bound(address: str) -> socket.socket:
    """A socket that listens at HOST:PORT; raises Refused where it is not to be had."""
    host, port = host_and_port(address)
    try:
        family, kind, _, _, where = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family, kind)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(where)
        made.listen(BACKLOG)
    except OSError as error:
        raise Refused(not_to_be_had(address, error)) from None
    return made


def run(served: Served, ledger: Ledger, ready: Callable[[str], None]) -> None:
    """Serves until SIGINT or SIGTERM; SIGHUP reads the contracts again. Raises Refused."""

    async def main() -> None:
        service = Service(served, ledger)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, service.stop)
        reloads: set[asyncio.Task[None]] = set()

        def reload() -> None:
            reloads.add(task := asyncio.create_task(_reloaded(service)))
            task.add_done_callback(reloads.discard)

        loop.add_signal_handler(signal.SIGHUP, reload)
        await service.run(ready)

    sys.setswitchinterval(_TURN_S)
    gc.freeze()
    gc.set_threshold(_COLLECTED_AFTER, 20, 50)
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(main())


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Of uvloop where it is to be had; it is not on Windows."""
    if find_spec("uvloop") is None:
        return None
    made: Callable[[], asyncio.AbstractEventLoop] = import_module("uvloop").new_event_loop
    return made


async def _reloaded(service: Service) -> None:
    try:
        await service.reload()
    except NotCarriedOver as error:
        _log.error("%s", error)
    except (Refused, StoreError) as error:
        _log.error("carried on by the old contracts: %s", error)
    except Exception:
        _log.exception("carried on by the old contracts")
