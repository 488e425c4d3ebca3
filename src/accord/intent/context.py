"""The intent in force here: set for a block of code, seen by everything it calls, in threads and tasks of its own context."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass
from types import TracebackType

CRITICALITIES = ("critical", "normal", "sheddable")
"""How much a request matters when not everything can be served, the most important first."""


class DeadlineExceeded(TimeoutError):
    """The caller has left, or will have left before an answer can come: there is nobody to do the work for."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What is known of the request in hand.

    `deadline` is on this process's monotonic clock, in seconds; None where nobody set one. `attempt`, from 1, and `key` are
    those of the call by which it came and go no further; the deadline and `criticality` go on to whatever is called.
    """

    deadline: float | None = None
    attempt: int | None = None
    key: str | None = None
    criticality: str | None = None

    def remaining(self) -> float | None:
        """Seconds until the deadline, 0 where it has passed; None where there is no deadline."""
        return None if self.deadline is None else max(0.0, self.deadline - time.monotonic())


_NONE = Intent()
_current: ContextVar[Intent] = ContextVar("accord_intent", default=_NONE)


def current() -> Intent:
    """The intent in force; one in which nothing is known where there is none."""
    return _current.get()


def remaining() -> float | None:
    """Seconds that are left of the request in hand, 0 where it is over; None where it has no deadline."""
    return current().remaining()


def still_wanted(needs: float = 0.0) -> None:
    """Raises DeadlineExceeded where less than `needs` seconds are left, or none: to be asked before an effect."""
    left = remaining()
    if left is not None and (left <= 0 or left < needs):
        raise DeadlineExceeded(f"{left:.3f} s are left, {needs:.3f} s are needed")


@contextmanager
def entered(intent: Intent) -> Iterator[Intent]:
    """Puts an intent in force for a block."""
    token = _current.set(intent)
    try:
        yield intent
    finally:
        _current.reset(token)


def request(
    within: float | None = None, criticality: str | None = None, deadline: float | None = None
) -> AbstractContextManager[Intent]:
    """A request that begins here: everything in the block is done for it.

    `within` are seconds from now, `deadline` an instant of `time.monotonic`; of these and of the request that this one
    is part of, the earliest holds. Raises ValueError for a criticality that is none of CRITICALITIES.
    """
    if criticality is not None and criticality not in CRITICALITIES:
        raise ValueError(f"criticality: expected one of {' '.join(CRITICALITIES)}, read {criticality!r}")
    outer = current()
    ends = [end for end in (outer.deadline, deadline) if end is not None]
    if within is not None:
        ends.append(time.monotonic() + within)
    earliest = min(ends) if ends else None
    return entered(Intent(deadline=earliest, criticality=criticality or outer.criticality))


@dataclass(frozen=True, slots=True)
class Trying:
    """Which try of an outgoing request is being made, and under which key."""

    number: int | None = None
    key: str | None = None


_NO_TRY = Trying()
_trying: ContextVar[Trying] = ContextVar("accord_trying", default=_NO_TRY)


def trying() -> Trying:
    """The try in hand; nothing is known of it outside of `attempts`."""
    return _trying.get()


class Attempt:
    """One try of a request, as a block; `failed` is the error that ended it, None where there was none."""

    def __init__(self, number: int, key: str | None, goes_on: Callable[[BaseException], bool]) -> None:
        self.number = number
        self.failed: BaseException | None = None
        self._key, self._goes_on = key, goes_on
        self._token: Token[Trying] | None = None

    def __enter__(self) -> "Attempt":
        self._token = _trying.set(Trying(self.number, self._key))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        assert self._token is not None
        _trying.reset(self._token)
        self.failed = error
        return error is not None and self._goes_on(error)


class attempts:  # noqa: N801 (read as a word: for attempt in attempts(3))
    """Up to `most` tries at one request, `pause` seconds apart, until a block ends without one of the errors `again_on`.

    Each try tells its number, and the same `key`, to whoever is called: one request to a block. Where the deadline would
    come before the next try, or in the pause, there is none, and the error goes on to the caller, as after the last try.
    `for` sleeps in the pause, `async for` lets others run.
    """

    def __init__(
        self,
        most: int,
        pause: float = 0.0,
        key: str | None = None,
        again_on: tuple[type[BaseException], ...] = (OSError,),
    ) -> None:
        if most < 1:
            raise ValueError(f"attempts: expected at least 1, read {most}")
        self._most, self._pause, self._key, self._again_on = most, pause, key, again_on

    def __iter__(self) -> Iterator[Attempt]:
        for number in range(1, self._most + 1):
            attempt = self._attempt(number)
            yield attempt
            if attempt.failed is None:
                return
            time.sleep(self._pause)
            self._raise_if_over(attempt.failed)

    async def __aiter__(self) -> AsyncIterator[Attempt]:
        for number in range(1, self._most + 1):
            attempt = self._attempt(number)
            yield attempt
            if attempt.failed is None:
                return
            await asyncio.sleep(self._pause)
            self._raise_if_over(attempt.failed)

    def _attempt(self, number: int) -> Attempt:
        return Attempt(number, self._key, lambda error: isinstance(error, self._again_on) and self._another(number))

    def _another(self, number: int) -> bool:
        left = remaining()
        return number < self._most and (left is None or left > self._pause)

    def _raise_if_over(self, failed: BaseException) -> None:
        if remaining() == 0:
            raise failed
