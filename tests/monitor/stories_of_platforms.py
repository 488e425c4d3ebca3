"""True stories of platforms: work that is ended, copies that cannot be moved, connections that do not fit."""

from __future__ import annotations

from accord.model.duration import SECOND
from accord.model.fact import PARTY, Fact, Layer, Stance
from accord.model.place import Place

from .stories import Story


def of_shop(term: str, value: object, text: str, line: int) -> Fact:
    """What a manifest says of the shop itself."""
    place = Place("story", "shop.yaml", line, 9)
    return Fact("shop", Stance.PROMISES, "", "shop", PARTY, term, value, text, place, Layer.PLATFORM)


GRACE = of_shop("grace", 20 * SECOND, "20s", 12)
KILLED = of_shop("killed_after", 60 * SECOND, "60s", 14)
REPLICAS = of_shop("replicas", 4, "4", 6)
FEWEST = of_shop("replicas.min", 2, "2", 30)
SURGE = of_shop("replicas.surge", "25%", "25%", 7)
HALF = of_shop("budget.min_available", "75%", "75%", 20)
SELECTED = of_shop("budget.selects", ("app=shop",), "app=shop", 22)
SELECTED_TOO = of_shop("budget.selects", ("tier=web",), "tier=web", 28)
RENDER = "{party: shop, promises: {render: {latency: {max: 2m}}}}"

STORIES: dict[str, Story] = {
    "an answer that the grace cuts off": Story(
        "work-finishes",
        RENDER,
        """
        0s shop states shop/render by shop/render latency.max
        0s shop states shop by shop grace
        0s - concludes
        """,
        more=(GRACE,),
    ),
    "work that its server ends": Story(
        "work-finishes",
        RENDER,
        """
        0s shop states shop by shop killed_after
        0s - concludes
        """,
        ("shop/render latency.max",),
        more=(KILLED,),
    ),
    "a share of two that is two": Story(
        "drain-ends",
        RENDER,
        """
        0s shop states shop by shop replicas.min
        0s shop states shop by shop budget.min_available
        0s - concludes
        """,
        more=(FEWEST, HALF),
    ),
    "two budgets of one file": Story(
        "one-budget-each",
        RENDER,
        """
        0s shop states shop by shop budget.selects@22
        0s shop states shop by shop budget.selects@28
        0s - concludes
        """,
        more=(SELECTED, SELECTED_TOO),
    ),
    "pools of four copies and a fifth": Story(
        "pools-fit",
        """
        {party: shop, assumes: {db/any: {sends: {connections: 20 each}}}}
        ---
        {party: report, assumes: {db/any: {sends: {connections: 5}}}}
        ---
        {party: db, promises: {any: {accepts: {connections: 100}}}}
        """.replace("\n        ", "\n"),
        """
        0s shop states db/any by shop>db/any sends.connections
        0s shop states shop by shop replicas
        0s report states db/any by report>db/any sends.connections
        0s db states db/any by db/any accepts.connections
        0s - concludes
        """,
        ("shop replicas.surge",),
        more=(REPLICAS, SURGE),
    ),
}
