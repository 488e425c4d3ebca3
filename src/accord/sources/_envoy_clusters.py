"""Envoy's clusters: who stands behind each, how connecting is limited, and how many further tries it lets run at once."""

from collections.abc import Iterator
from fractions import Fraction

from msgspec import Struct

from accord.model.amount import parse_percent
from accord.model.nothing import NONE
from accord.model.place import Place
from accord.sources._envoy_objects import EnvoyReader, Members, party_of_cluster
from accord.sources._envoy_routes import limit
from accord.sources._routed import Said
from accord.sources._speaker import parse_number
from accord.sources._yaml import Node, place_of

_PROTOCOLS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
_BUDGET = "20%"
"""The share of a retry budget that does not say it (Thresholds.RetryBudget.budget_percent)."""


class Cluster(Struct, frozen=True):
    """One cluster: the party behind it, what it states of connections, and of further tries."""

    name: str
    party: str
    of_connecting: tuple[Said, ...] = ()
    of_tries: tuple[Said, ...] = ()

    def said(self, tries_again: bool) -> tuple[Said, ...]:
        """What it states of calls; of further tries only where there are any."""
        return (*self.of_connecting, *(self.of_tries if tries_again else ()))


def clusters_of(reader: EnvoyReader, listed: list[tuple[Node, Members]]) -> Iterator[Cluster]:
    """The clusters of one file."""
    for _, members in listed:
        name = reader.word(members, "name")
        if name:
            party = party_of_cluster(reader.document, name, _hosts(reader, members))
            connecting = (*limit(reader, members, "connect_timeout", "timeout.connect"), *_kept(reader, members))
            yield Cluster(name, party, connecting, tuple(_caps(reader, members)))


def _hosts(reader: EnvoyReader, members: Members) -> Iterator[str]:
    for _, group in reader.each(reader.inside(members, "load_assignment"), "endpoints"):
        for _, one in reader.each(group, "lb_endpoints"):
            socket = reader.below(one, "endpoint", "address", "socket_address")
            yield reader.word(socket, "address")


def _kept(reader: EnvoyReader, members: Members) -> Iterator[Said]:
    """How long an idle connection to the cluster is kept for the next call; 0 keeps it for ever."""
    options = reader.inside(members, "typed_extension_protocol_options")
    typed = reader.parts(options[_key(options)].value, _PROTOCOLS) if _key(options) else members
    yield from limit(reader, reader.inside(typed, "common_http_protocol_options"), "idle_timeout", "keep_alive")


def _key(options: Members) -> str:
    """The name of the one extension that there is, however its spelling was changed."""
    return next((key for key in options if key.replace("_", "") == _PROTOCOLS.lower()), "")


def _caps(reader: EnvoyReader, members: Members) -> Iterator[Said]:
    """How many further tries may run at the same time: the first thresholds of the usual priority decide."""
    for _, each in reader.each(reader.inside(members, "circuit_breakers"), "thresholds"):
        if reader.word(each, "priority") in ("", "DEFAULT"):
            if "retry_budget" in each:
                yield from _budget(reader, each)
            else:
                yield from _most(reader, each)
            return


def _most(reader: EnvoyReader, each: Members) -> Iterator[Said]:
    read = reader.value(each.get("max_retries"), "max_retries", parse_number)
    if read is not None:
        yield Said("retries.concurrent", read[0], read[1], _place(reader, each["max_retries"].at))


def _budget(reader: EnvoyReader, each: Members) -> Iterator[Said]:
    """A budget stands in the place of the number of further tries, which then holds no more."""
    budget = reader.inside(each, "retry_budget")
    share = reader.value(reader.inside(budget, "budget_percent").get("value"), "budget_percent", _parse_share)
    at = _place(reader, each["retry_budget"].at)
    value, text = share if share is not None else (parse_percent(_BUDGET), _BUDGET)
    yield Said("retries.budget", value, text if text.endswith("%") else f"{text}%", at)
    least = reader.value(budget.get("min_retry_concurrency"), "min_retry_concurrency", parse_number)
    if least is None:
        yield Said("retries.concurrent", NONE, "no number: a budget", at)
    else:
        yield Said("retries.concurrent", NONE, f"at least {least[1]}, else a budget", at)


def _parse_share(text: str) -> Fraction:
    return parse_percent(text if text.endswith("%") else f"{text}%")


def _place(reader: EnvoyReader, node: Node) -> Place:
    return place_of(node, reader.document.root, reader.document.file)
