"""The configuration a command runs with; what it refuses becomes a usage error with its place."""

from collections.abc import Sequence
from typing import Any

import click

from accord.files.config import Config, load
from accord.files.keys import ConfigRefused, said_at
from accord.model.waiver import Known


def configuration(paths: Sequence[str], file: str | None, **options: Any) -> Config:
    """The configuration for these paths with the options that were given; raises UsageError."""
    try:
        return load(paths, file).with_options(**options)
    except ConfigRefused as refused:
        raise _usage_error(refused) from refused


def known(baseline: str) -> tuple[Known, ...]:
    """The entries of a baseline; raises UsageError."""
    from accord.files.baseline import read_baseline

    try:
        return read_baseline(baseline)
    except ConfigRefused as refused:
        raise _usage_error(refused) from refused


def _usage_error(refused: ConfigRefused) -> click.UsageError:
    lines = [f"{said_at(problem)}: {problem.reason}" for problem in refused.problems]
    return click.UsageError("\n".join(lines), click.get_current_context(silent=True))
