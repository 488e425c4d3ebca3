"""Where an alert goes is the same for us, for the monitor and for amtool: on real routes and on trees made at random."""

import os
from itertools import product
from pathlib import Path
from random import Random

import pytest
import yaml

from accord.boundaries.signals.alerting import TEMPLATE, Tree, alerting
from accord.boundaries.signals.routing import Router
from accord.check import joined
from accord.files.read import read
from accord.model.fact import Fact
from accord.monitor.routing import ends, receiver_of, routes_of
from accord.sources._claims import read_text
from beside import CORPUS, needs

from .amtool import needs_amtool, receivers
from .random_trees import labels, tree

pytestmark = needs_amtool
FILES = CORPUS / "wikimedia-routing"
LABEL_SETS = 3


def ours(router: Router, asked: dict[str, str]) -> str:
    return ",".join(router.settings(node).receiver for node in router.ends(asked))


def the_monitors(router: Router, asked: dict[str, str]) -> str:
    routes = routes_of(router.tree.said.values(), router.tree.party)
    return ",".join(receiver_of(routes, path) for path in ends(routes, asked))


def router_of(text: str) -> Router:
    facts = list(read_text(text, "", "am.yml"))
    assert all(isinstance(one, Fact) for one in facts), facts
    return Router(Tree("alertmanager:am.yml", {fact.term: fact for fact in facts}))


def held_to_amtool(seeds: range, folder: Path) -> int:
    """How many alerts end below the root."""
    asked = []
    for seed in seeds:
        dice = Random(seed)
        file = folder / f"{seed}.yml"
        file.write_text(yaml.safe_dump(tree(dice), allow_unicode=True), encoding="utf-8")
        router = router_of(file.read_text(encoding="utf-8"))
        asked += [(file, router, labels(dice)) for _ in range(LABEL_SETS)]
    theirs = receivers((file, wanted) for file, _, wanted in asked)
    for (file, router, wanted), named in zip(asked, theirs, strict=True):
        assert ours(router, wanted) == named, (file.name, wanted)
        assert the_monitors(router, wanted) == named, (file.name, wanted)
    return sum(named != "r0" for named in theirs)


def test_two_hundred_random_trees_are_evaluated_as_amtool_does(tmp_path):
    assert held_to_amtool(range(200), tmp_path) > 400


@pytest.mark.slow
def test_two_thousand_random_trees_are_evaluated_as_amtool_does(tmp_path):
    held_to_amtool(range(200, 200 + int(os.environ.get("ACCORD_TREES", "2000"))), tmp_path)


@needs(FILES)
def test_every_combination_of_a_real_set_of_rules_and_routes_ends_where_amtool_says():
    system, _ = joined(read([str(FILES)]).facts)
    alerts, (real,) = alerting(system, {}).alerts, alerting(system, {}).trees
    router = Router(real)
    assert (len(alerts), len(real.nodes)) == (429, 90)
    sets = [
        {"alertname": alert.called}
        | {name: fact.value for name, fact in alert.labels.items() if TEMPLATE not in fact.value}
        for alert in alerts
    ]
    named = {label: {found.get(label, "") for found in sets} for label in ("team", "severity")}
    for node in real.nodes:
        for matcher in node.route.matchers:
            if matcher.label in named:
                named[matcher.label] |= set(matcher.value.split("|")) if "~" in matcher.operator else {matcher.value}
    sets += [
        {"team": team, "severity": severity} for team, severity in product(*(sorted(named[each]) for each in named))
    ]
    wanted = {tuple(each.get(label, "") for label in router.asked): each for each in sets}
    asked = list(wanted.values())
    theirs = receivers((FILES / "alertmanager.yml", each) for each in asked)
    assert [ours(router, each) for each in asked] == theirs
    assert [the_monitors(router, each) for each in asked] == theirs
    assert len(asked) > 300
