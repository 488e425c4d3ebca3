"""Who is named as an owner, by which artefact, and which owners a catalogue lists. No verdicts here.

Names of owners are compared by their last part, without regard to case: `@shop/team-a`, `group:default/Team-A` and `team-a`
may be one team, so they are never taken to be two.
"""

import re
from collections.abc import Container, Iterable, Iterator
from difflib import SequenceMatcher
from functools import cached_property, lru_cache

from msgspec import Struct

from accord.boundaries.join.system import System
from accord.boundaries.join.telling import telling
from accord.boundaries.join.view import View, holds_in
from accord.boundaries.join.vocabulary import vocabulary
from accord.boundaries.people.owned_files import PREFIX
from accord.boundaries.signals.alerting import TEMPLATE, Alert, alerting
from accord.model.fact import Fact
from accord.model.ownership import OwnedFiles

CONTRACT, CATALOGUE = "contract", "backstage"
ALERT, LINE, TAG = "alert", "line", "tag"
TEAM = "team"

_PLACEHOLDER = re.compile(
    r"(team|owner|group|squad|your|my)[-_ ]?name|your[-_ ]?(team|org|squad)|change[-_ ]?me|^to[-_ ]?do$|^to[-_ ]?do[:( ]|/to[-_ ]?do$|fix[-_ ]?me|tbd|x{3,}|<[^!@#].*>",
    re.IGNORECASE,
)
_SLIP = 0.9
_TEAM_OF_HOST = re.compile(r"@[^/\s@]+/\S+")


class Naming(Struct, frozen=True):
    """One statement that names an owner: `by` is the kind of artefact, `thing` what is owned, in words."""

    fact: Fact
    by: str
    name: str
    thing: str
    alert: Alert | None = None

    @property
    def key(self) -> str:
        """The name as it is compared."""
        return plain(self.name)


class Owners:
    """Everything that is said of owners in one view.

    `groups` are the groups and users that catalogues list, by party; `teams` the parties that contracts say are teams, rotas
    or outsiders; `related` the pairs of compared names of which one group lies in the other.
    """

    def __init__(self, named: Iterable[Naming], facts: Iterable[Fact], parties: Container[str] = ()) -> None:
        self.named = tuple(named)
        self.parties = parties
        self.groups: dict[str, Fact] = {}
        self.teams: dict[str, Fact] = {}
        self.related: set[tuple[str, str]] = set()
        for fact in facts:
            if fact.term == "kind":
                if fact.source == CATALOGUE and fact.value in (TEAM, "user"):
                    self.groups.setdefault(fact.provider, fact)
                elif fact.source != CATALOGUE and fact.value in (TEAM, "rota", "external"):
                    self.teams.setdefault(fact.provider, fact)
            else:
                self.related.update((plain(fact.provider), plain(other)) for other in fact.value)

    @cached_property
    def listed(self) -> frozenset[str]:
        """The compared names of all who are listed anywhere."""
        return frozenset(plain(party) for party in (*self.groups, *self.teams))

    @cached_property
    def _used(self) -> tuple[frozenset[str], ...]:
        """The names that each kind of artefact uses."""
        by_kind: dict[str, set[str]] = {}
        for naming in self.named:
            by_kind.setdefault(naming.by, set()).add(naming.key)
        listed = ({plain(party) for party in parties} for parties in (self.groups, self.teams))
        return tuple(frozenset(names) for names in (*listed, *by_kind.values()))

    def is_listed(self, naming: Naming) -> bool:
        """Whether somebody is listed under the name: in a catalogue an owner is one entity, elsewhere a name."""
        if naming.by == CATALOGUE:
            return naming.fact.value in self.groups or naming.fact.value in self.teams
        is_party = naming.by == CONTRACT and naming.name in self.parties
        return is_party or naming.key in self.listed

    def are_two(self, one: str, other: str) -> bool:
        """Whether two compared names are certainly two teams: some artefact uses both, and neither group lies in the other."""
        if one == other or (one, other) in self.related or (other, one) in self.related:
            return False
        return any(one in names and other in names for names in self._used)


