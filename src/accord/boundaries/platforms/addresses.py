"""Whether the requests for an address are among those that a route asks for: surely all, some, perhaps, or none."""

from enum import IntEnum

from accord.model.requests import Match

_NO_REQUESTS = ("queue", "topic", "table", "file", "udp")
"""Words of addresses to which nobody sends a request with a path."""


class Share(IntEnum):
    """How many of the requests for an address are taken; PERHAPS is what cannot be told."""

    NONE = 0
    PERHAPS = 1
    SOME = 2
    ALL = 3


def share(address: str, match: Match) -> Share:
    """The share of the requests for `address` (`GET /x/{id}`, "" where nobody knows it) that the match takes."""
    word, _, path = address.partition(" ")
    if word in _NO_REQUESTS:
        return Share.NONE
    if word == "rpc":
        word, path = "POST", f"/{path}"
    known = path.startswith("/")
    found = _path(path if known else "", match)
    if match.method and known and match.method != word:
        return Share.NONE
    if match.method and not known:
        found = min(found, Share.PERHAPS)
    if found is Share.ALL and match.more:
        found = Share.SOME
    return min(found, Share.PERHAPS) if match.unclear else found


def _path(path: str, match: Match) -> Share:
    if not match.compared or (match.compared in ("prefix", "segments") and match.path in ("", "/")):
        return Share.ALL
    if not path or match.compared == "regex":
        return Share.PERHAPS
    if match.compared == "segments":
        return _below(path.rstrip("/").split("/"), match.path.rstrip("/").split("/"))
    asked, wanted = path.split("/"), match.path.split("/")
    if match.compared == "prefix":
        return _begins(asked, wanted)
    return _length(asked, wanted) if len(asked) != len(wanted) else _all(asked, wanted)


def _below(asked: list[str], wanted: list[str]) -> Share:
    """A path of whole segments: `/a` is no beginning of `/ab`; a closing slash says nothing."""
    if len(wanted) > len(asked):
        return _length(asked, wanted)
    return _all(asked[: len(wanted)], wanted)


def _begins(asked: list[str], wanted: list[str]) -> Share:
    """A prefix is a text: its last segment may end inside one of the path."""
    if len(wanted) > len(asked):
        return _length(asked, wanted)
    last, whole = asked[len(wanted) - 1], wanted[-1]
    if not whole or last.startswith(whole):
        end = Share.ALL
    else:
        end = Share.PERHAPS if _varies(last) or _varies(whole) else Share.NONE
    return min(_all(asked[: len(wanted) - 1], wanted[:-1]), end)


def _length(asked: list[str], wanted: list[str]) -> Share:
    """Paths of different length: only a closing slash or a last part that may hold several segments can make them meet."""
    shorter, longer = sorted((asked, wanted), key=len)
    begin = _all(shorter, longer[: len(shorter)])
    open_end = _is_open(asked[-1]) and len(asked) < len(wanted)
    slash = len(longer) == len(shorter) + 1 and not longer[-1]
    return min(begin, Share.PERHAPS) if open_end or slash else Share.NONE


def _all(asked: list[str], wanted: list[str]) -> Share:
    return min((_segment(one, other) for one, other in zip(asked, wanted, strict=True)), default=Share.ALL)


def _segment(asked: str, wanted: str) -> Share:
    if asked == wanted or (_is_variable(asked) and _is_variable(wanted)):
        return Share.ALL
    return Share.PERHAPS if _varies(asked) or _varies(wanted) else Share.NONE


def _is_variable(segment: str) -> bool:
    """`{x}`, `:x` and `*` stand for one segment, and are equal."""
    return segment == "*" or segment[:1] == ":" or (segment[:1] == "{" and segment[-1:] == "}")


def _is_open(segment: str) -> bool:
    """`*`, `{path:path}`, `{path...}` may stand for several segments; `{x}` stands for one."""
    return _varies(segment) and (segment[:1] != "{" or not segment[1:-1].isidentifier())


def _varies(segment: str) -> bool:
    return "{" in segment or "*" in segment or ":" in segment
