"""The rows of three columns: which figure that was seen stands between which statements, and who measured it."""

from collections.abc import Iterable, Iterator

from accord.boundaries.calls.limits import limits
from accord.boundaries.calls.percentiles import percentile_of, percentiles
from accord.boundaries.seen.sightings import Sighting
from accord.boundaries.seen.words import lasted, left_before_the_answer, many
from accord.model.amount import Amount
from accord.model.duration import SECOND
from accord.model.fact import Fact, Layer, Stance
from accord.model.nothing import NONE
from accord.model.observed import Ranges, percentile, rounded
from accord.model.three_columns import Entry, Row

UNDECIDED = "?"
_USUAL = "latency.p99"
"""The percentile that is shown where nobody states one."""
_NEAR = 0.98
"""What a time-out takes at least, as a share of its limit: buckets are 2.2 % wide."""
_EXACT = 1.03
_NO_BOUND = 1 << 62
_MOST_TOLD = 5
_CALLER, _CALLEE = "caller", "callee"
_EACH = {"timeout.attempt": "each try", "timeout.request": "all tries"}


def rows_of(sighting: Sighting) -> list[Row]:
    """Every term of which something was seen and either side speaks, and what neither side's own figures show."""
    kinds = (_longest, _percentiles, _attempts, _availability, _load, _late, _repeated)
    return [row for kind in kinds for row in kind(sighting)]


def cut_at(sighting: Sighting) -> int:
    """The longest that callers wait, in nanoseconds, where they leave then without an answer; 0 where they do not."""
    waited = sighting.facts.get("waited.max")
    if waited is None or not sighting.seen.count("caller_errors"):
        return 0
    limit = min((fact.value for fact in limits(sighting.boundary) if fact.term in _EACH), default=0)
    left = left_before_the_answer(sighting) > 0 or (limit and waited.value >= _NEAR * limit)
    return waited.value if left else 0


# ---------------------------------------------------------------------- how long answers take


def _longest(sighting: Sighting) -> Iterator[Row]:
    """The limit that fires first beside the longest answer; what the caller counts on beside how long it waited."""
    boundary = sighting.boundary
    cuts = [fact for fact in limits(boundary) if fact.term in _EACH][:1]
    counted = boundary.assumed.get("latency.max")
    promised = _said([boundary.promised.get("latency.max")], SECOND)
    assumed = [_entry(fact, SECOND, _noted(fact, _EACH[fact.term])) for fact in cuts]
    assumed += _said([counted], SECOND, "counted on")
    observed = [*_seen_longest(sighting, alone=counted is None)]
    if observed or assumed or promised:
        yield Row("latency.max", "s", tuple(assumed), tuple(observed), tuple(promised))


def _seen_longest(sighting: Sighting, alone: bool) -> Iterator[Entry]:
    slowest, waited = sighting.facts.get("latency.max"), sighting.facts.get("waited.max")
    if slowest is not None:
        yield _measured(sighting, slowest, _CALLEE)
    if waited is not None and (slowest is None or not alone or cut_at(sighting)):
        yield _measured(sighting, waited, _CALLER, cut_at(sighting) > 0)


def _measured(sighting: Sighting, fact: Fact, side: str, at_least: bool = False) -> Entry:
    return Entry(fact.text, fact, fact.value / SECOND, "", side, _party(sighting, side), at_least)


def _party(sighting: Sighting, side: str) -> str:
    return sighting.boundary.consumer if side == _CALLER else sighting.boundary.provider


def _percentiles(sighting: Sighting) -> Iterator[Row]:
    """Each percentile that either side states, the largest share first; the 99th where none is stated."""
    assumed, promised = (percentiles(side) for side in (sighting.boundary.assumed, sighting.boundary.promised))
    stated = sorted((*assumed, *promised), key=percentile_of, reverse=True)
    for term in dict.fromkeys(fact.term for fact in stated) or [_USUAL]:
        wanted, offered = ([fact for fact in said if fact.term == term] for said in (assumed, promised))
        observed = [*_seen_shares(sighting, float(term.rpartition("p")[2]) / 100, bool(wanted))]
        if observed and (stated or observed[0].value is not None):
            yield Row(term, "s", (*_said(wanted, SECOND),), tuple(observed), (*_said(offered, SECOND),))


