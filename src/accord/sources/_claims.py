"""Which source reads a document: the first, in order of name, that claims it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import cast

from msgspec.structs import replace

from accord.model.fact import EVERYWHERE, Fact, Scope
from accord.model.place import Place
from accord.model.problem import Problem
from accord.model.waiver import Waiver
from accord.sources._named import claiming, source_module, source_of_file
from accord.sources._objects import kind_of, opened
from accord.sources._reading import Source, TextSource, TogetherSource
from accord.sources._unclaimed import LIST, Claimable
from accord.sources._waivers import waivers_in
from accord.sources._yaml import Document, MappingNode, SequenceNode, documents


@cache
def sources() -> tuple[Source, ...]:
    """Every source of this package that reads documents, in order of name."""
    return tuple(cast(Source, source_module(name)) for name in claiming())


def read_whole(source: TextSource, text: str, start: Place, scope: Scope = EVERYWHERE) -> Iterator[Fact | Problem]:
    """What a source gives for a file, its facts under the scope that the path gives as well."""
    for found in source.read_text(text, start):
        if scope and isinstance(found, Fact):
            yield replace(found, scope=tuple(sorted({**dict(scope), **dict(found.scope)}.items())))
        else:
            yield found


def is_adding(source: TogetherSource, file: str) -> bool:
    """Whether a file only adds to what others of its format say."""
    return file.endswith(tuple(one.removeprefix("*") for one in source.ADDING))


def waivers_of_file(text: str, start: Place, more: Sequence[TextSource] = ()) -> list[Waiver]:
    """The waivers in the comments of a file; a format that is not YAML says what begins a comment in it."""
    source = source_of_file(start.file, more)
    return waivers_in(text, start, None if source is None else getattr(source, "COMMENTS", ()))


def reads_beside(source: Source) -> bool:
    """Whether a source also reads what another one claims (`BESIDE`)."""
    return getattr(source, "BESIDE", False)


def asked(document: Document, more: Sequence[Source] = ()) -> Sequence[tuple[Source, bool]]:
    """The sources that may claim a document, and whether each reads beside others; first those of this package."""
    node, name = document.node, document.file.rpartition("/")[2]
    if type(node) is MappingNode:
        keys = tuple([entry.key for entry in node.value])
    else:
        keys = (LIST,) if type(node) is SequenceNode else ("<<",)
    name = name if name in _names() else ""
    own = _asked_about(kind_of(document)[1], keys, name) if len(keys) <= _FEW else _every()
    return (*own, *((source, reads_beside(source)) for source in more)) if more else own


@lru_cache(maxsize=4096)
def _asked_about(kind: str, keys: tuple[str, ...], name: str) -> tuple[tuple[Source, bool], ...]:
    if "<<" in keys:
        return _every()  # what a merge brings in can be told by none but the source
    found = []
    for source, beside in _every():
        kinds: frozenset[str] = getattr(source, "AT_KINDS", frozenset())
        tops: frozenset[str] = getattr(source, "AT_KEYS", frozenset())
        names: frozenset[str] = getattr(source, "AT_FILES", frozenset())
        if kind in kinds or name in names or not tops.isdisjoint(keys) or not (kinds or tops or names):
            found.append((source, beside))
    return tuple(found)


@cache
def _names() -> frozenset[str]:
    """The names of files in which a source is asked about any document."""
    return frozenset(name for source in sources() for name in getattr(source, "AT_FILES", ()))


@cache
def _every() -> tuple[tuple[Source, bool], ...]:
    return tuple((source, reads_beside(source)) for source in sources())


_FEW = 40
"""Keys of a document at the top; one with more is a rare list of things that has no place among what is known."""


def claimable_in(file: str) -> Claimable | None:
    """Tells of a document by its head whether a source of this package may claim it; None where any may be claimed by the file's name."""
    return None if file.rpartition("/")[2] in _names() else _is_claimable


def _is_claimable(kind: str, keys: tuple[str, ...], text: str) -> bool:
    words = _words_needed(kind, keys)
    if words is None:
        return True
    if not words or not words.isdisjoint(keys):
        return bool(words)
    found = [word for word in words if word in text]
    if found and (_ASKED.search(text) or any(_as_key(word).search(text) for word in found)):
        return True
    return "\\" in text and _SPELT.search(text) is not None


@cache
def _as_key(word: str) -> re.Pattern[str]:
    """What a key that is not asked for looks like: with a value behind it or, in braces, without one."""
    return re.compile(rf"{word}[\"']?\s*[:,}}#]")


@lru_cache(maxsize=4096)
def _words_needed(kind: str, keys: tuple[str, ...]) -> frozenset[str] | None:
    """The keys of which one stands in every document of this head that a source claims; None where one may need none."""
    if kind.endswith("List"):
        return None  # of what is in it nothing is known
    needed: list[str] = []
    for source, _ in _asked_about(kind, keys, ""):
        words: tuple[str, ...] = getattr(source, "AT_WORDS", ())
        if not words or (kind and kind in getattr(source, "AT_KINDS", ())):
            return None
        needed += words
    return frozenset(needed)


_ASKED = re.compile(r"\?\s")
"""What may stand before a key that does not end on its line."""

_SPELT = re.compile(r"\\(?:[xU\r\n]|u00[4-7])")
"""What a letter may be written as, and what may stand between two, in quotes: a word need not stand there then."""


def read_document(document: Document, more: Sequence[Source] = ()) -> Iterable[Fact | Problem]:
    """The facts of one document: of the first source that claims it, and of those that read beside others."""
    is_read = False
    for source, beside in asked(document, more):
        if (beside or not is_read) and source.claims(document):
            is_read = is_read or not beside
            yield from source.read(document)


def read_text(text: str, root: str, file: str, scope: Scope = EVERYWHERE) -> Iterator[Fact | Problem]:
    """The facts of every document of a text, or of the file whole, and what was refused with its place."""
    source = source_of_file(file)
    if source is not None:
        yield from read_whole(source, text, Place(root, file, 1, 1), scope)
        return
    for document in documents(text, root, file, scope):
        if isinstance(document, Problem):
            yield document
        else:
            for part in opened(document):
                yield from read_document(part)
