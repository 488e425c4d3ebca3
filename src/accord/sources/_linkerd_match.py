"""Which requests a route of Linkerd takes, as addresses: `GET /books/{x}`, `rpc shop.Books/Add`."""

import re
from collections.abc import Iterator

from accord.sources._objects import Reader
from accord.sources._yaml import Entry, paired

_SEGMENT = re.compile(r"\(?(?:\[\^/\]|\[[^\]^/]*\]|\\[dw])[*+]\)?")
_ANYTHING = re.compile(r"\(?\.[*+]\)?")
_ESCAPED = re.compile(r"\\([^A-Za-z0-9])")
_LEFT_OVER = re.compile(r"[\[\]()|+?^$\\]")
_RPC = re.compile(r"/([A-Za-z_]\w*(?:\.\w+)+)/([A-Za-z_]\w*)", re.ASCII)
_UNCLEAR = "*"
_MOST = 20


def addresses(reader: Reader, condition: Entry | None) -> tuple[str, ...]:
    """The addresses that a condition of a ServiceProfile takes; empty where it does not say one by one which."""
    if condition is None:
        return ()
    found: dict[str, None] = {}
    for method, path in _alternatives(reader, condition, 4):
        if not method:
            return ()
        found[_address(method, _readable(path))] = None
    return tuple(found) if len(found) <= _MOST else ()


def _alternatives(reader: Reader, condition: Entry, depth: int) -> Iterator[tuple[str, str]]:
    """The method and the path of each alternative; an empty one where any will do or it cannot be told."""
    parts = reader.members(condition.value, "condition")
    if "any" in parts and depth:
        for node in reader.sequence(parts["any"], "condition.any"):
            yield from _alternatives(reader, paired(condition.key_node, node, node), depth - 1)
        return
    method, path = _asked(reader, parts)
    for node in reader.sequence(parts.get("all"), "condition.all"):
        inner = reader.members(node, "condition.all")
        if not inner.keys() <= {"method", "pathRegex"}:
            path = _UNCLEAR
        asked = _asked(reader, inner)
        method, path = method or asked[0], path or asked[1]
    yield method, path


def _asked(reader: Reader, parts: dict[str, Entry]) -> tuple[str, str]:
    method = reader.text(parts.get("method"), "condition.method") or ""
    return method.upper(), reader.text(parts.get("pathRegex"), "condition.pathRegex") or ""


def _readable(regex: str) -> str:
    """The path that a regular expression over whole paths stands for; `*` where it is more than segments."""
    path = _ANYTHING.sub("*", _SEGMENT.sub("{x}", regex.removeprefix("^").removesuffix("$")))
    path = _ESCAPED.sub(r"\1", path)
    return path if path.startswith("/") and not _LEFT_OVER.search(path) else _UNCLEAR


def _address(method: str, path: str) -> str:
    rpc = _RPC.fullmatch(path) if method == "POST" else None
    return f"rpc {rpc[1]}/{rpc[2]}" if rpc else f"{method} {path}"


def of_route_rule(reader: Reader, rule: dict[str, Entry]) -> tuple[str, ...] | None:
    """The addresses that a rule of an HTTPRoute or a GRPCRoute takes; empty where it takes all, None where it cannot be told."""
    found: dict[str, None] = {}
    for node in reader.sequence(rule.get("matches"), "rules.matches"):
        match = reader.members(node, "rules.matches")
        if _takes_all(reader, match):
            return ()
        address = _of_match(reader, match)
        if not address:
            return None
        found[address] = None
    return tuple(found) if len(found) <= _MOST else None


def _takes_all(reader: Reader, match: dict[str, Entry]) -> bool:
    path = reader.members(match["path"].value, "matches.path") if "path" in match else {}
    kind = reader.text(path.get("type"), "path.type") or "PathPrefix"
    return (
        match.keys() <= {"path"}
        and kind == "PathPrefix"
        and (reader.text(path.get("value"), "path.value") or "/") == "/"
    )


def _of_match(reader: Reader, match: dict[str, Entry]) -> str:
    method = match.get("method")
    if method is not None and isinstance(method.value.value, list):
        parts = reader.members(method.value, "matches.method")
        service, name = (reader.text(parts.get(key), f"method.{key}") or "" for key in ("service", "method"))
        return f"rpc {service}/{name}" if service and name else ""
    path = reader.members(match["path"].value, "matches.path") if "path" in match else {}
    kind = reader.text(path.get("type"), "path.type") or "PathPrefix"
    value = reader.text(path.get("value"), "path.value") or "/"
    verb = reader.text(method, "matches.method") or ""
    if not verb or kind == "RegularExpression":
        return ""
    return f"{verb} {value}" if kind == "Exact" else f"{verb} {value.rstrip('/')}/*"
