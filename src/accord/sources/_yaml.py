"""Located reading of YAML and JSON: every key and value with its line and column, every scalar as text.

Nodes are read line by line where a text is plain, and composed by libyaml else. No tag is ever acted on; what a scalar
means is for the term that asks.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

import yaml
from msgspec import Struct

from accord.model.fact import EVERYWHERE, Scope
from accord.model.place import Place
from accord.model.problem import Problem
from accord.sources._compose import composed, content_check
from accord.sources._nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode, located, paired, precedes, text_of
from accord.sources._plain_yaml import read_plain
from accord.sources._refusals import (
    FORMAT_KEYS,
    Refusal,
    character_refused,
    chart_of,
    error_refused,
    lines_before,
    own_begin,
    rendered_by,
)
from accord.sources._unclaimed import Claimable, without_unclaimed

__all__ = [
    "NULLS",
    "Document",
    "Entry",
    "MappingNode",
    "Node",
    "ScalarNode",
    "SequenceNode",
    "members",
    "child",
    "documents",
    "entries",
    "is_null",
    "items",
    "paired",
    "place_of",
    "precedes",
    "text_of",
]

NULLS = frozenset(("", "null", "~", "Null", "NULL"))
"""Texts that, without quotes, say that nothing stands there."""

MOST_REFUSALS = 100
"""Documents of one file that may be refused before the rest of the file is left unread."""

_MOST_READ_AGAIN = 200_000_000  # characters: reading goes on after an error only as long as this bounds the time
_BOUNDARY = re.compile(r"^---(?=\s|\Z)", re.MULTILINE)
_COMMENT = re.compile(r"^\s*(?://|/\*)", re.MULTILINE)
_COMMENTED = "not JSON: it has comments, which JSON does not know"
_OF_A_FORMAT = re.compile(
    rf"^\s*\"(?:{'|'.join((*FORMAT_KEYS, 'openapi', 'swagger', 'party', 'mapping'))})\"\s*:", re.MULTILINE
)
"""What settings of editors and compilers, which allow comments, have no key of: they are passed over."""
_ADVICE = (
    ("; put --- between documents", ", and a JSON file holds one"),
    ("; put a text that holds one in quotes, or align this line with its neighbours", ""),
)
"""Advice for YAML, and what is said instead of JSON."""
_MARK = "\ufeff"  # of the byte order: libyaml leaves out one at the beginning, and all indices would be one less
_LINES_OF_NO_EDITOR = re.compile("[\x85\u2028\u2029]")  # line ends to libyaml alone: they would shift every place
_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\Z)', re.DOTALL)
_SURROGATES = re.compile(
    r"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)


class Document(Struct, frozen=True):
    """One YAML document: its root node, the scope that its path gives it, and the homes that its text holds.

    `homes` is shared by the documents of one text: where each party and scope spoke first. `folder` is what the folder
    of the file is called, where its root is a path that does not say so, such as `..`.
    """

    root: str
    file: str
    node: Node
    scope: Scope = EVERYWHERE
    homes: dict[tuple[str, Scope], Place] = {}
    folder: str = ""


def documents(
    text: str, root: str, file: str, scope: Scope = EVERYWHERE, folder: str = "", is_claimable: Claimable | None = None
) -> Iterator[Document | Problem]:
    """Every document of a YAML or JSON text; what cannot be read becomes a Problem with its place.

    Given `is_claimable`, those that are not may be left out.

    After an error, reading goes on at the next line that starts with `---`. A template ends the reading of its text:
    what follows may stand under its condition.
    """
    typed, text = text, _readable(text)
    homes: dict[tuple[str, Scope], Place] = {}
    for found in _read(text) if is_claimable is None else _read_some(text, is_claimable):
        if isinstance(found, Refusal):
            reason = _of_json(typed, found.reason) if file.endswith(".json") else found.reason
            if reason == _COMMENTED and not _OF_A_FORMAT.search(typed):
                continue
            reason += rendered_by(chart_of(text, file)) if found.template else ""
            yield Problem(Place(root, file, found.line, _column(typed, found)), reason, fatal=True)
        else:
            yield Document(root, file, found, scope, homes, folder)


def _read(text: str) -> Iterable[Node | Refusal]:
    """The root nodes of a text, and a Refusal for each document that gives none."""
    return read_plain(text) or _read_from(text, 0, len(text))


def _read_some(text: str, is_claimable: Claimable) -> Iterable[Node | Refusal]:
    """The same without what nobody claims; where anything is refused nothing is left out."""
    some = without_unclaimed(text, is_claimable)
    if some is text:
        return _read(text)
    found = list(_read(some)) if some else []
    return _read(text) if any(isinstance(one, Refusal) for one in found) else found


def _of_json(text: str, reason: str) -> str:
    """The same in words for a JSON text; comments, which some tools allow in files of this name, are said to be the reason."""
    if _COMMENT.search(text):
        return _COMMENTED
    for advice, instead in _ADVICE:
        reason = reason.replace(advice, instead, 1)
    return reason.replace("not YAML", "not JSON", 1)


def _column(typed: str, refusal: Refusal) -> int:
    """The column of a refusal in the text as typed: characters exchanged inside open quotes may have shifted it."""
    begin = 0
    for _ in range(refusal.line - 1):
        begin = typed.find("\n", begin) + 1
    end = typed.find("\n", begin)
    return min(refusal.column, (end if end >= 0 else len(typed)) - begin + 1)


def _readable(text: str) -> str:
    """The same text, places unchanged, without what JSON allows and libyaml refuses, and without the mark that it leaves out by itself."""
    if not text.isascii():
        text = _LINES_OF_NO_EDITOR.sub(" ", text.lstrip(_MARK))
    if "\\" in text and ("\\ud" in text or "\\uD" in text):
        text = _LITERAL.sub(_without_surrogates, text)
    if text[:1] in "\t {[\r\n" and "\t" in text:
        body = text.lstrip()
        if body[:1] in ("{", "["):
            return text[: len(text) - len(body)].replace("\t", " ") + body.rstrip()
    return text


def _without_surrogates(literal: re.Match[str]) -> str:
    """The quoted text with each escaped surrogate pair as its character; blanks behind it keep later columns."""
    if "\\ud" not in literal[0] and "\\uD" not in literal[0]:
        return literal[0]
    return _SURROGATES.sub(_character, literal[0]).ljust(len(literal[0]))


def _character(escapes: re.Match[str]) -> str:
    if escapes[0] == r"\\":
        return escapes[0]  # a backslash by itself: what follows is no escape, as in a regular expression
    if len(escapes[0]) == 6:
        return "\ufffd"
    high, low = int(escapes[0][2:6], 16), int(escapes[0][8:], 16)
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))


def _read_from(text: str, begin: int, end: int) -> Iterator[Node | Refusal]:
    """The root nodes of text[begin:end], and a Refusal for each document that gives none."""
    check = content_check(text)
    shared = "*" in text and "&" in text
    budget = _MOST_READ_AGAIN
    refused = 0
    while begin < end:
        before = lines_before(text, begin)
        given = 0
        try:
            for node in composed(_part(text, begin, end, before)):
                refusal = check(node) if check else None
                yield refusal or located(node, shared)
                given += 1
                if refusal and refusal.template:
                    return
            return
        except yaml.MarkedYAMLError as error:
            refusal = error_refused(error, text, begin, begin - before)
        except (yaml.YAMLError, UnicodeEncodeError) as error:
            refusal = character_refused(error, text, begin)
            # libyaml decodes far ahead: what stands before this document may not have been given yet
            yield from islice(_read_from(text, begin, own_begin(text, begin, refusal.index)), given, None)
        refused, budget = refused + 1, budget - (end - begin + before)
        if _is_after_end(text, begin, refusal):
            begin = refusal.index
            continue
        yield refusal
        following = _BOUNDARY.search(text, max(refusal.index, begin + 1), end)
        if following is None or refusal.template:
            return
        begin = following.start()
        if refused >= MOST_REFUSALS or budget < 0:
            yield Refusal(
                lines_before(text, begin) + 1,
                1,
                f"not read from here on: {refused} documents before were refused",
                begin,
            )
            return


def _part(text: str, begin: int, end: int, before: int) -> str:
    """A part of the text behind as many empty lines as lines stand before it, so that its marks are true."""
    return text if begin == 0 and end == len(text) else "\n" * before + text[begin:end]


def _is_after_end(text: str, begin: int, refusal: Refusal) -> bool:
    """Whether libyaml refused what is right: a document that follows `...` without a `---` of its own."""
    if "document" not in refusal.reason:
        return False
    before = text[begin : refusal.index].rstrip()
    return before[before.rfind("\n") + 1 :] == "..."


def is_null(node: Node) -> bool:
    """Whether nothing is written here: no text, or without quotes one that means null."""
    return type(node) is ScalarNode and not node.style and node.value in NULLS and node.tag is None


def place_of(node: Node, root: str, file: str) -> Place:
    """Line and column of a node, both from 1."""
    mark = node if node.mark is None else node.mark
    return Place(root, file, mark.line + 1, mark.column + 1)


def entries(node: Node | None, duplicates: list[tuple[Node, str]] | None = None) -> list[Entry]:
    """The entries of a mapping in order, merge keys resolved; own keys win over merged ones, earlier merges over later.

    A repeated key keeps its first value and is appended to `duplicates`. A key that is no scalar has the name `?`.
    An entry whose value is an alias, or that comes from a merge, has the place of the entry that uses it.
    """
    if type(node) is not MappingNode:
        return []
    found: list[Entry] = node.value
    keys = {entry.key for entry in found}
    if len(keys) == len(found) and "<<" not in keys:
        return found.copy()
    result: list[Entry] = []
    seen: set[str] = set()
    merged: list[Node] = []
    for entry in found:
        key = entry.key
        if key == "<<" and _merged_by(entry):
            merged.append(entry.key_node)
            continue
        if key in seen and not _is_complex(entry):
            if duplicates is not None:
                duplicates.append((entry.key_node, key))
            continue
        seen.add(key)
        result.append(entry)
    if merged:
        _merge(node, merged[0], seen, result)
    return result


def members(node: Node, duplicates: list[tuple[Node, str]] | None = None) -> dict[str, Entry]:
    """The entries of a mapping by their keys."""
    if type(node) is not MappingNode:
        return {}
    found = {entry.key: entry for entry in node.value}
    if len(found) == len(node.value) and "<<" not in found:
        return found
    return {entry.key: entry for entry in entries(node, duplicates)}


def _is_complex(entry: Entry) -> bool:
    """Whether the key of an entry is no scalar."""
    return entry.typed is not None and type(entry.typed) is not ScalarNode


def _merged_by(entry: Entry) -> list[Node]:
    """The mappings that an entry `<<: ...` merges; none where it is an ordinary key."""
    value = entry.value
    if entry.key != "<<" or entry.style:
        return []
    if type(value) is MappingNode:
        return [value]
    if type(value) is SequenceNode and all(type(item) is MappingNode for item in value.value):
        return list(value.value)
    return []


def _merge(top: Node, using: Node, seen: set[str], result: list[Entry]) -> None:
    """Append what the merge keys of a mapping bring in, also through merge keys of theirs, at the place of `using`."""
    waiting = _merges(top)
    while waiting:
        node = waiting.pop()
        for entry in node.value:
            if entry.key not in seen and not _is_complex(entry) and not _merged_by(entry):
                seen.add(entry.key)
                result.append(Entry(entry.key, entry.value, using, using.line, using.column, using.style, using))
        waiting += _merges(node)


def _merges(node: Node) -> list[Node]:
    """The mappings merged into a mapping, the one that wins last."""
    return [merged for entry in node.value for merged in _merged_by(entry)][::-1]


def child(node: Node | None, *path: str) -> Node | None:
    """The value under a path of keys, merge keys included; None where the path is absent."""
    for name in path:
        if node is None or type(node) is not MappingNode:
            return None
        merges = False
        for entry in node.value:
            if entry.key == name and (name != "?" or not _is_complex(entry)):
                node = entry.value
                break
            merges = merges or entry.key == "<<"
        else:
            node = _merged_child(node, name) if merges else None
    return node


def _merged_child(node: Node, name: str) -> Node | None:
    return next((entry.value for entry in entries(node) if entry.key == name), None)


def items(node: Node | None) -> list[Node]:
    """The items of a sequence; empty for anything else."""
    return list(node.value) if node is not None and type(node) is SequenceNode else []
