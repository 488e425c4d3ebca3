"""`accord init --observed`: what to write of services that telemetry tells of, and what to say of it."""

from collections.abc import Iterable, Sequence
from shlex import quote
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from accord.boundaries.seen.sketched import Sketched
    from accord.model.fact import Fact

_MOST_NAMES = 8
_NOTHING, _UNREADABLE = 3, 2


def sketched_text(
    said: "Iterable[Fact]", sources: Sequence[str], complete: bool, party: str, path: str
) -> tuple[str, str]:
    """The contract, and what is said of it once it is written; ends the command where there is nothing to write."""
    from accord.boundaries.seen.sketched import sketched
    from accord.check import joined
    from accord.cli._observed import read_observed
    from accord.report._paint import visible
    from accord.report._places import where
    from accord.report._sketch import sketch

    observed, problems = read_observed(sources, complete)
    for problem in problems:
        click.echo(f"not read: {where(problem.place)}: {problem.reason}", err=True)
    found, known = sketched(joined([*said, *observed])[0])
    found = [one for one in found if party.lower() in one.name.lower()]
    for name in known:
        click.echo(
            f"{visible(name)} has a contract: names: {{otel: {visible(name)}}} there says that what was seen is of it",
            err=True,
        )
    if not found:
        click.echo("nothing to write down: no service without a contract was seen", err=True)
        click.get_current_context().exit(_UNREADABLE if problems and not observed else _NOTHING)
    return sketch(found), _told(found, sources, path, complete)


def _told(found: "Sequence[Sketched]", sources: Sequence[str], path: str, complete: bool) -> str:
    """One screen: what was written, what is open, what comes next."""
    from accord.report._sketch import questions

    names = [one.name for one in found[:_MOST_NAMES]]
    more = f" and {len(found) - len(names)} more" if len(found) > len(names) else ""
    count = "1 party" if len(found) == 1 else f"{len(found)} parties"
    observed = " ".join(f"--observed {quote(source)}" for source in sources) + (" --complete" if complete else "")
    where = "" if path == "." else f" {quote(path)}"
    return f"""\
{count}, {sum(map(questions, found))} open questions
  {", ".join(names)}{more}

What was seen stands there as comments: observed, not agreed. Nobody promises it by that, and no check holds it against anybody.
Put what each party stands for, or counts on, in the place of `unknown`, or `none` where there is none; leave out what is not yours.

next: accord check{where} {observed}
"""