def stated_owners(system: System, view: View) -> Owners:
    """What is said of owners in this view; worked out once."""
    key = ("owners", tuple(sorted(view.items())))
    known: Owners | None = system.memory.get(key)
    if known is None:
        named = (*_of_parties(system, view), *_of_alerts(system, view))
        about = system.about(*filter(_is_of_people, system.terms))
        people = [fact for fact in about if holds_in(fact.scope, view)]
        known = system.memory[key] = Owners(named, people, system.parties)
    return known


def _is_of_people(term: str) -> bool:
    return term == "kind" or term.startswith("group.")


@lru_cache(maxsize=4096)
def plain(owner: str) -> str:
    """The name itself, of `group:default/team-a`, `@shop/Team-A` or `team-a`."""
    return owner.rpartition("/")[2].rpartition(":")[2].lstrip("@").lower()


def shown(owner: str) -> str:
    """The name as typed, without the kind, the namespace and the organisation that go without saying."""
    return owner.rpartition("/")[2] if owner.startswith("@") else owner.removeprefix("group:").removeprefix("default/")


@lru_cache(maxsize=4096)
def is_placeholder(name: str) -> bool:
    """Whether the name looks like one that somebody was to fill in."""
    return _PLACEHOLDER.search(plain(name)) is not None


def is_slip(owner: str, team: str) -> bool:
    """Whether two names differ by a slip of the pen; names that differ in a number are two names."""
    letters = ["".join(sign for sign in name if not sign.isdigit()) for name in (owner, team)]
    return letters[0] != letters[1] and SequenceMatcher(None, owner, team).ratio() >= _SLIP


# ---------------------------------------------------------------------- who is named


def _of_parties(system: System, view: View) -> Iterator[Naming]:
    """Of what a contract says twice of one party only what holds; a catalogue may list an entity twice."""
    words = {word.lower() for word in vocabulary(system, view).owner}
    terms = frozenset([term for term in system.terms if _may_name(term, words)])
    for party in telling(system, *terms):
        for term, facts in system.said_of_itself(party).items():
            for fact in facts if term in terms else ():
                if holds_in(fact.scope, view) and (len(facts) == 1 or _holds(system, party, fact, view)):
                    yield from _naming(fact, words)


def _holds(system: System, party: str, fact: Fact, view: View) -> bool:
    of_one = fact.term != "owner" or fact.source == CATALOGUE
    return of_one or fact in system.party(party, view).all("owner")


def _may_name(term: str, words: Iterable[str]) -> bool:
    family, _, name = term.partition(".")
    return term == "owner" or family == "owns" or (family == "tag" and name.lower() in words)


def _naming(fact: Fact, words: Iterable[str]) -> Iterator[Naming]:
    family, _, name = fact.term.partition(".")
    if fact.term == "owner" and isinstance(fact.value, str):
        by = CATALOGUE if fact.source == CATALOGUE else CONTRACT
        yield Naming(fact, by, fact.text, thing_of(fact.provider))
    elif family == "tag" and name.lower() in words and _is_name(fact.value):
        yield Naming(fact, TAG, fact.value, thing_of(fact.provider))
    elif family == "owns" and fact.provider.startswith(PREFIX):
        line: OwnedFiles = fact.value
        for owner in line.owners:
            if _TEAM_OF_HOST.fullmatch(owner):
                yield Naming(fact, LINE, owner, line.pattern)


def _of_alerts(system: System, view: View) -> Iterator[Naming]:
    words = vocabulary(system, view).owner
    for alert in alerting(system, view).alerts:
        fact = alert.first(words)
        if fact is not None and isinstance(fact.value, str) and TEMPLATE not in fact.value and _is_name(fact.value):
            yield Naming(fact, ALERT, fact.value, alert.called, alert)


@lru_cache(maxsize=4096)
def _is_name(text: str) -> bool:
    """Whether a text can be the name of a team: no address of a person, and no sentence."""
    return bool(text) and "@" not in text.lstrip("@") and not any(sign.isspace() or sign in ",;" for sign in text)


def thing_of(party: str) -> str:
    """A party for a message: `component payments`, `shop/payments`, or the name that contracts have for it."""
    system, _, rest = party.partition(":")
    if system == "backstage":
        kind, _, name = rest.partition(":")
        return f"{kind} {name.removeprefix('default/')}"
    return rest.lstrip("/") if system == "kubernetes" else party
