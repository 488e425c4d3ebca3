"""The rules on rule files alone, on real files of other organisations whose answers are known, and on small ones."""

import csv
from collections import Counter
from pathlib import Path

from accord.check import check
from accord.files.config import load
from accord.files.read import read
from accord.model.alerting import Expression
from accord.model.finding import Finding, Severity
from accord.report._asked import Asked
from accord.report._sentences import MOST_STATEMENTS, SHOWN
from accord.report.text import render
from accord.rules._catalogue import rules
from accord.sources._claims import read_text
from beside import CORPUS, needs

OWN = (
    *("metric-nobody-produces", "owner-missing", "placeholder-never-filled", "runbook-dead", "runbook-missing"),
    *("window-shorter-than-scrape", "words-differ-from-rule"),
)


def found(folder: Path, configuration: str, tmp_path: Path) -> dict[str, list[Finding]]:
    file = tmp_path / "accord.toml"
    file.write_text(configuration)
    reading = read([str(folder)], load(file=str(file), environ={}))
    assert not reading.problems
    own = [rule for rule in rules() if rule.id.removeprefix("signals/") in OWN]
    by_rule: dict[str, list[Finding]] = {}
    for finding in check(reading.facts, rules=own).findings:
        by_rule.setdefault(finding.rule.removeprefix("signals/"), []).append(finding)
    return by_rule


@needs(CORPUS)
def test_placeholders_of_a_large_set_are_one_finding_each(tmp_path):
    given = found(CORPUS / "wikimedia-routing", "", tmp_path)
    said = {(finding.message, len(finding.statements)) for finding in given.pop("placeholder-never-filled")}
    assert said == {
        ("38 alerts have runbook: TODO", 38),
        ("39 alerts have dashboard: TODO", 39),
        ("HaproxyUnavailable has logs: TODO", 1),
    }
    assert {rule: len(findings) for rule, findings in given.items()} == {"words-differ-from-rule": 1}


def test_one_host_that_is_nobodys_is_one_finding_whatever_page_is_linked(tmp_path):
    rule = "  - {alert: A%d, expr: up == 0, annotations: {runbook_url: 'https://%s/%s'}}\n"
    pages = [(1, "r.example.com", "a"), (2, "r.example.com", "b"), (3, "R.example.com", "b"), (4, "example.com", "b")]
    (tmp_path / "rules.yaml").write_text("groups:\n- name: g\n  rules:\n" + "".join(rule % page for page in pages))
    (many, one) = found(tmp_path, "", tmp_path)["placeholder-never-filled"]
    assert many.message == "3 alerts have 3 pages of r.example.com as runbook_url"
    assert [statement.says for statement in many.statements][1:] == [
        "A2 has runbook_url: https://r.example.com/b",
        "A3 has runbook_url: https://R.example.com/b",
    ]
    assert one.message == "A4 has runbook_url: https://example.com/b"


@needs(CORPUS)
def test_every_alert_is_read_and_six_carry_the_owner_from_the_series():
    folder = CORPUS / "wikimedia-routing"
    reading = read([str(folder)])
    alerts = {
        (fact.place.file, fact.place.line, fact.value): fact.says for fact in reading.facts if fact.term == "alert"
    }
    assert len(alerts) == 429
    said = {(fact.says, fact.term): fact.value for fact in reading.facts}
    verdicts: Counter[str] = Counter()
    for file, line, name, *_, verdict in list(csv.reader((folder / "EXPECTED-unnotified.csv").open()))[1:]:
        party = alerts[file, int(line), name]
        expression = said[party, "alert.expression"]
        assert isinstance(expression, Expression)
        carried = (party, "label.team") not in said and ("team" in expression.carried or expression.rest)
        templated = "{{" in str(said.get((party, "label.team"), ""))
        assert (carried or templated) is verdict.startswith("conditional")
        verdicts["carried" if carried else "templated" if templated else "known"] += 1
    assert verdicts == {"known": 76, "carried": 6, "templated": 1}


