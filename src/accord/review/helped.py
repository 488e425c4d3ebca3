"""What carried the load: what went well because somebody did it, as roles; and what stays open to ask."""

from collections.abc import Iterator, Set
from textwrap import shorten

from accord.cases.case import Phase
from accord.cases.events import Accept, Commit, Confirm, Decline, Dispute, Progress, ReadBack
from accord.model.review import Missing, Moment, Question, Reason
from accord.review.asking import Ended, askings
from accord.review.carried import first_commitment, holder_at, last_claim, owner_of
from accord.review.ledger import Row, Story
from accord.review.roles import Spoken, role

MOST_LETTERS = 90


def helped_by(story: Story, spoken: Spoken) -> Iterator[Moment]:
    """Answers before their deadline, renewals in time, hand-overs that worked, disputes that caught something, help nobody was on duty for."""
    for row in story.rows:
        if row.changed and row.before and row.after and (what := _helped(row)):
            speaker = role(getattr(row.event, "by", ""), row.policy, row.before, row.event.at_ns)
            yield Moment(row.event.at_ns, spoken(speaker), what)


def _helped(row: Row) -> str:
    event, before = row.event, row.before
    assert before is not None
    if isinstance(event, Commit):
        spare = event.at_ns < before.deadline_ns
        return "had it before the deadline to answer" if spare and before.phase is not Phase.LAST else "had it"
    words: dict[type, str] = {
        Accept: "a hand-over was accepted, with no instant without somebody responsible",
        Progress: "a commitment was renewed before it ran out",
        Dispute: "saw that it was not recovered, before it was closed",
        Confirm: "said that it is recovered",
    }
    if isinstance(event, Decline):
        return "said at once that it belongs elsewhere, and to whom" if event.names else ""
    if isinstance(event, ReadBack):
        return "read back what the page meant, unasked for time" if row.after and row.after.understood else ""
    return words.get(type(event), "")


def questions_of(story: Story, spoken: Spoken, lacking: tuple[Missing, ...]) -> tuple[Question, ...]:
    """What the record cannot answer; each begins with what or how."""
    unreached = {row.party for row in lacking if row.reason is Reason.UNDELIVERED and not row.is_written}
    of_turns = _of_turns(story, spoken, unreached)
    return tuple(dict.fromkeys([*of_turns, *_of_holes(story, spoken), *_of_reasons(lacking)]))


def _of_turns(story: Story, spoken: Spoken, unreached: Set[str]) -> Iterator[Question]:
    """Of those that are said as not reached by a message already it is not asked again how a channel is noticed."""
    for each in askings(story):
        if each.ended is Ended.PASSED:
            yield Question(spoken(each.role), "What was on the screen, or not, between the page and its deadline?")
        if each.ended is Ended.DECLINED:
            yield Question(spoken(each.role), "What in the page led to the one who was asked?")
        if each.ended is Ended.UNREACHABLE and each.party not in unreached:
            yield Question(spoken(each.party), "How is a channel noticed that no longer reaches anybody?")
        if each.is_misread:
            yield Question(spoken(each.role), "What did the page lead you to expect?")


def _of_holes(story: Story, spoken: Spoken) -> Iterator[Question]:
    policy = story.policy
    subject = spoken(story.first.deviation.subject)
    if committed := first_commitment(story):
        who = role(getattr(committed.event, "by", ""), committed.policy, committed.after, committed.event.at_ns)
        yield Question(spoken(who), "What made you sure what to do first?")
    if claimed := last_claim(story):
        holder = holder_at(story, claimed.event.at_ns)
        yield Question(holder, f"What was changed so that {subject} is as agreed again?")
        yield Question(owner_of(policy), "What is left to put right that no signal shows, for whoever bore it?")
        if claimed.after and story.case.closed_by in ("telemetry", "unconfirmed"):
            yield Question(policy.other or "the other side", "How did you notice that it was over?")
    if policy.other:
        yield Question(policy.other, "What did you do meanwhile, and what did you take the state to be?")


_ASKS = {
    Reason.NO_CLAUSE: "What is to be written down here, and who tells or asks whom?",
    Reason.NO_SIGNAL: "What shows this at the moment it begins, and to whom?",
    Reason.SILENT_SOURCE: "How is it noticed that a source has fallen silent?",
    Reason.HELD: "What was the hold for, and how was its end chosen?",
    Reason.MISROUTED: "How is it decided who is asked for this signal?",
    Reason.UNDELIVERED: "How is a message noticed that does not arrive?",
    Reason.UNOPENED: "What else asked for attention at that time?",
    Reason.AMBIGUOUS: "What in the message could be read in two ways?",
    Reason.STALE_CONTRACT: "How does a change of the rota reach what asks by it?",
}


def _of_reasons(lacking: tuple[Missing, ...], asks_where: bool = False) -> Iterator[Question]:
    """One for each reason and those that it is asked of: all that needed a fact, and where it could be known, if that is a party."""
    to: dict[tuple[str, str], dict[str, None]] = {}
    for row in lacking:
        asks = "How does a word of one side come to the other?" if row.is_written else _ASKS[row.reason]
        parties = to.setdefault((row.fact, asks), {row.where: None} if asks_where else {})
        parties[row.party] = None
    alike: dict[tuple[str, str], list[str]] = {}
    for (fact, asks), parties in to.items():
        alike.setdefault((", ".join(parties), asks), []).append(f"“{shortened(fact)}”")
    for (asked, asks), facts in alike.items():
        yield Question(asked, f"{asks} ({', '.join(facts)})")


def shortened(text: str) -> str:
    """A text to be recognised by."""
    return shorten(text, MOST_LETTERS, placeholder=" ...")


def questions_on(lacking: tuple[Missing, ...], asks_where: bool = False) -> tuple[Question, ...]:
    """The questions that follow from what was missing alone, each once."""
    return tuple(dict.fromkeys(_of_reasons(lacking, asks_where)))
