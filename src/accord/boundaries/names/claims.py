"""Who claims which name: the explicit aliases of contracts, and how far each of them reaches."""

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from accord.boundaries.join.facts import Facts
from accord.boundaries.join.scopes import joint_scope
from accord.boundaries.names.joined import Joined, Tie, alias_texts, alias_ties, selector_ties
from accord.boundaries.names.spelling import Name, address_of_party, spell_alias
from accord.model.fact import EVERYWHERE, Fact, Scope
from accord.model.place import Place
from accord.model.problem import Problem, Refused

_DEFAULT = "default"
_FOR_ALL = "a manifest without a namespace is applied to `default` unless told otherwise"


class Claim(Struct, frozen=True):
    """A name stands for `party` where `scope` holds; `because` says in words who says so.

    `in_part`: the party is behind the name, but what is said of the one need not hold for all of the other.
    """

    party: str
    alias: Name
    scope: Scope
    because: str
    places: tuple[Place, ...]
    in_part: bool = False


class Register:
    """Which party each name stands for, as far as the facts say. Built once, then read only."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        facts = Facts.of(facts)
        self.problems: list[Problem] = []
        self.contested: dict[str, tuple[Claim, ...]] = {}
        self.names: set[str] = set()
        self.speaking: set[str] = set()
        stated, in_artefacts, selects, runs = self._sorted(facts)
        self.direct: dict[str, tuple[Claim, ...]] = _by_key(self._stated(stated))
        self._add_own_addresses(facts)
        self._settle_contests()
        self.joined = Joined((*alias_ties(in_artefacts), *selector_ties(selects, runs)))
        self.carried: dict[str, tuple[Claim, ...]] = self._carried()

    def _sorted(self, facts: Facts) -> tuple[list[Fact], list[Fact], list[Fact], list[Fact]]:
        stated: list[Fact] = []
        in_artefacts: list[Fact] = []
        self.speaking.update(facts.speaking)
        self.names.update(facts.parties)
        self.names.discard("")
        for fact in facts.tying.values():
            if fact.term.startswith("names."):
                (in_artefacts if ":" in fact.provider else stated).append(fact)
        return stated, in_artefacts, facts.tied.get("selects", []), facts.tied.get("runs", [])

    # ------------------------------------------------------------------ what is asked of it

    def claims(self, name: Name) -> tuple[Claim, ...]:
        """The claims on a name: those made on it, else the one carried to it; none where it is contested."""
        for key in (name.key, name.inside):
            if key in self.contested:
                return ()
            covering = [claim for claim in self.direct.get(key) or self.carried.get(key, ()) if _covers(claim, name)]
            if len(covering) > 1:
                closest = max(_closeness(claim) for claim in covering)
                covering = [claim for claim in covering if _closeness(claim) == closest]
            if covering:
                return tuple(covering)
        return ()

    def claims_of_party(self, party: str) -> tuple[Claim, ...]:
        """Whom a contract's plain name stands for, where it does not speak itself and is somebody's address."""
        address = address_of_party(party) if party not in self.speaking else None
        if address is None:
            return ()
        return tuple(claim for claim in self.claims(address) if claim.party != party)

    def aliases(self, party: str, system: str) -> list[Claim]:
        """What a party is called in a system, in order of name."""
        found = {claim.alias.key: claim for claims in self.direct.values() for claim in claims if claim.party == party}
        return [found[key] for key in sorted(found) if found[key].alias.system == system]

    # ------------------------------------------------------------------ how it is made

    def _stated(self, facts: Iterable[Fact]) -> Iterator[tuple[str, Claim]]:
        for fact in facts:
            system = fact.term.partition(".")[2]
            for written in alias_texts(fact):
                try:
                    alias = spell_alias(system, written)
                except Refused as refusal:
                    self.problems.append(Problem(fact.place, f"names.{system}: {refusal}"))
                    continue
                scope = joint_scope(fact.scope, (("cluster", (alias.cluster,)),)) if alias.cluster else fact.scope
                if scope is not None:
                    because = f"{fact.provider} says names.{system}: {written}"
                    yield from _reach(Claim(fact.provider, alias, scope, because, (fact.place,)))

    def _add_own_addresses(self, facts: tuple[Fact, ...]) -> None:
        """A contract's name that is a full host name is the address of the party itself, unless another claims it."""
        owners: dict[str, list[tuple[str, Name]]] = {}
        for party in self.names:
            address = address_of_party(party) if "." in party and ":" not in party else None
            if address is not None:
                owners.setdefault(address.key, []).append((party, address))
        if not owners:
            return
        places = _first_places(facts)
        for key, parties in owners.items():
            speaking = [pair for pair in parties if pair[0] in self.speaking]
            if not speaking and key not in self.direct:
                speaking = [min(parties, key=lambda pair: pair[0])]
            own = [
                Claim(party, name, EVERYWHERE, f"{party} is its own address", (places[party],))
                for party, name in speaking
            ]
            known = self.direct.get(key, ())
            own = [claim for claim in own if all(claim.party != other.party for other in known)]
            self.direct[key] = (*known, *own)

    def _settle_contests(self) -> None:
        told: set[tuple[object, ...]] = set()
        for key in sorted(self.direct):
            claims = self.direct[key]
            if len(claims) == 1:
                continue
            claims = tuple(sorted(claims, key=lambda claim: ([place.spot for place in claim.places], claim.party)))
            rival = _rivals(claims)
            if rival is None:
                self.direct[key] = claims
                continue
            self.contested[key] = claims
            first, second = rival
            if (first.places, second.places, first.alias.key) not in told:
                told.add((first.places, second.places, first.alias.key))
                self.problems.append(_contest(key, first, second))
        for key in self.contested:
            del self.direct[key]

    def _carried(self) -> dict[str, tuple[Claim, ...]]:
        """Claims that ties carry on: only where all that is tied together is claimed by one party."""
        carried: dict[str, tuple[Claim, ...]] = {}
        seen: set[str] = set()
        for key in sorted(self.joined.ties):
            if key in seen or key not in self.direct:
                continue
            reached = self.joined.reached(key)
            seen |= reached.keys()
            parties = {claim.party for other in reached for claim in self.direct.get(other, ())}
            if len(parties) > 1 or not self.contested.keys().isdisjoint(reached):
                continue
            for other, ties in reached.items():
                if other not in self.direct:
                    carried[other] = tuple(_over(claim, key, ties) for claim in self.direct[key])
        return carried


