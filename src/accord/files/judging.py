"""Judging many facts in several processes at once; what is found, and in which order, is the same as in one."""

from collections.abc import Sequence

from msgspec.msgpack import Decoder

from accord.boundaries.verdicts.pieces import Found, Piece, Spread, in_turn
from accord.files.encoded import bytes_if_exact, decoder_of
from accord.files.processes import Work, processors, share_out

LEAST = 20_000
"""Facts from which on it pays to judge in several processes."""

_FOUND: Decoder[Found] = decoder_of(Found)
_NOTHING = Found(())


def spread_for(facts: int, processes: int = 0) -> Spread:
    """Where so many facts are judged: here, or in as many processes where that is the sooner."""
    processes = processes or processors()
    if processes < 2 or facts < LEAST:
        return in_turn

    def spread(pieces: Sequence[Piece]) -> Sequence[Found]:
        found = [_NOTHING] * len(pieces)

        def here(number: int) -> None:
            found[number] = pieces[number]()

        def beside(number: int) -> bytes:
            return bytes_if_exact(pieces[number]())

        def taken(number: int, answer: bytes) -> None:
            found[number] = _FOUND.decode(answer)

        share_out(Work(len(pieces), here, beside, taken), processes)
        return found

    return spread
