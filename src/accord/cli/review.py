"""Review a deviation or a window of time: what was missing, from the ledger or a plain timeline alone."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from accord.model.fact import Fact
    from accord.model.finding import Finding
    from accord.model.review import Review
    from accord.review.ledger import Story
    from accord.review.reviewing import Asked
    from accord.review.roles import Spoken

_FORMATS = ("markdown", "html", "json")


@click.command(
    epilog="Exit code: 0 written, 2 usage error, or a ledger, a timeline or contracts that cannot be read.",
    short_help="Review a deviation or a window of time",
)
@click.argument("what", required=False, metavar="DEVIATION|WINDOW")
@click.option(
    "--ledger",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The ledger of accord serve, or what accord ledger export wrote.",
)
@click.option(
    "--contracts",
    multiple=True,
    type=click.Path(exists=True),
    metavar="PATH",
    help="Let the checker say what these contracts permit and what could change. Repeatable.",
)
@click.option(
    "--now",
    multiple=True,
    type=click.Path(exists=True),
    metavar="PATH",
    help="The same contracts as they are now, to name the findings that are gone. Repeatable.",
)
@click.option(
    "--import",
    "timeline",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Review a past incident from a timeline, CSV or YAML.",
)
@click.option("--format", "format_", type=click.Choice(_FORMATS), default="markdown", help="How it is written.")
@click.option("--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write it to this file.")
@click.option("--participants", is_flag=True, help="List who took part, by pseudonym and role, and no review.")
@click.option("--config", type=click.Path(exists=True, dir_okay=False), metavar="FILE", help="Read this configuration.")
def command(
    what: str | None, ledger: Path | None, contracts: tuple[str, ...], now: tuple[str, ...], timeline: Path | None,
    format_: str, output: str | None, participants: bool, config: str | None,
) -> None:  # fmt: skip
    """Writes the review of DEVIATION (its id, the beginning of it, or its name) or of all that was open in WINDOW
    (two instants with a slash between, such as 2026-11-27T14:00Z/2026-11-27T16:00Z).
    """
    from accord.cli._output import emit

    if (timeline is None) == (ledger is None) or (ledger is not None and not what) or (timeline is not None and what):
        raise _usage("expected DEVIATION or WINDOW with --ledger FILE, or --import FILE")
    if timeline is not None:
        emit(_shown(_imported(timeline), format_), output or "", "utf-8")
        return
    from accord.cli._recorded import opened_ledger, selected

    assert ledger is not None and what is not None
    recorded, names, became = opened_ledger(ledger)
    stories = selected(recorded, what, became)
    if participants:
        emit(_participants(stories), output or "", "utf-8")
        return
    from accord.review.reviewing import review_of
    from accord.review.roles import Spoken, people_in

    spoken = Spoken(people_in(recorded) | names)
    review = review_of(stories, recorded, spoken, _asked(contracts, now, config), what if len(stories) > 1 else "")
    emit(_shown(_linted(review, spoken), format_), output or "", "utf-8")


def _imported(file: Path) -> "Review":
    from accord.files.timeline import read_timeline
    from accord.model.problem import Refused
    from accord.review.imported import imported_review
    from accord.review.roles import Spoken

    try:
        return _linted(imported_review(read_timeline(file)), Spoken(()))
    except Refused as refused:
        raise _refusal(str(refused)) from None


def _linted(review: "Review", spoken: "Spoken") -> "Review":
    from accord.review.linting import lint

    if found := lint(review, spoken):
        raise _refusal(f"this review is not shown, as it has what none may have: {'; '.join(found[:3])}")
    return review


def _shown(review: "Review", format_: str) -> str:
    if format_ == "json":
        import msgspec

        document = {"version": 1, **msgspec.to_builtins(review)}
        return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
    from accord.review import html, markdown

    return html.render(review) if format_ == "html" else markdown.render(review)


def _participants(stories: "Sequence[Story]") -> str:
    from accord.review.reviewing import participants_of

    return "".join(f"{person}  {role}\n" for person, role in participants_of(stories)) or "nobody answered\n"


def _asked(contracts: tuple[str, ...], now: tuple[str, ...], config: str | None) -> "Asked":
    from accord.review.reviewing import Asked

    if now and not contracts:
        raise _usage("--now tells what changed since --contracts, and there is none")
    if not contracts:
        return Asked()
    from accord.files.digests import digests

    facts, findings = _checked(contracts, config)
    return Asked(findings, digests(facts), _checked(now, config)[1] if now else None)


def _checked(paths: tuple[str, ...], config: str | None) -> "tuple[tuple[Fact, ...], tuple[Finding, ...]]":
    from accord.check import check
    from accord.cli._configuration import configuration
    from accord.cli._today import today
    from accord.cli._unread import tell_that_unread
    from accord.files.read import read

    settings = configuration(paths, config)
    reading = read(paths, settings)
    tell_that_unread(reading.problems)
    result = check(reading.facts, (), reading.files, settings.value("check.as_of") or today())
    return tuple(reading.facts), result.findings


def _usage(message: str) -> click.UsageError:
    return click.UsageError(message, click.get_current_context())


def _refusal(message: str) -> click.ClickException:
    return click.ClickException(message)
