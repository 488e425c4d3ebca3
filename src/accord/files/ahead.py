"""Reading much text in several processes at once; what is read, and in which order, is the same as in one."""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from accord.files.collector import collector_paused
from accord.files.config import DEFAULTS, Config
from accord.files.encoded import NOTHING, bytes_if_exact, given_of
from accord.files.given import Alone
from accord.files.landscape import Side, Text
from accord.files.processes import Work, processors, share_out
from accord.files.read import Reader, name_of
from accord.model.problem import Problem
from accord.model.result import Given
from accord.sources._claims import sources

LEAST = 500_000
"""Characters from which on it pays to read in several processes."""

_ROUNDS = 12
"""Pieces for each process: so many that none waits long for the last one."""

_ANSWER = msgspec.msgpack.Decoder(list[bytes])


class ReaderAhead(Reader):
    """A reader that can read texts before they are asked for."""

    def __init__(self, config: Config = DEFAULTS) -> None:
        super().__init__(config)
        self.written: dict[int, tuple[bytes, Given]] = {}
        """What others read, as `bytes_of` writes it and as it was, by the identity of the text."""
        self._own: dict[int, Alone] = {}

    def read_ahead(self, texts: Iterable[Text], processes: int = 0, first: Callable[[], object] | None = None) -> None:
        """Reads these texts now, in as many processes, where that is the sooner; else they are read when they are asked for.

        Where others read, this one does something else `first`.
        """
        readable = [text for text in texts if isinstance(text.content, str)]
        processes = processes or processors()
        if processes < 2 or sum(map(_size, readable)) < LEAST:
            return
        pieces = _pieces(readable, processes * _ROUNDS)
        assert sources()  # found once, and not in each copy
        with collector_paused():
            share_out(
                Work(
                    len(pieces),
                    lambda number: self._read(pieces[number]),
                    lambda number: self._answer(pieces[number]),
                    lambda number, answer: self._take(pieces[number], answer),
                ),
                processes,
                first,
            )

    def _read(self, piece: Sequence[Text]) -> None:
        self._own |= {id(text): super(ReaderAhead, self).alone(text) for text in sorted(piece, key=name_of)}

    def _answer(self, piece: Sequence[Text]) -> bytes:
        written = {id(text): self._written(text) for text in sorted(piece, key=name_of)}
        return msgspec.msgpack.encode([written[id(text)] for text in piece])

    def _written(self, text: Text) -> bytes:
        """What a text gives; nothing where that cannot be handed over: a mapping is a document, and stays where it is read."""
        given, mappings = super().alone(text)
        return NOTHING if mappings else bytes_if_exact(given)

    def _take(self, piece: Sequence[Text], answer: bytes) -> None:
        given = zip(piece, _ANSWER.decode(answer), strict=True)
        self.written |= {id(text): (content, given_of(content)) for text, content in given if content}

    def given(self, text: Text) -> Given:
        """What a text gives, read now or before."""
        written = self.written.pop(id(text), None)
        return written[1] if written else super().given(text)

    def is_unread(self, text: Text) -> bool:
        """Whether a text has still to be read."""
        return id(text) not in self.written and id(text) not in self._own

    def alone(self, text: Text) -> Alone:
        """What a text gives and the mappings in it, read now or before."""
        return self._own.pop(id(text), None) or super().alone(text)


def texts_of(sides: Iterable[Side | Problem]) -> Iterable[Text]:
    """The texts of sides that have them at hand."""
    return (text for side in sides if isinstance(side, Side) for text in side.texts if isinstance(text, Text))


def _size(text: Text) -> int:
    return len(text.content) if isinstance(text.content, str) else 0


def _pieces(texts: Sequence[Text], count: int) -> list[list[Text]]:
    """The texts in about as many pieces of about the same size."""
    pieces: list[list[Text]] = [[]]
    full, size = sum(map(_size, texts)) / count, 0
    for text in texts:
        if size >= full:
            pieces.append([])
            size = 0
        pieces[-1].append(text)
        size += _size(text)
    return pieces
