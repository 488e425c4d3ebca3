"""Linkerd: what its proxies do before every call of a service: ServiceProfiles, and annotations of Services and routes.

A route that may be repeated is repeated until its budget is spent: there is no number. What holds where nothing is
written stands in accord/defaults/linkerd.toml.
"""

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from msgspec import Struct

from accord.model.fact import ANY, Fact, Layer, Scope, Stance
from accord.model.nothing import NONE
from accord.model.problem import Problem, Refused
from accord.sources._go_duration import parse_go_duration
from accord.sources._hosts import party_of_host
from accord.sources._linkerd_match import addresses, of_route_rule
from accord.sources._objects import Object, Reader, kind_of
from accord.sources._yaml import Document, Entry, Node, child, entries, place_of

FORMAT = "linkerd"
BESIDE = True
"""Its annotations stand on objects that other sources read too."""

_ROUTES = ("HTTPRoute", "GRPCRoute")
_RETRY, _TIMEOUT = "retry.linkerd.io/", "timeout.linkerd.io/"
GRPC_FAILURES = ("UNKNOWN", "DEADLINE_EXCEEDED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS")
"""What counts as a failure of a gRPC call, whatever a route says of status codes (linkerd2-proxy, classify.rs)."""

_RATIO = re.compile(r"\d{1,4}(?:\.\d{1,9})?", re.ASCII)
_OTHER_NAMESPACE = "namespace"
"""Scope dimension of a profile that lies in another namespace than its service: it is for the callers there."""


class _Subject(Struct, frozen=True):
    """What the facts of one route share."""

    provider: str
    operation: str
    scope: Scope


AT_KINDS = frozenset(("ServiceProfile", "Service", *_ROUTES))


def claims(document: Document) -> bool:
    """A ServiceProfile, or a Service or route with one of Linkerd's annotations on retries or timeouts."""
    version, kind = kind_of(document)
    if kind == "ServiceProfile":
        return version.startswith("linkerd.io/")
    if not (kind == "Service" and version == "v1") and kind not in _ROUTES:
        return False
    annotations = child(document.node, "metadata", "annotations")
    return annotations is not None and any(entry.key.startswith((_RETRY, _TIMEOUT)) for entry in entries(annotations))


def read(document: Document) -> Iterable[Fact | Problem]:
    """The facts of one object, and a Problem for what has the wrong shape."""
    reader = _Reader(document)
    about = reader.object()
    if about is not None and about.kind == "ServiceProfile":
        reader.read_profile(about)
    elif about is not None:
        reader.read_annotations(about)
    return reader.found


