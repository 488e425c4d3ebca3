"""What cannot be done without what: the graph of needs of operations, of whoever stands for a party, and of procedures."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from msgspec import Struct

from accord.boundaries.join.calling import calls_of
from accord.boundaries.join.memory import once, once_each
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.model.contract_values import Needs
from accord.model.fact import ANY, Fact, Stance
from accord.model.nothing import NONE
from accord.model.subject import operation_of, provider_of


class Link(Struct, frozen=True):
    """By its `fact`, `source` cannot do without `target`; `does` is the statement in words that follow its speaker.

    Both are references: a party, or party/operation. `needed` tells a need from the naming of who acts.
    """

    source: str
    target: str
    fact: Fact
    does: str
    needed: bool = True


Path = tuple[Link, ...]


def subject_of(reference: str) -> str:
    """`party/any` for a bare party: every operation of it."""
    return reference if operation_of(reference) else f"{reference}/{ANY}"


def meets(reference: str, subject: str) -> bool:
    """Whether a reference covers the operation: it names it, or names its whole party."""
    return reference == subject or subject_of(reference) == f"{provider_of(subject)}/{ANY}"


def overlap(one: str, other: str) -> bool:
    """Whether two references can mean the same operation."""
    return meets(one, subject_of(other)) or meets(other, subject_of(one))


def acting(system: System, reference: str) -> str:
    """What must work for a named party to act: to be paged, or the only thing it promises; "" where that is not sure."""
    if operation_of(reference):
        return reference
    operations = system.operations(reference)
    if "page" in operations:
        return f"{reference}/page"
    return "" if len(operations) > 1 else reference


def links(system: System, reference: str, view: View) -> Iterator[Link]:
    """What an operation needs, or what a party needs for any of its operations and of its steps; a need with a fallback is left out."""
    party, operation = provider_of(reference), operation_of(reference)
    if party not in system.spoken_of:
        return
    named = [operation] if operation and operation != ANY else [*system.operations(party), ANY]
    for name in named:
        yield from _needs(system, reference, party, name, view)
    if not operation or operation == ANY:
        yield from _steps(system, reference, party, view)


def shortest(system: System, start: str, view: View, reached: Callable[[Link], bool]) -> Path | None:
    """The shortest chain of links from `start` whose last link is the one asked for, or None."""
    waiting: deque[tuple[str, Path]] = deque([(start, ())])
    seen = {start}
    while waiting:
        reference, path = waiting.popleft()
        for link in links(system, reference, view):
            if reached(link):
                return (*path, link)
            if link.target not in seen:
                seen.add(link.target)
                waiting.append((link.target, (*path, link)))
    return None


def starts(system: System, fact: Fact) -> list[str]:
    """What must work for those whom a repair or a signal names to act."""
    return [name if fact.term == "recover.how" else acting(system, name) for name in fact.value]


def roots(system: System, view: View, repairs: Iterable[str]) -> Iterator[tuple[Fact, str]]:
    """Each fallback, and each statement of these terms (a repair, a signal) that may have its own party behind it.

    Of what holds here only, with every operation it speaks of.
    """
    back = {term: found for term in repairs if (found := _leading_back(system, term, view))}
    leading = frozenset([id(fact) for found in back.values() for fact in found])
    for fact in system.about(*back, "fallback"):
        if fact.value is NONE or (fact.term != "fallback" and id(fact) not in leading):
            continue
        for operation in (system.operations(fact.provider) or [ANY]) if fact.operation == ANY else [fact.operation]:
            side = system.promised(fact.provider, operation, view)
            if fact.stance is Stance.ASSUMES or fact.consumer:
                side = system.assumed((fact.consumer, fact.provider, operation), view)
            if side.get(fact.term) is fact and (fact.term == "fallback" or not fact.consumer):
                yield fact, operation


def _leading_back(system: System, term: str, view: View) -> list[Fact]:
    """The statements of a term that names a repair or a signal whose own party each of those named has somewhere behind it."""
    known, by_others = needing(system), needed(system)
    stated = [fact for fact in system.about(term) if fact.provider in by_others and fact.value is not NONE]
    one_of_each = {fact.value: fact for fact in stated}
    behind_all = {
        names: _behind_all(system, fact, view)
        for names, fact in one_of_each.items()
        if known.issuperset(map(provider_of, names))
    }
    return [fact for fact in stated if fact.value in behind_all and fact.provider in behind_all[fact.value]]


def _behind_all(system: System, fact: Fact, view: View) -> frozenset[str]:
    """The parties that each of those has somewhere behind it whom a repair or a signal names."""
    each = [behind(system, start, view) for start in starts(system, fact)]
    return each[0].intersection(*each[1:]) if each else frozenset()


@once
def needing(system: System) -> frozenset[str]:
    """The parties that say of any operation, or of their steps, what these need: nothing is behind the others."""
    return frozenset([fact.provider for fact in system.about("needs", "steps")])


@once
def needed(system: System) -> frozenset[str]:
    """The parties that any operation, or any step, is said to need or to be done by: only these are ever behind anybody."""
    calls = [call for fact in system.about("needs") for call in calls_of(fact)]
    steps = [step for fact in system.about("steps") if fact.value is not NONE for step in fact.value]
    by = [step.by for step in steps if step.by is not None]
    return frozenset(map(provider_of, chain(calls, by, *(step.needs for step in steps))))


@once_each
def behind(system: System, start: str, view: View) -> frozenset[str]:
    """The parties that `start` cannot do without, or whose doing it needs, however far behind."""
    found: dict[str, None] = {}
    waiting = [start]
    while waiting:
        for link in links(system, waiting.pop(), view):
            if link.target not in found:
                found[link.target] = None
                waiting.append(link.target)
    return frozenset(map(provider_of, found))


def closure(system: System, start: str, view: View) -> dict[str, Path]:
    """Everything that `start` cannot do without, each with the shortest chain of links that leads there."""
    found: dict[str, Path] = {}
    waiting: deque[tuple[str, Path]] = deque([(start, ())])
    while waiting:
        reference, path = waiting.popleft()
        for link in links(system, reference, view):
            if link.target != start and link.target not in found:
                found[link.target] = (*path, link)
                waiting.append((link.target, found[link.target]))
    return found


def _needs(system: System, source: str, party: str, operation: str, view: View) -> Iterator[Link]:
    fact = system.needs(party, operation, view)
    if fact is None or not isinstance(fact.value, Needs):
        return
    for call in dict.fromkeys(call for together in fact.value.calls for call in together):
        called = (party, provider_of(call), operation_of(call) or ANY)
        fallback = system.assumed(called, view).get("fallback")
        if fallback is None or fallback.value is NONE:
            yield Link(source, call, fact, f"needs {call}")


def _steps(system: System, source: str, party: str, view: View) -> Iterator[Link]:
    fact = system.party(party, view).get("steps")
    if fact is None or fact.value is NONE:
        return
    for number, step in enumerate(fact.value, start=1):
        for need in step.needs:
            yield Link(source, need, fact, f"needs {need} for step {number}")
        doer = acting(system, step.by) if step.by is not None and step.by != NONE.value else ""
        if doer:
            yield Link(source, doer, fact, f"has step {number} done by {step.by}", needed=False)
