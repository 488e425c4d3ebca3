"""What pages know: the contracts as they are carried by, what the check finds in them, and the ledger."""

import asyncio
from collections.abc import Iterator

from msgspec import Struct

from accord.boundaries.join.system import Key, System
from accord.boundaries.people.ownership import owner_of
from accord.boundaries.people.rotas import SYSTEMS
from accord.cases.case import Case
from accord.check import judged
from accord.model.finding import Finding, Question
from accord.model.subject import called
from accord.report._questions import open_questions
from accord.rules._catalogue import rules
from accord.serve.carrier import Carrier
from accord.serve.naming import Naming
from accord.serve.pages._ahead import Ahead, Rota, resting_on
from accord.serve.pages._paged import Paged
from accord.store.interface import Ledger

MOST_OPEN = 10_000


class Known(Struct, frozen=True):
    """One reading of the contracts, what was found in it, the findings of each boundary, the open questions to each party, and which
    operations rest on whom."""

    system: System
    findings: tuple[Finding, ...]
    by_key: dict[Key, tuple[Finding, ...]]
    asked: dict[str, tuple[Question, ...]]
    resting: dict[str, list[tuple[str, str]]]


class Shown:
    """What all pages show from. What the check finds is worked out once for each reading of the contracts."""

    def __init__(self, carrier: Carrier, naming: Naming) -> None:
        self.carrier, self.naming = carrier, naming
        self._known: Known | None = None
        self._lock, self._laying_out = asyncio.Lock(), asyncio.Lock()
        self._ahead, self._paged = Ahead(), Paged(carrier.ledger)

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

    async def rotas(self) -> tuple[dict[str, Rota], Paged]:
        """Everybody who is paged and what lies ahead of them, and whom signals paged of late."""
        async with self._laying_out:
            return await asyncio.to_thread(self._rotas), self._paged

    def _rotas(self) -> dict[str, Rota]:
        self._paged.read(self.now_ns)
        return self._ahead.of(self.carrier.carrying, self.now_ns)

    def open(self) -> tuple[Case, ...]:
        """Open cases, the next deadline first."""
        cases = self.ledger.cases(is_open=True, limit=MOST_OPEN)
        return tuple(sorted(cases, key=lambda case: case.deadline_ns))

    def name(self, pseudonym: str) -> str:
        """How a person or a party is called; of somebody who is known by a schedule only, without the name of its system."""
        name = self.naming.name(pseudonym)
        prefix, _, rest = name.partition(":")
        return rest if name != pseudonym and rest and prefix in SYSTEMS else name


def _known(system: System) -> Known:
    found = tuple(judged(system, rules()))
    by_key: dict[Key, list[Finding]] = {}
    for finding in found:
        by_key.setdefault((finding.consumer, finding.provider, finding.operation), []).append(finding)
    asked: dict[str, list[Question]] = {}
    for question in open_questions(found):
        asked.setdefault(question.to, []).append(question)
    by_party = {party: tuple(questions) for party, questions in asked.items()}
    return Known(system, found, {key: tuple(each) for key, each in by_key.items()}, by_party, resting_on(system))


def boundaries(system: System) -> Iterator[Key]:
    """The boundaries between parties, in order of name; what one party says of itself alone is none."""
    yield from sorted(key for key in system.keys if key[0])


def team_of(system: System, provider: str) -> str:
    """Who answers for a provider: its owner, else the party itself."""
    return called(owner_of(system, provider, {}) or provider)
