"""Findings that are known already: which of others are the same, although a change may narrow where they hold."""

from collections.abc import Iterable, Iterator

from accord.model.finding import Finding
from accord.model.place import Place

_NOT, _OR = "not ", " or "
_Scope = tuple[tuple[str, str], ...]


class Known:
    """Findings to hold others against."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.fingerprints: set[str] = set()
        self._of_rule: dict[str, list[Finding]] = {}
        self._scopes: dict[str, dict[object, list[_Scope]]] = {}
        for finding in findings:
            self.fingerprints.add(finding.fingerprint)
            self._of_rule.setdefault(finding.rule, []).append(finding)

    def has(self, finding: Finding) -> bool:
        """Whether it is one of these: by its fingerprint, or of the same statement at fault wherever it holds."""
        return finding.fingerprint in self.fingerprints or self._holds(finding)

    def leaves(self, finding: Finding, after: Finding) -> bool:
        """Whether `after` is what a change has left of the finding: the same statements, or others in their stead."""
        if after.rule != finding.rule or after.verdict is not finding.verdict or after.subject != finding.subject:
            return False
        if _places(after) == _places(finding):
            return _inside(after.scope, finding.scope) or _inside(finding.scope, after.scope)
        return after.fingerprint == finding.fingerprint and not self._holds(after)

    def _holds(self, finding: Finding) -> bool:
        scopes = self._of(finding.rule).get(_what(finding), [])
        return any(_inside(finding.scope, scope) for scope in (*scopes, *_joined(scopes)))

    def _of(self, rule: str) -> dict[object, list[_Scope]]:
        """In which scopes a rule found what; put together when it is first asked for."""
        known = self._scopes.get(rule)
        if known is None:
            known = self._scopes[rule] = {}
            for finding in self._of_rule.get(rule, ()):
                known.setdefault(_what(finding), []).append(finding.scope)
        return known


def _what(finding: Finding) -> object:
    """What stays of a finding when values change and views are told apart anew."""
    places = _places(finding)
    return (finding.rule, finding.verdict, finding.subject, places[:1], tuple(term for term, _ in places))


def _joined(scopes: list[_Scope]) -> Iterator[_Scope]:
    """The scopes that some of these make together: `not v2` and `v2` of one version are all of it."""
    for scope in scopes:
        for name, value in scope:
            rest = _without(scope, name)
            if value.startswith(_NOT):
                beside = {
                    value for other in scopes for value in _values(other, name) if _inside(rest, _without(other, name))
                }
                if set(value.removeprefix(_NOT).split(_OR)) <= beside:
                    yield rest


def _values(scope: _Scope, name: str) -> list[str]:
    return dict(scope).get(name, "").split(_OR)


def _without(scope: _Scope, name: str) -> _Scope:
    return tuple(pair for pair in scope if pair[0] != name)


def _places(finding: Finding) -> tuple[tuple[str, Place], ...]:
    """The statements without their values, which a change may exchange."""
    return tuple((statement.fact.term, statement.fact.place) for statement in finding.statements)


def _inside(scope: _Scope, outer: _Scope) -> bool:
    """Whether every condition of the outer scope is kept, or narrowed to some of its values."""
    values = dict(scope)
    return all(name in values and set(values[name].split(_OR)) <= set(wide.split(_OR)) for name, wide in outer)
