"""Messages as the kernel writes them, and attempts to tell them."""

from accord.model.delivery import Answering
from accord.model.message import About, Facts, Message, Side

SECOND = 1_000_000_000
NOON = 1_795_780_800 * SECOND
"""2026-11-27 12:00 UTC."""

FACTS = Facts(
    expected="charge answers within 2s, 99.9% of calls",
    seen="p99 5.1s in the last 5m",
    since_ns=NOON - 600 * SECOND,
    answer="https://accord.example.net/a/3f9c?t=4",
)
RECOVERS = Facts(FACTS.expected, FACTS.seen, FACTS.since_ns, "team-payments", NOON + 1800 * SECOND, FACTS.answer)


def message(about: About = About.OPENED, facts: Facts = FACTS, **more: object) -> Message:
    told = {"turn": 4, "side": Side.OWNER, "person": "anna-7", "subject": "checkout -> payments/charge latency", **more}
    return Message(deviation="d-81", about=about, facts=facts, **told)  # type: ignore[arg-type]


def answering(address: str = "", copy: int = 1, ended_ns: int = 0) -> Answering:
    return Answering("7f3a1b2c3d4e5f60718293a4b5c6d7e8", copy, NOON, address, ended_ns)


ENDED = Facts(FACTS.expected, FACTS.seen, FACTS.since_ns)

EXAMPLES = {
    "opened": (message(), answering()),
    "promised, to the other side": (
        message(About.COMMITTED, RECOVERS, side=Side.OTHER, interrupts=False),
        answering(copy=2),
    ),
    "held": (message(About.HELD, RECOVERS, interrupts=False, reason="maintenance of the ledger"), answering()),
    "closed": (message(About.CLOSED, ENDED, interrupts=False, reason="confirmed by telemetry"), answering()),
    "began and ended unheard": (message(About.MISSED, ENDED, interrupts=False), answering(ended_ns=NOON - 60 * SECOND)),
    "a bundle": (
        message(About.BUNDLE, Facts("", "a, b, c, and 19 more", NOON), also=tuple(f"shop -> s{n}" for n in range(22))),
        answering(),
    ),
    "hostile": (
        message(
            facts=Facts("<b>&amp; *x*</b>\r\nBcc: all@example.net", "z" * 5_000 + "\x1b[2J\u202e", 0),
            subject="a -> b\r\nSubject: other <!channel> @here\x00",
        ),
        answering(),
    ),
}
