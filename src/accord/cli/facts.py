"""List what was read: each statement, how it is meant, where it stands, and the party that its names stand for."""

import os
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from accord.boundaries.names.who import Link
    from accord.files.config import Config
    from accord.model.fact import Fact
    from accord.model.place import Place
    from accord.model.result import Reading

UNREADABLE, NOTHING = 2, 3
_WITH_LINE = re.compile(r"(.+?):(\d+)", re.DOTALL)
_LONGEST_TEXT = 120

Asked = tuple[str, int]  # a path, and the line in it (0 for all)


@click.command(epilog="Exit code: 0 listed, 2 usage error or nothing readable, 3 nothing said there.")
@click.argument("paths", nargs=-1, metavar="[FILE[:LINE] | PATH]...")
@click.option(
    "--export", metavar="FILE", help="Write the facts to this file (- for standard output), which is itself a source."
)
@click.option("--as-of", metavar="DATE", help="The day an exported file says it was written on, such as 2027-03-31.")
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Read this configuration, not the nearest accord.toml.",
)
def command(paths: tuple[str, ...], export: str | None, as_of: str | None, config: str | None) -> None:
    """Lists what was read in these paths (the working directory where none is given), or in one file, or on one line of
    it; names that stand for a party are followed by it, and the reasons stand at the end.
    """
    from accord.cli._configuration import configuration
    from accord.cli._unread import tell_that_unread

    context = click.get_current_context()
    asked = [_asked(path, context) for path in paths or (".",)]
    settings = configuration([path for path, _ in asked], config, as_of=as_of)
    if export:
        if any(line for _, line in asked):
            raise click.UsageError("--export writes whole files; give them without a line", context)
        reading, count = _written([path for path, _ in asked], settings, export)
    else:
        reading, count = _listed(asked, settings)
    if not reading.facts:
        click.echo(_nothing(reading, [path for path, _ in asked]), err=True)
    tell_that_unread(reading.problems)
    context.exit(_code(reading, count))


def _asked(argument: str, context: click.Context) -> Asked:
    """The path and the line of an argument; a file that is really called so wins."""
    if os.path.lexists(argument):
        return argument, 0
    match = _WITH_LINE.fullmatch(argument)
    if match and Path(match[1]).is_file():
        return match[1], int(match[2])
    raise click.UsageError(f"{argument}: no such file or folder", context)


def _nothing(reading: "Reading", paths: Sequence[str]) -> str:
    """That no fact was read, and whether there was any file to read."""
    from accord.report._paint import visible

    files = reading.files + len({(problem.place.root, problem.place.file) for problem in reading.problems})
    read = f"{_files(files)} of a kind that is read, and no fact in {'it' if files == 1 else 'them'}"
    return visible(f"nothing in {' '.join(paths)}: {read if files else 'no file of a kind that is read'}")


def _code(reading: "Reading", count: int) -> int:
    if reading.facts:
        return 0 if count else NOTHING
    return UNREADABLE if reading.problems else NOTHING


# ---------------------------------------------------------------------- exporting


def _written(paths: Sequence[str], settings: "Config", export: str) -> tuple["Reading", int]:
    """Writes what these paths state themselves; what they import has its own day, and stays where it comes from."""
    from accord.boundaries.join.vocabulary import CONFIGURATION
    from accord.cli._output import emit
    from accord.files.read import read
    from accord.sources.exported import write

    reading = read(tuple(paths), settings)
    own = [fact for fact in reading.facts if fact.says != CONFIGURATION]
    facts = [fact for fact in own if fact.place.root not in reading.imported]
    if facts:
        emit(write(facts, settings.value("check.as_of")), "" if export == "-" else export, "utf-8")
        left_out = len(own) - len(facts)
        more = f"; {left_out} imported ones are left out" if left_out else ""
        click.echo(
            f"{_counted(facts)} from {_files(len({(fact.place.root, fact.place.file) for fact in facts}))}{more}",
            err=True,
        )
    return reading, len(facts)


def _counted(facts: Sequence["Fact"]) -> str:
    return f"{len(facts)} {'fact' if len(facts) == 1 else 'facts'}"


def _files(count: int) -> str:
    return f"{count} {'file' if count == 1 else 'files'}"


# ---------------------------------------------------------------------- listing


def _listed(asked: list[Asked], settings: "Config") -> tuple["Reading", int]:
    from accord.cli._output import emit
    from accord.files.read import read

    reading = read(_read_for(asked), settings)
    facts = _chosen((*reading.facts, *_concluded(reading.facts)), asked)
    if facts:
        emit(_page(facts, reading))
    elif reading.facts:
        click.echo("no fact stands there; accord facts without a line lists all", err=True)
    return reading, len(facts)


