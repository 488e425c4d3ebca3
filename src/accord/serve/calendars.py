"""A rota as an iCalendar file (RFC 5545), for the calendars of people: each time on duty is an event."""

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256

from accord.boundaries.people.duty import instant_at
from accord.cases.policy import Duty

_LONGEST_LINE = 75  # octets of a line, the break not counted (RFC 5545, 3.1)


def calendar(rota: str, duty: Iterable[Duty], name: Callable[[str], str], starts_ns: int, now_ns: int) -> str:
    """The file: lines end in CRLF, instants are in UTC; the same time on duty has the same UID in every copy.

    `starts_ns` is from when on the rota was laid out: what begins there may have begun earlier.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//accord//rotas//EN", "METHOD:PUBLISH"]
    lines.append(f"X-WR-CALNAME:{_escaped(rota)}")
    for each in duty:
        lines += _event(
            rota, each, name(each.person), "" if each.begins_ns == starts_ns else str(each.begins_ns), now_ns
        )
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _event(rota: str, duty: Duty, name: str, begins: str, now_ns: int) -> Iterator[str]:
    identity = sha256(f"{rota}\n{duty.person}\n{begins}".encode()).hexdigest()[:32]
    yield "BEGIN:VEVENT"
    yield f"UID:{identity}@accord"
    yield f"DTSTAMP:{_moment(now_ns)}"
    yield f"DTSTART:{_moment(duty.begins_ns)}"
    yield f"DTEND:{_moment(duty.ends_ns)}"
    yield f"SUMMARY:{_escaped(name)}"
    yield f"DESCRIPTION:{_escaped(f'on duty in {rota}')}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _moment(at_ns: int) -> str:
    return f"{instant_at(at_ns):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """A text as RFC 5545 (3.3.11) writes it; other control characters have no place there."""
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(sign, written)
    return "".join(sign for sign in text if sign.isprintable())


def _folded(line: str) -> Iterator[str]:
    """The line in parts of at most 75 octets, none of which ends within a character."""
    part = ""
    for sign in line:
        if len((part + sign).encode()) > _LONGEST_LINE:
            yield part
            part = " "
        part += sign
    yield part
