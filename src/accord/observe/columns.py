"""The one table of spans that every format is read into, and the tables of facts that one query makes of it.

Nothing in them is null: a value that nobody gave has a number of its own, so that every engine sums to the same answer.
Ids are signed 64-bit integers (Spark has no other), times and durations nanoseconds, texts UTF-8.
"""

from functools import cache

from msgspec import Struct

INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER = 1, 2, 3, 4, 5
"""Kinds of spans, as OTLP numbers them; 0 is a kind that nobody gave."""
UNSET, OK, ERROR = 0, 1, 2
"""Statuses of spans, as OTLP numbers them."""
NO_CODE = -1
UNKNOWN_WEIGHT = 0
ONE = 1000
"""The weight of a span that stands for itself alone; one that was kept with a probability of 5 % weighs 20,000."""


class Column(Struct, frozen=True):
    """One column: its name, its type (int64, int32, int8 or text), and what it says."""

    name: str
    type: str
    meaning: str


SPANS: tuple[Column, ...] = (
    Column("trace_hi", "int64", "the first 8 bytes of the trace id"),
    Column("trace_lo", "int64", "the last 8 bytes of the trace id"),
    Column("span", "int64", "the span id"),
    Column("parent", "int64", "the id of the span above; 0 where it has none"),
    Column("kind", "int8", "1 internal, 2 server, 3 client, 4 producer, 5 consumer, 0 unknown"),
    Column("inferred", "int8", "1 where the kind was not given and follows from a change of service, else 0"),
    Column("service", "text", "whose span it is: service.name, empty where nobody said"),
    Column("environment", "text", "deployment.environment.name, empty where nobody said"),
    Column("version", "text", "service.version, empty where nobody said"),
    Column(
        "operation", "text", "what is called: method and route, the full name of an RPC, the destination of a message"
    ),
    Column(
        "peer", "text", "whom a client calls, as far as it says: peer.service, server.address; empty where it does not"
    ),
    Column("start_ns", "int64", "when it began, on the clock of its host"),
    Column("duration_ns", "int64", "how long it took, at least 1"),
    Column(
        "status", "int8", "0 unset, 1 ok, 2 error; of an HTTP server's 5xx and a client's 4xx or 5xx where unset: 2"
    ),
    Column("code", "int32", "the HTTP status or the gRPC code; -1 where there was none, as after a time-out"),
    Column("attempt", "int8", "which try it was told to be, from 1; 0 where nobody said"),
    Column(
        "weight", "int64", "how many spans it stands for, in thousandths; 0 where it was sampled and nobody says how"
    ),
    Column("remaining_ms", "int64", "what was left of the caller's time on arrival; -1 where nobody said"),
    Column("key", "int64", "a digest of the idempotency key; 0 where there was none"),
    Column("refused", "int8", "1 where the work was not begun because nobody would have been there, else 0"),
    Column(
        "link_hi", "int64", "of the first link, as a consumer has one to its producer: trace id, first half; else 0"
    ),
    Column("link_lo", "int64", "the same, second half"),
    Column("link_span", "int64", "the same, the span"),
)

BOUNDARY: tuple[Column, ...] = (
    Column("window", "int64", "when the window begins, in seconds since 1970"),
    Column("seconds", "int64", "how long it is: 60, 3600 or 86400"),
    Column("consumer", "text", "the service that calls; empty where only the callee was seen"),
    Column("provider", "text", "the service that is called"),
    Column("operation", "text", "as the callee names it; as the caller does where only the caller was seen"),
    Column("environment", "text", "where; empty where nobody said"),
)
"""What tells one row of facts from every other."""

