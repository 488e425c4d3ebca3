"""Counts requests that are done a second time: the same key of the same operation, seen again while it is remembered."""

import time
from collections import OrderedDict
from hashlib import sha256
from threading import Lock


class Duplicates:
    """Remembers keys for `remember` seconds, the last `most` of them; safe to use from several threads.

    Keys are kept as digests. `counted` is how many came again, `forgotten` how many had to be let go before their time:
    where that is not 0, `counted` is at least, not exactly, the number of duplicates.
    """

    def __init__(self, remember: float = 24 * 3600.0, most: int = 100_000) -> None:
        self.counted = 0
        self.forgotten = 0
        self._remember, self._most = remember, most
        self._seen: OrderedDict[bytes, float] = OrderedDict()
        self._lock = Lock()

    def seen(self, operation: str, key: str) -> bool:
        """Notes that an operation is begun under this key; True where it was begun under it before."""
        name, now = sha256(f"{operation}\n{key}".encode()).digest()[:16], time.monotonic()
        with self._lock:
            self._let_go(now)
            again = name in self._seen
            if again:
                self.counted += 1
            else:
                self._seen[name] = now
                if len(self._seen) > self._most:
                    self._seen.popitem(last=False)
                    self.forgotten += 1
            return again

    def _let_go(self, now: float) -> None:
        while self._seen:
            oldest = next(iter(self._seen.values()))
            if now - oldest < self._remember:
                return
            self._seen.popitem(last=False)


def digest(key: str) -> str:
    """A key as telemetry may show it: enough to tell one from another, and nothing of the key itself."""
    return sha256(key.encode()).hexdigest()[:16]
