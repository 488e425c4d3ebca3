"""What was observed, from files of telemetry or from what `accord observe --format json` wrote of them."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from accord.model.fact import Fact
    from accord.model.problem import Problem

_HEAD_BYTES = 4096


def observed_facts(
    files: Iterable[str], complete: bool, columns: tuple[str, ...] = ()
) -> "tuple[list[Fact], list[Problem]]":
    """The facts of these files; what was exported needs none of the extra accord[server]."""
    from accord.model.fact import Fact
    from accord.sources import observed
    from accord.sources._claims import read_text

    facts: list[Fact] = []
    problems: list[Problem] = []
    telemetry = []
    for name in files:
        with Path(name).open("rb") as file:
            exported = observed.KEY.encode() in file.read(_HEAD_BYTES)
        if not exported:
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


def _of_telemetry(files: list[str], complete: bool, columns: tuple[str, ...]) -> "tuple[list[Fact], list[Problem]]":
    from accord.model.place import Place
    from accord.model.problem import Problem

    try:
        from accord.observe.facts import facts_in
    except ImportError as missing:
        raise click.ClickException(
            f"this needs the extra accord[server] ({missing.name} is not installed): pip install 'accord[server]'"
        ) from None
    from accord.model.problem import Refused

    try:
        told, refused = facts_in(files, complete, columns)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    return told, [Problem(Place("", files[0], 1, 1), reason) for reason in refused]
