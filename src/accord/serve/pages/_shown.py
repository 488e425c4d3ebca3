"""What pages know: the contracts as they are carried by, what the check finds in them, and the ledger."""

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping
from urllib.parse import urlencode

from msgspec import Struct

from accord.boundaries.join.system import Key, System
from accord.boundaries.people.ownership import owner_of
from accord.boundaries.people.rotas import SYSTEMS
from accord.boundaries.seen.sightings import sightings
from accord.boundaries.seen.three_columns import three_columns
from accord.cases.case import Case
from accord.cases.signals import Judged, Judging, Kind, Looked, Signal, stated
from accord.check import judged
from accord.model.fact import Stance
from accord.model.finding import Finding, Question, Verdict
from accord.model.observed import Observed
from accord.model.subject import called
from accord.model.three_columns import ThreeColumns
from accord.report._places import root_of
from accord.report._questions import open_questions
from accord.rules._catalogue import rules
from accord.serve.ahead import Ahead, Rota, resting_on
from accord.serve.carrier import Carrier
from accord.serve.following import Following
from accord.serve.landscape import Observing
from accord.serve.naming import Naming
from accord.serve.pages._earlier import EarlierReadings
from accord.serve.pages._paged import Paged
from accord.store.interface import Ledger
from accord.store.kept import Heartbeat

MOST_OPEN = 10_000
MOST_CHANGES = 50
_EVER = (1 << 63) - 1
_STATED = (Stance.PROMISES, Stance.ASSUMES)
_WORST = (Verdict.BREACH, Verdict.MISMATCH, Verdict.CONDITIONAL, Verdict.UNANSWERED)


class Seen(Struct, frozen=True):
    """One boundary as it was observed in one environment: beside what is said, and how long calls took."""

    columns: ThreeColumns
    observed: Observed


class Team(Struct):
    """One line of the matrix, in numbers of boundaries; `open` counts deviations."""

    name: str
    boundaries: int = 0
    accord: int = 0
    latent: int = 0
    conditional: int = 0
    unanswered: int = 0
    open: int = 0


class Known(Struct, frozen=True):
    """One reading of the contracts, what was found in it, the findings of each boundary, the open questions to each party, which
    operations rest on whom, the signals that are stated, what was seen, the folder (`root`) in which it stands."""

    system: System
    findings: tuple[Finding, ...]
    by_key: dict[Key, tuple[Finding, ...]]
    asked: dict[str, tuple[Question, ...]]
    resting: dict[str, list[tuple[str, str]]]
    signals: tuple[Signal, ...]
    keys: frozenset[Key]
    teams: dict[str, Team]
    seen: dict[Key, tuple[Seen, ...]]
    root: str = ""


class Change(Struct, frozen=True):
    """What was different when the contracts were read again: `boundaries` with other statements, findings that came and that are gone.

    Of what one side states, its words count, and not where they stand.
    """

    at_ns: int
    boundaries: tuple[Key, ...]
    came: tuple[Finding, ...]
    gone: int


class _Listed(Struct, frozen=True):
    """The signals as they were judged last, and from what."""

    known: Known
    looked: Looked
    heartbeats: tuple[str, ...]
    signals: tuple[Judged, ...]

    def is_of(self, known: Known, looked: Looked, heartbeats: tuple[str, ...]) -> bool:
        """Whether it was judged from these."""
        return self.known is known and self.looked is looked and self.heartbeats == heartbeats


class Shown:
    """What all pages show from. What the check finds is worked out once for each reading of the contracts.

    `readings` are when the contracts were read again, `changes` what was different then, known since `began_ns` (0: nobody looked yet).
    """

    def __init__(self, carrier: Carrier, naming: Naming, observing: Callable[[], Observing] = Observing) -> None:
        self.carrier, self.naming, self.observing = carrier, naming, observing
        self.earlier = EarlierReadings()
        self._known: Known | None = None
        self._lock, self._laying_out = asyncio.Lock(), asyncio.Lock()
        self._ahead, self._paged = Ahead(), Paged(carrier.ledger)
        self.following = Following(carrier.ledger)
        self._listed: _Listed | None = None
        self._judging = Judging()
        self.began_ns = 0
        self.readings: tuple[int, ...] = ()
        self.changes: tuple[Change, ...] = ()

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
                before = self._known
                self._known = await asyncio.to_thread(_known, system, self.carrier.carrying.heartbeat_names)
                self.began_ns = self.began_ns or self.now_ns
                if before is not None:
                    read_ns = self.readings[-1] if self.readings else self.now_ns
                    change = await asyncio.to_thread(_change, before, self._known, read_ns)
                    self.changes = (*self.changes, change)[-MOST_CHANGES:]
            return self._known

    async def rotas(self) -> tuple[dict[str, Rota], Paged]:
        """Everybody who is paged and what lies ahead of them, and whom signals paged of late."""
        async with self._laying_out:
            return await asyncio.to_thread(self._rotas), self._paged

    def _rotas(self) -> dict[str, Rota]:
        self._paged.read(self.now_ns)
        return self._ahead.of(self.carrier.carrying, self.now_ns)

    def read_again(self) -> None:
        """Says that the contracts were read again just now."""
        self.readings = (*self.readings, self.now_ns)[-MOST_CHANGES:]

    async def signals(self) -> tuple[Judged, ...]:
        """Every signal that is stated or was heard, with what is wrong with it, the worst first."""
        known, looked = await self.known(), await self.following.looked(self.now_ns)
        heartbeats = tuple(each.id for each in self.ledger.kept(Heartbeat))
        async with self._lock:
            listed = self._listed
            if listed is None or not listed.is_of(known, looked, heartbeats):
                found = await asyncio.to_thread(_judged, self._judging, known, looked, heartbeats)
                listed = self._listed = _Listed(known, looked, heartbeats, found)
        return listed.signals

    def open(self) -> tuple[Case, ...]:
        """Open cases, the next deadline first."""
        return self.ledger.due(_EVER, MOST_OPEN)

    def name(self, pseudonym: str) -> str:
        """How a person or a party is called; of somebody who is known by a schedule only, without the name of its system."""
        name = self.naming.name(pseudonym)
        prefix, _, rest = name.partition(":")
        return rest if name != pseudonym and rest and prefix in SYSTEMS else name


