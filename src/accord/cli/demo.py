"""A small shop that fails while everybody keeps their word, and how it is brought into accord."""

import click

_NEEDED = ("duckdb", "ibis", "pyarrow", "opentelemetry.proto", "starlette", "jinja2", "uvicorn", "h11", "zstandard")
"""Of the extra `server`: what the processes of the demo need."""


@click.command(
    epilog="Exit code: 0 told to its end, 1 it went otherwise than it should, 2 usage error, or something is not to be had.",
    short_help="A small shop that fails while everybody keeps their word",
)
@click.option("--headless", is_flag=True, help="End with the story; 1 where it went otherwise than it should. For CI.")
@click.option(
    "--listen",
    default="127.0.0.1:0",
    metavar="HOST:PORT",
    help="Where its pages are; a free port where nothing is said.",
)
@click.option(
    "--color", type=click.Choice(("auto", "always", "never")), default="auto", help="Whether to colour the text."
)
def command(headless: bool, listen: str, color: str) -> None:
    """Runs four services on this machine, has them fail while every one of them keeps its word, shows that in their
    telemetry, and carries it to one responsible person until the other side confirms. Nothing is left behind.
    """
    import sys

    from accord.cli._terminal import wants_color
    from accord.demo.run import tell
    from accord.demo.shown import Shown
    from accord.model.problem import Refused
    from accord.report._paint import Paint

    for name in _NEEDED:
        _is_there(name)
    try:
        code = tell(Shown(Paint(wants_color(color)), sys.stdout.isatty()), listen, stays=not headless)
    except Refused as refused:
        raise click.ClickException(str(refused)) from None
    click.get_current_context().exit(code)


def _is_there(name: str) -> None:
    """Refuses where a module of the extra is not installed; it imports none of them, for other processes will."""
    from importlib.util import find_spec

    from accord.cli._extra import missing_extra

    try:
        found = find_spec(name)
    except ModuleNotFoundError:
        found = None
    if found is None:
        raise missing_extra(name)
