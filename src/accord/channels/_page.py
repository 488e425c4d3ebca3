"""The words of a message: a title, at most five facts, and the line that tells copies apart."""

from functools import lru_cache

from msgspec import Struct

from accord.model.delivery import Answering
from accord.model.instants import instant, moment
from accord.model.message import About, Message

LONGEST_FACT, LONGEST_TITLE, MOST_LISTED = 300, 150, 20
"""Characters of a fact and of a title, and the deviations of a bundle that are named; the rest is counted."""

_SAYS = {
    About.OPENED: "deviates",
    About.ESCALATED: "deviates, escalated",
    About.COMMITTED: "recovery is promised",
    About.OFFERED: "hand-over offered",
    About.CLAIMED: "said to be recovered, to be confirmed",
    About.REOPENED: "deviates again",
    About.REPEATED: "still deviates",
    About.HELD: "held back",
    About.RELEASED: "deviates, no longer held back",
    About.BUNDLE: "several deviate",
    About.CLOSED: "recovered",
    About.WITHDRAWN: "withdrawn",
    About.MERGED: "goes on in another",
    About.MISSED: "began and ended before it could be told",
}
ENDS = frozenset({About.CLOSED, About.WITHDRAWN, About.MERGED, About.MISSED})
"""What is said last of a deviation."""

_READ = 20_000


class Page(Struct, frozen=True):
    """A title, the facts as (label, text), the deviations of a bundle, and `ref 7F3A, turn 4, copy 2`."""

    title: str
    facts: tuple[tuple[str, str], ...]
    also: tuple[str, ...]
    mark: str


def page(message: Message, answering: Answering) -> Page:
    """A message as words; each text is one line of bounded length without control characters."""
    mark = f"ref {answering.ref}, turn {message.turn}, copy {answering.copy}"
    return Page(titled(message), _facts(message, answering), _listed(message.also), mark)


def titled(message: Message) -> str:
    """What a message is about, in a line."""
    return shortened(f"{message.subject}: {_SAYS[message.about]}", LONGEST_TITLE)


def plain(page: Page, most: int = 10_000) -> str:
    """A page as plain text of at most this many characters, its title left to whoever shows it."""
    width = max((len(label) for label, _ in page.facts), default=0)
    lines = [f"{label}:{' ' * (width - len(label))} {text}" for label, text in page.facts]
    lines += [f"- {one}" for one in page.also]
    end = f"\n({page.mark})\n"
    text = "\n".join(lines)
    return (text if len(text) + len(end) <= most else text[: most - len(end) - 1] + "…") + end


def stamp(ns: int) -> str | None:
    """An instant as programs read it: `2026-11-27T14:30:00Z`; None for 0, which is no instant."""
    return _stamp(ns // 1_000_000_000) if ns else None


@lru_cache(1024)
def _stamp(seconds: int) -> str:
    return moment(seconds * 1_000_000_000).strftime("%Y-%m-%dT%H:%M:%SZ")


def shortened(text: str, most: int = LONGEST_FACT) -> str:
    """The text in one line of at most this many characters, without what is not seen."""
    read = text[:_READ]
    if not read.isprintable():
        read = "".join(sign if sign.isprintable() else " " for sign in read)
    line = " ".join(read.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _facts(message: Message, answering: Answering) -> tuple[tuple[str, str], ...]:
    facts = message.facts
    expected = shortened(facts.expected) or ("" if message.about is About.BUNDLE else "not said")
    return (
        *((("expected", expected),) if expected else ()),
        ("seen", shortened(facts.seen) or "not said"),
        ("since", instant(facts.since_ns) if facts.since_ns else "not known"),
        *_recovery(message, answering),
        *((("answer", shortened(facts.answer, 2_000)),) if facts.answer else ()),
    )


def _recovery(message: Message, answering: Answering) -> tuple[tuple[str, str], ...]:
    """Who recovers it by when, and why where it is held or passed on; of what has ended, why or since when."""
    facts, why = message.facts, shortened(message.reason)
    if answering.ended_ns:
        return (("over since", instant(answering.ended_ns)),)
    by = f"by {instant(facts.by_ns)}" if facts.by_ns else ""
    who = ", ".join(filter(None, (shortened(facts.recovers), by)))
    if message.about is About.BUNDLE and not who:
        return ()
    if message.about in ENDS:
        return (("because", why),) if why else ()
    told = who or "nobody has promised yet"
    return (("recovers", shortened(f"{told} ({why})") if why else told),)


def _listed(also: tuple[str, ...]) -> tuple[str, ...]:
    named = tuple(shortened(one, LONGEST_TITLE) for one in also[:MOST_LISTED])
    return (*named, f"and {len(also) - MOST_LISTED} more") if len(also) > MOST_LISTED else named
