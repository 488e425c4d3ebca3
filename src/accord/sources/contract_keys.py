"""The keys of the contract language, each said once: the reader, the JSON Schema and the docs are made from this table."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from msgspec import Struct

from accord.model.amount import parse_amount, parse_count, parse_date, parse_percent, parse_rate
from accord.model.contract_values import Backoff
from accord.model.duration import parse_duration
from accord.model.hours import parse_daily_instant
from accord.model.problem import Refused

_NAME = re.compile(r"[^\W_][\w.\-]{0,127}")
_REFERENCE = re.compile(r"[^\W_][\w.\-]{0,127}(/[^\W_][\w.\-]{0,127})?")
_PERCENTILE = re.compile(r"p\d{2}(\.\d{1,4})?", re.ASCII)
RESERVED = frozenset(("none", "unknown", "any", "anyone"))
KINDS = ("service", "gateway", "datastore", "queue", "job", "external", "team", "rota", "alert", "procedure", "agent")
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")
_CARRIERS = ("rpc", "topic", "queue", "table", "file", "tcp", "udp")


class Key(Struct, frozen=True, eq=False):
    """One key: its shape, the grammar of its value, what it means and whose word it follows.

    Shapes: `scalar`, `words` (a list, or one scalar), `group` (a map of `members`; a lone scalar means the member
    `short`), and the shapes of one key each, which the reader knows by name. `none` tells whether the answer
    "there is none" exists, `required` whether the map around it says nothing without it.
    """

    name: str
    shape: str
    says: str
    follows: str = ""
    parse: Callable[[str], Any] = str
    grammar: str = "text"
    none: bool = True
    required: bool = False
    members: tuple["Key", ...] = ()
    short: str = ""


@lru_cache(maxsize=8192)
def parse_name(text: str) -> str:
    """A name: a letter or digit, then letters, digits, dots, underscores and hyphens; not a reserved word."""
    if not _NAME.fullmatch(text):
        raise Refused(f"expected a name (letters, digits, . _ -, no spaces), read {text!r}")
    if text in RESERVED:
        raise Refused(f"expected a name, read the reserved word {text!r}")
    return text


@lru_cache(maxsize=8192)
def parse_reference(text: str) -> str:
    """`party` or `party/operation`, where `any` is every operation."""
    if not _REFERENCE.fullmatch(text):
        raise Refused(f"expected party or party/operation, read {text!r}")
    party, _, operation = text.partition("/")
    reserved = party if party in RESERVED else operation if operation in RESERVED - {"any"} else ""
    if reserved:
        of = f" in {text!r}" if text != reserved else ""
        raise Refused(f"expected party or party/operation, read the reserved word {reserved!r}{of}")
    return text


def parse_audience(text: str) -> str:
    """For whom a promise is: a reference, or `anyone`."""
    return text if text == "anyone" else parse_reference(text)


def parse_operation(text: str) -> str:
    """The name of an operation, or `any` for every one."""
    return text if text == "any" else parse_name(text)


def parse_text(text: str) -> str:
    """Any text but `none`, which is an answer and no text."""
    if text == "none":
        raise Refused("expected a text, read the reserved word 'none'")
    return text


@lru_cache(maxsize=1024)
def is_percentile(text: str) -> bool:
    """Whether a key such as p99.9 names a percentile."""
    return bool(_PERCENTILE.fullmatch(text))


def one_of(*words: str) -> Callable[[str], str]:
    """A grammar that takes these words only."""

    def parse(text: str) -> str:
        if text not in words:
            raise Refused(f"expected {' or '.join(words)}, read {text!r}")
        return text

    return parse


@lru_cache(maxsize=8192)
def parse_limit(text: str) -> int:
    """A time limit; zero is refused, because Gateway API and Envoy read it as "no limit"."""
    limit = parse_duration(text)
    if not limit:
        raise Refused(f"expected a limit above zero, read {text!r}; for no limit write none")
    return limit


def parse_backoff(text: str) -> Backoff:
    """A pause, or a range `first..longest`."""
    first, dots, longest = text.partition("..")
    start = parse_duration(first)
    end = parse_duration(longest) if dots else start
    if end < start:
        raise Refused(f"expected first..longest, read {text!r}")
    return Backoff(start, end)


def parse_budget(text: str) -> Any:
    """A share of further tries; a bare number would be taken for the number of tries, which has a word of its own."""
    if text.isdigit():
        raise Refused(f"expected a share such as 20%, read {text!r}; for all tries, the first included, write attempts")
    return parse_percent(text)


def parse_address(text: str) -> str:
    """Where an operation lives: `POST /charges`, `rpc pkg.Service/Method`, `topic|queue|table|file NAME`, `tcp|udp PORT`."""
    word, _, rest = text.partition(" ")
    if word in _METHODS and rest.startswith("/"):
        return text
    if word in ("tcp", "udp") and rest.isdigit() and 0 < int(rest) < 65536:
        return text
    if word in _CARRIERS[:5] and rest and " " not in rest:
        return text
    raise Refused(
        f"expected an address such as `POST /charges`, `rpc pkg.Service/Method`, `topic NAME` or `tcp 443`, read {text!r}"
    )


def parse_retry(text: str) -> str | int:
    """`never`, or `after` and a pause."""
    if text == "never":
        return text
    if text.startswith("after "):
        return parse_duration(text[6:])
    raise Refused(f"expected never or `after 1s`, read {text!r}")


def _words(
    name: str, says: str, follows: str = "", parse: Callable[[str], Any] = str, grammar: str = "text", **more: Any
) -> Key:
    return Key(name, "words", says, follows, parse, grammar, **more)


def _scalar(name: str, says: str, follows: str, parse: Callable[[str], Any], grammar: str, **more: Any) -> Key:
    return Key(name, "scalar", says, follows, parse, grammar, **more)


def _duration(name: str, says: str, follows: str = "") -> Key:
    return _scalar(name, says, follows, parse_duration, "duration")


_REFERENCES: dict[str, Any] = {"parse": parse_reference, "grammar": "reference"}

DETECT = (
    _words("by", "which alert or party shows a deviation", "Prometheus alert name", **_REFERENCES),
    _duration("within", "how soon a deviation is shown"),
)
BOTH_SIDES = (
    Key("latency", "latency", "receipt of an attempt to the last byte of its answer; pN: at least N % over each window", "OpenSLO threshold + target", grammar="duration"),
    _scalar("availability", "share of attempts answered without an error of 5xx kind", "OpenSLO `target`", parse_percent, "percent"),
    _duration("over", "the window of the percentages of this operation", "OpenSLO `timeWindow.duration`"),
    Key("hours", "hours", "when the promise holds; absent is not 24x7", "Alertmanager `time_intervals`", grammar="hours"),
    _duration("freshness", "age of the data at most", "ODCS freshness/latency"),
    _scalar("ready_by", "complete by / read at", "ODCS `timeOfAvailability`", parse_daily_instant, "instant"),
    _scalar("delivery", "how often a message arrives", "MQTT, Kafka", one_of("at-least-once", "at-most-once", "exactly-once"), "at-least-once at-most-once exactly-once"),
    _scalar("order", "order of messages", "Kafka partition key, SQS FIFO group", one_of("none", "per-key", "total"), "none per-key total", none=False),
    _duration("retention", "kept at least", "ODCS `retention`, `MessageRetentionPeriod`"),
    Key("idempotent", "idempotent", "promise: a repeat acts once; assumes: how this receiver treats the same message twice", "RFC 9110 9.2.2; Idempotency-Key draft", none=False),
    _duration("keep_alive", "how long an idle connection is kept open: the provider closes it, the caller keeps it for its next call", "`keepalive_timeout`, `keepAliveTimeout`, pool idle"),
    Key("accepts", "quantities", "the most this side can take", "ODCS, quotas, UCUM words for units", grammar="amount"),
    Key("sends", "quantities", "the most this side puts on the other", "ODCS, quotas, UCUM words for units", grammar="amount"),
    Key(
        "timeout",
        "group",
        "caller: how long it waits (request = all attempts; idle = silence between bytes); on a delivering promise: until it delivers again",
        "gRPC deadline, Envoy `timeout`, `per_try_timeout`, `proxy_read_timeout`",
        members=tuple(
            _scalar(name, says, follows, parse_limit, "duration")
            for name, says, follows in (
                ("request", "limit on all attempts", "gRPC deadline, Envoy `timeout`, Gateway `request`"),
                ("attempt", "limit on one attempt", "`per_try_timeout`, `backendRequest`, visibility timeout"),
                ("connect", "limit on connecting", "`connect_timeout`"),
                ("idle", "limit on silence between bytes", "`proxy_read_timeout`, `requests`"),
            )
        ),
        short="request",
    ),
    _scalar("attempts", "all tries, the first included", "gRPC `maxAttempts`, `maxReceiveCount`; Istio, Envoy, Gateway count one less", parse_count, "count"),
    _duration("acknowledge", "a person answers a page at latest (buys no time)", "PagerDuty, Opsgenie"),
    _duration("hands_on", "from acknowledging until able to act: log in, travel"),
    _words("authority", "whose command wins, first outranks", **_REFERENCES),
    Key("detect", "detect", "which alert or party shows a deviation, and how soon", "Prometheus alert name", members=DETECT, short="by"),
    Key(
        "recover",
        "group",
        "who repairs, within what, by which procedure / what is counted on",
        "RTO, runbook_url",
        members=(
            _words("by", "who repairs", **_REFERENCES),
            _duration("within", "repaired within", "RTO"),
            _words("how", "the procedure", "runbook_url", **_REFERENCES),
            _scalar("from", "what `within` counts from", "", one_of("failure", "detection", "acknowledgement"), "failure detection acknowledgement", none=False),
        ),
        short="by",
    ),
    _scalar("fallback", "what happens instead; none: fails too (hard dependency)", "Hystrix", str, "reference or prose"),
)  # fmt: skip

PROMISES_ONLY = (
    _words("at", "its address", "OpenAPI path, OTel route and `rpc.method`", parse_address, "address", none=False),
    _words("to", "for whom the promise was made and agreed", parse=parse_audience, grammar="reference or anyone"),
    Key("needs", "needs", "what it calls, one after the other; an inner list runs side by side", "GitHub `needs`, Backstage `dependsOn`", grammar="reference"),
    Key("errors", "errors", "the answers that are not success", "RFC 9110 15, Retry-After; gRPC codes"),
    _duration("silence", "the longest time without a byte, before or inside an answer; absent: as long as the answer may take"),
    _words("dead_letter", "where a message goes after the last attempt", "SQS `RedrivePolicy`", **_REFERENCES),
    _words("undo", "what takes the effect back; none: irreversible", "saga compensation", **_REFERENCES),
    _duration("spread", "a change here reaches everybody within", "rollout practice"),
    _scalar("sunset", "last day of the promise", "RFC 8594 Sunset", parse_date, "date"),
    _words("instead", "the successor; its presence means deprecated", "RFC 9745, `successor-version`", **_REFERENCES),
)  # fmt: skip

ASSUMES_ONLY = (
    _scalar("backoff", "pause between attempts: first..longest", "gRPC `initialBackoff`..`maxBackoff`", parse_backoff, "range"),
    _words("retry_on", "what is tried again: error names, codes, timeout connect reset any", "Envoy `retry_on`"),
    Key(
        "retries",
        "group",
        "how many further tries run at the same time, all calls together",
        "Envoy `max_retries`, `retry_budget`",
        members=(
            _scalar("concurrent", "the most further tries at once", "Envoy `max_retries`", parse_count, "count"),
            _scalar("budget", "the same as a share of the calls under way", "Envoy `budget_percent`", parse_budget, "percent"),
        ),
        short="budget",
    ),
    _words("handles", "errors this caller has an answer for", "OpenAPI responses, Pact"),
    _scalar("idempotency_key", "which key the caller sends", "Idempotency-Key draft", one_of("per-request", "per-attempt", "none"), "per-request per-attempt none", none=False),
    Key("work", "latency", "how long it keeps one delivered message", "Lambda timeout, `max.poll.interval.ms`", grammar="duration"),
    _scalar("until", "needs the promise until", "ODCS `endOfSupport`, seen from the user", parse_date, "date"),
)  # fmt: skip

ERROR_PARTS = (
    _words("status", "code(s)", "RFC 9110 15", none=False),
    _scalar("retry", "never, or `after 1s`", "Retry-After", parse_retry, "never or after duration", none=False),
    _scalar("effect", "whether it was done", "", one_of("none", "done", "unknown"), "none done unknown", none=False),
)
RUNG_PARTS = (
    _duration("after", "counts from the first page"),
    _scalar(
        "unless",
        "acknowledged or recovered",
        "Opsgenie `if-not-acked`/`if-not-closed`",
        one_of("acknowledged", "recovered"),
        "acknowledged recovered",
    ),
    _scalar("to", "who is next", "", parse_reference, "reference", none=False, required=True),
)
STEP_PARTS = (
    _scalar("do", "what is done, a sentence", "runbook practice", str, "text", none=False, required=True),
    _scalar("by", "who does it", "", parse_reference, "reference"),
    _words("needs", "access and tools", **_REFERENCES),
    _duration("takes", "how long it takes"),
    _scalar("done", "the signal or sentence that shows it is finished", "", str, "text"),
)
SCOPE_PARTS = (
    _words("env", "environments", "OTel `deployment.environment.name`", none=False),
    _words("version", "versions of this party", "OTel `service.version`", none=False),
    _scalar("from", "first day", "", parse_date, "date", none=False),
    _scalar("until", "last day", "", parse_date, "date", none=False),
)
SLOW = one_of("per-request", "per-attempt")
IDEMPOTENT = one_of("always", "never")
IDEMPOTENT_PARTS = (
    Key("key", "scalar", "which field", none=False),
    Key("for", "scalar", "how long it is remembered", parse=parse_duration, grammar="duration"),
)
GROWTH_PARTS = (
    Key("now", "scalar", "the level today", parse=parse_amount, grammar="quantity"),
    Key("max", "scalar", "the largest level", parse=parse_amount, grammar="quantity"),
    Key("as_of", "scalar", "the day of `now`", parse=parse_date, grammar="date", none=False),
    Key("grows", "scalar", "growth", parse=parse_rate, grammar="rate"),
)
SOURCE_PARTS = (
    Key("url", "scalar", "where", none=False),
    Key("as_of", "scalar", "when", parse=parse_date, grammar="date", none=False),
)
PARTY = (
    _scalar("party", "the one name; required", "Compose service", parse_name, "name", none=False, required=True),
    _scalar("kind", "what it is", "Backstage kind/type, roughly", one_of(*KINDS), " ".join(KINDS), none=False),
    _scalar("owner", "the group that answers for it", "Backstage `spec.owner`, CODEOWNERS", str, "text"),
    Key("names", "names", "what dns, otel, kubernetes, pagerduty, ... call it", "OTel `service.name`, k8s `ns/name`", none=False),
    Key("source", "source", "where an outsider's words were read, and when", members=SOURCE_PARTS, none=False),
    Key("only", "only", "the scope of this document; absent: everywhere", members=SCOPE_PARTS, none=False),
    Key("promises", "promises", "what others may count on", "assume-guarantee", none=False),
    Key("assumes", "assumes", "what it counts on and how it behaves as a caller", "assume-guarantee", none=False),
    Key("escalates", "escalates", "who is next; on an alert: whom it pages", "Opsgenie, PagerDuty", members=RUNG_PARTS),
    Key("steps", "steps", "a procedure, in order", "runbook practice", members=STEP_PARTS, none=False),
)  # fmt: skip

PROMISE_KEYS = {key.name: key for key in (*BOTH_SIDES, *PROMISES_ONLY)}
ASSUME_KEYS = {key.name: key for key in (*BOTH_SIDES, *ASSUMES_ONLY)}
PARTY_KEYS = {key.name: key for key in PARTY}

OTHER_WORDS = {
    "perTryTimeout": "timeout: {attempt: ...}",
    "per_try_timeout": "timeout: {attempt: ...}",
    "per_try": "timeout: {attempt: ...}",
    "deadline": "timeout: {request: ...}",
    "connect_timeout": "timeout: {connect: ...}",
    "maxAttempts": "attempts",
    "max_attempts": "attempts",
    "maxReceiveCount": "attempts",
    "retryOn": "retry_on",
    "on": "retry_on",
    "rto": "recover: {within: ...}",
    "rpo": "freshness",
    "sla": "availability, latency or recover",
    "slo": "availability or latency",
    "dlq": "dead_letter",
    "deadLetter": "dead_letter",
    "capacity": "accepts",
    "rate": "accepts: {rate: ...} or sends: {rate: ...}",
    "rate_limit": "accepts: {rate: ...}",
    "depends_on": "needs",
    "dependsOn": "needs",
    "runbook": "recover: {how: ...}",
    "runbook_url": "recover: {how: ...}",
    "alert": "detect: {by: ...}",
    "alerts": "detect: {by: ...}",
    "oncall": "recover: {by: ...}",
    "escalation": "escalates",
    "schedule": "hours",
    "idempotency": "idempotent",
    "visibility_timeout": "timeout: {attempt: ...} on the promise",
    "also_known_as": "names",
    "aliases": "names",
    "p100": "max",
    "name": "party",
    "service": "party",
    "team": "owner",
    "type": "kind",
    "provides": "promises",
    "guarantees": "promises",
    "expects": "assumes",
    "requires": "assumes",
    "consumes": "assumes",
}
