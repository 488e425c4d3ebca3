"""When somebody has looked at what failed, at the latest: by what is promised, and by when those who are paged are on duty."""

from msgspec import Struct
from msgspec.structs import replace

from accord.boundaries.calls.evidence import Saying, breaks, concludes
from accord.boundaries.join.system import Boundary
from accord.boundaries.people.course import course
from accord.boundaries.people.recovery import Due, due, recovery, shown_soonest
from accord.model.fact import Fact
from accord.model.hours import ALWAYS
from accord.model.subject import called
from accord.model.witness import Step, Witness

KEPT = "kept-until-recovered"


class Late(Struct, frozen=True):
    """A repair that ends `ends` nanoseconds after the failure, when what it needed is gone, and what it rests on."""

    ends: int
    rests_on: tuple[Saying, ...]
    witness: Witness


def latest_response(boundary: Boundary, kept: Fact) -> Late | None:
    """The repair that comes later than the message is kept; None where none does, or that is not known."""
    return _by_duty(boundary, kept) or _as_promised(boundary, kept)


def _by_duty(boundary: Boundary, kept: Fact) -> Late | None:
    """Those who are paged, each at the last permitted moment, for a failure at the worst instant."""
    told = recovery(boundary.system, boundary.provider, boundary.operation, boundary.view)
    if told is None:
        return None
    needed = boundary.promised.get("hours") or replace(kept, term="hours", value=ALWAYS)
    found = course(told, Due(kept, "failure", needed), boundary.system.as_of, though_away=True)
    if found is None or not found.provable or found.ends <= kept.value:
        return None
    steps = tuple(step for step in found.steps if step.act != "due")
    last = concludes(_follows(boundary, kept), boundary.subject, found.ends)
    bearing = dict.fromkeys((kept, *found.permits, *(fact for fact, _ in found.rests_on)))
    return Late(found.ends, found.rests_on, Witness((*steps, last), KEPT, tuple(bearing), found.starts))


def _as_promised(boundary: Boundary, kept: Fact) -> Late | None:
    """It is shown, and repaired, as late as was promised."""
    promised, shown = due(boundary.promised, None), shown_soonest(boundary.promised)
    if promised is None or promised.counts == "acknowledgement" or (shown is None and promised.counts == "detection"):
        return None
    at = shown.value if shown is not None else 0
    ends = promised.within + (at if promised.counts == "detection" else 0)
    if ends <= kept.value:
        return None
    about = boundary.subject
    steps = [breaks(about, "has a message that cannot be handled")]
    if shown is not None and promised.counts == "detection":
        steps.append(Step(at, shown.says, "detects", f"shows it within {shown.text}", shown, about))
    steps.append(Step(ends, promised.fact.says, "recovers", f"has looked at {about}", promised.fact, about))
    since = (promised.since,) if promised.since is not None else ()
    witness = Witness((*steps, concludes(_follows(boundary, kept), about, ends)), KEPT, (kept, *since))
    rests_on: list[Saying] = [(promised.fact, f"repairs it within {promised.fact.text}")]
    rests_on += [(shown, f"shows it within {shown.text}")] if len(steps) > 2 and shown is not None else []
    return Late(ends, tuple(rests_on), witness)


def _follows(boundary: Boundary, kept: Fact) -> str:
    return f"{called(boundary.provider)} has dropped the message after {kept.text}, and everybody kept their word"
