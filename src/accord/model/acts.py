"""The closed vocabulary of witnesses: what a party can do in a timeline, and what a timeline can break.

The monitor judges each step by the fact that the step carries. Times are nanoseconds since the start of the witness.
A witness is told at the bounds: whoever may take until T takes exactly until T, and what no fact gives time to takes none.
So every time follows from the facts, and a step a moment earlier or later is another story, or none.
A step's fact speaks of `about` (of that operation, or of `any` of that party), and a fact of one caller is that caller's own;
one that holds for every caller is anybody's. All facts of a witness hold in one common scope.
docs/witness.md tells the same to people. The monitor is written apart from the rules: where it refuses a witness, the rule is mended, not the monitor.
"""

ACTS: dict[str, str] = {
    "calls": "party starts attempt N of a request at `about` (`count` numbers its requests there; 0 is 1); fact: needs of an operation of party, or any statement of party "
    "about `about` as its caller (attempts, timeout.*, ...). The first attempt starts at 0, or, where party is serving a call, when that call reached it or when what "
    "its needs name earlier has ended (the needs fact is one of the witness's). A later one is among the attempts that the facts of the witness state (those of several "
    "layers multiply), and starts when the one before has ended without success in a way that retry_on, where given, asks again for, plus the pause: the first or the "
    "longest of a backoff among the facts of the witness, else none",
    "gives-up": "party ends its attempt N at `about` without an answer, exactly when the limit (fact: timeout.*) has passed since that attempt "
    "began, or for timeout.request since the first attempt of the request began; no other limit of that caller and layer among the facts of the witness was earlier",
    "answers": "party answers attempt N at `about`, once; fact: latency.max (or pN): exactly its value after the call reached it, plus "
    "latency.injected where a step `waits` stands before; latency.injected alone: exactly that; errors.*: at the call, or after the latency.max among "
    "the facts of the witness; silence: its first byte, exactly its value after the call; work.*: the receiver of a delivery, exactly its value, or, of work.max, as many times that as the receiver's accepts.batch of its program (both at layer code), among the facts of the witness, has messages, and its gathers, where among them, on top; needs: at the moment the last call that party made to serve this "
    "one was answered or finally given up on. Where the fact says none, at any time from the call on",
    "waits": "the platform holds attempt N at `about` back, from the moment of the call; party: who states the fact or the provider; fact: latency.injected",
    "acts": "the effect of attempt N at `about` takes place; fact: idempotent: when the call arrives or when it is answered; latency.max or work.max: exactly its value after the call",
    "fails": "party tells its own caller, or the user, that its request at `about` failed, at the moment the last attempt ended; every attempt so far has ended without "
    "success, and no further one can begin: all that the facts of the witness state have, or the next would not begin before timeout.request (among those facts) is over; "
    "then it may also be told at that limit. No fact, or one of the caller's own about `about`",
    "breaks": "the deviation of `about` begins: time 0; party: the provider; fact: none, or one of the provider's about `about`",
    "reaches": "a change of `about` that was wrong from the start has reached everybody; party: who states the fact; fact: spread, exactly its value after breaks",
    "detects": "a signal shows the deviation of `about`; party: the signal, or whoever states the fact; fact: detect.within, exactly its value after breaks; detect.by "
    "(which names party), at the moment of breaks, or detect.within's value after it where that is among the facts of the witness, or, where the witness has the signal "
    "read, evaluated, held or gathered for `about`, at the moment of the last of these; none: where no fact of "
    "the witness speaks of a signal, the provider, at the moment of breaks",
    "reads": "the deviation of `about` is in what a server has read of its targets; party: who states the fact; fact: scrape.interval, exactly its value after the act before it",
    "evaluates": "a rule that shows it is evaluated; party: who states the fact; fact: alert.interval, or evaluation.interval, exactly its value after the act before it",
    "holds": "the condition has held as long as the rule asks; party: the alert; fact: alert.for, exactly its value after the act before it, rounded up to the next evaluation where one was told",
    "gathers": "the first page waits for others of its group; party: who states the fact; fact: route.* or group_wait, exactly its group_wait after the act before it",
    "pages": "`about` (a party) is paged by party; fact: recover.by, detect.by or steps, which name `about`: at the moment of the act before; "
    "escalates, whose rung names `about`: exactly the rung's `after` since the first page (for an alert's own escalates: since the act before; for a ladder whose own deviation the story begins with: since then); "
    "party: who states the fact; a page by recover.by or detect.by comes after `detects`, one by steps when whoever acknowledged is able to act",
    "acknowledges": "party answers its page, once; fact: acknowledge of party, exactly its value after party was paged; where hours of party are among the facts of the witness the clock runs only inside them",
    "arrives": "party is able to act; fact: hands_on of party, exactly its value after it acknowledged",
    "works": "one step of a procedure ends; party: who the step names, else the procedure; fact: steps, whose step number `attempt` takes exactly its time after the act before it; steps come in order, from the first",
    "recovers": "party has repaired `about`, at the moment of the act before, which the fact is the one of: steps (the last of them, which party did), hands_on "
    "or acknowledge of party, or recover.by (which names party), where nobody says that it takes time; or recover.within of the "
    "provider, who then is party, exactly its value after breaks, detects or acknowledges as its recover.from says",
    "due": "the recovery of `about` was due; party: who states the fact; fact: recover.within, exactly its value after breaks, detects or acknowledges as recover.from says (detects where nothing says)",
    "away": "party is not on duty at this instant (witness.starts + at); time 0 where nothing was timed before; fact: hours of party, which do not hold the instant, "
    "or a shift of party (its own, or one that its shifts fact names), while none of those among the facts of the witness is anybody's turn then",
    "states": "party said so: the fact itself, whose speaker is `party`; the time is 0",
    "multiplies": "each of the tries so far makes `count` tries at `about`: as many as are stated, or fewer; time 0; fact: attempts of party about `about`, whose value is at least `count`; where `about` is "
    "another operation than before, a needs fact of the one before names it (among expects)",
    "loads": "`count` calls a second arrive at `about`, rounded down; time 0; party: the provider; fact: accepts.rate of the provider",
    "fires": "an alert fires, with the labels of the witness (the first that fires), or with those of its rule (any other); party and `about`: the alert; time 0; fact: its alert. "
    "The labels of the witness are its name, each label that its rule sets, as it stands or, where it is a template, any; beyond these only what its expression carries or "
    "fixes, and what a server adds (external_label) or writes anew (relabelled): any where it has a $, else then there",
    "routes": "a tree sends the alert that fired first (`about`) to a route; party: the tree; time 0; fact: route.*, at which Alertmanager's evaluation of the labels over "
    "the routes among the facts of the witness ends; where it ends at several, one step for each, in their order; every route that the evaluation looks at is among the facts",
    "mutes": "the route of the step above says nothing at witness.starts; party: the tree; `about`: the alert; time 0; fact: a calendar that mutes it and holds then, or one "
    "that it is active in, where none of those holds then (all among the facts)",
    "inhibits": "the alert that fired first is held back, because another (`about`), which fired too, matches; party: the tree; time 0; fact: inhibition.*. What the other's rule "
    "leaves open is as the inhibition asks",
    "seen": "calls of `about` by party went so, as telemetry tells; the time is 0; fact: what was observed of them (any other act leans on what was said alone)",
    "concludes": "the last line, at the time of the line before it: what the reader should take away; no party, no fact",
}

