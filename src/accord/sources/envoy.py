"""Envoy's own configuration (v3, and v2 where the words are the same): a bootstrap file, or resources as xDS delivers them.

What Envoy does where nothing is written is not read here; it stands in accord/defaults/envoy.toml.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from accord.model.fact import ANY, PARTY, Fact, Layer, Stance
from accord.model.place import Place
from accord.model.problem import Problem
from accord.sources._envoy_clusters import Cluster, clusters_of
from accord.sources._envoy_objects import (
    FORMAT,
    MANAGER,
    PARTS,
    TCP_PROXY,
    EnvoyReader,
    Members,
    is_bootstrap,
    kind_of_any,
    name_of_file,
    party_of_cluster,
    resources_of,
)
from accord.sources._envoy_routes import limit, limits, matches, policy, words
from accord.sources._routed import Entry, Route, Said, facts_of
from accord.sources._yaml import Document, Node, place_of

GATEWAY = "gateway"
_KINDS = ("Listener", "RouteConfiguration", "Cluster", "ClusterLoadAssignment")

AT_KEYS, AT_WORDS = frozenset((*PARTS, "resources", "@type")), (*PARTS, "@type")


def claims(document: Document) -> bool:
    """A bootstrap file, or listeners, routes and clusters by their types."""
    node = document.node
    return is_bootstrap(node) or any(kind_of_any(each) in _KINDS for each in resources_of(node)[:1])


def read(document: Document) -> Iterable[Fact | Problem]:
    """The facts of one Envoy, and a Problem for what has the wrong shape."""
    reader = EnvoyReader(document)
    reader.facts += _Envoy(reader).facts()
    reader.problems[:] = dict.fromkeys(reader.problems)
    return reader.found


class _Stream(Struct, frozen=True):
    """What a connection manager states for every route that it carries."""

    idle: tuple[Said, ...] = ()


class _Envoy:
    """Reads one file as one Envoy."""

    def __init__(self, reader: EnvoyReader) -> None:
        self.reader, self.document = reader, reader.document
        self.name = name_of_file(reader.document)
        self.party = f"gateway:{FORMAT}/{self.name}"
        self.clusters: dict[str, Cluster] = {}

    def facts(self) -> Iterator[Fact]:
        """What it is, what each listener states, and what each route says of whom it calls."""
        top = self.reader.parts(self.document.node, "the configuration")
        listeners, routes, clusters = self.resources(top)
        self.clusters = {cluster.name: cluster for cluster in clusters_of(self.reader, clusters)}
        entries: list[Entry] = []
        for node, listener in listeners:
            entries += self.of_listener(node, listener)
        for _, configuration in routes:
            entries += self.of_routes(configuration, _Stream())
        if entries or listeners:
            place = place_of(self.document.node, self.document.root, self.document.file)
            yield self.promise(PARTY, Said("kind", GATEWAY, GATEWAY, place))
        for _, listener in listeners:
            yield from self.at(listener)
        route = Route(self.party, self.party, Layer.GATEWAY, self.document.scope, FORMAT, self.name)
        yield from facts_of(route, entries)

    def resources(self, top: Members) -> tuple[list[tuple[Node, Members]], ...]:
        """Listeners, route configurations and clusters, wherever the file has them."""
        static = self.reader.inside(top, "static_resources")
        listeners = list(self.reader.each(static, "listeners"))
        routes: list[tuple[Node, Members]] = []
        clusters = list(self.reader.each(static, "clusters"))
        if not is_bootstrap(self.document.node):
            for node in resources_of(self.document.node):
                kind, members = kind_of_any(node), self.reader.parts(node, "resources")
                kinds = {"Listener": listeners, "RouteConfiguration": routes, "Cluster": clusters}
                kinds.get(kind, []).append((node, members))
        return listeners, routes, clusters

    def promise(self, operation: str, said: Said) -> Fact:
        """A fact about the Envoy itself, for those who call it."""
        document = self.document
        return Fact(
            says=self.party,
            stance=Stance.PROMISES,
            consumer="",
            provider=self.party,
            operation=operation,
            term=said.term,
            value=said.value,
            text=said.text,
            place=said.place,
            layer=Layer.GATEWAY,
            scope=document.scope,
            source=FORMAT,
        )

    def at(self, listener: Members) -> Iterator[Fact]:
        """How long the connections of its callers are kept open, where the listener says so."""
        for manager in self.filters(listener, MANAGER):
            common = self.reader.inside(manager, "common_http_protocol_options")
            for said in limit(self.reader, common, "idle_timeout", "keep_alive"):
                yield self.promise(ANY, said)

    def filters(self, listener: Members, kind: str) -> Iterator[Members]:
        """The typed configurations of one kind among the filters of a listener."""
        chains = [chain for _, chain in self.reader.each(listener, "filter_chains")]
        chains += [self.reader.inside(listener, "default_filter_chain")] if "default_filter_chain" in listener else []
        for chain in chains:
            for _, each in self.reader.each(chain, "filters"):
                if "typed_config" in each and kind_of_any(each["typed_config"].value) == kind:
                    yield self.reader.inside(each, "typed_config")

    def of_listener(self, node: Node, listener: Members) -> Iterator[Entry]:
        """The entries of the routes that a listener holds itself, and of the connections that it passes on."""
        for manager in self.filters(listener, MANAGER):
            idle = tuple(limit(self.reader, manager, "stream_idle_timeout", "timeout.idle"))
            yield from self.of_routes(self.reader.inside(manager, "route_config"), _Stream(idle))
        for proxy in self.filters(listener, TCP_PROXY):
            if "cluster" in proxy or "weighted_clusters" in proxy:
                said = tuple(limit(self.reader, proxy, "idle_timeout", "timeout.idle"))
                for cluster in self.named(proxy):
                    place = self.place(node)
                    name = self.reader.word(listener, "name") or "a listener"
                    parties, more = (cluster.party,), cluster.of_connecting
                    yield Entry(f"connections of {name}", (), parties, (*said, *more), place)

    def of_routes(self, configuration: Members, stream: _Stream) -> Iterator[Entry]:
        """One entry for each route and cluster that it may send to."""
        for _, host in self.reader.each(configuration, "virtual_hosts"):
            hosts = self.domains(host)
            of_host = self.reader.inside(host, "retry_policy")
            for node, route in self.reader.each(host, "routes"):
                action = self.reader.inside(route, "route")
                tries = self.reader.inside(action, "retry_policy") or of_host
                for cluster in self.named(action):
                    said = (*self.said(action, tries, stream, node), *cluster.said(bool(tries)))
                    asks = self.reader.inside(route, "match")
                    yield Entry(
                        words(self.reader, asks, hosts),
                        matches(self.reader, asks, bool(hosts)),
                        (cluster.party,),
                        said,
                        self.place(node),
                        bool({"prefix_rewrite", "regex_rewrite"} & set(action)),
                    )

    def said(self, action: Members, tries: Members, stream: _Stream, node: Node) -> Iterator[Said]:
        """The limits and retries of a route; what it leaves out is Envoy's default, but for what a stream's own limit changes."""
        found = [*limits(self.reader, action), *policy(self.reader, tries)]
        stated = {said.term for said in found}
        yield from found
        yield from (said for said in stream.idle if said.term not in stated)
        if not {"max_stream_duration", "max_grpc_timeout"} & set(action):
            yield Said("platform", FORMAT, FORMAT, self.place(node))

    def named(self, action: Members) -> Iterator[Cluster]:
        """The clusters that may get a request; one of weight 0 gets none."""
        names = [self.reader.word(action, "cluster")] if "cluster" in action else []
        for _, part in self.reader.each(self.reader.inside(action, "weighted_clusters"), "clusters"):
            if self.reader.word(part, "weight") != "0":
                names.append(self.reader.word(part, "name"))
        for name in dict.fromkeys(filter(None, names)):
            yield self.clusters.get(name) or Cluster(name, party_of_cluster(self.document, name))

    def domains(self, host: Members) -> str:
        """` at shop.example.com`; empty where every host is meant."""
        nodes = self.reader.sequence(host.get("domains"), "domains")
        names = [name for node in nodes if (name := self.reader.scalar(node, "domains"))]
        return "" if not names or "*" in names else f" at {' or '.join(names[:3])}"

    def place(self, node: Node) -> Place:
        """Where a node stands."""
        return place_of(node, self.document.root, self.document.file)