class _Reader(Reader):
    """Reads one object."""

    def say(
        self, subject: _Subject, term: str, value: Any, text: str, at: Node, stance: Stance = Stance.ASSUMES
    ) -> None:
        """Adds one fact that Linkerd says for every caller."""
        place = place_of(at, self.document.root, self.document.file)
        who = ("", subject.provider, subject.operation)
        layer = Layer.SIDECAR if stance is Stance.ASSUMES else Layer.PLATFORM
        self.facts.append(Fact(FORMAT, stance, *who, term, value, text, place, layer, subject.scope, FORMAT))

    def limit(self, subject: _Subject, entry: Entry | None, what: str, term: str) -> None:
        """A limit on time; 0 is no limit."""
        read = self.value(entry, what, parse_go_duration)
        if entry is not None and read is not None:
            self.say(subject, term, read[0] or NONE, read[1], entry.at)

    def located(self, subject: _Subject, found: tuple[str, ...], at: Node) -> None:
        """Where the operation lives."""
        if found:
            self.say(subject, "at", found, ", ".join(found), at, Stance.PROMISES)

    # ------------------------------------------------------------------ ServiceProfile

    def read_profile(self, about: Object) -> None:
        """What each route says; the name of a profile is the host of its service."""
        provider = party_of_host(about.name, about.namespace)
        if not provider:
            return
        scope = dict(about.scope)
        if provider.startswith("kubernetes:") and not provider.startswith(f"kubernetes:{about.namespace}/"):
            scope[_OTHER_NAMESPACE] = (about.namespace,)
        spec = self.children("spec")
        share = self.read_budget(spec.get("retryBudget"))
        for node in self.sequence(spec.get("routes"), "spec.routes"):
            route = self.members(node, "spec.routes")
            name = self.text(route.get("name"), "the name of a route")
            if name:
                subject = _Subject(provider, name, tuple(sorted(scope.items())))
                self.read_route(route, subject)
                if share is not None and self.text(route.get("isRetryable"), "isRetryable") == "true":
                    self.say(subject, "retries.share", *share)

    def read_budget(self, entry: Entry | None) -> tuple[Fraction, str, Node] | None:
        """The share of calls that may be added by further tries; a few a second are made whatever it is."""
        parts = self.members(entry.value, "retryBudget") if entry is not None else {}
        ratio = self.value(parts.get("retryRatio"), "retryBudget.retryRatio", _parse_ratio)
        if ratio is None:
            return None
        least = self.text(parts.get("minRetriesPerSecond"), "minRetriesPerSecond")
        more = f", at least {least}/s" if least else ""
        return ratio[0], f"{float(ratio[0] * 100):g}% of the calls{more}", parts["retryRatio"].at

    def read_route(self, route: dict[str, Entry], subject: _Subject) -> None:
        """How long a route is waited for, and whether it is repeated."""
        name = route["name"].at
        self.located(subject, addresses(self, route.get("condition")), name)
        self.say(subject, "platform", FORMAT, "ServiceProfile", name)
        self.say(subject, "attempts.policy", "route", "route", name)
        self.limit(subject, route.get("timeout"), "timeout", "timeout.request")
        repeated = self.text(route.get("isRetryable"), "isRetryable")
        if repeated == "true":
            self.read_classes(route.get("responseClasses"), subject)
        if repeated != "true":
            self.say(subject, "attempts", 1, "1 (not retryable)", name)
        else:
            self.say(subject, "attempts", NONE, "any number of tries, within the budget", route["isRetryable"].at)

    def read_classes(self, entry: Entry | None, subject: _Subject) -> None:
        """Which answers count as failures, where the route says more than what Linkerd takes for one by itself."""
        failing = set(range(500, 600))
        for node in reversed(self.sequence(entry, "responseClasses")):
            parts = self.members(node, "responseClasses")
            condition = self.members(parts["condition"].value, "condition") if "condition" in parts else {}
            status = self.members(condition["status"].value, "condition.status") if "status" in condition else {}
            bounds = [self.value(status.get(key), f"status.{key}", _parse_code) for key in ("min", "max")]
            known = [bound[0] for bound in bounds if bound is not None]
            if known and condition.keys() == {"status"}:
                codes = range(known[0], known[-1] + 1)
                failing = (
                    failing.union(codes)
                    if self.text(parts.get("isFailure"), "isFailure") == "true"
                    else failing.difference(codes)
                )
        if entry is not None and failing != set(range(500, 600)):
            words = (*_as_words(failing), *GRPC_FAILURES)
            self.say(subject, "retry_on", words, ", ".join(words), entry.at)

    # ------------------------------------------------------------------ annotations

    def read_annotations(self, about: Object) -> None:
        """What the annotations of a Service or a route say, for all that it takes."""
        metadata = self.children("metadata")
        found = self.members(metadata["annotations"].value, "metadata.annotations")
        for subject, where in self.subjects(about):
            self.located(subject, where, found[next(iter(found))].key_node)
            self.read_retries(about, subject, found)
            self.limit(subject, found.get(f"{_TIMEOUT}request"), f"{_TIMEOUT}request", "timeout.request")

    def subjects(self, about: Object) -> Iterator[tuple[_Subject, tuple[str, ...]]]:
        """The Service itself, or for each Service that a route is for, what it takes of its requests and where these live."""
        if about.kind == "Service":
            yield _Subject(about.party, ANY, about.scope), ()
            return
        spec = self.children("spec")
        rules = [self.members(node, "spec.rules") for node in self.sequence(spec.get("rules"), "spec.rules")]
        for node in self.sequence(spec.get("parentRefs"), "spec.parentRefs"):
            parent = self.members(node, "spec.parentRefs")
            if self.text(parent.get("kind"), "parentRefs.kind") != "Service":
                continue
            name = self.text(parent.get("name"), "parentRefs.name") or ""
            namespace = self.text(parent.get("namespace"), "parentRefs.namespace") or about.namespace
            provider = f"kubernetes:{namespace}/{name}"
            for where in [of_route_rule(self, rule) for rule in rules] or [()]:
                scope = about.scope if where is not None else self.some_requests(about)
                yield _Subject(provider, " or ".join(where or ()) or ANY, scope), where or ()

    def some_requests(self, about: Object) -> Scope:
        """The scope of what holds for requests that cannot be named one by one."""
        words = f"those of the {about.kind} {about.name}"
        return tuple(sorted((*about.scope, (f"requests:{about.kind}/{about.path}", (words,)))))

    def read_retries(self, about: Object, subject: _Subject, found: dict[str, Entry]) -> None:
        """After which answers a request is repeated, how often, and after which time a try counts as failed."""
        words: list[str] = []
        for key, parse in ((f"{_RETRY}http", _parse_http), (f"{_RETRY}grpc", _parse_grpc)):
            read = self.value(found.get(key), key, parse)
            words += read[0] if read else ()
        each = found.get(f"{_RETRY}timeout")
        if not words:
            return
        if subject.operation == ANY:
            self.say(subject, "mentioned", True, about.name, next(iter(found.values())).key_node, Stance.PROMISES)
        at = next(found[key] for key in (f"{_RETRY}http", f"{_RETRY}grpc") if key in found)
        words += ["timeout"] if each is not None else []
        self.say(subject, "platform", FORMAT, "annotations", at.at)
        self.say(subject, "retry_on", tuple(dict.fromkeys(words)), ", ".join(words), at.at)
        self.limit(subject, each, f"{_RETRY}timeout", "timeout.attempt")
        limit = self.value(found.get(f"{_RETRY}limit"), f"{_RETRY}limit", _parse_count)
        if limit is not None and limit[0]:
            text = f"{limit[0] + 1} ({limit[0]} {'retry' if limit[0] == 1 else 'retries'})"
            self.say(subject, "attempts", limit[0] + 1, text, found[f"{_RETRY}limit"].at)


