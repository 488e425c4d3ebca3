"""Try whether whoever is on duty is reached: a marked test on the real way."""

import os
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click

from accord.cli.answer import Service, refuse_unless
from accord.cli.serve import LISTEN

_STEPS = (("handedAt", "handed over"), ("openedAt", "opened"), ("answeredAt", "answered"))
_LOOKS_EVERY_S = 1.0


@click.command(
    epilog="Exit code: 0 somebody took it in time, 1 nobody did, 2 usage error, an unknown rota or a service that is not to be had.",
    short_help="Try whether whoever is on duty is reached",
)
@click.argument("rota")
@click.option(
    "--at", "address", default=f"http://{LISTEN}", show_default=True, metavar="URL", help="Where the service is."
)
@click.option(
    "--token-env", default="ACCORD_TOKEN", show_default=True, metavar="NAME", help="The variable that holds the token."
)
def command(rota: str, address: str, token_env: str) -> None:
    """Has `accord serve` carry a drill of ROTA, a rota or any other party, by its ladder and its channels to whoever is on duty.
    It ends once somebody takes it, or the time of the ladder is over; then it is withdrawn, and what was measured is printed.
    """
    service = Service(address, os.environ.get(token_env, ""))
    status, drill = service.ask("POST", "/api/v1/drills", {"rota": rota})
    refuse_unless(status == 201, drill)
    click.echo(f"drill of {rota} until {drill['endsBy'][11:19]} UTC at the latest", err=True)
    while not drill["over"]:
        time.sleep(_LOOKS_EVERY_S)
        status, drill = service.ask("GET", f"/api/v1/drills/{drill['id']}")
        refuse_unless(status == 200, drill)
    for line in lines(drill):
        click.echo(line)
    click.get_current_context().exit(0 if drill["takenAt"] else 1)


def lines(drill: dict[str, Any]) -> Iterator[str]:
    """What was measured: each message, how far it got and after how long; who took it and when."""
    for message in drill["messages"]:
        since = message["queuedAt"]
        steps = [f"{word} after {_after(since, message[key])}" for key, word in _STEPS if message[key]]
        why = f" ({message['reason']})" if message["fate"] == "failed" else ""
        told = ", ".join(steps) or f"{message['fate']}{why}, never handed over"
        yield f"{message['person']} by {message['channel']}: {told}"
    begun = drill["begunAt"]
    if not drill["deviation"]:
        yield "nobody of its ladder is on duty now"
    elif not drill["messages"]:
        yield "nobody was told: there is no channel"
    if drill["acknowledgedAt"]:
        yield f"acknowledged after {_after(begun, drill['acknowledgedAt'])}"
    if drill["takenAt"]:
        yield f"taken by {drill['takenBy']} after {_after(begun, drill['takenAt'])}"
    else:
        yield "nobody took it in time"


def _after(begun: str, at: str) -> str:
    lasted = datetime.fromisoformat(at) - datetime.fromisoformat(begun)
    return f"{max(lasted.total_seconds(), 0.0):.1f}s"
