"""Which requests an entry of a VirtualService takes, in words: `header end-user = jason`, `path /api*`."""

from msgspec.structs import replace

from accord.model.requests import Match
from accord.sources._objects import Reader
from accord.sources._yaml import Entry, Node

MESH = "mesh"
ALL_OTHERS = "all other requests"
_MOST_SHOWN = 3
_NO_CONDITION = ("name", "statPrefix", "gateways", "ignoreUriCase")
_MAPS = {"headers": "header", "withoutHeaders": "no header", "queryParams": "query", "sourceLabels": "from pods with"}
_TEXTS = {"port": "port", "sourceNamespace": "from namespace"}
_STRINGS = {"uri": "path", "method": "method", "scheme": "scheme", "authority": "host"}
_OF_ADDRESS = frozenset(("uri", "method", *_NO_CONDITION))
_OF_REQUEST = frozenset(("headers", "withoutHeaders", "queryParams", "scheme", "authority"))


def conditions(reader: Reader, entry: dict[str, Entry], gateway: str) -> list[str] | None:
    """What the entry asks of a request that comes through `gateway`: alternatives, one of which must hold.

    [] where it takes every request; None where it takes none of this gateway.
    """
    matches = reader.sequence(entry.get("match"), "match")
    if not matches:
        return []
    found: list[str] = []
    for match in matches:
        members = reader.members(match, "match")
        if _comes_through(reader, members, gateway):
            words = _words(reader, members)
            if not words or words == ["path /*"]:
                return []
            found.append(" and ".join(words))
    return found or None


def matches(reader: Reader, entry: dict[str, Entry], gateway: str) -> tuple[Match, ...]:
    """The same for programs: the alternatives as far as an address shows them, with the paths that arrive."""
    listed = [reader.members(match, "match") for match in reader.sequence(entry.get("match"), "match")]
    found = [_match(reader, members) for members in listed if _comes_through(reader, members, gateway)]
    taken = found if listed else [Match()]
    return tuple([_arriving(reader, entry, match) for match in taken] if "rewrite" in entry else taken)


def rewrites(reader: Reader, entry: dict[str, Entry]) -> dict[str, Entry]:
    """How the entry changes the path of what it takes; empty where it leaves it."""
    if "rewrite" not in entry:
        return {}
    changes = reader.members(entry["rewrite"].value, "rewrite")
    return {key: change for key, change in changes.items() if key != "authority"}


def _match(reader: Reader, members: dict[str, Entry]) -> Match:
    compared, path = _compared(reader, members.get("uri"))
    how, method = _compared(reader, members.get("method"))
    if path and reader.text(members.get("ignoreUriCase"), "match.ignoreUriCase") == "true":
        compared = "regex"
    more = members.keys() - _OF_ADDRESS
    unclear = how not in ("", "exact") or not more <= _OF_REQUEST
    return Match(path, compared, method if how == "exact" else "", bool(more), unclear)


def _compared(reader: Reader, entry: Entry | None) -> tuple[str, str]:
    """How a text is compared, and with what."""
    if entry is None:
        return "", ""
    text = _plain(entry.value)
    if text is not None:
        return ("exact", text) if text else ("", "")
    for kind, member in reader.members(entry.value, "match").items():
        return (kind, reader.text(member, f"match.{kind}") or "") if kind in ("exact", "prefix") else ("regex", "")
    return "", ""


def _arriving(reader: Reader, entry: dict[str, Entry], match: Match) -> Match:
    changes = rewrites(reader, entry)
    if not changes:
        return match
    to = reader.text(changes.get("uri"), "rewrite.uri")
    if to is None or match.compared == "regex":
        return replace(match, path="", compared="regex")
    return replace(match, path=to, compared=match.compared or "prefix")


def in_words(alternatives: list[str]) -> str:
    """The alternatives as one phrase; a long list is cut."""
    if len(alternatives) <= _MOST_SHOWN:
        return " or ".join(alternatives)
    return f"{' or '.join(alternatives[: _MOST_SHOWN - 1])} or {len(alternatives) - _MOST_SHOWN + 1} more"


def _comes_through(reader: Reader, members: dict[str, Entry], gateway: str) -> bool:
    """Whether an alternative is for requests that come through this gateway; one that names none is for every one."""
    if "gateways" not in members:
        return True
    nodes = reader.sequence(members["gateways"], "match.gateways")
    named = [name for name in [reader.scalar(node, "match.gateways") for node in nodes] if name]
    return not named or gateway in named


def _words(reader: Reader, members: dict[str, Entry]) -> list[str]:
    words = []
    for key, member in members.items():
        if key in _MAPS:
            for name, wanted in reader.members(member.value, f"match.{key}").items():
                words.append(f"{_MAPS[key]} {name}{_wanted(reader, wanted.value, f'match.{key}.{name}')}")
        elif key in _STRINGS:
            words.append(_STRINGS[key] + _wanted(reader, member.value, f"match.{key}").removeprefix(" ="))
        elif key in _TEXTS:
            words.append(f"{_TEXTS[key]} {reader.text(member, f'match.{key}') or '?'}")
        elif key not in _NO_CONDITION:
            words.append(key)
    return words


def _wanted(reader: Reader, node: Node, what: str) -> str:
    """` = jason`, ` = jas*`, ` ~ jas.*`; empty where being there is enough."""
    text = _plain(node)
    if text is not None:
        return f" = {text}" if text else ""
    for kind, member in reader.members(node, what).items():
        wanted = reader.text(member, f"{what}.{kind}") or "?"
        if kind == "exact":
            return f" = {wanted}"
        if kind == "prefix":
            return f" = {wanted}*"
        if kind == "regex":
            return f" ~ {wanted}"
    return ""


def _plain(node: Node) -> str | None:
    value = node.value
    return value if type(value) is str else None
