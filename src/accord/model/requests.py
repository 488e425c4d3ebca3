"""Which requests a route takes, as far as an address can show it."""

from msgspec import Struct


class Match(Struct, frozen=True):
    """What one alternative of an entry asks of a request; without parts it takes every one.

    `compared` is exact, prefix (a text), segments (a prefix of whole ones) or regex, empty where any path will do; `method` is empty where any will. `more`: it
    asks for what any caller's request can have besides (a header); `unclear`: for what no request shows (its sender).
    """

    path: str = ""
    compared: str = ""
    method: str = ""
    more: bool = False
    unclear: bool = False


class RouteEntry(Struct, frozen=True):
    """One entry of a route: the requests it takes in words, and the alternatives, of which one must hold.

    `rewritten`: the paths are those that arrive, not those that are asked for.
    """

    words: str
    matches: tuple[Match, ...]
    rewritten: bool = False
