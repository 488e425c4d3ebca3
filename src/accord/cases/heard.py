"""What the rows of a ledger tell of each deviation and its signals: who fired how often, and what came of it. Instants in nanoseconds."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from accord.cases.case import Case
from accord.cases.deviation import Deviation, Urgency
from accord.cases.drilling import is_drill
from accord.cases.events import Accept, Answer, AnyEvent, Clear, Commit, Fire, Hold, Lapse, ReadBack, RotaChanged
from accord.cases.together import operations_in
from accord.model.duration import NANOSECONDS

CHATTER, CHATTERING = NANOSECONDS["m"], 3
"""So many changes of one instance in so long are chattering: ISA-18.2 as quoted in public repositories, inductiveautomation.com."""
Place = tuple[str, str]
Told = list[tuple[str, frozenset[str]]]
BUDGET = "page budget of "
"""How the reason begins for which the breaker holds a deviation, and how its own deviation is called."""
_PICKS = (ReadBack, Commit, Accept)


class Course(Struct):
    """One deviation as its rows tell it.

    `fired` is, by signal, how often it began to fire while no instance of it did; `unheeded` how often since a person last said
    anything that counted (`answered_ns`, 0: nobody did). `flapped` is how often one instance chattered, `cut` how often the page
    budget of whom it would have woken held it back, `bundled` how many of its turns were told in a bundle, `held` how often anything
    else held it, `readings` how many turns were read back. `lapsed_ns` is when a source last fell silent, `recarried_ns` when somebody else
    was asked last because a contract, a rota or who stands in had changed.
    """

    id: str
    deviation: Deviation
    fired: dict[str, int] = {}
    unheeded: dict[str, int] = {}
    answered_ns: int = 0
    flapped: int = 0
    cut: int = 0
    bundled: int = 0
    held: int = 0
    readings: int = 0
    read_turn: int = -1
    firing: dict[str, str] = {}
    lately: dict[str, tuple[tuple[bool, int], ...]] = {}
    opened_ns: int = 0
    closed_ns: int = 0
    last_ns: int = 0
    misread: int = 0
    repeats: int = 0
    lapsed: bool = False
    lapsed_ns: int = 0
    recarried_ns: int = 0
    is_open: bool = True
    is_drill: bool = False
    is_breaker: bool = False

    def add(self, event: AnyEvent, changed: bool) -> None:
        """One more row of it, in order."""
        self.last_ns = max(self.last_ns, event.at_ns)
        if isinstance(event, Fire):
            self._fire(event)
        elif isinstance(event, Clear):
            self.firing.pop(event.source, None)
            self._change(event.source, False, event.at_ns)
        elif not changed:
            return
        elif isinstance(event, Hold):
            is_cut = event.reason.startswith(BUDGET)
            self.cut, self.held = self.cut + is_cut, self.held + (not is_cut)
        elif isinstance(event, Lapse):
            self.lapsed_ns = event.at_ns
        elif isinstance(event, RotaChanged):
            self.recarried_ns = event.at_ns
        elif isinstance(event, Answer):
            self.answered_ns, self.unheeded = event.at_ns, {}
            if isinstance(event, _PICKS) and event.turn != self.read_turn:
                self.readings, self.read_turn = self.readings + 1, event.turn

    def _fire(self, event: Fire) -> None:
        signal = event.deviation.signal
        if signal not in self.firing.values():
            self.fired[signal] = self.fired.get(signal, 0) + 1
            self.unheeded[signal] = self.unheeded.get(signal, 0) + 1
        self.firing[event.source] = signal
        self._change(event.source, True, event.at_ns)

    def _change(self, source: str, fires: bool, at_ns: int) -> None:
        """Counts chattering; what is longer ago than it looks at is forgotten."""
        self.lately = {each: told for each, told in self.lately.items() if told[-1][1] > at_ns - CHATTER}
        told = tuple(one for one in self.lately.get(source, ()) if one[1] > at_ns - CHATTER)
        if told and told[-1][0] == fires:
            return
        told = (*told, (fires, at_ns))
        self.flapped += len(told) >= CHATTERING
        self.lately[source] = told if len(told) < CHATTERING else told[-1:]

    def settle(self, case: Case, bundled: int = 0) -> None:
        """What the case says as it is now, and how many of its turns were told in a bundle."""
        self.bundled = bundled
        self.opened_ns, self.closed_ns, self.is_open = case.opened_ns, case.closed_ns, case.is_open
        self.misread, self.repeats, self.lapsed = case.misread, case.repeats, bool(case.lapsed)
        self.deviation = about = case.deviation
        self.is_drill = is_drill(about)
        self.is_breaker = about.signal.startswith(BUDGET) and not about.provider
        if not case.is_open:
            self.firing, self.lately = {}, {}

    @property
    def is_of_a_signal(self) -> bool:
        """Whether it counts for signals: drills and page budgets that were used up do not."""
        return not (self.is_drill or self.is_breaker)

    @property
    def places(self) -> tuple[Place, ...]:
        """The provider with each operation; both empty where no contract knows the signal."""
        operation = self.deviation.operation
        return tuple((self.deviation.provider, each) for each in dict.fromkeys((operation, *operations_in(operation))))


class Tally(Struct):
    """What one signal came to in a time: in how many deviations it was heard, and in how many of them a person said anything that counted.

    What speaks of a page (misread, held, cut) is counted of the signal that opened the deviation. `unheeded` is the most that any
    key of it fired since a person last acted on it. `silent_ns` is since when an open deviation of it has a source that fell silent.
    """

    signal: str
    deviation: Deviation | None = None
    deviations: int = 0
    acted: int = 0
    fired: int = 0
    interrupting: int = 0
    misread: int = 0
    readings: int = 0
    flapped: int = 0
    cut: int = 0
    held: int = 0
    is_open: int = 0
    lapsed: int = 0
    stale: int = 0
    last_ns: int = 0
    unheeded: dict[str, int] = {}

    def add(self, course: Course, stale_after_ns: int) -> None:
        """One more deviation in which it was heard; they come in the order in which they were opened."""
        signal = self.signal
        self.deviations += 1
        self.acted += course.answered_ns > 0
        self.fired += course.fired.get(signal, 0)
        self.last_ns = max(self.last_ns, course.opened_ns)
        before = 0 if course.answered_ns else self.unheeded.get(course.deviation.key, 0)
        self.unheeded[course.deviation.key] = before + course.unheeded.get(signal, 0)
        if course.deviation.signal != signal:
            return
        self.deviation = course.deviation
        self.interrupting += course.deviation.urgency is Urgency.INTERRUPT
        self.misread += course.misread
        self.readings += course.readings
        self.flapped += course.flapped
        self.cut += course.cut + course.bundled
        self.held += course.held
        if course.is_open:
            self.is_open += 1
            self.lapsed += course.lapsed
            self.stale += max(course.opened_ns, course.answered_ns) < stale_after_ns

    @property
    def most_unheeded(self) -> int:
        """The most that any key of it fired since a person last acted on it."""
        return max(self.unheeded.values(), default=0)


class Kept(Struct):
    """The courses of signals, by signal and by place, and what changed in them since it was last asked."""

    by_signal: dict[str, dict[str, Course]] = {}
    by_place: dict[Place, dict[str, Course]] = {}
    signals: set[str] = set()
    places: set[Place] = set()

    def add(self, course: Course) -> None:
        """A course that is new or changed."""
        if not course.is_of_a_signal:
            return
        for signal in course.fired:
            self.by_signal.setdefault(signal, {})[course.id] = course
            self.signals.add(signal)
        if course.deviation.provider:
            for place in course.places:
                self.by_place.setdefault(place, {})[course.id] = course
            self.places.update(course.places)


def tally_of(signal: str, courses: Iterable[Course], since_ns: int, stale_after_ns: int) -> Tally | None:
    """What a signal came to in what was opened since an instant or is open; None where that is nothing.

    An open deviation on which nobody said a word after `stale_after_ns` is stale.
    """
    found = sorted(lately(courses, since_ns), key=lambda each: (each.opened_ns, each.id))
    tally = Tally(signal, unheeded={})
    for course in found:
        tally.add(course, stale_after_ns)
    return tally if found else None


def lately(courses: Iterable[Course], since_ns: int) -> Iterator[Course]:
    """Those that were opened since an instant, or that are open."""
    return (course for course in courses if course.is_open or course.opened_ns >= since_ns)


def deviated(courses: Iterable[Course], since_ns: int) -> Told:
    """Each deviation of one place: its term, and the signals that were heard of it."""
    return [(course.deviation.term, frozenset(course.fired)) for course in lately(courses, since_ns)]
