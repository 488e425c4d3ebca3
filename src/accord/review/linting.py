"""What no review may contain, looked for in every text of it: names, blame, hindsight, one single cause, questions that ask why or who.

A review that breaks it is a defect of ours and is never shown: what the ledger quotes is cleaned before.
"""

from collections.abc import Iterator

import msgspec

from accord.model.review import Review
from accord.review.roles import Spoken
from accord.review.words import forbidden_in

_ASKING = ("what ", "how ")


def lint(review: Review, spoken: Spoken) -> tuple[str, ...]:
    """What is there and must not be, each with where; empty where the review may be shown."""
    return tuple(_found(review, spoken))


def lint_line(text: str, spoken: Spoken) -> bool:
    """Whether one line may be shown."""
    return not forbidden_in(text) and not spoken.has_name(text)


def _found(review: Review, spoken: Spoken) -> Iterator[str]:
    for where, text in texts(review):
        if word := forbidden_in(text):
            yield f"{where}: the word {word!r}"
        if where.partition(".")[0] != "extract" and (name := spoken.has_name(text)):
            yield f"{where}: the name of a person ({len(name)} characters)"
    for question in review.questions:
        if not question.asks.lower().startswith(_ASKING):
            yield f"questions: {question.asks!r} does not ask what or how"


def texts(review: Review) -> Iterator[tuple[str, str]]:
    """Every text of the review with the part that it stands in."""
    built = msgspec.to_builtins(review)
    for part, value in built.items():
        yield from ((part, text) for text in _inside(value))


def _inside(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _inside(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _inside(inner)