COUNTS: tuple[Column, ...] = (
    Column("calls", "int64", "calls seen from either side, each once"),
    Column("weighted", "int64", "the same, by weight, in thousandths; 0 for calls of unknown weight"),
    Column("unweighted", "int64", "calls whose weight nobody says: they were sampled in a way that is not known"),
    Column("heaviest", "int64", "the largest weight of a call, in thousandths"),
    Column("weighted_caller_errors", "int64", "errors that callers saw, by weight, in thousandths"),
    Column("weighted_callee_errors", "int64", "errors that callees saw, by weight, in thousandths"),
    Column("paired", "int64", "calls seen from both sides"),
    Column("caller_only", "int64", "calls of which the callee tells nothing"),
    Column("callee_only", "int64", "calls of which the caller tells nothing"),
    Column("ok_ok", "int64", "of the paired: neither side saw an error"),
    Column("ok_error", "int64", "the caller was content, the callee failed"),
    Column("error_ok", "int64", "the caller failed, the callee was content"),
    Column("error_error", "int64", "both saw an error"),
    Column("caller_errors", "int64", "errors that callers saw, paired or not"),
    Column("callee_errors", "int64", "errors that callees saw, paired or not"),
    Column("try_1", "int64", "calls that were a first try"),
    Column("try_2", "int64", "a second"),
    Column("try_3", "int64", "a third"),
    Column("try_4", "int64", "a fourth"),
    Column("try_5", "int64", "a fifth or later"),
    Column("late", "int64", "answers that came after the caller had left with an error"),
    Column("late_ns", "int64", "work that went on after the caller had left, summed"),
    Column("repeated", "int64", "executions beyond the first under one idempotency key, or under one call of a client"),
    Column("refused", "int64", "calls refused because nobody would have been there for the answer"),
    Column("fan_out", "int64", "the most calls of this boundary under one span of the caller"),
    Column("caller_longest_ns", "int64", "the longest call as its caller saw it"),
    Column("callee_longest_ns", "int64", "the longest call as the callee saw it"),
    Column("caller_ns", "int64", "time that callers spent in these calls, summed"),
    Column("callee_ns", "int64", "time that callees spent in them, summed"),
    Column("twice_skew_ns", "int64", "twice what the callee's clock is before the caller's, summed over the paired"),
    Column("inferred", "int64", "calls whose kind of span was inferred"),
    Column("undecided", "int64", "halves let go before their other half could come"),
    Column("redone", "int64", "of the repeated: those after an execution that had not failed, settled with it"),
    Column("told_again", "int64", "second and later tries that were told to be; others follow from a failed call"),
)
"""Additive, but for those of LARGEST, of which the larger holds: two rows of one boundary merge without their spans."""

LARGEST = ("fan_out", "caller_longest_ns", "callee_longest_ns", "heaviest")

HISTOGRAM: tuple[Column, ...] = (
    Column("side", "text", "caller or callee"),
    Column("bucket", "int64", "the number of the bucket: `bucket_of`"),
    Column("count", "int64", "calls in it"),
    Column("weighted", "int64", "the same by weight, in thousandths"),
)

CODES: tuple[Column, ...] = (
    Column("caller_code", "int32", "what the caller saw"),
    Column("callee_code", "int32", "what the callee said"),
    Column("count", "int64", "paired calls that ended so"),
)

SCALE = 5
"""Base-2 exponential histograms of OpenTelemetry's scale 5: 32 buckets to a factor of two, a width of 2.2 %."""


def bucket_of(duration_ns: int) -> int:
    """The bucket of a duration: `floor(log2(ns) * 32)`, exact at its bounds, which belong to the upper bucket.

    (OpenTelemetry's own buckets include their upper bound instead: one nanosecond's difference.)
    """
    octave = max(duration_ns, 1).bit_length() - 1
    low, high = 32 * octave, 32 * octave + 31
    while low < high:
        middle = (low + high + 1) // 2
        if duration_ns >= bound_of(middle):
            low = middle
        else:
            high = middle - 1
    return low


@cache
def bound_of(bucket: int) -> int:
    """The smallest whole number of nanoseconds in a bucket: `2 ** (bucket / 32)` rounded up, exact."""
    octave, part = divmod(bucket, 1 << SCALE)
    bound = int((1 << octave) * 2 ** (part / 32))
    while bound > 1 and (bound - 1) ** 32 >= 1 << bucket:
        bound -= 1
    while bound**32 < 1 << bucket:
        bound += 1
    return bound
