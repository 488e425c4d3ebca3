"""Judging in pieces that need nothing of each other: whoever asks for it decides where they are done."""

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from accord.model.finding import Finding


class Found(Struct, frozen=True):
    """What one piece found; `weight` is how many facts were judged again for it."""

    findings: tuple[Finding, ...]
    weight: int = 0


Piece = Callable[[], Found]
Spread = Callable[[Sequence[Piece]], Iterable[Found]]
"""Does every piece, wherever it likes; gives what each found, in their order."""


def in_turn(pieces: Sequence[Piece]) -> Iterable[Found]:
    """Does one piece after another, here."""
    return (piece() for piece in pieces)
