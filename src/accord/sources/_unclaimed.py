"""Documents that no source would claim, told by what stands at their top: libyaml says that they are right, and no node is made.

Gives a text without them, or as it is where one of them may be refused or be somebody's: nothing that is said of a text
ever hangs on it. What is known of a document may be more than it holds, never less: what looks like a key counts as one.
"""

import re
from collections.abc import Callable
from itertools import pairwise

import msgspec
import yaml
from yaml._yaml import CParser

from accord.sources._compose import FEW_BRACKETS, LARGEST, may_be_refused, may_be_unbounded

LIST = "- "
"""Stands among the keys at the top for a document that is a list."""

Claimable = Callable[[str, tuple[str, ...], str], bool]
"""Whether a document of this kind, with these keys at its top and these words, may be somebody's."""

_FLOW = re.compile(r"\s*([{\[])")
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ITEMS = msgspec.json.Decoder(list[msgspec.Raw])

_NO_BRACKETS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[^"\[\]{}]+')
_DEEPEST = 500

_BOUNDARY = re.compile(r"\n---(?=[ \n]|\Z)")
_BEFORE = re.compile(r"(?:\n---(?: +#.*| *))?(?:\n *(?:#.*)?)*(?=\n)")
_AT_MARGIN = re.compile(r"\n([^ \t\n#].*)")
_KEY = re.compile(r"""(?:([A-Za-z_$](?:[\w./ $-]*[\w./$-])?)|"([^"\\]+)"|'([^']+)'):(?= |\Z)""")
_KIND = re.compile(r"\nkind: +([A-Za-z]+) *(?=\n)(?!\n(?: +[^ #\n]| *\n))")
_KINDS = re.compile(r"\nkind: ([A-Za-z]+)\n")
_FIRST_KEY = re.compile(r"(?:---\n|#.*\n)*(\w+):")
_OF_OBJECTS = frozenset(("apiVersion", "kind"))
_OPENS = re.compile(r"[\"'\[{]")
_NO_DOCUMENT = ("", " ", "\t", "#", "\n")


def without_unclaimed(text: str, is_claimable: Claimable) -> str:
    """The text with empty lines for each document that nobody claims; empty where nothing else is in it."""
    flow = _FLOW.match(text)
    if flow is None:
        return _without_blocks(text, is_claimable)
    head = _head_of_json(text, flow[1] == "[")
    if head is None or is_claimable(*head, text) or len(text) > LARGEST or _is_deep(text):
        return text
    return "" if _is_well_formed(text) else text


def _is_well_formed(text: str) -> bool:
    """Whether libyaml reads a text to its end."""
    try:
        CParser(text).raw_parse()
    except (yaml.YAMLError, UnicodeEncodeError):
        return False
    return True


_Head = tuple[str, tuple[str, ...]]
"""The kind of a document, empty where it has none, and the keys at its top."""


def _head_of_json(text: str, is_list: bool) -> _Head | None:
    """What a text says that is JSON: one document without templates and anchors; None where it is none."""
    try:
        if is_list:
            _ITEMS.decode(text)
            return "", (LIST,)
        found = _MEMBERS.decode(text)
        kind = msgspec.json.decode(found["kind"]) if "kind" in found else ""
    except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError):
        return None
    return (kind, tuple(found)) if type(kind) is str else None


def _is_deep(text: str) -> bool:
    """Whether JSON may nest more than some levels: a pair of brackets with nothing in it goes, and then those around it."""
    if text.count("[") + text.count("{") <= FEW_BRACKETS:
        return False
    brackets, left = _NO_BRACKETS.sub("", text), _DEEPEST
    while brackets and left:
        brackets, left = brackets.replace("[]", "").replace("{}", ""), left - 1
    return bool(brackets)


# ---------------------------------------------------------------------- blocks


def _without_blocks(text: str, is_claimable: Claimable) -> str:
    if _is_claimable_at_once(text, is_claimable):
        return text
    lean = "\n" + (text.replace("\r\n", "\n") if "\r" in text else text)  # all that is looked for begins a line
    parts = _parts(lean)
    unclaimed = [_is_unclaimed(part, is_claimable) and not may_be_refused(part) for part in parts]
    if True not in unclaimed or "\r" in lean or "\n..." in lean or "\n%" in lean:
        return text
    if may_be_unbounded(text) or not _is_well_formed(text):
        return text
    if all(unclaimed):
        return ""
    return "".join(_emptied(part) if out else part for part, out in zip(parts, unclaimed, strict=True))[1:]


def _is_claimable_at_once(text: str, is_claimable: Claimable) -> bool:
    """Whether all of a text may be somebody's, by its kinds or its first key alone: most that are claimed need no other look."""
    first = _FIRST_KEY.match(text)
    if first is None:
        return False
    if first[1] not in _OF_OBJECTS:
        return is_claimable("", (first[1],), text) and "\n---" not in text
    kind = _KINDS.search(text)
    if kind is None or not is_claimable(kind[1], (), ""):
        return False
    kinds = _KINDS.findall(text, kind.end() - 1)
    return len(kinds) >= text.count("\n---") and all(is_claimable(kind, (), "") for kind in set(kinds))


def _parts(text: str) -> list[str]:
    """The documents of a text, each with the line `---` before it; each begins with the end of the line before."""
    begins = [found.start() for found in _BOUNDARY.finditer(text)] if "\n---" in text else []
    return [text[begin:end] for begin, end in pairwise((0, *begins, len(text)))] if begins else [text]


def _emptied(part: str) -> str:
    """As many lines without a document; a comment ends a block of text before them, as `---` did."""
    return "\n#" + "\n" * (part.count("\n") - 1)


def _is_unclaimed(part: str, is_claimable: Claimable) -> bool:
    """Whether a document is a map in blocks or a list, and nobody's."""
    kind = _KIND.search(part)
    if kind is not None and is_claimable(kind[1], (), part):
        return False
    before = _BEFORE.match(part)
    begin = before.end() if before else 0
    if part[begin + 1 : begin + 2] in _NO_DOCUMENT:
        return False
    keys = []
    for line in _AT_MARGIN.findall(part, begin):
        found = _KEY.match(line)
        if found is not None:
            keys.append(found[found.lastindex or 0])
        elif line != "-" and not line.startswith("- "):
            return False
    if "kind" in keys and (kind is None or keys.count("kind") > 1 or _OPENS.search(part, begin, kind.start())):
        return False  # it does not stand on a line by itself, or what looks like it may be a text
    return not is_claimable(kind[1] if kind else "", tuple(keys) or (LIST,), part)
