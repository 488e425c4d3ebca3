"""Carry each deviation to exactly one responsible party until the other side confirms."""

import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from accord.cases.breaker import Budget
    from accord.cases.carrying import Carrying
    from accord.files.config import Config
    from accord.model.fact import Fact
    from accord.model.problem import Problem
    from accord.serve.landscape import Observing
    from accord.serve.sending.wiring import OpenPosting, Wired
    from accord.store.interface import Ledger

LISTEN, LEDGER = "127.0.0.1:9095", "accord.ledger"
EVERYWHERE = ("0.0.0.0", "[::]", "::")
"""All addresses of a machine: one can listen there, and nobody can call there."""


@click.command(
    epilog="Exit code: 0 stopped, 2 usage error, or a ledger, an address or a channel that is not to be had.",
    short_help="Carry each deviation to one responsible party until the other side confirms",
)
@click.argument("paths", nargs=-1, type=click.Path(exists=True), metavar="[PATH]...")
@click.option("--listen", default=LISTEN, show_default=True, metavar="HOST:PORT", help="Where it is reached.")
@click.option("--address", default="", metavar="URL", help="How people reach it, for the links in messages.")
@click.option(
    "--ledger",
    default=LEDGER,
    show_default=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The ledger; it is made where there is none.",
)
@click.option(
    "--last",
    required=True,
    metavar="PERSON",
    help="Who is asked where nobody else is left, or nobody owns it: the last resort of this installation.",
)
@click.option(
    "--heartbeat",
    "heartbeats",
    multiple=True,
    metavar="NAME=DURATION",
    help="A source that must be heard this often; repeatable.",
)
@click.option(
    "--alive", default="", metavar="URL", help="An address that is told every minute, by POST, while all is well."
)
@click.option(
    "--pages",
    default="3/10m",
    show_default=True,
    metavar="NUMBER/DURATION",
    help="How many pages one person gets alone in that time; what is more comes as one bundle. Or none: no bound.",
)
@click.option(
    "--observed",
    multiple=True,
    metavar="SOURCE",
    help="What tells what really happens, shown between both sides; as of accord check. Repeatable.",
)
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Read this configuration, not the nearest accord.toml.",
)
@click.option("--log", type=click.Choice(("text", "json")), default="text", help="How the log is written.")
def command(
    paths: tuple[str, ...],
    listen: str,
    address: str,
    ledger: Path,
    last: str,
    heartbeats: tuple[str, ...],
    alive: str,
    pages: str,
    observed: tuple[str, ...],
    config: str | None,
    log: str,
) -> None:
    """Takes deviations as Alertmanager takes alerts (POST /api/v2/alerts), joins them to the boundaries of the contracts in
    these paths (the working directory where none is given), and carries each to one person at a time, by channels of
    accord.toml, until the other side confirms. A 2xx means that it is on the disk.
    """
    from accord.files.config import load
    from accord.model.problem import Refused

    service: Any = _service()
    from accord.serve.sending.apart import apart

    read = partial(load, paths or (".",), config)
    try:
        settings, budget = read(), _budget(pages)
        with apart(service.loop_factory()) as posting:
            served = service.Served(
                listen=listen,
                ledger=ledger,
                version=_version(),
                **_reading(paths or (".",), read, last, observed),
                channels=_channels(read, posting.transport if posting else None),
                heartbeats=_heartbeats(settings, heartbeats),
                address=_address(settings, address, listen),
                alive=_alive(settings, alive),
            )
            _run(served, log, budget)
    except Refused as refused:
        raise click.ClickException(str(refused)) from None


def _service() -> Any:
    from accord.cli._extra import of_the_server

    with of_the_server():
        from accord.serve import service
    return service


def _run(served: Any, log: str, budget: Any) -> None:
    from accord.serve import logs, service
    from accord.store.errors import StoreError
    from accord.store.ledger_sqlite import SqliteLedger

    logs.begin(log == "json")
    try:
        ledger = SqliteLedger(served.ledger, budget=budget)
    except StoreError as error:
        raise click.ClickException(str(error)) from None
    try:
        service.run(served, ledger, lambda at: click.echo(f"serving at http://{at}, into {served.ledger}", err=True))
    finally:
        ledger.close()


def _budget(text: str) -> "Budget | None":
    """What one person bears; None where there is no bound."""
    from accord.cases.breaker import Budget
    from accord.model.duration import parse_duration
    from accord.model.problem import Refused

    if text == "none":
        return None
    alone, _, window = text.partition("/")
    try:
        lasts = parse_duration(window)
    except Refused as refused:
        raise click.UsageError(f"--pages {text}: expected NUMBER/DURATION such as 3/10m: {refused}") from None
    if not (alone.isascii() and alone.isdigit() and 0 < int(alone) <= 1000 and lasts):
        raise click.UsageError(f"--pages {text}: expected NUMBER/DURATION such as 3/10m")
    return Budget(window=lasts, alone=int(alone), gather=min(Budget().gather, lasts))


