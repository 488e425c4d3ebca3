"""What is told of many at once is what is told of each alone: owners, limits, recoveries, alerts and files that are alike."""

from datetime import date
from random import Random

import pytest
from msgspec.structs import replace
from test_judging_grows import ring

from accord.boundaries.join.resolution import firsts
from accord.boundaries.join.system import System
from accord.boundaries.join.view import EVERY
from accord.boundaries.names.speakers import CONTRACT, without_contract
from accord.boundaries.people.owned_files import CodeOwners, holding
from accord.boundaries.people.owners import ALERT, TAG, stated_owners
from accord.boundaries.signals.alerting import alerting
from accord.boundaries.signals.hearing import Ear, Heard, _Near, heard
from accord.boundaries.signals.surroundings import _above, _holding
from accord.check import joined, judged
from accord.model.fact import Fact
from accord.model.finding import Finding
from accord.model.place import Place
from accord.rules._catalogue import rules
from accord.rules.lifecycle import killed_before_answer
from accord.sources._claims import read_text
from accord.sources.codeowners import read_text as read_code_owners
from counted import steps

AS_OF = date(2026, 11, 23)
SEEDS = range(40)


def facts_of(files: dict[str, str]) -> list[Fact]:
    read = [one for file, text in files.items() for one in read_text(text, ".", file)]
    facts = [one for one in read if isinstance(one, Fact)]
    assert len(facts) == len(read), [one for one in read if not isinstance(one, Fact)]
    return facts


def system_of(files: dict[str, str]) -> System:
    return joined(facts_of(files), AS_OF)[0]


# ---------------------------------------------------------------------- lines of CODEOWNERS

PARTS = ("a", "b", "c.md")


def a_pattern(chance: Random) -> str:
    plain = "/".join(chance.choices(PARTS, k=chance.randint(1, 3)))
    return chance.choice(
        ["*", "/", f"/{plain}", f"/{plain}/", f"/{plain}", plain, f"/{plain}/*", "*.md", f"/{plain}//"]
    )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("host", ["", "[Section]\n"])
@pytest.mark.parametrize("signs", [False, True])
def test_the_lines_found_for_a_file_are_those_that_hold_of_all(seed: int, host: str, signs: bool) -> None:
    chance = Random(seed)
    patterns = [a_pattern(chance) for _ in range(6)]
    if not signs:
        patterns = [each for each in patterns if each == "*" or (each[0] == "/" and "*" not in each)]
    text = host + "".join(f"{each} @o/{number}\n" for number, each in enumerate(patterns))
    lines = [one for one in read_code_owners(text, Place(".", "CODEOWNERS", 1, 1)) if isinstance(one, Fact)]
    found = CodeOwners(lines)
    for _ in range(40):  # asked one after the other, as what is known of a folder is asked again
        path = "/".join(chance.choices(PARTS, k=chance.randint(1, 4)))
        assert found.of(Place(".", path, 7, 1)) == holding(lines, path), (patterns, path)


# ---------------------------------------------------------------------- names of owners


def test_each_name_is_looked_up_once_and_told_for_all_that_use_it() -> None:
    chance = Random(1)
    names = ("team-a", "team-b", "Team-A", "nobody", "tbd")
    head = "apiVersion: backstage.io/v1alpha1\nkind: "
    listed = f"{head}Group\nmetadata: {{name: team-a}}\nspec: {{type: team}}\n"
    entities = "".join(
        f"---\n{head}Component\nmetadata: {{name: c{number}}}\nspec: {{owner: '{chance.choice(names)}'}}\n"
        for number in range(20)
    )
    rules_of = "".join(
        f"  - {{alert: A{number}, expr: up == 0, labels: {{{chance.choice(('team', 'owner'))}: {chance.choice(names)}}}}}\n"
        for number in range(20)
    )
    contracts = "---\n".join(f"party: p{number}\nowner: {chance.choice(names)}\n" for number in range(20))
    said = stated_owners(
        system_of(
            {
                "catalog-info.yaml": listed + entities,
                "rules.yml": f"groups:\n- name: g\n  rules:\n{rules_of}",
                "accord.yaml": contracts,
            }
        ),
        EVERY,
    )
    kinds: dict[tuple[str, str], list[object]] = {}
    for naming in said.named:
        kinds.setdefault((naming.by, naming.fact.term if naming.by in (ALERT, TAG) else ""), []).append(naming)
    assert said.by_kind == kinds
    assert len(kinds) == 4
    for named in said.by_kind.values():
        assert said.unlisted(named) == [naming for naming in named if not said.is_listed(naming)]
    assert any(map(said.unlisted, said.by_kind.values()))


