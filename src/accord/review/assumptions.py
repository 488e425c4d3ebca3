"""Assumptions that nobody had examined, and what the checker says of the same boundary."""

from collections.abc import Iterable, Iterator

from accord.cases.case import Phase
from accord.cases.deviation import Deviation
from accord.model.duration import NANOSECONDS, show_duration
from accord.model.fact import Stance
from accord.model.finding import Finding, Statement, Verdict
from accord.model.place import Place
from accord.model.review import Change, Missing, Permitted, Reason, Unexamined
from accord.model.subject import called
from accord.review.carried import owner_of
from accord.review.ledger import Row, Story
from accord.review.roles import Spoken
from accord.review.words import neutral

_DAY = NANOSECONDS["d"]


def concerning(findings: Iterable[Finding], stories: Iterable[Story]) -> tuple[Finding, ...]:
    """The findings at the boundaries of these deviations, and those that speak of their provider as a whole, the worst first."""
    about = [story.first.deviation for story in stories]
    found = [finding for finding in findings if any(_is_at(finding, one) for one in about)]
    return tuple(sorted(found, key=_position))


def _position(finding: Finding) -> tuple[object, ...]:
    places = tuple((each.fact.place.file, each.fact.place.line) for each in finding.statements[:1])
    return (_WORST.index(finding.verdict), finding.subject, places, finding.rule, finding.message)


_WORST = tuple(Verdict)


def at_boundary(findings: Iterable[Finding], deviation: Deviation) -> tuple[Finding, ...]:
    """The same for one deviation."""
    return tuple(finding for finding in findings if _is_at(finding, deviation))


def _is_at(finding: Finding, one: Deviation) -> bool:
    is_there = bool(one.provider) and finding.provider == one.provider and finding.operation in ("", one.operation)
    return is_there and (not finding.consumer or finding.consumer in one.consumer.split("+"))


def gone(then: Iterable[Finding], now: Iterable[Finding]) -> tuple[str, ...]:
    """The rules whose findings at a boundary were there then, and are there no more."""
    left = {(each.rule, each.subject) for each in now}
    return tuple(dict.fromkeys(each.rule for each in then if (each.rule, each.subject) not in left))


def permitted(findings: Iterable[Finding]) -> tuple[Permitted, ...]:
    """What the checker shows to be permitted by everybody's own words: findings with a witness, step by step."""
    return tuple(
        Permitted(
            finding.rule,
            _interface(finding),
            neutral(finding.message),
            tuple((show_duration(step.at), called(step.party), neutral(step.does)) for step in finding.witness.steps),
        )
        for finding in findings
        if finding.witness is not None
    )


def _interface(finding: Finding) -> str:
    """The side that answers, and the side that waits for it."""
    callee = "/".join(filter(None, (called(finding.provider), finding.operation)))
    return " -> ".join(filter(None, (callee, called(finding.consumer)))) or "accord"


def changes(findings: Iterable[Finding]) -> tuple[Change, ...]:
    """What each side can change: moves that the engine has tried, so that the finding is gone and none comes."""
    return tuple(
        Change(move.party, neutral(move.do), _said(move.changes, 0), _said(move.changes, 1), finding.rule)
        for finding in findings
        for move in finding.moves
        if move.changes
    )


def _said(changes_: Iterable[object], side: int) -> str:
    facts = [getattr(change, ("before", "after")[side]) for change in changes_]
    return "; ".join(f"{fact.subject} {fact.term}: {fact.text}" if fact else "nothing" for fact in facts)


def of_findings(findings: Iterable[Finding]) -> Iterator[Unexamined]:
    """What a side assumes and the checker finds unanswered, or found to be otherwise by the other side's own word."""
    for finding in findings:
        if finding.verdict is Verdict.NOTE:
            continue
        for statement in finding.statements:
            fact = statement.fact
            if fact.stance is Stance.ASSUMES:
                of = finding.provider if fact.says != finding.provider else finding.consumer
                yield Unexamined(called(fact.says), called(of), _assumed(statement), _because(finding, fact.says))


