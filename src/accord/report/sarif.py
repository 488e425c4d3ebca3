"""A result as SARIF 2.1.0, for code scanning and viewers.

`locations` is the statement at fault, `relatedLocations` are the others, `codeFlows` has the witness with one thread for
each party. Open questions are results of kind `open` where they are asked for; what is waived is suppressed.
"""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from accord import __version__
from accord.model.finding import Finding, Severity, Statement, Verdict
from accord.model.problem import Problem
from accord.model.result import Result, Waived
from accord.model.subject import called
from accord.model.witness import Step, Witness
from accord.report._asked import Asked
from accord.report._indented import indented
from accord.report._paint import visible
from accord.report._sarif_places import Places
from accord.report._sentences import ending, helps, sentence, settlings, told, what
from accord.report._summary import nothing_readable
from accord.report._timeline import heading, instant, times
from accord.rules._catalogue import Rule, rules

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST_RELATED = 100
"""Other statements of one result; a host may take no more than some."""
FINGERPRINT = "accord/v1"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note", Severity.USUAL: "note"}
_SECOND = 1_000_000_000

Json = dict[str, Any]


def render(result: Result, asked: Asked) -> str:
    """The log as indented JSON; equal results give equal texts."""
    return indented(document(result, asked))


def document(result: Result, asked: Asked) -> Json:
    """The log, with one run."""
    shown = [finding for finding in result.findings if asked.questions or finding.verdict is not Verdict.UNANSWERED]
    known = [finding for finding in result.known if asked.questions or finding.verdict is not Verdict.UNANSWERED]
    found = {finding.rule for finding in (*shown, *known, *(waived.finding for waived in result.waived))}
    named = [rule for rule in rules() if rule.id in found]
    write = _Results({rule.id: number for number, rule in enumerate(named)}, Places(asked.imported), bool(result.known))
    run = {
        "tool": {"driver": {"name": "Accord", "version": __version__, "rules": [_rule(rule) for rule in named]}},
        "invocations": [_invocation(result, asked, write.places)],
        "columnKind": "unicodeCodePoints",
        "results": [
            *(write.result(finding) for finding in shown),
            *(write.waived(waived) for waived in result.waived),
            *(write.known(finding) for finding in known),
        ],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> Json:
    title, _, rest = rule.page.strip().partition("\n")
    return {
        "id": rule.id,
        "shortDescription": {"text": _literal(title)},
        "fullDescription": {"text": _literal(" ".join(rest.strip().partition("\n\n")[0].split()))},
        "help": {"text": _literal(_prose(rule.page)), "markdown": f"# {rule.page.strip()}"},
        "properties": {"tags": [rule.id.partition("/")[0]]},
    }


def _prose(page: str) -> str:
    """What goes wrong and what to do, without the examples."""
    before, _, rest = page.strip().partition("\n## Example\n")
    to_do = rest.partition("\n## What to do\n")[2].partition("\n## ")[0]
    return "\n\n".join(part.strip() for part in (before, to_do) if part.strip())


def _invocation(result: Result, asked: Asked, places: Places) -> Json:
    told = sorted(result.problems, key=lambda problem: (problem.place.spot, problem.reason))
    invocation: Json = {
        "executionSuccessful": not nothing_readable(result),
        "toolExecutionNotifications": [_notification(problem, places) for problem in told],
    }
    if asked.as_of:
        invocation["properties"] = {"asOf": asked.as_of.isoformat()}
    return invocation


def _notification(problem: Problem, places: Places) -> Json:
    return {
        "level": "error" if problem.fatal else "warning",
        "message": {"text": _literal(f"not read: {visible(problem.reason)}")},
        "locations": [places.location(problem.place)],
    }


class _Results:
    """Writes results: each rule by its position among those of the log."""

    def __init__(self, positions: dict[str, int], places: Places, compared: bool) -> None:
        self.positions, self.places, self.compared = positions, places, compared

    def result(self, finding: Finding) -> Json:
        """One finding."""
        is_open = finding.verdict is Verdict.UNANSWERED
        finding = self._opening_here(finding)
        first, *others = finding.statements[: MOST_RELATED + 1] or (None,)
        written: Json = {
            "ruleId": finding.rule,
            "ruleIndex": self.positions[finding.rule],
            "kind": "open" if is_open else "fail",
            "level": "none" if is_open else _LEVELS[finding.severity],
            "message": {"text": _message(finding)},
            "locations": [self._at_fault(first, finding)] if first else [],
            "relatedLocations": [self._related(number, other) for number, other in enumerate(others, start=1)],
            "partialFingerprints": {FINGERPRINT: finding.fingerprint},
            "properties": _properties(finding),
        }
        if finding.witness is not None:
            written["codeFlows"] = [self._flow(finding.witness)]
        return {**written, "baselineState": "new"} if self.compared else written

    def _opening_here(self, finding: Finding) -> Finding:
        """The finding with a statement first that a host can open: some refuse a log without."""
        opening = [self.places.opens(statement.fact.place) for statement in finding.statements]
        first = opening.index(True) if True in opening else 0
        if not first:
            return finding
        before, at, after = finding.statements[:first], finding.statements[first], finding.statements[first + 1 :]
        return replace(finding, statements=(at, *before, *after))

    def waived(self, waived: Waived) -> Json:
        """A finding that somebody allows."""
        waiver = waived.waiver
        suppression: Json = {
            "kind": "inSource" if waiver.lines else "external",
            "status": "accepted",
            "justification": waiver.because,
            "location": self.places.location(waiver.place),
        }
        said = {"owner": waiver.owner, "until": waiver.until.isoformat() if waiver.until else ""}
        if any(said.values()):
            suppression["properties"] = {name: value for name, value in said.items() if value}
        return {**self.result(waived.finding), "suppressions": [suppression]}

    def known(self, finding: Finding) -> Json:
        """A finding that a baseline knows."""
        because = {"kind": "external", "status": "accepted", "justification": "known to the baseline"}
        return {**self.result(finding), "baselineState": "unchanged", "suppressions": [because]}

    def _at_fault(self, statement: Statement, finding: Finding) -> Json:
        names = {"fullyQualifiedName": visible(finding.subject), "kind": "boundary" if finding.consumer else "party"}
        return {**self._said(statement), "logicalLocations": [names]}

    def _related(self, number: int, statement: Statement) -> Json:
        return {"id": number, **self._said(statement)}

    def _said(self, statement: Statement) -> Json:
        return {**self.places.location(statement.fact.place), "message": {"text": _literal(sentence(statement))}}

    def _flow(self, witness: Witness) -> Json:
        clock = times(witness.starts, [step.at for step in witness.steps])
        threads: dict[str, list[Json]] = {}
        for number, (step, time) in enumerate(zip(witness.steps, clock, strict=True), start=1):
            threads.setdefault(step.party, []).append(self._step(number, step, time, witness.starts))
        flows = [
            {**({"id": visible(called(party))} if party else {"id": "conclusion"}), "locations": steps}
            for party, steps in threads.items()
        ]
        return {"message": {"text": heading(witness)}, "threadFlows": flows}

    def _step(self, number: int, step: Step, time: str, starts: str) -> Json:
        text = "  ".join(filter(None, (time.strip(), visible(called(step.party)), visible(step.does))))
        location = self.places.location(step.fact.place) if step.fact else {}
        written: Json = {
            "location": {**location, "message": {"text": _literal(text)}},
            "executionOrder": number,
            "importance": "essential",
            "properties": {"atS": step.at / _SECOND, "act": step.act},
        }
        if starts:
            written["executionTimeUtc"] = instant(starts, step.at).isoformat().replace("+00:00", "Z")
        return written


def _properties(finding: Finding) -> Json:
    said: Json = {"verdict": finding.verdict.value, "boundary": visible(finding.subject)}
    if finding.via:
        said["via"] = visible(finding.via)
    if finding.scope:
        said["scope"] = {visible(name): visible(value) for name, value in finding.scope}
    return said


def _message(finding: Finding) -> str:
    """The finding with all that both sides say, as a viewer shows it that knows no code flows; other statements are links."""
    return "\n".join(_lines(finding))


def _lines(finding: Finding) -> Iterator[str]:
    yield _literal(what(finding))
    if finding.condition:
        yield _literal(visible(finding.condition))
    statements, more = told(finding)
    for number, statement in enumerate(statements):
        text = _literal(sentence(statement))
        yield f"- [{text}]({number})" if number else f"- {text}"
    if more:
        yield f"- and {more} more"
    yield from (_literal(line) for line in filter(None, [ending(finding)]))
    yield from (_literal(f"settled if: {line}") for line in settlings(finding))
    yield from (_literal(f"help: {line}") for line in helps(finding))


def _literal(text: str) -> str:
    """A text whose brackets are no links."""
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]") if "[" in text or "]" in text else text
