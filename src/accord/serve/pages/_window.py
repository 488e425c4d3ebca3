"""A window of time as a page is asked for it: two instants in UTC, to the minute where they come from a form."""

from datetime import UTC, datetime

from msgspec import Struct

from accord.boundaries.people.duty import instant_at
from accord.cases.case import Case
from accord.model.problem import Refused
from accord.serve import instants
from accord.serve.doors import Asked


class Window(Struct, frozen=True):
    """From one instant to another, both included."""

    begins_ns: int
    ends_ns: int

    def holds(self, case: Case) -> bool:
        """Whether a case was open in it."""
        return case.opened_ns <= self.ends_ns and (case.is_open or self.begins_ns <= case.closed_ns)

    @property
    def query(self) -> dict[str, str]:
        """How it is asked for, as a form for local times holds it."""
        return {"from": _written(self.begins_ns), "to": _written(self.ends_ns)}


def window_in(asked: Asked) -> Window | None:
    """The window that is asked for by `from` and `to`; None where neither is said. Raises Refused where it is none."""
    texts = asked.query("from"), asked.query("to")
    if not any(texts):
        return None
    begins, ends = (_instant(text, name) for text, name in zip(texts, ("from", "to"), strict=True))
    if begins > ends:
        raise Refused(f"expected an end after the beginning, read {texts[0][:40]} to {texts[1][:40]}")
    return Window(begins, ends)


def _instant(text: str, name: str) -> int:
    try:
        return instants.of(datetime.fromisoformat(text))
    except ValueError:
        raise Refused(f"expected an instant such as 2026-11-27T14:30 (UTC) for `{name}`, read `{text[:40]}`") from None


def _written(at_ns: int) -> str:
    moment = instant_at(at_ns).astimezone(UTC)
    exact = "seconds" if moment.second else "minutes"
    return moment.replace(tzinfo=None).isoformat(timespec=exact)
