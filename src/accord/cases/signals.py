"""Every signal there is, what it watches, and what is wrong with it: from what contracts state and what the ledger tells, nothing else.

Targets are those of ISA-18.2 and EEMUA 191 as quoted in public repositories; the shares that led to an action are an own proposal.
What is wrong is wrong with the signal, never with who read it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from accord.boundaries.join.system import System
from accord.boundaries.people.ladder import ladder
from accord.boundaries.signals.alerting import alerting
from accord.cases.heard import Tally
from accord.cases.together import together
from accord.cases.watchers import Watched, watchers
from accord.model.duration import NANOSECONDS, show_duration
from accord.model.instants import instant

DAYS = 90
"""How far back is looked: a signal that says nothing for so long is listed."""
UNHEEDED = 3
"""So often a key fires without any human action before it is listed (own proposal; field caps differ)."""
CUT = 3
"""So often the page budget holds a signal back before that is called noise: once or twice may be the noise of others."""
INFORMATIVE, WORTHLESS = 0.5, 0.2
"""The share of deviations that led to an action below which a signal is noise, and below which it should wake nobody (own proposal)."""
ENOUGH, LONG_ENOUGH = 10, 30 * NANOSECONDS["d"]
"""So many deviations in a ledger that goes back so far before a share is judged; the time after ISA-18.2."""
STALE = NANOSECONDS["d"]
"""How long a deviation may be open without a new word, after ISA-18.2."""
LOUDEST, LOUDEST_SHARE = 10, 0.05
"""So many signals should be at most so much of the load, after ISA-18.2."""
HEARTBEAT = "heartbeat "
"""How the name of a deviation begins that is the silence of a heartbeat."""


class Kind(StrEnum):
    """What a signal is: an alerting rule, a source that must be heard, a name under `detect`, or a name that was only heard."""

    ALERT = "alert"
    HEARTBEAT = "heartbeat"
    DECLARED = "declared"
    TOLD = "told"


class Flaw(StrEnum):
    """In what way a signal is not what it should be, the worst first."""

    SILENT = "silent"
    AMBIGUOUS = "ambiguous"
    NOISY = "noisy"
    UNTESTED = "untested"
    UNCLAIMED = "unclaimed"


FLAWS_IN_WORDS: dict[str, str] = {
    Flaw.SILENT: "silent",
    Flaw.AMBIGUOUS: "ambiguous",
    Flaw.NOISY: "noisy",
    Flaw.UNTESTED: "not tested",
    Flaw.UNCLAIMED: "without a contract",
}
"""What people read of a flaw."""


class Signal(Struct, frozen=True):
    """One signal: `watched` is what a contract says that it watches (None: none does), `ladder` who is paged for that.

    Where several name it, `also` are those that one deviation is about together with `watched`, `apart` those that are deviations of
    their own, because others recover them.
    """

    name: str
    kind: Kind
    watched: Watched | None = None
    ladder: tuple[str, ...] = ()
    also: tuple[Watched, ...] = ()
    apart: tuple[Watched, ...] = ()

    @property
    def heard_as(self) -> str:
        """What the ledger calls it."""
        return HEARTBEAT + self.name if self.kind is Kind.HEARTBEAT else self.name


class Looked(Struct, frozen=True):
    """What signals are judged by: since when the ledger tells (`began_ns`), when each party was last tried by a drill, and since when
    heartbeats are `missed`.

    `unheard` are the deviations of each provider and operation: of which term, and which signals were heard of it. What is equal in
    two of them with the same `stamp` is the same object.
    """

    now_ns: int
    began_ns: int
    tallies: Mapping[str, Tally]
    unheard: Mapping[tuple[str, str], Sequence[tuple[str, frozenset[str]]]]
    drilled: Mapping[str, int] = {}
    missed: Mapping[str, int] = {}
    stamp: object = None

    @property
    def goes_back(self) -> str:
        """How far it looks, in words."""
        lasts = min(self.now_ns - self.began_ns, DAYS * NANOSECONDS["d"])
        unit = next((name for name in ("d", "h", "m") if lasts >= NANOSECONDS[name]), "s")
        return show_duration(lasts // NANOSECONDS[unit] * NANOSECONDS[unit]) if lasts >= NANOSECONDS["s"] else "0s"

    @property
    def lately(self) -> str:
        """`in 90d`, or since when it is looked, where the ledger goes back no further."""
        if self.now_ns - self.began_ns >= DAYS * NANOSECONDS["d"]:
            return f"in {self.goes_back}"
        return f"since {instant(self.began_ns)}, when the ledger begins"


class Judged(Struct, frozen=True):
    """A signal, what was heard of it (None: nothing), and its flaws, each in words; `told` is what deviated where it watches."""

    signal: Signal
    tally: Tally | None
    flaws: tuple[tuple[Flaw, str], ...]
    told: Sequence[tuple[str, frozenset[str]]] = ()


def stated(system: System, always: Collection[str]) -> Iterator[Signal]:
    """Every signal that contracts and rule files state; `always` are alerts that always fire, in lower case."""
    named: dict[str, dict[Watched, None]] = {}
    for watcher in watchers(system):
        for name in watcher.names:
            named.setdefault(name, {})[watcher.watched] = None
    alerts = dict.fromkeys(alert.called for alert in alerting(system, {}).alerts)
    ladders: dict[tuple[str, str], tuple[str, ...]] = {}
    for name in dict.fromkeys((*named, *alerts)):
        watched, also, apart = _parted(system, named.get(name, ()))
        if name.lower() in always:
            yield Signal(name, Kind.HEARTBEAT)
            continue
        about = (watched.provider, watched.operation) if watched else None
        if about and about not in ladders:
            ladders[about] = tuple(dict.fromkeys(level.party for level in ladder(system, *about).levels))
        kind = Kind.ALERT if name in alerts else Kind.DECLARED
        yield Signal(name, kind, watched, ladders[about] if about else (), also, apart)


def _parted(
    system: System, several: Iterable[Watched]
) -> tuple[Watched | None, tuple[Watched, ...], tuple[Watched, ...]]:
    """What a signal watches first, what one deviation is about with it, and the rest."""
    carried = together(system, several)
    if not carried:
        return None, (), ()
    first, *others = carried
    return first.parts[0], first.parts[1:], tuple(part for each in others for part in each.parts)


class Judging:
    """Judges signals again and again: one of which nothing changed keeps its judgement while the stamp is the same."""

    def __init__(self) -> None:
        self._before: dict[str, Judged] = {}
        self._stamp: object = None

    def judged(self, known: Iterable[Signal], looked: Looked) -> list[Judged]:
        """Every signal that is stated or was heard, those with the worst flaw first, then by what was heard of them."""
        before = self._before if looked.stamp is not None and looked.stamp == self._stamp else {}
        every = {signal.heard_as: signal for signal in known}
        for name in looked.tallies:
            if name not in every:
                every[name] = _unknown(name)
        now = {name: _judged(each, name, looked, before.get(name)) for name, each in every.items()}
        self._before, self._stamp = now, looked.stamp
        return sorted(now.values(), key=_position)


def _unknown(name: str) -> Signal:
    """A signal that nothing states."""
    if name.startswith(HEARTBEAT):
        return Signal(name.removeprefix(HEARTBEAT), Kind.HEARTBEAT)
    return Signal(name, Kind.TOLD)


def _judged(signal: Signal, name: str, looked: Looked, before: Judged | None) -> Judged:
    tally, watched = looked.tallies.get(name), signal.watched
    told = looked.unheard.get((watched.provider, watched.operation), _NOTHING) if watched else _NOTHING
    if before is not None and before.tally is tally and before.told is told and before.signal == signal:
        return before
    return Judged(signal, tally, tuple(_flaws(signal, tally, looked)), told)


_NOTHING: tuple[tuple[str, frozenset[str]], ...] = ()


def _position(each: Judged) -> tuple[object, ...]:
    worst = min((_RANKS[flaw] for flaw, _ in each.flaws), default=len(_RANKS))
    return worst, -(each.tally.deviations if each.tally else 0), each.signal.name


_RANKS = {flaw: rank for rank, flaw in enumerate(Flaw)}


def _flaws(signal: Signal, tally: Tally | None, looked: Looked) -> Iterator[tuple[Flaw, str]]:
    yield from ((Flaw.SILENT, words) for words in _silent(signal, tally, looked))
    if tally and tally.misread:
        readings = max(tally.readings, tally.misread)
        yield Flaw.AMBIGUOUS, f"read otherwise than it was meant in {tally.misread} of {_many(readings, 'reading')}"
    if tally:
        yield from ((Flaw.NOISY, words) for words in _noisy(tally, looked))
    if signal.kind is Kind.HEARTBEAT:
        return
    if tally is None and not _failed_without(signal, looked):
        yield from ((Flaw.UNTESTED, words) for words in _untested(signal, looked))
    if signal.watched is None:
        was = tally is not None and tally.deviation is not None and bool(tally.deviation.provider)
        longer = "any longer " if was else ""
        yield Flaw.UNCLAIMED, f"no contract names it {longer}under detect: what it says goes to the last resort"


def _silent(signal: Signal, tally: Tally | None, looked: Looked) -> Iterator[str]:
    if signal.name in looked.missed and signal.kind is Kind.HEARTBEAT:
        yield f"not heard since {instant(looked.missed[signal.name])}"
    elif signal.kind is Kind.HEARTBEAT and tally and tally.is_open:
        yield "it is not heard now" if tally.is_open == 1 else f"{tally.is_open} of its sources are not heard now"
    if tally and tally.lapsed:
        yield "its source fell silent while it fired: since then neither good nor bad is known"
    failed = _failed_without(signal, looked) if tally is None else 0
    if failed:
        what = signal.watched.term.replace(".", " ") if signal.watched and signal.watched.term else "its boundary"
        yield f"never heard {looked.lately}, although {what} deviated {_times(failed)}"


def _failed_without(signal: Signal, looked: Looked) -> int:
    """How often what it watches deviated without it: the same term, or any where it watches the whole operation."""
    watched = signal.watched
    if watched is None:
        return 0
    told = looked.unheard.get((watched.provider, watched.operation), ())
    return sum(watched.term in ("", term) and signal.name not in heard for term, heard in told)


def _noisy(tally: Tally, looked: Looked) -> Iterator[str]:
    if tally.most_unheeded >= UNHEEDED:
        yield f"fired {_times(tally.most_unheeded)} in a row without any human action"
    share = tally.acted / tally.deviations
    is_judged = tally.deviations >= ENOUGH and looked.now_ns - looked.began_ns >= LONG_ENOUGH
    if is_judged and share < INFORMATIVE:
        how = "less than a fifth: it should wake nobody" if share < WORTHLESS else "less than half"
        yield f"{tally.acted} of {tally.deviations} deviations led to an action, {how}"
    if tally.flapped:
        yield f"chattered {_times(tally.flapped)}: one instance changed three times within a minute"
    if tally.cut >= CUT:
        yield f"held back or bundled {_times(tally.cut)} by the page budget of whom it would have woken"
    if tally.stale:
        yield f"{_many(tally.stale, 'deviation')} open for more than {show_duration(STALE)} without a new word"


def _untested(signal: Signal, looked: Looked) -> Iterator[str]:
    """Of one that failed when it was needed this is not said: that was its test."""
    since_ns = looked.now_ns - DAYS * NANOSECONDS["d"]
    if any(looked.drilled.get(party, 0) >= since_ns for party in signal.ladder):
        return
    whom = (
        "nobody whom it would page was tried by a drill"
        if signal.ladder
        else "no ladder is known that a drill could try"
    )
    yield f"did not fire {looked.lately}, and {whom}"


def loudest(found: Iterable[Judged]) -> tuple[int, int, int]:
    """How many deviations the ten loudest signals opened or joined, of how many, by how many signals that were heard."""
    counts = sorted((each.tally.deviations for each in found if each.tally), reverse=True)
    return sum(counts[:LOUDEST]), sum(counts), len(counts)


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
