"""Owners that no catalogue lists, and things with two: what is told, what is left alone, and the real catalogue's exact set."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from accord.boundaries.calls.evidence import side_by_side
from accord.check import check, joined, refused_witnesses
from accord.files.read import read as read_paths
from accord.model.fact import PARTY, Fact, Layer, Stance
from accord.model.finding import Finding, Severity, Verdict
from accord.model.place import Place
from accord.monitor import judge
from accord.rules._catalogue import rules
from accord.sources._claims import read_text
from beside import CORPUS, needs

AS_OF = date(2026, 11, 23)
PROJECT = Path(__file__).parents[2]
FILES = CORPUS / "giantswarm-catalog"
RULES = [rule for rule in rules() if rule.id.endswith(("/owner-unknown", "/owners-disagree"))]


def group(name: str, more: str = "") -> str:
    return (
        f"---\napiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {{name: {name}}}\nspec: {{type: team{more}}}\n"
    )


def component(name: str, owner: str, more: str = "") -> str:
    head = "---\napiVersion: backstage.io/v1alpha1\nkind: Component\n"
    return f"{head}metadata: {{name: {name}{more}}}\nspec: {{owner: '{owner}'}}\n"


LISTED = group("team-a") + group("team-b")
CATALOGUE = LISTED + component("a", "team-a") + component("b", "group:default/Team-B")


def facts_of(files: dict[str, str]) -> list[Fact]:
    read = [found for file, text in files.items() for found in read_text(text, ".", file)]
    facts = [found for found in read if isinstance(found, Fact)]
    assert len(facts) == len(read)
    return facts


def alert(name: str, file: str, severity: str = "", **labels: str) -> list[Fact]:
    party = f"prometheus:{file}#g/{name}"
    said = {"alert": name, **({"label.severity": severity} if severity else {})}
    said |= {f"label.{label}": value for label, value in labels.items()}
    return [
        Fact(party, Stance.PROMISES, "", party, PARTY, term, text, text, Place(".", file, line, 1), Layer.PLATFORM, (), "prometheus")
        for line, (term, text) in enumerate(said.items(), start=len(name) * 10)
    ]  # fmt: skip


def found(facts: list[Fact]) -> list[Finding]:
    refused = refused_witnesses(joined(facts, AS_OF)[0], RULES)
    assert not refused, refused
    return [one for one in check(facts, as_of=AS_OF, rules=RULES).findings if one.verdict is not Verdict.UNANSWERED]


def told(files: dict[str, str], *more: Fact) -> list[str]:
    return [f"{one.verdict.value} {one.message}" for one in found([*facts_of(files), *more])]


def named(name: str, who: str) -> str:
    return f"mismatch no group of the catalogue is called {name}, and {who} as owner"


# ---------------------------------------------------------------------- owners who are nobody


def test_one_finding_for_each_name_with_all_its_places() -> None:
    text = CATALOGUE + component("c", "team-x") + component("d", "team-x") + component("c", "group:team-x")
    (one,) = found(facts_of({"catalogue.yaml": text}))
    assert one.message == "no group of the catalogue is called team-x, and 3 components name it as owner"
    assert [statement.fact.place.line for statement in one.statements] == [25, 30, 35]
    assert one.severity is Severity.WARNING


def test_alerts_lines_objects_and_contracts_are_of_one_finding() -> None:
    files = {
        "catalogue.yaml": CATALOGUE + component("c", "team-x"),
        "CODEOWNERS": "/a @o/team-a\n/b @o/team-b\n/x @o/team-x @jo\n",
        "k8s.yaml": "".join(
            f"---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}, labels: {{squad: {name}}}}}\nspec: {{}}\n"
            for name in ("team-a", "team-b", "team-x")
        ),
        "accord.yaml": "".join(
            f"---\nparty: {name}\nowner: team-{name}\npromises: {{x: {{latency: {{max: 1s}}}}}}\n" for name in "abx"
        ),
    }
    alerts = [
        *alert("A", "r.yaml", team="team-a"),
        *alert("Bb", "r.yaml", team="Team-B"),
        *alert("Ccc", "r.yaml", "page", team="team-x"),
    ]
    (one,) = found([*facts_of(files), *alerts])
    assert one.message == (
        "no group of the catalogue is called team-x, and "
        "1 line of CODEOWNERS, 1 party, 1 component, 1 object and 1 alert name it as owner"
    )
    assert one.severity is Severity.ERROR


def test_labels_that_name_no_groups_are_another_vocabulary() -> None:
    alerts = [*alert("A", "r.yaml", team="sre"), *alert("Bb", "r.yaml", team="db")]
    assert told({"c.yaml": CATALOGUE, "CODEOWNERS": "/x @o/core\n/y @o/infra\n"}, *alerts) == []


def test_another_label_of_the_vocabulary_is_judged_by_itself() -> None:
    alerts = [
        *alert("A", "r.yaml", team="team-a"),
        *alert("Bb", "r.yaml", team="team-b"),
        *alert("Ccc", "r.yaml", squad="x"),
    ]
    assert told({"c.yaml": CATALOGUE}, *alerts) == []


def test_templates_people_addresses_and_users_that_nobody_lists_are_passed_over() -> None:
    alerts = [*alert("A", "r.yaml", team="team-a"), *alert("Bb", "r.yaml", team="{{ $labels.team }}")]
    files = {"c.yaml": CATALOGUE + component("c", "user:jo"), "CODEOWNERS": "/a @o/team-a\n/b @jo jo@example.org\n"}
    assert told(files, *alerts) == []


def test_a_user_is_looked_up_where_users_are_listed() -> None:
    user = "---\napiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: {name: jo}\nspec: {memberOf: []}\n"
    assert told({"c.yaml": CATALOGUE + user + component("c", "user:jo")}) == []
    assert told({"c.yaml": CATALOGUE + user + component("c", "user:al")}) == [named("user:al", "1 component names it")]


def test_a_group_of_another_namespace_is_another_group() -> None:
    text = CATALOGUE + component("c", "team-a", ", namespace: shop")
    (one,) = found(facts_of({"c.yaml": text}))
    assert one.message == (
        "no group of the catalogue is called shop/team-a, and 1 component names it as owner; "
        "did it mean group:default/team-a?"
    )
    assert [move.changes[0].after.text for move in one.moves if move.changes] == ["group:default/team-a"]


def test_a_list_that_is_partial_is_no_witness() -> None:
    text = group("team-a") + component("a", "team-a") + "".join(component(f"c{n}", f"team-{n}") for n in range(3))
    assert told({"c.yaml": text}) == [
        "note named as owner and not among the groups of the catalogue (team-a), which may be read in part: team-0, team-1, team-2"
    ]


def test_a_name_never_filled_in_does_not_make_the_list_partial() -> None:
    text = CATALOGUE + component("c", "team-x") + component("d", "team-TEAM-NAME") + component("e", "CHANGEME")
    assert sorted(told({"c.yaml": text})) == [
        named("CHANGEME", "1 component names it") + "; was it never filled in?",
        named("team-TEAM-NAME", "1 component names it") + "; was it never filled in?",
        named("team-x", "1 component names it"),
    ]


def test_without_groups_nothing_is_said() -> None:
    assert told({"c.yaml": component("a", "team-x") + component("b", "team-TEAM-NAME")}) == []


def test_a_contracts_owner_is_told_once_and_a_group_of_the_catalogue_is_known() -> None:
    contract = "party: s{0}\nowner: {1}\npromises: {{x: {{latency: {{max: 1s}}}}}}\n"
    teams = "---\n{party: team-b, kind: team}\n---\n{party: team-c, kind: team}\n---\n"
    contracts = "---\n".join(
        contract.format(n, owner) for n, owner in enumerate(["team-a", "team-b", "team-c", "team-x"])
    )
    listed = told({"c.yaml": CATALOGUE, "accord.yaml": teams + contracts})
    assert listed == ["mismatch s3 is owned by team-x, which is none of the teams listed (team-b, team-c)"]
    (one,) = told({"c.yaml": CATALOGUE + group("team-c"), "accord.yaml": contracts})
    assert one == named("team-x", "1 party names it")


def test_a_group_that_a_contract_calls_otherwise_is_known() -> None:
    contract = "party: shop-team\nkind: team\nnames: {backstage: group:default/team-a}\n"
    assert told({"c.yaml": CATALOGUE, "accord.yaml": contract}) == []


# ---------------------------------------------------------------------- things with two owners

TWO = "/rules/a.yaml @o/team-b\n/else @o/team-a\n"


def test_an_alert_and_the_line_for_its_file() -> None:
    alerts = [*alert("A", "rules/a.yaml", team="team-a"), *alert("Bb", "rules/a.yaml", team="team-a")]
    (one,) = found([*facts_of({"CODEOWNERS": TWO}), *alerts])
    assert (one.verdict, one.message) == (
        Verdict.NOTE,
        "CODEOWNERS gives /rules/a.yaml to @o/team-b, and A and 1 more there to team-a",
    )
    assert [str(statement.fact.place) for statement in one.statements] == [
        "CODEOWNERS:1:1",
        "rules/a.yaml:11:1",
        "rules/a.yaml:21:1",
    ]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param("* @o/team-b\n/else @o/team-a\n", id="a line for every file"),
        pytest.param("/rules/ @o/team-b\n", id="a name that CODEOWNERS does not use"),
        pytest.param("/rules/ @o/Team-A\n/else @o/team-b\n", id="one name"),
        pytest.param("/rules/ @o/team-b @o/team-a\n", id="one of two"),
        pytest.param("/rules/ @o/team-b @jo\n/else @o/team-a\n", id="a person"),
        pytest.param("/rules/\n/else @o/team-a @o/team-b\n", id="nobody"),
    ],
)
def test_what_is_no_disagreement(lines: str) -> None:
    assert told({"CODEOWNERS": lines}, *alert("A", "rules/a.yaml", team="team-a")) == []


def test_a_file_of_several_teams_is_only_reviewed_by_its_owner() -> None:
    alerts = [*alert("A", "rules/a.yaml", team="team-a"), *alert("Bb", "rules/a.yaml", team="team-c")]
    assert told({"CODEOWNERS": TWO}, *alerts) == []


def test_a_group_inside_the_other_is_no_disagreement() -> None:
    text = group("team-a", ", parent: team-b") + group("team-b")
    assert told({"CODEOWNERS": TWO, "c.yaml": text}, *alert("A", "rules/a.yaml", team="team-a")) == []


def test_a_contract_the_catalogue_and_an_object_of_one_party() -> None:
    names = "names: {backstage: 'component:default/a', kubernetes: shop/a}"
    manifest = "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: shop, labels: {team: team-c}}\nspec: {}\n"
    files = {
        "accord.yaml": f"party: a\nowner: team-b\n{names}\npromises: {{x: {{latency: {{max: 1s}}}}}}\n",
        "c.yaml": CATALOGUE + group("team-c"),
        "k8s.yaml": manifest,
    }
    assert told(files) == ["note a has several owners: team-b, team-a, team-c"]
    assert told({**files, "accord.yaml": files["accord.yaml"].replace("team-b", "team-a"), "k8s.yaml": ""}) == []


# ---------------------------------------------------------------------- the real catalogue


@needs(FILES)
def test_the_owners_of_the_real_catalogue_are_exactly_those_found_by_hand() -> None:
    with (FILES / "EXPECTED-owners.csv").open(encoding="utf-8") as file:
        expected = Counter((row["file"], row["component"], row["finding"]) for row in csv.DictReader(file))
    reading = read_paths([str(FILES)])
    result = check(reading.facts, reading.problems, reading.files, AS_OF)
    assert not result.problems
    got: Counter[tuple[str, str, str]] = Counter()
    for one in result.findings:
        assert (one.rule, one.verdict) == ("signals/owner-unknown", Verdict.MISMATCH)
        for statement in one.statements:
            fact = statement.fact
            line = (FILES / fact.place.file).read_text(encoding="utf-8").splitlines()[fact.place.line - 1]
            assert line.strip() == f"owner: {fact.text}"
            name = fact.provider.removeprefix("backstage:component:default/")
            got[(fact.place.file, name, f"owner {fact.text.removeprefix('group:')}: no such group")] += 1
    assert got == expected
    assert expected.total() == 14


# ---------------------------------------------------------------------- what the monitor accepts


def judged(steps: list[Fact], expects: list[Fact]) -> str:
    said = [*steps, *expects]
    return judge(side_by_side("owner-exists", [(fact, "says so") for fact in steps], expects, "nobody"), said)


def test_the_monitor_asks_for_groups_and_for_another_such_label_that_names_one() -> None:
    listed = [fact for fact in facts_of({"c.yaml": LISTED}) if fact.term == "kind"]
    stranger, known, other = (
        next(fact for fact in alert(name, "r.yaml", **label) if fact.term.startswith("label."))
        for name, label in (("A", {"team": "team-x"}), ("Bb", {"team": "Team-A"}), ("Ccc", {"squad": "team-a"}))
    )
    assert judged([stranger], [*listed, known]) == ""
    assert "names no people" in judged([stranger], listed)
    assert "names no people" in judged([stranger], [*listed, other])
    assert "is a party" in judged([stranger, known], listed)
    assert "not listed" in judged([stranger], [known])


def test_the_monitor_takes_an_entity_of_another_namespace_for_another() -> None:
    facts = facts_of({"c.yaml": LISTED + component("c", "team-a", ", namespace: shop") + component("d", "team-a")})
    listed = [fact for fact in facts if fact.term == "kind" and fact.value == "team"]
    elsewhere, here = (fact for fact in facts if fact.term == "owner")
    assert judged([elsewhere], listed) == ""
    assert "is a party" in judged([here], listed)
