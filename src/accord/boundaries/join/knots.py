"""Knots of a graph: where one can come back to where one started."""

from collections.abc import Iterator, Mapping, Sequence

Leads = Mapping[str, Sequence[str]]
"""For each name, the names that it leads to."""


def knots(leads: Leads) -> list[list[str]]:
    """The largest groups of names from each of which every name of the group is reached again, itself too; in time linear in the links."""
    back: dict[str, list[str]] = {}
    for name, targets in leads.items():
        for target in targets:
            back.setdefault(target, []).append(name)
    seen: set[str] = set()
    finished = [name for start in leads for name in _finished(start, leads, seen)]
    placed: set[str] = set()
    groups = [_finished(start, back, placed) for start in reversed(finished)]
    return [sorted(group) for group in map(list, groups) if len(group) > 1 or _leads_to_itself(group, leads)]


def _finished(start: str, leads: Leads, seen: set[str]) -> Iterator[str]:
    """The names reached from `start` that were not seen before, each after those that it leads to."""
    if start in seen:
        return
    seen.add(start)
    waiting = [(start, iter(leads.get(start, ())))]
    while waiting:
        name, targets = waiting[-1]
        following = next((target for target in targets if target not in seen), None)
        if following is None:
            waiting.pop()
            yield name
        else:
            seen.add(following)
            waiting.append((following, iter(leads.get(following, ()))))


def _leads_to_itself(group: Sequence[str], leads: Leads) -> bool:
    return any(name in leads.get(name, ()) for name in group)
