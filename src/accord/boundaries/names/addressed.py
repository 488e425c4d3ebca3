"""Operations that a document names by where they live are the operations that somebody else names: by their address.

A gRPC service config speaks of `shop.Payments/Charge`, a profile or an API document of `POST /charges`; a contract says
`at: rpc shop.Payments/Charge` or `at: POST /charges`. Names alone never tie them, nor does a service that two parties have.
"""

import re
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from accord.boundaries.join.calling import LISTING
from accord.boundaries.join.facts import Facts
from accord.model.fact import ANY, PARTY, Fact, Scope, Stance

_GRPC = "grpc:"
_RPC = "rpc "
_VARIABLE = re.compile(r"\{[^/{}]*\}|(?<=/):[^/]+|(?<=/)\*(?=/|$)")
_Place = tuple[str, str]  # provider and operation


def by_address(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts, those of a document's operations now said of the operations that others say live at the same address."""
    read = Facts.of(facts)
    if LISTING.isdisjoint(read.sources):
        return read
    homes = _Homes(read)
    return tuple(each for fact in read for each in (homes.of(fact) if fact.source in LISTING else (fact,)))


class _Homes:
    """Where operations live, as contracts say and as documents list them."""

    def __init__(self, facts: tuple[Fact, ...]) -> None:
        self.named: dict[_Place, dict[str, set[str]]] = {}
        self.listed: dict[_Place, set[str]] = {}
        self.services: dict[str, dict[str, None]] = {}
        for fact in facts:
            if fact.term == "at" and fact.stance is Stance.PROMISES and isinstance(fact.value, tuple):
                self.add(fact)
        self.files: dict[_Place, set[object]] = {}
        for fact in facts:
            if fact.provider.startswith(_GRPC):
                where = (fact.place.root, fact.place.file)
                self.files.setdefault((fact.provider, fact.operation), set()).add(where)

    def add(self, fact: Fact) -> None:
        """One `at`."""
        for text in fact.value:
            address = _spelled(text)
            if fact.source in LISTING:
                self.listed.setdefault((fact.provider, fact.operation), set()).add(address)
                continue
            if fact.operation not in (ANY, PARTY):
                self.named.setdefault((fact.provider, address), {}).setdefault(fact.operation, set()).add(text)
            if text.startswith(_RPC) and ":" not in fact.provider:
                service = text.removeprefix(_RPC).rpartition("/")[0]
                self.services.setdefault(service, {}).setdefault(fact.provider)

    def of(self, fact: Fact) -> Iterator[Fact]:
        """The fact under the names of others, once for each operation that it is about."""
        if fact.provider.startswith(_GRPC):
            yield from self.of_service(fact)
            return
        operations = self.operations(fact.provider, self.listed.get((fact.provider, fact.operation), set()))
        if not operations or operations == [fact.operation]:
            yield fact
        elif fact.term != "at":
            yield from (replace(fact, operation=operation) for operation in operations)

    def of_service(self, fact: Fact) -> Iterator[Fact]:
        """What a config says of a service or a method, where one party alone has the service."""
        service = fact.provider.removeprefix(_GRPC)
        parties = tuple(self.services.get(service, ()))
        if len(parties) != 1:
            yield fact
            return
        (party,) = parties
        wanted = f"{_RPC}{service}/{'' if fact.operation == ANY else fact.operation}"
        found = [
            operation
            for (provider, address), operations in self.named.items()
            if provider == party and (address == wanted or self.is_left_to(fact, address, wanted))
            for operation in operations
        ]
        scope = self.scope(fact)
        for operation in dict.fromkeys(found or ([] if fact.operation == ANY else [fact.operation])):
            yield replace(fact, provider=party, operation=operation, scope=scope)

    def is_left_to(self, fact: Fact, address: str, wanted: str) -> bool:
        """Whether a fact of a whole service holds for the method at this address: none of its file names that one."""
        if fact.operation != ANY or not address.startswith(wanted):
            return False
        named = self.files.get((fact.provider, address.removeprefix(wanted)), ())
        return (fact.place.root, fact.place.file) not in named

    def scope(self, fact: Fact) -> Scope:
        """The scope of a fact, with the file where several say something of the same method."""
        if len(self.files[(fact.provider, fact.operation)]) < 2:
            return fact.scope
        variant = (f"variant:{fact.provider}/{fact.operation}", (f"{fact.place.file}:1",))
        return tuple(sorted((*fact.scope, variant)))

    def operations(self, provider: str, addresses: set[str]) -> list[str]:
        """The operations that live at one of these addresses, in order of name."""
        return sorted({name for address in addresses for name in self.named.get((provider, address), {})})


def _spelled(address: str) -> str:
    """An address in which every variable segment reads alike, without a closing slash."""
    return _VARIABLE.sub("{}", address).rstrip("/")
