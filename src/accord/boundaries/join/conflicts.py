"""What one party must not say twice: one home per party and scope, one value per term."""

from collections.abc import Iterable, Iterator

from accord.boundaries.join.facts import Facts
from accord.model.fact import Fact, Scope, Stance, shown_scope
from accord.model.place import Place
from accord.model.problem import Problem

FORMAT = "contract"
MAPPED = "mapping"


def conflicts(facts: Iterable[Fact]) -> Iterator[Problem]:
    """A Problem for each party and scope with two homes, and for each term that is set twice: by crossing scopes, or by a mapping too."""
    facts = Facts.of(facts)
    if FORMAT not in facts.sources and MAPPED not in facts.sources:
        return
    homes: dict[tuple[str, Scope], Fact] = {}
    terms: dict[tuple[object, ...], list[Fact]] = {}
    told: set[tuple[str, Scope]] = set()
    says = file = root = ""
    for fact in [fact for fact in facts if fact.source == FORMAT]:
        if not fact.scope:
            place = fact.place
            if fact.says == says and place.file == file and place.root == root:
                continue  # the home of the fact before
            says, file, root = fact.says, place.file, place.root
        name = (fact.says, fact.scope)
        first = homes.setdefault(name, fact)
        if (first.place.root, first.place.file) != (fact.place.root, fact.place.file):
            if name not in told:
                told.add(name)
                yield _two_homes(first, fact)
        elif fact.scope:
            terms.setdefault(
                (fact.says, fact.stance, fact.consumer, fact.provider, fact.operation, fact.term, fact.layer), []
            ).append(fact)
    for same in terms.values():
        yield from _crossing(same)
    if MAPPED in facts.sources:
        yield from _mapped_too(facts)


def _mapped_too(facts: tuple[Fact, ...]) -> Iterator[Problem]:
    """A Problem for each value that one mapping reads and that a contract, or another mapping, states otherwise."""
    said: dict[tuple[object, ...], Fact] = {}
    mapped = [fact for fact in facts if fact.source == MAPPED and fact.stance in (Stance.PROMISES, Stance.ASSUMES)]
    if not mapped:
        return  # they give defaults only
    for fact in (*(fact for fact in facts if fact.source == FORMAT), *mapped):
        name = (fact.says, fact.stance, fact.consumer, fact.provider, fact.operation, fact.term, fact.layer, fact.scope)
        first = said.setdefault(name, fact)
        if first.value != fact.value:
            yield Problem(
                fact.place,
                f"{fact.subject} {fact.term} is {fact.text} here and {first.text} at {_seen_from(first.place, fact.place)}; "
                f"{fact.says} says it once",
            )


def _two_homes(first: Fact, second: Fact) -> Problem:
    return Problem(
        second.place,
        f"party {second.says}{shown_scope(first.scope)} already has its home in {_seen_from(first.place, second.place)}; "
        "one home per party and scope: join the two",
    )


def _seen_from(place: Place, here: Place) -> str:
    """A line for a message at another place, with its root where that is another one."""
    root = "" if place.root in (here.root, place.file, "") else f" under {place.root}"
    return f"{place.file}:{place.line}{root}"


def _crossing(facts: list[Fact]) -> Iterator[Problem]:
    for position, one in enumerate(facts):
        for other in facts[position + 1 :]:
            if one.value != other.value and not _settled(one.scope, other.scope, facts):
                yield Problem(
                    other.place,
                    f"{other.subject} {other.term} is {other.text} here and {one.text} at {_seen_from(one.place, other.place)}, "
                    "and neither scope lies inside the other; state the joint scope",
                )


def _settled(one: Scope, other: Scope, facts: list[Fact]) -> bool:
    """Whether the scopes never meet, one lies inside the other, or a third statement speaks for where they meet."""
    first, second = dict(one), dict(other)
    if any(set(values).isdisjoint(second[name]) for name, values in first.items() if name in second):
        return True
    if _inside(first, second) or _inside(second, first):
        return first != second
    joint = {**first, **second}
    return any(_inside(dict(fact.scope), joint) and len(fact.scope) >= len(joint) for fact in facts)


def _inside(narrow: dict[str, tuple[str, ...]], wide: dict[str, tuple[str, ...]]) -> bool:
    return all(name in narrow and set(narrow[name]) <= set(values) for name, values in wide.items())