def _seen_shares(sighting: Sighting, share: float, wanted: bool) -> Iterator[Entry]:
    seen = sighting.seen
    if seen.callee_times:
        yield _share(sighting, seen.callee_times, share, _CALLEE)
    if seen.caller_times and (wanted or not seen.callee_times):
        yield _share(sighting, seen.caller_times, share, _CALLER)


def _share(sighting: Sighting, times: Ranges, share: float, side: str) -> Entry:
    fact = sighting.facts[f"seen.{side}"]
    found = percentile(times, share)
    if found is None or not sighting.seen.shares_are_known:
        return Entry(UNDECIDED, fact, side=side, party=_party(sighting, side))
    longest = sighting.seen.count(f"{side}_longest_ns") or found.high
    wide, middle = found.high > found.low * _EXACT, min(found.middle, longest)
    text = f"{rounded(found.low)}..{_bound(found.high)}" if wide else rounded(middle)
    cut = cut_at(sighting) if side == _CALLER else 0
    value = None if found.high >= _NO_BOUND else (found.high if wide else middle) / SECOND
    return Entry(text, fact, value, "", side, _party(sighting, side), bool(cut and found.high >= cut))


def _bound(nanoseconds: int) -> str:
    return rounded(nanoseconds) if nanoseconds < _NO_BOUND else ""


# ---------------------------------------------------------------------- tries, errors, load


def _attempts(sighting: Sighting) -> Iterator[Row]:
    """The tries that each layer states, beside the most that were made."""
    seen = sighting.seen
    stated = _said(sighting.boundary.assumed.all("attempts"), 1)
    most = max((number for number in range(1, _MOST_TOLD + 1) if seen.count(f"try_{number}")), default=0)
    told = seen.count("paired") + seen.count("caller_only") > 0
    if not told or most == 0 or (most == 1 and not stated):
        return
    again = sum(seen.count(f"try_{number}") for number in range(2, _MOST_TOLD + 1))
    note = f"{again} of {many(seen.count('calls'), 'call')} ask again" if again else "no call asks again"
    fact, open_ended = sighting.facts[f"seen.try_{most}"], most == _MOST_TOLD
    entry = Entry(str(most), fact, float(most), note, _CALLER, sighting.boundary.consumer, open_ended)
    yield Row("attempts", "tries", tuple(stated), (entry,))


def _availability(sighting: Sighting) -> Iterator[Row]:
    """The share without an error, as either side saw it; shown where it is stated, or where there was an error."""
    seen, boundary = sighting.seen, sighting.boundary
    assumed, promised = (_percents([side.get("availability")]) for side in (boundary.assumed, boundary.promised))
    failed = seen.count("caller_errors") + seen.count("callee_errors")
    if not (assumed or promised or failed):
        return
    observed = [*_seen_availability(sighting, bool(assumed))]
    if observed:
        yield Row("availability", "%", tuple(assumed), tuple(observed), tuple(promised))


def _seen_availability(sighting: Sighting, wanted: bool) -> Iterator[Entry]:
    seen = sighting.seen
    told = {side: seen.errors(side) for side in (_CALLEE, _CALLER)}
    (answered, of_callee), (failing, of_caller) = told.values()
    differ = failing * of_callee != answered * of_caller
    for side, (failed, calls) in told.items():
        if calls and (side == _CALLEE or wanted or differ or not of_callee):
            fact = sighting.facts.get(f"seen.{side}_errors", sighting.total)
            good = 100 * (1 - failed / calls) if seen.shares_are_known else None
            text = UNDECIDED if good is None else f"{good:.4g} %"
            yield Entry(text, fact, good, f"{failed} of {calls} failed", side, _party(sighting, side))


