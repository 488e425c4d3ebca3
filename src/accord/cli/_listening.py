"""`accord observe --listen`: the receiver on the terminal."""

import threading
from shutil import get_terminal_size
from typing import TYPE_CHECKING

import click

from accord.model.duration import parse_duration
from accord.model.problem import Refused

if TYPE_CHECKING:
    from accord.observe.receiving.service import Doors, Receiver

HTTP, GRPC_PORT, STORE = "127.0.0.1:4318", 4317, "observed.duckdb"
_LOOPBACK = ("127.", "localhost", "[::1]")
_REFRESH_S = 2.0


def listen(
    listen_at: str, grpc: str, store: str, lateness: str, fsync: str, at_once: int, complete: bool, watch: bool
) -> None:
    """Receives until it is stopped, and says where; with `watch` shows every boundary again and again."""
    from accord.cli._extra import of_the_server

    with of_the_server():
        from accord.observe.receiving.limits import Limits
        from accord.observe.receiving.service import Doors, run
    try:
        waits = parse_duration(lateness)
        doors = Doors(
            http=listen_at,
            grpc=_grpc_address(listen_at, grpc),
            store=store,
            durability="none" if fsync == "none" else "group",
            complete=complete,
            limits=Limits(lateness_ns=waits, requests=at_once),
        )
        receiver = run(doors, lambda live, http, also: _ready(live, http, also, watch))
    except Refused as refused:
        raise click.ClickException(str(refused)) from None
    _tell_end(receiver, doors)


def _grpc_address(listen_at: str, grpc: str) -> str:
    if grpc == "off":
        return ""
    return grpc or f"{listen_at.rpartition(':')[0]}:{GRPC_PORT}"


def _ready(receiver: "Receiver", http: str, grpc: str, watch: bool) -> None:
    also = f" and gRPC at {grpc}" if grpc else ""
    click.echo(f"listening for OTLP at http://{http}/v1/traces{also}, into {receiver.doors.store}", err=True)
    if not http.startswith(_LOOPBACK):
        click.echo("whoever reaches this address may send: nothing asks who it is", err=True)
    if watch:
        threading.Thread(target=_show_again_and_again, args=(receiver,), daemon=True).start()


def _show_again_and_again(receiver: "Receiver") -> None:
    from accord.report._observed import observed_text
    from accord.report._paint import Paint

    pause = threading.Event()
    while not pause.wait(_REFRESH_S):
        found = receiver.boundaries()
        lines = (observed_text(found, Paint(True)) if found else "no calls are settled yet\n").splitlines()
        click.echo(
            "\x1b[H\x1b[2J" + "\n".join([*lines[: max(3, get_terminal_size().lines - 3)], "", _counted(receiver)])
        )


def _counted(receiver: "Receiver") -> str:
    state = receiver.state()
    refused = ", ".join(f"{count} times {reason}" for reason, count in sorted(state["refused"].items()))
    taken, settled = state["taken"], state["settled"]
    return (
        f"{taken.get('spans', 0)} spans taken, {state['waiting']} wait for their other halves, "
        f"{settled.get('undecided halves', 0)} halves undecided" + (f"; refused: {refused}" if refused else "")
    )


def _tell_end(receiver: "Receiver", doors: "Doors") -> None:
    click.echo(_counted(receiver), err=True)
    click.echo(
        f"what waits stays in {doors.store}.journal; accord observe {doors.store} shows what is settled", err=True
    )
