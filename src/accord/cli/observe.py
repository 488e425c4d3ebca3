"""Show what telemetry tells of every boundary: both sides of each call, and what neither side's own figures show."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from accord.model.observed import Observed

UNREADABLE, NOTHING = 2, 3
_VERSION = 1


@click.command(
    epilog="Exit code: 0 shown, 2 usage error or nothing readable, 3 no calls in these files.",
    short_help="Show what telemetry tells of every boundary",
)
@click.argument("files", nargs=-1, required=True, metavar="FILE|URL...")
@click.option("--window", default="1h", metavar="DURATION", help="Of a Prometheus server: how far back, such as 30m.")
@click.option(
    "--complete",
    is_flag=True,
    help="These are all spans there were: one that says nothing of its sampling stands for itself alone.",
)
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text", help="How it is written.")
@click.option("--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write it to this file.")
@click.option(
    "--color", type=click.Choice(("auto", "always", "never")), default="auto", help="Whether to colour the text."
)
def command(files: tuple[str, ...], window: str, complete: bool, format_: str, output: str | None, color: str) -> None:
    """Reads traces (OTLP protobuf or JSON, Jaeger or Zipkin JSON; gzip or zstd) and shows every boundary that they tell
    of, the worst first: calls, errors, how long answers take, tries, work for nobody, work done twice. Of a Prometheus
    server (http://HOST:9090) the histograms of service graphs, of Istio and of HTTP, classic or native.
    """
    from accord.cli._output import emit
    from accord.cli._terminal import wants_color

    found = _read(files, complete, window)
    if not found:
        click.echo("no calls in these files", err=True)
        click.get_current_context().exit(NOTHING)
    emit(_shown(found, format_, wants_color(color, bool(output))), output or "", "utf-8" if format_ == "json" else "")


def _read(files: tuple[str, ...], complete: bool, window: str) -> "list[Observed]":
    try:
        from accord.observe.summary import observed_in
    except ImportError as missing:
        raise click.ClickException(
            f"this needs the extra accord[server] ({missing.name} is not installed): pip install 'accord[server]'"
        ) from None
    from accord.cli._progress import Progress

    with Progress():
        found, refused = observed_in(files, complete, window)
    for reason in refused:
        click.echo(f"not read: {reason}", err=True)
    if refused and not found:
        click.get_current_context().exit(UNREADABLE)
    return found


def _shown(found: "list[Observed]", format_: str, colored: bool) -> str:
    from accord.report._observed import observed_text
    from accord.report._paint import Paint

    if format_ == "json":
        import msgspec

        return (
            msgspec.json.format(
                msgspec.json.encode({"accord_observed": _VERSION, "boundaries": found}), indent=2
            ).decode()
            + "\n"
        )
    return observed_text(found, Paint(colored))