def _parse_ratio(text: str) -> Fraction:
    if not _RATIO.fullmatch(text):
        raise Refused(f"expected a share such as 0.2, read {text[:80]!r}")
    return Fraction(text)


def _parse_code(text: str) -> int:
    if not _is_code(text):
        raise Refused(f"expected a status code such as 503, read {text[:80]!r}")
    return int(text)


def _as_words(codes: set[int]) -> tuple[str, ...]:
    """`5xx` for each class of which all codes are there, else the codes one by one."""
    words: list[str] = []
    for hundred in range(1, 6):
        members = sorted(code for code in codes if code // 100 == hundred)
        words += [f"{hundred}xx"] if len(members) == 100 else [str(code) for code in members]
    return tuple(words)


def _parse_count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        raise Refused(f"expected a number of retries, read {text[:80]!r}")
    return int(text)


def _parse_http(text: str) -> tuple[str, ...]:
    """`5xx`, `gateway-error`, a code, or a range of codes; each in turn."""
    words: list[str] = []
    for part in (part.strip() for part in text.split(",")):
        first, _, last = part.partition("-")
        if part in ("5xx", "gateway-error"):
            words.append(part)
        elif _is_code(first) and (not last or _is_code(last)):
            words += [str(code) for code in range(int(first), int(last or first) + 1)]
        else:
            raise Refused(f"expected codes such as 5xx, 503 or 500-504, read {part[:80]!r}")
    return tuple(words)


def _is_code(text: str) -> bool:
    return len(text) == 3 and text.isascii() and text.isdigit() and "1" <= text[0] <= "5"


def _parse_grpc(text: str) -> tuple[str, ...]:
    known = ("CANCELLED", "DEADLINE_EXCEEDED", "INTERNAL", "RESOURCE_EXHAUSTED", "UNAVAILABLE")
    words = [part.strip().upper().replace("-", "_") for part in text.split(",")]
    if not set(words) <= set(known):
        raise Refused(f"expected status names such as unavailable, read {text[:80]!r}")
    return tuple(words)
