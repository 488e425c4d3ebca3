"""The closed registry of terms: what each means, in which unit, and how it composes over a path of calls.

"Timeout" is not a term: the limit on all attempts, on one attempt, on silence and on connecting are four.
A term whose name ends in a dot is a family: `latency.` holds latency.max, latency.p99 and so on.
"""

from msgspec import Struct


class Term(Struct, frozen=True):
    """One word of the model; `domain` names the type of its values, `composes` how values meet along a path."""

    name: str
    meaning: str
    domain: str
    composes: str = "none"


TERMS: dict[str, Term] = {
    term.name: term
    for term in (
        Term("timeout.request", "the caller's limit on all attempts together", "duration", "min over layers"),
        Term("timeout.attempt", "the caller's limit on one attempt; on a delivery, the time until redelivery", "duration", "min over layers"),
        Term("timeout.connect", "the caller's limit on connecting", "duration", "min over layers"),
        Term("timeout.idle", "the caller's limit on silence between two bytes", "duration", "min over layers"),
        Term("attempts", "all tries, the first included", "count", "product over layers and hops"),
        Term("backoff", "pause between attempts: first and longest", "duration range", "sum"),
        Term("retry_on", "what is tried again: error names, codes, timeout, connect, reset, any", "words", "union"),
        Term("handles", "errors this caller has an answer for", "words"),
        Term("idempotency_key", "which key the caller sends: per-request, per-attempt or none", "word"),
        Term("work.", "how long a receiver keeps one delivered message", "duration", "max-plus"),
        Term("killed_after", "the platform ends the work on one attempt after this long, done or not", "duration", "min over layers"),
        Term("gathers", "how long the receiver collects messages of a batch before it begins with them", "duration", "sum"),
        Term("failures", "what is delivered again when one message of a batch fails: each (it alone) or all", "word"),
        Term("left_out.", "what a file leaves to the default of its platform", "nothing"),
        Term("until", "the caller needs the promise until this day", "date"),
        Term("latency.", "receipt of an attempt to the last byte of its answer: max, or pN (at least N % over each window)", "duration", "max-plus"),
        Term("latency.slow", "whether a slow request is slow again when asked again: per-request or per-attempt", "word"),
        Term("latency.injected", "delay that the platform adds on purpose before the provider answers", "duration", "sum"),
        Term("fault.abort", "share of calls that the platform answers with an error on purpose", "percent"),
        Term("availability", "share of attempts answered without an error of 5xx kind", "percent", "product"),
        Term("over", "the window of the percentages of this operation", "duration"),
        Term("hours", "when the promise holds", "hours", "intersection"),
        Term("freshness", "age of the data at most", "duration", "sum"),
        Term("ready_by", "complete by, or read at, this time of day", "instant"),
        Term("retries.concurrent", "the most further tries that run at the same time, all requests together", "count"),
        Term("retries.budget", "the most further tries that run at the same time, as a share of the requests under way", "percent"),
        Term("silence", "the longest time without a byte, before or inside an answer", "duration", "max"),
        Term("keep_alive", "how long this side keeps an idle connection open", "duration"),
        Term("delivery", "how often a message arrives: at-least-once, at-most-once, exactly-once", "word", "lattice"),
        Term("order", "order of messages: none, per-key, total", "word", "lattice"),
        Term("retention", "kept at least", "duration", "min"),
        Term("idempotent", "whether a repeat acts once: always, never, or by key for a time", "idempotence"),
        Term("errors.", "an answer that is not success: status, retry, effect", "error answer", "subset"),
        Term("accepts.", "the most this side can take", "amount", "sum"),
        Term("sends.", "the most this side puts on the other", "amount", "sum"),
        Term("acknowledge", "a person answers a page at latest", "duration", "sum"),
        Term("hands_on", "from acknowledging until able to act", "duration", "sum"),
        Term("authority", "whose command wins, first outranks", "references"),
        Term("detect", "no signal exists", "nothing"),
        Term("recover", "nobody recovers", "nothing"),
        Term("errors", "no error answers exist", "nothing"),
        Term("detect.by", "which alert or party shows a deviation", "references", "reachability"),
        Term("detect.within", "how soon a deviation is shown", "duration", "sum"),
        Term("recover.by", "who repairs", "references", "reachability"),
        Term("recover.within", "repaired within, counted from detection unless recover.from says otherwise", "duration", "sum"),
        Term("recover.how", "the procedure of the repair", "references", "reachability"),
        Term("recover.from", "what recover.within counts from: failure, detection or acknowledgement", "word"),
        Term("fallback", "what happens instead", "text"),
        Term("at", "the address of the operation", "addresses"),
        Term("to", "for whom the promise was made and agreed", "references"),
        Term("needs", "what the operation calls: one after the other, inner lists side by side", "needs", "max-plus"),
        Term("dead_letter", "where a message goes after the last attempt", "references"),
        Term("undo", "what takes the effect back", "references"),
        Term("spread", "a change here reaches everybody within", "duration"),
        Term("sunset", "last day of the promise", "date"),
        Term("instead", "the successor", "references"),
        Term("kind", "what the party is", "word"),
        Term("owner", "the group that answers for the party", "text"),
        Term("names.", "what another system calls the party", "words"),
        Term("source", "where an outsider's words were read, and when", "text"),
        Term("escalates", "who is paged next, after how long, unless what", "ladder"),
        Term("steps", "a procedure, in order", "steps"),
        Term("mentioned", "the operation is named, with nothing said of it", "nothing"),
        Term("routes", "hosts and subsets a route sends to", "words"),
        Term("requests.", "the requests that each entry of a route takes, the first that matches first", "route entries"),
        Term("subsets.", "the version label of a subset of the service; empty where it is told apart by another label", "word"),
        Term("declares", "an object of the platform stands for the party: its kind", "word"),
        Term("selects", "the labels of the pods that carry the service", "words"),
        Term("versions", "the version labels of all pods that the service selects; empty where one has none", "words"),
        Term("runs", "the labels of the pods of a workload that carries the service", "words"),
        Term("alert", "a rule that fires this alert: its name", "text"),
        Term("alert.expression", "what an alert is worked out from", "expression"),
        Term("alert.for", "how long the condition holds before the alert fires", "duration", "sum"),
        Term("alert.keep_firing_for", "how long the alert goes on after its condition ends", "duration"),
        Term("alert.interval", "how often the rules of the group are evaluated", "duration", "sum"),
        Term("alert.namespace", "the namespace of the object that holds the rule", "text"),
        Term("label.", "a label that the rule sets; a template where it has braces", "text"),
        Term("annotation.", "a text that travels with the alert", "text"),
        Term("records", "a recording rule: the series it makes", "text"),
        Term("records.expression", "what a series is worked out from", "expression"),
        Term("scrape.interval", "how often the targets of a job are read", "duration", "sum"),
        Term("scrape.timeout", "how long one reading of a target may take", "duration"),
        Term("scrape.job", "a job that reads targets: its name", "text"),
        Term("evaluation.interval", "how often rules are evaluated where their group does not say", "duration", "sum"),
        Term("external_label.", "a label that a server adds to every alert that has it not", "text"),
        Term("alertmanagers", "where a server sends its alerts: addresses", "words"),
        Term("rule_files", "the files that a server takes its rules from: patterns", "words"),
        Term("route.", "a node of a routing tree, by its path", "route"),
        Term("route.namespace", "the namespace of the object that holds the routing file", "text"),
        Term("route.unread", "the party is a routing file that could not be read", "text"),
        Term("receiver.", "whoever is told under this name", "receiver"),
        Term("inhibition.", "which alerts hold back which", "inhibition"),
        Term("calendar.", "a named time interval of a routing file", "calendar"),
        Term("resolve_timeout", "how long an alert without an end is taken to fire after its source fell silent", "duration"),
        Term("group_wait", "how long the first alert of a group waits for others", "duration", "sum"),
        Term("group_interval", "how long later alerts of a group wait", "duration", "sum"),
        Term("repeat_interval", "how long until a group that still fires is told again", "duration"),
        Term("owns.", "the files that a line of a CODEOWNERS file is for, and their owners; by the number of the line", "owned files"),
        Term("tag.", "a label or an annotation of an object: its name without the domain before it", "text"),
        Term("group.", "the groups above and below a group: parent, children", "references"),
        Term("shift.", "one layer, rotation or event of a schedule: who takes turns, and when", "shift"),
        Term("shifts", "the shifts, stated apart, that a schedule is made of", "references"),
        Term("zone", "the clock that a schedule follows where its shifts do not say", "text"),
        Term("chain.", "one step of a ladder whose steps are stated apart", "chain step"),
        Term("paging.repeats", "how often a ladder begins again once it has ended", "number"),
        Term("paging.renewed", "a page that was acknowledged counts as new after this long", "duration"),
        Term("paging.closed", "a page is closed after this long, whatever became of it", "duration"),
        Term("platform", "which platform carries the calls or runs the party: the name of a pack of defaults", "word"),
        Term("relation.", "one side of a relation between two values that a mapping declares", "related"),
        Term("mapping.", "that a mapping, or a row of it, reads nothing: why", "text"),
        Term("vocabulary.", "the words that an organisation uses: configuration", "words"),
    )
}  # fmt: skip


def term_of(name: str) -> Term | None:
    """The registry's entry for a term such as `latency.p99` (a member of the family `latency.`), or None."""
    return TERMS.get(name) or TERMS.get(name.partition(".")[0] + ".")
