"""Who stands behind the receiver of a routing file: the party that says so by `names: {alertmanager: ...}`.

A routing key or the address of a webhook names nobody by itself, and a receiver that is called as a schedule is need not be
it, so nothing else ties the two.
"""

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View, may_hold
from accord.boundaries.names.joined import alias_texts

_TERM = "names.alertmanager"


def party_behind(system: System, view: View, receiver: str) -> str:
    """The person, rota or other party that a receiver's name stands for; "" where nobody or more than one says so."""
    key = ("receivers", tuple(sorted(view.items())))
    known = system.memory.get(key)
    if known is None:
        known = system.memory[key] = _claimed(system, view)
    found: set[str] = known.get(receiver, set())
    return next(iter(found)) if len(found) == 1 else ""


def _claimed(system: System, view: View) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for fact in system.about(_TERM):
        if may_hold(fact.scope, view):
            for name in alias_texts(fact):
                found.setdefault(name.removeprefix("alertmanager:"), set()).add(fact.provider)
    return found
