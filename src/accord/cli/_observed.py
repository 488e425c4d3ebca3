"""What was observed, from files of telemetry or from what `accord observe --format json` wrote of them."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from accord.model.fact import Fact
    from accord.model.problem import Problem

_HEAD_BYTES = 4096
_SERVERS = ("http://", "https://")


class Source(click.Path):
    """A file of telemetry, or the address of a Prometheus server, of which the last hour is asked."""

    name = "source"

    def __init__(self) -> None:
        super().__init__(exists=True, dir_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The same text; fails for a name that is neither."""
        is_server = isinstance(value, str) and value.startswith(_SERVERS)
        return value if is_server else super().convert(value, param, ctx)


def observed_facts(
    files: Iterable[str], complete: bool, columns: tuple[str, ...] = ()
) -> "tuple[list[Fact], list[Problem]]":
    """The facts of these files; what was exported needs none of the extra accord[server]."""
    from accord.model.fact import Fact
    from accord.sources._claims import read_text

    facts: list[Fact] = []
    problems: list[Problem] = []
    telemetry = []
    for name in files:
        if name.startswith(_SERVERS) or not _is_exported(name):
            telemetry.append(name)
            continue
        for found in read_text(Path(name).read_text(encoding="utf-8", errors="replace"), "", name):
            if isinstance(found, Fact):
                facts.append(found)
            else:
                problems.append(found)
    if telemetry:
        told, refused = _of_telemetry(telemetry, complete, columns)
        facts += told
        problems += refused
    return facts, problems


def read_observed(
    files: Iterable[str], complete: bool, columns: tuple[str, ...] = ()
) -> "tuple[list[Fact], list[Problem]]":
    """The same; raises UsageError for a source of which nothing could be read: without it another question would be answered."""
    names = tuple(files)
    facts, problems = observed_facts(names, complete, columns)
    for name in names:
        reasons = [each.reason for each in problems if _is_of_all(each, name)]
        if reasons and not observed_facts([name], complete, columns)[0]:
            told = "; ".join(_without(name, name, each) for each in reasons)
            raise click.UsageError(f"--observed {name}: {told}", click.get_current_context(silent=True))
    return facts, problems


def _is_of_all(problem: "Problem", name: str) -> bool:
    """Whether it may be of all that this source holds: what is wrong with single spans names no source."""
    is_exported = problem.place.file == name and not name.startswith(_SERVERS) and _is_exported(name)
    return is_exported or problem.reason.startswith(f"{name}: ")


def told_by(sources: Iterable[str], folder: str, columns: tuple[str, ...] = ()) -> "tuple[list[Fact], tuple[str, ...]]":
    """The facts of these sources, paths from a folder, and why what was not read was not; what cannot be read stops nothing."""
    facts: list[Fact] = []
    reasons: list[str] = []
    for source in sources:
        name = source if source.startswith(_SERVERS) else str(Path(folder, source))
        try:
            told, problems = observed_facts([name], False, columns)
        except OSError as error:
            reasons.append(f"{source}: {(error.strerror or str(error)).lower()}")
        except click.ClickException as refusal:
            reasons.append(f"{source}: {refusal.message}")
        else:
            facts += told
            reasons += [f"{source}: {_without(source, name, each.reason)}" for each in problems]
    return facts, tuple(reasons)


def _without(source: str, name: str, reason: str) -> str:
    """The reason without the name that it begins with, however often."""
    while reason.startswith((f"{name}: ", f"{source}: ")):
        reason = reason.partition(": ")[2]
    return reason


def _is_exported(name: str) -> bool:
    from accord.sources.observed import KEY

    with Path(name).open("rb") as file:
        return KEY.encode() in file.read(_HEAD_BYTES)


def _of_telemetry(files: list[str], complete: bool, columns: tuple[str, ...]) -> "tuple[list[Fact], list[Problem]]":
    from accord.cli._extra import of_the_server
    from accord.model.place import Place
    from accord.model.problem import Problem

    with of_the_server():
        from accord.observe.facts import facts_in
    from accord.model.problem import Refused

    try:
        told, refused = facts_in(files, complete, columns)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    return told, [Problem(Place("", files[0], 1, 1), reason) for reason in refused]
