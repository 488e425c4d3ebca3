"""Kubernetes Ingress: which services are called through it, with the limits that annotations set for ingress-nginx and AWS load balancers.

Whose annotations hold is told by the class. What a controller does where nothing is written stands in accord/defaults.
"""

from collections.abc import Iterable, Iterator

from accord.model.duration import SECOND
from accord.model.fact import Fact, Layer
from accord.model.place import Place
from accord.model.problem import Problem
from accord.model.requests import Match
from accord.sources._hosts import party_of_gateway, party_of_host
from accord.sources._objects import Object, Reader, kind_of
from accord.sources._routed import Entry, Route, Said, facts_of
from accord.sources._speaker import parse_number
from accord.sources._yaml import Document, Node, place_of
from accord.sources._yaml import Entry as Member

FORMAT = "ingress"
_GROUPS = ("networking.k8s.io/", "extensions/")
_NGINX = "nginx.ingress.kubernetes.io/"
_ALB = "alb.ingress.kubernetes.io/"
_CLASS = "kubernetes.io/ingress.class"
_IDLE = "idle_timeout.timeout_seconds"
_WORDS = {"error": ("connect", "reset"), "timeout": ("timeout",), "invalid_header": ("invalid_header",)}
_COMPARED = {"Exact": "exact", "Prefix": "segments"}

AT_KINDS = frozenset(("Ingress",))


def claims(document: Document) -> bool:
    """An Ingress of any version of the API."""
    version, kind = kind_of(document)
    return kind == "Ingress" and version.startswith(_GROUPS)


def read(document: Document) -> Iterable[Fact | Problem]:
    """The facts of one Ingress, and a Problem for what has the wrong shape."""
    reader = Reader(document)
    about = reader.object()
    if about is not None:
        reader.facts += _Ingress(reader, about).facts()
    return reader.found


