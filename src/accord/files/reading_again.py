"""Reading what changed: a text whose digest is known gives what it gave before."""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from accord.files.ahead import ReaderAhead
from accord.files.config import Config
from accord.files.encoded import NOTHING, bytes_if_exact, given_of
from accord.files.identity import digest, program
from accord.files.landscape import Text
from accord.files.remembered import UNREADABLE, Digests
from accord.model.result import Given

_TEXTS = msgspec.msgpack.Decoder(dict[bytes, bytes])


class ReaderAgain(ReaderAhead):
    """A reader that reads only the texts whose facts it does not remember."""

    def __init__(self, config: Config, digests: Digests) -> None:
        super().__init__(config)
        self._digests = digests
        self._before: dict[bytes, bytes] = {}
        self._now: dict[bytes, bytes] = {}

    def remember(self, entry: bytes | None) -> None:
        """Takes over what `remembered` gave, unless it was written by another version of this program."""
        own = program()
        if entry is not None and entry[: len(own)] == own:
            self._before = _TEXTS.decode(entry[len(own) :])

    def remembered(self) -> bytes:
        """What the texts of this check gave."""
        return program() + msgspec.msgpack.encode(self._now)

    def read_ahead(self, texts: Iterable[Text], processes: int = 0, first: Callable[[], object] | None = None) -> None:
        """Reads those of these texts now that are not remembered."""
        super().read_ahead((text for text in texts if not self._known(text)), processes, first)

    def is_unread(self, text: Text) -> bool:
        """Whether a text has still to be read: it is not remembered."""
        return super().is_unread(text) and not self._known(text)

    def _known(self, text: Text) -> bytes:
        return self._before.get(self._digests.of_text(text), NOTHING)

    @property
    def changed(self) -> bool:
        """Whether these are other texts than before."""
        return self._now.keys() != self._before.keys()

    def given(self, text: Text) -> Given:
        """What a text gives, read now or before."""
        known, found, mappings = self._known(text), None, len(self.mapped.documents)
        if not known and id(text) in self.written:
            known, found = self.written.pop(id(text))
        try:
            found = found or (given_of(known) if known else super().given(text))
        except UNREADABLE:
            known, found = NOTHING, super().given(text)
        holds_mapping = len(self.mapped.documents) > mappings
        self._now[self._digests.of_text(text)] = known or (NOTHING if holds_mapping else bytes_if_exact(found))
        return found

    def given_together(self, texts: Sequence[Text]) -> Given:
        """What the texts of one group give, read now or before."""
        key = digest([self._digests.of_text(text) for text in texts])
        known = self._before.get(key)
        try:
            found = given_of(known) if known else super().given_together(texts)
        except UNREADABLE:
            known, found = None, super().given_together(texts)
        self._now[key] = known or bytes_if_exact(found)
        return found
