"""What changed in the last day, as far as ledger and service know it; what they do not know is said."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from accord.cases.heard import Course
from accord.cases.signals import HEARTBEAT
from accord.model.duration import NANOSECONDS
from accord.serve.pages._shown import Change, Known, Shown, address, page_of

DAY = NANOSECONDS["d"]
MOST = 5


class Some(Struct, frozen=True):
    """The first few of many: each with its words and its address, and how many there are in all."""

    count: int
    shown: tuple[tuple[str, str], ...]


class Since(Struct, frozen=True):
    """What changed. `recarried` counts open deviations of which somebody else was asked as contracts or rotas changed, `budgets` page budgets that were used up.

    `readings` is how often the contracts were read again, `began_ns` since when it is known what was different then.
    """

    opened: Some
    ended: Some
    silent: Some
    budgets: int
    recarried: int
    changed: Some
    came: Some
    gone: int
    readings: int
    began_ns: int
    knows_all: bool


async def since_yesterday(shown: Shown) -> Since:
    """What changed in the 24 hours before now."""
    since_ns = shown.now_ns - DAY
    courses = (await shown.following.followed(shown.now_ns)).courses
    told = [each for each in courses if each.is_of_a_signal]
    changes = [each for each in shown.changes if each.at_ns >= since_ns]
    return Since(
        _some(_opened(told, since_ns)),
        _some((each for each in told if not each.is_open and each.closed_ns >= since_ns), newest="closed_ns"),
        _some(each for each in told if _fell_silent(each, since_ns)),
        sum(each.is_breaker and each.opened_ns >= since_ns for each in courses),
        sum(each.is_open and each.recarried_ns >= since_ns for each in told),
        _boundaries(changes),
        _findings(changes, await shown.known()),
        sum(each.gone for each in changes),
        sum(at_ns >= since_ns for at_ns in shown.readings),
        shown.began_ns,
        shown.began_ns <= since_ns,
    )


def _opened(courses: Sequence[Course], since_ns: int) -> Iterator[Course]:
    return (each for each in courses if each.opened_ns >= since_ns)


def _fell_silent(course: Course, since_ns: int) -> bool:
    """An open deviation whose source fell silent, or that is the silence of a heartbeat."""
    is_heartbeat = course.deviation.signal.startswith(HEARTBEAT) and course.opened_ns >= since_ns
    return course.is_open and (is_heartbeat or (course.lapsed and course.lapsed_ns >= since_ns))


def _some(courses: Iterator[Course], newest: str = "opened_ns") -> Some:
    found = sorted(courses, key=lambda each: -getattr(each, newest))
    return Some(len(found), tuple((each.deviation.key, f"/deviations/{each.id}") for each in found[:MOST]))


def _boundaries(changes: Sequence[Change]) -> Some:
    keys = list(dict.fromkeys(key for change in reversed(changes) for key in change.boundaries))
    return Some(len(keys), tuple((f"{key[0]} -> {key[1]}/{key[2]}", address(*key)) for key in keys[:MOST]))


def _findings(changes: Sequence[Change], known: Known) -> Some:
    found = [finding for change in reversed(changes) for finding in change.came]
    told = ((each.message, page_of(known, each)) for each in found[:MOST])
    return Some(len(found), tuple(told))
