"""What patches state anew: of the objects that they are for, what these say there themselves is not known any more."""

from collections.abc import Callable, Iterable

from accord.boundaries.join.facts import Facts
from accord.model.fact import Fact
from accord.model.pattern import matches

LAID_OVER, LAID_OVER_SEVERAL = "laid_over", "laid_over.several"
VARIANT = "variant:"
Home = tuple[str, tuple[str, tuple[str, ...]]]
"""The root and the definition of an object."""

_Replaces = Callable[[Fact, str, str, str], bool]
"""Whether a patch replaces a fact of the object of this kind, namespace and name."""


def not_replaced(facts: Facts) -> Facts:
    """The facts but for those that a patch states anew, and what would hold by default beside them."""
    laid: dict[tuple[str, str], list[_Replaces]] = {}
    for fact in facts.about((LAID_OVER, LAID_OVER_SEVERAL)):
        if fact.term == LAID_OVER:
            laid.setdefault((fact.place.root, _object(identity(fact))[2]), []).append(_one(fact))
        else:
            laid.setdefault((fact.place.root, ""), []).append(_several(fact))
    if not laid:
        return facts

    def is_replaced(fact: Fact) -> bool:
        if fact.term in (LAID_OVER, LAID_OVER_SEVERAL):
            return True
        for root, (dimension, _) in homes(fact):
            kind, namespace, name = _object(dimension.removeprefix(VARIANT))
            near = (*laid.get((root, name), ()), *laid.get((root, ""), ()))
            if any(replaces(fact, kind, namespace, name) for replaces in near):
                return True
        return False

    return Facts.made((fact for fact in facts if not is_replaced(fact)), facts)


def _one(laid: Fact) -> _Replaces:
    """A patch that names its object; a namespace that one of both leaves out may be that of the other."""
    wanted, elsewhere, _ = _object(identity(laid))
    terms = (*laid.value, "platform")

    def replaces(fact: Fact, kind: str, namespace: str, name: str) -> bool:
        near = namespace == elsewhere or not namespace or not elsewhere
        return wanted in (kind, "*") and near and _is_among(fact.term, terms)

    return replaces


def _several(laid: Fact) -> _Replaces:
    """A patch for every object of a kind, or of names that match, in the files that its kustomization takes."""
    words = [word.partition(" ") for word in laid.value]
    wanted, where, named = ("".join(of for key, _, of in words if key == one) for one in ("kind", "namespace", "name"))
    below = [path for key, _, path in words if key == "below"]
    terms = (*(term for key, _, term in words if key == "term"), "platform")

    def replaces(fact: Fact, kind: str, namespace: str, name: str) -> bool:
        return (
            wanted in (kind, "*")
            and _is_among(fact.term, terms)
            and any(fact.place.file == part or fact.place.file.startswith(f"{part}/" if part else "") for part in below)
            and (not named or matches(named, name))
            and (not where or not namespace or matches(where, namespace))
        )

    return replaces


def _is_among(term: str, terms: Iterable[str]) -> bool:
    """Whether a term is one of these, or of a family that ends in a dot or an underscore (`probe_`)."""
    return any(term == one or (one[-1:] in "._" and term.startswith(one)) for one in terms)


def _object(name: str) -> tuple[str, str, str]:
    """Kind, namespace and name of `Deployment/shop/payments`; the namespace is empty where there is none."""
    kind, _, path = name.partition("/")
    namespace, _, own = path.rpartition("/")
    return kind, namespace, own


def identity(fact: Fact) -> str:
    """`Deployment/shop/payments`, however often it is defined."""
    for name, _ in fact.scope:
        if name.startswith(VARIANT):
            return name.removeprefix(VARIANT)
    return fact.provider


def homes(fact: Fact) -> list[Home]:
    """The root and the definition of each object that a fact is of."""
    return [(fact.place.root, pair) for pair in fact.scope if pair[0].startswith(VARIANT)]
