"""The join: facts of all sides become parties and boundaries, each readable in one view at a time."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from accord.boundaries.join.behind import said_behind
from accord.boundaries.join.boundary import Boundary, Key
from accord.boundaries.join.by_term import ByTerm
from accord.boundaries.join.calling import (
    LISTING,
    callers_of,
    calls_of,
    is_callers,
    is_listed,
    keys_by_party,
    needed_calls,
    operations_of,
    stated_calls,
)
from accord.boundaries.join.conflicts import conflicts
from accord.boundaries.join.every_caller import gateways_of, without_mesh_routes
from accord.boundaries.join.facts import Facts
from accord.boundaries.join.resolution import Said, Terms, filled, firsts, resolved, stacked
from accord.boundaries.join.side import Side
from accord.boundaries.join.view import DAYS, EVERY, ONE_VIEW, OTHER, View, Views, in_force, views_over
from accord.boundaries.join.workloads import RUNNING, running
from accord.model.fact import ANY, PARTY, Fact, Stance
from accord.model.problem import Problem
from accord.model.subject import provider_of

__all__ = ["Boundary", "Key", "System"]


class System:
    """Everything said, joined; what was `observed` is kept apart (sightings.py). Immutable."""

    def __init__(self, facts: Iterable[Fact], as_of: date = date(1970, 1, 1), observed: Sequence[Fact] = ()) -> None:
        self.as_of = as_of
        self.observed = observed
        read = Facts.of(facts)
        self.facts = read
        if not read.by_dimension.keys().isdisjoint(DAYS):
            self.facts = Facts([fact for fact in read if not fact.scope or in_force(fact, as_of)])
        self._promised: dict[tuple[str, str], dict[str, list[Fact]]] = {}
        self._assumed: dict[Key, dict[str, list[Fact]]] = {}
        self._sides: dict[object, Side] = {}
        self._dimensions: dict[object, tuple[str, ...]] = {}
        self.memory: dict[object, Any] = {}
        self.conditional: dict[str, list[Fact]] = {}
        """The facts with a scope, by the first segment of their term."""
        self._uneven: set[str] = set()  # of which terms are said several times, or under a condition
        for begin, end in self.facts.runs:
            self._uneven.add(self.facts[begin].provider)
            for fact in self.facts[begin:end]:
                self.conditional.setdefault(fact.term.partition(".")[0], []).append(fact)
        self.scoped = bool(self.conditional)
        self.several: list[list[Fact]] = []
        """The facts that one side says of one term of one operation, where they are more than one."""
        self._system_views: dict[tuple[str, ...], Views] = {}
        self._join()

    def _join(self) -> None:
        promised, assumed, promises = self._promised, self._assumed, Stance.PROMISES
        last: Fact | None = None
        terms: dict[str, list[Fact]] = {}
        for fact in self.facts:
            if (fact.consumer or fact.stance is not promises) and is_callers(fact):
                terms, last = assumed.setdefault((fact.consumer, fact.provider, fact.operation), {}), None
            elif last is None or fact.provider is not last.provider or fact.operation is not last.operation:
                terms, last = promised.setdefault((fact.provider, fact.operation), {}), fact  # most follow their like
            known = terms.get(fact.term)
            if known is None:
                terms[fact.term] = [fact]
            else:
                known.append(fact)
                if len(known) == 2:
                    self.several.append(known)
                    self._uneven.add(fact.provider)

    # ------------------------------------------------------------------ who there is

    @cached_property
    def parties(self) -> dict[str, None]:
        """Every party that speaks or is spoken of as a side, in order of name."""
        names = {provider for provider, _ in self._promised} | {key[1] for key in self._assumed}
        names |= {key[0] for key in self._assumed if key[0]}
        names |= {provider_of(call) for fact in self.about("needs") for call in calls_of(fact)}
        return dict.fromkeys(sorted(names))

    def are_strangers(self, named: Fact) -> bool:
        """Whether nobody whom a fact names is a party."""
        return self.parties.keys().isdisjoint(map(provider_of, named.value))

    @cached_property
    def speaking(self) -> frozenset[str]:
        """The parties that say anything themselves."""
        promises, assumes = Stance.PROMISES, Stance.ASSUMES  # to look them up takes longer than to compare
        return frozenset([fact.says for fact in self.facts if fact.stance is promises or fact.stance is assumes])

    @cached_property
    def spoken_of(self) -> frozenset[str]:
        """The parties of which, or of whose operations, anything is promised."""
        return frozenset(provider for provider, _ in self._promised)

    def operations(self, provider: str) -> list[str]:
        """The operations that the provider promises by name."""
        return self._operations.get(provider, [])

    @cached_property
    def _operations(self) -> dict[str, list[str]]:
        return operations_of(self._promised)

    @cached_property
    def _spoken(self) -> dict[str, list[str]]:
        if LISTING.isdisjoint(self.facts.sources):
            return self._operations
        return operations_of({place: terms for place, terms in self._promised.items() if not is_listed(terms)})

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """Every boundary: each stated call, each call that an operation needs, and each promise nobody is known to use."""
        stated = stated_calls(self._assumed, self._spoken) | needed_calls(self.about("needs"), self._spoken)
        called = {(provider, operation) for _, provider, operation in stated}
        unused = [
            ("", *place)
            for place in self._promised
            if place[1] and place not in called and not (place[1] == ANY and place[0] in self._spoken)
        ]
        return tuple(sorted((*stated, *unused)))

    def callers(self, provider: str, operation: str) -> list[str]:
        """The known consumers of an operation, in order of name."""
        return self._callers_of.get((provider, operation), [])

    @cached_property
    def _callers_of(self) -> dict[tuple[str, str], list[str]]:
        return callers_of(self.keys)

    # ------------------------------------------------------------------ what is said

    def about(self, *terms: str) -> Sequence[Fact]:
        """The facts about any of these terms, in the order they were read."""
        return self._by_term.about(terms)

    @property
    def terms(self) -> Iterable[str]:
        """Every term that anything is said about."""
        return self._by_term.terms

    @cached_property
    def words(self) -> frozenset[str]:
        """Every term that anything is said about, and their first segments."""
        return frozenset((*self.terms, *(term.partition(".")[0] for term in self.terms)))

    @cached_property
    def _by_term(self) -> ByTerm:
        return ByTerm(self.facts)

    def promised(self, provider: str, operation: str, view: View = EVERY) -> Side:
        """What the provider says of the operation in this view; terms it says only of `any` are filled in."""
        said, key = self._promised, (provider, operation)
        name = self._name(key, (said.get(key), said.get((provider, ANY))), view) if view and self.scoped else key
        known = self._sides.get(name)
        if known is None:
            own = resolved(said.get(key), view)
            if operation not in (PARTY, ANY):
                own = filled(own, resolved(said.get((provider, ANY)), view))
            known = self._sides[name] = Side(own) if own else _SILENT
        return known

    def party(self, name: str, view: View = EVERY) -> Side:
        """What a party says of itself: kind, owner, names, escalates, steps."""
        return self.promised(name, PARTY, view)

    def kind(self, party: str, view: View = EVERY) -> object:
        """What a party says that it is, without looking at all else that it says of itself; None where it does not say."""
        said = self.said_of_itself(party).get("kind")
        return Side(resolved({"kind": said}, view)).value("kind") if said else None

    def firsts(self, name: str, view: View = EVERY) -> dict[str, Fact]:
        """Of each term that a party says of itself the fact of the outermost layer; a dictionary of the caller's own."""
        terms = self._promised.get((name, PARTY), {})
        return firsts(terms, view) if name in self._uneven else {term: facts[0] for term, facts in terms.items()}

    def plainly(self, provider: str, operation: str, terms: Iterable[str]) -> tuple[object, ...] | None:
        """The values that an operation promises of some terms, each None where nothing is said.

        None where anything is said of any of its provider's operations, several times or under a condition: there is more to look at.
        """
        if provider in self._uneven or (provider, ANY) in self._promised:
            return None
        said = self._promised.get((provider, operation), _NOTHING).get
        return tuple([facts[0].value if (facts := said(term)) else None for term in terms])

    def assumed(self, key: Key, view: View = EVERY) -> Side:
        """What the consumer says of the operation in this view, with what holds for every caller of it."""
        name = self._name(key, self.said(key)[0], view) if view and self.scoped else key
        known = self._sides.get(name)
        if known is None:
            known = self._sides[name] = Side(self._assumed_terms(key, view))
        return known

    def _name(self, key: tuple[object, ...], said: Iterable[Said | None], view: View) -> object:
        """What tells one side in one view from the others: of the view only what the side's own facts depend on."""
        dimensions = self._dimensions.get(key)
        if dimensions is None:
            scoped = self.scoped_of(filter(None, said))
            dimensions = self._dimensions[key] = tuple(sorted({name for fact in scoped for name, _ in fact.scope}))
        values = tuple([view.get(name, OTHER) for name in dimensions])
        return (key, values) if any(values) else key

    def _assumed_terms(self, key: Key, view: View) -> Terms:
        consumer, provider, operation = key
        terms = resolved(self._assumed.get(key), view)
        if operation != ANY:
            terms = filled(terms, resolved(self._assumed.get((consumer, provider, ANY)), view))
        if consumer:
            for named in dict.fromkeys((operation, ANY)):
                every = self._assumed.get(("", provider, named))
                if every:
                    said = without_mesh_routes(every) if consumer in self.gateways else every
                    terms = stacked(terms, resolved(said, view))
        return terms

    @cached_property
    def gateways(self) -> frozenset[str]:
        """The callers that the routes of a mesh do not reach."""
        return gateways_of(self._assumed)

    def boundary(self, key: Key, view: View = EVERY) -> Boundary:
        """The boundary in one view."""
        return Boundary(self, key, view)

    def all_needs(self, party: str) -> list[Fact]:
        """What each of a party's operations needs, in whatever view."""
        promised = [self._promised.get((party, name), _NOTHING) for name in (PARTY, ANY, *self.operations(party))]
        return [fact for terms in promised for fact in terms.get("needs", ())]

    def said(self, key: Key) -> tuple[tuple[Said, ...], tuple[Said, ...]]:
        """All that is said on either side of a call, in whatever view: of this operation, and of any."""
        consumer, provider, operation = key
        assumed, promised = self._assumed, self._promised
        return (
            (
                assumed.get(key, _NOTHING),
                assumed.get((consumer, provider, ANY), _NOTHING),
                assumed.get(("", provider, operation), _NOTHING),
                assumed.get(("", provider, ANY), _NOTHING),
            ),
            (promised.get((provider, operation), _NOTHING), promised.get((provider, ANY), _NOTHING)),
        )

    def needs(self, provider: str, operation: str, view: View = EVERY) -> Fact | None:
        """The fact that states what an operation calls (value: Needs or NONE), or None where nobody said."""
        return self.promised(provider, operation, view).get("needs")

    # ------------------------------------------------------------------ in which views

    def system_views(self, reads: tuple[str, ...]) -> Views:
        """The views that the terms a rule reads tell apart anywhere."""
        if not self.scoped:
            return ONE_VIEW
        told = tuple(family for family in self.conditional if family in reads)
        if told not in self._system_views:
            views = views_over(fact for family in told for fact in self.conditional[family])
            self._system_views[told] = views.of_running(self.running)
        return self._system_views[told]

    @cached_property
    def running(self) -> dict[str, frozenset[str]]:
        """The versions of each party that run, where all of them are known."""
        return running(self.about(*RUNNING))

    def scoped_behind(self, key: Key) -> list[Fact]:
        """The facts with a scope, of this boundary and of the calls behind it."""
        return self.scoped_of(self.said_behind(key)) if self.scoped else []

    def said_behind(self, *keys: Key) -> Iterable[Said]:
        """All that is said on both sides of these boundaries and of the calls behind them."""
        return said_behind(self._assumed, self._promised, *keys)

    def scoped_of(self, said: Iterable[Said]) -> list[Fact]:
        """The facts with a scope among all that is said in some places."""
        conditional = self._with_scopes
        return [
            fact for terms in said if id(terms) in conditional for same in terms.values() for fact in same if fact.scope
        ]

    @cached_property
    def _with_scopes(self) -> frozenset[int]:
        """Which places have facts with a scope, by identity: most have none."""
        return frozenset([id(self._at(fact)) for facts in self.conditional.values() for fact in facts])

    def _at(self, fact: Fact) -> Said:
        """All that is said where a fact is."""
        if is_callers(fact):
            return self._assumed.get((fact.consumer, fact.provider, fact.operation), _NOTHING)
        return self._promised.get((fact.provider, fact.operation), _NOTHING)

    @cached_property
    def conflicts(self) -> tuple[Problem, ...]:
        """Statements that one side makes twice: in two files, or in two scopes of which neither lies in the other."""
        return tuple(conflicts(self.facts))

    def states(self, fact: Fact) -> bool:
        """Whether this very fact was read: equal in every part, its place included."""
        if fact.stance is Stance.OBSERVES:
            return fact in self.observed
        return fact in self._at(fact).get(fact.term, ())

    def keys_of(self, party: str) -> list[Key]:
        """The boundaries on one side of which the party stands."""
        return self._keys_of.get(party, [])

    @cached_property
    def _keys_of(self) -> dict[str, list[Key]]:
        return keys_by_party(self.keys)

    def said_of_itself(self, party: str) -> dict[str, list[Fact]]:
        """By term what is promised in the name of a party of itself."""
        return self._promised.get((party, PARTY), {})

    def said_of(self, party: str) -> list[Fact]:
        """Everything that is promised in the name of a party, of itself and of its operations."""
        operations = (PARTY, ANY, *self.operations(party))
        return [
            fact for name in operations for facts in self._promised.get((party, name), {}).values() for fact in facts
        ]

    def above(self, key: Key) -> list[Key]:
        """The boundaries whose provider makes this very call in order to answer."""
        if not self._needing:
            return []
        consumer, provider, operation = key
        wanted = (provider, f"{provider}/{operation}", f"{provider}/{ANY}")
        return sorted({upper for call in wanted for upper in self._needing.get((consumer, call), ())})

    @cached_property
    def _needing(self) -> dict[tuple[str, str], list[Key]]:
        """By party and call the boundaries in which the party needs this call in order to answer."""
        found: dict[tuple[str, str], list[Key]] = {}
        for upper in self.keys if self.about("needs") else ():
            for fact in self._promised.get(upper[1:], {}).get("needs", ()):
                for call in calls_of(fact):
                    found.setdefault((upper[1], call), []).append(upper)
        return found


_NOTHING: Said = {}
_SILENT = Side({})
