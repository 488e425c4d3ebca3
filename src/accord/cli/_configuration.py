"""The configuration a command runs with; what it refuses becomes a usage error with its place."""

from collections.abc import Sequence
from typing import Any

import click

from accord.files.config import Config, load
from accord.files.keys import ConfigRefused
from accord.report._places import where


def configuration(paths: Sequence[str], file: str | None, **options: Any) -> Config:
    """The configuration for these paths with the options that were given; raises UsageError."""
    try:
        return load(paths, file).with_options(**options)
    except ConfigRefused as refused:
        lines = [
            f"{where(problem.place) if problem.place.line else problem.place.file}: {problem.reason}"
            for problem in refused.problems
        ]
        raise click.UsageError("\n".join(lines)) from refused
