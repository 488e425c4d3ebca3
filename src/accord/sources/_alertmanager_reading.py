"""Reads a file as strictly as Alertmanager does: an unknown key, a value of another kind, a key twice: all are refused."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from accord.model.alerting import Matcher
from accord.model.pattern import compiled
from accord.model.place import Place
from accord.model.problem import Refused
from accord.sources._alertmanager_matchers import LABEL, matcher, parse_matchers
from accord.sources._alertmanager_shapes import CHOICES, EXCLUDING, NEEDED, SHAPES
from accord.sources._alertmanager_special import SPECIAL
from accord.sources._alertmanager_times import parse_days, parse_location, parse_months, parse_weekdays, parse_years
from accord.sources._go_duration import parse_go_duration
from accord.sources._objects import shown
from accord.sources._prometheus_duration import parse_prometheus_duration
from accord.sources._strict import Strict, is_meant
from accord.sources._yaml import Document, Entry, MappingNode, Node, SequenceNode, entries, is_null, text_of

TEMPLATE_MARKS = ("{{", "<%", "%{", "{%", "${", "$(")
_FLAGS = {
    **dict.fromkeys(("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y"), True),
    **dict.fromkeys(("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N"), False),
}
_NUMBER = re.compile(r"[-+]?[0-9][0-9_]*(?:\.0*)?(?:[eE]\+?[0-9]+)?|0x[0-9a-fA-F]+|0o[0-7]+|0b[01]+")
_URL = re.compile(r"(?i:https?)://(?:[^/?#@\s]*@)?([^/?#@\s]+)[^\s\x00-\x1f\x7f]*")
_SECRET = "<secret>"

Members = dict[str, Entry]


def is_set(entry: Entry | None) -> bool:
    """Whether a key is there and has a value; an empty text is none."""
    return entry is not None and not is_null(entry.value) and text_of(entry.value) != ""


def flag_of(entry: Entry | None) -> bool | None:
    """The truth value under a key; None where it is absent."""
    return None if entry is None or is_null(entry.value) else _FLAGS.get(text_of(entry.value) or "")


def text_under(members: Members, key: str) -> str:
    """The text under a key, empty where there is none."""
    entry = members.get(key)
    return "" if entry is None or is_null(entry.value) else text_of(entry.value) or ""


def host_of(url: str) -> str:
    """The host and port of a URL, without whoever logs in; empty where it is none, or a secret."""
    match = _URL.fullmatch(url)
    return match[1].lower() if match else ""


class StrictByShape(Strict):
    """Walks what Alertmanager reads, by the shape of each of its parts."""

    def __init__(
        self, document: Document, at: Place | None = None, who: str = "Alertmanager refuses this file"
    ) -> None:
        super().__init__(document, before=f"{who}: ", at=at)

    def parsed(self, node: Node, what: str, parse: Callable[[str], Any]) -> Any:
        """The value of a scalar; None where it is refused."""
        text = "" if is_null(node) else text_of(node)
        if text is None:
            self.refuse(node, f"{what}: expected one value, read {shown(node)}")
            return None
        try:
            return parse(text)
        except Refused as refusal:
            self.refuse(node, f"{what}: {refusal}")
            return None

    # ------------------------------------------------------------------ by shape

    def check(self, node: Node, shape: str, what: str, common: Members) -> Members:
        """The members of a map of this shape, everything below it checked; `common` is what `global` says."""
        members = self.members(node, what)
        known = SHAPES[shape]
        for key, entry in members.items():
            if key not in known:
                self.refuse(entry.key_node, f"{key} is no key of {what}{is_meant(key, known)}")
            elif not is_null(entry.value):
                self.value(entry, known[key], common)
        if type(node) is MappingNode:
            self.require(node, shape, what, members, common)
        return members

    def value(self, entry: Entry, kind: str, common: Members) -> None:
        """Checks the value under one key."""
        if kind.startswith("@"):
            self.check(entry.value, kind[1:], entry.key, common)
        elif kind.startswith("*"):
            for item in self.sequence(entry, entry.key):
                if is_null(item):
                    self.refuse(item, f"{entry.key}: an item without anything in it")
                else:
                    self.check(item, kind[1:], f"an item of {entry.key}", common)
        elif kind in _LISTS:
            for item in self.sequence(entry, entry.key):
                self.parsed(item, entry.key, _LISTS[kind])
        elif kind in ("map", "labels", "patterns"):
            self.check_map(entry, kind)
        elif kind in ("flag", "number", "time") and text_of(entry.value) is not None:
            self.check_plain(entry, kind)
        elif kind in ("any", "tree"):
            if kind == "tree":
                self.members(entry.value, entry.key)
            self.check_keys(entry.value, entry.key)
        elif kind != "route":
            self.parsed(entry.value, entry.key, _SCALARS[kind])

    def check_keys(self, node: Node, what: str) -> None:
        """Everything below a node that may hold anything: a key that stands twice in one map is refused."""
        waiting = [node]
        while waiting:
            current = waiting.pop()
            if type(current) is MappingNode:
                waiting += [entry.value for entry in self.members(current, what).values()]
            elif type(current) is SequenceNode:
                waiting += current.value

    def check_plain(self, entry: Entry, kind: str) -> None:
        """A truth value, a number or a time as Go reads it: quotes make the first two texts."""
        text, plain = text_of(entry.value) or "", not getattr(entry.value, "style", None)
        if kind == "flag" and not (plain and text in _FLAGS):
            self.refuse(entry.value, f"{entry.key}: expected true or false, read {text[:64]!r}")
        elif kind == "number" and not (plain and _NUMBER.fullmatch(text)):
            self.refuse(entry.value, f"{entry.key}: expected a whole number, read {text[:64]!r}")
        elif kind == "time" and not (plain and _NUMBER.fullmatch(text)):
            self.parsed(entry.value, entry.key, _time)

    def check_map(self, entry: Entry, kind: str) -> None:
        """A map of texts; for labels and patterns with names that a label can have."""
        for key, member in self.members(entry.value, entry.key).items():
            if kind != "map" and not LABEL.fullmatch(key):
                self.refuse(member.key_node, f"{entry.key}: {key[:64]!r} is no name of a label")
            elif kind == "patterns" and is_null(member.value):
                self.refuse(member.at, f"{entry.key}: {key} has no regular expression")
            else:
                self.parsed(member.value, f"{entry.key}: {key}", compiled if kind == "patterns" else str)

    def require(self, node: Node, shape: str, what: str, members: Members, common: Members) -> None:
        """Refuses what is missing, and what excludes each other."""
        for keys in EXCLUDING.get(shape, ()):
            given = [members[key] for key in keys if is_set(members.get(key))]
            if len(given) > 1 and not _moves_to_tokens(keys, members):
                self.refuse(given[1].key_node, f"{what} has both {keys[0]} and {keys[1]}")
        for own, shared in NEEDED.get(shape, ()):
            given_somewhere = any(is_set(members.get(key)) for key in own) or any(
                is_set(common.get(key)) for key in shared
            )
            if not given_somewhere:
                instead = f", and global has no {' or '.join(shared)}" if shared else ""
                self.refuse(node, f"{what} has no {' or '.join(own)}{instead}")
        for (owner, key), words in CHOICES.items():
            if owner == shape and is_set(members.get(key)) and text_under(members, key) not in words:
                self.refuse(
                    members[key].value, f"{key}: expected {' or '.join(words)}, read {text_under(members, key)!r}"
                )
        if shape in SPECIAL:
            for culprit, reason in SPECIAL[shape](members):
                self.refuse(culprit.key_node if culprit else node, f"{what}: {reason}")

    # ------------------------------------------------------------------ matchers

    def matchers(self, members: Members, prefix: str = "") -> tuple[Matcher, ...]:
        """The matchers of a route or of one side of an inhibition, old and new, in the order in which they are written."""
        found: list[Matcher] = []
        for key, operator in ((f"{prefix}match", "="), (f"{prefix}match_re", "=~")):
            entry = members.get(key)
            if entry is not None and type(entry.value) is MappingNode:
                found += self.pairs(entry, operator)
        entry = members.get(f"{prefix}matchers")
        if entry is not None and type(entry.value) is SequenceNode:
            for item in entry.value.value:
                found += self.listed(item)
        for one in found:
            if any(mark in one.value for mark in ("{{", "<%", "{%")):
                self.refuse(entry.value if entry else self.document.node, f"a template in the matcher {one}")
        return tuple(found)

    def pairs(self, entry: Entry, operator: str) -> Iterator[Matcher]:
        """The matchers of a `match` or `match_re`, as far as they can be read."""
        for member in entries(entry.value):
            text = "" if is_null(member.value) else text_of(member.value)
            try:
                if text is not None:
                    yield matcher(member.key, operator, text)
            except Refused:
                continue

    def listed(self, item: Node) -> tuple[Matcher, ...]:
        """The matchers of one text of `matchers`, as far as they can be read."""
        try:
            return parse_matchers(text_of(item) or "")
        except Refused:
            return ()


def _moves_to_tokens(keys: tuple[str, ...], members: Members) -> bool:
    """Whether `slack_api_url` is no webhook but the address that a token is used with."""
    return keys[0] == "slack_api_url" and text_under(members, keys[0]) == (
        text_under(members, "slack_app_url") or "https://slack.com/api/chat.postMessage"
    )


def _url(text: str) -> str:
    if any(mark in text for mark in TEMPLATE_MARKS):
        return ""  # what it becomes is not known here, and routes do not depend on it
    if not _URL.fullmatch(text):
        raise Refused(f"expected a URL that begins with http:// or https://, read {text[:64]!r}")
    return host_of(text)


def _secret(text: str) -> str:
    if text == _SECRET:
        return ""
    try:
        return _url(text)
    except Refused:
        raise Refused("expected a URL that begins with http:// or https://") from None


def _address(text: str) -> str:
    host, colon, port = text.rpartition(":")
    whole = not any(mark in text for mark in TEMPLATE_MARKS)
    if text and whole and (not colon or not port or (":" in host and not re.fullmatch(r"\[.*\]", host))):
        raise Refused(f"expected a host and a port such as mail:25, read {text[:64]!r}")
    return text


def _time(text: str) -> int:
    """A duration of Go, which may be below 0."""
    return parse_go_duration(text.removeprefix("-") if len(text) > 1 else text)


_SCALARS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "flag": str,
    "number": str,
    "url": _url,
    "secret": _secret,
    "address": _address,
    "duration": parse_prometheus_duration,
    "time": _time,
    "spelled_time": _time,
    "zone": parse_location,
}
_LISTS: dict[str, Callable[[str], Any]] = {
    "texts": str,
    "matchers": parse_matchers,
    "weekdays": parse_weekdays,
    "days": parse_days,
    "months": parse_months,
    "years": parse_years,
}
