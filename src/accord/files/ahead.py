"""Reading much text in several processes at once; what is read, and in which order, is the same as in one."""

from collections.abc import Iterable, Sequence
from functools import partial

import msgspec

from accord.files.collector import collector_paused
from accord.files.config import DEFAULTS, Config
from accord.files.encoded import NOTHING, bytes_if_exact, given_of
from accord.files.landscape import Side, Text
from accord.files.processes import Beside, beside, processors
from accord.files.read import Given, Reader
from accord.model.problem import Problem
from accord.sources._yaml import Document

LEAST = 500_000
"""Characters from which on it pays to read in several processes."""

_ANSWER = msgspec.msgpack.Decoder(list[bytes])
_Alone = tuple[Given, list[Document]]


class ReaderAhead(Reader):
    """A reader that can read texts before they are asked for."""

    def __init__(self, config: Config = DEFAULTS) -> None:
        super().__init__(config)
        self.written: dict[int, bytes] = {}
        """What others read, as `bytes_of` writes it, by the identity of the text."""
        self._own: dict[int, _Alone] = {}

    def read_ahead(self, texts: Iterable[Text], processes: int = 0) -> None:
        """Reads these texts now, in as many processes, where that is the sooner; else they are read when they are asked for."""
        readable = [text for text in texts if isinstance(text.content, str)]
        processes = processes or processors()
        if processes < 2 or sum(map(_size, readable)) < LEAST:
            return
        own, *others = _shares(readable, processes)
        helpers: list[tuple[Beside, list[Text]]] = []
        try:
            with collector_paused():
                for share in others:
                    helper = beside(partial(self._answer, share))
                    if helper is not None:
                        helpers.append((helper, share))
                self._own = {id(text): super(ReaderAhead, self).alone(text) for text in own}
                while helpers:
                    helper, share = helpers.pop(0)
                    self._take(share, helper.answer())
        finally:
            for helper, _ in helpers:
                helper.end()

    def _answer(self, share: Sequence[Text]) -> bytes:
        return msgspec.msgpack.encode([self._written(text) for text in share])

    def _written(self, text: Text) -> bytes:
        """What a text gives; nothing where that cannot be handed over: a mapping is a document, and stays where it is read."""
        given, mappings = super().alone(text)
        return NOTHING if mappings else bytes_if_exact(given)

    def _take(self, share: Sequence[Text], answer: bytes | None) -> None:
        given = _ANSWER.decode(answer) if answer is not None else []
        self.written |= {id(text): content for text, content in zip(share, given, strict=False) if content}

    def given(self, text: Text) -> Given:
        """What a text gives, read now or before."""
        content = self.written.pop(id(text), NOTHING)
        return given_of(content) if content else super().given(text)

    def alone(self, text: Text) -> _Alone:
        """What a text gives and the mappings in it, read now or before."""
        return self._own.pop(id(text), None) or super().alone(text)


def texts_of(sides: Iterable[Side | Problem]) -> Iterable[Text]:
    """The texts of sides that have them at hand."""
    return (text for side in sides if isinstance(side, Side) for text in side.texts if isinstance(text, Text))


def _size(text: Text) -> int:
    return len(text.content) if isinstance(text.content, str) else 0


def _shares(texts: Sequence[Text], count: int) -> list[list[Text]]:
    """The texts in as many shares of about the same size."""
    shares: list[list[Text]] = [[] for _ in range(count)]
    sizes = [0] * count
    for text in sorted(texts, key=_size, reverse=True):
        smallest = sizes.index(min(sizes))
        shares[smallest].append(text)
        sizes[smallest] += _size(text)
    return shares