def _by_key(found: Iterable[tuple[str, Claim]]) -> dict[str, tuple[Claim, ...]]:
    claims: dict[str, dict[tuple[str, Scope], Claim]] = {}
    for key, claim in found:
        claims.setdefault(key, {}).setdefault((claim.party, claim.scope), claim)
    return {key: _widest(tuple(by_scope.values())) for key, by_scope in claims.items()}


def _widest(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """Without the conditional claims of a party that also claims the name without a condition."""
    if len(claims) == 1:
        return claims
    everywhere = {claim.party for claim in claims if not claim.scope}
    return tuple(claim for claim in claims if not claim.scope or claim.party not in everywhere)


def _reach(claim: Claim) -> Iterator[tuple[str, Claim]]:
    """The keys that one alias covers: itself, and where nothing else can be meant, its other spelling."""
    alias = claim.alias
    yield alias.key, claim
    if alias.inside:
        yield alias.inside, replace(claim, because=f"{claim.because}; inside a cluster that host is {alias.inside}")
    namespace, slash, name = (alias.inside.partition(":")[2] if alias.inside else alias.bare).partition("/")
    if (alias.system == "kubernetes" or alias.inside) and slash:
        if namespace == _DEFAULT:
            yield f"kubernetes:/{name}", replace(claim, because=f"{claim.because}; {_FOR_ALL}")
        elif not namespace:
            yield f"kubernetes:{_DEFAULT}/{name}", replace(claim, because=f"{claim.because}; {_FOR_ALL}")


def _over(claim: Claim, start: str, ties: Iterable[Tie]) -> Claim:
    """The claim carried from the name `start` along these ties: only as far as they speak of the whole."""
    words, places = [claim.because], list(claim.places)
    scope: Scope | None = claim.scope
    in_part = claim.in_part
    for tie in ties:
        towards_workload = start == tie.one
        start = tie.other if towards_workload else tie.one
        words.append(tie.because)
        places += tie.places
        if not (tie.among or (tie.is_service and towards_workload)):
            continue
        if towards_workload and tie.version and scope is not None:
            scope = joint_scope(scope, ((f"version:{claim.party}", (tie.version,)),))
        else:
            scope = None
        in_part |= scope is None
    because, spots = "; ".join(words), tuple(dict.fromkeys(places))
    return replace(claim, because=because, places=spots, in_part=in_part, scope=claim.scope if scope is None else scope)


def _rivals(claims: tuple[Claim, ...]) -> tuple[Claim, Claim] | None:
    for position, first in enumerate(claims):
        for second in claims[position + 1 :]:
            if first.party == second.party or (first.alias.port, first.alias.path) != (
                second.alias.port,
                second.alias.path,
            ):
                continue
            if joint_scope(first.scope, second.scope) is not None:
                return first, second
    return None


def _contest(key: str, first: Claim, second: Claim) -> Problem:
    where = f"{first.places[0].file}:{first.places[0].line}"
    return Problem(
        second.places[0],
        f"{key} is claimed here by {second.party} and at {where} by {first.party}; a name stands for one party, so it is linked to neither",
    )


def _first_places(facts: Iterable[Fact]) -> dict[str, Place]:
    """For each party the first place that speaks of it, its own words before others'."""
    places: dict[str, tuple[bool, Place]] = {}
    for fact in facts:
        for name in (fact.says, fact.provider, fact.consumer):
            if "." in name:
                own = (name != fact.says, fact.place)
                places[name] = min(places.get(name, own), own, key=lambda each: (each[0], each[1].spot))
    return {name: place for name, (_, place) in places.items()}


def _covers(claim: Claim, name: Name) -> bool:
    """Whether an alias reaches a name: an alias with a port or a path is only that port, and what lies under that path."""
    alias = claim.alias
    if name.cluster and any(dimension == "cluster" and name.cluster not in values for dimension, values in claim.scope):
        return False
    below = name.path == alias.path or name.path.startswith(f"{alias.path}/")
    return alias.port in (0, name.port) and (not alias.path or below)


def _closeness(claim: Claim) -> tuple[int, bool]:
    return (len(claim.alias.path), claim.alias.port != 0)


# ---------------------------------------------------------------------- scopes
