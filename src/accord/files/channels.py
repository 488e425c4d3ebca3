"""The tables `[channels.NAME]` and `[people.PSEUDONYM]` of the configuration: ways to reach people, and who is reached by which.

Secrets are not looked up here, so that a check needs none of them: each only knows the variable or the file that it is in.
"""

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from msgspec import Struct

from accord.channels import _settings
from accord.channels._kinds import Kind, kind, kinds
from accord.channels._settings import BY_ENVIRONMENT, BY_FILE, address_refusal, origin_of
from accord.files.keys import Key, shown, suggestion
from accord.files.toml import Toml
from accord.model.delivery import Secret, Table
from accord.model.duration import NANOSECONDS, SECOND, parse_duration
from accord.model.place import Place
from accord.model.problem import Problem, Refused

Network = IPv4Network | IPv6Network

CHANNELS, PEOPLE = "channels", "people"
SHORTEST_DEADLINE, LONGEST_DEADLINE = SECOND, 2 * NANOSECONDS["m"]

CHANNEL_KEYS: tuple[Key, ...] = (
    Key("channels.NAME.kind", "text", None, "what it is: one of the kinds, or one that a package adds"),
    Key("channels.NAME.deadline", "duration", 20 * SECOND, "how long one try may take, 1s to 2m"),
    Key(
        "channels.NAME.allow_private",
        "networks",
        (),
        "networks that are no public ones and may be reached all the same",
    ),
)
PEOPLE_KEYS: tuple[Key, ...] = (
    Key("people.PSEUDONYM.channels", "words", (), "the channels by which a person, or a party, is told: all of them"),
    Key("people.PSEUDONYM.addresses", "table", {}, "by the name of the channel, the address there, or where it stands"),
    Key(
        "people.PSEUDONYM.known_as",
        "words",
        (),
        "what rotas, tokens and answers call this person: mail addresses, names",
    ),
)
_OF_PEOPLE = tuple(key.name.rpartition(".")[2] for key in PEOPLE_KEYS)
_OWN = tuple(key.name.rpartition(".")[2] for key in CHANNEL_KEYS)


class Channel(Struct, frozen=True):
    """One way to reach people as it was said: `settings` are those of its kind, secrets by their origin only."""

    name: str
    kind: str
    settings: Any
    place: Place
    deadline: int = 20 * SECOND
    allow_private: tuple[Network, ...] = ()


class Reached(Struct, frozen=True):
    """Who is told by which channels, and the address on each; "" where the channel has one for all. An address may be a secret.

    `known_as` is what rotas call them, without regard to case.
    """

    pseudonym: str
    addresses: tuple[tuple[str, str | Secret], ...]
    place: Place
    known_as: tuple[str, ...] = ()


class _Table(Struct, frozen=True):
    """One table of the file, and the problems that it adds to."""

    toml: Toml
    path: tuple[str, ...]
    table: Table
    problems: list[Problem]

    def wrong(self, key: str, reason: str) -> None:
        name = ".".join((*self.path, key) if key else self.path)
        self.problems.append(Problem(self.toml.place((*self.path, key) if key else self.path), f"{name}: {reason}"))


def channels_of(toml: Toml, problems: list[Problem]) -> tuple[Channel, ...]:
    """The channels of the file; what is wrong with them joins the problems, all of it at once."""
    found = (_channel(one) for one in _tables(toml, CHANNELS, problems))
    return tuple(channel for channel in found if channel)


def people_of(toml: Toml, channels: tuple[Channel, ...], problems: list[Problem]) -> tuple[Reached, ...]:
    """Who is reached by them; channels that were refused themselves are taken to exist."""
    known: dict[str, Kind | None] = dict.fromkeys(_names(toml))
    known.update((channel.name, kind(channel.kind)) for channel in channels)
    tables = _tables(toml, PEOPLE, problems)
    people = tuple(_person(one, known) for one in tables)
    _distinct(people, tables)
    return people


def _distinct(people: tuple[Reached, ...], tables: list[_Table]) -> None:
    """Nobody is known by what another is known as, or is: a page would go to either of them."""
    whose = {person.pseudonym.lower(): person.pseudonym for person in people}
    for person, one in zip(people, tables, strict=True):
        for name in person.known_as:
            other = whose.setdefault(name.lower(), person.pseudonym)
            if other != person.pseudonym:
                one.wrong("known_as", f"{shown(name)} is also [people.{other}]")


def _names(toml: Toml) -> list[str]:
    tables = toml.tables.get(CHANNELS)
    return list(tables) if isinstance(tables, dict) else []


