"""Answer a deviation: have it, hand it on, say that it is recovered, confirm it."""

import json
import os
import urllib.error
import urllib.request
from typing import Any

import click

from accord.cli.serve import LISTEN

_WORDS = (
    "acknowledge", "commit", "progress", "decline", "offer", "accept", "refuse", "fixed", "confirm", "dispute", "read-back",
)  # fmt: skip
_DEADLINE_S = 20


@click.command(
    epilog="Exit code: 0 taken, 1 it changed nothing (the reason is said), 2 usage error or a service that is not to be had.",
    short_help="Answer a deviation",
)
@click.argument("deviation", required=False)
@click.argument("say", type=click.Choice(_WORDS), required=False)
@click.option("--until", default="", metavar="DURATION", help="Until when: 45m, or an instant (RFC 3339).")
@click.option("--to", default="", metavar="PERSON", help="To whom a hand-over is offered.")
@click.option("--names", default="", metavar="PARTY", help="Whose it is held to be, where it is declined.")
@click.option("--by", default="", metavar="PERSON", help="Who says so, where the token is nobody's own.")
@click.option(
    "--at", "address", default=f"http://{LISTEN}", show_default=True, metavar="URL", help="Where the service is."
)
@click.option(
    "--token-env", default="ACCORD_TOKEN", show_default=True, metavar="NAME", help="The variable that holds the token."
)
def command(
    deviation: str | None, say: str | None, until: str, to: str, names: str, by: str, address: str, token_env: str
) -> None:
    """Says SAY to the present turn of DEVIATION (its id, or the beginning of it); lists what is open where neither is given."""
    service = Service(address, os.environ.get(token_env, ""))
    if deviation is None:
        _list(service)
        return
    one = _meant(service, deviation)
    if say is None:
        raise click.UsageError(f"expected what is said, one of {' '.join(_WORDS)}")
    told = {"say": say, "turn": one["turn"], "until": until, "to": to, "names": names, "by": by}
    status, found = service.ask("POST", f"/api/v1/deviations/{one['id']}/answers", told)
    if status == 409:
        click.echo(f"nothing changed: {found['message']}", err=True)
        click.get_current_context().exit(1)
    refuse_unless(status == 200, found)
    click.echo(f"{_line(found)}{': ' + found['note'] if found['note'] else ''}")


class Service:
    """A service that runs, asked over HTTP."""

    def __init__(self, address: str, token: str) -> None:
        self._address, self._token = address.rstrip("/"), token

    def ask(self, method: str, path: str, told: Any = None) -> tuple[int, Any]:
        """The status and the JSON of the answer; raises ClickException where nobody answers."""
        body = None if told is None else json.dumps(told).encode()
        headers = {"content-type": "application/json"} | (
            {"authorization": f"Bearer {self._token}"} if self._token else {}
        )
        try:
            asked = urllib.request.Request(f"{self._address}{path}", body, headers, method=method)
            with urllib.request.urlopen(asked, timeout=_DEADLINE_S) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, _read(error)
        except (OSError, ValueError) as error:
            why = getattr(error, "reason", error)
            why = getattr(why, "strerror", "") or why
            raise click.ClickException(f"no service at {self._address}: {str(why).lower()}") from None


def _read(error: urllib.error.HTTPError) -> dict[str, Any]:
    try:
        found = json.load(error)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"message": f"answered {error.code}"}


def refuse_unless(good: bool, found: Any) -> None:
    """Raises ClickException with what the service said, unless it was good."""
    if not good:
        raise click.ClickException(found["message"])


def _open(service: Service) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    more, after = True, ""
    while more:
        status, page = service.ask("GET", f"/api/v1/deviations?after={after}")
        refuse_unless(status == 200, page)
        found += page["deviations"]
        more, after = page["more"], found[-1]["id"] if found else ""
    return found


def _meant(service: Service, text: str) -> dict[str, Any]:
    found = [one for one in _open(service) if one["id"].startswith(text) or one["key"] == text]
    if len(found) != 1:
        many = f"{len(found)} open deviations begin so" if found else "no open deviation is called so"
        raise click.ClickException(f"{many}: {text}; accord answer lists them")
    return found[0]


def _list(service: Service) -> None:
    found = sorted(_open(service), key=lambda one: str(one["deadline"]))
    for one in found:
        click.echo(_line(one))
    if not found:
        click.echo("no deviation is open")


def _line(one: dict[str, Any]) -> str:
    from accord.cases.case import PHASES_IN_WORDS

    who = f"{one['actor']} until {one['deadline'][:16].replace('T', ' ')} UTC" if one["actor"] else one["reason"]
    return f"{one['id'][:8]}  {PHASES_IN_WORDS.get(one['phase'], one['phase']):17}  {who}  {one['key']}"
