"""A check that remembers: what was read and found before, as long as nothing that it depends on has changed.

Two things are kept for each choice of paths, outside of the files that are checked: what each text gave, so that only those
are read again that changed (`reading_again`), and the outcome of the last check, so that where nothing changed nothing is done again,
and nothing is imported that would do it.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from accord.files.cache import Cache
from accord.files.config import Config
from accord.files.encoded import UNWRITABLE, Outcome, bytes_if_exact, outcome_of
from accord.files.identity import digest, of_check, of_text, program
from accord.files.landscape import Side, Text, is_whole, sides_of
from accord.model.problem import Problem
from accord.model.result import Reading, Result

if TYPE_CHECKING:
    from accord.files.ahead import ReaderAhead

_DIGEST = 20
UNREADABLE = (msgspec.MsgspecError, *UNWRITABLE)
"""What is raised for that which was kept, and is no longer what this program writes."""
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
        return _anew(config, arguments, sides, judge)
    try:
        slot = digest(os.getcwd(), arguments, config.file).hex()  # noqa: PTH109
        digests = Digests(config, sides)
        key = of_check(config, as_of, [(side, digests.of(side)) for side in sides], whole, judges_by)
    except UnicodeEncodeError:  # a path that is no text has no digest
        return _anew(config, arguments, sides, judge)
    known = None if reads else _known(cache.load(f"{slot}.outcome"), key)
    if known is not None:
        return Checked(known)
    from accord.files.reading_again import ReaderAgain

    reader = ReaderAgain(config, digests)
    reader.remember(cache.load(f"{slot}.texts"))
    found = _judged(reader, arguments, sides, judge)
    if reader.changed:
        cache.save(f"{slot}.texts", reader.remembered())
    if not reader.mapped.documents:  # what a mapping reads is not among the texts that the key is made of
        cache.save(f"{slot}.outcome", key + bytes_if_exact(found.outcome))
    return found


def _anew(config: Config, arguments: Sequence[str], sides: Sequence[Side | Problem], judge: Judge) -> Checked:
    from accord.files.ahead import ReaderAhead

    return _judged(ReaderAhead(config), arguments, sides, judge)


def _judged(reader: "ReaderAhead", arguments: Sequence[str], sides: Sequence[Side | Problem], judge: Judge) -> Checked:
    from accord.files.ahead import texts_of

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
    except UNREADABLE:
        return None


class Digests:
    """The digests of the texts of a check, each worked out once. Raises UnicodeEncodeError for a path that is no text."""

    def __init__(self, config: Config, sides: Iterable[Side | Problem]) -> None:
        self._config = config
        texts = [text for side in sides if isinstance(side, Side) for text in side.texts]
        self._known = {id(text): self._digest(text) for text in texts}

    def _digest(self, text: Text | Problem) -> bytes:
        if isinstance(text, Problem):
            return digest(text)
        return of_text(text, self._config.scope_of(text.path) if text.path else ())

    def of_text(self, text: Text | Problem) -> bytes:
        """That of one of these texts, the very same object."""
        return self._known[id(text)]

    def of(self, side: Side | Problem) -> list[bytes]:
        """Those of the texts of a side."""
        return [] if isinstance(side, Problem) else [self.of_text(text) for text in side.texts]
