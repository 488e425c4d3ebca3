"""Say where an alert with these labels goes, and why: the routes, their lines, who is told and when."""

import os
import re
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from accord.model.result import Reading
    from accord.report._routed import Answer

UNREADABLE, NOTHING = 2, 3
_VERSION = 1
_READS = ("route", "receiver", "inhibition", "calendar", "vocabulary")


@click.command(
    epilog="Exit code: 0 answered, 2 usage error or nothing readable, 3 no routing in these paths.",
    short_help="Say where an alert goes",
)
@click.argument("arguments", nargs=-1, metavar="[PATH]... [LABEL=VALUE]...")
@click.option(
    "--format", "format_", type=click.Choice(("text", "json")), default="text", help="How the answer is written."
)
@click.option("--before", is_flag=True, help="Also show the routes that were asked before and did not match.")
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Read this configuration, not the nearest accord.toml.",
)
@click.option(
    "--color", type=click.Choice(("auto", "always", "never")), default="auto", help="Whether to colour the text."
)
def command(arguments: tuple[str, ...], format_: str, before: bool, config: str | None, color: str) -> None:
    """Says where an alert with these labels goes by the routing that stands in these paths (the working directory where
    none is given): the routes that match, each with its line, who is told there, and when. A label that is not given is
    absent.
    """
    from accord.cli._configuration import configuration
    from accord.files.read import read

    context = click.get_current_context()
    paths, labels = parted(arguments, context)
    reading = read(paths, configuration(paths, config))
    answers = answered(reading, labels)
    if not answers:
        context.exit(_nothing(reading, paths))
    _written(answers, labels, format_, before, color)
    _warn(reading, answers, labels)


_LABEL = re.compile(r"[A-Za-z_][\w.:-]*", re.ASCII)


def parted(arguments: tuple[str, ...], context: click.Context) -> tuple[list[str], dict[str, str]]:
    """The paths and the labels among the arguments; what is there as a file is a path. Raises UsageError."""
    paths: list[str] = []
    labels: dict[str, str] = {}
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if os.path.lexists(argument):
            paths.append(argument)
        elif not equals or not name:
            raise click.UsageError(f"{argument}: no such file or folder, and no label=value", context)
        elif not _LABEL.fullmatch(name.rstrip("!~")):
            raise click.UsageError(f"{argument}: {name} is no name of a label; give label=value, each apart", context)
        elif name[-1] in "!~" or value.startswith("~"):
            raise click.UsageError(
                f"{argument}: an alert has values, not matchers; give {name.rstrip('!~')}=VALUE", context
            )
        elif name in labels:
            raise click.UsageError(f"the label {name} is given twice", context)
        else:
            quoted = len(value) > 1 and value[0] == value[-1] == '"'
            labels[name] = value[1:-1] if quoted else value
    return paths or ["."], labels


def answered(reading: "Reading", labels: dict[str, str]) -> "list[Answer]":
    """What each tree does, once for all the views in which it does the same."""
    from msgspec.structs import replace

    from accord.boundaries.join.view import View
    from accord.boundaries.join.vocabulary import vocabulary
    from accord.boundaries.signals.alerting import alerting
    from accord.check import joined
    from accord.report._routed import answer

    system, _ = joined(reading.facts)
    views = system.system_views(_READS)
    found: dict[str, tuple[Answer, list[View]]] = {}
    for view in views:
        for tree in alerting(system, view).trees:
            if tree.root is not None:
                one = answer(tree, labels, vocabulary(system, view), {})
                found.setdefault(repr(one), (one, []))[1].append(view)
    return [replace(one, scope=dict(views.label(where))) for one, where in found.values()]


def _written(answers: "list[Answer]", labels: dict[str, str], format_: str, before: bool, color: str) -> None:
    from accord.cli._output import emit
    from accord.cli._terminal import wants_color
    from accord.report._paint import Paint
    from accord.report._routed import Document
    from accord.report._routed_text import routed_text

    document = Document(_VERSION, labels, answers)
    if format_ == "json":
        import msgspec

        emit(msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n", encoding="utf-8")
    else:
        emit(routed_text(document, Paint(wants_color(color)), before))


def _nothing(reading: "Reading", paths: list[str]) -> int:
    """Says that there is no routing, and what was refused; the exit code."""
    from accord.cli._unread import tell_unread

    tell_unread(reading.problems)
    click.echo(f"no routing of Alertmanager in {', '.join(paths)}", err=True)
    return UNREADABLE if reading.problems and not reading.facts else NOTHING


def _warn(reading: "Reading", answers: "list[Answer]", labels: dict[str, str]) -> None:
    """Says what was not read, and which label no route asks for, where another name is near."""
    from difflib import get_close_matches

    from accord.cli._unread import tell_that_unread

    asked = {name for answer in answers for name in answer.asks}
    for name in labels:
        near = get_close_matches(name, asked, 1, 0.75) if name not in asked else []
        if near:
            click.echo(f"no route asks for the label {name}; did you mean {near[0]!r}?", err=True)
    tell_that_unread(reading.problems)
