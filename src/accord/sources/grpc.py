"""gRPC service configs: how long every client that loads one waits for a method, and what it tries again.

A method that is named takes its own entry whole, never a part of a wider one; what holds where nothing is written stands
in accord/defaults/grpc.toml. A config is a document of its own, or the `serviceConfig` of one, beside what chooses it.
"""

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from msgspec import Struct

from accord.model.contract_values import Backoff
from accord.model.duration import NANOSECONDS
from accord.model.fact import ANY, Fact, Layer, Stance
from accord.model.nothing import NONE
from accord.model.problem import Problem, Refused
from accord.sources._objects import Reader
from accord.sources._unclaimed import LIST
from accord.sources._yaml import Document, Entry, MappingNode, Node, SequenceNode, child, items, place_of

FORMAT = "grpc"
EVERY_SERVICE = "grpc:*"
"""The provider of what an entry with an empty name says: whichever service the client calls."""

CODES = (
    *("OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS"),
    *("PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED"),
    *("INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"),
)
"""The status codes of gRPC, each at its number (google/rpc/code.proto)."""

_KEY = "methodConfig"
_KEYS = (_KEY, "MethodConfig")
_EMBEDDED = ("serviceConfig", "service_config")
_SECONDS = re.compile(r"(\d{0,12})(?:\.(\d{0,9}))?s", re.ASCII)
_RATIO = re.compile(r"\d{1,6}(?:\.\d{1,9})?", re.ASCII)
_NAME = re.compile(r"[A-Za-z_][\w.]{0,250}", re.ASCII)


class _Named(Struct, frozen=True):
    """What one name of an entry means: a method, every method of a service, or everything."""

    provider: str
    operation: str


AT_KEYS, AT_WORDS = frozenset((*_KEYS, *_EMBEDDED, LIST)), _KEYS


def claims(document: Document) -> bool:
    """A map with a list `methodConfig`, its own or that of its `serviceConfig`; or a list of such choices."""
    return next(_configs(document.node), None) is not None


def read(document: Document) -> Iterable[Fact | Problem]:
    """The facts of every config of one document, and a Problem for what no client would load."""
    reader = Reader(document)
    for config in _configs(document.node):
        _Config(reader, config).read()
    return reader.found


def _configs(node: Node) -> Iterator[Node]:
    choices = items(node)[:100] if type(node) is SequenceNode else [node]
    for choice in choices:
        if type(choice) is not MappingNode:
            return
        for found in (choice, *(child(choice, key) for key in _EMBEDDED)):
            if type(found) is MappingNode and any(type(child(found, key)) is SequenceNode for key in _KEYS):
                yield found


