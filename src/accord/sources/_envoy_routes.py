"""What a route of Envoy states: its limits, its retries, and which requests it takes."""

from collections.abc import Iterator

from accord.model.contract_values import Backoff
from accord.model.nothing import NONE
from accord.model.place import Place
from accord.model.requests import Match
from accord.sources._envoy_objects import EnvoyReader, Members
from accord.sources._routed import Said
from accord.sources._speaker import parse_number
from accord.sources._yaml import Node, place_of

ALL_REQUESTS = "all requests"
_PATHS = {"prefix": "prefix", "path_separated_prefix": "segments", "path": "exact"}
_BY_CODE = "retriable-status-codes"
_LONGEST_OF_BASE = 10
"""The longest pause is ten times the base interval where none is written (RetryBackOff.max_interval)."""


def limit(reader: EnvoyReader, members: Members, key: str, term: str) -> Iterator[Said]:
    """A limit on time; 0 is no limit."""
    read = reader.duration(members.get(key), key)
    if read is not None:
        yield Said(term, read[0] or NONE, read[1], _place(reader, members[key].at))


def limits(reader: EnvoyReader, action: Members) -> Iterator[Said]:
    """The limit on the whole call, and the one on silence of its stream."""
    yield from limit(reader, action, "timeout", "timeout.request")
    yield from limit(reader, action, "idle_timeout", "timeout.idle")


def policy(reader: EnvoyReader, tries: Members) -> Iterator[Said]:
    """How often, after what, and after which pause Envoy tries again; it counts further tries, and makes none without `retry_on`."""
    asked = reader.text(tries.get("retry_on"), "retry_on")
    read = reader.value(tries.get("num_retries"), "num_retries", parse_number) if asked else None
    if read is not None:
        text = f"{read[0] + 1} ({read[0]} {'retry' if read[0] == 1 else 'retries'})"
        yield Said("attempts", read[0] + 1, text, _place(reader, tries["num_retries"].at))
    if asked:
        named = [word.strip() for word in asked.split(",") if word.strip()]
        codes = [reader.scalar(node, "a code") or "" for node in _codes(reader, tries)] if _BY_CODE in named else []
        every = tuple(dict.fromkeys(filter(None, (*(word for word in named if word != _BY_CODE), *codes))))
        if every:
            yield Said("retry_on", every, ", ".join(every), _place(reader, tries["retry_on"].at))
    yield from limit(reader, tries, "per_try_timeout", "timeout.attempt")
    yield from _pause(reader, tries)


def _codes(reader: EnvoyReader, tries: Members) -> list[Node]:
    return reader.sequence(tries.get("retriable_status_codes"), "retriable_status_codes")


def _pause(reader: EnvoyReader, tries: Members) -> Iterator[Said]:
    """Each pause is drawn between nothing and an end that grows from the base interval to the longest."""
    parts = reader.inside(tries, "retry_back_off")
    base = reader.duration(parts.get("base_interval"), "base_interval")
    longest = reader.duration(parts.get("max_interval"), "max_interval")
    if base is not None and base[0]:
        most = longest[0] if longest is not None and longest[0] >= base[0] else base[0] * _LONGEST_OF_BASE
        text = f"up to {longest[1]}" if longest is not None else f"from {base[1]} on"
        yield Said("backoff", Backoff(0, most), text, _place(reader, parts["base_interval"].at))


# ---------------------------------------------------------------------- which requests


def words(reader: EnvoyReader, asks: Members, hosts: str) -> str:
    """The requests of a route as one phrase."""
    said = []
    for key, compared in _PATHS.items():
        path = reader.word(asks, key)
        if path and (compared, path) != ("prefix", "/"):
            said.append(f"path {path}{'' if compared == 'exact' else '*'}")
    if "safe_regex" in asks:
        said.append(f"path ~ {reader.word(reader.inside(asks, 'safe_regex'), 'regex')}")
    for key, kind in (("headers", "header"), ("query_parameters", "query")):
        said += [f"{kind} {_named(reader, parts)}" for _, parts in reader.each(asks, key)]
    said += ["grpc"] if "grpc" in asks else []
    return (" and ".join(said) or ALL_REQUESTS) + hosts


def _named(reader: EnvoyReader, parts: Members) -> str:
    name = reader.word(parts, "name")
    exact = reader.word(parts, "exact_match") or reader.word(reader.inside(parts, "string_match"), "exact")
    return f"{name} = {exact}" if exact else name


def matches(reader: EnvoyReader, asks: Members, more: bool) -> tuple[Match, ...]:
    """The same for programs; `more` where a route takes some hosts only."""
    more = more or bool({"headers", "query_parameters", "grpc", "runtime_fraction", "dynamic_metadata"} & set(asks))
    for key, compared in _PATHS.items():
        if path := reader.word(asks, key):
            compared = "regex" if reader.word(asks, "case_sensitive") == "false" else compared
            return (Match("" if compared == "regex" else path, compared, "", more),)
    is_open = bool(set(asks) & {"safe_regex", "connect_matcher", "path_match_policy"})
    return (Match("", "regex" if is_open else "", "", more),)


def _place(reader: EnvoyReader, node: Node) -> Place:
    return place_of(node, reader.document.root, reader.document.file)
