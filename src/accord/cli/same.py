"""Say whether two names are one party: why, or what would decide it."""

import click


@click.command(epilog="Exit code: 0 answered, 2 usage error or nothing readable.")
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@click.argument("paths", nargs=-1, type=click.Path(exists=True), metavar="[PATH]...")
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Read this configuration, not the nearest accord.toml.",
)
def command(one: str, other: str, paths: tuple[str, ...], config: str | None) -> None:
    """Says whether A and B are one party, as far as what stands in these paths (the working directory where none is
    given) and the spelling of addresses decide: same, different or unknowable.

    A name is a contract's (payments), a system's (otel:payments, kubernetes:shop/payments), a host, a URL, or
    namespace/name.
    """
    from accord.boundaries.names.who import Sameness, same, shown
    from accord.cli._configuration import configuration
    from accord.cli._output import emit
    from accord.cli._unread import tell_that_unread
    from accord.files.read import read
    from accord.model.problem import Refused
    from accord.report._places import where

    paths = paths or (".",)
    reading = read(paths, configuration(paths, config))
    try:
        answer = same(one, other, reading.facts)
    except Refused as refusal:
        raise click.UsageError(str(refusal), click.get_current_context()) from refusal
    lines = [f"{answer.verdict}: {shown(one)} and {shown(other)}"]
    lines += [f"  {reason}" for reason in answer.because.split("; ")]
    lines += [f"  at {where(place)}" for place in answer.places]
    if answer.verdict is Sameness.UNKNOWABLE:
        lines.append(f"  would decide: {answer.would_decide}")
    emit("\n".join(lines) + "\n")
    tell_that_unread(reading.problems)
    click.get_current_context().exit(2 if reading.problems and not reading.facts else 0)
