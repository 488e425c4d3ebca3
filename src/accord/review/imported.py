"""The review of a past incident from a plain timeline: the same sections, from what was written down."""

from collections.abc import Iterator

from accord.model.duration import NANOSECONDS
from accord.model.instants import span
from accord.model.review import Clause, Extract, Header, Hop, Metric, Moment, Point, Question, Review, Turn, Unexamined
from accord.review.answered import at_least
from accord.review.happened import Happened, Incident, Kind
from accord.review.helped import questions_on
from accord.review.hops import is_over, marked
from accord.review.moments import clock, instant
from accord.review.timeline import Decision, Known, Telling, Timeline, lanes, missing
from accord.review.turns import with_spells

_DAY = NANOSECONDS["d"]
NO_WITNESS = "a timeline holds no contracts, so the checker has no witness for it"
NO_CHANGES = (
    "none is proposed: write what both sides said as accord.yaml, and accord check tries what would remove each finding"
)


def imported_review(incident: Incident) -> Review:
    """The review of an incident."""
    timeline = timeline_of(incident)
    lacking = missing(timeline)
    unexamined = tuple(_unexamined(incident, timeline.begins_ns))
    return Review(
        _header(incident, timeline),
        happened=tuple(_happened(incident)),
        turns=_turns(incident, timeline),
        course=tuple(
            Moment(each.at_ns, each.party, _what(each, incident)) for each in incident.lines if _is_of_course(each)
        ),
        no_witness=NO_WITNESS,
        clauses=tuple(sorted(_clauses(incident), key=lambda clause: not clause.is_kept)),
        lanes=lanes(timeline),
        missing=lacking,
        unexamined=unexamined,
        hops=marked(tuple(_hops(incident, timeline))),
        helped=tuple(Moment(each.at_ns, each.party, each.what) for each in incident.of_kind(Kind.HELPED)),
        questions=tuple(dict.fromkeys((*questions_on(lacking, asks_where=True), *_questions(incident, unexamined)))),
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
    needed = {name for each in incident.of_kind(Kind.DECISION) for name in each.about}
    for each in incident.of_kind(Kind.FACT):
        if each.is_later and not each.about and each.id not in needed:
            yield f"Established afterwards, {each.party}: {each.what}."


def _is_of_course(each: Happened) -> bool:
    """Whether a line happened, or stood before it began: what was counted on or promised without an instant did not."""
    return each.kind is not Kind.NEXT and bool(each.at_ns or each.kind is Kind.FACT)


def _turns(incident: Incident, timeline: Timeline) -> tuple[Turn, ...]:
    """Who was next to act, as the lines say it and by nothing else."""
    every = incident.of_kind(Kind.NEXT)
    ends = [each.at_ns for each in incident.of_kind(Kind.RECOVERED)] or [timeline.ends_ns]
    found = []
    for each, after in zip(every, (*every[1:], None), strict=False):
        until = each.at_ns + each.within if each.within else 0
        stops = min(filter(None, (after.at_ns if after else 0, until, ends[0])))
        ended = "its time was over" if stops == until else f"{after.party} was next" if after else "recovered"
        told_ns, told = _told_of_it(each.party, incident, timeline)
        who = f"{each.party}: {each.what}" if each.what else each.party
        found.append(Turn(each.at_ns, stops, who, told_ns, told, until, ended))
    return tuple(with_spells(found, timeline.begins_ns, ends[0]))


def _told_of_it(party: str, incident: Incident, timeline: Timeline) -> tuple[int, str]:
    """When a party was told of what it began with, or why there is no instant."""
    began = {_name(each): each.party for each in incident.of_kind(Kind.BEGAN)}
    told = [each.told_ns for each in timeline.tellings if each.fact in began and each.party == party and each.told_ns]
    if party in began.values():
        return 0, "it began there"
    return (min(told), "") if told else (0, "not on record")


def timeline_of(incident: Incident) -> Timeline:
    """Its facts, tellings and decisions; what happened before it began does not stretch its window."""
    parties = dict.fromkeys(party for each in incident.lines for party in (each.party, *each.told_to))
    facts = tuple(
        Known(_name(each), each.what, each.at_ns, each.party, not each.at_ns, each.is_later)
        for each in _facts(incident)
    )
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
    began = [each.at_ns for each in incident.of_kind(Kind.BEGAN)]
    began = began or [each.at_ns for each in incident.lines if each.at_ns] or [0]
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
        told = ((name, party) for name in each.about for party in each.told_to)
        yield from (Telling(name, party, each.at_ns, is_earliest=each.is_earliest) for name, party in told)
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
    bound = " (then or later)" if each.is_earliest else " (established afterwards)" if each.is_later else ""
    if each.kind in (Kind.TOLD, Kind.ASKED):
        verb = "tells" if each.kind is Kind.TOLD else "asks"
        said = f"{verb} {', '.join(each.told_to)}{bound}: {'; '.join(named[name] for name in each.about)}"
        return f"{said} ({each.what})" if each.what else said
    if each.kind is Kind.UNDERSTOOD:
        return each.what or f"understands: {'; '.join(named[name] for name in each.about)}"
    return f"{each.what} (tells {', '.join(each.told_to)})" if each.told_to else f"{each.what}{bound}"


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
    if fact.is_later:
        return f"established afterwards to be otherwise: {fact.what}"
    if fact.at_ns >= began_ns:
        return f"otherwise at {clock(fact.at_ns, began_ns)}: {fact.what}"
    days = (began_ns - fact.at_ns) // _DAY if fact.at_ns else 0
    return f"already otherwise{f', {days} days earlier' if days else ', before it began'}: {fact.what}"


def _hops(incident: Incident, timeline: Timeline) -> Iterator[Hop]:
    """Each way that a fact took or had to take: existed to told or asked for, told to understood, and those that were never told."""
    yield from _tellings_of(incident, timeline)
    yield from _understandings(incident, timeline)
    yield from _never(incident, timeline)
    began = min((each.at_ns for each in incident.of_kind(Kind.BEGAN)), default=0)
    for each in incident.of_kind(Kind.RECOVERED, Kind.CONFIRMED):
        if began:
            step = "recover" if each.kind is Kind.RECOVERED else "confirm"
            took = each.at_ns - began
            late = is_over(each.within, took)
            yield Hop(
                step, each.party, each.within, took, each.what, is_late=late, begun_ns=began, is_bound=each.is_earliest
            )


def _tellings_of(incident: Incident, timeline: Timeline) -> Iterator[Hop]:
    facts = {_name(fact): fact for fact in _facts(incident)}
    for each in incident.of_kind(Kind.TOLD, Kind.ASKED):
        step = "tell" if each.kind is Kind.TOLD else "ask"
        for name in each.about:
            existed = facts[name].at_ns or timeline.begins_ns
            took = max(0, each.at_ns - existed)
            for party in each.told_to:
                needed = _needed_after(timeline, name, existed, party if each.kind is Kind.TOLD else each.party)
                is_late = is_over(each.within, took) or (needed is not None and needed < took)
                interface, note = _interface(each, party), facts[name].what
                is_bound = each.is_earliest or not facts[name].at_ns
                yield Hop(step, interface, each.within, took, note, False, False, needed, is_late, existed, is_bound)


def _needed_after(timeline: Timeline, name: str, existed_ns: int, party: str = "") -> int | None:
    """How long a fact had existed when a decision, of this party or of any, first needed it; None where none did."""
    needing = [each.at_ns for each in timeline.decisions if name in each.needs and party in ("", each.party)]
    return max(0, min(needing) - existed_ns) if needing else None


def _counted_on(each: Happened, incident: Incident, began_ns: int) -> Hop | None:
    """The recovery that an assumption with a time counts on, and how long it took; None where it says no time. It is no way of a message."""
    if not (each.within and began_ns):
        return None
    recovered = [line.at_ns for line in incident.of_kind(Kind.RECOVERED)]
    took = (recovered[0] if recovered else max(line.at_ns for line in incident.lines)) - began_ns
    interface = f"{each.of or 'nobody'} -> {each.party}"
    is_late = is_over(each.within, took)
    return Hop("recover", interface, each.within, took, each.what, not recovered, is_late=is_late)


def _interface(each: Happened, party: str) -> str:
    return f"{each.party} -> {party}" + (f" ({each.via})" if each.via else "")


def _understandings(incident: Incident, timeline: Timeline) -> Iterator[Hop]:
    """From told to understood, where that is on record, and where it was needed and whoever was told is not heard of again."""
    for each in _facts(incident):
        for party in each.told_to:
            told = [one.understood_ns for one in timeline.tellings if (one.fact, one.party) == (_name(each), party)]
            at_ns = min(filter(None, told), default=0)
            existed = each.at_ns or timeline.begins_ns
            needed = _needed_after(timeline, _name(each), existed)
            is_silent = needed is not None and not _acts(incident, party, existed)
            if at_ns or is_silent:
                took = max(0, (at_ns or timeline.ends_ns) - existed)
                yield Hop(
                    "understand", _interface(each, party), each.within, took, each.what, not at_ns, False,
                    None if at_ns else needed, not at_ns, existed,
                )  # fmt: skip


def _acts(incident: Incident, party: str, from_ns: int) -> bool:
    return any(each.party == party and each.at_ns >= from_ns for each in incident.lines)


def _never(incident: Incident, timeline: Timeline) -> Iterator[Hop]:
    """What a party needed and no line says that it was told; of what somebody asked for, no line says that this party did."""
    asked = {(name, each.party) for each in incident.of_kind(Kind.ASKED) for name in each.about}
    told = {(each.fact, each.party) for each in timeline.tellings}
    facts = {fact.id: fact for fact in timeline.facts}
    for name, party in dict.fromkeys((name, each.party) for each in timeline.decisions for name in each.needs):
        if (name, party) not in told | asked:
            fact = facts[name]
            existed = fact.existed_ns or timeline.begins_ns
            is_asked_for = any(name == each for each, _ in asked)
            ends = (party, fact.where) if is_asked_for else (fact.where, party)
            yield Hop(
                "ask" if is_asked_for else "tell", " -> ".join(ends), 0, timeline.ends_ns - existed, fact.says, True, False,
                _needed_after(timeline, name, existed, party), True, existed,
            )  # fmt: skip


def _questions(incident: Incident, unexamined: tuple[Unexamined, ...]) -> Iterator[Question]:
    for row in unexamined:
        yield Question(f"{row.party}, {row.of}", f"What had been said between you of this: {row.assumes}?")
    for each in incident.of_kind(Kind.DECISION):
        yield Question(each.party, f"What did you take the state to be then: {each.what}?")
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
        ("TTR", "from the condition until it was said to be recovered", Kind.RECOVERED),
        ("TTC", "from the condition until it was confirmed", Kind.CONFIRMED),
    ):
        ended = incident.of_kind(kind)
        yield _metric(name, means, incident, began, ended[0].at_ns if ended else 0)


def _metric(name: str, means: str, incident: Incident, began: tuple[Happened, ...], at_ns: int) -> Metric:
    if not began or not at_ns:
        because = "no line says when" if began else "no line of the kind began"
        return Metric(name, means, (Point(incident.title, None, because),))
    return Metric(name, means, (Point(incident.title, at_ns - began[0].at_ns),))
