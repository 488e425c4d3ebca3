"""Judging many facts in several processes at once; what is found, and in which order, is the same as in one."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.msgpack import Decoder

from accord.check import Piece, Spread, in_turn
from accord.files.encoded import bytes_if_exact, decoder_of
from accord.files.processes import Work, processors, share_out
from accord.model.finding import Finding

LEAST = 20_000
"""Facts from which on it pays to judge in several processes."""


class Found(Struct, frozen=True):
    """What one piece of judging found."""

    findings: tuple[Finding, ...]


_FOUND: Decoder[Found] = decoder_of(Found)


def spread_for(facts: int, processes: int = 0) -> Spread:
    """Where so many facts are judged: here, or in as many processes where that is the sooner."""
    processes = processes or processors()
    if processes < 2 or facts < LEAST:
        return in_turn

    def spread(pieces: Sequence[Piece]) -> Sequence[Sequence[Finding]]:
        found: list[Sequence[Finding]] = [()] * len(pieces)

        def here(number: int) -> None:
            found[number] = pieces[number]()

        def beside(number: int) -> bytes:
            return bytes_if_exact(Found(tuple(pieces[number]())))

        def taken(number: int, answer: bytes) -> None:
            found[number] = _FOUND.decode(answer).findings

        share_out(Work(len(pieces), here, beside, taken), processes)
        return found

    return spread
