"""What could not be read, told on the error channel by commands that have nothing else to show."""

from collections.abc import Sequence

import click

from accord.cli._terminal import page_width
from accord.model.problem import Problem


def tell_unread(problems: Sequence[Problem]) -> None:
    """Each reason once, with its first place and how many more there are."""
    from accord.report._paint import Paint
    from accord.report._summary import not_read

    for line in not_read(problems, page_width(), Paint(False)):
        click.echo(line, err=True)


def tell_that_unread(problems: Sequence[Problem]) -> None:
    """That there is something, how much, and who says more; for commands that have something else to show."""
    if problems:
        from accord.report._summary import extent

        click.echo(f"not read: {extent(problems)}; accord check says why", err=True)
