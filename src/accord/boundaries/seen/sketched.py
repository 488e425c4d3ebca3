"""Parties of which only telemetry tells: who was seen to answer what, and to call what, and how that went.

Nothing of it is a statement of theirs. Who has a contract is left out, and so is who may have one under an equal name.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from accord.boundaries.join.system import System
from accord.boundaries.names.spelling import spell
from accord.boundaries.seen.sightings import Sighting, sightings
from accord.model.fact import ANY
from accord.model.observed import Observed
from accord.model.problem import Refused

_UNNAMED = ("otel:", "dns:")
_LONGEST = ("fan_out", "caller_longest_ns", "callee_longest_ns")
_NO_NAME = re.compile(r"[^\w.-]+")
_METHOD = re.compile(r"(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (/\S*)")
_RPC = re.compile(r"[\w.]+/\w+", re.ASCII)
_RESERVED = ("none", "unknown", "any", "anyone")


class Answered(Struct, frozen=True):
    """One operation: its name here, its address as far as telemetry tells it, who called, and everything seen of it together."""

    name: str
    at: str
    called: str
    consumers: tuple[str, ...]
    environments: tuple[str, ...]
    seen: Observed


class Called(Struct, frozen=True):
    """One operation that a party was seen to call, `payments/post-charges`, with everything seen of those calls together."""

    about: str
    seen: Observed


class Sketched(Struct, frozen=True):
    """One party: the name it can have in a contract, its system (otel, dns) and its name in that, what it answers and calls."""

    name: str
    system: str
    called: str
    answers: tuple[Answered, ...]
    calls: tuple[Called, ...]


def sketched(system: System) -> tuple[list[Sketched], list[str]]:
    """Those parties by name, and the names of those left out because a contract has a party that is called so.

    A service whose name no contract can write down, such as one with a tab in it, is left out too.
    """
    seen = sightings(system)
    found = sorted({party for one in seen for party in one.boundary.key[:2] if party.startswith(_UNNAMED)})
    plain = {party: party.partition(":")[2] for party in found if _is_a_name(party)}
    known = [name for name in plain.values() if name in system.speaking]
    names = _unique({party: name for party, name in plain.items() if name not in known}, system.parties)
    operations = {party: _operations([one for one in seen if one.boundary.provider == party]) for party in names}
    return [
        Sketched(
            names[party],
            party.partition(":")[0],
            plain[party],
            tuple(_answers(operations[party], names, seen, party)),
            tuple(_calls([one for one in seen if one.boundary.consumer == party], names, operations)),
        )
        for party in names
    ], known


def _is_a_name(party: str) -> bool:
    try:
        spell(party)
    except Refused:
        return False
    return party.partition(":")[2] not in _RESERVED


def _operations(seen: Sequence[Sighting]) -> dict[str, str]:
    """A name for each operation that telemetry names."""
    return _unique({one.called: _METHOD.sub(lambda told: f"{told[1].lower()}{told[2]}", one.called) for one in seen})


def _unique(wanted: dict[str, str], taken: Iterable[str] = ()) -> dict[str, str]:
    used, names = {*taken, *_RESERVED}, {}
    for key, text in wanted.items():
        name, number = _NO_NAME.sub("-", text).strip("-._")[:100] or "unnamed", 1
        while (unique := name if number == 1 else f"{name}-{number}") in used:
            number += 1
        used.add(unique)
        names[key] = unique
    return names


def _answers(
    operations: dict[str, str], names: dict[str, str], seen: Sequence[Sighting], party: str
) -> Iterator[Answered]:
    for called, name in operations.items():
        told = [one for one in seen if one.boundary.provider == party and one.called == called]
        yield Answered(
            name,
            _address(called),
            called,
            tuple(sorted({names.get(one.boundary.consumer, one.boundary.consumer) for one in told} - {""})),
            tuple(sorted({one.environment for one in told} - {""})),
            _together([one.seen for one in told]),
        )


def _address(called: str) -> str:
    """The address of an operation in the words of a contract; empty where telemetry does not tell of what kind it is."""
    if _METHOD.fullmatch(called):
        return called
    return f"rpc {called}" if _RPC.fullmatch(called) else ""


def _calls(seen: Sequence[Sighting], names: dict[str, str], operations: dict[str, dict[str, str]]) -> Iterator[Called]:
    """The calls of operations that have a name, here or in a contract."""
    by: dict[str, list[Observed]] = {}
    for one in seen:
        provider, operation = one.boundary.provider, one.boundary.operation
        if provider in names:
            by.setdefault(f"{names[provider]}/{operations[provider][one.called]}", []).append(one.seen)
        elif one.matched and not provider.startswith(_UNNAMED):
            by.setdefault(provider if operation == ANY else f"{provider}/{operation}", []).append(one.seen)
    return (Called(about, _together(told)) for about, told in sorted(by.items()))


def _together(seen: Sequence[Observed]) -> Observed:
    """What several rows tell of one operation, as one: counts add, and of what is longest the longest holds."""
    names = dict.fromkeys(name for one in seen for name in one.counts)
    counts = {name: (max if name in _LONGEST else sum)(one.count(name) for one in seen) for name in names}
    began = [one.began for one in seen if one.ended]
    return Observed(
        "",
        "",
        "",
        "",
        counts,
        codes=tuple(row for one in seen for row in one.codes),
        caller_ranges=tuple(sorted(row for one in seen for row in one.caller_times)),
        callee_ranges=tuple(sorted(row for one in seen for row in one.callee_times)),
        began=min(began, default=0),
        ended=max((one.ended for one in seen), default=0),
    )