EXPECTATIONS: dict[str, str] = {
    "asker-learns-outcome": "whoever asks learns the outcome: broken when an `answers` for an attempt comes later than the `gives-up` of that attempt (at the same instant it is still in time)",
    "effect-once": "one request acts once: broken by two `acts` steps for different attempts of one request, while a fact idempotent says never, "
    "or says key and the caller's idempotency_key is per-attempt or none, or the key is forgotten (the second comes `for` or more after the first)",
    "tries-happen": "stated tries can happen: broken when a request fails and, each try taking all the time it may (timeout.attempt or idle) and each pause the first of its range, attempt N "
    "(fact: attempts) would begin after the request's limit (timeout.request); beginning at the very end still counts; or where timeout.attempt is none and the first try took all the "
    "time of the request. These facts are among those of the witness",
    "connection-open-when-used": "a connection that a caller keeps is open when it is used: broken when keep_alive of the provider, which it `states`, is shorter than keep_alive of "
    "the caller, which it `states` too (none: without end), and no retry_on of that caller and layer among the facts asks again after a reset, or its attempts are 1",
    "tries-not-cancelled": "a call that is tried again is not cancelled for the number of others: broken when the caller `states` sends.concurrency above retries.concurrent "
    "(that of a proxy once for each of the replicas that its party states) and attempts above 1, all of one operation",
    "load-carried": "a provider gets at most what it accepts: broken when sends.rate, stated by the first caller, x the product of `multiplies`, along one path of calls, is above accepts.rate in `loads`",
    "error-understood": "a caller has an answer for each error: broken when the error that the provider `states` or `answers` is in no `handles` of the caller (fact among expects), neither by name nor by its codes nor as any",
    "failure-recognised": "a failure is told from a success: broken when an errors.* fact has a 2xx status and the caller (some fact of which is among expects) does not handle it by name",
    "error-not-repeated": "what may have been executed, or must not be asked again, is not asked again: broken when retry_on names an error (by name, code, class of codes or any) whose fact says retry never or effect unknown or done, unless a repeat acts once",
    "shown-in-time": "a deviation is shown within what was promised: broken when `detects` comes later than detect.within of the same operation (among expects) allows, and the signal needed that long",
    "noticed-before-everywhere": "a wrong change is noticed before it is everywhere: broken when `detects` comes later than `reaches`, both of one operation, while a caller of it "
    "has nothing instead (its fallback none, among expects); at the same instant it is still in time",
    "recovered-in-time": "recovered within what was promised: broken when `recovers` comes later than `due`, both of one operation",
    "somebody-on-duty": "a promise is kept by somebody on duty: broken when an `away` instant lies inside the promise's hours (fact among expects), and the promise rests on "
    "those away, as the facts of the witness say: they promise it, or are all whom its recover.by names (with their escalates, where given), or one does a "
    "step of its recover.how, or they are all its signals (detect.by; also those of another operation whose recover.by, or whose signal's escalates, names "
    "the party of the hours)",
    "ladder-ends-in-a-person": "an escalation ends in a person: broken when the `pages` return to a party already paged, or end at a party that `states` escalates none and a kind that is nobody (neither rota nor team nor external)",
    "next-page-wakes-another": "the next page wakes somebody new: broken when all whom the last level that is paged wakes (who has a turn of its schedule then, as the shift "
    "facts of the witness say, else the party itself) were woken by earlier pages; 0 s is witness.starts",
    "step-ends": "each step has one who does it and a sign that it is finished: broken when the step number `attempt` (0: any) of the steps that a procedure `states` says none in by or done",
    "owner-exists": "an owner is somebody: broken when each owner that a party `states` is no party, while a fact among expects shows that such parties are listed (kind team, rota or external). "
    "A label, annotation, tag or line of code owners names an owner where another of the same name (or another line) among the facts names one who is listed; names are compared by "
    "their last part",
    "promise-rests-on-promises": "a promise is not better than what it rests on: broken when the parts (named by a needs fact, each with its fallback once its caller has given up on it) compose to more time, less availability or older data "
    "than the promise allows, or a repair, counted from the failure, is due before the same party's signal",
    "one-recovers": "exactly one party recovers: broken when each side names the other, both claim it, or the provider says none while another counts on a recovery "
    "(as in question-answered); a party is also named by one that has the same owner (owner facts among expects)",
    "repair-stands-apart": "the repair does not need what failed: broken when a chain of `states` steps, each naming the subject of the next, leads from the repair (recover.by, "
    "recover.how) or the signal (detect.by) of what `breaks` back to it; or from the fallback of an operation to what `breaks`, which is that operation, or "
    "which it needs by a second chain that follows",
    "question-answered": "each of the three questions has an answer: broken when the answer (detect, recover or one of their parts) is `none` while another party counts on "
    "one: it says so of the operation (recover.by others, recover.within; detect.within, detect.by the provider, or with its own `detect: none` one of the first two); its dead "
    "letters end there and it promises delivery, detection or recovery; it needs it, has no fallback and promises recovery or availability; or it calls what has no undo. "
    "These facts are among those of the witness",
    "counts-on-what-is-promised": "what one side counts on lies inside what the other promises: broken when the two facts, of one term and operation, do not; when several callers "
    "together send more than is accepted from all; when a producer puts into a queue (kind among expects) what a receiver of it cannot take; or when "
    "something is read, at witness.starts, shortly before it is promised to be ready",
    "key-outlives-message": "a message that can be put back is known again: broken when a receiver's key (idempotent of an operation, said under assumes) is forgotten no later than the retention "
    "of the operation that the dead_letter of the first names is over",
    "kept-until-recovered": "what a repair needs is still there: broken when `recovers` comes later than the retention of the same operation, counted from breaks",
    "one-command-wins": "whose command wins is said once: broken when two parties `states` an authority about one operation, and the first that each names is another",
    "alert-heard": "somebody hears an alert: broken when every route at which it ends, in each tree that `routes` it, leads to a receiver that notifies nobody: one without "
    "integrations, or named in the configuration's log_only (facts of the witness)",
    "alert-not-held-back": "the one signal of a promise is not held back: broken when an alert is held back (`inhibits`) that is all that detect.by of an operation, among the facts, names",
    "heard-while-promised": "a promise is watched while it holds: broken when, at witness.starts, every route at which an alert ends is muted or leads to a receiver that notifies "
    "nobody, while the hours (among expects) of an operation hold whose detect.by, among the facts, names that alert alone",
    "one-value-holds": "what is said of one thing has one value: broken when two `states` steps give one limit (a timeout, attempts, backoff, retry_on, keep_alive, "
    "killed_after or retention) of the same calls, by the same side, at one layer and in one scope, two values",
    "promised-to-this-caller": "a promise is used by those it was made to: broken when `to` leaves the caller (a fact of it among expects or stated) out, and its owner (a fact "
    "among expects) too, or where it names nobody, or only what owns nothing (kinds "
    "among expects), or callers one by one (a fact of one of them among expects)",
    "port-belongs-to-one": "a port of a host belongs to one party: broken when two parties `states` one tcp or udp address, which one mapping reads at two places of one file",
    "relation-kept": "what a mapping declares of two values holds: broken when the two sides of one relation (`states`: this, and below, at_most or equals) do not stand in it",
    "work-finishes": "work that was taken on may last as long as was promised: broken when the grace or the killed_after that the platform of a party `states` is shorter than the longest "
    "answer of an operation of it (latency.max), or than the longest that it keeps a message (work.max), which is said and among the facts",
    "happens-as-counted-on": "what happens lies inside what the caller counts on: broken when what was `seen` of one operation does not, held against a fact of its caller (among expects): an answer (latency.max "
    "observed) came later than its timeout.attempt or timeout.request, it waited longer (waited.max) than its latency.max, or of the calls (seen.caller) surely more than a latency.pN leaves were longer",
    "executed-once": "one request is executed once where a repeat acts again: broken when executions of a request that had been executed without failing were `seen` (seen.redone) of an operation whose idempotent (among expects) says "
    "never, or says key while the idempotency_key of the caller (among expects) is none",
    "drain-ends": "copies can be moved: broken when the disruption budget that a party `states` (budget.min_available, budget.max_unavailable) spares none of the copies that it `states` (replicas, or replicas.min of "
    "its scaler), of which there is one; shares are rounded up, as Kubernetes does",
    "one-budget-each": "a pod is under one budget: broken when two disruption budgets of one file are said (`states`: budget.selects) to select the pods of one party, in one scope",
    "pools-fit": "the connections of all callers fit: broken when the sum of the sends.connections of all callers, where it is for `each` multiplied by how many copies of the caller may run (replicas.max, or "
    "replicas, and replicas.surge of it, where these are among the facts, else one), is above the accepts.connections that the provider `states`",
}  # fmt: skip