# ---------------------------------------------------------------------- who may be killed too soon

PLATFORM = """\
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: s{number}, namespace: shop}}
spec:
  template:
    metadata: {{labels: {{app: s{number}}}}}
    spec:
      terminationGracePeriodSeconds: {grace}
      containers: [{{name: s, image: 'registry.shop.example/s:1'{hook}}}]
"""


@pytest.mark.parametrize("seed", range(8))
def test_nobody_who_is_not_asked_is_killed_too_soon(seed: int) -> None:
    chance, texts = Random(seed), []
    for number in range(12):
        longest, grace, sleep = chance.choice((0, 2, 30)), chance.choice((0, 2, 10, 30)), chance.choice((0, 5, 20))
        hook = f", lifecycle: {{preStop: {{sleep: {{seconds: {sleep}}}}}}}" if sleep else ""
        promised = f"promises: {{order: {{latency: {{max: {longest}s}}}}}}\n" if longest else ""
        contract = f"---\nparty: s{number}\nnames: {{kubernetes: [shop/s{number}]}}\n{promised}"
        texts += [contract, PLATFORM.format(number=number, grace=grace, hook=hook)]
    facts = facts_of({"all.yaml": "".join(texts)})
    quick, plain = joined(facts, AS_OF)[0], joined(facts, AS_OF)[0]
    plain.memory[killed_before_answer._pressed.__wrapped__] = frozenset(plain.parties)
    assert {fact.term for fact in plain.facts} >= {"grace", "pre_stop", "latency.max"}
    told = list(killed_before_answer.check_system(plain, EVERY))
    assert list(killed_before_answer.check_system(quick, EVERY)) == told
    assert bool(told) <= killed_before_answer.concerns(quick)
    assert told


# ---------------------------------------------------------------------- recoveries that say the same

ROTAS = "---\n".join(
    f"party: rota-{name}\nkind: rota\npromises: {{page: {{{said}}}}}\nescalates: {further}\n"
    for name, said, further in (
        ("a", "acknowledge: 5m, hands_on: 10m, hours: 24x7", "none"),
        ("b", "acknowledge: 5m", "none"),
        ("c", "acknowledge: 20m, hands_on: 10m", "[{to: rota-a, after: 30m, unless: acknowledged}]"),
        ("d", "acknowledge: 2h, hands_on: 10m, hours: 24x7", "none"),
    )
)

PROCEDURES = """\
---
party: fix
kind: procedure
steps: [{do: restart it, by: rota-a, done: it answers}]
---
party: mend
kind: procedure
steps: [{do: look, by: rota-a, takes: 20m, done: seen}, {do: mend it, by: rota-a, done: it answers}]
"""


def a_service(chance: Random, number: int) -> str:
    since = chance.choice(("", ", from: failure", ", from: acknowledgement"))
    by = chance.choice(("rota-a", "rota-b", "rota-c", "rota-d", f"s{number}", "[rota-a, rota-b]"))
    within = chance.choice(("", "", f", within: {chance.choice(('1h', '30m'))}{since}"))
    shown = chance.choice(("", ", detect: {within: 5m}"))
    how = chance.choice(("", ", how: fix", ", how: mend"))
    caller = f"---\nparty: c{number}\nassumes: {{s{number}/order: {{recover: {{within: 1h{since}}}}}}}\n"
    return f"---\nparty: s{number}\npromises: {{order: {{recover: {{by: {by}{within}{how}}}{shown}}}}}\n{caller}"


def escalations(facts: list[Fact]) -> list[Finding]:
    chosen = [rule for rule in rules() if rule.id == "people/escalation-outlasts-recovery"]
    return judged(joined(facts, AS_OF)[0], chosen)


def test_a_recovery_beside_others_that_say_the_same_takes_the_course_it_takes_alone() -> None:
    chance = Random(7)
    services = [a_service(chance, number) for number in range(60)]
    people = facts_of({"people.yaml": ROTAS + PROCEDURES})
    each = [facts_of({f"s{number}.yaml": text}) for number, text in enumerate(services)]
    together = escalations([*people, *(fact for facts in each for fact in facts)])
    alone = [found for facts in each for found in escalations([*people, *facts])]
    key = lambda finding: (finding.fingerprint, finding.message)  # noqa: E731
    assert sorted(together, key=key) == sorted(alone, key=key)
    assert len(together) > 30
    assert len({finding.verdict for finding in together}) == 2


