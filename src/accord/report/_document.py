"""The document that `--format json` writes, version 1; the published JSON Schema is made from these types.

Whoever reads it ignores keys it does not know: later versions of the same number only add keys.
"""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

VERSION: Literal[1] = 1
Verdict = Literal["mismatch", "breach", "conditional", "unanswered", "note"]
Severity = Literal["error", "warning", "info"]
Stance = Literal["promises", "assumes", "default", "observes"]
Side = Literal["", "caller", "callee"]
Count = Annotated[int, Meta(ge=0)]
Line = Annotated[int, Meta(ge=1, description="counts from 1")]
Root = Annotated[str, Meta(description="the argument under which the file was found")]
File = Annotated[str, Meta(description="path under the root, with forward slashes")]


class NotRead(Struct, frozen=True):
    """A place that was refused, and why; `whole_file` tells that its file gave nothing at all.

    What stands in no file has no line: `file` then names it, such as a variable of the environment.
    """

    root: Root
    file: File
    line: Line | None
    column: Line | None
    reason: str
    whole_file: bool


class Read(Struct, frozen=True):
    """How many files gave something, and everything that could not be read."""

    files: Count
    not_read: list[NotRead]


class Subject(Struct, frozen=True):
    """The boundary that a finding speaks of; empty where a finding speaks of one party, or of every caller."""

    consumer: str
    provider: str
    operation: str
    via: str


class Where(Struct, frozen=True):
    """One statement: who made it, where it stands, with which stance, and what it says in words.

    For a default, `source` names what acts by default and `version` the versions for which it does; for one that a mapping
    read, `version` is the name of the mapping. For a statement that was imported, `as_of` is the day its words are from.
    """

    party: str
    root: Root
    file: File
    line: Line
    column: Line
    stance: Stance
    says: str
    source: str | UnsetType = UNSET
    version: str | UnsetType = UNSET
    as_of: str | UnsetType = UNSET


class Moment(Struct, frozen=True):
    """One line of the timeline: seconds since its start, who, what, and the place that permits it.

    `at` is the instant in UTC, where the wall clock matters; the conclusion has neither party nor place.
    """

    at_s: float
    party: str
    does: str
    root: str | None
    file: str | None
    line: Line | None
    column: Line | None
    at: str | UnsetType = UNSET


class Asks(Struct, frozen=True):
    """An open question: the party who can answer, what is asked, and the bound that would settle it (or "")."""

    to: str
    asks: str
    bound: str


class Help(Struct, frozen=True):
    """What one side can do; it was re-checked on everything it touches."""

    party: str
    do: str


class Found(Struct, frozen=True):
    """One finding; `places[0]` is the statement at fault. The fingerprint stays when lines move.

    `scope` gives the conditions it holds under by dimension, `condition` what a conditional verdict rests on (or "").
    `help_untried` is there where moves are left out of `help` because re-checking them would have taken too long: how many.
    """

    rule: str
    verdict: Verdict
    severity: Severity
    boundary: Subject
    scope: dict[str, str]
    message: str
    condition: str
    places: list[Where]
    witness: list[Moment]
    questions: list[Asks]
    help: list[Help]
    fingerprint: str
    help_untried: Annotated[int, Meta(ge=1)] | UnsetType = UNSET


class Waiver(Struct, frozen=True):
    """Who allows a finding: where that is written, the reason, and the owner and the last day where they are said."""

    root: Root
    file: File
    line: Line
    column: Line
    because: str
    owner: str
    until: str | None


class Allowed(Struct, frozen=True):
    """A finding that a waiver allows; it is not among `findings`."""

    finding: Found
    waiver: Waiver


class Counts(Struct, frozen=True):
    """How many findings there are of each verdict."""

    mismatch: Count
    breach: Count
    conditional: Count
    unanswered: Count
    note: Count


class Said(Struct, frozen=True):
    """A statement in one of three columns: `value` in the unit of its row where it is a number, and where it stands."""

    party: str
    term: str
    stance: Stance
    text: str
    value: float | None
    root: Root
    file: File
    line: Line
    column: Line
    note: str


class Seen(Struct, frozen=True):
    """A figure that was seen: `side` is who measured it (caller, callee; empty for both), `party` its name.

    `value` is null where it is not decidable. With `at_least` the truth may be more, as where a caller leaves at its limit.
    """

    side: Side
    party: str
    text: str
    value: float | None
    at_least: bool
    note: str


class Row(Struct, frozen=True):
    """One term in three columns; `verdict` is the worst of the findings that rest on it, or empty."""

    measure: str
    unit: str
    assumed: list[Said]
    observed: list[Seen]
    promised: list[Said]
    verdict: Verdict | Literal[""]


class Columns(Struct, frozen=True):
    """One boundary as it was seen, beside what both sides say of it.

    `called` is the operation as telemetry names it. `calls` of it were seen from `began` until before `ended` (in UTC;
    null where that is not told), `paired` of them from both sides; `source` is the file that tells of them. `because`
    says why nothing is held against anything, and is empty where something is.
    """

    boundary: Subject
    environment: str
    called: str
    calls: Count
    paired: Count
    began: str | None
    ended: str | None
    source: File
    rows: list[Row]
    remarks: list[str]
    because: str


class Document(Struct, frozen=True):
    """The result of one `accord check`: `accord` is the version of this form, `counts` the findings by verdict.

    What a waiver allows is in `waived`, what a baseline knows in `known`, what was observed in `three_columns`; each is there
    only where there is any.
    """

    accord: Literal[1]
    read: Read
    parties: Count
    boundaries: Count
    counts: Counts
    findings: list[Found]
    alerts: Count
    records: Count
    routings: Count
    waived: list[Allowed] | UnsetType = UNSET
    known: list[Found] | UnsetType = UNSET
    three_columns: list[Columns] | UnsetType = UNSET
