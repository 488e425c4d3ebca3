"""How a deviation is carried, as the contracts say: which boundary a signal watches, and who is paged for it in which order.

A signal is joined to the operation whose `detect` names it. What nobody says has a default here, and each default is named.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from accord.boundaries.join.system import System
from accord.boundaries.join.vocabulary import lowered, vocabulary
from accord.boundaries.people.duty import instant_at, nanoseconds
from accord.boundaries.people.ladder import Level as Said
from accord.boundaries.people.ladder import ladder, ladder_of
from accord.boundaries.people.recovery import due, duration_of, hours_of
from accord.boundaries.people.rotas import SYSTEMS, roster, rosters
from accord.boundaries.people.shifts import turns
from accord.cases.deviation import Deviation, Urgency
from accord.cases.drilling import is_drill
from accord.cases.instead import Instead, replaced
from accord.cases.policy import Duty, Level, Policy
from accord.cases.together import AND, Together, operations_in, together
from accord.cases.watchers import Watched, watchers
from accord.model.duration import NANOSECONDS
from accord.model.review import Contract

HORIZON = timedelta(days=21)
"""How far ahead duty is laid out; it begins with the day of the event, so that a policy changes once a day at most."""
ACKNOWLEDGE_WITHIN = 15 * NANOSECONDS["m"]
"""How long a level has to answer where it promises nothing: as long as most paging policies wait."""
MOST_EXPECTED = 2
"""Operations of which one message says what each promises; the others are counted."""
RECORDED = ("info", "informational", "none", "debug", "notice")
"""Severities that nobody is told of, unless the configuration calls them interrupting."""

Pseudonym = Callable[[str], str]
"""Gives the pseudonym of whom a rota calls so."""


class Carrying:
    """What the contracts of a landscape (`system`) say of signals. `last` is told where every level is exhausted or there is none.

    `known` gives, by what rotas and people call somebody (a mail address, a name; lower-case), the pseudonym they are reached under.
    `contracts` are the files in which each party speaks, as they were read.
    """

    def __init__(
        self,
        system: System,
        last: str,
        pseudonym: Pseudonym,
        known: Mapping[str, str] | None = None,
        contracts: Mapping[str, tuple[Contract, ...]] | None = None,
    ) -> None:
        self.contracts = contracts or {}
        self.system, self._last, self._pseudonym = system, last, pseudonym
        self._known = known or {}
        self._instead: tuple[Instead, ...] = ()
        self._watched = dict(_watched(system))
        self._policies: dict[tuple[str, str, str], tuple[int, Policy]] = {}
        self._words = vocabulary(system, {})
        self._heartbeats = frozenset(lowered(self._words.heartbeat))
        self._severity, self._interrupting = lowered(self._words.severity), lowered(self._words.interrupting)

    def deviations(self, labels: Mapping[str, str], annotations: Mapping[str, str]) -> tuple[Deviation, ...]:
        """What an alert with these labels tells of: one deviation for each party that recovers what it watches.

        A signal that no contract names is kept under its own name.
        """
        signal = labels.get("alertname", "") or "unnamed signal"
        if self.is_heartbeat(labels):
            return (self._silence_of(labels),)
        urgency = self._urgency(labels)
        seen = annotations.get("summary") or annotations.get("description") or f"{signal} is firing"
        partition = ", ".join(labels[name] for name in self._words.partition if labels.get(name))
        watched = self._watched.get(signal)
        if watched is None:
            unknown = "no contract names this signal"
            return (Deviation(signal, partition=partition, expected=unknown, seen=seen, urgency=urgency),)
        return tuple(
            Deviation(
                signal,
                self._consumers(each),
                each.provider,
                each.operation,
                each.term,
                partition,
                expected=self._expected(each),
                seen=seen,
                urgency=urgency,
            )
            for each in watched
        )

    def is_heartbeat(self, labels: Mapping[str, str]) -> bool:
        """Whether an alert always fires, so that its absence is noticed: `vocabulary.heartbeat` names it."""
        return labels.get("alertname", "").lower() in self._heartbeats

    def _silence_of(self, labels: Mapping[str, str]) -> Deviation:
        """What it is that a heartbeat is not heard: each source, by its other labels, for itself. It interrupts, whatever its severity."""
        signal, told = labels["alertname"], {"alertname", *(name.lower() for name in self._words.severity)}
        source = ", ".join(f"{name}={value}" for name, value in sorted(labels.items()) if name.lower() not in told)
        return Deviation(
            f"heartbeat {signal}", partition=source, expected=f"{signal} is heard", seen=f"{signal} is no longer heard"
        )

    def policy(self, deviation: Deviation, at_ns: int) -> Policy:
        """By what it is carried at this instant."""
        number, about = at_ns // NANOSECONDS["d"], (deviation.consumer, deviation.provider, deviation.operation)
        known_number, known = self._policies.get(about, (0, None))
        if known is None or known_number != number:
            day = instant_at(at_ns).replace(hour=0, minute=0, second=0, microsecond=0)
            known = self._policy(deviation, day)
            self._policies[about] = number, known
        return known

    def use(self, instead: Iterable[Instead]) -> None:
        """From now on these are on duty instead of whom the rotas name; of two at the same time the later one."""
        self._instead = tuple(instead)
        self._policies.clear()

    @property
    def instead(self) -> tuple[Instead, ...]:
        """Everybody who stands in, as `use` was told."""
        return self._instead

    def known_as(self, name: str) -> str:
        """The pseudonym of whom the configuration says that others call so; empty where it does not."""
        prefix, _, rest = name.partition(":")
        return self._known.get((rest if prefix in SYSTEMS else name).strip().lower(), "")

    def rotas(self) -> tuple[str, ...]:
        """Everybody who is paged: schedules with shifts, the parties of ladders, and for whom somebody stands in."""
        scheduled = {found.party for found in rosters(self.system, {})}
        climbed = {level.party for about in self._operations() for level in ladder(self.system, *about).levels}
        return tuple(sorted(scheduled | climbed | {each.rota for each in self._instead}))

    def duty(self, party: str, starts: datetime, lasts: timedelta) -> tuple[Duty, ...] | None:
        """Who is on duty in a rota from an instant on, in order; None where its shifts cannot be worked out."""
        found = roster(self.system, party, {})
        if found is not None and any(turns(*each, starts, starts + lasts) is None for each in found.shifts):
            return None
        levels = ladder_of(self.system, party).levels
        said = next((level for level in levels if level.party == party), None)
        duty = self._planned(said, starts, lasts) if said else ()
        return replaced(duty, (each for each in self._instead if each.rota == party), starts, starts + lasts)

    def told(self, at_ns: int) -> tuple[str, ...]:
        """Everybody whom a policy of a watched operation may tell, by pseudonym."""
        day = instant_at(at_ns).replace(hour=0, minute=0, second=0, microsecond=0)
        climbed = {level.party: level for about in self._operations() for level in ladder(self.system, *about).levels}
        asked = {duty.person for level in climbed.values() for duty in self._duty(level, day)}
        waiting = {self._consumers(each) for several in self._watched.values() for each in several}
        return tuple(sorted(({self._last} | asked | waiting) - {""}))

    def is_party(self, name: str) -> bool:
        """Whether a party of the landscape is called so, or the last resort."""
        return name == self._last or name in self.system.parties

    def joint_parties(self) -> tuple[str, ...]:
        """The consumers that are told as one, joined by a plus, of everything with several that a signal watches."""
        joint = {self._consumers(each) for several in self._watched.values() for each in several}
        return tuple(sorted(name for name in joint if AND in name))

    @property
    def watched(self) -> Mapping[str, tuple[Together, ...]]:
        """What each signal watches, as deviations, by the names under which it may be heard."""
        return self._watched

    @property
    def heartbeat_names(self) -> frozenset[str]:
        """What alerts are called that always fire, in lower case."""
        return self._heartbeats

    @property
    def unknown_owner(self) -> str:
        """Who is asked for what nobody owns."""
        return self._last

    def _urgency(self, labels: Mapping[str, str]) -> Urgency:
        """A signal without a severity interrupts: nobody said that it may wait."""
        named = {name.lower(): value for name, value in labels.items()}
        severity = next((named[name] for name in self._severity if name in named), "").lower()
        if not severity or severity in self._interrupting:
            return Urgency.INTERRUPT
        return Urgency.RECORD if severity in RECORDED else Urgency.WORKDAY

    def _operations(self) -> set[tuple[str, str]]:
        """Every operation that a signal watches."""
        every = (part for several in self._watched.values() for each in several for part in each.parts)
        return {(part.provider, part.operation) for part in every}

    def _consumers(self, about: Together) -> str:
        operations = {(part.provider, part.operation) for part in about.parts}
        return AND.join(
            sorted({consumer for consumer, *callee in self.system.keys if consumer and tuple(callee) in operations})
        )

    def _expected(self, about: Together) -> str:
        """What is promised of what deviates; of several operations that promise different things, of each."""
        promised: dict[str, list[str]] = {}
        for part in about.parts:
            operations = promised.setdefault(self._promised(part), [])
            if part.operation not in operations:
                operations.append(part.operation)
        if len(promised) == 1:
            return next(iter(promised))
        told = [f"{', '.join(operations)}: {words}" for words, operations in promised.items()]
        more = f" (and {len(told) - MOST_EXPECTED} more)" if len(told) > MOST_EXPECTED else ""
        return "; ".join(told[:MOST_EXPECTED]) + more

    def _promised(self, watched: Watched) -> str:
        side = self.system.promised(watched.provider, watched.operation, {})
        facts = side.family(watched.term)
        stated = [f"{fact.term.replace('.', ' ')} {fact.text}" for fact in facts if not _is_about_people(fact.term)]
        return "; ".join(stated[:2]) or "no promise states what is expected"

    def _policy(self, deviation: Deviation, day: datetime) -> Policy:
        if not deviation.provider:
            return Policy("", "", (), self._last)
        if is_drill(deviation):
            return self._policy_of_drill(deviation, day)
        system, consumer = self.system, deviation.consumer.partition(AND)[0]
        operations = operations_in(deviation.operation, system.operations(deviation.provider))
        climbed = ladder(system, deviation.provider, operations[0]).levels
        sides = [system.promised(deviation.provider, each, {}) for each in operations]
        dues = [found for side in sides if (found := due(side, side.get("hours"))) is not None]
        promised = min(dues, key=lambda found: found.within, default=None)
        return Policy(
            owner=climbed[0].party if climbed else deviation.provider,
            other=deviation.consumer,
            levels=tuple(self._levels(climbed, day)),
            last=self._last,
            recover_within=promised.within if promised else 0,
            recover_from=promised.counts if promised else "detection",
            other_duty=self._duty_of(consumer, day) if consumer else (),
            other_person=deviation.consumer,
        )

    def _policy_of_drill(self, deviation: Deviation, day: datetime) -> Policy:
        """The ladder that begins with the rota; who keeps the installation stands on the other side."""
        rota = deviation.provider
        levels = tuple(self._levels(ladder_of(self.system, rota).levels, day))
        return Policy(rota, self._last, levels, self._last, telemetry=False, other_person=self._last)

    def _levels(self, climbed: tuple[Said, ...], day: datetime) -> Iterator[Level]:
        for position, said in enumerate(climbed):
            within = duration_of(said.acknowledge) or ACKNOWLEDGE_WITHIN
            following = climbed[position + 1].after - said.after if position + 1 < len(climbed) else 0
            yield Level(said.party, min(within, following) if following > 0 else within, self._duty(said, day))

    def _duty(self, said: Said, day: datetime) -> tuple[Duty, ...]:
        """Who is on duty from this day on: as planned, but for those who stand in."""
        instead = (each for each in self._instead if each.rota == said.party)
        return replaced(self._planned(said, day, HORIZON), instead, day, day + HORIZON)

    def _planned(self, said: Said, starts: datetime, lasts: timedelta) -> tuple[Duty, ...]:
        """The turns of a rota, else the hours that were said, else always."""
        rota, ends = roster(self.system, said.party, {}), starts + lasts
        if rota is not None:
            found = [each for shift, zone in rota.shifts for each in turns(shift, zone, starts, ends) or ()]
            return tuple(
                Duty(nanoseconds(turn.starts), nanoseconds(turn.ends), self._person(turn.group[0]))
                for turn in sorted(found, key=lambda turn: turn.starts)
                if turn.group
            )
        spans = hours_of(said).spans(starts, ends)
        return tuple(Duty(nanoseconds(span.starts), nanoseconds(span.ends), said.party) for span in spans)

    def _person(self, name: str) -> str:
        return self.known_as(name) or self._pseudonym(name)

    def _duty_of(self, party: str, day: datetime) -> tuple[Duty, ...]:
        """When the other side can be asked to confirm: the hours in which it answers pages; always where it says none."""
        side = self.system.promised(party, "page", {})
        hours = side.get("hours")
        return () if hours is None else self._duty(Said(party, "page", 0, "", hours, hours=hours), day)


def _watched(system: System) -> Iterator[tuple[str, tuple[Together, ...]]]:
    """Each signal by the name under which a contract speaks of it, and by the names under which it fires."""
    named: dict[str, dict[Watched, None]] = {}
    for watcher in watchers(system):
        for name in (watcher.named, *watcher.alerts):
            named.setdefault(name, {})[watcher.watched] = None
    return ((name, together(system, several)) for name, several in named.items())


def _is_about_people(term: str) -> bool:
    return term.partition(".")[0] in ("detect", "recover", "owner", "hours", "needs", "at", "runbook")
