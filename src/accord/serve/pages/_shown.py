"""What pages know: the contracts as they are carried by, what the check finds in them, and the ledger."""

import asyncio
from collections.abc import Iterator

from msgspec import Struct

from accord.boundaries.ownership import owner_of
from accord.boundaries.system import Key, System
from accord.cases.case import Case
from accord.check import judged
from accord.model.finding import Finding
from accord.model.subject import called
from accord.rules._catalogue import rules
from accord.serve.carrier import Carrier
from accord.serve.naming import Naming
from accord.serve.pages._earlier import EarlierReadings
from accord.store.interface import Ledger

MOST_OPEN = 10_000


class Known(Struct, frozen=True):
    """One reading of the contracts, what was found in it, and the findings of each boundary."""

    system: System
    findings: tuple[Finding, ...]
    by_key: dict[Key, tuple[Finding, ...]]


class Shown:
    """What all pages show from. What the check finds is worked out once for each reading of the contracts."""

    def __init__(self, carrier: Carrier, naming: Naming) -> None:
        self.carrier, self.naming = carrier, naming
        self.earlier = EarlierReadings()
        self._known: Known | None = None
        self._lock = asyncio.Lock()

    @property
    def ledger(self) -> Ledger:
        """Where cases are kept."""
        return self.carrier.ledger

    @property
    def now_ns(self) -> int:
        """The instant."""
        return self.carrier.clock()

    async def known(self) -> Known:
        """The present reading."""
        async with self._lock:
            system = self.carrier.carrying.system
            if self._known is None or self._known.system is not system:
                self._known = await asyncio.to_thread(_known, system)
            return self._known

    def open(self) -> tuple[Case, ...]:
        """Open cases, the next deadline first."""
        cases = self.ledger.cases(is_open=True, limit=MOST_OPEN)
        return tuple(sorted(cases, key=lambda case: case.deadline_ns))

    def name(self, pseudonym: str) -> str:
        """How a person or a party is called."""
        return self.naming.name(pseudonym)


def _known(system: System) -> Known:
    found = tuple(judged(system, rules()))
    by_key: dict[Key, list[Finding]] = {}
    for finding in found:
        by_key.setdefault((finding.consumer, finding.provider, finding.operation), []).append(finding)
    return Known(system, found, {key: tuple(findings) for key, findings in by_key.items()})


def boundaries(system: System) -> Iterator[Key]:
    """The boundaries between parties, in order of name; what one party says of itself alone is none."""
    yield from sorted(key for key in system.keys if key[0])


def team_of(system: System, provider: str) -> str:
    """Who answers for a provider: its owner, else the party itself."""
    return called(owner_of(system, provider, {}) or provider)
