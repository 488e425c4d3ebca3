"""One request drawn out as long as it may be: each try fails as late as it can, and pauses grow as far as is stated."""

from collections.abc import Iterator

from msgspec import Struct

from accord.boundaries.calls.answers import answers, names_error
from accord.boundaries.calls.causes import can_run_out
from accord.boundaries.calls.limits import (
    TRY_TERMS,
    attempts,
    first_limit,
    repeated_after,
    request_limit,
    stated_pause,
    tries_again,
)
from accord.boundaries.calls.worst import worst
from accord.boundaries.join.system import Boundary
from accord.model.contract_values import Backoff
from accord.model.fact import Fact
from accord.model.nothing import NONE

MOST_TRIES_TOLD = 1000
"""A request of more tries is followed so far only: a longer story is not told."""
_MAYBE_DONE = ("unknown", "done")


class DrawnOut(Struct, frozen=True):
    """The tries of one request, none of them answered with success; times are nanoseconds since its first try.

    `ends` is what ends each try after `lasts`: a limit of the caller, or an error after which it asks again and which
    may come though the thing was done. `lost` tells that the limit is reached only where an answer is lost on the way.
    `request` is the caller's limit on all tries.
    """

    attempts: Fact
    ends: Fact
    lasts: int
    pause: Fact | None
    request: Fact | None
    lost: bool = False

    @property
    def latest(self) -> int:
        """When the last try may begin, as far as the tries are followed."""
        return max((self._short(tries) + most * self._grows for tries, most in self._made()), default=0)

    def outlives(self, kept: int) -> tuple[int, ...] | None:
        """When each try begins, up to the first that begins `kept` or more after the first one.

        Each pause is the first or the longest that is stated, the first pause the first. None where no try begins so
        late, or only one that is not told.
        """
        for tries, most in self._made():
            missing = max(0, kept - self._short(tries))
            longer = -(-missing // self._grows) if self._grows else most + bool(missing)
            if longer <= most:
                return tuple(self._short(n) + max(0, longer + n - tries) * self._grows for n in range(1, tries + 1))
        return None

    def may_outlive(self, kept: int) -> bool:
        """Whether some try may begin `kept` or more after the first, each pause anywhere between the first and the longest."""
        each = self.lasts + self._pauses[1]
        missing = kept - self._short(2)
        if missing > 0 and not each:
            return False
        tries = 2 + (-(-missing // each) if missing > 0 else 0)
        stated = self.attempts.value
        begins_in_time = self.request is None or max(kept, self._short(tries)) < self.request.value
        return (stated is NONE or tries <= stated) and begins_in_time

    @property
    def _pauses(self) -> tuple[int, int]:
        value = self.pause.value if self.pause is not None else None
        return (value.first, value.longest) if isinstance(value, Backoff) else (0, 0)

    @property
    def _grows(self) -> int:
        return self._pauses[1] - self._pauses[0]

    def _short(self, number: int) -> int:
        """When try `number` begins where each pause is the first."""
        return (number - 1) * (self.lasts + self._pauses[0])

    def _made(self) -> Iterator[tuple[int, int]]:
        """Each number of tries that can be made, from two on, and how many of its pauses can be the longest."""
        stated = self.attempts.value
        for tries in range(2, (MOST_TRIES_TOLD if stated is NONE else min(stated, MOST_TRIES_TOLD)) + 1):
            left = None if self.request is None else self.request.value - 1 - self._short(tries)
            if left is not None and left < 0:
                return
            longer = tries - 2 if self._grows else 0
            yield tries, longer if left is None or not self._grows else min(longer, left // self._grows)


def drawn_out(boundary: Boundary) -> DrawnOut | None:
    """The longest request of this caller; None where nothing is known to make it ask again."""
    tries = attempts(boundary)
    if tries is None or tries.value == 1:
        return None
    limit, pause, whole = first_limit(boundary), stated_pause(boundary, tries.layer), request_limit(boundary)
    if (
        limit is None
        or limit.term not in TRY_TERMS
        or limit.layer is not tries.layer
        or not tries_again(boundary, tries)
    ):
        cut = None
    else:
        cut = DrawnOut(tries, limit, limit.value, pause, whole, lost=not can_run_out(boundary, limit))
    if cut is not None and not cut.lost:
        return cut
    error = _though_done(boundary, tries)
    return cut if error is None else DrawnOut(tries, error, _answered_after(boundary, limit), pause, whole)


def _though_done(boundary: Boundary, tries: Fact) -> Fact | None:
    """An error that the caller tries again and that may come though the thing was done."""
    stated = repeated_after(boundary, tries)
    if stated is None or stated.value is NONE:
        return None
    maybe = [error for error in answers(boundary) if error.value.effect in _MAYBE_DONE]
    return next((error for error in maybe if any(names_error(word, error) for word in stated.value)), None)


def _answered_after(boundary: Boundary, limit: Fact | None) -> int:
    """How late an error may come as the provider itself states, before the caller leaves; at once where it does not say."""
    may = worst(boundary)
    if may.stated is None or may.stated.value is NONE or may.injected is not None:
        return 0
    latest = int(may.stated.value)
    return latest if limit is None or latest <= limit.value else 0
