"""What a test that runs for ever holds a boundary to, and what it has to show when it alarms."""

from enum import StrEnum

from msgspec import Struct


class Asks(StrEnum):
    """What a test asks of each minute; the value is its name in a state and in JSON."""

    SLOW = "slow"
    SLOW_AT_ONCE = "slow-at-once"
    OVER_LIMIT = "over-limit"
    ERRORS = "errors"
    ERRORS_AT_ONCE = "errors-at-once"
    TRIES = "tries"
    VANISHED = "vanished"


class Expectation(Struct, frozen=True):
    """What is agreed, as a share: of the calls at most `share` are bad. `bound` is what a bad one exceeds, where it is a number.

    `term` and `text` are the statement it rests on, `at` its place: `payments/accord.yaml:9`.
    """

    asks: Asks
    share: float
    bound: int
    term: str
    text: str
    at: str


class Contract(Struct, frozen=True):
    """What the contracts say of one observed boundary, by the names that the contracts use; empty or 0 where nobody says.

    `limit_ns` is the limit of the caller that fires first, `percentile` the share of answers that is agreed to be quick.
    """

    consumer: str
    provider: str
    operation: str
    expectations: tuple[Expectation, ...] = ()
    limit_ns: int = 0
    limit_text: str = ""
    limit_at: str = ""
    percentile: float = 0.99
    recovers: str = ""
    because: str = ""

    def expects(self, asks: Asks) -> Expectation | None:
        """What is agreed for a test; None where nothing is."""
        return next((each for each in self.expectations if each.asks is asks), None)


class Seen(Struct, frozen=True, order=True):
    """One boundary as telemetry names it."""

    consumer: str
    provider: str
    operation: str
    environment: str = ""

    @property
    def name(self) -> str:
        """`checkout -> payments POST /charges (prod)`."""
        where = f" ({self.environment})" if self.environment else ""
        return f"{self.consumer or 'somebody'} -> {self.provider} {self.operation}{where}"


class Breach(Struct, frozen=True):
    """When the caller's limit is met at this pace: minutes since 1970, in the middle and between which two in 9 of 10 cases.

    `latest` is -1 where it may be never.
    """

    earliest: int
    middle: int
    latest: int


class Hour(Struct, frozen=True, array_like=True):
    """One hour: its first minute since 1970, the minutes of it that were seen, calls, and those of them that were bad."""

    minute: int
    seen: int
    calls: int
    over: int
    over_limit: int


class Alarm(Struct, frozen=True):
    """A test that no longer holds, with its evidence.

    `minute` and `since` are minutes since 1970: when it alarmed, and when the evidence began to rise. `over` of `calls` were bad
    from there; for vanished traffic `calls` came where `due` were to be expected at the least.
    """

    seen: Seen
    contract: Contract
    expectation: Expectation
    lane: str
    minute: int
    since: int
    calls: int
    over: int
    due: float = 0.0
    breach: Breach | None = None
    hours: tuple[Hour, ...] = ()
    blocks: tuple[tuple[int, int], ...] = ()
    """Pairs of a minute and what the agreed percentile was in the 6 hours from there, in nanoseconds."""


class OnItsWay(Struct, frozen=True):
    """A test without an alarm whose evidence grows: `strength` is 1 at the alarm."""

    seen: Seen
    expectation: Expectation
    lane: str
    strength: float
    since: int


class Drift(Struct, frozen=True):
    """Everything that was found: alarms, what is on its way, what could not be tested and why, and what is no more than information."""

    alarms: tuple[Alarm, ...] = ()
    coming: tuple[OnItsWay, ...] = ()
    information: tuple[str, ...] = ()
    minutes: int = 0
    boundaries: int = 0
    tests: int = 0
    untested: tuple[str, ...] = ()
