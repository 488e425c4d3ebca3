"""The keys of the configuration in one table, and what each takes. The table is what the docs list."""

from collections.abc import Callable, Iterable
from datetime import date
from difflib import get_close_matches
from typing import Any

from msgspec import Struct

from accord.boundaries.join.vocabulary import DASHBOARD, HEARTBEAT, INTERRUPTING, OWNER, RUNBOOK, SEVERITY
from accord.model.finding import Severity, Verdict
from accord.model.problem import Problem, Refused
from accord.report._formats import formats
from accord.report._places import where

NOT_READ = "not-read"
FAIL_ON = (
    *(str(verdict) for verdict in Verdict if verdict is not Verdict.COMPATIBLE),
    *(str(severity) for severity in Severity if severity is not Severity.USUAL),
    NOT_READ,
)
"""Verdicts; severities, which stand for themselves and all above them; and whether anything was not read."""

_OPTIONS = {"check.rules": "--rule"}
_ON = ("1", "true", "yes", "on")
_OFF = ("0", "false", "no", "off")


class Key(Struct, frozen=True):
    """One key: its name, the type of its value, what holds where nothing is said, and what it means."""

    name: str
    type: str
    default: Any
    meaning: str

    @property
    def table(self) -> str:
        """The table of the file that it stands in: `check`."""
        return self.name.partition(".")[0]

    @property
    def word(self) -> str:
        """Its name within its table: `fail_on`."""
        return self.name.partition(".")[2]

    @property
    def variable(self) -> str:
        """The environment variable that sets it: `ACCORD_CHECK_FAIL_ON`."""
        return "ACCORD_" + self.name.replace(".", "_").upper()

    @property
    def flag(self) -> str:
        """The option that sets it: `--fail-on`."""
        return _OPTIONS.get(self.name) or "--" + self.word.replace("_", "-")


KEYS: tuple[Key, ...] = (
    Key("check.fail_on", "verdicts", ("mismatch", "breach"), f"what makes the exit code 1: {' '.join(FAIL_ON)}; or none"),
    Key("check.format", "format", "text", "how the report is written"),
    Key("check.questions", "boolean", False, "whether every open question is listed; otherwise they are summarised"),
    Key("check.rules", "words", (), "the rules whose findings are shown and counted, such as timing/caller-gives-up-first; all where none is named"),
    Key("check.as_of", "date", None, "the day that everything is judged as of, such as 2027-03-31; where it is absent, today"),
    Key("check.baseline", "file", None, "the file of findings that are known and not counted; accord baseline writes it"),
    Key(
        "landscape.include",
        "words",
        (),
        "what other sides say: folders, files, exported facts, git+URL@REVISION#FOLDER pinned to a tag or a commit id",
    ),
    Key("vocabulary.owner", "words", OWNER, "the labels, annotations and tags that name the owner of an alert or a workload"),
    Key("vocabulary.runbook", "words", RUNBOOK, "the annotations and labels that link to the runbook of an alert"),
    Key("vocabulary.dashboard", "words", DASHBOARD, "the annotations and labels that link to the dashboard of an alert"),
    Key("vocabulary.severity", "words", SEVERITY, "the labels that say how urgent an alert is"),
    Key("vocabulary.interrupting", "words", INTERRUPTING, "the severities that interrupt a person"),
    Key("vocabulary.heartbeat", "words", HEARTBEAT, "the alerts that always fire, so that their absence is noticed"),
    Key("vocabulary.partition", "words", (), "the labels that tell deviations of one signal apart for accord serve, such as cluster or shard"),
    Key("receivers.log_only", "words", (), "the receivers that only write a log: nobody is told by them"),
    Key("runbooks.pages", "words", (), "the runbook pages that exist, as addresses or as the ends of addresses"),
    Key("runbooks.list", "words", (), "files that list the runbook pages that exist, one to a line"),
    Key("telemetry.columns", "words", (), "what the columns of a table of spans (CSV, Parquet) say: ROLE=COLUMN, such as duration=took:ms"),
)  # fmt: skip

PLATFORM_KEY = Key(
    "platforms.NAME",
    "version",
    None,
    "the version of a platform in use, so that its defaults are those of this version",
)
"""One key for each platform that there are defaults of, such as `platforms.istio`."""

SCOPE_KEYS: tuple[Key, ...] = (
    Key("scope.path", "pattern", None, "the files it is for, from the folder of the configuration: `*` within a name, `**` over folders"),
    Key("scope.env", "words", (), "the environment that these files are about"),
    Key("scope.cluster", "words", (), "the cluster that these files are about"),
    Key("scope.platforms", "platforms", (), 'the versions of the platforms in this environment or cluster: `{istio = "1.22"}`'),
    Key("scope.version", "versions", (), 'for each party the version that these files are about: `{payments = "2.10"}`'),
)  # fmt: skip

