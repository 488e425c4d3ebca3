"""The review of a past incident from a plain timeline: the same sections, from what was written down."""

from collections.abc import Iterator

from accord.model.duration import NANOSECONDS
from accord.model.review import Clause, Extract, Header, Hop, Metric, Moment, Point, Question, Review, Unexamined
from accord.review.answered import COUNTED_ON, at_least
from accord.review.happened import Happened, Incident, Kind
from accord.review.helped import questions_on
from accord.review.hops import is_over, marked
from accord.review.moments import instant, span
from accord.review.timeline import Decision, Known, Telling, Timeline, lanes, missing

_DAY = NANOSECONDS["d"]
NO_WITNESS = "a timeline holds no contracts, so the checker has no witness for it"
NO_CHANGES = "none is proposed: write what both sides said as accord.yaml, and `accord check` tries what would remove each finding"


def imported_review(incident: Incident) -> Review:
    """The review of an incident."""
    timeline = timeline_of(incident)
    lacking = missing(timeline)
    unexamined = tuple(_unexamined(incident, timeline.begins_ns))
    return Review(
        _header(incident, timeline),
        happened=tuple(_happened(incident)),
        course=tuple(Moment(each.at_ns, each.party, _what(each, incident)) for each in incident.lines if each.at_ns),
        no_witness=NO_WITNESS,
        clauses=tuple(sorted(_clauses(incident), key=lambda clause: not clause.is_kept)),
        lanes=lanes(timeline),
        missing=lacking,
        unexamined=unexamined,
        hops=marked(tuple(_hops(incident, timeline))),
        helped=tuple(Moment(each.at_ns, each.party, each.what) for each in incident.of_kind(Kind.HELPED)),
        questions=tuple(dict.fromkeys((*questions_on(lacking), *_questions(incident, unexamined)))),
        no_changes=NO_CHANGES,
        extract=tuple(Extract(each.line, each.at_ns, f"{each.kind}: {each.party}", "") for each in incident.lines),
        metrics=tuple(_metrics(incident, timeline)),
    )


def _happened(incident: Incident) -> Iterator[str]:
    """How it began and how it ended, each as it was written."""
    for each in incident.of_kind(Kind.BEGAN):
        yield f"{instant(each.at_ns)}, {each.party}: {each.what}."
    for each in incident.of_kind(Kind.RECOVERED, Kind.CONFIRMED):
        yield f"{instant(each.at_ns)}, {each.party}, {each.kind}: {each.what}."
    if not incident.of_kind(Kind.RECOVERED, Kind.CONFIRMED):
        yield "No line says when it was recovered."


def timeline_of(incident: Incident) -> Timeline:
    """Its facts, tellings and decisions; what happened before it began does not stretch its window."""
    parties = dict.fromkeys(party for each in incident.lines for party in (each.party, *each.told_to))
    facts = tuple(Known(_name(each), each.what, each.at_ns, each.party) for each in _facts(incident))
    decisions = tuple(
        Decision(
            each.party,
            each.what,
            each.at_ns,
            each.about,
            tuple((name, each.reason) for name in each.about if each.reason),
        )
        for each in incident.of_kind(Kind.DECISION)
    )
    began = [each.at_ns for each in incident.of_kind(Kind.BEGAN)] or [each.at_ns for each in _facts(incident)]
    ends = max(each.at_ns for each in incident.lines)
    return Timeline(tuple(parties), min(began), ends, facts, tuple(_tellings(incident)), decisions)


def _facts(incident: Incident) -> tuple[Happened, ...]:
    return incident.of_kind(Kind.BEGAN, Kind.FACT)


def _name(each: Happened) -> str:
    return each.id or f"line {each.number}"


def _tellings(incident: Incident) -> Iterator[Telling]:
    """Who was told of what: with the fact itself, or by a line of its own. Where a fact was seen it is known."""
    for fact in _facts(incident):
        yield Telling(_name(fact), fact.party, fact.at_ns)
        yield from (Telling(_name(fact), party, fact.at_ns) for party in fact.told_to)
    for each in incident.of_kind(Kind.TOLD):
        yield from (Telling(name, party, each.at_ns) for name in each.about for party in each.told_to)
    for each in incident.of_kind(Kind.UNDERSTOOD):
        yield from (Telling(name, each.party, 0, each.at_ns) for name in each.about)


