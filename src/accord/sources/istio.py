"""Istio's VirtualService and DestinationRule: limits, retries and faults that the mesh puts between two parties.

What holds where nothing is written is not read here; it stands in accord/defaults/istio.toml.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from msgspec.structs import replace

from accord.model.fact import PARTY, Fact, Layer, Scope
from accord.model.problem import Problem
from accord.model.requests import Match, RouteEntry
from accord.sources._go_duration import parse_go_duration
from accord.sources._hosts import party_of_gateway, party_of_host
from accord.sources._istio_match import ALL_OTHERS, MESH, conditions, in_words, matches, rewrites
from accord.sources._istio_speech import (
    EVERY_SIDECAR,
    PROMISES,
    IstioReader,
    Members,
    Subject,
    Way,
    parse_count,
    parse_share,
    words_of,
)
from accord.sources._istio_speech import FORMAT as FORMAT
from accord.sources._objects import Object, kind_of
from accord.sources._yaml import Document, Entry, Node

GROUP = "networking.istio.io/"
SUBSET = "subset"
"""Scope dimension of a fact that holds for subsets of its provider, until a DestinationRule tells their versions."""

SENT = "sent"
"""Scope dimension of a fact about requests that are addressed to its provider and sent to these others alone."""


class _Entry:
    """One entry of `http`: its members, and where it sends requests once that was asked for."""

    __slots__ = ("members", "sent")

    def __init__(self, members: Members) -> None:
        self.members = members
        self.sent: list[tuple[str, str]] | None = None


AT_KINDS = frozenset(("VirtualService", "DestinationRule"))


def claims(document: Document) -> bool:
    """A VirtualService or a DestinationRule of any version of the API."""
    version, kind = kind_of(document)
    return version.startswith(GROUP) and kind in ("VirtualService", "DestinationRule")


def read(document: Document) -> Iterable[Fact | Problem]:
    """The facts of one object, and a Problem for what has the wrong shape."""
    reader = IstioReader(document)
    about = reader.object()
    if about is not None and about.kind == "VirtualService":
        _VirtualService(reader, about).read()
    elif about is not None:
        _read_destination_rule(reader, about)
    return reader.found


class _VirtualService:
    """Reads one VirtualService."""

    def __init__(self, reader: IstioReader, about: Object) -> None:
        self.reader, self.about = reader, about
        self.spec = reader.children("spec")
        self.callers = self.exported_to()
        self.orders: dict[str, list[tuple[_Entry, str]]] = {}

    def exported_to(self) -> str:
        """Which callers of the mesh see it, in words; "" where all do."""
        if "exportTo" not in self.spec:
            return ""
        nodes = self.reader.sequence(self.spec["exportTo"], "spec.exportTo")
        names = [self.reader.scalar(node, "spec.exportTo") or "*" for node in nodes]
        if not names or "*" in names:
            return ""
        own = self.about.namespace or "its own"
        return f"from namespace {', '.join(dict.fromkeys(own if name == '.' else name for name in names))}"

    def matched(self, entry: _Entry, gateway: str) -> tuple[Match, ...]:
        """What an entry takes as far as an address shows it; of which namespace a caller is no address shows."""
        found = matches(self.reader, entry.members, gateway)
        return tuple(replace(match, unclear=True) for match in found) if gateway == MESH and self.callers else found

    def read(self) -> None:
        """The hosts it speaks for, and what each of its entries says."""
        reader, hosts, http = self.reader, self.hosts(), self.spec.get("http")
        entries = [_Entry(reader.members(node, "spec.http")) for node in reader.sequence(http, "spec.http")]
        for way in self.ways():
            if way is EVERY_SIDECAR:
                self.read_routes(hosts, entries)
            before = len(reader.facts)
            for entry, requests in self.reached(entries, way.gateway):
                whom = hosts if way is EVERY_SIDECAR else [party for party, _ in self.destinations(entry) if party]
                subjects = [Subject(way, party, self.scope(entry, party, requests)) for party in dict.fromkeys(whom)]
                self.read_entry(entry.members, subjects)
            self.read_order(way, entries, reader.facts[before:])

    def hosts(self) -> dict[str, Node]:
        """The parties that requests are addressed to; a wildcard names nobody."""
        found: dict[str, Node] = {}
        for node in self.reader.sequence(self.spec.get("hosts"), "spec.hosts"):
            party = party_of_host(self.reader.scalar(node, "spec.hosts") or "", self.about.namespace)
            if party:
                found.setdefault(party, node)
        return found

    def ways(self) -> list[Way]:
        """Through which doors its requests come; the mesh alone where it names none."""
        nodes = self.reader.sequence(self.spec.get("gateways"), "spec.gateways") if "gateways" in self.spec else ()
        if not nodes:
            return [EVERY_SIDECAR]
        names = dict.fromkeys(self.reader.scalar(node, "spec.gateways") or "" for node in nodes)
        gateways = [
            Way(name, party_of_gateway(name, self.about.namespace), Layer.GATEWAY) for name in names if name != MESH
        ]
        mesh = [EVERY_SIDECAR] if MESH in names else []
        return [*mesh, *(way for way in gateways if way.consumer)]

    def reached(self, entries: list[_Entry], gateway: str) -> Iterator[tuple[_Entry, str]]:
        """The entries that send requests on, with the requests each takes in words; "" where it takes all there are."""
        return ((entry, requests) for entry, requests in self.ordered(entries, gateway) if "route" in entry.members)

    def ordered(self, entries: list[_Entry], gateway: str) -> Iterable[tuple[_Entry, str]]:
        """Every entry that requests can reach, the first that matches first."""
        known = self.orders.get(gateway)
        return self.order(entries, gateway) if known is None else known

    def order(self, entries: list[_Entry], gateway: str) -> Iterator[tuple[_Entry, str]]:
        """The same for the first time; kept when all of it was asked for."""
        asked: list[list[str]] = []
        shown: set[str] = set()
        found: list[tuple[_Entry, str]] = []
        some = self.callers if gateway == MESH else ""
        for number, entry in enumerate(entries, start=1):
            asks = conditions(self.reader, entry.members, gateway)
            if asks is None or asks in asked:
                continue
            requests = in_words(asks) if asks else ALL_OTHERS
            if some:
                requests = f"{requests} {some}"
            if requests in shown:
                requests = f"{requests} (entry {number})"
            found.append((entry, requests if asks or asked or some else ""))
            yield found[-1]
            if not asks:
                break
            asked.append(asks)
            shown.add(requests)
        self.orders[gateway] = found

    def read_order(self, way: Way, entries: list[_Entry], said: list[Fact]) -> None:
        """For each party of which an entry says something for some requests only: which requests every entry takes."""
        some = f"requests:{self.about.path}"
        parties: dict[str, None] = {}
        for fact in said:
            if fact.provider not in parties and some in dict(fact.scope):
                parties[fact.provider] = None
        if not parties:
            return
        table = tuple(
            RouteEntry(words, self.matched(entry, way.gateway), bool(rewrites(self.reader, entry.members)))
            for entry, words in self.ordered(entries, way.gateway)
        )
        at, text = self.spec["http"].at, "; ".join([entry.words for entry in table])
        for party in parties:
            subject = Subject(way, party, self.about.scope, PARTY)
            self.reader.say(subject, f"requests.{self.about.path}", table, text, at, PROMISES)

    def destinations(self, entry: _Entry) -> list[tuple[str, str]]:
        """The party and the subset of each destination, those of weight 0 left out where there are others."""
        if entry.sent is None:
            entry.sent = self.read_destinations(entry.members)
        return entry.sent

    def read_destinations(self, entry: Members) -> list[tuple[str, str]]:
        routes = [self.reader.members(node, "route") for node in self.reader.sequence(entry.get("route"), "route")]
        found = []
        for route in routes:
            weight = self.reader.text(route.get("weight"), "weight")
            destination = (
                self.reader.members(route["destination"].value, "destination") if "destination" in route else {}
            )
            host = self.reader.text(destination.get("host"), "destination.host") or ""
            subset = self.reader.text(destination.get("subset"), "destination.subset") or ""
            if len(routes) == 1 or weight != "0":
                found.append((party_of_host(host, self.about.namespace), subset))
        return found

    def scope(self, entry: _Entry, provider: str, requests: str) -> Scope:
        """Where the facts of an entry hold: which requests, which definition, and who answers."""
        scope = dict(self.about.scope)
        if requests:
            scope[f"requests:{self.about.path}"] = (requests,)
        sent = self.destinations(entry)
        others = {party for party, _ in sent if party}
        if others and provider not in others:
            scope[SENT] = tuple(sorted(others))
        elif others == {provider} and all(party and subset for party, subset in sent):
            scope[SUBSET] = tuple(sorted({subset for _, subset in sent}))
        return tuple(sorted(scope.items()))

    def read_routes(self, hosts: dict[str, Node], entries: list[_Entry]) -> None:
        """For each host that the mesh knows: where its HTTP requests are sent, if anywhere."""
        reached = [self.destinations(entry) for entry, _ in self.reached(entries, MESH)]
        sent = dict.fromkeys(
            f"{party}:{subset}" if subset else party for group in reached for party, subset in group if party
        )
        text = ", ".join(name.rpartition("/")[2] for name in sent)
        for party, node in hosts.items() if sent else ():
            subject = Subject(EVERY_SIDECAR, party, self.about.scope, PARTY)
            self.reader.say(subject, "routes", tuple(sent), text, node, PROMISES)

    # ------------------------------------------------------------------ what one entry says

    def read_entry(self, entry: Members, subjects: list[Subject]) -> None:
        """Its faults, or, where it injects none, its limits and retries.

        Istio holds neither against a fault that it injects itself: the fault comes before its timers start.
        """
        if not self.read_faults(entry, subjects):
            self.reader.limit(subjects, entry.get("timeout"), "timeout", "timeout.request")
            if "retries" in entry:
                self.read_retries(entry["retries"], subjects)

    def read_retries(self, entry: Entry, subjects: list[Subject]) -> None:
        """Istio counts retries; a policy that states none asks once, whatever else it states."""
        retries = self.reader.members(entry.value, "retries")
        read = self.reader.value(retries.get("attempts"), "retries.attempts", parse_count)
        if read is None and ("attempts" in retries or not retries):
            return
        count = read[0] if read else 0
        at = retries["attempts"].at if read else entry.key_node
        text = f"{count + 1} ({count} {'retry' if count == 1 else 'retries'})"
        for subject in subjects:
            self.reader.say(subject, "attempts", count + 1, text, at)
        if count:
            self.reader.limit(subjects, retries.get("perTryTimeout"), "retries.perTryTimeout", "timeout.attempt")
            self.read_retry_on(retries.get("retryOn"), subjects)

    def read_retry_on(self, entry: Entry | None, subjects: list[Subject]) -> None:
        text = self.reader.text(entry, "retries.retryOn")
        words = words_of(text or "")
        if entry is not None and text and words:
            for subject in subjects:
                self.reader.say(subject, "retry_on", words, text, entry.at)

    def read_faults(self, entry: Members, subjects: list[Subject]) -> bool:
        """Whether the entry injects a fault into some requests; what the mesh injects becomes facts."""
        if "fault" not in entry:
            return False
        fault = self.reader.members(entry["fault"].value, "fault")
        injects = False
        for kind in ("delay", "abort"):
            parts = self.reader.members(fault[kind].value, f"fault.{kind}") if kind in fault else {}
            share = self.share(parts, kind)
            if share is not None and share[0]:
                injects = True
                for subject in subjects:
                    if subject.way is EVERY_SIDECAR:
                        self.read_fault(subject, kind, parts, share)
        return injects

    def read_fault(self, subject: Subject, kind: str, parts: Members, share: tuple[Fraction, str, Node]) -> None:
        if kind == "abort":
            self.reader.say(subject, "fault.abort", *share, PROMISES)
            return
        delay = self.reader.value(parts.get("fixedDelay"), "fault.delay.fixedDelay", parse_go_duration)
        if delay is not None and delay[0]:
            self.reader.say(subject, "latency.injected", *delay, parts["fixedDelay"].at, PROMISES)

    def share(self, parts: Members, kind: str) -> tuple[Fraction, str, Node] | None:
        """The share of requests, its text and its node: `percentage.value`, or the older `percent`; absent is none."""
        if "percentage" in parts:
            entry = self.reader.members(parts["percentage"].value, f"fault.{kind}.percentage").get("value")
        else:
            entry = parts.get("percent")
        read = self.reader.value(entry, f"the percentage of fault.{kind}", parse_share)
        return (read[0], f"{read[1]}%", entry.at) if read and entry else None


def _read_destination_rule(reader: IstioReader, about: Object) -> None:
    """The version label of each subset of a host, and the limit on connecting to it."""
    spec = reader.children("spec")
    party = party_of_host(reader.text(spec.get("host"), "spec.host") or "", about.namespace)
    if not party:
        return
    subject = Subject(EVERY_SIDECAR, party, about.scope)
    itself = Subject(EVERY_SIDECAR, party, about.scope, PARTY)
    for node in reader.sequence(spec.get("subsets"), "spec.subsets"):
        subset = reader.members(node, "spec.subsets")
        name = reader.text(subset.get("name"), "the name of a subset")
        labels = reader.members(subset["labels"].value, "the labels of a subset") if "labels" in subset else {}
        version = reader.text(labels.get("version"), "the version label of a subset")
        if name:
            text = f"version {version}" if version else "no version label"
            reader.say(itself, f"subsets.{name}", version or "", text, subset["name"].at, PROMISES)
    if "trafficPolicy" in spec:
        policy = reader.members(spec["trafficPolicy"].value, "trafficPolicy")
        _read_budget(reader, policy.get("retryBudget"), subject)
        _read_pool(reader, policy.get("connectionPool"), subject)


def _read_pool(reader: IstioReader, pool: Entry | None, subject: Subject) -> None:
    """The limit on connecting, and how many further tries may run at the same time; 0 is the default."""
    kinds = reader.members(pool.value, "connectionPool") if pool else {}
    tcp, http = [reader.members(kinds[key].value, key) if key in kinds else {} for key in ("tcp", "http")]
    reader.limit((subject,), tcp.get("connectTimeout"), "connectTimeout", "timeout.connect")
    most = reader.value(http.get("maxRetries"), "maxRetries", parse_count)
    if most is not None and most[0]:
        reader.say(subject, "retries.concurrent", *most, http["maxRetries"].at)


def _read_budget(reader: IstioReader, budget: Entry | None, subject: Subject) -> None:
    """The share of the requests under way that may be further tries at the same time."""
    if budget is not None:
        share = reader.members(budget.value, "retryBudget").get("percent")
        read = reader.value(share, "retryBudget.percent", parse_share)
        if read is not None and share is not None:
            reader.say(subject, "retries.budget", read[0], f"{read[1]}%", share.at)
