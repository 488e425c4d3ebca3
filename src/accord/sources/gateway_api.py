"""The Gateway API's HTTPRoute and GRPCRoute: who is called through a gateway, with which limits and retries.

Nothing is a default here: what happens where nothing is written is the implementation's to say.
"""

from collections.abc import Iterable, Iterator

from accord.model.contract_values import Backoff
from accord.model.fact import Fact, Layer
from accord.model.nothing import NONE
from accord.model.place import Place
from accord.model.problem import Problem
from accord.sources._gateway_match import hosts_in_words, matches, precedence, words
from accord.sources._go_duration import parse_go_duration
from accord.sources._hosts import party_of_gateway, party_of_host
from accord.sources._objects import Object, Reader, kind_of
from accord.sources._routed import Entry, Route, Said, facts_of
from accord.sources._speaker import parse_number
from accord.sources._yaml import Document, Node, place_of
from accord.sources._yaml import Entry as Member

FORMAT = "gateway-api"
GROUP = "gateway.networking.k8s.io/"
_KINDS = ("HTTPRoute", "GRPCRoute")
_CONNECTION_ERRORS = ("connect", "reset", "timeout")
"""What a retry stanza should ask again after whatever codes it lists (httproute_types.go, HTTPRouteRetry)."""

AT_KINDS = frozenset(_KINDS)


def claims(document: Document) -> bool:
    """A route of any version of the API."""
    version, kind = kind_of(document)
    return kind in _KINDS and version.startswith(GROUP)


def read(document: Document) -> Iterable[Fact | Problem]:
    """The facts of one route, and a Problem for what has the wrong shape."""
    reader = Reader(document)
    about = reader.object()
    if about is not None:
        reader.facts += _Route(reader, about).facts()
    return reader.found


class _Route:
    """Reads one route."""

    def __init__(self, reader: Reader, about: Object) -> None:
        self.reader, self.about = reader, about
        self.spec = reader.children("spec")

    def facts(self) -> Iterator[Fact]:
        """What each gateway that the route hangs on says of each service that it sends to."""
        entries = sorted(self.entries(), key=precedence)
        version = self.about.version
        for consumer, layer, parent in dict.fromkeys(self.parents()):
            says, scope, name = consumer or FORMAT, self.about.scope, self.about.name
            yield from facts_of(Route(says, consumer, layer, scope, FORMAT, parent, version, name), entries)

    def parents(self) -> Iterator[tuple[str, Layer, str]]:
        """The gateways, and what they are called; a route that hangs on a service holds for every caller of it, in a mesh."""
        for node in self.reader.sequence(self.spec.get("parentRefs"), "spec.parentRefs"):
            members = self.reader.members(node, "spec.parentRefs")
            kind, name, namespace = (self.text(members, key) for key in ("kind", "name", "namespace"))
            parent = f"{namespace or self.about.namespace}/{name}"
            if name and kind in ("", "Gateway", "XListenerSet", "ListenerSet"):
                yield party_of_gateway(parent, ""), Layer.GATEWAY, parent.lstrip("/")
            elif name and kind == "Service":
                yield "", Layer.SIDECAR, parent.lstrip("/")

    def text(self, members: dict[str, Member], key: str) -> str:
        """The text of one member; empty where it is absent."""
        return self.reader.text(members.get(key), key) or ""

    def entries(self) -> Iterator[Entry]:
        """One entry for each rule that sends requests on, and for each of its alternatives."""
        hosts = hosts_in_words(self.reader, self.spec.get("hostnames"))
        for node in self.reader.sequence(self.spec.get("rules"), "spec.rules"):
            rule = self.reader.members(node, "spec.rules")
            providers = tuple(dict.fromkeys(self.backends(rule)))
            if providers:
                said = (*self.limits(rule), *self.retries(rule))
                yield Entry(
                    words(self.reader, rule, hosts),
                    matches(self.reader, rule, bool(hosts)),
                    providers,
                    said,
                    self.place(node),
                    self.rewrites(rule),
                )

    def backends(self, rule: dict[str, Member]) -> Iterator[str]:
        """The services that get requests; one of weight 0 gets none."""
        for node in self.reader.sequence(rule.get("backendRefs"), "backendRefs"):
            members = self.reader.members(node, "backendRefs")
            kind, name, namespace = (self.text(members, key) for key in ("kind", "name", "namespace"))
            if name and kind in ("", "Service", "ServiceImport") and self.text(members, "weight") != "0":
                yield party_of_host(name, namespace or self.about.namespace)

    def limits(self, rule: dict[str, Member]) -> Iterator[Said]:
        """The limit on the whole request, and on each call that the gateway makes for it; 0s is none."""
        if "timeouts" in rule:
            timeouts = self.reader.members(rule["timeouts"].value, "timeouts")
            for key, term in (("request", "timeout.request"), ("backendRequest", "timeout.attempt")):
                read = self.reader.value(timeouts.get(key), f"timeouts.{key}", parse_go_duration)
                if read is not None:
                    yield Said(term, read[0] or NONE, read[1], self.place(timeouts[key].at))

    def retries(self, rule: dict[str, Member]) -> Iterator[Said]:
        """`attempts` counts the further tries."""
        retry = self.reader.members(rule["retry"].value, "retry") if "retry" in rule else {}
        if not retry:
            return
        at = self.place(rule["retry"].at)
        read = self.reader.value(retry.get("attempts"), "retry.attempts", parse_number)
        if read is not None:
            text = f"{read[0] + 1} ({read[0]} {'retry' if read[0] == 1 else 'retries'})"
            yield Said("attempts", read[0] + 1, text, self.place(retry["attempts"].at))
        nodes = self.reader.sequence(retry.get("codes"), "retry.codes")
        codes = tuple(code for node in nodes if (code := self.reader.scalar(node, "retry.codes")))
        asked = (*codes, *_CONNECTION_ERRORS)
        yield Said("retry_on", asked, ", ".join(asked), self.place(retry["codes"].at) if codes else at)
        pause = self.reader.value(retry.get("backoff"), "retry.backoff", parse_go_duration)
        if pause is not None:
            yield Said("backoff", Backoff(pause[0], pause[0]), pause[1], self.place(retry["backoff"].at))

    def rewrites(self, rule: dict[str, Member]) -> bool:
        """Whether a filter changes the path of what the rule takes."""
        for node in self.reader.sequence(rule.get("filters"), "filters"):
            filtered = self.reader.members(node, "filters")
            if "urlRewrite" in filtered and "path" in self.reader.members(filtered["urlRewrite"].value, "urlRewrite"):
                return True
        return False

    def place(self, node: Node) -> Place:
        """Where a node stands."""
        return place_of(node, self.about.document.root, self.about.document.file)
