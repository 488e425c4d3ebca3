"""The pages for readers are true: the language's tables and examples, the keys of the result, those of the configuration."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator

from accord.check import check, joined
from accord.cli.config import shown
from accord.files.keys import KEYS, PLATFORM_KEY, SCOPE_KEYS, TYPES
from accord.model.amount import parse_amount, parse_count, parse_date, parse_percent, parse_rate, parse_size
from accord.model.duration import parse_duration
from accord.model.fact import Fact
from accord.model.finding import Verdict
from accord.model.hours import parse_daily_instant, parse_part, parse_window
from accord.model.problem import Problem
from accord.model.zone import parse_zone
from accord.report._contract_schema import contract_schema
from accord.report._formats import formats
from accord.report._output_schema import output_schema
from accord.sources import contract_keys as keys
from accord.sources._claims import read_text
from accord.sources.contract_keys import Key

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "language.md"
OUTPUT = (DOCS / "output.md").read_text(encoding="utf-8")
CONFIGURATION = (DOCS / "configuration.md").read_text(encoding="utf-8")
BEGIN, END = "<!-- keys: written by", "<!-- end of keys -->"
_BLOCK = re.compile(r"^```yaml( refused)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ANNOUNCED = re.compile(r"# finding: (\w+)")

TABLES: tuple[tuple[str, tuple[Key, ...], str], ...] = (
    ("One document", keys.PARTY, "party: a\n{0}: none"),
    ("Both sides: promised, or counted on", keys.BOTH_SIDES, "party: a\nassumes: {{p/x: {{{0}: none}}}}"),
    ("Promises only", keys.PROMISES_ONLY, "party: a\npromises: {{x: {{{0}: none}}}}"),
    ("Assumes only", keys.ASSUMES_ONLY, "party: a\nassumes: {{p/x: {{{0}: none}}}}"),
)
INSIDE = {
    "errors": keys.ERROR_PARTS,
    "idempotent": keys.IDEMPOTENT_PARTS,
    "accepts": keys.GROWTH_PARTS,
    "source": keys.SOURCE_PARTS,
}
_NAMED = {"errors": "NAME.", "accepts": "NAME."}
FORMS = {
    "group": "map, or its `{short}` alone",
    "latency": "map of `max` and percentiles: duration",
    "detect": "map, or its `by` alone, or such a map for each term",
    "hours": "hours",
    "idempotent": "`always`, `never`, or a map",
    "quantities": "map of names: amount, list of words, or a map",
    "needs": "list of references, or of lists of them",
    "errors": "map of names: map",
    "names": "map of systems: text, or a list",
    "source": "text, or a map",
    "only": "map",
    "promises": "map of operations: terms",
    "assumes": "map of references: terms",
    "escalates": "list of maps",
    "steps": "list of maps",
}
GRAMMARS = {"text", "duration", "percent", "hours", "instant", "amount", "count", "range", "rate", "date", "name", "reference", "address"}  # fmt: skip
PROSE = {"reference or prose": "reference, or a sentence", "reference or anyone": "reference, `anyone`", "quantity": "amount, no word", "never or after duration": "`never`, or `after` and a duration"}  # fmt: skip

PARSERS: dict[str, Callable[[str], object]] = {
    "duration": parse_duration,
    "range": keys.parse_backoff,
    "count": parse_count,
    "percent": parse_percent,
    "percentile": keys.is_percentile,
    "size": parse_size,
    "rate": parse_rate,
    "amount": parse_amount,
    "date": parse_date,
    "window": parse_window,
    "exception": parse_part,
    "instant": parse_daily_instant,
    "days": lambda text: parse_window(f"{text} 09:00-18:00 UTC"),
    "zone": parse_zone,
    "name": keys.parse_name,
    "reference": keys.parse_reference,
    "address": keys.parse_address,
}


def key_tables() -> str:
    """Every key of the language, as tables of Markdown."""
    return "\n\n".join(_table(title, members, probe) for title, members, probe in TABLES)


def _table(title: str, members: Iterable[Key], probe: str) -> str:
    head = f"### {title}\n\n| key | value | `none` | says | as in |\n|---|---|---|---|---|\n"
    return head + "\n".join(row for key in members for row in _rows(key, probe))


def _rows(key: Key, probe: str) -> Iterator[str]:
    takes_none = not problems(probe.format(key.name)) if key.name != "party" else False
    yield _row(key, key.name, takes_none)
    for member in key.members or INSIDE.get(key.name, ()):
        yield _row(member, f"{key.name}.{_NAMED.get(key.name, '')}{member.name}", member.none)
    if key.name == "latency":
        yield "| `latency.slow` | `per-request`, `per-attempt` | | whether a slow request is slow again when asked again | |"


def _row(key: Key, name: str, takes_none: bool) -> str:
    form = FORMS[key.shape].format(short=key.short) if key.shape in FORMS else _scalar(key)
    return f"| `{name}` | {form} | {'yes' if takes_none else ''} | {key.says} | {key.follows} |"


def _scalar(key: Key) -> str:
    form = PROSE.get(key.grammar, key.grammar)
    if form == key.grammar and form not in GRAMMARS:
        form = ", ".join(f"`{word}`" for word in key.grammar.split())
    return f"{form}, or a list" if key.shape == "words" else form


def problems(text: str) -> list[str]:
    """What is wrong with a contract: in its documents, and in what they say together."""
    read = list(read_text(text, "page", "accord.yaml"))
    _, refused = joined(item for item in read if isinstance(item, Fact))
    return [item.reason for item in (*read, *refused) if isinstance(item, Problem)]


def found(text: str) -> list[tuple[str, int]]:
    """Everything that is found but open questions, with the line of the statement at fault."""
    facts = [item for item in read_text(text, "page", "accord.yaml") if isinstance(item, Fact)]
    findings = check(facts, as_of=date(2026, 11, 23)).findings
    known = (finding for finding in findings if finding.verdict is not Verdict.UNANSWERED)
    return sorted((finding.verdict.value, finding.statements[0].fact.place.line) for finding in known)


def examples(refused: bool) -> list[object]:
    blocks = _BLOCK.finditer(PAGE.read_text(encoding="utf-8"))
    return [
        pytest.param(match[2], id=f"line {PAGE.read_text(encoding='utf-8').count(chr(10), 0, match.start()) + 1}")
        for match in blocks
        if bool(match[1]) is refused
    ]


@pytest.mark.parametrize("text", examples(refused=False))
def test_an_example_is_read_without_a_problem(text: str) -> None:
    assert problems(text) == []


@pytest.mark.parametrize("text", examples(refused=False))
def test_an_example_finds_what_it_announces(text: str) -> None:
    lines = enumerate(text.splitlines(), start=1)
    assert found(text) == sorted((match[1], number) for number, line in lines for match in _ANNOUNCED.finditer(line))


@pytest.mark.parametrize("text", examples(refused=True))
def test_what_is_said_to_be_refused_is(text: str) -> None:
    assert problems(text)


@pytest.mark.parametrize("text", examples(refused=False))
def test_an_example_is_taken_by_the_schema_of_editors(text: str) -> None:
    documents = yaml.load_all(text, yaml.BaseLoader)
    assert [error.message for each in documents for error in Draft7Validator(contract_schema()).iter_errors(each)] == []


@pytest.mark.parametrize("what", PARSERS)
def test_the_examples_of_a_form_are_of_it(what: str) -> None:
    row = re.search(rf"^\| {what} \| .* \| (.*) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    shown = re.findall(r"`([^`]+)`", row[1]) if row else []
    assert shown and all(PARSERS[what](example) for example in shown)


def test_the_tables_are_those_of_the_keys() -> None:
    """Write them anew with `python tests/test_language_docs.py`."""
    text = PAGE.read_text(encoding="utf-8")
    assert written(text) == text


@pytest.mark.parametrize("shape", sorted(output_schema()["$defs"]))
def test_every_key_of_the_result_has_its_row(shape: str) -> None:
    rows = "\n".join(line for line in OUTPUT.splitlines() if line.startswith("| `"))
    assert [
        key for key in output_schema()["$defs"][shape]["properties"] if not re.search(rf"[`.]{key}[`.]", rows)
    ] == []


def test_the_table_of_the_configuration_is_that_of_the_keys() -> None:
    rows = re.findall(r"^\| `([\w.]+)` \| `(\w+)` \| (.*?) \| (.*?) \|", CONFIGURATION, re.MULTILINE)
    assert rows == [(key.name, key.variable, TYPES[key.type], shown(key.default)) for key in (*KEYS, PLATFORM_KEY)]


def test_the_table_of_scopes_is_that_of_the_keys() -> None:
    rows = re.findall(r"^\| `(scope\.\w+)` \| (.*?) \|", CONFIGURATION, re.MULTILINE)
    assert rows == [(key.name, TYPES[key.type].replace("``", "`")) for key in SCOPE_KEYS]


def test_the_formats_are_named() -> None:
    row = next(line for line in CONFIGURATION.splitlines() if line.startswith("| `check.format`"))
    assert all(f"`{name}`" in row for name in formats())


@pytest.mark.parametrize("page", [DOCS.parent / "README.md", *sorted(DOCS.rglob("*.md"))], ids=lambda page: page.name)
def test_a_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)[^):]*\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def written(text: str) -> str:
    """The page with the tables of the keys as they are now."""
    before, mark, rest = text.partition(BEGIN)
    first, _, rest = rest.partition("\n")
    after = rest.partition(END)[2]
    assert mark and after
    return f"{before}{mark}{first}\n\n{key_tables()}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
