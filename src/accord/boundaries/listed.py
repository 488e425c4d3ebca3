"""Operations that a document only lists, as an API document and a profile do: nobody is known to call them yet.

A list states more operations than anybody means to talk about. What can be asked of each of them is asked only where a
statement is about that very operation.
"""

from accord.boundaries.system import Boundary
from accord.model.fact import ANY, PARTY, Fact, Stance

LISTING = frozenset(("grpc", "linkerd", "openapi"))
"""Sources whose documents list operations, whoever calls them."""


def is_only_listed(boundary: Boundary) -> bool:
    """Whether nobody but such documents speaks of this operation by its name, and no caller of it is known."""
    if boundary.consumer or boundary.operation in (ANY, PARTY) or not boundary.promised.terms:
        return False
    named = [fact for facts in boundary.promised.terms.values() for fact in facts if fact.operation != ANY]
    return bool(named) and all(fact.source in LISTING for fact in named)


def asks_too_much(boundary: Boundary, stated: Fact) -> bool:
    """Whether a question about an operation that is only listed would rest on a word that somebody says of no single one."""
    by_itself = stated.operation == boundary.operation and stated.stance is not Stance.DEFAULT
    return not by_itself and is_only_listed(boundary)
