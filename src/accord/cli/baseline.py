"""Write the findings there are to a file, so that a check counts only new ones; afterwards the file may only shrink."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accord.files.config import Config
    from accord.model.result import Result
    from accord.model.waiver import Known

WRITTEN, GREW, UNREADABLE, NOTHING = 0, 1, 2, 3
_MOST_SHOWN = 20


@click.command(
    epilog="Exit code: 0 written, 1 there are new findings that were not added, 2 usage error or nothing readable, 3 nothing to check."
)
@click.argument("paths", nargs=-1, type=click.Path(exists=True), metavar="[PATH]...")
@click.option(
    "--output",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="The baseline (check.baseline of the configuration, or accord.baseline.toml beside it).",
)
@click.option("--grow", is_flag=True, help="Add findings that are new to a baseline that exists.")
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Read this configuration, not the nearest accord.toml.",
)
@click.option(
    "--as-of", metavar="DATE", help="The day everything is judged as of, such as 2027-03-31 (today unless configured)."
)
def command(paths: tuple[str, ...], output: str | None, grow: bool, config: str | None, as_of: str | None) -> None:
    """Writes what `accord check` finds in these paths (the working directory where none is given) to the baseline. Where
    there is one already, entries that are gone are removed, and new findings are added with --grow only.
    """
    from accord.boundaries.verdicts.baseline import against
    from accord.cli._configuration import configuration
    from accord.cli._output import emit
    from accord.files.baseline import entries_of, written
    from accord.report._summary import nothing_readable, spoken_of

    context = click.get_current_context()
    paths = paths or (".",)
    settings = configuration(paths, config, as_of=as_of)
    file = output or _usual(settings)
    result = _found(paths, settings)
    if not spoken_of(result):
        click.echo("nothing was checked, and no baseline is written; accord check says why", err=True)
        context.exit(UNREADABLE if nothing_readable(result) else NOTHING)
    before = _before(file)
    new, known = ([], result.findings) if before is None or grow else against(before, result.findings)[:2]
    kept = entries_of(known)
    emit(written(kept), file)
    click.echo(_said(file, before, kept), err=True)
    added = entries_of(new)
    for line in _shown(added):
        click.echo(line, err=True)
    context.exit(GREW if added else WRITTEN)


def _usual(settings: "Config") -> str:
    """The baseline of the configuration, or the file beside it that is usually called so."""
    from pathlib import Path

    from accord.files.baseline import USUAL_NAME

    return settings.baseline or str(Path(settings.folder, USUAL_NAME))


def _found(paths: tuple[str, ...], settings: "Config") -> "Result":
    """What is found in these paths without any baseline; only a whole may be written down."""
    from accord.cli._today import today
    from accord.cli.check import judged
    from accord.files.landscape import is_whole

    if settings.file and not is_whole(paths, settings):
        message = f"a baseline is of all that the configuration is for; run it on {settings.folder}"
        raise click.UsageError(message, click.get_current_context())
    return judged(paths, settings, settings.value("check.as_of") or today()).outcome.result


def _before(file: str) -> "tuple[Known, ...] | None":
    """The baseline as it is; None where there is none yet."""
    from pathlib import Path

    from accord.cli._configuration import known

    return known(file) if Path(file).exists() else None


def _said(file: str, before: "Sequence[Known] | None", kept: "Sequence[Known]") -> str:
    """What was written: `accord.baseline.toml: 12 known findings, 3 gone`."""
    now, were = (sum(entry.count for entry in entries) for entries in (kept, before or ()))
    known = f"{now} known {'finding' if now == 1 else 'findings'}"
    if before is None:
        return f"{file}: {known}\nnext: accord check --baseline {file}, or check.baseline in accord.toml"
    change = f"{were - now} gone" if now < were else f"{now - were} added" if now > were else "none gone"
    return f"{file}: {known}, {change}"


def _shown(new: "Sequence[Known]") -> list[str]:
    from accord.report._paint import visible

    if not new:
        return []
    count = sum(entry.count for entry in new)
    told = [f"{entry.rule}   {': '.join(filter(None, (entry.subject, entry.message)))}" for entry in new[:_MOST_SHOWN]]
    lines = [f"  {visible(line)}" for line in told]
    more = [f"  and {len(new) - _MOST_SHOWN} more"] if len(new) > _MOST_SHOWN else []
    return [f"{count} new {'finding is' if count == 1 else 'findings are'} not added (--grow adds):", *lines, *more]
