"""Answers that are not success: which ones a provider lists, and which of them a word of the caller names."""

from collections.abc import Iterable

from accord.boundaries.join.system import Boundary
from accord.model.contract_values import ErrorAnswer, Needs
from accord.model.fact import ANY, Fact
from accord.model.nothing import NONE

_GATEWAY = frozenset(("502", "503", "504"))
"""The codes that Envoy's `gateway-error` stands for."""


def answers(boundary: Boundary) -> list[Fact]:
    """The error answers that the provider lists, in order of name."""
    return [fact for fact in boundary.promised.family("errors.") if isinstance(fact.value, ErrorAnswer)]


def lists_all(listed: Iterable[Fact]) -> bool:
    """Whether a list of errors is meant to be complete: one of an API document need not be (OpenAPI, Responses Object)."""
    return any(error.source != "openapi" for error in listed)


def names_error(word: str, error: Fact) -> bool:
    """Whether a word of `handles` or `retry_on` names this error: its name, its status, its class (5xx) or any."""
    if word == "any" or word == error.term.removeprefix("errors."):
        return True
    statuses = error.value.status or ()
    if word in statuses or word.upper().replace("-", "_") in statuses:
        return True
    if word == "gateway-error":
        return not _GATEWAY.isdisjoint(statuses)
    return (
        len(word) == 3
        and word.endswith("xx")
        and any(status.startswith(word[0]) and len(status) == 3 for status in statuses)
    )


def unhandled(words: Iterable[str], error: Fact) -> tuple[str, ...] | None:
    """The codes of an error that no word of `handles` covers; None where it is handled whole, by its name, as any or by each code."""
    known = frozenset(words)
    if not known.isdisjoint(("any", error.term.removeprefix("errors."))):
        return None
    codes = error.value.status or ()
    left = tuple(code for code in codes if code not in known and not (len(code) == 3 and f"{code[0]}xx" in known))
    return left if left or not codes else None


def handled_errors(handles: Fact) -> str:
    """What a caller has an answer for, in words: `declined, 5xx`, `any error`, `no error`."""
    if handles.value is NONE:
        return "no error"
    return "any error" if "any" in handles.value else handles.text


def calling(boundary: Boundary) -> Fact | None:
    """A statement of the caller itself that it makes this call; None where only others say so."""
    own = (fact for facts in boundary.assumed.terms.values() for fact in facts if fact.says == boundary.consumer)
    return next(own, None) or needing(boundary)


def needing(boundary: Boundary) -> Fact | None:
    """The `needs` of the caller that names this call; None where it does not say."""
    system, wanted = boundary.system, {boundary.subject, boundary.provider, f"{boundary.provider}/{ANY}"}
    for operation in (*system.operations(boundary.consumer), ANY):
        needs = system.needs(boundary.consumer, operation, boundary.view)
        calls = needs.value.calls if needs is not None and isinstance(needs.value, Needs) else ()
        if any(call in wanted for together in calls for call in together):
            return needs
    return None


def looks_like_success(error: Fact) -> bool:
    """Whether this failure travels under a status of success (RFC 9110 section 15.3: 2xx; gRPC: OK)."""
    statuses = error.value.status or ()
    return bool(statuses) and all(
        status == "OK" or (len(status) == 3 and status.startswith("2")) for status in statuses
    )