# ---------------------------------------------------------------------- alerts beside each other


EXPRESSIONS = ("up == 0", 'up{team="a"} == 0', "sum(up) by (team) == 0")


def rule_file(chance: Random, number: int) -> str:
    rules_of = ""
    for alert in range(6):
        labels = {"severity": chance.choice(("page", "info", "'{{ $value }}'"))}
        if chance.random() < 0.8:
            labels["team"] = chance.choice(("a", "b", "c"))
        said = ", ".join(f"{name}: {value}" for name, value in labels.items())
        rules_of += f"  - {{alert: A{number}x{alert}, expr: '{chance.choice(EXPRESSIONS)}', labels: {{{said}}}}}\n"
    return f"groups:\n- name: g\n  rules:\n{rules_of}"


@pytest.mark.parametrize("by_name", ["", "  - {receiver: quiet, matchers: ['alertname=~\"A1.*\"']}\n"])
@pytest.mark.parametrize("server", ["", "scrape_configs: [{job_name: a}]\nrule_files: ['*.rules.yml']\n"])
def test_who_hears_an_alert_is_told_as_if_no_other_had_been_asked(by_name: str, server: str) -> None:
    chance = Random(3)
    tree = (
        "receivers: [{name: x, webhook_configs: [{url: 'http://hook.shop.example'}]}, {name: quiet}]\n"
        "route:\n  receiver: x\n  routes:\n"
        f"{by_name}  - {{receiver: quiet, matchers: ['team=\"a\"', 'severity=\"info\"']}}\n"
    )
    added = "global: {external_labels: {team: a}}\n" + server if server else ""
    files = {f"{'ab'[number % 2]}/f{number}.rules.yml": rule_file(chance, number) for number in range(6)}
    system = system_of({"a/alertmanager.yml": tree, **files, **({"b/prometheus.yml": added} if added else {})})
    plain = []
    for alert in alerting(system, EVERY).alerts:
        beside = _Near(system, EVERY).beside(alert)
        assert beside is not None
        found = [
            Heard(alert, labels, ("team", "severity"), *taken)
            for labels in beside.added
            if (taken := beside.trees._taken(alert, labels))
        ]
        assert len(found) == 1
        if found[0].ears == {Ear.SOMEBODY} or beside.is_for_it:
            plain.append(found[0])
    told = heard(system, EVERY)
    assert list(map(_shown, told)) == list(map(_shown, plain))
    assert len({each.ears for each in told}) > 1


def _shown(each: Heard) -> object:
    return each.alert.party, each.ears, each.labels, [course for _, taken in each.ways for course in taken]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_folders_that_hold_a_file_are_all_those_around_it(seed: int) -> None:
    chance = Random(seed)
    files = {
        (chance.choice("xy"), chance.choice(("", "/")) + "/".join(chance.choices("ab", k=chance.randint(1, 4))))
        for _ in range(6)
    }
    plain: dict[str, set[str]] = {}
    for root, file in files:
        plain.setdefault(root, set()).update(_above(file))
    assert _holding(files) == plain


# ---------------------------------------------------------------------- what a party says of itself


def test_the_first_fact_of_each_term_is_that_which_holds() -> None:
    whole = joined(ring(6), AS_OF)[0]
    said = [fact for fact in whole.facts if fact.term in ("owner", "kind")]
    twice = [replace(fact, text="another", place=replace(fact.place, line=0)) for fact in said]
    for system in (whole, System([*whole.facts, *twice], AS_OF)):
        for party in system.parties:
            for view in (EVERY, {"version:service-1": "v1"}):
                assert system.firsts(party, view) == firsts(system.said_of_itself(party), view)


def test_whom_no_contract_speaks_for_is_told_without_a_look_at_all_of_them_for_each() -> None:
    few, many = (joined([f for f in ring(count) if f.source != CONTRACT], AS_OF)[0] for count in (40, 160))
    assert (len(without_contract(few)), len(without_contract(many))) == (40, 160)
    assert steps(lambda: without_contract(many)) < 5 * steps(lambda: without_contract(few))
    assert not without_contract(joined(ring(3), AS_OF)[0])
