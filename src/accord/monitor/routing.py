"""Where Alertmanager sends a set of labels, worked out from the facts of a witness alone (dispatch/route.go, Route.Match).

Written apart from the evaluation that the rules use, so that the two do not share their mistakes.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from accord.model.alerting import Matcher, Receiver, Route
from accord.model.fact import Fact

ROOT = "route.r"
LOG_ONLY = "vocabulary.log_only"
EVERY_OTHER = "*"
TEMPLATE = "{{"


class NotTold(Exception):
    """Raised where the facts of the witness do not tell how the evaluation goes on; says what is missing."""


def routes_of(facts: Iterable[Fact], tree: str) -> dict[str, Fact]:
    """The routes that a tree states, by path."""
    return {
        fact.term: fact
        for fact in facts
        if fact.provider == tree and fact.term.startswith("route.") and isinstance(fact.value, Route)
    }


def ends(routes: Mapping[str, Fact], labels: Mapping[str, str]) -> list[str]:
    """The paths of the routes at which the labels end, in order; none where the root refuses them. Raises NotTold."""
    found: list[str] = []
    if _matches_all(_route(routes, ROOT).matchers, labels):
        _descend(routes, ROOT, labels, found)
    return found


def _descend(routes: Mapping[str, Fact], path: str, labels: Mapping[str, str], found: list[str]) -> None:
    before = len(found)
    for number in range(_route(routes, path).children):
        below = f"{path}.{number}"
        child = _route(routes, below)
        if _matches_all(child.matchers, labels):
            _descend(routes, below, labels, found)
            if not child.continues:
                break
    if len(found) == before:
        found.append(path)


def _route(routes: Mapping[str, Fact], path: str) -> Route:
    fact = routes.get(path)
    if fact is None:
        raise NotTold(f"nobody tells of {path}")
    route: Route = fact.value
    return route


def receiver_of(routes: Mapping[str, Fact], path: str) -> str:
    """The receiver of a route: its own, else that of the nearest above. Raises NotTold."""
    while True:
        named = _route(routes, path).receiver
        if named or path == ROOT:
            return named
        path = path.rpartition(".")[0]


def notifies_nobody(facts: Iterable[Fact], tree: str, receiver: str) -> bool:
    """Whether the facts say that a receiver, of the tree or of the party that has its parts, has no integration, or only writes a log."""
    facts = tuple(facts)
    parties = {tree, *(fact.value for fact in facts if fact.term == "route.parts" and fact.provider == tree)}
    for fact in facts:
        if fact.term == f"receiver.{receiver}" and fact.provider in parties and isinstance(fact.value, Receiver):
            if not fact.value.integrations:
                return True
        elif fact.term == LOG_ONLY and isinstance(fact.value, tuple) and receiver in fact.value:
            return True
    return False


def matches_all(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    """Whether labels match every matcher; a label that is not there is empty. Raises NotTold."""
    return _matches_all(matchers, labels)


def _matches_all(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    return all(_matches(matcher, labels.get(matcher.label, "")) for matcher in matchers)


def _matches(matcher: Matcher, value: str) -> bool:
    if matcher.operator in ("=", "!="):
        return (matcher.value == value) is (matcher.operator == "=")
    if matcher.operator in ("=~", "!~"):
        return (_pattern(matcher.value).fullmatch(value) is not None) is (matcher.operator == "=~")
    raise NotTold(f"the operator {matcher.operator!r} is unknown")


@lru_cache(maxsize=4096)
def _pattern(text: str) -> Any:
    import re2  # type: ignore[import-untyped]  # imported late: most witnesses have no alert

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(f"(?:{text})", options)
    except re2.error:
        raise NotTold(f"{text!r} is no pattern") from None
