"""What is done for many alerts and routes grows as they do, and not as their product."""

from __future__ import annotations

from accord.boundaries.join.system import System
from accord.boundaries.signals.alerting import alerting
from accord.boundaries.signals.hearing import heard, reaches
from accord.boundaries.signals.unreachable import unreached
from accord.check import joined, judged
from accord.model.fact import Fact
from accord.rules._catalogue import rules
from accord.sources._claims import read_text
from counted import steps

TEAMS = 50
RECEIVER = "receivers: [{name: x, webhook_configs: [{url: 'http://hook.shop.example'}]}]"


def routes(count: int) -> str:
    """A tree with a route for each team; those that have alerts come last."""
    listed = "".join(
        f"  - {{receiver: x, matchers: ['team=\"team-{number}\"']}}\n" for number in reversed(range(count))
    )
    return f"{RECEIVER}\nroute:\n  receiver: x\n  routes:\n{listed}"


def alerts(count: int) -> list[tuple[str, str]]:
    """As many alerts in files of twenty, each with a label of its own that no route asks for."""
    listed = [
        f"  - {{alert: Alert{number}, expr: up == 0, labels: {{team: team-{number % TEAMS}, own: a{number}}}}}\n"
        for number in range(count)
    ]
    parts = [listed[start : start + 20] for start in range(0, count, 20)]
    return [
        (f"rules-{number}.yml", f"groups:\n- name: g\n  rules:\n{''.join(part)}") for number, part in enumerate(parts)
    ]


def system(count: int, of_tree: int) -> System:
    files = [("alertmanager.yml", routes(of_tree)), *alerts(count)]
    facts = [one for file, text in files for one in read_text(text, "", file)]
    assert all(isinstance(one, Fact) for one in facts)
    return joined(one for one in facts if isinstance(one, Fact))[0]


def hearing(count: int, of_tree: int) -> int:
    """The work of telling who hears each alert, when all are gathered and the receivers of the tree are known."""
    of = system(count, of_tree)
    assert alerting(of, {}).alerts
    assert reaches(of, {})
    return steps(lambda: heard(of, {}))


def test_who_hears_an_alert_is_told_without_a_look_at_every_route():
    assert hearing(200, 800) < 2 * hearing(200, 200)


def test_twice_the_alerts_make_about_twice_the_work():
    chosen = [rule for rule in rules() if rule.id.startswith("signals/")]
    few, many = (steps(lambda of=of: judged(of, chosen)) for of in (system(200, 50), system(400, 50)))
    assert many < 2.2 * few


def test_twice_the_routes_beside_each_other_make_about_twice_the_work():
    few, many = (alerting(system(20, of_tree), {}).trees[0] for of_tree in (200, 400))
    assert len(few.nodes) < len(many.nodes)
    assert steps(lambda: list(unreached(many))) < 2.5 * steps(lambda: list(unreached(few)))