WAIVER_KEYS: tuple[Key, ...] = (
    Key("waiver.rule", "words", (), "the rules that are allowed to find something, such as timing/caller-gives-up-first"),
    Key("waiver.because", "text", "", "why it may stay"),
    Key("waiver.path", "pattern", "", "the files that one of the statements stands in, as `scope.path`"),
    Key("waiver.subject", "text", "", "the boundary or the party as the finding names it, `checkout -> payments/charge`; `*` is any text"),
    Key("waiver.says", "text", "", "a text that the finding or one of its statements contains, such as `port 6500`"),
    Key("waiver.until", "date", None, "the last day that it holds"),
    Key("waiver.owner", "text", "", "who answers for it"),
)  # fmt: skip

TYPES: dict[str, str] = {
    "verdicts": "a list of verdicts or severities, or not-read",
    "format": "the name of a format",
    "boolean": "true or false",
    "words": "a text or a list of texts",
    "date": "a date such as 2027-03-31",
    "file": "a path such as `accord.baseline.toml`",
    "text": "a text",
    "pattern": "a path such as `overlays/staging/**`",
    "versions": 'a table such as `{payments = "2.10"}`',
    "version": 'a text such as "1.23"',
    "platforms": 'a table such as `{istio = "1.22"}`',
}
"""What each type of value looks like."""


class ConfigRefused(Refused):
    """The configuration cannot be used; `problems` says why, each with its place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{said_at(problem)}: {problem.reason}" for problem in self.problems))


def said_at(problem: Problem) -> str:
    """Where a refused value stands: the file as it opens from here, line and column, or the option or variable, which has no line."""
    return where(problem.place)


def typed(key: Key, value: Any) -> Any:
    """The value in the form the program uses; a list may be a text with commas. Raises Refused."""
    try:
        return _READERS[key.type](value)
    except Refused as refusal:
        raise Refused(f"{key.name}: {refusal}") from None


def suggestion(word: str, words: Iterable[str]) -> str:
    """A did-you-mean, or the words there are."""
    words = list(words)
    close = get_close_matches(word, words, n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else f"expected one of {' '.join(words)}"


def shown(value: Any) -> str:
    """A value in the words of a message."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(shown(item) for item in value)}]"
    return "a table" if isinstance(value, dict) else repr(value) if isinstance(value, str) else str(value)


def _expected(type_name: str, value: Any) -> Refused:
    return Refused(f"expected {TYPES[type_name]}, read {shown(value)}")


def _words(value: Any, type_name: str = "words") -> tuple[str, ...]:
    if isinstance(value, str):
        value = [word.strip() for word in value.split(",") if word.strip()]
    if not isinstance(value, list | tuple) or not all(isinstance(word, str) and word for word in value):
        raise _expected(type_name, value)
    return tuple(value)


def _verdicts(value: Any) -> tuple[str, ...]:
    words = _words(value, "verdicts")
    if words == ("none",):
        return ()
    for word in words:
        if word not in FAIL_ON:
            raise Refused(f"unknown verdict {word!r}; {suggestion(word, FAIL_ON)}")
    return words


def _format(value: Any) -> str:
    if value not in formats():
        raise Refused(f"unknown format {shown(value)}; {suggestion(str(value), formats())}")
    return str(value)


def _boolean(value: Any) -> bool:
    word = value.lower() if isinstance(value, str) else ""
    if isinstance(value, bool) or word in _ON or word in _OFF:
        return value if isinstance(value, bool) else word in _ON
    raise _expected("boolean", value)


def _date(value: Any) -> date:
    if type(value) is date:
        return value
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise _expected("date", value)


def _text(type_name: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if isinstance(value, str) and value.strip():
            return value
        raise _expected(type_name, value)

    return read


def _versions(value: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise _expected("versions", value)
    found = []
    for party, version in value.items():
        try:
            found.append((party, _words(version)))
        except Refused:
            raise Refused(f'{party}: expected a text in quotes such as "2.10", read {shown(version)}') from None
    return tuple(found)


_READERS: dict[str, Callable[[Any], Any]] = {
    "verdicts": _verdicts,
    "format": _format,
    "boolean": _boolean,
    "words": _words,
    "date": _date,
    "file": _text("file"),
    "text": _text("text"),
    "pattern": _text("pattern"),
    "versions": _versions,
}