def _tables(toml: Toml, name: str, problems: list[Problem]) -> list[_Table]:
    tables = toml.tables.get(name, {})
    if not isinstance(tables, dict):
        problems.append(
            Problem(toml.place((name,)), f"{name}: expected tables such as [{name}.NAME], read {shown(tables)}")
        )
        return []
    found = [_Table(toml, (name, key), table, problems) for key, table in tables.items() if isinstance(table, dict)]
    for key, table in tables.items():
        if not isinstance(table, dict):
            place = toml.place((name, key))
            problems.append(Problem(place, f"{name}.{key}: expected a table [{name}.{key}], read {shown(table)}"))
    return found


def _channel(one: _Table) -> Channel | None:
    name = one.table.get("kind")
    if not isinstance(name, str) or name not in kinds():
        one.wrong("kind" if "kind" in one.table else "", _kind_expected(name))
        return None
    rest = {key: value for key, value in one.table.items() if key not in _OWN}
    settings, wrongs = _settings.read(kind(name), rest)
    for wrong in wrongs:
        one.wrong(wrong.key, wrong.reason)
    deadline, allowed = _deadline(one), _networks(one)
    if settings is None or deadline is None or allowed is None:
        return None
    return Channel(one.path[-1], name, settings, one.toml.place(one.path), deadline, allowed)


def _kind_expected(read: object) -> str:
    if isinstance(read, str):
        return f"unknown kind {read!r}; {suggestion(read, kinds())}"
    return f"expected `kind`, one of {' '.join(kinds())}" + ("" if read is None else f", read {shown(read)}")


def _deadline(one: _Table) -> int | None:
    value = one.table.get("deadline", "20s")
    try:
        deadline = parse_duration(value) if isinstance(value, str) else 0
        if SHORTEST_DEADLINE <= deadline <= LONGEST_DEADLINE:
            return deadline
    except Refused:
        pass
    one.wrong("deadline", f"expected a duration from 1s to 2m such as 20s, read {shown(value)}")
    return None


def _networks(one: _Table) -> tuple[Network, ...] | None:
    value = one.table.get("allow_private", [])
    try:
        if isinstance(value, list) and all(isinstance(text, str) for text in value):
            return tuple(ip_network(text) for text in value)
    except ValueError:
        pass
    one.wrong("allow_private", f'expected networks such as ["10.1.0.0/16"], read {shown(value)}')
    return None


def _person(one: _Table, known: Mapping[str, Kind | None]) -> Reached:
    for key in one.table:
        if key not in _OF_PEOPLE:
            one.wrong(key, f"unknown key; {suggestion(key, _OF_PEOPLE)}")
    names = one.table.get("channels", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        one.wrong("channels", f"expected a list of channels, read {shown(names)}")
        names = []
    elif not names:
        one.wrong("", "expected `channels`, at least one: nobody else is told that this person cannot be reached")
    for name in names:
        if name not in known:
            one.wrong(
                "channels",
                f"there is no [channels.{name}]; {suggestion(name, known) if known else 'there is none at all'}",
            )
    addresses = _addresses(one, names)
    told = tuple((name, addresses.get(name, "")) for name in dict.fromkeys(names) if name in known)
    for name, address in told:
        chosen = known[name]
        refusal = address_refusal(chosen, address) if chosen and isinstance(address, str) else ""
        if refusal and (name in addresses or name not in (one.table.get("addresses") or {})):
            one.wrong("addresses", f"{name}: {refusal}")
    return Reached(one.path[-1], told, one.toml.place(one.path), _known_as(one))


def _known_as(one: _Table) -> tuple[str, ...]:
    names = one.table.get("known_as", [])
    if isinstance(names, list) and all(isinstance(name, str) and name.strip() for name in names):
        return tuple(dict.fromkeys(name.strip() for name in names))
    one.wrong("known_as", f'expected a list of names such as ["anna@example.org"], read {shown(names)}')
    return ()


def _addresses(one: _Table, names: list[str]) -> dict[str, str | Secret]:
    table = one.table.get("addresses", {})
    if not isinstance(table, dict):
        one.wrong("addresses", f"expected a table by the names of channels, read {shown(table)}")
        return {}
    found: dict[str, str | Secret] = {}
    for name, value in table.items():
        if name not in names:
            one.wrong("addresses", f"{name}: not one of its `channels`")
        elif (address := _address(value)) is None:
            one.wrong(
                "addresses", f'{name}: expected a text, {{ env = "NAME" }} or {{ file = "PATH" }}, read {shown(value)}'
            )
        else:
            found[name] = address
    return found


def _address(value: object) -> str | Secret | None:
    if isinstance(value, str) and value.strip():
        return value.strip()
    if isinstance(value, dict) and len(value) == 1:
        word, told = next(iter(value.items()))
        if word in ("env", "file") and isinstance(told, str) and told.strip():
            return Secret(origin_of(BY_ENVIRONMENT if word == "env" else BY_FILE, told))
    return None