def _assumed(statement: Statement) -> str:
    """What is counted on, where the term says it; else the statement itself."""
    fact = statement.fact
    said = _COUNTED_ON.get(fact.term.partition(".")[0], "")
    return neutral(said.format(fact.subject, fact.text) if said else statement.says)


_COUNTED_ON = {
    "timeout": "{0} has answered within {1}, or not at all",
    "attempts": "{0} can be asked up to {1} times for one and the same thing",
}


def _because(finding: Finding, assumes: str) -> str:
    if finding.verdict is Verdict.UNANSWERED:
        return f"nobody has answered it: {neutral(finding.message)}"
    others = [each for each in finding.statements if each.fact.says != assumes]
    said = "; ".join(f"{neutral(each.says)}, by {_stands(each.fact.place)}" for each in others)
    return f"the other side's own word is otherwise: {said}" if said else neutral(finding.message)


def _stands(place: Place) -> str:
    return f"{place.file}:{place.line}" if place.line else place.file


def unknown_words(findings: Iterable[Finding]) -> Iterator[Missing]:
    """Words of one side that the other counts against: each stands in its own file, and nothing shows that it was brought across."""
    for finding in findings:
        assumed = [each for each in finding.statements if each.fact.stance is Stance.ASSUMES]
        if finding.verdict is not Verdict.MISMATCH or not assumed:
            continue
        needs = assumed[0]
        for statement in finding.statements:
            fact = statement.fact
            if fact.says != needs.fact.says and fact.stance is Stance.PROMISES:
                decision = neutral(needs.says).removeprefix(f"{needs.fact.says} ")
                stands = _stands(fact.place)
                yield Missing(
                    neutral(statement.says), 0, stands, called(needs.fact.says), decision, 0, 0, 0, Reason.UNDELIVERED, is_written=True,
                )  # fmt: skip


def of_ledger(story: Story, spoken: Spoken) -> Iterator[Unexamined]:
    """What was counted on without anybody's word, as the ledger alone shows it."""
    policy, deviation = story.policy, story.first.deviation
    subject = spoken(deviation.subject)
    if policy.other and not policy.recover_within:
        said = f"{subject} recovers in a time that suits {policy.other}"
        yield Unexamined(policy.other, owner_of(policy), said, "no promise says within which time")
    if deviation.provider and deviation.expected == "no promise states what is expected":
        yield Unexamined(policy.other, owner_of(policy), f"{subject} does as it does", "no promise states the term")
    if not deviation.provider:
        said = f"somebody looks after what {subject} tells of"
        yield Unexamined(policy.last and "accord", "nobody", said, "no contract names the signal")
    yield from _empty_levels(story)
    yield from _earlier(story, subject)


def _empty_levels(story: Story) -> Iterator[Unexamined]:
    for number in sorted({number for row in story.rows for number in _passed_over(row)}):
        level = story.policy.levels[number] if number < len(story.policy.levels) else None
        if level is not None:
            said = f"somebody is on duty at level {number + 1}"
            yield Unexamined("accord", level.party, said, "nobody was, and the level was passed over")


def _passed_over(row: Row) -> Iterator[int]:
    """The levels that had nobody on duty when the next was asked."""
    if row.after is None or row.after.phase not in (Phase.AWAIT, Phase.LAST):
        return
    if row.before is not None and row.before.turn == row.after.turn:
        return
    is_asked = row.before is not None and row.before.is_open and row.before.phase is not Phase.HELD
    begin = row.before.level + 1 if is_asked and row.before else 0
    for number in range(begin, min(row.after.level, len(row.policy.levels))):
        if not row.policy.levels[number].person(row.event.at_ns):
            yield number


def _earlier(story: Story, subject: str) -> Iterator[Unexamined]:
    if story.earlier_ns:
        days = (story.rows[0].event.at_ns - min(story.earlier_ns)) // _DAY
        times = len(story.earlier_ns)
        because = (
            f"the same term deviated {times} {'time' if times == 1 else 'times'} before, first {days} days earlier"
        )
        yield Unexamined(story.policy.other or "accord", owner_of(story.policy), f"{subject} is as agreed", because)