class _Ingress:
    """Reads one Ingress."""

    def __init__(self, reader: Reader, about: Object) -> None:
        self.reader, self.about = reader, about
        self.spec = reader.children("spec")
        metadata = reader.children("metadata")
        self.notes = reader.members(metadata["annotations"].value, "annotations") if "annotations" in metadata else {}

    def facts(self) -> Iterator[Fact]:
        """What the entry point says of each service that it sends to."""
        consumer = party_of_gateway(self.about.name, self.about.namespace)
        route = Route(consumer, consumer, Layer.GATEWAY, self.about.scope, FORMAT, self.about.path, self.about.version)
        said = tuple(self.said())
        yield from facts_of(route, list(self.entries(said)))

    def said(self) -> Iterator[Said]:
        """What the annotations state, of the controller that the class means."""
        named = self.class_of()
        kinds = {note.partition("/")[0] + "/": self.notes[note] for note in self.notes}
        if _NGINX in kinds and ("nginx" in named or not named):
            yield from self.of_nginx()
            yield Said("platform", "ingress-nginx", "ingress-nginx", self.place(kinds[_NGINX].at))
        elif named == "alb":
            yield from self.of_balancer()
            yield Said(
                "platform",
                "aws-alb",
                "aws-alb",
                self.place((self.spec.get("ingressClassName") or self.notes[_CLASS]).at),
            )

    def class_of(self) -> str:
        """The class of the controller, empty where none is named."""
        return self.reader.text(self.spec.get("ingressClassName"), "ingressClassName") or self.note(_CLASS) or ""

    def note(self, name: str) -> str | None:
        """The text of an annotation."""
        return self.reader.text(self.notes.get(name), name)

    # ------------------------------------------------------------------ annotations

    def of_nginx(self) -> Iterator[Said]:
        """Times are whole seconds: silence between two reads of one try, and connecting.

        Further tries are stated only where they are made of every request: without `non_idempotent` a POST that was sent
        is not sent again, and what holds for some requests only is left out.
        """
        yield from self.seconds(f"{_NGINX}proxy-read-timeout", "timeout.idle")
        yield from self.seconds(f"{_NGINX}proxy-connect-timeout", "timeout.connect")
        tries, asked = f"{_NGINX}proxy-next-upstream-tries", f"{_NGINX}proxy-next-upstream"
        words = (self.note(asked) or "").split()
        read = self.reader.value(self.notes.get(tries), tries, parse_number)
        if "off" in words or (read is not None and read[0] == 1):
            yield Said("attempts", 1, "1 (no other try)", self.place(self.notes[asked if "off" in words else tries].at))
            return
        if "non_idempotent" not in words:
            return
        if read is not None and read[0]:
            yield Said("attempts", read[0], read[1], self.place(self.notes[tries].at))
        named = tuple(dict.fromkeys(each for word in words for each in _asked(word)))
        if named:
            yield Said("retry_on", named, ", ".join(named), self.place(self.notes[asked].at))

    def seconds(self, name: str, term: str) -> Iterator[Said]:
        """A limit in whole seconds."""
        read = self.reader.value(self.notes.get(name), name, parse_number)
        if read is not None and read[0]:
            yield Said(term, read[0] * SECOND, f"{read[0]}s", self.place(self.notes[name].at))

    def of_balancer(self) -> Iterator[Said]:
        """The attributes of an Application Load Balancer: silence on a connection, in whole seconds."""
        name = f"{_ALB}load-balancer-attributes"
        for attribute in (self.note(name) or "").split(","):
            key, _, text = attribute.strip().partition("=")
            if key == _IDLE and text.isascii() and text.isdigit() and len(text) < 6:
                for term in ("timeout.idle", "keep_alive"):
                    yield Said(term, int(text) * SECOND, f"{text}s", self.place(self.notes[name].at))

    # ------------------------------------------------------------------ paths

    def entries(self, said: tuple[Said, ...]) -> Iterator[Entry]:
        """One entry for each path, and for what no path takes."""
        for node in self.reader.sequence(self.spec.get("rules"), "spec.rules"):
            rule = self.reader.members(node, "spec.rules")
            host = self.reader.text(rule.get("host"), "host") or ""
            http = self.reader.members(rule["http"].value, "http") if "http" in rule else {}
            for at in self.reader.sequence(http.get("paths"), "paths"):
                yield from self.entry(self.reader.members(at, "paths"), host, at, said)
        for key in ("defaultBackend", "backend"):
            if key in self.spec:
                party = self.backend(self.spec[key])
                if party:
                    yield Entry("all other requests", (Match(),), (party,), said, self.place(self.spec[key].at))

    def entry(self, members: dict[str, Member], host: str, at: Node, said: tuple[Said, ...]) -> Iterator[Entry]:
        path = self.reader.text(members.get("path"), "path") or "/"
        kind = self.reader.text(members.get("pathType"), "pathType") or ""
        party = self.backend(members["backend"]) if "backend" in members else ""
        if party:
            compared = _COMPARED.get(kind, "regex")
            words = f"path {path}{'' if compared == 'exact' else '*'}{f' at {host}' if host else ''}"
            match = Match("" if compared == "regex" else path, compared, "", bool(host))
            yield Entry(words, (match,), (party,), said, self.place(at))

    def backend(self, entry: Member) -> str:
        """The service behind a path, in either spelling of the API."""
        members = self.reader.members(entry.value, "backend")
        service = self.reader.members(members["service"].value, "service") if "service" in members else {}
        name = self.reader.text(service.get("name") or members.get("serviceName"), "the name of the service")
        return party_of_host(name, self.about.namespace) if name else ""

    def place(self, node: Node) -> Place:
        """Where a node stands."""
        return place_of(node, self.about.document.root, self.about.document.file)


def _asked(word: str) -> tuple[str, ...]:
    if word.startswith("http_"):
        return (word.removeprefix("http_"),)
    return _WORDS.get(word, ())
