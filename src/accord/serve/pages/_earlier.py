"""The contracts as they were: what the check found at boundaries that deviate, kept when the contracts are read again."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from accord.cases.case import Case
from accord.check import with_moves
from accord.model.finding import Finding
from accord.model.review import Contract
from accord.review.checked import at_boundary
from accord.rules._catalogue import rules

if TYPE_CHECKING:
    from accord.serve.pages._shown import Known, Shown

MOST = 200
"""How many of the newest deviations are kept so, beside those that are open."""


class Earlier(Struct, frozen=True):
    """What was found at one boundary, with moves that were tried, and the files of that reading."""

    findings: tuple[Finding, ...]
    contracts: Mapping[str, tuple[Contract, ...]]


class EarlierReadings:
    """By deviation, what was found in the contracts that were in use when it began; forgotten when the process ends."""

    def __init__(self) -> None:
        self._by_case: dict[str, Earlier] = {}

    def of(self, case: str) -> Earlier | None:
        """None where the contracts were not read again since it began."""
        return self._by_case.get(case)

    async def keep(self, shown: "Shown") -> None:
        """Before the contracts are read again."""
        newest = shown.ledger.latest(limit=MOST)
        cases = {case.id: case for case in (*newest, *shown.open()) if case.deviation.provider}
        new = [case for case in cases.values() if case.id not in self._by_case]
        if new:
            known, contracts = await shown.known(), shown.carrier.carrying.contracts
            await asyncio.to_thread(self._keep, known, contracts, new)
        self._by_case = {case: kept for case, kept in self._by_case.items() if case in cases}

    def _keep(self, known: "Known", contracts: Mapping[str, tuple[Contract, ...]], cases: Sequence[Case]) -> None:
        about = {case.id: at_boundary(known.findings, case.deviation) for case in cases}
        found = list({id(each): each for findings in about.values() for each in findings}.values())
        tried = dict(zip(map(id, found), with_moves(known.system, found, rules()), strict=True))
        for case, findings in about.items():
            self._by_case[case] = Earlier(tuple(tried[id(each)] for each in findings), contracts)
