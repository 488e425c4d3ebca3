"""Whether a ledger is what was written (verify), its copies: export, backup, restore; and what ended long ago taken out: prune."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from accord.store.errors import StoreError
    from accord.store.ledger_sqlite import SqliteLedger
    from accord.store.rows import Verified

AGREES, DISAGREES = 0, 1
KEEP = "730d"
"""How long what ended is kept where nobody says otherwise: two years."""

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


@command.command()
@_LEDGER
@click.option(
    "--archive",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write what goes to this new file first.",
)
@click.option("--keep", default=KEEP, metavar="DURATION", help=f"What ended longer ago than this goes, {KEEP}.")
@click.option("--before", default="", metavar="DATE", help="What ended before this day (UTC) goes, instead of --keep.")
def prune(ledger: Path, archive: Path, keep: str, before: str) -> None:
    """Moves deviations that ended long ago into an archive, and proves what is left; the service must not run."""
    from accord.cli._today import now_ns
    from accord.model.instants import instant
    from accord.store.errors import StoreError
    from accord.store.ledger_sqlite import SqliteLedger

    now = now_ns()
    before_ns = _before(before, now) if before else max(now - _lasting(keep), 0)
    try:
        opened = SqliteLedger(ledger)
        try:
            told = _pruned(opened, archive, before_ns, now)
        finally:
            opened.close()
    except StoreError as error:
        _refuse(error)
    click.echo(told or f"nothing ended before {instant(before_ns)}: nothing is pruned")
    if told:
        _shrunk(ledger)
    verify.callback(ledger, "")  # type: ignore[misc]


def _pruned(opened: "SqliteLedger", to: Path, before_ns: int, now_ns: int) -> str:
    """What went where, in words; empty where nothing did. What does not agree is not pruned: an anchor would say that it did."""
    from accord.model.instants import instant
    from accord.store.copying import archive
    from accord.store.errors import StoreError

    if disagreement := opened.verify().disagreement:
        raise StoreError(f"nothing is pruned of what does not agree: {disagreement}")
    what = opened.prunable(before_ns)
    if not what.rows:
        return ""
    sum_ = archive(opened.archived(what), to)
    opened.prune(what, now_ns, sum_).result()
    counted = f"{_counted(what.rows, 'row')} of {_counted(len(what.cases), 'deviation')}"
    return f"{to}: {counted} that ended before {instant(before_ns)}, SHA-256 {sum_}"


def _shrunk(ledger: Path) -> None:
    """What went is gone from the ledger either way; only the file may keep its size."""
    from accord.store.copying import shrink
    from accord.store.errors import StoreError

    try:
        shrink(ledger)
    except StoreError as error:
        click.echo(f"{error}; the file keeps its size")


def _before(day: str, now_ns: int) -> int:
    try:
        read = datetime.fromisoformat(day)
    except ValueError:
        raise click.BadParameter(f"expected a day such as 2026-01-31, read {day!r}", param_hint="--before") from None
    before_ns = int((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()) * 10**9
    if before_ns > now_ns:
        raise click.BadParameter(f"{day} has not begun yet", param_hint="--before")
    return before_ns


def _lasting(keep: str) -> int:
    from accord.model.duration import parse_duration
    from accord.model.problem import Refused

    try:
        return parse_duration(keep)
    except Refused as refused:
        raise click.BadParameter(str(refused), param_hint="--keep") from None


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
    if verified.pruned:
        click.echo(f"{_counted(verified.pruned, 'row')} pruned before: their hashes agree")
    roots = f"{_counted(verified.roots, 'root')}, the last {verified.root}" if verified.root else "no root was made yet"
    click.echo(roots)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _refuse(error: "StoreError") -> NoReturn:
    raise click.ClickException(str(error)) from None
