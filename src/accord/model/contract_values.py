"""Values with parts of their own: error answers, idempotence, ladders, steps of a procedure, needs."""

from collections.abc import Iterator

from msgspec import Struct

from accord.model.amount import Amount
from accord.model.place import Place


class ErrorAnswer(Struct, frozen=True):
    """An answer that is not success; a part that was not said is None.

    `retry` is "never" or the pause in nanoseconds before asking again; `effect` is none, done or unknown.
    """

    status: tuple[str, ...] | None = None
    retry: str | int | None = None
    effect: str | None = None


class Idempotence(Struct, frozen=True):
    """Whether a repeat acts once: `kind` is always, never or key; `remembered` in nanoseconds, None if not said."""

    kind: str
    key: str = ""
    remembered: int | None = None


class Rung(Struct, frozen=True):
    """One step of a ladder: `to` is paged `after` nanoseconds from the first page, unless acknowledged or recovered."""

    after: int | None
    unless: str | None
    to: str
    place: Place


class WorkStep(Struct, frozen=True):
    """One step of a procedure; None is not said, NONE (as "none") is said in `by` or `done` as the word none."""

    do: str
    by: str | None
    needs: tuple[str, ...]
    takes: int | None
    done: str | None
    place: Place
    places: tuple[tuple[str, Place], ...] = ()


class Needs(Struct, frozen=True):
    """What an operation calls: the outer sequence one after the other, inner tuples side by side."""

    calls: tuple[tuple[str, ...], ...]


class Backoff(Struct, frozen=True):
    """Pause between attempts in nanoseconds; equal where only one was said."""

    first: int
    longest: int


class Related(Struct, frozen=True):
    """One side of a relation that a mapping declares: `this`, or what it must be `below`, `at_most` or `equals`.

    `label` is the side as the mapping has it, `text` what it reads; `amount` is None for a text that is no quantity.
    """

    word: str
    label: str
    amount: Amount | None
    text: str
    because: str


def references(value: object) -> Iterator[str]:
    """Every party or operation that a value names: words, needs, rungs of a ladder, steps of a procedure."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Rung):
        yield value.to
    elif isinstance(value, WorkStep):
        yield from (value.by or "", *value.needs)
    elif isinstance(value, Needs):
        yield from (called for together in value.calls for called in together)
    elif isinstance(value, tuple):
        for part in value:
            if isinstance(part, str):
                yield part
            else:
                yield from references(part)
