"""The ladder of a recovery: who is paged when, counted from the first page, and what each of them promises then."""

from collections.abc import Iterator, Set
from heapq import heappop, heappush

from msgspec import Struct

from accord.boundaries.join.memory import once, once_each
from accord.boundaries.join.side import Side
from accord.boundaries.join.system import System
from accord.boundaries.join.view import EVERY, View
from accord.model.contract_values import Rung
from accord.model.fact import ANY, Fact
from accord.model.nothing import NONE
from accord.model.subject import operation_of, provider_of

PAGE = "page"


class Level(Struct, frozen=True):
    """One party of a ladder: paged by `pager`, `after` nanoseconds from the first page, because a statement says so.

    `rung` is the rung that names it, None for those the ladder begins with. A rung that does not say after how long
    counts as at once: no later answer follows from it.
    """

    party: str
    operation: str
    after: int
    pager: str
    because: Fact
    rung: Rung | None = None
    acknowledge: Fact | None = None
    hands_on: Fact | None = None
    hours: Fact | None = None

    @property
    def subject(self) -> str:
        """`ledger-oncall/page`."""
        return f"{self.party}/{self.operation}"

    @property
    def answers(self) -> bool:
        """Whether it promises to acknowledge, within whatever time."""
        return self.acknowledge is not None and self.acknowledge.value is not NONE


class Return(Struct, frozen=True):
    """A rung that pages a party which was paged before it: `path` are the parties from the first page to it, and it again."""

    path: tuple[str, ...]
    because: tuple[Fact, ...]
    rungs: tuple[Rung | None, ...]


class Ladder(Struct, frozen=True):
    """The levels in the order they are paged, and where the ladder comes back to somebody."""

    levels: tuple[Level, ...] = ()
    returns: tuple[Return, ...] = ()


def ladder(system: System, provider: str, operation: str, view: View = EVERY) -> Ladder:
    """The ladder of one operation: it begins with recover.by, else with whom the alerts of detect.by page."""
    return climbed(system, list(first_paged(system, provider, operation, view)), view)


def ladder_of(system: System, reference: str, view: View = EVERY) -> Ladder:
    """The ladder that begins with this party, because it says anything of itself or of being paged; empty where it does not."""
    sides = (system.party(reference, view), system.promised(*answering(system, reference), view))
    said = next((facts[0] for side in sides for facts in side.terms.values() if facts), None)
    return climbed(system, [_level(system, reference, 0, "", said, None, view)], view) if said else Ladder()


def first_paged(system: System, provider: str, operation: str, view: View = EVERY) -> Iterator[Level]:
    """Whom the first page of an operation reaches."""
    side = system.promised(provider, operation, view)
    repairs = side.get("recover.by")
    if repairs is not None:
        for reference in references(repairs):
            yield _level(system, reference, 0, provider, repairs, None, view)
        return
    for shown in signals(side):
        for alert in references(shown):
            yield from paged_by(system, provider_of(alert), 0, view)


def paged_by(system: System, party: str, since: int, view: View = EVERY) -> Iterator[Level]:
    """Whom a party pages further, when it was itself paged `since` nanoseconds after the first page."""
    stated = system.party(party, view).get("escalates")
    if stated is not None and stated.value is not NONE:
        for rung in stated.value:
            yield _level(system, rung.to, since + (rung.after or 0), party, stated, rung, view)


def climbed(system: System, first: list[Level], view: View = EVERY) -> Ladder:
    """The whole ladder above these first levels; each party once, at its earliest page."""
    if len(first) == 1 and not _pages_further(system, first[0].party, view):
        return Ladder((first[0],))
    waiting: list[tuple[int, int, Level, tuple[Level, ...]]] = []
    for level in first:
        heappush(waiting, (level.after, len(waiting), level, ()))
    levels: dict[str, Level] = {}
    returns: list[Return] = []
    order = len(waiting)
    while waiting:
        _, _, level, path = heappop(waiting)
        if level.party in levels:
            if any(level.party == earlier.party for earlier in path):
                returns.append(_returned((*path, level)))
            continue
        levels[level.party] = level
        for following in paged_by(system, level.party, level.after, view):
            order += 1
            heappush(waiting, (following.after, order, following, (*path, level)))
    return Ladder(tuple(levels.values()), tuple(returns))


