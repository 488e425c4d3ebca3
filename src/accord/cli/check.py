"""Check what both sides of every boundary state, and show where they contradict each other."""

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from accord.cli._meant import meant
from accord.cli._observed import Source
from accord.report._asked import Asked
from accord.report._formats import formats

if TYPE_CHECKING:
    from datetime import date

    from accord.files.config import Config
    from accord.files.remembered import Checked
    from accord.model.finding import Finding
    from accord.model.result import Reading, Result
    from accord.model.waiver import Known

CLEAN, FOUND, UNREADABLE, NOTHING = 0, 1, 2, 3
_VERDICTS = ("mismatch", "breach", "conditional", "unanswered", "note")
_SEVERITIES = ("error", "warning", "info")
_NOT_READ = "not-read"


@click.command(
    epilog="Exit code: 0 clean, 1 something to fail on was found, 2 usage error or nothing readable, 3 nothing to check."
)
@click.argument("paths", nargs=-1, type=click.Path(exists=True, allow_dash=True), metavar="[PATH]...")
@click.option("--format", type=click.Choice(formats()), help="How the result is written (text unless configured).")
@click.option("--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write the result to this file.")
@click.option(
    "--also",
    multiple=True,
    metavar="FORMAT=FILE",
    help="Write the same result to this file in this format too, such as sarif=accord.sarif. Repeatable.",
)
@click.option(
    "--questions",
    is_flag=True,
    default=None,
    help="List the open questions, with who can answer each and what would settle it.",
)
@click.option(
    "--rule",
    "rules",
    multiple=True,
    metavar="ID",
    help="Show findings of this rule only; a prefix such as timing/ will do. Repeatable.",
)
@click.option("--boundary", metavar="TEXT", help="Show findings of boundaries whose names contain this text only.")
@click.option("--waived", is_flag=True, help="List the findings that a waiver allows, with the reason of each.")
@click.option(
    "--baseline",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Count only findings that this file does not know; accord baseline writes it.",
)
@click.option(
    "--observed",
    multiple=True,
    type=Source(),
    metavar="SOURCE",
    help="Hold what this tells (traces, the JSON of accord observe, a store of accord observe --listen, a Prometheus server) against both sides. Repeatable.",
)
@click.option("--complete", is_flag=True, help="The spans of --observed are all there were, not a sample.")
@click.option(
    "--stdin-name",
    metavar="NAME",
    help="What the file is called that is read from standard input where a path is -, such as k8s/shop.yaml.",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever was found.")
@click.option(
    "--fail-on",
    multiple=True,
    type=click.Choice((*_VERDICTS, *_SEVERITIES, _NOT_READ)),
    help="Exit with 1 for these verdicts too, from this severity on, or where anything was not read. Repeatable; mismatch and breach unless configured.",
)
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Read this configuration, not the nearest accord.toml.",
)
@click.option(
    "--as-of", metavar="DATE", help="The day everything is judged as of, such as 2027-03-31 (today unless configured)."
)
@click.option("--no-cache", is_flag=True, help="Read and judge everything anew, and keep nothing for the next check.")
@click.option(
    "--color", type=click.Choice(("auto", "always", "never")), default="auto", help="Whether to colour the text."
)
def command(
    paths: tuple[str, ...],
    output: str | None,
    also: tuple[str, ...],
    config: str | None,
    color: str,
    boundary: str | None,
    no_cache: bool,
    **given: Any,
) -> None:
    """Checks what stands in these paths (the working directory where none is given, standard input for -): holds the statements of both sides
    of every boundary side by side, and shows where everybody keeps their word and the system still fails.
    """
    from accord.cli._configuration import configuration, known
    from accord.cli._today import today
    from accord.files.collector import collector_paused

    fail_on, exit_zero, waived = given.pop("fail_on"), given.pop("exit_zero"), given.pop("waived")
    seen = (given.pop("observed"), given.pop("complete"))
    paths = paths or (".",)
    if "" in given["rules"]:
        raise click.UsageError("--rule: expected a rule or how its name begins, read ''", click.get_current_context())
    settings = _with_stdin(given.pop("stdin_name"), configuration(paths, config, **given), paths)
    known_rules(settings.value("check.rules"))
    others = [format_and_file(each) for each in also]
    with collector_paused():
        as_of = settings.value("check.as_of") or today()
        baseline = known(settings.baseline) if settings.baseline else ()
        checked = judged(paths, settings, as_of, baseline, not no_cache and not seen[0], bool(boundary), seen)
        outcome = checked.outcome
        if checked.reading is not None:
            known_boundary(boundary or "", checked.reading, outcome.result)
        shown = chosen(outcome.result, settings.value("check.rules"), boundary or "")
        asked = wanted(paths, settings, color, bool(output), boundary or "")
        asked = replace(asked, imported=outcome.imported, as_of=as_of, waived=waived)
        for each, file in others:
            written(shown, replace(asked, color=False), each, file)
        written(shown, asked, settings.value("check.format"), output or "")
    code = exit_code(outcome.stated, shown, {*settings.value("check.fail_on"), *fail_on})
    click.get_current_context().exit(CLEAN if code == FOUND and exit_zero else code)


def _with_stdin(name: str | None, settings: "Config", paths: tuple[str, ...]) -> "Config":
    """The settings with what standard input is called; refuses a name where nothing is read from there, or one that is none."""
    from accord.files.walk import STDIN

    if name is None:
        return settings
    if STDIN not in paths:
        raise click.UsageError("--stdin-name: expected - among the paths", click.get_current_context())
    if not name.isprintable() or not name.rpartition("/")[2]:
        message = f"--stdin-name: expected the name of a file such as shop/compose.yaml, read {name!r}"
        raise click.UsageError(message, click.get_current_context())
    return replace(settings, stdin=name)