def _reading(
    paths: tuple[str, ...], read: "Callable[[], Config]", last: str, observed: tuple[str, ...]
) -> dict[str, Any]:
    """How contracts are read, and what was observed beside them."""
    observing: list[Observing] = []
    load = _loading(paths, read, last, _observing(observed, observing))
    return {"load": load, "observing": lambda: observing[-1]}


def _observing(options: tuple[str, ...], kept: "list[Observing]") -> "Callable[[Config], list[Fact]]":
    """Reads what was observed; what cannot be read is told and stops nothing. What was read last is kept in the list."""

    def observe(settings: "Config") -> "list[Fact]":
        from accord.cli._observed import told_by
        from accord.serve.landscape import Observing

        said = settings.serving.observed if settings.serving else ()
        told = [(options, "."), (said, settings.folder)]
        columns = settings.value("telemetry.columns")
        found = [told_by(sources, folder, columns) for sources, folder in told if sources]
        unread = tuple(reason for _, reasons in found for reason in reasons)
        for reason in unread:
            click.echo(f"not observed: {reason}", err=True)
        kept[:] = [Observing((*options, *said), unread)]
        return [fact for facts, _ in found for fact in facts]

    return observe


def _loading(
    paths: tuple[str, ...],
    read: "Callable[[], Config]",
    last: str,
    observe: "Callable[[Config], list[Fact]]" = lambda _: [],
) -> "Callable[[Ledger], Carrying]":
    """Reads configuration and contracts anew, and keeps who is reached by which channels.

    At the start what cannot be read is told. Later a reading with something unreadable that was readable is refused: whoever
    stands in it would otherwise be asked no longer.
    """
    in_use: list[tuple[Problem, ...]] = []

    def load(ledger: "Ledger") -> "Carrying":
        from accord.report._places import where
        from accord.serve.landscape import admitted, carrying_in, check_readable, unreached
        from accord.serve.sending.wiring import persons

        settings = read()
        carrying, problems = carrying_in(paths, settings, last, ledger, observe(settings))
        if in_use:
            check_readable(problems, in_use[-1])
        for problem in problems:
            click.echo(f"not read: {where(problem.place)}: {problem.reason}", err=True)
        admitted(ledger, persons(settings.people, folder=settings.folder), carrying)
        for name in unreached(ledger, carrying, time.time_ns()):
            click.echo(f"{name}: nobody is reached under this name", err=True)
        in_use[:] = [problems]
        return carrying

    return load


def _channels(read: "Callable[[], Config]", posting: "OpenPosting | None") -> "Callable[[], Mapping[str, Wired]]":
    def channels() -> "Mapping[str, Wired]":
        from accord.serve.sending.wiring import wired

        settings = read()
        return wired(settings.channels, folder=settings.folder, posting=posting)

    return channels


def _address(settings: "Config", url: str, listen: str) -> str:
    """How people reach it, the option before the configuration; told where neither says so and no link could be followed."""
    from accord.files.serving import address_wrong

    if url and (wrong := address_wrong(url, "address")):
        raise click.UsageError(f"--address: {wrong}")
    found = url or (settings.serving.address if settings.serving else "")
    if not found and listen.rpartition(":")[0] in EVERYWHERE:
        click.echo(
            f"links in messages begin with http://{listen}, which leads nowhere from another machine:"
            " say with --address or serve.address how people reach it",
            err=True,
        )
    return found


def _heartbeats(settings: "Config", options: tuple[str, ...]) -> dict[str, int]:
    said = settings.serving.heartbeats if settings.serving else ()
    return dict((*said, *(_heartbeat(text) for text in options)))


def _alive(settings: "Config", url: str) -> "Callable[[], Awaitable[None]] | None":
    """What tells whoever watches; the option goes before the configuration."""
    from accord.files.serving import Alive, address_wrong
    from accord.serve.alive import Telling

    if url and (wrong := address_wrong(url, "alive")):
        raise click.UsageError(f"--alive: {wrong}")
    said = settings.serving.alive if settings.serving else Alive()
    meant = Alive(url or said.url, said.allow_private)
    return Telling(meant) if meant.url else None


def _heartbeat(text: str) -> tuple[str, int]:
    from accord.model.duration import parse_duration
    from accord.model.problem import Refused
    from accord.serve.heartbeats import checked

    name, _, within = text.partition("=")
    try:
        return name, checked(parse_duration(within))
    except Refused as refused:
        raise click.UsageError(f"--heartbeat {text}: expected NAME=DURATION such as prometheus=5m: {refused}") from None


def _version() -> str:
    from importlib.metadata import version

    return version("accord")