class _Config:
    """Reads one service config."""

    def __init__(self, reader: Reader, node: Node) -> None:
        self.reader, self.document = reader, reader.document
        members = self.members(node, "the service config")
        self.share = self.read_throttling(members.get("retryThrottling"))
        entries = reader.sequence(members.get(_KEY), _KEY)
        self.entries = [self.members(entry, _KEY) for entry in entries]
        self.named = [list(self.names(entry)) for entry in self.entries]

    def read(self) -> None:
        """What each entry says of each of its names."""
        for entry, named in zip(self.entries, self.named, strict=True):
            for one in named:
                self.read_timeout(entry, one)
                if "retryPolicy" in entry:
                    self.read_policy(entry["retryPolicy"], one, "retryPolicy", "retryableStatusCodes")
                elif "hedgingPolicy" in entry:
                    self.read_policy(entry["hedgingPolicy"], one, "hedgingPolicy", "nonFatalStatusCodes")
                elif self.is_inside_another(one, ("retryPolicy", "hedgingPolicy")):
                    self.say(one, "attempts", 1, "1 (no retryPolicy)", entry["name"].at)

    def members(self, node: Node, what: str) -> dict[str, Entry]:
        """The members of a map; a client in Go takes `MaxAttempts` for `maxAttempts`."""
        return {key[:1].lower() + key[1:]: entry for key, entry in self.reader.members(node, what).items()}

    def names(self, entry: dict[str, Entry]) -> Iterator[_Named]:
        """The parties and operations that an entry is for."""
        for node in self.reader.sequence(entry.get("name"), f"{_KEY}.name"):
            parts = self.members(node, f"{_KEY}.name")
            service = self.reader.text(parts.get("service"), "service") or ""
            method = self.reader.text(parts.get("method"), "method") or ""
            if not service and not method:
                yield _Named(EVERY_SERVICE, ANY)
            elif _NAME.fullmatch(service) and (not method or _NAME.fullmatch(method)):
                yield _Named(f"grpc:{service}", method or ANY)
            else:
                wrong, such = (
                    (method, "a method such as Charge")
                    if _NAME.fullmatch(service)
                    else (service, "a service such as shop.Pay")
                )
                self.reader.refuse(
                    node, f"{_KEY}.name", f"expected {such}, read {wrong[:80]!r}; no call has such a name"
                )

    def is_inside_another(self, one: _Named, keys: tuple[str, ...]) -> bool:
        """Whether a wider entry of the same config states one of these keys, which this one does not take over."""
        wider = {_Named(EVERY_SERVICE, ANY), _Named(one.provider, ANY)} - {one}
        return any(
            not wider.isdisjoint(named) and any(key in entry for key in keys)
            for entry, named in zip(self.entries, self.named, strict=True)
        )

    # ------------------------------------------------------------------ what one entry says

    def read_timeout(self, entry: dict[str, Entry], one: _Named) -> None:
        read = self.reader.value(entry.get("timeout"), "timeout", parse_seconds)
        if read is not None:
            self.say(one, "timeout.request", *read, entry["timeout"].at)
        elif "timeout" not in entry and self.is_inside_another(one, ("timeout",)):
            self.say(one, "timeout.request", NONE, "no timeout", entry["name"].at)

    def read_policy(self, entry: Entry, one: _Named, kind: str, codes: str) -> None:
        policy = self.members(entry.value, kind)
        self.say(one, "attempts.policy", kind, kind, entry.key_node)
        if self.share is not None:
            share, at = self.share
            self.say(one, "retries.share", share, f"{float(share * 100):g}% of the calls", at)
        tries = self.reader.value(policy.get("maxAttempts"), f"{kind}.maxAttempts", _parse_tries)
        if tries is not None:
            self.say(one, "attempts", *tries, policy["maxAttempts"].at)
        words = self.words(policy.get(codes), f"{kind}.{codes}") if kind == "retryPolicy" else ()
        if words:
            self.say(one, "retry_on", words, ", ".join(words), policy[codes].at)
        self.read_backoff(policy, one, kind)

    def read_backoff(self, policy: dict[str, Entry], one: _Named, kind: str) -> None:
        first = self.reader.value(policy.get("initialBackoff"), f"{kind}.initialBackoff", parse_seconds)
        longest = self.reader.value(policy.get("maxBackoff"), f"{kind}.maxBackoff", parse_seconds)
        if first is not None and longest is not None:
            pause = Backoff(min(first[0], longest[0]), longest[0])
            self.say(one, "backoff", pause, f"{first[1]}..{longest[1]}", policy["maxBackoff"].at)

    def read_throttling(self, entry: Entry | None) -> tuple[Fraction, Node] | None:
        """The share of successful calls that may be tried again over time: each failure costs a token (proposal A6)."""
        if entry is None:
            return None
        parts = self.members(entry.value, "retryThrottling")
        most = self.reader.value(parts.get("maxTokens"), "retryThrottling.maxTokens", _parse_tokens)
        ratio = self.reader.value(parts.get("tokenRatio"), "retryThrottling.tokenRatio", _parse_ratio)
        return (ratio[0], parts["tokenRatio"].at) if most is not None and ratio is not None else None

    def words(self, entry: Entry | None, what: str) -> tuple[str, ...]:
        found = [self.reader.scalar(node, what) or "" for node in self.reader.sequence(entry, what)]
        known = [CODES[int(text)] if text.isdigit() and int(text[:3]) < len(CODES) else text.upper() for text in found]
        for text, code in zip(found, known, strict=True):
            if code not in CODES and entry is not None:
                self.reader.refuse(entry.value, what, f"expected a status code such as UNAVAILABLE, read {text!r}")
        return tuple(dict.fromkeys(code for code in known if code in CODES))

    def say(self, one: _Named, term: str, value: Any, text: str, at: Node) -> None:
        """Adds one fact that holds for every client that loads the config."""
        place = place_of(at, self.document.root, self.document.file)
        who = ("", one.provider, one.operation)
        self.reader.facts.append(
            Fact(FORMAT, Stance.ASSUMES, *who, term, value, text, place, Layer.CODE, self.document.scope, FORMAT)
        )


def parse_seconds(text: str) -> int:
    """Whole nanoseconds of a duration as JSON writes it, `0.1s`. Raises Refused for anything else."""
    match = _SECONDS.fullmatch(text)
    if not match or not (match[1] or match[2]):
        raise Refused(f"expected seconds such as 10s or 0.1s, read {text[:80]!r}")
    fraction = match[2] or ""
    return int(match[1] or "0") * NANOSECONDS["s"] + int(fraction.ljust(9, "0") or "0")


def _parse_tries(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) >= 2):
        raise Refused(f"expected at least 2, read {text[:80]!r}; gRPC loads no config with such a number")
    return int(text)


def _parse_tokens(text: str) -> int:
    if not (_RATIO.fullmatch(text) and 0 < Fraction(text) <= 1000):
        raise Refused(f"expected a number above 0 and at most 1000, read {text[:80]!r}; gRPC loads no config with it")
    return int(Fraction(text))


def _parse_ratio(text: str) -> Fraction:
    """A number above 0; gRPC takes three decimal places of it."""
    ratio = Fraction(text) if _RATIO.fullmatch(text) else Fraction(0)
    if ratio <= 0:
        raise Refused(f"expected a number above 0 such as 0.1, read {text[:80]!r}; gRPC loads no config with it")
    return Fraction(int(ratio * 1000), 1000)