def with_observed(
    reading: "Reading", files: tuple[str, ...], complete: bool, columns: tuple[str, ...] = ()
) -> "Reading":
    """The reading and, beside it, what these files show of what happens; `columns` is what those of tables say."""
    if not files:
        return reading
    from accord.cli._observed import read_observed

    facts, problems = read_observed(files, complete, columns)
    return replace(reading, facts=(*reading.facts, *facts), problems=(*reading.problems, *problems))


def judged(
    paths: tuple[str, ...],
    settings: "Config",
    as_of: "date",
    baseline: "Sequence[Known]" = (),
    remembers: bool = False,
    reads: bool = True,
    observed: tuple[tuple[str, ...], bool] = ((), False),
) -> "Checked":
    """What the rules find in what the paths give, or found before, that the baseline does not know; says on a terminal
    what takes long. With `reads` everything is read in any case.
    """
    from accord.cli._progress import Progress

    with Progress() as progress:
        from accord.files.cache import opened_cache
        from accord.files.remembered import checked

        def judge(reading: "Reading") -> "Result":
            reading = with_observed(reading, *observed, settings.value("telemetry.columns"))
            progress.doing = f"judging what {reading.files} files say"
            from accord.check import check
            from accord.files.judging import spread_for

            return check(
                reading.facts,
                reading.problems,
                reading.files,
                as_of,
                waivers=reading.waivers,
                baseline=baseline,
                whole=reading.whole,
                spread=spread_for(len(reading.facts)),
            )

        cache = opened_cache(os.environ) if remembers else None
        return checked(paths, settings, as_of, cache, judge, tuple(baseline), reads)


def format_and_file(also: str) -> tuple[str, str]:
    """The format and the file of `sarif=accord.sarif`; refuses anything else."""
    name, _, file = also.partition("=")
    if name not in formats() or not file:
        message = f"--also: expected FORMAT=FILE, with one of {' '.join(formats())}, read {also!r}"
        raise click.UsageError(message, click.get_current_context())
    return name, file


def known_rules(prefixes: Iterable[str]) -> None:
    """Refuses a prefix that no rule begins with."""
    if not prefixes:
        return
    from accord.rules._catalogue import rules

    ids = [rule.id for rule in rules()]
    for prefix in prefixes:
        if not any(id_.startswith(prefix) for id_ in ids):
            raise click.UsageError(
                f"no rule {prefix!r}{meant(prefix, ids)}; accord explain lists them", click.get_current_context()
            )


def known_boundary(text: str, reading: "Reading", result: "Result") -> None:
    """Refuses a text that is in no boundary of what was read, so that a slip of the pen never passes for a clean check."""
    if not text or not reading.facts:
        return
    names = {f"{fact.consumer} -> {fact.subject}" if fact.consumer else fact.subject for fact in reading.facts}
    names |= {finding.subject for finding in result.findings}
    if not any(text.lower() in name.lower() for name in names):
        subjects = sorted({name.rpartition(" -> ")[2] for name in names})
        raise click.UsageError(f"no boundary contains {text!r}{meant(text, subjects)}", click.get_current_context())


def chosen(result: "Result", prefixes: tuple[str, ...], boundary: str) -> "Result":
    """The result with the findings that were asked for only; all rules have run, so a move still breaks none of them."""

    def asked_for(finding: "Finding") -> bool:
        by_rule = not prefixes or finding.rule.startswith(prefixes)
        return by_rule and boundary.lower() in f"{finding.subject} {finding.via}".lower()

    return replace(
        result,
        findings=tuple(finding for finding in result.findings if asked_for(finding)),
        waived=tuple(waived for waived in result.waived if asked_for(waived.finding)),
        known=tuple(finding for finding in result.known if asked_for(finding)),
        three_columns=tuple(one for one in result.three_columns if boundary.lower() in one.subject.lower()),
    )


def wanted(paths: tuple[str, ...], settings: "Config", color: str, to_file: bool, boundary: str) -> Asked:
    """What the report is asked to show, and how."""
    from accord.cli._terminal import page_width, wants_color

    only = [f"--rule {prefix}" for prefix in settings.value("check.rules")] + (
        [f"--boundary {boundary}"] if boundary else []
    )
    return Asked(page_width(), wants_color(color, to_file), settings.value("check.questions"), paths, " ".join(only))


def written(result: "Result", asked: Asked, format_: str, output: str) -> None:
    """Writes the result in its format to where it was asked for."""
    from accord.cli._output import emit
    from accord.report._formats import renderer

    emit(renderer(format_)(result, asked), output, "utf-8" if format_ in ("json", "sarif") else "")


def exit_code(stated: bool, result: "Result", fails: set[str]) -> int:
    """0 clean, 1 something to fail on, 2 nothing readable, 3 nothing to check."""
    from accord.report._summary import nothing_readable

    if not stated:
        return UNREADABLE if nothing_readable(result) else NOTHING
    lowest = max((_SEVERITIES.index(name) for name in fails if name in _SEVERITIES), default=-1)
    weighty = _SEVERITIES[: lowest + 1]
    failing = (_NOT_READ in fails and bool(result.problems)) or any(
        finding.verdict in fails or finding.severity in weighty for finding in result.findings
    )
    return FOUND if failing else CLEAN