@once_each
def _pages_further(system: System, party: str, view: View) -> bool:
    return any(True for _ in paged_by(system, party, 0, view))


def _returned(path: tuple[Level, ...]) -> Return:
    return Return(
        tuple(level.party for level in path),
        tuple(level.because for level in path),
        tuple(level.rung for level in path),
    )


def _level(
    system: System, reference: str, after: int, pager: str, because: Fact, rung: Rung | None, view: View
) -> Level:
    party, operation, side = _answerer(system, reference, view)
    return Level(
        party, operation, after, pager, because, rung, side.get("acknowledge"), side.get("hands_on"), side.get("hours")
    )


@once_each
def _answerer(system: System, reference: str, view: View) -> tuple[str, str, Side]:
    """Whom a reference means, and what it says of being paged."""
    party, operation = answering(system, reference)
    return party, operation, system.promised(party, operation, view)


def answering(system: System, reference: str) -> tuple[str, str]:
    """The party and operation that a reference means: the one named, else `page`, else the only one the party promises."""
    party, operation = provider_of(reference), operation_of(reference)
    if operation:
        return party, operation
    promised = system.operations(party)
    if PAGE not in promised and len(promised) == 1:
        return party, promised[0]
    return party, PAGE


def speakers(system: System, question: str) -> dict[str, None]:
    """The parties of which anything is said of a family of terms such as `recover`, in the order they speak."""
    known = _speakers(system)
    found = known.get(question)
    if found is None:
        terms = [term for term in system.terms if term.partition(".")[0] == question]
        found = known[question] = dict.fromkeys([fact.provider for fact in system.about(*terms)])
    return found


@once
def _speakers(system: System) -> dict[str, dict[str, None]]:
    """Those of each family that was asked about."""
    return {}


def operations_that_say(system: System, *questions: str) -> list[tuple[str, str]]:
    """Every operation of the parties of which any of these terms, or of these families, is said, in order of name."""
    terms = [term for term in system.terms if term in questions or term.partition(".")[0] in questions]
    return operations_of(system, frozenset([fact.provider for term in terms for fact in system.about(term)]))


def operations_of(system: System, parties: Set[str]) -> list[tuple[str, str]]:
    """Every operation of these parties, in order of name."""
    return [about for about in _operations(system) if about[0] in parties] if parties else []


@once
def _operations(system: System) -> list[tuple[str, str]]:
    """Every provider and operation of the boundaries, in order of name."""
    return sorted({(provider, operation) for _, provider, operation in system.keys})


def signals(side: Side) -> list[Fact]:
    """The facts that name what shows a deviation: detect.by, for the operation or for one term of it."""
    return [fact for fact in side.family("detect.") if is_signal(fact.term)]


def is_signal(term: str) -> bool:
    """Whether a term names what shows a deviation."""
    return term.startswith("detect.") and term.endswith(".by")


def shown_by(system: System, alerts: Set[str]) -> frozenset[str]:
    """The parties of which, or of whose operations, a signal is named that is one of these, in whatever view."""
    if not alerts:
        return frozenset()
    named = system.about(*(term for term in system.terms if is_signal(term)))
    return frozenset([fact.provider for fact in named if not alerts.isdisjoint(map(provider_of, references(fact)))])


def references(fact: Fact | None) -> tuple[str, ...]:
    """The parties or operations that a fact such as recover.by names; none where it says none or nothing."""
    if fact is None or not isinstance(fact.value, tuple):
        return ()
    if ANY not in fact.value and "" not in fact.value:
        return fact.value
    return tuple(reference for reference in fact.value if reference not in (ANY, ""))
