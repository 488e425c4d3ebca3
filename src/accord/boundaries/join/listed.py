"""Operations that a document only lists, as an API document and a profile do: nobody is known to call them yet.

A list states more operations than anybody means to talk about. What can be asked of each of them is asked only where a
statement is about that very operation.
"""

from collections.abc import Callable

from accord.boundaries.join.calling import LISTING
from accord.boundaries.join.system import Boundary, System
from accord.model.fact import ANY, PARTY, Fact, Stance

_DOCUMENTS = ("grpc:", "openapi:")


def has_operations(system: System, party: str) -> bool:
    """Whether anybody but a document that lists them speaks of operations of this party."""
    return any(fact.operation not in (ANY, PARTY) and fact.source not in LISTING for fact in system.said_of(party))


def is_document(party: str) -> bool:
    """Whether a party is no more than a document that lists operations, tied to nobody."""
    return party.startswith(_DOCUMENTS)


def is_only_listed(boundary: Boundary) -> bool:
    """Whether nobody but such documents speaks of this operation by its name, and no caller of it is known."""
    if boundary.consumer or boundary.operation == PARTY or not boundary.promised.terms:
        return False
    named = [
        fact for facts in boundary.promised.terms.values() for fact in facts if fact.operation == boundary.operation
    ]
    return bool(named) and all(fact.source in LISTING for fact in named)


def asks_too_much(boundary: Boundary, stated: Fact) -> bool:
    """Whether a question about an operation that is only listed would rest on a word that somebody says of no single one."""
    by_itself = stated.operation == boundary.operation and stated.stance is not Stance.DEFAULT
    return not by_itself and is_only_listed(boundary)


def more_alike(boundary: Boundary, alike: Callable[[Boundary], bool]) -> int | None:
    """How many more listed operations of the provider are alike, where this is the first of them, else None.

    0 for an operation of which somebody speaks: it is told by itself.
    """
    if not is_only_listed(boundary):
        return 0
    system, provider = boundary.system, boundary.provider
    listed = [system.boundary(("", provider, name), boundary.view) for name in sorted(system.operations(provider))]
    found = [each.operation for each in listed if is_only_listed(each) and alike(each)]
    return len(found) - 1 if found and found[0] == boundary.operation else None