def _header(incident: Incident, timeline: Timeline) -> Header:
    boundaries = dict.fromkeys(f"{each.party} -> {each.of}" for each in incident.lines if each.of)
    gaps = [] if incident.of_kind(Kind.CONFIRMED) else ["nobody confirms that it was over"]
    gaps += [] if incident.of_kind(Kind.UNDERSTOOD) else ["when anybody understood what they were told"]
    records = f"{len(incident.lines)} lines of {incident.file}" + (
        f" (sha256 {incident.hash[:16]})" if incident.hash else ""
    )
    return Header(
        incident.title, tuple(boundaries) or timeline.parties[:1], timeline.parties, timeline.begins_ns, timeline.ends_ns, records,
        gaps=tuple(gaps), sources=incident.sources,
    )  # fmt: skip


def _what(each: Happened, incident: Incident) -> str:
    named = {_name(fact): fact.what for fact in _facts(incident)}
    if each.kind is Kind.TOLD:
        said = f"tells {', '.join(each.told_to)}: {'; '.join(named[name] for name in each.about)}"
        return f"{said} ({each.what})" if each.what else said
    if each.kind is Kind.UNDERSTOOD:
        return each.what or f"understands: {'; '.join(named[name] for name in each.about)}"
    return f"{each.what} (tells {', '.join(each.told_to)})" if each.told_to else each.what


def _clauses(incident: Incident) -> Iterator[Clause]:
    broke = {name: each for each in incident.of_kind(Kind.BROKE) for name in each.about}
    for promise in incident.of_kind(Kind.PROMISE):
        ended = broke.get(promise.id) if promise.id else None
        evidence = ended.what if ended else ""
        yield Clause(promise.party, promise.what, ended is None, evidence)


def _unexamined(incident: Incident, began_ns: int) -> Iterator[Unexamined]:
    """Assumptions that no promise answers, and those that a fact spoke against before it began."""
    for each in incident.of_kind(Kind.ASSUMPTION):
        against = [fact for fact in _facts(incident) if each.id and each.id in fact.about]
        because = [] if each.about else [f"no promise of {each.of or 'anybody'} answers it"]
        because += [_against(fact, began_ns) for fact in against]
        if hop := _counted_on(each, incident, began_ns):
            because += [f"it took {at_least(hop)}, against {span(hop.budget)} counted on"] if hop.is_late else []
        if because:
            yield Unexamined(each.party, each.of or "nobody", each.what, "; ".join(because))


def _against(fact: Happened, began_ns: int) -> str:
    if fact.at_ns >= began_ns:
        return f"then seen to be otherwise: {fact.what}"
    days = (began_ns - fact.at_ns) // _DAY
    return f"already otherwise{f', {days} days earlier' if days else ', before it began'}: {fact.what}"


def _hops(incident: Incident, timeline: Timeline) -> Iterator[Hop]:
    """Each way that a fact took or had to take: existed to told, told to understood, and those that were never told."""
    yield from _tellings_of(incident, timeline)
    yield from _understandings(incident, timeline)
    yield from _never(timeline)
    began = min((each.at_ns for each in incident.of_kind(Kind.BEGAN)), default=0)
    counted = (_counted_on(each, incident, began) for each in incident.of_kind(Kind.ASSUMPTION))
    yield from (hop for hop in counted if hop)
    for each in incident.of_kind(Kind.RECOVERED, Kind.CONFIRMED):
        if began:
            step = "recover" if each.kind is Kind.RECOVERED else "confirm"
            took = each.at_ns - began
            yield Hop(step, each.party, each.within, took, each.what, is_late=is_over(each.within, took))


def _tellings_of(incident: Incident, timeline: Timeline) -> Iterator[Hop]:
    facts = {_name(fact): fact for fact in _facts(incident)}
    for each in incident.of_kind(Kind.TOLD):
        for name in each.about:
            took = max(0, each.at_ns - facts[name].at_ns)
            for party in each.told_to:
                needed = _needed_after(timeline, name, facts[name].at_ns, party)
                is_late = is_over(each.within, took) or (needed is not None and needed < took)
                interface, note = _interface(each, party), facts[name].what
                yield Hop("tell", interface, each.within, took, note, needed=needed, is_late=is_late)


