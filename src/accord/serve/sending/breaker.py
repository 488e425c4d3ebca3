"""A breaker of one provider: it delays what goes there while it fails, and loses nothing. Pure; instants and durations are nanoseconds."""

from msgspec import Struct
from msgspec.structs import replace

from accord.model.delivery import Verdict
from accord.model.duration import SECOND

FAILURES_UNTIL_OPEN = 5
FIRST_PAUSE, LONGEST_PAUSE = 2 * SECOND, 60 * SECOND
_JITTER = 0.25


class Breaker(Struct, frozen=True):
    """Closed while fewer than FAILURES_UNTIL_OPEN tries in a row failed; else open until `until_ns`, then one probe decides.

    `probing` is when the probe that is on its way ends at the latest, 0 where there is none.
    """

    failures: int = 0
    until_ns: int = 0
    probing_ns: int = 0

    @property
    def is_closed(self) -> bool:
        """Whether everything goes."""
        return self.failures < FAILURES_UNTIL_OPEN

    def admits_at_ns(self, now_ns: int) -> int:
        """The instant from which on a try is admitted: `now_ns` where one is admitted at once."""
        waits = max(self.until_ns, 0 if self.is_closed else self.probing_ns)
        return max(waits, now_ns)

    def trying(self, ends_ns: int) -> "Breaker":
        """After a try was begun that ends by `ends_ns`: where it is open, that is the only one until it is known."""
        return self if self.is_closed else replace(self, probing_ns=ends_ns)

    def after(self, verdict: Verdict, now_ns: int, chance: float) -> "Breaker":
        """After a try: closed where the provider answered as it should, whatever it said of the message.

        While it is open the failures of tries that were begun before do not count; what it asks for does.
        """
        asked_ns = now_ns + verdict.retry_after if verdict.retry_after else 0
        if not verdict.provider_failed:
            return Breaker()
        if not self.is_closed and now_ns < self.until_ns:
            return replace(self, until_ns=max(self.until_ns, asked_ns))
        failures = min(self.failures + 1, 1_000)
        until_ns = self.until_ns
        if failures >= FAILURES_UNTIL_OPEN:
            pause = min(FIRST_PAUSE << min(failures - FAILURES_UNTIL_OPEN, 30), LONGEST_PAUSE)
            until_ns = now_ns + int(pause * (1 + _JITTER * chance))
        return Breaker(failures, max(until_ns, asked_ns))