def _load(sighting: Sighting) -> Iterator[Row]:
    """What the caller says that it sends and the provider that it takes, beside the mean of this caller in the window."""
    time, seen = lasted(sighting), sighting.seen
    figures = {
        "rate": (_weighted(sighting) * SECOND / time, "/s") if time else None,
        "concurrency": ((seen.count("callee_ns") or seen.count("caller_ns")) / time, "at once") if time else None,
    }
    for name, figure in figures.items():
        sent, taken = (
            sighting.boundary.assumed.get(f"sends.{name}"),
            sighting.boundary.promised.get(f"accepts.{name}"),
        )
        if figure is None or not (sent or taken):
            continue
        mean = figure[0] if seen.shares_are_known else None
        text = UNDECIDED if mean is None else f"{mean:.3g}{figure[1] if figure[1] == '/s' else ' ' + figure[1]}"
        observed = Entry(text, sighting.total, mean, "on average", _CALLER, sighting.boundary.consumer)
        assumed, promised = (tuple(_amounts([fact], name)) for fact in (sent, taken))
        yield Row(name, figure[1], assumed, (observed,), promised)


def _weighted(sighting: Sighting) -> float:
    """How many calls those that were seen stand for."""
    return (sighting.seen.count("weighted") or 1000 * sighting.seen.count("calls")) / 1000


# ---------------------------------------------------------------------- what neither side's figures show


def _late(sighting: Sighting) -> Iterator[Row]:
    seen, left = sighting.seen, left_before_the_answer(sighting)
    if left:
        worked = f", {rounded(seen.count('late_ns'))} of work" if left == seen.count("late") else ""
        yield Row(
            "late", "calls", (), (Entry(many(left, "answer") + worked, sighting.facts["seen.late"], float(left)),)
        )


def _repeated(sighting: Sighting) -> Iterator[Row]:
    """Executions of what was executed before, beside the key that the caller sends and what a repeat does."""
    repeated, boundary = sighting.seen.count("repeated"), sighting.boundary
    if repeated:
        fact = sighting.facts["seen.repeated"]
        entry = Entry(many(repeated, "execution"), fact, float(repeated), "", _CALLEE, boundary.provider)
        key = _worded([boundary.assumed.get("idempotency_key")], "key")
        promised = _worded([boundary.promised.get("idempotent")], "idempotent")
        yield Row("repeated", "executions", tuple(key), (entry,), tuple(promised))


# ---------------------------------------------------------------------- what is said


def _said(facts: Iterable[Fact | None], unit: int, note: str = "") -> list[Entry]:
    return [_entry(fact, unit, _noted(fact, note)) for fact in facts if fact is not None]


def _entry(fact: Fact, unit: int, note: str) -> Entry:
    return Entry(fact.text, fact, fact.value / unit if isinstance(fact.value, int) else None, note)


def _noted(fact: Fact, note: str) -> str:
    """The note, with the layer where that is not the party's own code, and with who states a default."""
    layer = "" if fact.layer in (Layer.CODE, Layer.PLATFORM) else str(fact.layer)
    default = f"default of {fact.source}" if fact.stance is Stance.DEFAULT else ""
    return ", ".join(filter(None, (note, layer, default)))


def _percents(facts: Iterable[Fact | None]) -> list[Entry]:
    return [
        Entry(fact.text, fact, None if fact.value is NONE else float(100 * fact.value), _noted(fact, ""))
        for fact in facts
        if fact is not None
    ]


def _amounts(facts: Iterable[Fact | None], name: str) -> Iterator[Entry]:
    for fact in facts:
        if fact is not None:
            unit = SECOND if name == "rate" else 1
            value = float(fact.value.value * unit) if isinstance(fact.value, Amount) else None
            yield Entry(fact.text, fact, value, _noted(fact, ""))


def _worded(facts: Iterable[Fact | None], word: str) -> list[Entry]:
    return [Entry(f"{word}: {fact.text}", fact, None, _noted(fact, "")) for fact in facts if fact is not None]
