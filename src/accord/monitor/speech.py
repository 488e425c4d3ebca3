"""Who may lean on a fact: what it speaks of, whose it is, and whom it names."""

from collections.abc import Iterable

from accord.model.contract_values import references
from accord.model.fact import ANY, Fact, Stance
from accord.model.subject import operation_of, provider_of

__all__ = [
    "delivers",
    "in_one_scope",
    "is_callers",
    "is_of_party",
    "is_providers",
    "is_statement",
    "leads_to",
    "names",
    "operation_of",
    "provider_of",
    "references",
    "speaks_of",
]


def speaks_of(fact: Fact, about: str) -> bool:
    """Whether the fact is about this operation, or about any operation of that party."""
    return fact.provider == provider_of(about) and fact.operation in (operation_of(about), ANY)


def is_callers(fact: Fact, party: str, about: str) -> bool:
    """Whether `party`, calling `about`, may lean on the fact: its own, one for every caller, or a delivery's own limits."""
    if not speaks_of(fact, about):
        return False
    if fact.stance is Stance.PROMISES and not fact.consumer:
        return delivers(party, about)
    return fact.consumer in ("", party)


def is_providers(fact: Fact, about: str) -> bool:
    """Whether the fact is said of the provider of `about`, for every caller."""
    return speaks_of(fact, about) and not fact.consumer and fact.stance is not Stance.ASSUMES


def delivers(party: str, about: str) -> bool:
    """Whether a call of `about` by `party` is a delivery: the attempt of a queue or topic to hand a message over."""
    return party == provider_of(about)


def is_statement(fact: Fact) -> bool:
    """Whether somebody stands behind the fact; what was only observed permits nothing."""
    return fact.stance is not Stance.OBSERVES


def is_of_party(fact: Fact, party: str) -> bool:
    """Whether the fact is said of this party, whatever the operation."""
    return fact.provider == party and not fact.consumer and fact.stance is not Stance.ASSUMES


def names(fact: Fact, party: str) -> bool:
    """Whether the value of the fact names this party."""
    return any(provider_of(reference) == party for reference in references(fact.value))


def leads_to(reference: str, about: str) -> bool:
    """Whether a reference means this operation; a bare party means all of its operations."""
    if not operation_of(reference) or not operation_of(about) or operation_of(about) == ANY:
        return provider_of(reference) == provider_of(about)
    return reference == about


def in_one_scope(facts: Iterable[Fact]) -> bool:
    """Whether there is a choice of environment, version and so on in which all of the facts hold."""
    allowed: dict[str, frozenset[str]] = {}
    for fact in facts:
        for dimension, values in fact.scope:
            allowed[dimension] = allowed.get(dimension, frozenset(values)) & frozenset(values)
    return all(allowed.values())
