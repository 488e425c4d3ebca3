"""Show what reaches whom: each alert, its severity, who is told, and when; team by team."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from accord.model.result import Reading
    from accord.report._reached import Row

UNREADABLE, NOTHING = 2, 3
_VERSION = 1


@click.command(
    epilog="Exit code: 0 shown, 2 usage error or nothing readable, 3 no alerts or no routing in these paths.",
    short_help="Show what reaches whom",
)
@click.argument("paths", nargs=-1, type=click.Path(exists=True), metavar="[PATH]...")
@click.option(
    "--format",
    "format_",
    type=click.Choice(("text", "markdown", "json")),
    default="text",
    help="How the table is written.",
)
@click.option("--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write the table to this file.")
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Read this configuration, not the nearest accord.toml.",
)
@click.option(
    "--color", type=click.Choice(("auto", "always", "never")), default="auto", help="Whether to colour the text."
)
def command(paths: tuple[str, ...], format_: str, output: str | None, config: str | None, color: str) -> None:
    """Shows where each alert that stands in these paths (the working directory where none is given) goes by the routing
    that stands there too: its severity, the receivers and whom they tell, and when; team by team.
    """
    from accord.check import joined
    from accord.cli._configuration import configuration
    from accord.cli._output import emit
    from accord.cli._terminal import wants_color
    from accord.cli._unread import tell_that_unread
    from accord.files.read import read
    from accord.report._reached import rows

    paths = paths or (".",)
    reading = read(paths, configuration(paths, config))
    found = rows(joined(reading.facts)[0])
    if not found:
        click.get_current_context().exit(_nothing(reading, paths))
    text = _shown(found, format_, wants_color(color, bool(output)))
    emit(text, output or "", "utf-8" if format_ == "json" else "")
    tell_that_unread(reading.problems)


def _shown(found: "list[Row]", format_: str, colored: bool) -> str:
    from accord.report._paint import Paint
    from accord.report._reached import Document
    from accord.report._reached_table import reached_markdown, reached_text

    if format_ == "json":
        import msgspec

        return msgspec.json.format(msgspec.json.encode(Document(_VERSION, found)), indent=2).decode() + "\n"
    return reached_markdown(found) if format_ == "markdown" else reached_text(found, Paint(colored))


def _nothing(reading: "Reading", paths: tuple[str, ...]) -> int:
    """Says what is missing, and what was refused; the exit code."""
    from accord.cli._unread import tell_unread

    tell_unread(reading.problems)
    alerts = any(fact.term == "alert" for fact in reading.facts)
    missing = (
        "alerts, and no routing of Alertmanager or Grafana that says where they go" if alerts else "no alerting rule"
    )
    click.echo(f"in {', '.join(paths)} there {'are ' if alerts else 'is '}{missing}", err=True)
    return UNREADABLE if reading.problems and not reading.facts else NOTHING
