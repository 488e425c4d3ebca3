"""Two times of telemetry held against each other: `accord observe BAD --against GOOD`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from accord.model.changed import Changed

UNREADABLE, NOTHING = 2, 3
_VERSION = 1


def compare(
    now: Sequence[str], before: Sequence[str], complete: bool, columns: tuple[str, ...], json: bool, colored: bool
) -> str:
    """What changed, as text or as JSON. Leaves with an exit code where one of the two times cannot be read or shares nothing."""
    from accord.cli._progress import Progress
    from accord.model.problem import Refused
    from accord.observe.comparing import compared
    from accord.observe.summary import spans_in, traces_alone

    tables, decidable = [], True
    with Progress():
        for files in (before, now):
            try:
                traces_alone(files)
                spans, refused = spans_in(files, complete, columns)
            except Refused as refusal:
                raise click.UsageError(str(refusal)) from None
            for reason in refused:
                click.echo(f"not read: {reason}", err=True)
            if not len(spans):
                click.echo(f"no spans in {', '.join(files)}", err=True)
                click.get_current_context().exit(UNREADABLE if refused else NOTHING)
            decidable = decidable and 0 not in spans.column("weight").unique().to_pylist()
            tables.append(spans)
        found = compared(*tables)
    if not any(one.before.calls and one.after.calls for one in found):
        click.echo("no boundary is in both times", err=True)
        click.get_current_context().exit(NOTHING)
    return _shown(found, json, colored, decidable)


def _shown(found: "Sequence[Changed]", json: bool, colored: bool, decidable: bool) -> str:
    from accord.report._changed import changed_text
    from accord.report._paint import Paint

    if not json:
        return changed_text(found, Paint(colored), decidable)
    import msgspec

    from accord.model.changed import common_party

    document = {
        "accord_changed": _VERSION,
        "decidable": decidable,
        "common": common_party(found),
        "boundaries": [
            {"rank": rank, "what": one.what, "score": one.score, **msgspec.to_builtins(one)}
            for rank, one in enumerate(found, start=1)
        ],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
