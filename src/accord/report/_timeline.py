"""A witness as lines: when, who, what."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from accord.model.duration import NANOSECONDS, SECOND, show_duration
from accord.model.subject import called
from accord.model.witness import Step, Witness
from accord.report._paint import Paint, columns, hanging, padded, visible

MOST_LINES = 24
_KEPT_AT_THE_END = 8
_LONG = 10 * NANOSECONDS["m"]
_WIDEST_PARTY = 24


def heading(witness: Witness) -> str:
    """Says how many keep their word while it fails."""
    speakers = {fact.says for fact in (*witness.expects, *(step.fact for step in witness.steps)) if fact}
    who = {1: "its word is kept", 2: "both keep their word"}.get(len(speakers), "all keep their word")
    return f"how it fails while {who}:"


def told_by_its_end(witness: Witness) -> str:
    """The conclusion, where every other step only repeats what the finding's statements say; else ""."""
    *before, last = witness.steps or (None,)
    told = last is not None and last.act == "concludes" and all(step and step.act == "states" for step in before)
    return visible(last.does) if told and last is not None else ""


def timeline(witness: Witness, width: int, paint: Paint) -> list[str]:
    """One line for each step, at most MOST_LINES of them; the middle of a longer story is left out and counted."""
    steps = _together(witness.steps)
    shown = times(witness.starts, [step.at for step in steps])
    wide = max((columns(time) for time in shown), default=0)
    party = min(max((columns(visible(called(step.party))) for step in steps), default=0), _WIDEST_PARTY)
    lines: list[str] = []
    for number, (time, step) in enumerate(zip(shown, steps, strict=True)):
        left_out = _left_out(number, len(shown))
        if left_out > 0:
            lines.append(paint("faint", " " * (wide + 5) + f"... {left_out} more steps ..."))
        elif left_out == 0:
            lines += _step(step, time.rjust(wide), party, width, paint)
    return lines


def _together(steps: Sequence[Step]) -> list[Step]:
    """The steps, those that one party makes one after the other at one moment on one line."""
    lines: list[Step] = []
    for step in steps:
        last = lines[-1] if lines else None
        if last and step.party and (last.party, last.at) == (step.party, step.at):
            lines[-1] = replace(last, does=f"{last.does}, {step.does}")
        else:
            lines.append(step)
    return lines


def _left_out(number: int, total: int) -> int:
    """0 for a step that is shown, the count of missing steps for the first of them, -1 for the others."""
    first, last = MOST_LINES - _KEPT_AT_THE_END - 1, total - _KEPT_AT_THE_END
    if total <= MOST_LINES or number < first or number >= last:
        return 0
    return last - first if number == first else -1


def _step(step: Step, time: str, party: int, width: int, paint: Paint) -> list[str]:
    lead = f"    {time}  " if time else "    "
    who = padded(visible(called(step.party)), party) + "  " if party else ""
    lines = hanging(lead + who, visible(step.does), width)
    rest = lines[0][len(lead) + len(who) :]
    style = "bold" if step.act == "concludes" else ""
    first = paint("faint", lead) + who + paint(style, rest)
    return [first, *(paint(style, line) for line in lines[1:])]


def times(starts: str, moments: list[int]) -> list[str]:
    """The time of each step: an instant where the wall clock matters, nothing where no time passes, else the time since the start."""
    if starts:
        return _instants(starts, moments)
    longest = max(moments, default=0)
    if longest == 0:
        return [""] * len(moments)
    whole_minutes = longest >= NANOSECONDS["m"] and all(at % SECOND == 0 for at in moments)
    if longest >= _LONG or whole_minutes:
        return [show_duration(at) for at in moments]
    digits = _digits(moments)
    return [_seconds(at, digits) for at in moments]


def instant(starts: str, at: int) -> datetime:
    """The instant `at` nanoseconds after `starts`, in UTC."""
    return datetime.fromisoformat(starts).astimezone(UTC) + timedelta(microseconds=at // 1000)


def _instants(starts: str, moments: Sequence[int]) -> list[str]:
    """Each instant to the second at most; the day stands where it changes."""
    days: list[str] = []
    clocks: list[str] = []
    seconds = any(at % NANOSECONDS["m"] for at in moments)
    for moment in (instant(starts, at) for at in moments):
        days.append(f"{_WEEKDAYS[moment.weekday()]} {moment.date().isoformat()} ")
        clocks.append(moment.strftime("%H:%M:%S" if seconds else "%H:%M") + " UTC")
    changes = [number == 0 or days[number - 1] != day for number, day in enumerate(days)]
    return [(day if changed else "") + clock for day, clock, changed in zip(days, clocks, changes, strict=True)]


_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _digits(moments: Sequence[int]) -> int:
    """As many digits after the point as tell the moments apart exactly, at least one."""
    digits = 1
    while digits < 9 and any(at * 10**digits % SECOND for at in moments):
        digits += 1
    return digits


def _seconds(at: int, digits: int) -> str:
    whole, rest = divmod(at, SECOND)
    return f"{whole}.{rest // 10 ** (9 - digits):0{digits}d}s"
