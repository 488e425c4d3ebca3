"""The engine: join, run the rules, let the monitor judge every witness, re-check every move. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from hashlib import sha256

from msgspec.structs import replace

from accord.boundaries.join.defaulted import with_defaults
from accord.boundaries.join.in_views import InView, InViews
from accord.boundaries.join.overlays import applied_apart
from accord.boundaries.join.parameters import kept_defaults
from accord.boundaries.join.system import Key, System
from accord.boundaries.join.variants import defined_once, separate
from accord.boundaries.join.view import View, Views
from accord.boundaries.join.workloads import carried
from accord.boundaries.names.addressed import by_address
from accord.boundaries.names.speakers import parties, routings, without_contract
from accord.boundaries.names.who import link
from accord.boundaries.people.rotas import with_rotas
from accord.boundaries.platforms.mesh_settings import as_set, with_one_version
from accord.boundaries.platforms.routes import answered, by_operation, perhaps
from accord.boundaries.platforms.settings import reached
from accord.boundaries.platforms.subsets import versions_of_subsets
from accord.boundaries.seen.sightings import parted, told_of
from accord.boundaries.seen.three_columns import three_columns
from accord.boundaries.signals.operated import as_operated
from accord.boundaries.verdicts.baseline import against
from accord.boundaries.verdicts.moves import Changed, Trials
from accord.boundaries.verdicts.pieces import Found, Piece, Spread, in_turn
from accord.boundaries.verdicts.waivers import Allowed
from accord.model.fact import Fact
from accord.model.finding import Finding, Severity, Verdict
from accord.model.problem import Problem
from accord.model.result import Result
from accord.model.waiver import Allowances, Known, Waiver
from accord.monitor import judge as judge_witness
from accord.rules._alike import Alike, Kind
from accord.rules._catalogue import Rule
from accord.rules._catalogue import rules as all_rules

_ORDER = {verdict: position for position, verdict in enumerate(Verdict)}
_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2, Severity.USUAL: 3}
_USUAL = {Verdict.MISMATCH: Severity.ERROR, Verdict.BREACH: Severity.ERROR, Verdict.CONDITIONAL: Severity.WARNING}

_PIECES = 256
"""Pieces that the boundaries are cut into."""


def check(
    facts: Iterable[Fact],
    problems: Iterable[Problem] = (),
    files: int = 0,
    as_of: date = date(1970, 1, 1),
    rules: Sequence[Rule] | None = None,
    waivers: Iterable[Waiver] = (),
    baseline: Iterable[Known] = (),
    whole: bool = True,
    spread: Spread = in_turn,
) -> Result:
    """What the rules find in these facts on the day `as_of`; findings are sorted, mismatches first.

    `spread` decides where the pieces of the judging are done; it changes nothing of what is found. What a waiver allows and what a baseline knows is set apart. Of those that meet nothing is told only where the facts
    are the `whole` that they were written for.
    """
    system, refused = joined(facts, as_of)
    chosen = all_rules() if rules is None else rules
    findings = with_moves(system, sorted(judged(system, chosen, spread=spread), key=_position), chosen, spread)
    result = Result(
        files=files,
        problems=(*problems, *refused),
        parties=len(parties(system)),
        boundaries=len(system.keys),
        findings=tuple(findings),
        alerts=len({fact.provider for fact in system.about("alert")}),
        records=len({fact.provider for fact in system.about("records")}),
        routings=routings(system),
        unwritten=len(without_contract(system)),
        three_columns=three_columns(system, findings) if system.observed else (),
    )
    whole = whole and not any(problem.fatal for problem in result.problems)
    return _known(_waived(result, system, chosen, tuple(waivers), whole), chosen, tuple(baseline), whole)


def _waived(result: Result, system: System, chosen: Sequence[Rule], waivers: Sequence[Waiver], whole: bool) -> Result:
    """The result with what waivers allow set apart, and with what is to be said of the waivers themselves.

    Rules that were not asked for run too where a waiver names them, so that none is called unused for that.
    """
    if not waivers:
        return result
    allowed = Allowed(waivers, [rule.id for rule in all_rules()], system.as_of)
    left, waived = allowed.apart(result.findings)
    also = allowed.rules - {rule.id for rule in chosen}
    allowed.apart(judged(system, [rule for rule in all_rules() if rule.id in also]))
    told = _told(chosen, Allowances(allowed.standings(whole)))
    return replace(result, findings=tuple(sorted((*left, *told), key=_position)), waived=waived)


def _known(result: Result, chosen: Sequence[Rule], baseline: Sequence[Known], whole: bool) -> Result:
    """The result with what a baseline knows set apart, and with what is to be said of entries that are gone."""
    if not baseline:
        return result
    left, known, gone = against(baseline, result.findings)
    told = _told(chosen, Allowances(gone=gone)) if whole else []
    return replace(result, findings=tuple(sorted((*left, *told), key=_position)), known=known)


def _told(rules: Sequence[Rule], allowances: Allowances) -> list[Finding]:
    judges = [(rule, rule.judge_allowances) for rule in rules if rule.judge_allowances]
    return [_filled(rule, finding, ()) for rule, judge in judges for finding in judge(allowances)]


def joined(facts: Iterable[Fact], as_of: date = date(1970, 1, 1)) -> tuple[System, tuple[Problem, ...]]:
    """The system that the facts make once names are linked and alternatives kept apart, and what was refused."""
    stated, seen = parted(as_operated(facts))
    linked = link(applied_apart(carried(reached(stated), stated)), stated)
    told = by_operation(answered(defined_once(by_address(linked.facts)), linked.links))
    with_turns = with_rotas(separate(versions_of_subsets(told)), as_of)
    whole = as_set(with_defaults(with_one_version(with_turns)))
    system = System(whole, as_of, told_of(seen, stated, whole))
    return system, (*linked.problems, *system.conflicts)


def judged(
    system: System, rules: Sequence[Rule], keys: Sequence[Key] | None = None, spread: Spread = in_turn
) -> list[Finding]:
    """The findings of the rules, each once with the scope it holds in; moves are as the rules offer them."""
    return _judged(system, Concerned(rules), keys, spread)


def _judged(
    system: System, asked: "Concerned", keys: Sequence[Key] | None = None, spread: Spread = in_turn
) -> list[Finding]:
    judged_keys = system.keys if keys is None else keys
    size = len(judged_keys) // _PIECES + 1
    pieces: list[Piece] = [partial(_by_system, system, rule) for rule in asked.of_systems]
    pieces += [
        partial(_by_boundaries, system, judged_keys[at : at + size], asked) for at in range(0, len(judged_keys), size)
    ]
    return [finding for found in spread(pieces) for finding in found.findings]


class Concerned:
    """Which of some rules can have anything to say of a boundary, by the terms that are said of it."""

    def __init__(self, rules: Sequence[Rule], alike: Alike | None = None) -> None:
        """`alike` knows already what of these rules finds nothing."""
        self.rules = [rule for rule in rules if rule.judge]
        self.of_systems = [rule for rule in rules if rule.judge_system]
        self._asked: dict[Kind, list[Rule]] = {}
        self._alike = Alike(self.rules) if alike is None else alike

    def by(self, system: System, key: Key) -> list[Rule]:
        """Those rules, in their order."""
        kind = self._alike.kind(system, key)
        known = self._asked.get(kind)
        if known is None:
            words = {*kind.terms, *(term.partition(".")[0] for term in kind.terms)}
            known = self._asked[kind] = [
                rule
                for rule in self.rules
                if rule.id not in kind.silent and words.issuperset(rule.needs) and not words.isdisjoint(rule.reads)
            ]
        return known


def _by_system(system: System, rule: Rule) -> Found:
    assert rule.judge_system is not None
    if not _is_concerned(system, rule):
        return Found(())
    views = system.system_views(rule.reads)
    found = [(view, finding) for view in views for finding in rule.judge_system(system, view)]
    return Found(tuple(_merged(rule, system, views, found)))


def _is_concerned(system: System, rule: Rule) -> bool:
    """Whether a rule can find anything in any view: to make the views of a large system takes long."""
    if rule.needs and not system.words.issuperset(rule.needs):
        return False
    return rule.concerns is None or rule.concerns(system)


def _by_boundaries(system: System, keys: Sequence[Key], local: Concerned) -> Found:
    return Found(tuple([finding for key in keys for finding in _by_boundary(system, key, local)]))


def _by_boundary(system: System, key: Key, local: Concerned) -> list[Finding]:
    found: list[Finding] = []
    asked = local.by(system, key)
    if not asked:
        return found
    in_views = InViews(system, key)
    for rule in asked:
        views, met = _met(rule, in_views)
        findings = _in_views(rule, met)
        if findings:
            found += _merged(rule, system, views, findings)
    return found


def _met(rule: Rule, in_views: InViews) -> tuple[Views, list[InView]]:
    """The views in which a boundary can differ to a rule, and the boundary in those where its sides meet."""
    if in_views.system.scoped and rule.same_in_every_view and rule.same_in_every_view(in_views):
        return in_views.of(())
    return in_views.of(rule.reads)


def _in_views(rule: Rule, met: list[InView]) -> list[tuple[View, Finding]]:
    assert rule.judge is not None
    return [(view, finding) for view, boundary in met for finding in rule.judge(boundary)]


def _merged(rule: Rule, system: System, views: Views, found: list[tuple[View, Finding]]) -> list[Finding]:
    """One finding for all the views in which the same statements collide."""
    merged = []
    for finding, in_views in _grouped(found):
        if finding.verdict is Verdict.MISMATCH and _refusal(finding, system):
            continue
        merged.append(_filled(rule, _supposed(finding), views.label(in_views)))
    return merged


def _grouped(found: list[tuple[View, Finding]]) -> Iterable[tuple[Finding, list[View]]]:
    """The first of those that say the same of the same statements, with the views of all of them."""
    if len({finding.message for _, finding in found}) == len(found):
        return [(finding, [view]) for view, finding in found]  # no two say the same
    groups: dict[object, tuple[Finding, list[View]]] = {}
    for view, finding in found:
        groups.setdefault(_identity(finding), (finding, []))[1].append(view)
    return groups.values()


def _identity(finding: Finding) -> object:
    places = tuple([statement.fact.place for statement in finding.statements])
    return (finding.verdict, finding.subject, finding.message, places)


def _supposed(finding: Finding) -> Finding:
    """The finding; a mismatch that rests on what perhaps holds, or on a default that may be replaced, is conditional."""
    if finding.verdict not in (Verdict.MISMATCH, Verdict.CONDITIONAL):
        return finding
    perhaps_so = perhaps(finding) if finding.verdict is Verdict.MISMATCH else ""
    condition = " and ".join(filter(None, (perhaps_so, kept_defaults(finding))))
    if not condition:
        return finding
    both = f"{finding.condition}; {condition}" if finding.condition else condition
    return replace(finding, verdict=Verdict.CONDITIONAL, condition=both, witness=None)


def _refusal(finding: Finding, system: System) -> str:
    """Why the monitor refuses the witness of a mismatch; "" where it accepts it. A refused one is never shown."""
    if finding.witness is None:
        return "there is no witness"
    return judge_witness(finding.witness, system.states)


def refused_witnesses(system: System, rules: Sequence[Rule] | None = None) -> list[tuple[str, Finding, str]]:
    """Every mismatch that a rule claims and the monitor refuses: a defect of ours, which the tests look for."""
    refused = []
    for rule in all_rules() if rules is None else rules:
        if rule.judge_system:
            claimed = [
                finding for view in system.system_views(rule.reads) for finding in rule.judge_system(system, view)
            ]
        elif rule.judge is None:
            continue
        else:
            in_views = [_in_views(rule, _met(rule, InViews(system, key))[1]) for key in system.keys]
            claimed = [finding for found_in in in_views for _, finding in found_in]
        for finding in claimed:
            reason = _refusal(finding, system) if finding.verdict is Verdict.MISMATCH else ""
            if reason:
                refused.append((rule.id, finding, reason))
    return refused


def _filled(rule: Rule, finding: Finding, scope: tuple[tuple[str, str], ...]) -> Finding:
    severity = finding.severity
    if severity is Severity.USUAL:
        severity = _USUAL.get(finding.verdict, Severity.INFO)
    identity = "\n".join(
        (rule.id, finding.verdict, finding.subject, *(f"{name}={value}" for name, value in scope), *_kinds(finding))
    )
    fingerprint = sha256(identity.encode()).hexdigest()[:16]
    return replace(finding, rule=rule.id, severity=severity, scope=scope, fingerprint=fingerprint)


def _kinds(finding: Finding) -> list[str]:
    return [f"{statement.fact.subject} {statement.fact.term}" for statement in finding.statements]


def with_moves(
    system: System, findings: Sequence[Finding], rules: Sequence[Rule], spread: Spread = in_turn
) -> list[Finding]:
    """The findings with those of their moves that settle them and break nothing else that they touch.

    The first are tried first: where the moves of all would take too long, the last findings have none.
    """

    asked: dict[Changed, Concerned] = {}
    alike = Alike(rules)

    def judge(other: System, keys: Sequence[Key], changed: Changed) -> list[Finding]:
        if changed not in asked:
            asked[changed] = Concerned([rule for rule in rules if _can_differ(rule, changed)], alike)
        return _judged(other, asked[changed], keys)

    return Trials(system, judge, findings).of(findings, spread)


def _can_differ(rule: Rule, changed: Changed) -> bool:
    matter = rule.values if changed.only_values and rule.values is not None else rule.reads
    return not changed.terms.isdisjoint(matter)


def _position(finding: Finding) -> tuple[object, ...]:
    """Where a finding stands in a report: the worst first, then boundary by boundary in the order of the files."""
    places = (finding.statements[0].fact.place.spot,) if finding.statements else ()
    order, weight = _ORDER[finding.verdict], _WEIGHT[finding.severity]
    return (order, weight, finding.subject, places, finding.rule, finding.scope, finding.message)
