"""Show what telemetry tells of every boundary: both sides of each call, and what neither side's own figures show."""

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from accord.model.observed import Observed

UNREADABLE, NOTHING = 2, 3
_VERSION = 1


@click.command(
    epilog="Exit code: 0 shown, or stopped, 2 usage error or nothing readable, 3 no calls in these files.",
    short_help="Show what telemetry tells of every boundary",
)
@click.argument("files", nargs=-1, metavar="[FILE|URL]...")
@click.option(
    "--listen",
    "listen_at",
    is_flag=False,
    flag_value="127.0.0.1:4318",
    metavar="[HOST:PORT]",
    help="Receive OTLP over HTTP there (127.0.0.1:4318), and over gRPC, until stopped.",
)
@click.option(
    "--grpc", default="", metavar="HOST:PORT", help="Where gRPC is received (port 4317 of the same host), or off."
)
@click.option(
    "--store",
    default="observed.duckdb",
    show_default=True,
    metavar="FILE",
    help="With --listen: the DuckDB file of sums; its journal is beside it.",
)
@click.option(
    "--lateness",
    default="1m",
    show_default=True,
    metavar="DURATION",
    help="With --listen: how long a trace must be quiet before its calls are counted.",
)
@click.option(
    "--fsync",
    type=click.Choice(("group", "none")),
    default="group",
    help="With --listen: an fsync before each acknowledgement, shared by all who wait; or none.",
)
@click.option("--at-once", type=click.IntRange(0), default=64, help="With --listen: requests in hand, at most.")
@click.option("--watch", is_flag=True, help="With --listen: show every boundary, again and again.")
@click.option("--window", default="1h", metavar="DURATION", help="Of a Prometheus server: how far back, such as 30m.")
@click.option(
    "--against",
    multiple=True,
    metavar="FILE",
    help="Traces of a time when all was well: show what changed since, the farthest first. Repeatable.",
)
@click.option(
    "--columns",
    multiple=True,
    metavar="ROLE=COLUMN,...",
    help="What the columns of CSV or Parquet say, such as trace=TraceID,duration=took:ms. Repeatable.",
)
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
def command(
    files: tuple[str, ...],
    window: str,
    against: tuple[str, ...],
    columns: tuple[str, ...],
    complete: bool,
    format_: str,
    output: str | None,
    color: str,
    **live: Any,
) -> None:
    """Reads traces (OTLP protobuf or JSON, Jaeger or Zipkin JSON, tables of spans as CSV or Parquet; gzip or zstd) and shows
    every boundary that they tell of, the worst first: calls, errors, how long answers take, tries, work for nobody, work
    done twice. Of a Prometheus server (http://HOST:9090) the histograms of service graphs, of Istio and of HTTP, classic or
    native. With --against it shows what changed since another time. With --listen it receives spans; the file that it keeps
    their sums in is shown like any other.
    """
    from accord.cli._output import emit
    from accord.cli._terminal import wants_color

    if live["listen_at"]:
        from accord.cli._listening import listen

        if files:
            raise click.UsageError("expected either files or --listen")
        listen(complete=complete, **live)
        return
    if not files:
        raise click.UsageError("expected files of traces, or --listen")
    colored = wants_color(color, bool(output))
    if against:
        text = _compared(files, against, complete, _columns(columns), format_ == "json", colored)
    else:
        text = _shown(_read(files, complete, window, _columns(columns)), format_, colored)
    emit(text, output or "", "utf-8" if format_ == "json" else "")


def _compared(
    files: tuple[str, ...],
    against: tuple[str, ...],
    complete: bool,
    columns: tuple[str, ...],
    json: bool,
    colored: bool,
) -> str:
    from accord.cli._comparing import compare
    from accord.cli._extra import of_the_server

    with of_the_server():
        return compare(files, against, complete, columns, json, colored)


def _columns(said: tuple[str, ...]) -> tuple[str, ...]:
    """What the columns of tables say, by the option or else by the configuration."""
    from accord.cli._configuration import configuration

    found: tuple[str, ...] = configuration((), None, columns=",".join(said) or None).value("telemetry.columns")
    return found


def _read(files: tuple[str, ...], complete: bool, window: str, columns: tuple[str, ...]) -> "list[Observed]":
    from accord.cli._extra import of_the_server

    with of_the_server():
        from accord.observe.summary import observed_in
    from accord.cli._progress import Progress
    from accord.model.problem import Refused

    with Progress():
        try:
            found, refused = observed_in(files, complete, window, columns)
        except Refused as refusal:
            raise click.UsageError(str(refusal)) from None
    for reason in refused:
        click.echo(f"not read: {reason}", err=True)
    if refused and not found:
        click.get_current_context().exit(UNREADABLE)
    if not found:
        click.echo("no calls in these files", err=True)
        click.get_current_context().exit(NOTHING)
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
