"""How much one peer may ask: a bucket of requests that fills again as time goes (token bucket)."""

from math import ceil

PER_S, BURST, MOST_PEERS = 5000, 10_000, 10_000
_SECOND = 1_000_000_000


class Rates:
    """One bucket for each peer; bounded, the oldest are forgotten."""

    def __init__(self, per_s: float = PER_S, burst: float = BURST) -> None:
        self._per_s, self._burst = per_s, burst
        self._buckets: dict[str, tuple[float, int]] = {}

    def wait_s(self, peer: str, now_ns: int) -> int:
        """Takes one request out of the peer's bucket: 0, or the whole seconds to wait where it is empty."""
        left, at_ns = self._buckets.pop(peer, (self._burst, now_ns))
        left = min(self._burst, left + max(now_ns - at_ns, 0) / _SECOND * self._per_s)
        if len(self._buckets) >= MOST_PEERS:
            self._buckets.pop(next(iter(self._buckets)))
        self._buckets[peer] = (max(left - 1, 0) if left >= 1 else left, now_ns)
        return 0 if left >= 1 else ceil((1 - left) / self._per_s)