@needs(CORPUS)
def test_dead_runbooks_are_those_that_are_known(tmp_path):
    folder = CORPUS / "kube-prometheus"
    given = found(folder, f"[runbooks]\nlist = ['{folder / 'runbook-pages.txt'}']\n", tmp_path)
    dead = given.pop("runbook-dead")
    expected = list(csv.DictReader((folder / "EXPECTED-missing-runbook-pages.csv").open()))
    begins = {fact.says: fact.place.line for fact in read([str(folder)]).facts if fact.term == "alert"}
    assert sorted(
        (statement.fact.place.file, begins[statement.fact.says], statement.fact.value)
        for finding in dead
        for statement in finding.statements
    ) == sorted((row["file"], int(row["line"]), row["runbook_url"]) for row in expected)
    assert [finding.severity for finding in dead].count(Severity.WARNING) == 1
    (owners,) = given.pop("owner-missing")
    assert owners.message == "none of 130 alerts names an owner" and len(owners.statements) == 130
    assert not given


@needs(CORPUS)
def test_without_a_list_of_pages_no_runbook_is_called_dead(tmp_path):
    assert "runbook-dead" not in found(CORPUS / "kube-prometheus", "", tmp_path)


def test_a_finding_at_many_places_is_shortened_for_people_only():
    alerts = "".join(f"  - {{alert: A{number}, expr: up}}\n" for number in range(40))
    result = check(list(read_text(f"groups:\n- name: g\n  rules:\n{alerts}", ".", "rules.yaml")))  # type: ignore[arg-type]
    (owners,) = (finding for finding in result.findings if finding.rule == "signals/owner-missing")
    assert len(owners.statements) == 40 > MOST_STATEMENTS
    text = render(result, Asked(100, False, False, ("rules.yaml",)))
    assert f"and {40 - SHOWN} more (--format json lists them)" in text
    assert text.count("names no owner") == SHOWN


def test_an_alert_of_another_environment_is_not_the_one_that_a_contract_means(tmp_path):
    (tmp_path / "alerts.yaml").write_text(
        "groups: [{name: g, rules: [{alert: PaymentsErrors, expr: e > 1, for: 1m}]}]\n"
    )
    (tmp_path / "accord.yaml").write_text(
        "party: payments\nonly: {env: production}\npromises: {charge: {detect: {by: PaymentsErors}}}\n"
    )
    for env, asked in (("staging", []), ("production", ["signals/signal-unknown"])):
        (tmp_path / "accord.toml").write_text(f'[[scope]]\npath = "alerts.yaml"\nenv = "{env}"\n')
        facts = read([str(tmp_path)], load(file=str(tmp_path / "accord.toml"), environ={})).facts
        told = [finding.rule for finding in check(facts).findings]
        assert [rule for rule in told if rule == "signals/signal-unknown"] == asked


def test_servers_of_two_environments_are_each_in_their_own(tmp_path):
    """A server that says nothing in an environment is not there: in the other one only its rule files were known."""
    for env in ("prod", "staging"):
        (tmp_path / env).mkdir()
        (tmp_path / env / "prometheus.yml").write_text("rule_files: [a.yml]\nscrape_configs: [{job_name: shop}]\n")
        (tmp_path / env / "alertmanager.yml").write_text("route: {receiver: team}\nreceivers: [{name: team}]\n")
        (tmp_path / env / "a.yml").write_text(
            'groups: [{name: g, rules: [{alert: Slow, expr: "rate(requests{job=\\"shop\\"}[1m]) > 1"}]}]\n'
        )
    scopes = (f'[[scope]]\npath = "{env}/**"\nenv = "{env}"\n' for env in ("prod", "staging"))
    (tmp_path / "accord.toml").write_text("".join(scopes))
    facts = read([str(tmp_path)], load(file=str(tmp_path / "accord.toml"), environ={})).facts
    found = [each for each in check(facts).findings if each.rule == "signals/window-shorter-than-scrape"]
    told = [{statement.fact.place.file.split("/")[0] for statement in each.statements} for each in found]
    assert told == [{"prod"}, {"staging"}]
