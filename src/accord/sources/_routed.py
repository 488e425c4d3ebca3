"""What the entries of a route say of the calls they carry: entries that differ hold for the requests that each takes."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from accord.model.fact import ANY, PARTY, Fact, Layer, Scope, Stance
from accord.model.place import Place
from accord.model.requests import Match, RouteEntry

MOST_ENTRIES = 2_000
"""Entries of one route that are told apart; more would each be a view of their own."""


class Said(Struct, frozen=True):
    """One term that an entry states, with its value, the value as written, and its place."""

    term: str
    value: Any
    text: str
    place: Place


class Entry(Struct, frozen=True):
    """One entry of a route: the requests it takes, in words and for programs, to whom it sends them, and what it states."""

    words: str
    matches: tuple[Match, ...]
    providers: tuple[str, ...]
    said: tuple[Said, ...]
    at: Place
    rewritten: bool = False


class Route(Struct, frozen=True):
    """What the facts of one route share; `resource` tells the requests of its caller from those of others.

    `name` is given where other routes of the same caller may send to the same parties: its facts then hold for its own
    requests alone, which the name tells apart.
    """

    says: str
    consumer: str
    layer: Layer
    scope: Scope
    source: str
    resource: str
    version: str = ""
    name: str = ""


def facts_of(route: Route, entries: Sequence[Entry]) -> Iterator[Fact]:
    """The facts of every entry, the first that matches first; of one party, its entries apart where they differ."""
    told = _told_apart(entries, f" ({route.name})" if route.name else "")
    table = tuple(RouteEntry(entry.words, entry.matches, entry.rewritten) for entry in told)
    for provider in dict.fromkeys(name for entry in told for name in entry.providers):
        reaching = [entry for entry in told if provider in entry.providers]
        alike = all(_stated(entry) == _stated(reaching[0]) for entry in reaching)
        if (alike and not (route.name and _stated(reaching[0]))) or len(told) > MOST_ENTRIES:
            yield from _facts(route, provider, reaching[:1], apart=False)
            continue
        yield from _facts(route, provider, reaching, apart=True)
        text = "; ".join(entry.words for entry in told)
        said = Said(f"requests.{route.resource}", table, text, told[0].at)
        yield _fact(route, provider, said, Stance.PROMISES, route.scope, PARTY)


def _stated(entry: Entry) -> list[tuple[str, Any]]:
    return [(said.term, said.value) for said in entry.said]


def _told_apart(entries: Iterable[Entry], name: str) -> list[Entry]:
    """The entries, each in words of its own."""
    shown: set[str] = set()
    found = []
    for number, entry in enumerate(entries, start=1):
        words = f"{entry.words}{name}"
        words = f"{words} (entry {number})" if words in shown else words
        shown.add(words)
        found.append(replace(entry, words=words))
    return found


def _facts(route: Route, provider: str, entries: Iterable[Entry], apart: bool) -> Iterator[Fact]:
    for entry in entries:
        scope = tuple(sorted((*route.scope, (f"requests:{route.resource}", (entry.words,))))) if apart else route.scope
        for said in entry.said or (Said("mentioned", True, provider, entry.at),):
            yield _fact(route, provider, said, Stance.ASSUMES, scope, ANY)


def _fact(route: Route, provider: str, said: Said, stance: Stance, scope: Scope, operation: str) -> Fact:
    return Fact(
        says=route.says,
        stance=stance,
        consumer=route.consumer,
        provider=provider,
        operation=operation,
        term=said.term,
        value=said.value,
        text=said.text,
        place=said.place,
        layer=route.layer,
        scope=scope,
        source=route.source,
        version="" if said.term == "platform" else route.version,  # the version of the API is not that of the platform
    )
