"""Make a key to the API of `accord serve`."""

from pathlib import Path

import click

from accord.cli.serve import LEDGER


@click.group(
    epilog="Exit code: 0 done, 2 usage error, or a ledger that is not to be had.",
    short_help="Make a key to the API of accord serve",
)
def command() -> None:
    """Tokens for `accord serve` where it can be reached from other machines. While it runs, POST /api/v1/tokens makes them."""


@command.command()
@click.option(
    "--ledger",
    default=LEDGER,
    show_default=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The ledger; it is made where there is none.",
)
@click.option("--role", type=click.Choice(("reader", "responder", "admin")), required=True, help="What it may do.")
@click.option("--name", required=True, help="What it is for.")
@click.option("--bearer", default="", metavar="PERSON", help="Whose it is: answers are theirs.")
@click.option(
    "--lasts", default="", metavar="DURATION", help="How long, such as 90d; without it, until it is taken back."
)
def add(ledger: Path, role: str, name: str, bearer: str, lasts: str) -> None:
    """Prints the secret of a new token; it is kept nowhere."""
    from accord.cli._extra import of_the_server

    with of_the_server():
        from accord.serve.tokens import PostedToken, made
    import time

    from accord.model.problem import Refused
    from accord.serve.landscape import Pseudonyms
    from accord.store.errors import StoreError
    from accord.store.kept import Role
    from accord.store.ledger_sqlite import SqliteLedger

    try:
        opened = SqliteLedger(ledger)
        try:
            whose = Pseudonyms(opened)(bearer) if bearer else ""
            token, secret = made(PostedToken(Role(role), name, bearer, lasts), whose, time.time_ns())
            opened.keep(token).result()
        finally:
            opened.close()
    except (StoreError, Refused) as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(secret)
