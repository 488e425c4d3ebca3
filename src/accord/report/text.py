"""A result for people: each finding with both sides' words, both places and the timeline; a summary last."""

from collections.abc import Iterator
from datetime import date

from accord.boundaries.verdicts.allowances import shown
from accord.model.finding import Finding, Verdict
from accord.model.result import Result, Waived
from accord.model.subject import called
from accord.report._asked import Asked
from accord.report._paint import Paint, columns, hanging, padded, visible
from accord.report._places import where
from accord.report._questions import first_questions, question_list, settling
from accord.report._repeated import MOST_NAMED, Told, full_name, gathered, own_place
from accord.report._scopes import scoped
from accord.report._sentences import sentence, told
from accord.report._summary import summary
from accord.report._three_columns import tables
from accord.report._timeline import heading, timeline, told_by_its_end

_GAP = 4
_SURE = frozenset((Verdict.MISMATCH, Verdict.BREACH))


def render(result: Result, asked: Asked) -> str:
    """The whole report; it ends with a line break."""
    paint = Paint(asked.color)
    lines: list[str] = []
    for one in gathered([finding for finding in result.findings if _is_told(finding, asked)]):
        lines += [*block(one.finding, asked, paint), *_others(one, asked, paint), ""]
    if asked.questions:
        lines += question_list(result.findings, asked, paint)
    elif not lines:
        lines += first_questions(result.findings, asked, paint)
    for waived in result.waived if asked.waived else ():
        lines += [*allowed(waived, asked, paint), ""]
    lines = [*tables(result.three_columns, asked, paint), *lines, *summary(result, asked, paint)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _is_told(finding: Finding, asked: Asked) -> bool:
    return finding.verdict is not Verdict.UNANSWERED or (asked.questions and not finding.questions)


def _others(told_once: Told, asked: Asked, paint: Paint) -> Iterator[str]:
    """Of whom the same is true, each with a place of its own; of what surely fails all, else the first."""
    most = len(told_once.others) if told_once.finding.verdict in _SURE else MOST_NAMED
    for other in told_once.others[:most]:
        name = f"so for {visible(full_name(other, told_once.finding) or other.title)}"
        place = where(own_place(other, told_once.finding).place, asked.imported)
        if columns(f"  {name}{' ' * _GAP}{place}") <= asked.width:
            yield f"  {name}{' ' * _GAP}{paint('faint', place)}"
        else:
            yield from (*hanging("  ", name, asked.width), paint("faint", f"      {place}"))
    more = len(told_once.others) - most
    if more > 0:
        yield f"  and for {more} more (--format json lists them)"


def block(finding: Finding, asked: Asked, paint: Paint) -> list[str]:
    """One finding: the head, what each side says and where, how it fails, what each side can do."""
    width = asked.width
    lines = head(finding, width, paint)
    if _adds(finding):
        lines += hanging("  ", visible(finding.message), width)
    lines += statements(finding, asked, paint)
    lines += [paint("faint", line) for line in ages(finding, asked)]
    if finding.condition:
        lines += [paint("conditional", line) for line in hanging("  ", visible(finding.condition), width)]
    lines += _witness(finding, width, paint)
    if finding.verdict is not Verdict.UNANSWERED:
        lines += settling(finding.questions, width, paint)
    return [*lines, *_help(finding, width, paint)]


def allowed(waived: Waived, asked: Asked, paint: Paint) -> list[str]:
    """A finding that is waived: what each side says, and who allows it until when, why and where."""
    finding, waiver = waived.finding, waived.waiver
    lines = [
        paint("faint", "waived  ") + line if number == 0 else line
        for number, line in enumerate(head(finding, asked.width, paint))
    ]
    lines += hanging("  ", visible(finding.message), asked.width) if _adds(finding) else []
    lines += statements(finding, asked, paint)
    lines += hanging("  ", visible(shown(waiver)), asked.width)
    return [*lines, paint("faint", f"      {where(waiver.place, asked.imported)}")]


def head(finding: Finding, width: int, paint: Paint) -> list[str]:
    """Verdict, rule, subject, and the scope where it is not everywhere: on the same line if it fits."""
    subject = visible(finding.title) + (f" via {visible(finding.via)}" if finding.via else "")
    scope = [scoped(name, value) for name, value in finding.scope]
    line = f"{paint(finding.verdict, finding.verdict)}  {finding.rule}   {paint('bold', subject)}"
    beside = f"  [{', '.join(scope)}]" if scope else ""
    if columns(f"{finding.verdict}  {finding.rule}   {subject}{beside}") <= width:
        return [line + beside]
    return [line, *(part for each in scope for part in hanging("  where ", each, width))]


def _adds(finding: Finding) -> bool:
    """Whether the message says more than the statements; for two statements that collide they are the message."""
    if finding.verdict in (Verdict.MISMATCH, Verdict.BREACH) and len(finding.statements) == 2:
        return False
    return finding.message not in {statement.says for statement in finding.statements}


def statements(finding: Finding, asked: Asked, paint: Paint) -> list[str]:
    """Each statement with its place: beside it where the page is wide enough for all of them, else below it."""
    stated, more = told(finding)
    says = [sentence(statement) for statement in stated]
    places = [where(statement.fact.place, asked.imported) for statement in stated]
    column = max((columns(sentence) for sentence in says), default=0) + _GAP
    widest_place = max((columns(place) for place in places), default=0)
    lines = []
    for said, place in zip(says, places, strict=True):
        if 2 + column + widest_place <= asked.width:
            lines.append("  " + padded(said, column) + paint("faint", place))
        else:
            lines += [*hanging("  ", said, asked.width), paint("faint", f"      {place}")]
    return [*lines, *([f"  and {more} more (--format json lists them)"] if more else [])]


def ages(finding: Finding, asked: Asked) -> list[str]:
    """Of each import that the finding rests on, the day its words are from, and how long ago that was."""
    roots = sorted({statement.fact.place.root for statement in finding.statements} & set(asked.imported))
    lines: list[str] = []
    for root in roots:
        lines += hanging(
            "  ",
            f"{visible(root)} says so as of {asked.imported[root]}{_ago(asked.imported[root], asked.as_of)}",
            asked.width,
        )
    return lines


def _ago(day: date, today: date | None) -> str:
    days = (today - day).days if today else 0
    return f", {days} {'day' if days == 1 else 'days'} ago" if days > 0 else ""


def _witness(finding: Finding, width: int, paint: Paint) -> Iterator[str]:
    if finding.witness is None:
        return
    title = "  " + heading(finding.witness)
    conclusion = told_by_its_end(finding.witness)
    if conclusion:
        yield title
        yield from hanging("    ", conclusion, width)
        return
    yield title
    yield from timeline(finding.witness, width, paint)


def _help(finding: Finding, width: int, paint: Paint) -> Iterator[str]:
    lead = "  " + paint("help", "help:") + " "
    for move in finding.moves:
        lines = hanging(" " * 8, visible(f"{called(move.party)}: {move.do}"), width)
        yield lead + lines[0][8:]
        yield from lines[1:]
        lead = " " * 8
