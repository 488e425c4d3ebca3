"""Which of several facts about one term holds: the one of the view, the most conditions, the layer it stands at."""

from collections.abc import Iterable

from accord.boundaries.join.view import View, holds_in
from accord.model.fact import EVERYWHERE, Fact, Layer, Stance
from accord.model.nothing import NONE

Said = dict[str, list[Fact]]
"""For each term all facts about it, in whatever view."""

Terms = dict[str, tuple[Fact, ...]]
"""For each term the facts that hold, at most one per layer, outermost first."""

_LAYERS = {layer: position for position, layer in enumerate(Layer)}
_NOBODY: Terms = {}


def resolved(terms: Said | None, view: View) -> Terms:
    """The facts that hold in a view, of all that one side says of one operation."""
    if not terms:
        return _NOBODY
    found: Terms = {}
    scope, holds = EVERYWHERE, True  # of the fact before: those of one object share it
    for term, facts in terms.items():
        if len(facts) == 1:
            fact = facts[0]
            if fact.scope is not scope:
                scope = fact.scope
                holds = not scope or holds_in(scope, view)
            if holds:
                found[term] = (fact,)
        else:
            holding = _strongest(facts, view)
            if holding:
                found[term] = holding
    return found


def firsts(terms: Said | None, view: View) -> dict[str, Fact]:
    """Of each term the first of those that hold in a view."""
    found: dict[str, Fact] = {}
    for term, facts in terms.items() if terms else ():
        fact = facts[0]
        if len(facts) > 1:
            holding = _strongest(facts, view)
            if holding:
                found[term] = holding[0]
        elif not fact.scope or holds_in(fact.scope, view):
            found[term] = fact
    return found


def _strongest(facts: list[Fact], view: View) -> tuple[Fact, ...]:
    """Per layer the fact with the most conditions; a stated fact beats a default."""
    holding = [fact for fact in facts if not fact.scope or holds_in(fact.scope, view)]
    if len(holding) < 2:
        return tuple(holding)
    best: dict[Layer, Fact] = {}
    for fact in sorted(holding, key=lambda each: each.place.spot):
        known = best.get(fact.layer)
        if known is None or _weight(fact) > _weight(known):
            best[fact.layer] = fact
    return _ordered(best.values())


def _weight(fact: Fact) -> tuple[bool, int, bool]:
    """A stated fact before a default, more conditions before fewer, a default of the house before one of a platform."""
    is_default = fact.stance is Stance.DEFAULT
    return (not is_default, len(fact.scope), is_default and fact.source == "mapping")


def filled(terms: Terms, general: Terms) -> Terms:
    """What is said of a named operation, with what is said of every operation where the named one is silent."""
    if not general:
        return terms
    if not terms:
        return general
    missing = {term: facts for term, facts in general.items() if term not in terms and not _answered(term, terms)}
    return {**terms, **missing} if missing else terms


def _answered(term: str, terms: Terms) -> bool:
    """Whether the named operation answers the whole family with `none` (`latency: none` over `any`'s latency.max)."""
    family = terms.get(term.partition(".")[0])
    return family is not None and any(fact.value is NONE for fact in family)


def stacked(terms: Terms, outer: Terms) -> Terms:
    """Both sides' facts, layer by layer: what the mesh says joins what the code says."""
    if not outer:
        return terms
    both = dict(terms)
    for term, facts in outer.items():
        own = both.get(term)
        if own is None:
            both[term] = facts
            continue
        layers = [fact.layer for fact in own]
        added = [fact for fact in facts if fact.layer not in layers]
        if added:
            both[term] = _ordered((*own, *added))
    return both


def _ordered(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Outermost layer first."""
    return tuple(sorted(facts, key=lambda fact: _LAYERS[fact.layer]))
