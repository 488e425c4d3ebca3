"""Write an accord.yaml to fill in: what files already say of each party, and the three questions nobody answers."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from accord.cli._observed import Source

if TYPE_CHECKING:
    from accord.boundaries.verdicts.unwritten import Unwritten
    from accord.model.result import Reading

UNREADABLE, NOTHING = 2, 3
FILE_NAME = "accord.yaml"
_MOST_NAMES = 8
_MANY = 20


@click.command(
    epilog="Exit code: 0 written or printed, 2 usage error, nothing readable or a file in the way, 3 no party without a contract.",
    short_help="Write an accord.yaml to fill in",
)
@click.argument("path", default=".", type=click.Path(exists=True, file_okay=False))
@click.option("--stdout", "--dry-run", "stdout", is_flag=True, help="Print it; write nothing.")
@click.option("--party", metavar="TEXT", help="Only parties whose name contains this text.")
@click.option("--owner", metavar="TEXT", help="Only parties whose owner's name contains this text.")
@click.option(
    "--observed",
    multiple=True,
    type=Source(),
    metavar="SOURCE",
    help="Of what this tells (traces, the JSON of accord observe), not of the files in PATH. Repeatable.",
)
@click.option("--complete", is_flag=True, help="The spans of --observed are all there were, not a sample.")
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Read this configuration, not the nearest accord.toml.",
)
def command(path: str, stdout: bool, party: str | None, owner: str | None, config: str | None, **seen: Any) -> None:
    """Writes PATH/accord.yaml (the working directory where none is given), with one document for each party that the
    files there speak of and no contract does. What files say stands in it as comments, each with its line; what nobody
    says is an open question. A file that is there already is never changed. With --observed there is one for each service that
    was seen and has no contract there: its figures are comments too, observed and not agreed.
    """
    from accord.boundaries.verdicts.unwritten import unwritten, unwritten_alerts
    from accord.check import joined
    from accord.cli._configuration import configuration
    from accord.cli._output import emit
    from accord.files.read import read
    from accord.report._skeleton import skeleton

    context = click.get_current_context()
    target = Path(path, FILE_NAME)
    if not stdout and target.exists():
        raise click.UsageError(f"{target} is there already; --stdout prints what would be written", context)
    reading = read([path], configuration([path], config))
    if seen["observed"]:
        from accord.cli._sketching import sketched_text

        if owner:
            raise click.UsageError("--owner: telemetry tells of no owner", context)
        text, told = sketched_text(reading.facts, seen["observed"], seen["complete"], party or "", path)
        if stdout:
            emit(text)
            return
        _write(target, text)
        emit(f"wrote {target}: {told}")
        return
    system = joined(reading.facts)[0]
    everybody = unwritten(system) or unwritten_alerts(system, Path(path).resolve().name)
    found = [one for one in everybody if _is_asked_for(one, party, owner)]
    if not found:
        context.exit(_nothing(reading, path, len(everybody)))
    if stdout:
        emit(skeleton(found))
        return
    _write(target, skeleton(found))
    emit(_explained(found, target, path))


def _is_asked_for(one: "Unwritten", party: str | None, owner: str | None) -> bool:
    by_name = not party or party.lower() in one.name.lower()
    return by_name and (not owner or (one.owner is not None and owner.lower() in one.owner.name.lower()))


def _write(target: Path, text: str) -> None:
    """Writes a file that is not there; one that appears meanwhile is left as it is."""
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise click.ClickException(f"cannot write {target}: {(error.strerror or str(error)).lower()}") from error


def _explained(found: "list[Unwritten]", target: Path, path: str) -> str:
    """One screen: what was written, what is open, what comes next."""
    from shlex import quote

    from accord.report._skeleton import QUESTIONS

    names = [one.name for one in found[:_MOST_NAMES]]
    more = f" and {len(found) - len(names)} more" if len(found) > len(names) else ""
    count = "1 party" if len(found) == 1 else f"{len(found)} parties"
    where = "" if path == "." else f" {quote(path)}"
    fewer = "`--party TEXT` and `--owner TEXT` write down fewer at a time.\n" if len(found) > _MANY else ""
    return f"""\
wrote {target}: {count}, {len(found) * QUESTIONS} open questions
  {", ".join(names)}{more}

What other files say of each stands there as comments, with its line: nothing of it is claimed anew.
What nobody says is `unknown`, three questions of each party:
  latency   what is expected?
  detect    how will a deviation be detected?
  recover   who recovers?
Put an answer in the place of `unknown`, or `none` where there is none; leave out what is not yours.
{fewer}
next: accord check{where}
"""


def _nothing(reading: "Reading", path: str, others: int) -> int:
    if others:
        reason = f"none of the {others} without a contract is called so"
    else:
        reason = "no object of Kubernetes, service of Compose, component of a catalogue, queue or function without a contract stands there"
    click.echo(f"nothing to write down in {path}: {reason}", err=True)
    from accord.cli._unread import tell_that_unread

    tell_that_unread(reading.problems)
    return UNREADABLE if reading.problems and not reading.facts else NOTHING