def _needed_after(timeline: Timeline, name: str, existed_ns: int, party: str = "") -> int | None:
    """How long a fact had existed when a decision, of this party or of any, first needed it; None where none did."""
    needing = [each.at_ns for each in timeline.decisions if name in each.needs and party in ("", each.party)]
    return max(0, min(needing) - existed_ns) if needing else None


def _counted_on(each: Happened, incident: Incident, began_ns: int) -> Hop | None:
    """The recovery that an assumption with a time counts on, and how long it took; None where it says no time."""
    if not (each.within and began_ns):
        return None
    recovered = [line.at_ns for line in incident.of_kind(Kind.RECOVERED)]
    took = (recovered[0] if recovered else max(line.at_ns for line in incident.lines)) - began_ns
    interface = f"{each.of or 'nobody'} -> {each.party}"
    is_late = is_over(each.within, took)
    return Hop(COUNTED_ON, interface, each.within, took, each.what, not recovered, is_late=is_late)


def _interface(each: Happened, party: str) -> str:
    return f"{each.party} -> {party}" + (f" ({each.via})" if each.via else "")


def _understandings(incident: Incident, timeline: Timeline) -> Iterator[Hop]:
    """From told to understood, where that is on record, and where whoever was told is not heard of again."""
    for each in _facts(incident):
        for party in each.told_to:
            told = [one.understood_ns for one in timeline.tellings if (one.fact, one.party) == (_name(each), party)]
            at_ns = min(filter(None, told), default=0)
            if at_ns or not _acts(incident, party, each.at_ns):
                took = max(0, (at_ns or timeline.ends_ns) - each.at_ns)
                is_late = not at_ns and _needed_after(timeline, _name(each), each.at_ns) is not None
                yield Hop(
                    "understand", _interface(each, party), each.within, took, each.what, not at_ns, is_late=is_late
                )


def _acts(incident: Incident, party: str, from_ns: int) -> bool:
    return any(each.party == party and each.at_ns >= from_ns for each in incident.lines)


def _never(timeline: Timeline) -> Iterator[Hop]:
    told = {(each.fact, each.party) for each in timeline.tellings}
    facts = {fact.id: fact for fact in timeline.facts}
    for name, party in dict.fromkeys((name, each.party) for each in timeline.decisions for name in each.needs):
        if (name, party) not in told:
            fact = facts[name]
            needed = _needed_after(timeline, name, fact.existed_ns, party)
            interface, took = f"{fact.where} -> {party}", timeline.ends_ns - fact.existed_ns
            yield Hop("tell", interface, 0, took, fact.says, is_open=True, needed=needed, is_late=True)


def _questions(incident: Incident, unexamined: tuple[Unexamined, ...]) -> Iterator[Question]:
    for row in unexamined:
        yield Question(row.of, f"What would you have to know to answer for this: {row.assumes}?")
    for each in incident.of_kind(Kind.DECISION):
        yield Question(each.party, f"What did you take the state to be when you decided: {each.what}?")
    if not incident.of_kind(Kind.HELPED):
        yield Question("all", "What kept it from being worse, and is in no timeline?")


def _metrics(incident: Incident, timeline: Timeline) -> Iterator[Metric]:
    began = incident.of_kind(Kind.BEGAN)
    told = [
        each.told_ns
        for each in timeline.tellings
        if began and each.fact == _name(began[0]) and each.party != began[0].party
    ]
    yield _metric(
        "TTD", "from the condition until the first party elsewhere was told", incident, began, min(told, default=0)
    )
    for name, means, kind in (
        ("TTR", "from the condition until it was recovered", Kind.RECOVERED),
        ("TTC", "from the condition until it was confirmed", Kind.CONFIRMED),
    ):
        ended = incident.of_kind(kind)
        yield _metric(name, means, incident, began, ended[0].at_ns if ended else 0)


def _metric(name: str, means: str, incident: Incident, began: tuple[Happened, ...], at_ns: int) -> Metric:
    if not began or not at_ns:
        because = "no line says when" if began else "no line of the kind began"
        return Metric(name, means, (Point(incident.title, None, because),))
    return Metric(name, means, (Point(incident.title, at_ns - began[0].at_ns),))
