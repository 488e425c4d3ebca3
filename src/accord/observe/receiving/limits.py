"""What the receiver takes at most; beyond each it refuses, counts, and says when to come again."""

from msgspec import Struct

MEBIBYTE = 1 << 20
SECOND_NS = 1_000_000_000
DAY_NS = 86_400 * SECOND_NS


class Limits(Struct, frozen=True, kw_only=True):
    """Bytes of one request as sent and inflated, of all that are being taken in, spans that wait, and how long they do."""

    sent: int = 16 * MEBIBYTE
    inflated: int = 64 * MEBIBYTE
    taking: int = 64 * MEBIBYTE
    requests: int = 64
    queued_spans: int = 200_000
    pending_spans: int = 500_000
    journal: int = 4096 * MEBIBYTE
    segment: int = 32 * MEBIBYTE
    keys: int = 1_000_000
    patience_s: float = 20.0
    lateness_ns: int = 60 * SECOND_NS
    retry_after_s: int = 2

    @property
    def longest_wait_ns(self) -> int:
        """A trace that goes on and on is settled call by call from here on."""
        return 10 * self.lateness_ns
