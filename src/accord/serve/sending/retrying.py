"""When a try that came to nothing is followed by the next. Pure: chance is a number from 0 up to 1. Durations are nanoseconds.

What was refused is tried again soon; what may have arrived is tried again seldom, for each try may be one more copy. In any hour
there are at most five of those, whatever happens between them (`tests/serve/test_retrying.py`).
"""

import re

from accord.model.delivery import Outcome, Verdict
from accord.model.duration import NANOSECONDS, SECOND, show_duration

MINUTE, HOUR = NANOSECONDS["m"], NANOSECONDS["h"]
FIRST_WAIT, LONGEST_WAIT = SECOND, MINUTE
COPY_WAITS = (2 * SECOND, 2 * MINUTE, 8 * MINUTE, 30 * MINUTE, HOUR)
"""How long after a copy that may have arrived the next may follow; the last one repeats."""

GIVES_UP_AFTER = 7 * NANOSECONDS["d"]
"""A sending this old is given up, and its failure recorded."""

_JITTER = 0.25
_COPIES = re.compile(r"; (\d{1,9}) cop(?:y|ies) may have arrived$")


def wait(verdict: Verdict, attempts: int, copies: int, chance: float) -> int:
    """How long the next try waits, after `attempts` that came to nothing before this one; `copies` counts this one too.

    Never shorter than the provider asked for, nor than what copies are due.
    """
    stretched = 1 + _JITTER * chance
    if verdict.outcome is Outcome.AMBIGUOUS:
        usual = COPY_WAITS[min(max(copies, 1), len(COPY_WAITS)) - 1]
    else:
        usual = min(FIRST_WAIT << min(attempts, 30), LONGEST_WAIT)
    return max(int(usual * stretched), int(verdict.retry_after * stretched))


def copies_of(reason: str) -> int:
    """How many copies may have arrived, as the reason of the last try says (`with_copies`)."""
    found = _COPIES.search(reason)
    return int(found[1]) if found else 0


def with_copies(reason: str, copies: int) -> str:
    """The reason of a try, and how many copies may have arrived by now: the outbox remembers it in these words."""
    word = "copy" if copies == 1 else "copies"
    return f"{reason}; {copies} {word} may have arrived" if copies else reason


def given_up(age: int, reason: str) -> str:
    """Why nothing more is tried; "" where it is."""
    return f"given up after {show_duration(GIVES_UP_AFTER)}: {reason}" if age >= GIVES_UP_AFTER else ""
