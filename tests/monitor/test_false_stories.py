"""Falsehoods of every kind, each refused with the reason it is false."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from accord.model.alerting import Integration, Matcher
from accord.model.fact import Fact, Stance
from accord.model.witness import Witness
from accord.monitor import judge

from .stories import Story, facts_of, witness_of
from .stories_of_alerts import FULL, TREE
from .true_stories import PAYMENTS, STORIES

LATE = STORIES["an answer after the caller left"]
CHAIN = STORIES["a chain that is held back"]
WAITING = STORIES["a provider whose own waiting outlasts its caller"]
AGAIN = STORIES["a repeat that acts again"]
FORGOTTEN = STORIES["a key that is forgotten"]
GROWING = STORIES["a key that is forgotten while a pause grows"]
TRIES = STORIES["tries that cannot all happen"]
LOAD = STORIES["more load than is accepted"]
LADDER = STORIES["a ladder longer than the promise"]
UNHEARD = STORIES["a page that pages nobody"]
ADDED = STORIES["a label that a server adds"]
SILENT = STORIES["a signal that is silent at night"]
HELD = STORIES["a signal that another one holds back"]
CLOCK = STORIES["a clock that runs on duty only"]
AWAY = STORIES["a promise while nobody is there"]
DOER = STORIES["a step whose doer is off"]

Change = Callable[[Story], Story]


def steps(*changes: tuple[str, str]) -> Change:
    """The same contracts, another story."""

    def change(story: Story) -> Story:
        told = story.steps
        for before, after in changes:
            assert before in told, before
            told = told.replace(before, after)
        return replace_story(story, steps="\n".join(line for line in told.splitlines() if line.strip()))

    return change


def contracts(*changes: tuple[str, str]) -> Change:
    """The same story, other contracts."""

    def change(story: Story) -> Story:
        text = story.contracts
        for before, after in changes:
            assert before in text, before
            text = text.replace(before, after)
        return replace_story(story, contracts=text)

    return change


def expects(*words: str) -> Change:
    return lambda story: replace_story(story, expects=words)


def valued(term: str, **changes: object) -> Change:
    """The same story, where the value of one term that no contract can say is another."""

    def change(story: Story) -> Story:
        assert any(fact.term == term for fact in story.more), term
        more = [
            replace(fact, value=replace(fact.value, **changes)) if fact.term == term else fact for fact in story.more
        ]
        return replace_story(story, more=tuple(more))

    return change


def labelled(**changes: str) -> Change:
    """The same story of an alert with other labels; an empty one is left out."""

    def change(story: Story) -> Story:
        labels = {**dict(story.labels), **changes}
        return replace_story(story, labels=tuple(sorted((name, value) for name, value in labels.items() if value)))

    return change


def without(*terms: str) -> Change:
    """The same story, which keeps quiet about some of its facts."""
    return lambda story: replace_story(
        story, expects=tuple(words for words in story.expects if words.split(" ")[1] not in terms)
    )


def replace_story(story: Story, **changes: object) -> Story:
    return Story(**{**story.__dict__, **changes})  # type: ignore[arg-type]


FALSE: list[tuple[str, Story, Change, str]] = [
    ("no last line", LATE, steps(("11s - concludes payments/charge", "")), "no last line"),
    ("a last line in the middle", LATE, steps(("5s payments answers payments/charge #1", "5s - concludes #0\n5s payments answers payments/charge #1")), "not the last line"),
    ("a last line at another time", LATE, steps(("11s - concludes", "12s - concludes")), "time of the line before"),
    ("an answer that nobody asked for", LATE, steps(("answers payments/charge #3", "answers payments/charge #4")), "no such attempt"),
    ("an answer given twice", LATE, steps(("11s - concludes", "11s payments answers payments/charge #3 by payments/charge latency.max\n11s - concludes")), "answered before"),
    ("an answer in time", LATE, contracts(("attempt: 2s", "attempt: 5s")), "another time|earlier"),
    ("a try more than stated", LATE, contracts(("attempts: 3", "attempts: 2")), "attempt number 3"),
    ("a second try that nobody states", LATE, contracts(("attempts: 3", "attempts: 1")), "attempt number 2"),
    ("a failure told while a try is left", LATE, steps(("8s checkout fails payments/charge #3", ""), ("5s checkout gives-up payments/charge #2 by checkout>payments/charge timeout.attempt", "5s checkout gives-up payments/charge #2 by checkout>payments/charge timeout.attempt\n5s checkout fails payments/charge #2")), "is under way|is left"),
    ("an inner call that nothing makes", CHAIN, contracts(("{get: {needs: [ratings/get]}}", "{get: {needs: [other/get]}}")), "makes it call here"),
    ("a delay that nobody adds", CHAIN, steps(("0s mesh waits ratings/get #1 x1 by ratings/get latency.injected", "")), "another time"),
    ("an inner call before its turn", WAITING, steps(("1s orders calls bank/pay #1", "0s orders calls bank/pay #1")), "before the step above|makes it call here"),
    ("an answer while a call is open", WAITING, steps(("6s orders gives-up bank/pay #2 by orders>bank/pay timeout.attempt", "")), "another time"),
    ("a pause longer than is stated", GROWING, steps(("5s checkout calls", "6s checkout calls")), "pause"),
    ("a number of tries that nobody makes", LOAD, steps(("order x3", "order x4")), "another number of tries"),
    ("a pause left out", WAITING, expects(), "pause"),
    ("a repeat that acts once", AGAIN, contracts(("idempotent: never", "idempotent: always")), "acts once"),
    ("a repeat known by its key", FORGOTTEN, contracts(("for: 6s", "for: 7s")), "recognised"),
    ("a repeat nobody speaks of", FORGOTTEN, expects(), "nobody says what a repeat"),
    ("an effect of one try", FORGOTTEN, steps(("acts payments/charge #3", "acts payments/charge #2")), "another time"),
    ("tries that all happen", TRIES, contracts(("attempts: 3", "attempts: 2")), "could begin|under way|is left"),
    ("a try at the very end", TRIES, contracts(("request: 5s", "request: 6s")), "another time"),
    ("a load that is accepted", LOAD, contracts(("100/s", "180/s")), "is accepted"),
    ("a product that does not come out", LOAD, steps(("x180", "x60")), "another number"),
    ("a path that nothing states", LOAD, expects(), "nobody states that"),
    ("tries counted twice", LOAD, steps(("0s shop multiplies", "0s web multiplies shop/order x3 by web>shop/order attempts\n0s shop multiplies")), "counted before"),
    ("an error that is understood", STORIES["an error nobody understands"], contracts(("throttled, 503", "broken, 503")), "answer for each error"),
    ("an error understood by its codes", STORIES["an error nobody understands"], contracts(("throttled, 503", "5xx, 503")), "answer for each error"),
    ("a failure that is told by name", STORIES["a failure that looks like a success"], contracts(("[timeout]", "[no-database]")), "told from a success"),
    ("an error without effect", STORIES["an error that must not be asked again"], contracts(("effect: unknown", "effect: none")), "no error is asked again"),
    ("a rung that was called off", LADDER, steps(("12m ledger-oncall pages", "7m ledger-oncall acknowledges ledger/post by ledger-oncall/page acknowledge\n12m ledger-oncall pages")), "only while nobody"),
    ("work before anybody can act", LADDER, steps(("25m duty arrives ledger/post by duty/page hands_on", "")), "another time"),
    ("a procedure cut short", LADDER, steps(("40m duty works ledger/post #2 by failover steps", ""), ("40m duty recovers", "32m duty recovers"), ("40m - conc", "32m - conc")), "not who repairs it"),
    ("steps out of order", LADDER, steps(("#1 by failover", "#2 by failover"), ("30m", "35m")), "before|in order"),
    ("a repair in time", LADDER, contracts(("within: 30m", "within: 38m")), "another time"),
    ("a recovery counted from detection", STORIES["a recovery as late as promised"], expects(), "another time"),
    ("a recovery sooner than promised", STORIES["a recovery as late as promised"], contracts(("within: 30m", "within: 31m")), "this moment"),
    ("a clock that runs at night", CLOCK, steps(("2d15h6m ledger-oncall ack", "7m ledger-oncall ack")), "before the step above|another time"),
    ("a start that nobody gives", CLOCK, lambda story: replace_story(story, starts=""), "another time"),
    ("somebody there after all", AWAY, lambda story: replace_story(story, starts="2026-11-30T09:00:00Z"), "on duty then"),
    ("a promise that does not hold then", AWAY, contracts(("    hours: 24x7\n", "    hours: Mon-Fri 00:00-24:00 UTC\n")), "holds then"),
    ("somebody who does not answer for it", DOER, expects("ledger/post hours", "failover steps"), "rest on duty alone"),
    ("a ladder that has an end", STORIES["a ladder that goes round"], steps(("25m second pages first by second escalates", ""), ("25m - conc", "10m - conc")), "end at a person"),
    ("a signal of a person", STORIES["a signal that wakes nobody"], contracts(("kind: alert", "kind: rota")), "end at a person"),
    ("a step that ends", STORIES["a step that never ends"], steps(("#2 by", "#1 by")), "one who does it"),
    ("an owner who is somebody", STORIES["an owner who is nobody"], contracts(("team-serach", "team-search")), "is a party"),
    ("owners that nobody lists", STORIES["an owner who is nobody"], expects(), "not listed"),
    ("parts that fit", STORIES["parts that take longer than the whole"], contracts(("{max: 6s}", "{max: 7s}")), "allow what is promised"),
    ("a share that holds", STORIES["parts that hold less often than the whole"], contracts(("99.95%", "99.9%")), "allow what is promised"),
    ("a recovery with one name", STORIES["a recovery that each leaves to the other"], contracts(("{by: feed}", "{by: shop}")), "one party recovers"),
    ("a recovery by whom nobody knows", STORIES["a recovery that each leaves to the other"], expects(), "do not say to whom"),
    ("a repair by another way", STORIES["a repair that needs what failed"], contracts(("needs: [backbone/route]", "needs: [mobile/route]")), "lead back"),
    ("a fallback that stands apart", STORIES["a fallback with the same part"], contracts(("{party: backup, promises: {process: {needs: [logic/convert]}}}", "{party: backup, promises: {process: {needs: [other/convert]}}}")), "do not both need"),
    ("an answer that nobody relies on", STORIES["a question answered with none"], contracts(("dead_letter: dead/read", "dead_letter: other/read")), "nobody counts"),
    ("an answer that nobody counts on", STORIES["a question answered with none"], contracts(("at-least-once", "at-most-once")), "nobody counts"),
    ("a recovery that has another way", STORIES["a recovery that nobody does and another promises"], contracts(("fallback: none", "fallback: bank/later")), "nobody counts"),
    ("a signal that the caller may have", STORIES["a signal that nobody has and a caller counts on"], expects(), "nobody counts"),
    ("less counted on than is promised", STORIES["more counted on than is promised"], contracts(("99.95%", "99.9%")), "is promised"),
    ("a promise made to this caller", STORIES["a promise made to others"], contracts(("[payments-oncall]", "[payments-oncall, ledger-oncall]")), "to this caller"),
    ("a caller that may belong to them", STORIES["a promise made to others"], expects(), "may belong"),
    ("a caller that belongs to them", STORIES["a promise made to others"], contracts(("owner: team-ledger", "owner: payments-oncall")), "may belong"),
    ("a caller of a team's service", STORIES["a promise made to services"], contracts(("kind: service", "kind: team")), "may belong"),
    ("a promise made to anyone", STORIES["a promise made to others"], contracts(("[payments-oncall]", "anyone")), "to this caller"),
    ("a page that somebody gets", UNHEARD, valued("receiver.default", integrations=(Integration("pagerduty"),)), "notifies somebody"),
    ("a log that may be read", UNHEARD, without("vocabulary.log_only"), "notifies somebody"),
    ("a route that is kept quiet", UNHEARD, without("route.r.1.0"), "nobody tells of route.r.1.0"),
    ("a route taken before", UNHEARD, valued("route.r.0", continues=False), "does not end there"),
    ("a child that takes it", UNHEARD, valued("route.r.1.0", matchers=()), "does not end there"),
    ("a pattern that is none", UNHEARD, valued("route.r.1", matchers=(Matcher("team", "=~", "("),)), "no pattern"),
    ("a part of a value", UNHEARD, valued("route.r.1", matchers=(Matcher("team", "=~", "at"),)), "nobody tells of route.r.2"),
    ("a route of several told once", UNHEARD, lambda story: replace_story(steps((f"0s {TREE} routes {FULL} by {TREE} route.r.1", ""))(story), expects=(*story.expects, f"{TREE} route.r.1")), "further routes"),
    ("a label that the rule sets otherwise", UNHEARD, labelled(team="ops"), "nothing gives it the label team"),
    ("a label left out", UNHEARD, labelled(severity=""), "it has the label severity"),
    ("a label that nothing carries", ADDED, labelled(namespace="a"), "nothing gives it the label namespace"),
    ("a label that the series do not have so", ADDED, labelled(job="other"), "nothing gives it the label job"),
    ("a label that an aggregation drops", ADDED, valued("alert.expression", dropped=("*",)), "nothing gives it the label job"),
    ("another name", ADDED, labelled(alertname="DiskFuller"), "another name"),
    ("a server's label left out", ADDED, labelled(severity=""), "it has the label severity"),
    ("a night by day", SILENT, lambda story: replace_story(story, starts="2026-11-26T12:00:00Z"), "not muted then"),
    ("a night of another route", SILENT, valued("route.r.0", muted=("weekend",)), "not muted then"),
    ("a promise with two signals", SILENT, contracts(("by: DiskFull", "by: [DiskFull, StoreSlow]")), "shown by it alone"),
    ("a promise that sleeps too", SILENT, contracts(("24x7", "Mon-Fri 09:00-17:00 Europe/Berlin")), "no promise"),
    ("a signal of something else", HELD, contracts(("by: DiskFull", "by: DiskSlow")), "shown by it alone"),
    ("two that agree in nothing", HELD, valued("inhibition.0", equal=("node", "team")), "does not hold the other back"),
    ("one that would hold itself back", HELD, valued("inhibition.0", sources=(), targets=()), "does not hold the other back"),
    ("one that does not match", HELD, valued("inhibition.0", sources=(Matcher("severity", "=", "page"),)), "does not hold the other back"),
]  # fmt: skip


@pytest.mark.parametrize(("story", "change", "reason"), [case[1:] for case in FALSE], ids=[case[0] for case in FALSE])
def test_a_falsehood_is_refused(story: Story, change: Change, reason: str) -> None:
    changed = change(story)
    refusal = judge(witness_of(changed), facts_of(changed))
    assert any(part in refusal for part in reason.split("|")) and refusal, refusal


def judged(story: Story, change: Callable[[Witness], Witness]) -> str:
    return judge(change(witness_of(story)), facts_of(story))


def test_a_statement_of_the_caller_against_the_story_is_heeded_wherever_it_stands() -> None:
    quiet = contracts(("attempts: 3", "attempts: 3, retry_on: [503]"))(LATE)
    assert "does not ask again" in judge(
        witness_of(replace_story(quiet, expects=("checkout>payments/charge retry_on",))), facts_of(quiet)
    )
    idle = contracts(("attempt: 2s", "attempt: 2s, idle: 1s"))(LATE)
    assert "reached before" in judge(
        witness_of(replace_story(idle, expects=("checkout>payments/charge timeout.idle",))), facts_of(idle)
    )


def test_unknown_words_are_refused() -> None:
    assert "unknown" in judged(LATE, lambda witness: replace(witness, breaks="asker-is-happy"))
    assert "unknown" in judged(
        LATE, lambda witness: replace(witness, steps=(replace(witness.steps[0], act="shouts"), *witness.steps[1:]))
    )


def test_no_steps_and_no_facts_are_refused() -> None:
    assert judged(LATE, lambda witness: replace(witness, steps=()))
    assert "no fact" in judged(
        LATE, lambda witness: replace(witness, steps=(replace(witness.steps[0], fact=None), *witness.steps[1:]))
    )


def test_an_observation_permits_nothing() -> None:
    facts = [replace(fact, stance=Stance.OBSERVES) if fact.term == "latency.max" else fact for fact in facts_of(LATE)]
    observed = {fact.term: fact for fact in facts}["latency.max"]
    witness = witness_of(LATE)
    seen = tuple(replace(step, fact=observed) if step.act == "answers" else step for step in witness.steps)
    assert "observed" in judge(replace(witness, steps=seen), facts)


def test_facts_that_never_hold_together_are_refused() -> None:
    def only(fact: Fact | None, env: str) -> Fact | None:
        return None if fact is None else replace(fact, scope=(("env", (env,)),))

    witness = witness_of(LATE)
    parted = tuple(
        replace(step, fact=only(step.fact, "staging" if step.act == "answers" else "production"))
        for step in witness.steps
    )
    assert "never hold together" in judge(replace(witness, steps=parted), lambda fact: True)
    staged = tuple(replace(step, fact=only(step.fact, "staging")) for step in witness.steps)
    assert judge(replace(witness, steps=staged), lambda fact: True) == ""


def test_a_fact_of_another_caller_is_refused() -> None:
    facts = [*facts_of(LATE), *facts_of(replace_story(LATE, contracts=PAYMENTS.replace("checkout", "shop")))]
    others = {fact.term: fact for fact in facts if fact.consumer == "shop"}
    witness = witness_of(LATE)
    borrowed = (replace(witness.steps[0], fact=others["attempts"]), *witness.steps[1:])
    assert "not what checkout says" in judge(replace(witness, steps=borrowed), facts)


def test_a_fact_for_every_caller_is_anybodys() -> None:
    mesh = {fact: replace(fact, says="mesh", consumer="") for fact in facts_of(LATE) if fact.consumer}
    witness = witness_of(LATE)
    told = tuple(replace(step, fact=mesh.get(step.fact, step.fact) if step.fact else None) for step in witness.steps)
    assert judge(replace(witness, steps=told), lambda fact: True) == ""
