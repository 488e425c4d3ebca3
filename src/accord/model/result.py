"""The outcome of one check: what was read, what was not and why, and what was found."""

from datetime import date

from msgspec import Struct

from accord.model.fact import Fact
from accord.model.finding import Finding
from accord.model.problem import Problem
from accord.model.three_columns import ThreeColumns
from accord.model.waiver import Waiver


class Given(Struct, frozen=True):
    """What one text gives by itself; `unread` are facts that count only where anything was read at all."""

    readable: bool
    facts: tuple[Fact, ...]
    unread: tuple[Fact, ...]
    problems: tuple[Problem, ...]
    imported: dict[str, date]
    waivers: tuple[Waiver, ...] = ()


class Reading(Struct, frozen=True):
    """What the files gave: `files` counts those that could be read, at least in part; problems say what was refused.

    `imported` has the roots of places that are imports, each with the day that the words there are from; `whole` tells
    that all was read that the configuration is for.
    """

    files: int
    facts: tuple[Fact, ...]
    problems: tuple[Problem, ...] = ()
    imported: dict[str, date] = {}
    waivers: tuple[Waiver, ...] = ()
    whole: bool = True


class Waived(Struct, frozen=True):
    """A finding that somebody has allowed, and the waiver that says so."""

    finding: Finding
    waiver: Waiver


class Result(Struct, frozen=True):
    """Everything a report needs; `findings` are sorted, mismatches first.

    Those that are `waived` and those that a baseline has as `known` are not among `findings`. `parties` are those that can
    promise something; `alerts`, recorded series (`records`) and files that say where alerts go (`routings`) are counted
    apart. Of `unwritten` parties artefacts speak, and no contract does. `three_columns` are the boundaries that were observed.
    """

    files: int
    problems: tuple[Problem, ...]
    parties: int
    boundaries: int
    findings: tuple[Finding, ...]
    alerts: int = 0
    records: int = 0
    routings: int = 0
    unwritten: int = 0
    waived: tuple[Waived, ...] = ()
    known: tuple[Finding, ...] = ()
    three_columns: tuple[ThreeColumns, ...] = ()
