"""A fact: who says it, about which boundary and term, with which stance, at which layer, in which scope, where."""

from enum import StrEnum
from typing import Any

from msgspec import Struct

from accord.model.place import Place

ANY = "any"
PARTY = ""  # the operation of a fact that speaks of a party as a whole

PARAMETER = "parameter "
"""How the version of a fact begins whose value is the default of a parameter: another may be given when it is deployed."""

Scope = tuple[tuple[str, tuple[str, ...]], ...]
"""Conditions under which a fact holds: sorted (dimension, values) pairs; () holds everywhere.

Dimensions: `env`, `cluster`, `version:<party>`, `variant:<resource>` (files of which one is applied at a time),
`overlay:<folder>` (kustomizations below it of which one is applied at a time),
`requests:<resource>` (the requests a route matches).
"""

EVERYWHERE: Scope = ()


def shown_scope(scope: Scope) -> str:
    """A scope for people, ` (env=staging)`; nothing where it is everywhere."""
    return f" ({', '.join(f'{name}={chr(124).join(values)}' for name, values in scope)})" if scope else ""


class Stance(StrEnum):
    """How a fact is meant."""

    PROMISES = "promises"
    ASSUMES = "assumes"
    DEFAULT = "default"
    OBSERVES = "observes"


class Layer(StrEnum):
    """Which layer acts on the fact; limits of different layers do not contradict each other."""

    CODE = "code"
    SIDECAR = "sidecar"
    GATEWAY = "gateway"
    SERVER = "server"
    BROKER = "broker"
    PLATFORM = "platform"
    PEOPLE = "people"


class Fact(Struct, frozen=True, gc=False):
    """One statement.

    `consumer` is empty where it holds for every caller; `operation` is empty where it speaks of the party itself.
    `value` is typed by the term (model/terms.py): durations are nanoseconds, NONE means "there is none".
    `text` is the value as its author wrote it. `source` is the format it was read from; for a default, `source`
    and `version` name who states it and for which versions.
    """

    says: str
    stance: Stance
    consumer: str
    provider: str
    operation: str
    term: str
    value: Any
    text: str
    place: Place
    layer: Layer = Layer.CODE
    scope: Scope = EVERYWHERE
    source: str = "contract"
    version: str = ""

    @property
    def subject(self) -> str:
        """`payments/charge`, or `payments` for the party itself."""
        return f"{self.provider}/{self.operation}" if self.operation else self.provider
