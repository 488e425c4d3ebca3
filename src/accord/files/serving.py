"""The tables `[serve]` and `[heartbeats]` of the configuration: how the service is reached, who watches it, which sources it must hear."""

from ipaddress import ip_network
from urllib.parse import urlsplit

from msgspec import Struct

from accord.files.channels import Network
from accord.files.keys import Key, shown, suggestion
from accord.files.toml import Toml
from accord.model.duration import SECOND, parse_duration
from accord.model.problem import Problem, Refused

SERVE, HEARTBEATS = "serve", "heartbeats"
SERVE_KEYS: tuple[Key, ...] = (
    Key("serve.address", "text", "", "how people reach it, for the links in messages"),
    Key("serve.alive", "text", "", "an address that is told every minute, by POST, while all is well"),
    Key("serve.allow_private", "networks", (), "networks that are no public ones in which that address may lie"),
    Key(
        "serve.observed",
        "texts",
        (),
        "what tells what really happens, held against both sides on the pages: as check --observed",
    ),
    Key("heartbeats.NAME", "duration", None, "a source that must be heard at least this often, 1s or longer"),
)
_WORDS = ("address", "alive", "allow_private", "observed")
_SUCH_AS = {"address": "https://accord.example.net", "alive": "https://watch.example.net/ping"}


class Alive(Struct, frozen=True):
    """Who watches the service from outside: an address, and the networks that are no public ones in which it may lie."""

    url: str = ""
    allow_private: tuple[Network, ...] = ()


class Serving(Struct, frozen=True):
    """What both tables say; `heartbeats` are names and nanoseconds, `observed` paths and addresses as they were written."""

    address: str = ""
    alive: Alive = Alive()
    heartbeats: tuple[tuple[str, int], ...] = ()
    observed: tuple[str, ...] = ()


def serving_of(toml: Toml, problems: list[Problem]) -> Serving:
    """What the file says; what is wrong with it joins the problems."""
    address, alive, observed = _served(toml, problems)
    return Serving(address, alive, tuple(_heartbeats(toml, problems)), observed)


def address_wrong(url: str, word: str) -> str:
    """Why it cannot be the value of that key, an address of http or https; empty where it can."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    return "" if good and url.isprintable() and " " not in url else f"expected an address such as {_SUCH_AS[word]}"


def _table(toml: Toml, name: str, problems: list[Problem]) -> dict[str, object]:
    found = toml.tables.get(name, {})
    if isinstance(found, dict):
        return found
    problems.append(Problem(toml.place((name,)), f"{name}: expected a table, read {shown(found)}"))
    return {}


def _served(toml: Toml, problems: list[Problem]) -> tuple[str, Alive, tuple[str, ...]]:
    urls = {"address": "", "alive": ""}
    networks: tuple[Network, ...] = ()
    observed: tuple[str, ...] = ()
    for word, value in _table(toml, SERVE, problems).items():
        wrong = ""
        if word in urls:
            urls[word] = value if isinstance(value, str) else ""
            wrong = address_wrong(urls[word], word)
        elif word == "allow_private":
            networks, wrong = _networks(value)
        elif word == "observed":
            observed, wrong = _sources(value)
        else:
            wrong = f"unknown key; {suggestion(word, _WORDS)}"
        if wrong:
            problems.append(Problem(toml.place((SERVE, word)), f"{SERVE}.{word}: {wrong}"))
    return urls["address"], Alive(urls["alive"], networks), observed


def _sources(value: object) -> tuple[tuple[str, ...], str]:
    told = [value] if isinstance(value, str) else value
    if isinstance(told, list) and all(isinstance(text, str) and text for text in told):
        return tuple(told), ""
    return (), f'expected a source such as "observed.json" or a list of them, read {shown(value)}'


def _networks(value: object) -> tuple[tuple[Network, ...], str]:
    try:
        if isinstance(value, list) and all(isinstance(text, str) for text in value):
            return tuple(ip_network(text) for text in value), ""
    except ValueError:
        pass
    return (), f'expected networks such as ["10.1.0.0/16"], read {shown(value)}'


def _heartbeats(toml: Toml, problems: list[Problem]) -> list[tuple[str, int]]:
    found = []
    for name, value in _table(toml, HEARTBEATS, problems).items():
        try:
            within = parse_duration(value) if isinstance(value, str) else 0
        except Refused:
            within = 0
        if within >= SECOND:
            found.append((name, within))
        else:
            reason = f"expected a duration of at least 1s such as 5m, read {shown(value)}"
            problems.append(Problem(toml.place((HEARTBEATS, name)), f"{HEARTBEATS}.{name}: {reason}"))
    return found
