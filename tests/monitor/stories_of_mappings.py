"""True stories of what mappings read: ports of one host, and relations between two values."""

from __future__ import annotations

from fractions import Fraction

from accord.model.amount import Amount
from accord.model.contract_values import Related
from accord.model.duration import SECOND
from accord.model.fact import PARTY, Fact, Layer, Stance
from accord.model.place import Place

from .stories import Story

NOBODY = "party: nobody\n"


def _port(party: str, line: int) -> Fact:
    where = Place("story", "proxy.yaml", line, 9)
    return Fact(
        party,
        Stance.PROMISES,
        "",
        party,
        "any",
        "at",
        ("tcp 6036",),
        "tcp 6036",
        where,
        Layer.CODE,
        (),
        "mapping",
        "listeners",
    )


def _side(word: str, seconds: int, line: int) -> Fact:
    value = Related(word, f"<.{word}>s", Amount("duration", Fraction(seconds * SECOND)), f"{seconds}s", "a reason")
    where = Place("story", "values.yaml", line, 9)
    party, term = "mapping:limits", f"relation.1-1.{word}"
    what = (term, value, value.text, where, Layer.CODE, (), "mapping", "limits")
    return Fact(party, Stance.PROMISES, "", party, PARTY, *what)


STORIES: dict[str, Story] = {
    "two listeners on one port": Story(
        "port-belongs-to-one",
        NOBODY,
        """
        0s videos states videos/any by videos/any at
        0s graphs states graphs/any by graphs/any at
        0s - concludes
        """,
        more=(_port("videos", 2), _port("graphs", 3)),
    ),
    "a limit that is not below the one around it": Story(
        "relation-kept",
        NOBODY,
        """
        0s mapping:limits states mapping:limits by mapping:limits relation.1-1.this
        0s mapping:limits states mapping:limits by mapping:limits relation.1-1.below
        0s - concludes
        """,
        more=(_side("this", 60, 2), _side("below", 60, 3)),
    ),
}
