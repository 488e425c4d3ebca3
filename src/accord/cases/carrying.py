"""How a deviation is carried, as the contracts say: which boundary a signal watches, and who is paged for it in which order.

A signal is joined to the operation whose `detect` names it. What nobody says has a default here, and each default is named.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from accord.boundaries.alerting import alerts_named
from accord.boundaries.duty import instant_at, nanoseconds
from accord.boundaries.ladder import Level as Said
from accord.boundaries.ladder import ladder, operations_that_say, references, signals
from accord.boundaries.recovery import due, duration_of, hours_of
from accord.boundaries.rotas import roster
from accord.boundaries.shifts import turns
from accord.boundaries.system import System
from accord.boundaries.vocabulary import vocabulary
from accord.cases.deviation import Deviation, Urgency
from accord.cases.policy import Duty, Level, Policy
from accord.model.duration import NANOSECONDS
from accord.model.subject import called, provider_of

HORIZON = timedelta(days=21)
"""How far ahead duty is laid out; it begins with the day of the event, so that a policy changes once a day at most."""
ACKNOWLEDGE_WITHIN = 15 * NANOSECONDS["m"]
"""How long a level has to answer where it promises nothing: as long as most paging policies wait."""
RECORDED = ("info", "informational", "none", "debug", "notice")
"""Severities that nobody is told of, unless the configuration calls them interrupting."""

Pseudonym = Callable[[str], str]
"""Gives the pseudonym of whom a rota calls so."""


class Watched(Struct, frozen=True):
    """What one signal watches: an operation, and the term of it where the contract says so."""

    provider: str
    operation: str
    term: str


class Carrying:
    """What the contracts of a landscape (`system`) say of signals. `last` is told where every level is exhausted or there is none."""

    def __init__(self, system: System, last: str, pseudonym: Pseudonym) -> None:
        self.system, self._last, self._pseudonym = system, last, pseudonym
        self._watched = dict(_watched(system))
        self._policies: dict[str, tuple[datetime, Policy]] = {}
        self._words = vocabulary(system, {})

    def deviation(self, labels: Mapping[str, str], annotations: Mapping[str, str]) -> Deviation:
        """The deviation that an alert with these labels tells of; a signal that no contract names is kept under its own name."""
        signal = labels.get("alertname", "") or "unnamed signal"
        urgency = self._urgency(labels)
        seen = annotations.get("summary") or annotations.get("description") or f"{signal} is firing"
        partition = ", ".join(labels[name] for name in self._words.partition if labels.get(name))
        watched = self._watched.get(signal)
        if watched is None:
            unknown = "no contract names this signal"
            return Deviation(signal, partition=partition, expected=unknown, seen=seen, urgency=urgency)
        consumers = self._consumers(watched)
        return Deviation(
            signal,
            "+".join(consumers),
            watched.provider,
            watched.operation,
            watched.term,
            partition,
            expected=self._expected(watched),
            seen=seen,
            urgency=urgency,
        )

    def policy(self, deviation: Deviation, at_ns: int) -> Policy:
        """By what it is carried at this instant."""
        day = instant_at(at_ns).replace(hour=0, minute=0, second=0, microsecond=0)
        known_day, known = self._policies.get(deviation.key, (None, None))
        if known is None or known_day != day:
            known = self._policy(deviation, day)
            self._policies[deviation.key] = day, known
        return known

    def is_party(self, name: str) -> bool:
        """Whether a party of the landscape is called so, or the last resort."""
        return name == self._last or name in self.system.parties

    def joint_parties(self) -> tuple[str, ...]:
        """The consumers that are told as one, joined by a plus, of every operation with several that a signal watches."""
        joint = {"+".join(self._consumers(watched)) for watched in self._watched.values()}
        return tuple(sorted(name for name in joint if "+" in name))

    @property
    def unknown_owner(self) -> str:
        """Who is asked for what nobody owns."""
        return self._last

    def _urgency(self, labels: Mapping[str, str]) -> Urgency:
        """A signal without a severity interrupts: nobody said that it may wait."""
        named = {name.lower(): value for name, value in labels.items()}
        severity = next((named[name.lower()] for name in self._words.severity if name.lower() in named), "").lower()
        if not severity or severity in (word.lower() for word in self._words.interrupting):
            return Urgency.INTERRUPT
        return Urgency.RECORD if severity in RECORDED else Urgency.WORKDAY

    def _consumers(self, watched: Watched) -> list[str]:
        about = (watched.provider, watched.operation)
        return sorted({consumer for consumer, *callee in self.system.keys if tuple(callee) == about and consumer})

    def _expected(self, watched: Watched) -> str:
        side = self.system.promised(watched.provider, watched.operation, {})
        facts = side.family(watched.term)
        stated = [f"{fact.term.replace('.', ' ')} {fact.text}" for fact in facts if not _is_about_people(fact.term)]
        return "; ".join(stated[:2]) or "no promise states what is expected"

    def _policy(self, deviation: Deviation, day: datetime) -> Policy:
        if not deviation.provider:
            return Policy("", "", (), self._last)
        system, consumer = self.system, deviation.consumer.partition("+")[0]
        side = system.promised(deviation.provider, deviation.operation, {})
        climbed = ladder(system, deviation.provider, deviation.operation).levels
        promised = due(side, side.get("hours"))
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

    def _levels(self, climbed: tuple[Said, ...], day: datetime) -> Iterator[Level]:
        for position, said in enumerate(climbed):
            within = duration_of(said.acknowledge) or ACKNOWLEDGE_WITHIN
            following = climbed[position + 1].after - said.after if position + 1 < len(climbed) else 0
            yield Level(said.party, min(within, following) if following > 0 else within, self._duty(said, day))

    def _duty(self, said: Said, day: datetime) -> tuple[Duty, ...]:
        """The turns of a rota, else the hours that were said, else always."""
        rota = roster(self.system, said.party, {})
        if rota is not None:
            found = [each for shift, zone in rota.shifts for each in turns(shift, zone, day, day + HORIZON) or ()]
            return tuple(
                Duty(nanoseconds(turn.starts), nanoseconds(turn.ends), self._pseudonym(turn.group[0]))
                for turn in sorted(found, key=lambda turn: turn.starts)
                if turn.group
            )
        spans = hours_of(said).spans(day, day + HORIZON)
        return tuple(Duty(nanoseconds(span.starts), nanoseconds(span.ends), said.party) for span in spans)

    def _duty_of(self, party: str, day: datetime) -> tuple[Duty, ...]:
        """When the other side can be asked to confirm: the hours in which it answers pages; always where it says none."""
        side = self.system.promised(party, "page", {})
        hours = side.get("hours")
        return () if hours is None else self._duty(Said(party, "page", 0, "", hours, hours=hours), day)


def _watched(system: System) -> Iterator[tuple[str, Watched]]:
    """Each signal by the name under which it fires, and by the name under which a contract speaks of it."""
    for provider, operation in operations_that_say(system, "detect"):
        for fact in signals(system.promised(provider, operation, {})):
            term = fact.term.removeprefix("detect.").removesuffix("by").strip(".")
            for reference in references(fact):
                name = provider_of(reference)
                watched = Watched(provider, operation, term)
                yield called(name), watched
                for alert in alerts_named(system, {}, name):
                    yield alert.called, watched


def _is_about_people(term: str) -> bool:
    return term.partition(".")[0] in ("detect", "recover", "owner", "hours", "needs", "at", "runbook")
