"""Which requests a rule of a Gateway API route takes, in words and for programs, and which rule comes first."""

from accord.model.requests import Match
from accord.sources._objects import Reader
from accord.sources._routed import Entry as RoutedEntry
from accord.sources._yaml import Entry, Node

ALL_REQUESTS = "all requests"
_MOST_SHOWN = 3
_COMPARED = {"": "prefix", "PathPrefix": "prefix", "Exact": "exact", "RegularExpression": "regex"}
_SIGNS = {"prefix": "*", "exact": "", "regex": " (a pattern)"}


def hosts_in_words(reader: Reader, hostnames: Entry | None) -> str:
    """` at shop.example.com`; empty where the route takes every host of its gateway."""
    names = [reader.scalar(node, "spec.hostnames") for node in reader.sequence(hostnames, "spec.hostnames")]
    known = [name for name in names if name and name != "*"]
    return f" at {' or '.join(known[:_MOST_SHOWN])}" if known else ""


def words(reader: Reader, rule: dict[str, Entry], hosts: str) -> str:
    """The requests of a rule as one phrase."""
    listed = [reader.members(node, "matches") for node in reader.sequence(rule.get("matches"), "matches")]
    said = [" and ".join(_words(reader, members)) for members in listed]
    if not said or not all(said):
        return ALL_REQUESTS + hosts
    more = len(said) - _MOST_SHOWN + 1
    shown = said if len(said) <= _MOST_SHOWN else [*said[: _MOST_SHOWN - 1], f"{more} more"]
    return " or ".join(shown) + hosts


def _words(reader: Reader, members: dict[str, Entry]) -> list[str]:
    found = []
    for key, member in members.items():
        if key == "path":
            compared, path = _path(reader, member)
            if (compared, path) != ("prefix", "/"):
                found.append(f"path {path}{_SIGNS[compared]}")
        elif key == "method":
            found.append(_method_in_words(reader, member))
        elif key in ("headers", "queryParams"):
            kind = "header" if key == "headers" else "query"
            found += [f"{kind} {_named(reader, node, key)}" for node in reader.sequence(member, f"matches.{key}")]
    return [each for each in found if each]


def _named(reader: Reader, node: Node, key: str) -> str:
    members = reader.members(node, f"matches.{key}")
    name, value = (reader.text(members.get(part), f"matches.{key}.{part}") for part in ("name", "value"))
    return f"{name or '?'} = {value}" if value else name or "?"


def _path(reader: Reader, entry: Entry) -> tuple[str, str]:
    members = reader.members(entry.value, "matches.path")
    kind, path = (reader.text(members.get(key), f"matches.path.{key}") or "" for key in ("type", "value"))
    return _COMPARED.get(kind, "regex"), path or "/"


def _method_in_words(reader: Reader, entry: Entry) -> str:
    if isinstance(entry.value.value, str):
        return reader.text(entry, "matches.method") or ""
    path = _called(reader, entry)
    return f"rpc {path[1:]}" if path else ""


def _called(reader: Reader, entry: Entry) -> str:
    """The path of the method that a GRPCRoute names, `/` and what it begins with where it names a service alone."""
    members = reader.members(entry.value, "matches.method")
    service, method = (reader.text(members.get(key), f"matches.method.{key}") or "" for key in ("service", "method"))
    return f"/{service}/{method}" if service else ""


def matches(reader: Reader, rule: dict[str, Entry], more: bool) -> tuple[Match, ...]:
    """The same for programs; `more` where the route takes some hosts only."""
    listed = [reader.members(node, "matches") for node in reader.sequence(rule.get("matches"), "matches")]
    return tuple(_match(reader, members, more) for members in listed) or (Match(more=more),)


def _match(reader: Reader, members: dict[str, Entry], more: bool) -> Match:
    compared, path = _path(reader, members["path"]) if "path" in members else ("", "")
    method, asks = "", more or "headers" in members or "queryParams" in members
    entry = members.get("method")
    if entry is not None and isinstance(entry.value.value, str):
        method = reader.text(entry, "matches.method") or ""
    elif entry is not None:
        path = _called(reader, entry)
        kind = reader.text(reader.members(entry.value, "matches.method").get("type"), "matches.method.type")
        exact = "prefix" if path.endswith("/") else "exact"
        compared = "regex" if kind == "RegularExpression" or not path else exact
    return Match("" if compared == "regex" else path, compared, method, asks)


def precedence(entry: RoutedEntry) -> tuple[bool, int, bool, bool]:
    """Exact paths come first, then the longest prefix, then methods, then headers; else the order of the rules."""
    first = min(entry.matches, key=_rank)
    return _rank(first)


def _rank(match: Match) -> tuple[bool, int, bool, bool]:
    return (match.compared != "exact", -len(match.path), not match.method, not match.more)
