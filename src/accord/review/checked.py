"""What the checker says of a boundary, as a review needs it: what is permitted, what was not examined, what could change."""

from collections.abc import Iterable, Iterator

from accord.cases.deviation import Deviation
from accord.cases.together import operations_in
from accord.model.duration import show_duration
from accord.model.fact import Stance
from accord.model.finding import Finding, Statement, Verdict
from accord.model.place import Place
from accord.model.review import Change, Missing, Permitted, Reason, Unexamined
from accord.model.subject import called
from accord.review.ledger import Story
from accord.review.roles import Spoken


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
    operations = ("", one.operation, *operations_in(one.operation))
    is_there = bool(one.provider) and finding.provider == one.provider and finding.operation in operations
    return is_there and (not finding.consumer or finding.consumer in one.consumer.split("+"))


def gone(then: Iterable[Finding], now: Iterable[Finding]) -> tuple[str, ...]:
    """The rules whose findings at a boundary were there then, and are there no more."""
    left = {(each.rule, each.subject) for each in now}
    return tuple(dict.fromkeys(each.rule for each in then if (each.rule, each.subject) not in left))


def permitted(findings: Iterable[Finding], spoken: Spoken) -> tuple[Permitted, ...]:
    """What the checker shows to be permitted by everybody's own words: findings with a witness, step by step."""
    return tuple(
        Permitted(
            finding.rule,
            _interface(finding),
            spoken(finding.message),
            tuple(
                (show_duration(step.at), called(step.party), spoken(_permits(step.does)))
                for step in finding.witness.steps
            ),
        )
        for finding in findings
        if finding.witness is not None
    )


def _permits(does: str) -> str:
    """A step without a verdict: a witness shows what a word permits, and a review is read beside what really happened."""
    return does.replace("kept its word", "did what its word permits")


def _interface(finding: Finding) -> str:
    """The side that answers, and the side that waits for it."""
    callee = "/".join(filter(None, (called(finding.provider), finding.operation)))
    return " -> ".join(filter(None, (callee, called(finding.consumer)))) or "accord"


def changes(findings: Iterable[Finding], spoken: Spoken) -> tuple[Change, ...]:
    """What each side can change: moves that the engine has tried, so that the finding is gone and none comes."""
    return tuple(
        Change(
            move.party, spoken(move.do), spoken(_said(move.changes, 0)), spoken(_said(move.changes, 1)), finding.rule
        )
        for finding in findings
        for move in finding.moves
        if move.changes
    )


def _said(changes_: Iterable[object], side: int) -> str:
    facts = [getattr(change, ("before", "after")[side]) for change in changes_]
    return "; ".join(f"{fact.subject} {fact.term}: {fact.text}" if fact else "nothing" for fact in facts)


def of_findings(findings: Iterable[Finding], spoken: Spoken) -> Iterator[Unexamined]:
    """What a side assumes and the checker finds unanswered, or found to be otherwise by the other side's own word."""
    for finding in findings:
        if finding.verdict is Verdict.NOTE:
            continue
        for statement in finding.statements:
            fact = statement.fact
            if fact.stance is Stance.ASSUMES:
                of = finding.provider if fact.says != finding.provider else finding.consumer
                yield Unexamined(
                    called(fact.says), called(of), _assumed(statement, spoken), _because(finding, fact.says, spoken)
                )


def _assumed(statement: Statement, spoken: Spoken) -> str:
    """What is counted on, where the term says it; else the statement itself."""
    fact = statement.fact
    said = _COUNTED_ON.get(fact.term.partition(".")[0], "")
    return spoken(said.format(fact.subject, fact.text) if said else statement.says)


_COUNTED_ON = {
    "timeout": "{0} has answered within {1}, or not at all",
    "attempts": "{0} can be asked up to {1} times for one and the same thing",
}


def _because(finding: Finding, assumes: str, spoken: Spoken) -> str:
    if finding.verdict is Verdict.UNANSWERED:
        return f"nobody has answered it: {spoken(finding.message)}"
    others = [each for each in finding.statements if each.fact.says != assumes]
    said = "; ".join(f"{spoken(each.says)}, by {_stands(each.fact.place)}" for each in others)
    return f"the other side's own word is otherwise: {said}" if said else spoken(finding.message)


def _stands(place: Place) -> str:
    return f"{place.file}:{place.line}" if place.line else place.file


def unknown_words(findings: Iterable[Finding], spoken: Spoken) -> Iterator[Missing]:
    """Words of one side that the other counts against: each stands in its own file, and nothing shows that it was brought across."""
    for finding in findings:
        assumed = [each for each in finding.statements if each.fact.stance is Stance.ASSUMES]
        if finding.verdict is not Verdict.MISMATCH or not assumed:
            continue
        needs = assumed[0]
        for statement in finding.statements:
            fact = statement.fact
            if fact.says != needs.fact.says and fact.stance is Stance.PROMISES:
                decision = spoken(needs.says).removeprefix(f"{needs.fact.says} ")
                stands = _stands(fact.place)
                yield Missing(
                    spoken(statement.says), 0, stands, called(needs.fact.says), decision, 0, 0, 0, Reason.UNDELIVERED, is_written=True,
                )  # fmt: skip
