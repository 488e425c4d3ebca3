"""Whose side of a call a fact is on, and which calls it states."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from accord.boundaries.join.boundary import Key
from accord.model.contract_values import Needs
from accord.model.fact import ANY, PARTY, Fact, Layer, Stance
from accord.model.subject import operation_of, provider_of

LISTING = frozenset(("grpc", "linkerd", "openapi"))
"""Sources whose documents list operations, whoever calls them."""

_OF_ANY = (ANY,)
# to look them up takes longer than to compare
_ASSUMES, _DEFAULT, _SIDECAR = Stance.ASSUMES, Stance.DEFAULT, Layer.SIDECAR


def is_callers(fact: Fact) -> bool:
    """Whether a fact speaks of the caller's side: what a sidecar does by default, it does in front of every caller."""
    return fact.stance is _ASSUMES or bool(fact.consumer) or (fact.stance is _DEFAULT and fact.layer is _SIDECAR)


def calls_of(fact: Fact) -> Iterator[str]:
    """The operations that a fact about what an operation needs has it call."""
    if isinstance(fact.value, Needs):
        for together in fact.value.calls:
            yield from together


def is_addressed(fact: Fact) -> bool:
    """Whether a fact says no more than that the caller has the address of the party: which operation it calls is open."""
    return fact.term == "mentioned" and fact.stance is Stance.ASSUMES and fact.source != "contract"


def is_only_addressed(terms: Mapping[str, Sequence[Fact]]) -> bool:
    """Whether nothing else is said of a call."""
    return all(is_addressed(fact) for facts in terms.values() for fact in facts)


def is_listed(terms: Mapping[str, Sequence[Fact]]) -> bool:
    """Whether only documents that list operations say anything of one."""
    return all(fact.source in LISTING for facts in terms.values() for fact in facts)


def operations_of(places: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """By provider the operations that are named."""
    found: dict[str, list[str]] = {}
    for provider, operation in places:
        if operation not in (PARTY, ANY):
            found.setdefault(provider, []).append(operation)
    return found


def stated_calls(assumed: Mapping[Key, Mapping[str, Sequence[Fact]]], named: Mapping[str, Sequence[str]]) -> set[Key]:
    """The calls that something is said of; one of whatever operation is of each that is `named` of the provider."""
    found: set[Key] = set()
    for key, terms in assumed.items():
        consumer, provider, operation = key
        if consumer and operation != ANY:
            found.add(key)
        elif consumer and not (provider in named and is_only_addressed(terms)):
            found.update((consumer, provider, each) for each in named.get(provider, _OF_ANY))
    return found


def needed_calls(needs: Iterable[Fact], named: Mapping[str, Sequence[str]]) -> set[Key]:
    """The calls that an operation needs, as of `stated_calls`."""
    found: set[Key] = set()
    for fact in needs:
        for call in calls_of(fact):
            provider, operation = provider_of(call), operation_of(call) or ANY
            operations = named.get(provider, _OF_ANY) if operation == ANY else (operation,)
            found.update((fact.provider, provider, each) for each in operations)
    return found


def callers_of(keys: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str], list[str]]:
    """By provider and operation, who calls it of consumers, providers and operations; nobody known is no caller."""
    found: dict[tuple[str, str], list[str]] = {}
    for consumer, provider, operation in keys:
        if consumer:
            found.setdefault((provider, operation), []).append(consumer)
    return found


def keys_by_party(keys: Iterable[tuple[str, str, str]]) -> dict[str, list[tuple[str, str, str]]]:
    """By party the boundaries, each a consumer, a provider and an operation, on one side of which it stands."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for key in keys:
        for party in {key[0], key[1]}:
            found.setdefault(party, []).append(key)
    return found
