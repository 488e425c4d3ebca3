"""Find what drifts away from its contract before it breaks."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from accord.files.config import Config
    from accord.model.drifting import Drift
    from accord.observe.agreements import Agreements

CLEAN, ALARMED, UNREADABLE, NOTHING = 0, 1, 2, 3
_VERSION = 1


@click.command(
    epilog="Exit code: 0 no alarm, 1 an alarm, 2 usage error or nothing readable, 3 no calls in these files.",
    short_help="Find what drifts away from its contract before it breaks",
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True), metavar="CONTRACT...")
@click.option(
    "--telemetry",
    "files",
    multiple=True,
    required=True,
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Traces, as accord observe reads them (repeatable), or one store of accord observe --listen.",
)
@click.option("--state", type=click.Path(dir_okay=False), metavar="FILE", help="Go on from this file, and write it.")
@click.option(
    "--complete",
    is_flag=True,
    help="These are all spans there were: one that says nothing of its sampling stands for itself alone.",
)
@click.option(
    "--format", "format_", type=click.Choice(("text", "json", "svg")), default="text", help="How it is written."
)
@click.option("--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write it to this file.")
@click.option("--config", type=click.Path(exists=True, dir_okay=False), metavar="FILE", help="Read this configuration.")
@click.option(
    "--color", type=click.Choice(("auto", "always", "never")), default="auto", help="Whether to colour the text."
)
@click.pass_context
def command(
    context: click.Context, paths: tuple[str, ...], files: tuple[str, ...], state: str | None, complete: bool,
    format_: str, output: str | None, config: str | None, color: str,
) -> None:  # fmt: skip
    """Holds every minute of these traces against what the contracts in these paths promise, and alarms where a promise no
    longer holds: answers, errors, tries, and calls that stop coming.
    """
    from accord.cli._configuration import configuration
    from accord.cli._output import emit
    from accord.cli._terminal import wants_color

    settings = configuration(paths, config)
    agreements = _agreements(paths, settings)
    drift, refused = _watched(agreements, files, state, complete, settings.value("telemetry.columns"))
    for reason in refused:
        click.echo(f"not read: {reason}", err=True)
    if not drift.minutes and not drift.boundaries:
        click.echo("no calls in these files", err=True)
        context.exit(UNREADABLE if refused else NOTHING)
    emit(_shown(drift, format_, wants_color(color, bool(output))), output or "", "" if format_ == "text" else "utf-8")
    context.exit(ALARMED if drift.alarms else CLEAN)


def _agreements(paths: tuple[str, ...], settings: "Config") -> "Agreements":
    from accord.cli._extra import of_the_server
    from accord.cli._unread import tell_that_unread

    with of_the_server():
        from accord.observe.agreements import Agreements
        from accord.observe.watching import watched  # noqa: F401
    from accord.files.read import read

    reading = read(paths, settings)
    tell_that_unread(reading.problems)
    return Agreements(reading.facts)


def _watched(
    agreements: "Agreements", files: tuple[str, ...], state: str | None, complete: bool, columns: tuple[str, ...]
) -> tuple["Drift", list[str]]:
    from accord.cli._progress import Progress
    from accord.model.problem import Refused
    from accord.observe.watching import watched

    with Progress():
        try:
            return watched(agreements, files, Path(state) if state else None, complete, columns)
        except Refused as refusal:
            raise click.ClickException(str(refusal)) from None


def _shown(drift: "Drift", format_: str, colored: bool) -> str:
    from accord.report._drift import drift_text
    from accord.report._drift_chart import charts
    from accord.report._paint import Paint

    if format_ == "json":
        import msgspec

        document = {"accord": _VERSION, **msgspec.to_builtins(drift)}
        return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
    return charts(drift) if format_ == "svg" else drift_text(drift, Paint(colored))
