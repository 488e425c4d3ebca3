"""The outcome of one check: what was read, what was not and why, and what was found."""

from msgspec import Struct

from accord.model.fact import Fact
from accord.model.finding import Finding
from accord.model.problem import Problem


class Reading(Struct, frozen=True):
    """What the files gave: `files` counts the files that gave at least one document; problems say what was refused."""

    files: int
    facts: tuple[Fact, ...]
    problems: tuple[Problem, ...] = ()


class Result(Struct, frozen=True):
    """Everything a report needs; `findings` are sorted, mismatches first."""

    files: int
    problems: tuple[Problem, ...]
    parties: int
    boundaries: int
    findings: tuple[Finding, ...]
