"""Which routing is for which rules, and which server reads their targets, where a repository holds several systems."""

import pytest

from accord.boundaries.signals.alerting import alerting
from accord.boundaries.signals.hearing import left_open
from accord.check import check, joined
from accord.files.config import load
from accord.files.read import read

DOWN = "groups: [{name: g, rules: [{alert: NAME, expr: 'rate(errors_total[1m]) > 0', labels: {severity: page}}]}]\n"
NOWHERE = "route: {receiver: none}\nreceivers: [{name: none}]\n"
CHAT = "route: {receiver: chat}\nreceivers: [{name: chat, slack_configs: [{api_url: 'https://hooks.example.org/a'}]}]\n"
SERVER = (
    "global: {scrape_interval: INTERVAL}\nrule_files: [/etc/prometheus/rules.yml]\nscrape_configs: [{job_name: a}]\n"
)


def reading_of(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path = path.with_name(path.name + ".yml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return read([str(folder)], load(str(folder)))


def unheard(reading):
    found = [one for one in check(reading.facts).findings if one.rule == "signals/reaches-nobody"]
    return {
        statement.says.partition(" fires")[0]
        for one in found
        for statement in one.statements
        if " fires" in statement.says
    }


def windows(reading):
    return [one for one in check(reading.facts).findings if one.rule == "signals/window-shorter-than-scrape"]


def test_routing_of_a_demonstration_says_nothing_of_rules_elsewhere(tmp_path):
    reading = reading_of(
        tmp_path,
        demo__alertmanager=NOWHERE,
        demo__rules=DOWN.replace("NAME", "DemoDown"),
        mixin__rules=DOWN.replace("NAME", "ShopDown"),
    )
    assert unheard(reading) == {"DemoDown"}
    system, views = joined(reading.facts)[0], [{}]
    alert = next(one for one in alerting(system, views[0]).alerts if one.called == "ShopDown")
    assert left_open(system, views[0], alert) == "nothing says that the routing in demo is for it"


def test_routing_beside_the_rules_of_a_repository_is_for_all_of_them(tmp_path):
    reading = reading_of(
        tmp_path,
        alertmanager__alertmanager=NOWHERE,
        prometheus__rules=DOWN.replace("NAME", "ShopDown"),
        stock__rules=DOWN.replace("NAME", "StockDown"),
    )
    assert unheard(reading) == {"ShopDown", "StockDown"}


def test_the_routing_of_one_system_is_not_heard_by_another(tmp_path):
    reading = reading_of(
        tmp_path,
        shop__alertmanager=NOWHERE,
        shop__rules=DOWN.replace("NAME", "ShopDown"),
        stock__alertmanager=CHAT,
        stock__rules=DOWN.replace("NAME", "StockDown"),
    )
    assert unheard(reading) == {"ShopDown"}


def test_rules_that_a_server_beside_the_routing_loads_are_for_it_wherever_they_lie(tmp_path):
    server = "rule_files: [../elsewhere/more.yml]\nscrape_configs: [{job_name: a}]\n"
    reading = reading_of(
        tmp_path,
        monitoring__alertmanager=NOWHERE,
        monitoring__rules=DOWN.replace("NAME", "ShopDown"),
        monitoring__prometheus=server,
        elsewhere__more=DOWN.replace("NAME", "StockDown"),
    )
    assert unheard(reading) == {"ShopDown", "StockDown"}


@pytest.mark.parametrize(("name", "others"), [("rules", {"ShopDown"}), ("r*", {"ShopDown", "StockDown"})])
def test_rules_that_a_server_beside_the_routing_does_not_name_are_not_for_it(tmp_path, name, others):
    server = f"rule_files: [/etc/prometheus/mounted/{name}.yml]\nscrape_configs: [{{job_name: a}}]\n"
    reading = reading_of(
        tmp_path,
        demo__alertmanager=NOWHERE,
        demo__prometheus=server,
        packs__rules=DOWN.replace("NAME", "ShopDown"),
        packs__stock=DOWN.replace("NAME", "StockDown"),
    )
    assert unheard(reading) == others
    system = joined(reading.facts)[0]
    if len(others) == 1:
        alert = next(one for one in alerting(system, {}).alerts if one.called == "StockDown")
        assert left_open(system, {}, alert) == "nothing says that the routing in demo/alertmanager.yml is for it"


@pytest.mark.parametrize(("nearest", "found"), [("15s", 0), ("1m", 1)])
def test_of_two_servers_that_load_a_file_of_this_name_the_nearest_counts(tmp_path, nearest, found):
    reading = reading_of(
        tmp_path,
        prometheus=SERVER.replace("INTERVAL", "40s"),
        shop__prometheus__prometheus=SERVER.replace("INTERVAL", nearest),
        shop__prometheus__rules=DOWN,
    )
    assert len(windows(reading)) == found


def test_nobody_is_told_the_default_interval_beside_a_server_that_cannot_be_read(tmp_path):
    assert len(windows(reading_of(tmp_path / "alone", rules=DOWN))) == 1
    template = (
        "global: {scrape_interval: 15s}\nscrape_configs:\n{% for job in jobs %}\n- job_name: {{ job }}\n{% endfor %}\n"
    )
    reading = reading_of(tmp_path / "beside", rules=DOWN, prometheus=template)
    assert len(reading.problems) == 1 and windows(reading) == []


def test_what_could_not_be_read_is_not_counted_among_what_was_read(tmp_path):
    reading = reading_of(tmp_path, alertmanager="route: {receiver: a}\nreceivers: [{name: b}]\n", rules=DOWN)
    assert len(reading.problems) == 1 and check(reading.facts).routings == 0


OBJECT = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: a}\nspec:\n  "
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  alertmanager.yaml: |\n    "


@pytest.mark.parametrize("held", [False, True])
def test_routing_of_a_cluster_is_for_all_its_objects_and_a_file_for_those_around_it(tmp_path, held):
    routing = SECRET + NOWHERE.replace("\n", "\n    ").rstrip() + "\n" if held else NOWHERE
    reading = reading_of(
        tmp_path,
        demo__alertmanager=routing,
        demo__objects=OBJECT + DOWN.replace("NAME", "DemoDown"),
        shop__objects=OBJECT + DOWN.replace("NAME", "ShopDown"),
    )
    assert not reading.problems
    assert unheard(reading) == ({"DemoDown", "ShopDown"} if held else {"DemoDown"})
