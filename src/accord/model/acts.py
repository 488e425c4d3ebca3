"""The closed vocabulary of witnesses: what a party can do in a timeline, and what a timeline can break.

The monitor judges each act by the fact that the step carries. Times are nanoseconds since the start of the witness.
"""

ACTS: dict[str, str] = {
    "calls": "starts attempt N at `about`; fact: attempts (N is at most its value) or any statement that makes the call (a timeout, needs); "
    "a later attempt starts when the one before has ended, plus the backoff if one is stated",
    "gives-up": "ends attempt N at `about` without an answer, exactly when the limit (fact: timeout.*) has passed since that attempt "
    "began, or for timeout.request since the first attempt began",
    "answers": "party answers attempt N at `about` not later than its fact allows: latency.max (or pN) since the call reached it, "
    "latency.injected on top; for a provider that only waits for others (fact: needs), at the moment the last of them answered "
    "or was given up on",
    "waits": "the platform holds attempt N at `about` back; fact: latency.injected",
    "acts": "the effect of attempt N at `about` takes place, not before its call; fact: idempotent or latency.*",
    "fails": "tells its own caller, or the user, that the request at `about` failed; every attempt so far has ended without an answer",
    "breaks": "the deviation of `about` begins",
    "detects": "a signal shows the deviation of `about`; fact: detect.by or detect.within (elapsed since breaks is at most its value)",
    "pages": "`about` (a party) is paged; fact: recover.by, escalates (elapsed since the first page is at least the rung's `after`), detect.by or steps",
    "acknowledges": "party answers its page; fact: acknowledge (elapsed since that party was paged is at most its value)",
    "arrives": "party is able to act; fact: hands_on (elapsed since it acknowledged is at most its value)",
    "works": "one step of a procedure ends; fact: steps, whose step number `attempt` takes at most the time since the act before it",
    "recovers": "party has repaired `about`; fact: recover.by, steps or acknowledge",
    "due": "the recovery of `about` was due; fact: recover.within, exactly its value after breaks, detects or acknowledges as recover.from says",
    "away": "party is not on duty at this instant (witness.starts + at); fact: hours, which do not hold the instant",
    "states": "party said so: the fact itself, whose speaker is `party`; the time is 0",
    "multiplies": "each of the tries so far makes `count` tries at `about`; fact: attempts, whose value is `count`",
    "loads": "`count` calls a second arrive at `about`, rounded down; fact: accepts.rate",
    "concludes": "the last line: what the reader should take away; no party, no fact",
}

EXPECTATIONS: dict[str, str] = {
    "asker-learns-outcome": "whoever asks learns the outcome: broken when an `answers` for an attempt comes after the `gives-up` of that attempt",
    "effect-once": "one request acts once: broken by two `acts` steps of one operation",
    "tries-happen": "stated tries can happen: broken when the request's limit ends before attempt N (fact: attempts) could begin, "
    "each try and pause taking all the time it may",
    "load-carried": "a provider gets at most what it accepts: broken when sends x the product of `multiplies` is above accepts.rate",
    "error-understood": "a caller has an answer for each error: broken when the error that the provider `states` is in no `handles` of the caller",
    "failure-recognised": "a failure is told from a success: broken when an errors.* fact has a 2xx status and the caller does not handle it by name",
    "error-not-repeated": "what may have been executed, or must not be asked again, is not asked again: broken when retry_on names an error whose fact says retry never or effect unknown or done",
    "recovered-in-time": "recovered within what was promised: broken when `recovers` comes after `due`",
    "somebody-on-duty": "a promise is kept by somebody on duty: broken when an `away` instant lies inside the promise's hours",
    "ladder-ends-in-a-person": "an escalation ends in a person: broken when the pages return to a party already paged, or end at a party that pages nobody",
    "step-ends": "each step has one who does it and a sign that it is finished: broken when a step says none",
    "owner-exists": "an owner is somebody: broken when the owner named is no party where such parties are listed",
    "promise-rests-on-promises": "a promise is not better than what it rests on: broken when the parts compose to more time, or less availability, than the promise allows",
    "one-recovers": "exactly one party recovers: broken when each side names the other, both claim it, or the one who must says none while the other counts on it",
    "repair-stands-apart": "the repair does not need what failed: broken when the chain of `states` steps leads from the repair back to what failed",
    "question-answered": "each of the three questions has an answer: broken when the answer is `none` while another party relies on the operation",
    "counts-on-what-is-promised": "what one side counts on lies inside what the other promises: broken when the two facts do not",
    "promised-to-this-caller": "a promise is used by those it was made to: broken when `to` leaves the caller out",
}  # fmt: skip
