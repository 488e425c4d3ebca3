"""The real alerts and routes of one day, by two teams: exactly what reaches nobody, with file, line and verdict."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

from accord.check import check, joined, refused_witnesses
from accord.files.config import load
from accord.files.read import read
from accord.model.finding import Finding, Severity, Verdict
from accord.rules._catalogue import rules
from beside import CORPUS, needs

FILES = CORPUS / "wikimedia-routing"
LOG_ONLY = '[receivers]\nlog_only = ["logger"]\n'
ROUTING = (
    *("dead-mans-switch-to-nowhere", "inhibited-only-signal", "interrupting-only-by-mail-or-log"),
    *("muted-inside-promised-hours", "reaches-nobody", "receiver-never-used", "route-never-reached"),
)
RULES = [rule for rule in rules() if rule.id.removeprefix("signals/") in ROUTING]
Row = tuple[str, int, str]

pytestmark = needs(FILES)


def found(configuration: str, tmp_path: Path) -> dict[str, list[Finding]]:
    file = tmp_path / "accord.toml"
    file.write_text(configuration)
    reading = read([str(FILES)], load(file=str(file), environ={}))
    assert not reading.problems
    assert not refused_witnesses(joined(reading.facts, date(2026, 11, 23))[0], RULES)
    by_rule: dict[str, list[Finding]] = {}
    for finding in check(reading.facts, as_of=date(2026, 11, 23), rules=RULES).findings:
        by_rule.setdefault(finding.rule.removeprefix("signals/"), []).append(finding)
    return by_rule


def rows() -> list[Row]:
    read = list(csv.reader((FILES / "EXPECTED-unnotified.csv").open()))[1:]
    return [(row[0], int(row[1]), row[-1].partition(":")[0]) for row in read]


def row_of(finding: Finding) -> Row:
    place = finding.statements[0].fact.place
    return place.file, place.line, finding.verdict.value


def test_exactly_the_83_reach_nobody_where_the_logger_only_writes_a_log(tmp_path):
    given = found(LOG_ONLY, tmp_path)["reaches-nobody"]
    assert sorted(map(row_of, given)) == sorted(rows())
    assert Counter(finding.verdict for finding in given) == {Verdict.MISMATCH: 76, Verdict.CONDITIONAL: 7}
    (page,) = [finding for finding in given if finding.severity is Severity.ERROR]
    assert page.title == "HdfsCapacityRemainingPercent -> default"
    places = {(statement.fact.place.file, statement.fact.place.line) for statement in page.statements}
    assert places == {("rules/team-data-engineering/hadoop-hdfs.yaml", 9), ("alertmanager.yml", 76), ("alertmanager.yml", 329)}  # fmt: skip


def test_the_seven_say_for_which_teams_somebody_hears(tmp_path):
    open_ones = [one for one in found(LOG_ONLY, tmp_path)["reaches-nobody"] if one.verdict is Verdict.CONDITIONAL]
    for finding in open_ones:
        assert finding.condition.startswith("heard only if team is data-engineering, data-persistence, data-platform")
        assert finding.condition.endswith("ml")
        assert " sre" not in finding.condition


def test_the_same_83_hang_on_the_logger_where_nobody_says_what_it_is(tmp_path):
    given = found("", tmp_path)["reaches-nobody"]
    assert sorted(map(row_of, given)) == sorted((file, line, "conditional") for file, line, _ in rows())
    assert all("localhost:6725 (logger) reaches a person" in finding.condition for finding in given)
    assert [finding.title for finding in given if finding.severity is Severity.ERROR] == [
        "HdfsCapacityRemainingPercent -> default"
    ]


def test_seven_receivers_are_never_used(tmp_path):
    given = found("", tmp_path)["receiver-never-used"]
    assert {(finding.operation, finding.statements[0].fact.place.line) for finding in given} == {
        ("sink", 331),
        ("data-engineering-irc", 349),
        ("data-persistence-irc", 367),
        ("sre-o11y-task", 510),
        ("sre-task", 516),
        ("netops-task", 522),
        ("collaboration-services-releng-critical", 566),
    }
    assert all(finding.verdict is Verdict.NOTE for finding in given)


def test_nothing_else_is_said_of_the_routes(tmp_path):
    given = found(LOG_ONLY, tmp_path)
    assert {rule: len(findings) for rule, findings in given.items()} == {
        "reaches-nobody": 83,
        "receiver-never-used": 7,
        "interrupting-only-by-mail-or-log": 1,
    }