def _read_for(asked: list[Asked]) -> tuple[str, ...]:
    """What is read: the arguments, and for files alone what stands around them, where the names in them are explained."""
    paths = tuple(dict.fromkeys(path for path, _ in asked))
    here = Path.cwd().resolve()
    around = all(Path(path).is_file() and Path(path).resolve().is_relative_to(here) for path in paths)
    return (".", *paths) if around else paths


def _concluded(facts: tuple["Fact", ...]) -> list["Fact"]:
    """What holds although nobody wrote it: the defaults of each platform that the facts show to be there."""
    from accord.check import joined
    from accord.model.fact import Stance

    said = {(fact.source, fact.term, fact.place) for fact in facts if fact.stance is Stance.DEFAULT}
    found = [fact for fact in joined(facts)[0].facts if fact.stance is Stance.DEFAULT]
    return [fact for fact in found if (fact.source, fact.term, fact.place) not in said]


def _chosen(facts: Iterable["Fact"], asked: list[Asked]) -> list["Fact"]:
    """The facts whose places lie in a folder, a file or on a line that was asked for."""
    from accord.report._places import opened_from_here

    lines: dict[Path, set[int]] = {}
    for path, line in asked:
        lines.setdefault(Path(path).resolve(), set()).add(line)
    known: dict[tuple[str, str], set[int]] = {}

    def wanted(place: "Place") -> bool:
        key = (place.root, place.file)
        if key not in known:
            path = Path(opened_from_here(*key)).resolve()
            known[key] = set().union(*(lines[above] for above in (path, *path.parents) if above in lines))
        return 0 in known[key] or place.line in known[key]

    return list(facts) if _is_all(asked) else [fact for fact in facts if wanted(fact.place)]


def _is_all(asked: list[Asked]) -> bool:
    return all(Path(path).is_dir() for path, _ in asked)


def _page(facts: list["Fact"], reading: "Reading") -> str:
    """The facts under the file that each stands in, and why the names in them stand for parties."""
    from accord.boundaries.names.who import link
    from accord.report._paint import visible
    from accord.report._places import opened_from_here

    links: dict[str, list[Link]] = {}
    for known in link(reading.facts).links:
        links.setdefault(known.name, []).append(known)

    def named(name: str) -> str:
        parties = dict.fromkeys(known.party for known in links.get(name, ()))
        return f"{name} ({' or '.join(parties)})" if parties else name

    files: dict[str, list[Fact]] = {}
    for fact in facts:
        day = reading.imported.get(fact.place.root)
        file = opened_from_here(fact.place.root, fact.place.file)
        files.setdefault(f"{file} (as of {day})" if day else file, []).append(fact)
    lines = [line for file, found in files.items() for line in (file, *_lines(found, named))]
    used = {name for fact in facts for name in (fact.says, fact.consumer, fact.provider)}
    explained = [known for name in sorted(used) for known in links.get(name, ())]
    lines += ["links"] * bool(explained) + [f"  {known.name} is {known.party}: {known.because}" for known in explained]
    lines.append(f"{_counted(facts)} from {_files(len(files))}")
    return "\n".join(visible(line) for line in lines) + "\n"


def _lines(facts: Iterable["Fact"], named: Callable[[str], str]) -> list[str]:
    from operator import attrgetter

    rows = [
        (f"{fact.place.line}:{fact.place.column}", _line(fact, named))
        for fact in sorted(facts, key=attrgetter("place.spot"))
    ]
    width = max(len(place) for place, _ in rows)
    return [f"  {place.rjust(width)}  {line}" for place, line in rows]


def _line(fact: "Fact", named: Callable[[str], str]) -> str:
    """`checkout assumes payments/charge timeout.attempt: 2s`, with whom it holds for and what else narrows it."""
    about = f"{named(fact.provider)}/{fact.operation}" if fact.operation else named(fact.provider)
    of = "" if fact.consumer in ("", fact.says) else f" of {named(fact.consumer)}"
    text = " ".join(fact.text.split())
    if len(text) > _LONGEST_TEXT:
        text = text[: _LONGEST_TEXT - 3] + "..."
    marks = [fact.layer] * (fact.layer != "code") + [f"{fact.source} {fact.version}".strip()] * (
        fact.source != "contract"
    )
    marks += [f"{name} {'|'.join(values)}" for name, values in fact.scope if not name.startswith("variant:")]
    return f"{named(fact.says)} {fact.stance}{of} {about} {fact.term}: {text}" + (
        f"  [{', '.join(marks)}]" if marks else ""
    )
