"""Facts, who was told of them and understood them when, and the decisions that needed them: what a review is drawn from.

A ledger and an imported timeline both become this. Instants are nanoseconds since 1970 (UTC), 0 where none is on record.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from accord.model.review import Lane, Mark, Missing, Reason


class Known(Struct, frozen=True):
    """A fact: what, since when it existed, and where it could be seen.

    `is_standing` says that it existed before it began, `is_later` that it was established afterwards.
    """

    id: str
    says: str
    existed_ns: int
    where: str
    is_standing: bool = False
    is_later: bool = False


class Telling(Struct, frozen=True):
    """A party was told of a fact; 0 in `understood_ns` where it is not on record that it was understood.

    `is_earliest` says that it was then or later.
    """

    fact: str
    party: str
    told_ns: int
    understood_ns: int = 0
    is_earliest: bool = False


class Decision(Struct, frozen=True):
    """What a party decided, and the facts that it needed; `reasons` says, per fact, why one was not there.

    `is_act` is False where nobody acted: a deadline that passed with no answer. `understands` says that being told is not enough.
    """

    party: str
    says: str
    at_ns: int
    needs: tuple[str, ...] = ()
    reasons: tuple[tuple[str, Reason], ...] = ()
    is_act: bool = True
    understands: bool = False


class Timeline(Struct, frozen=True):
    """All of it, from `begins_ns` to `ends_ns`."""

    parties: tuple[str, ...]
    begins_ns: int
    ends_ns: int
    facts: tuple[Known, ...] = ()
    tellings: tuple[Telling, ...] = ()
    decisions: tuple[Decision, ...] = ()


def lanes(timeline: Timeline) -> tuple[Lane, ...]:
    """One lane for each party, with what concerns it: facts that it was told, or that a decision of it needed."""
    told = _told(timeline)
    needed: dict[tuple[str, str], list[Decision]] = {}
    for decision in timeline.decisions:
        for name in decision.needs:
            needed.setdefault((name, decision.party), []).append(decision)
    marks: dict[str, list[Mark]] = {party: [] for party in timeline.parties}
    for fact in timeline.facts:
        for party in timeline.parties:
            at = (fact.id, party)
            if (at in told or at in needed) and party != fact.where:
                marks[party].append(_mark(fact, told.get(at), needed.get(at, [])))
    return tuple(Lane(party, tuple(each)) for party, each in marks.items() if each)


def _mark(fact: Known, told: Telling | None, needed: list[Decision]) -> Mark:
    told_ns, understood_ns = (told.told_ns, told.understood_ns) if told else (0, 0)
    acts = [each.at_ns for each in needed if each.is_act]
    acted = [at_ns for at_ns in acts if is_apart(at_ns, fact.existed_ns, told_ns, understood_ns)]
    return Mark(fact.says, fact.existed_ns, told_ns, understood_ns, min(acted, default=0), fact.is_standing)


def is_apart(at_ns: int, existed_ns: int, told_ns: int, understood_ns: int) -> bool:
    """Whether somebody who acts now acts on a different reality: the fact exists, and is not told, or told and not understood."""
    reached = understood_ns or told_ns
    return existed_ns <= at_ns and (not reached or at_ns < reached)


def missing(timeline: Timeline) -> tuple[Missing, ...]:
    """Each decision for which a needed fact existed and had not reached it, in order of the decisions."""
    return tuple(_missing(timeline))


def _missing(timeline: Timeline) -> Iterator[Missing]:
    facts, tellings = {fact.id: fact for fact in timeline.facts}, _told(timeline)
    for decision in sorted(timeline.decisions, key=lambda each: each.at_ns):
        for name in decision.needs:
            fact = facts[name]
            told = tellings.get((name, decision.party))
            reached = _reached(told, decision.understands)
            if not is_apart(decision.at_ns, fact.existed_ns, 0, reached):
                continue
            lag = (reached or timeline.ends_ns) - (fact.existed_ns or timeline.begins_ns)
            reason = dict(decision.reasons).get(name) or _reason(timeline, fact, told, decision.at_ns)
            needed = decision.party, decision.says, decision.at_ns
            is_bound = fact.is_standing or bool(told and told.is_earliest)
            yield Missing(
                fact.says, fact.existed_ns, fact.where, *needed, reached, max(0, lag), reason, False,
                fact.is_standing, fact.is_later, is_bound, decision.understands,
            )  # fmt: skip


def _reached(told: Telling | None, understands: bool) -> int:
    """When a fact was there for a decision; 0 where it never was."""
    if told is None:
        return 0
    return told.understood_ns or (0 if understands else told.told_ns)


def _reason(timeline: Timeline, fact: Known, told: Telling | None, at_ns: int) -> Reason:
    """Why it was not there, where nobody says: nobody told anybody, somebody else was told, or it was on its way."""
    if told is not None:
        return Reason.UNDELIVERED if at_ns < told.told_ns else Reason.UNOPENED
    others = any(each.fact == fact.id and each.party != fact.where for each in timeline.tellings)
    return Reason.MISROUTED if others else Reason.NO_SIGNAL


def _told(timeline: Timeline) -> dict[tuple[str, str], Telling]:
    """By fact and party, when the party was first told of it, and first understood it."""
    found: dict[tuple[str, str], Telling] = {}
    for each in timeline.tellings:
        known = found.get((each.fact, each.party), each)
        told = min(filter(None, (known.told_ns, each.told_ns)), default=0)
        understood = min(filter(None, (known.understood_ns, each.understood_ns)), default=0)
        is_earliest = each.is_earliest or known.is_earliest
        found[each.fact, each.party] = Telling(each.fact, each.party, told or understood, understood, is_earliest)
    return found


def joined(timelines: Iterable[Timeline]) -> Timeline:
    """Several as one; their facts stay apart."""
    every = [_named_apart(each, f"{number}/") for number, each in enumerate(timelines)]
    return Timeline(
        tuple(dict.fromkeys(party for each in every for party in each.parties)),
        min(each.begins_ns for each in every),
        max(each.ends_ns for each in every),
        tuple(fact for each in every for fact in each.facts),
        tuple(telling for each in every for telling in each.tellings),
        tuple(decision for each in every for decision in each.decisions),
    )


def _named_apart(timeline: Timeline, before: str) -> Timeline:
    def of(decision: Decision) -> Decision:
        reasons = tuple((before + name, reason) for name, reason in decision.reasons)
        return replace(decision, needs=tuple(before + name for name in decision.needs), reasons=reasons)

    return replace(
        timeline,
        facts=tuple(replace(fact, id=before + fact.id) for fact in timeline.facts),
        tellings=tuple(replace(each, fact=before + each.fact) for each in timeline.tellings),
        decisions=tuple(map(of, timeline.decisions)),
    )
