"""A check that remembers: what was read and found before, as long as nothing that it depends on has changed.

Two things are kept for each choice of paths, outside of the files that are checked: what each text gave, so that only those
are read again that changed, and the outcome of the last check, so that where nothing changed nothing is done again.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from datetime import date

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from accord.files.ahead import ReaderAhead, texts_of
from accord.files.cache import Cache
from accord.files.config import Config
from accord.files.encoded import NOTHING, UNWRITABLE, Outcome, bytes_if_exact, given_of, outcome_of
from accord.files.given import Given
from accord.files.identity import digest, of_check, of_text, program
from accord.files.landscape import Side, Text
from accord.files.read import is_whole, sides_of
from accord.model.problem import Problem
from accord.model.result import Reading, Result

_DIGEST = 20
_UNREADABLE = (msgspec.MsgspecError, *UNWRITABLE)
_TEXTS = msgspec.msgpack.Decoder(dict[bytes, bytes])
_OF_WHAT_STANDS_ELSEWHERE = ("applies", "laid_over", "laid_over.several")
"""What a kustomization says of other files; where these give nothing, nothing was read."""
_OF_PATHS = "owns."
"""Who owns which paths, as CODEOWNERS says: where nobody is read of, there is nothing to own."""

Judge = Callable[[Reading], Result]


class Checked(Struct, frozen=True):
    """What a check came to; `reading` is None where nothing had to be read again."""

    outcome: Outcome
    reading: Reading | None = None


def checked(
    paths: Sequence[str],
    config: Config,
    as_of: date,
    cache: Cache | None,
    judge: Judge,
    judges_by: object = (),
    reads: bool = False,
) -> Checked:
    """What `judge` finds, on the day `as_of`, in all that the paths state, or found in the very same before.

    `judges_by` is what else its answer depends on. With `reads` the reading is never left out. Raises
    accord.files.walk.Missing for a path that names nothing.
    """
    arguments = [*paths] or ["."]
    whole = is_whole(arguments, config)
    sides = [_together(side) for side in sides_of(arguments, config)]
    if cache is None or not program():
        return _judged(ReaderAhead(config), arguments, sides, judge)
    try:
        slot = digest(os.getcwd(), arguments, config.file).hex()  # noqa: PTH109
        reader = _Remembering(config, sides)
        key = of_check(config, as_of, [(side, reader.digests(side)) for side in sides], whole, judges_by)
    except UnicodeEncodeError:  # a path that is no text has no digest
        return _judged(ReaderAhead(config), arguments, sides, judge)
    known = None if reads else _known(cache.load(f"{slot}.outcome"), key)
    if known is not None:
        return Checked(known)
    reader.remember(cache.load(f"{slot}.texts"))
    found = _judged(reader, arguments, sides, judge)
    if reader.changed:
        cache.save(f"{slot}.texts", reader.remembered())
    if not reader.mapped.documents:  # what a mapping reads is not among the texts that the key is made of
        cache.save(f"{slot}.outcome", key + bytes_if_exact(found.outcome))
    return found


def _judged(reader: ReaderAhead, arguments: Sequence[str], sides: Sequence[Side | Problem], judge: Judge) -> Checked:
    reader.read_ahead(texts_of(sides), first=_load_rules)
    reading = reader.reading_of(arguments, sides)
    stated = any(_is_stated(fact.term) for fact in reading.facts)
    return Checked(Outcome(stated, reading.imported, judge(reading)), reading)


def _is_stated(term: str) -> bool:
    return term not in _OF_WHAT_STANDS_ELSEWHERE and not term.startswith(_OF_PATHS)


def _load_rules() -> None:
    """Loads what judges: that takes a while, and is needed as soon as everything is read."""
    import accord.check  # noqa: F401
    from accord.rules._catalogue import rules

    rules()


def _together(side: Side | Problem) -> Side | Problem:
    """The side with its texts at hand: they are looked at twice."""
    return side if isinstance(side, Problem) else replace(side, texts=tuple(side.texts))


def _known(entry: bytes | None, key: bytes) -> Outcome | None:
    if entry is None or entry[:_DIGEST] != key:
        return None
    try:
        return outcome_of(entry[_DIGEST:])
    except _UNREADABLE:
        return None


class _Remembering(ReaderAhead):
    """A reader that reads only the texts whose facts it does not remember."""

    def __init__(self, config: Config, sides: Iterable[Side | Problem]) -> None:
        super().__init__(config)
        texts = [text for side in sides if isinstance(side, Side) for text in side.texts]
        self._digests = {id(text): self._digest(text) for text in texts}
        self._before: dict[bytes, bytes] = {}
        self._now: dict[bytes, bytes] = {}

    def _digest(self, text: Text | Problem) -> bytes:
        if isinstance(text, Problem):
            return digest(text)
        return of_text(text, self.config.scope_of(text.path) if text.path else ())

    def digests(self, side: Side | Problem) -> list[bytes]:
        """The digests of the texts of a side."""
        return [] if isinstance(side, Problem) else [self._digests[id(text)] for text in side.texts]

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
        super().read_ahead((text for text in texts if not self._before.get(self._digests[id(text)])), processes, first)

    def is_unread(self, text: Text) -> bool:
        """Whether a text has still to be read: it is not remembered."""
        return super().is_unread(text) and not self._before.get(self._digests[id(text)])

    @property
    def changed(self) -> bool:
        """Whether these are other texts than before."""
        return self._now.keys() != self._before.keys()

    def given(self, text: Text) -> Given:
        """What a text gives, read now or before."""
        key, mappings = self._digests[id(text)], len(self.mapped.documents)
        known, found = self._before.get(key, NOTHING), None
        if not known and id(text) in self.written:
            known, found = self.written.pop(id(text))
        try:
            found = found or (given_of(known) if known else super().given(text))
        except _UNREADABLE:
            known, found = NOTHING, super().given(text)
        holds_mapping = len(self.mapped.documents) > mappings
        self._now[key] = known or (NOTHING if holds_mapping else bytes_if_exact(found))
        return found

    def given_together(self, texts: Sequence[Text]) -> Given:
        """What the texts of one group give, read now or before."""
        key = digest([self._digests[id(text)] for text in texts])
        known = self._before.get(key)
        try:
            found = given_of(known) if known else super().given_together(texts)
        except _UNREADABLE:
            known, found = None, super().given_together(texts)
        self._now[key] = known or bytes_if_exact(found)
        return found