def _judged(judging: Judging, known: Known, looked: Looked, heartbeats: tuple[str, ...]) -> tuple[Judged, ...]:
    named = {each.name.lower() for each in known.signals if each.kind is Kind.HEARTBEAT}
    sources = [Signal(name, Kind.HEARTBEAT) for name in heartbeats if name.lower() not in named]
    return tuple(judging.judged((*known.signals, *sources), looked))


def _known(system: System, always: Collection[str]) -> Known:
    found = tuple(judged(system, rules()))
    by_key: dict[Key, list[Finding]] = {}
    for finding in found:
        by_key.setdefault((finding.consumer, finding.provider, finding.operation), []).append(finding)
    asked: dict[str, list[Question]] = {}
    for question in open_questions(found):
        asked.setdefault(question.to, []).append(question)
    told = {key: tuple(findings) for key, findings in by_key.items()}
    return Known(
        system,
        found,
        told,
        {party: tuple(questions) for party, questions in asked.items()},
        resting_on(system),
        tuple(stated(system, always)),
        frozenset(system.keys),
        _teams(system, told),
        _seen(system, found),
        root_of({fact.place for fact in system.facts if fact.stance in _STATED and fact.place.line}),
    )


def _teams(system: System, told: dict[Key, tuple[Finding, ...]]) -> dict[str, Team]:
    """The teams with their boundaries; what is open is not counted here."""
    teams: dict[str, Team] = {}
    for key in boundaries(system):
        name = team_of(system, key[1])
        team = teams.setdefault(name, Team(name))
        team.boundaries += 1
        verdicts = {finding.verdict for finding in at(told, key)}
        worst = next((verdict for verdict in _WORST if verdict in verdicts), None)
        team.accord += worst is None
        team.latent += worst in (Verdict.MISMATCH, Verdict.BREACH)
        team.conditional += worst is Verdict.CONDITIONAL
        team.unanswered += worst is Verdict.UNANSWERED
    return teams


def at(by_key: Mapping[Key, tuple[Finding, ...]], key: Key) -> tuple[Finding, ...]:
    """What was found of a boundary: between its two sides, and of its operation whoever calls it."""
    of_everybody = by_key.get(("", *key[1:]), ()) if key[0] else ()
    return (*by_key.get(key, ()), *of_everybody)


def _change(before: Known, after: Known, at_ns: int) -> Change:
    had, has = ({_named(each): each for each in known.findings} for known in (before, after))
    came = tuple(finding for name, finding in has.items() if name not in had)
    return Change(at_ns, _otherwise(before.system, after.system), came, len(had.keys() - has.keys()))


def _named(finding: Finding) -> tuple[str, ...]:
    return (finding.rule, str(finding.verdict), finding.consumer, finding.provider, finding.operation)


def _otherwise(before: System, after: System) -> tuple[Key, ...]:
    """The boundaries between parties of which either side states something else than before."""
    said, says = (
        {(fact.consumer, fact.provider, fact.operation, fact.term, fact.stance, fact.text) for fact in system.facts}
        for system in (before, after)
    )
    other = {about[:3] for about in said ^ says}
    return tuple(key for key in boundaries(after) if key in other or ("", *key[1:]) in other)


def _seen(system: System, found: tuple[Finding, ...]) -> dict[Key, tuple[Seen, ...]]:
    """What was observed of each boundary, the worst first."""
    observed = {id(sighting.total): sighting.seen for sighting in sightings(system)}
    seen: dict[Key, tuple[Seen, ...]] = {}
    for each in three_columns(system, found):
        key = (each.consumer, each.provider, each.operation)
        seen[key] = (*seen.get(key, ()), Seen(each, observed[id(each.source)]))
    return seen


def boundaries(system: System) -> Iterator[Key]:
    """The boundaries between parties, in order of name; what one party says of itself alone is none."""
    yield from sorted(key for key in system.keys if key[0])


def team_of(system: System, provider: str) -> str:
    """Who answers for a provider: its owner, else the party itself."""
    return called(owner_of(system, provider, {}) or provider)


def address(consumer: str, provider: str, operation: str) -> str:
    """Where the page of a boundary is."""
    return "/boundary?" + urlencode({"consumer": consumer, "provider": provider, "operation": operation})


def page_of(known: Known, finding: Finding) -> str:
    """Where the boundary of a finding is; of one about an operation whoever calls it, that of the first caller. Empty where there is none."""
    key = (finding.consumer, finding.provider, finding.operation)
    if key not in known.keys and finding.operation:
        callers = known.system.callers(*key[1:])
        key = (callers[0] if callers else "", *key[1:])
    return address(*key) if key in known.keys else ""
