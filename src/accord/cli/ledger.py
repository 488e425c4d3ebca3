"""Whether a ledger is what was written (verify), and its copies: export, backup, restore."""

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from accord.store.errors import StoreError
    from accord.store.rows import Verified

AGREES, DISAGREES = 0, 1

_LEDGER = click.argument("ledger", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group(
    epilog="Exit code: 0 done and everything agrees, 1 something disagrees, 2 usage error or not readable.",
    short_help="Whether a ledger is what was written, and its copies",
)
def command() -> None:
    """Looks into the ledger of `accord serve`, also while that is running."""


@command.command()
@_LEDGER
@click.option(
    "--root", default="", metavar="HASH", help="Expect this root, noted down earlier, among those of the ledger."
)
def verify(ledger: Path, root: str) -> None:
    """Recomputes every hash and decides every event again, and names the first row that disagrees."""
    from accord.store.errors import StoreError
    from accord.store.ledger_sqlite import SqliteReader

    try:
        with SqliteReader(ledger) as opened:
            verified = opened.verify(root)
    except StoreError as error:
        _refuse(error)
    _tell(ledger, verified)


@command.command()
@_LEDGER
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write to this file.")
def export(ledger: Path, output: Path | None) -> None:
    """Writes the ledger as JSON lines: events, policies, hashes and roots; people are pseudonyms."""
    from accord.store.copying import lines
    from accord.store.errors import StoreError

    try:
        with click.open_file(str(output or "-"), "wb") as opened:
            for line in lines(ledger):
                opened.write(line)
    except StoreError as error:
        _refuse(error)


@command.command()
@_LEDGER
@click.argument("to", type=click.Path(dir_okay=False, path_type=Path))
def backup(ledger: Path, to: Path) -> None:
    """Copies the ledger into the new file TO, also while it is written, and verifies the copy."""
    from accord.store.copying import back_up
    from accord.store.errors import StoreError

    try:
        back_up(ledger, to)
    except StoreError as error:
        _refuse(error)
    verify.callback(to, "")  # type: ignore[misc]


@command.command()
@click.argument("backup", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("to", type=click.Path(dir_okay=False, path_type=Path))
def restore(backup: Path, to: Path) -> None:
    """Makes the ledger TO of a backup, and verifies it; nothing is overwritten."""
    from accord.store.copying import restore as restored
    from accord.store.errors import StoreError

    try:
        restored(backup, to)
    except StoreError as error:
        _refuse(error)
    verify.callback(to, "")  # type: ignore[misc]


def _tell(ledger: Path, verified: "Verified") -> None:
    if verified.disagreement:
        click.echo(f"{ledger}: {verified.disagreement}")
        click.get_current_context().exit(DISAGREES)
    rows, chains = _counted(verified.rows, "row"), _counted(verified.chains, "chain")
    counted = f"{rows} in {chains}, {_counted(verified.cases, 'case')}, {_counted(verified.sendings, 'message')}"
    click.echo(f"{ledger}: {counted}: everything agrees, and every event is decided alike")
    if verified.otherwise:
        were, it = ("was", "it") if verified.otherwise == 1 else ("were", "them")
        decided = f"{_counted(verified.otherwise, 'row')} {were} decided by another program, and this one decides {it} otherwise"
        click.echo(f"except that {decided}; the hashes agree")
    roots = f"{_counted(verified.roots, 'root')}, the last {verified.root}" if verified.root else "no root was made yet"
    click.echo(roots)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _refuse(error: "StoreError") -> NoReturn:
    raise click.ClickException(str(error)) from None
