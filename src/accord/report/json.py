"""A result for programs: the published form, version 1 (schema/output.schema.json)."""

from collections import Counter
from datetime import date
from typing import cast

from msgspec import UNSET

from accord.model.fact import Stance
from accord.model.finding import Finding, Statement, Verdict
from accord.model.problem import Problem
from accord.model.result import Result, Waived
from accord.model.witness import Step, Witness
from accord.report import _document as form
from accord.report._asked import Asked
from accord.report._indented import indented
from accord.report._three_columns_document import documents
from accord.report._timeline import instant

_SECOND = 1_000_000_000


def render(result: Result, asked: Asked) -> str:
    """The document as indented JSON; equal results give equal texts."""
    return indented(document(result, asked))


def document(result: Result, asked: Asked) -> form.Document:
    """The result in the published form."""
    counts = Counter(finding.verdict for finding in result.findings)
    return form.Document(
        accord=form.VERSION,
        read=form.Read(result.files, [_not_read(problem) for problem in sorted(result.problems, key=_problem_order)]),
        parties=result.parties,
        boundaries=result.boundaries,
        counts=form.Counts(**{verdict: counts[verdict] for verdict in Verdict if verdict is not Verdict.COMPATIBLE}),
        findings=[_finding(finding, asked.imported) for finding in result.findings],
        alerts=result.alerts,
        records=result.records,
        routings=result.routings,
        waived=[_waived(waived, asked.imported) for waived in result.waived] or UNSET,
        known=[_finding(finding, asked.imported) for finding in result.known] or UNSET,
        three_columns=documents(result.three_columns) or UNSET,
    )


def _waived(waived: Waived, imported: dict[str, date]) -> form.Allowed:
    waiver, place = waived.waiver, waived.waiver.place
    until = waiver.until.isoformat() if waiver.until else None
    said = form.Waiver(place.root, place.file, place.line, place.column, waiver.because, waiver.owner, until)
    return form.Allowed(_finding(waived.finding, imported), said)


def _problem_order(problem: Problem) -> tuple[object, ...]:
    return (problem.place.spot, problem.reason)


def _not_read(problem: Problem) -> form.NotRead:
    place = problem.place
    return form.NotRead(place.root, place.file, place.line or None, place.column or None, problem.reason, problem.fatal)


def _finding(finding: Finding, imported: dict[str, date]) -> form.Found:
    return form.Found(
        rule=finding.rule,
        verdict=cast(form.Verdict, finding.verdict.value),
        severity=cast(form.Severity, finding.severity.value),
        boundary=form.Subject(finding.consumer, finding.provider, finding.operation, finding.via),
        scope=dict(finding.scope),
        message=finding.message,
        condition=finding.condition,
        places=[_place(statement, imported) for statement in finding.statements],
        witness=_witness(finding.witness) if finding.witness else [],
        questions=[form.Asks(question.to, question.asks, question.bound) for question in finding.questions],
        help=[form.Help(move.party, move.do) for move in finding.moves],
        fingerprint=finding.fingerprint,
        help_untried=finding.untried or UNSET,
    )


def _place(statement: Statement, imported: dict[str, date]) -> form.Where:
    fact, place = statement.fact, statement.fact.place
    is_named, day = fact.stance is Stance.DEFAULT or fact.source == "mapping", imported.get(place.root)
    return form.Where(
        party=fact.says,
        root=place.root,
        file=place.file,
        line=place.line,
        column=place.column,
        stance=fact.stance.value,
        says=statement.says,
        source=fact.source if is_named else UNSET,
        version=fact.version if is_named else UNSET,
        as_of=day.isoformat() if day else UNSET,
    )


def _witness(witness: Witness) -> list[form.Moment]:
    return [_moment(step, witness.starts) for step in witness.steps]


def _moment(step: Step, starts: str) -> form.Moment:
    place = step.fact.place if step.fact else None
    return form.Moment(
        at_s=step.at / _SECOND,
        party=step.party,
        does=step.does,
        root=place.root if place else None,
        file=place.file if place else None,
        line=place.line if place else None,
        column=place.column if place else None,
        at=instant(starts, step.at).isoformat().replace("+00:00", "Z") if starts else UNSET,
    )
