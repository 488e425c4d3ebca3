"""Whether two names are one party: why, or what would decide it."""

from collections.abc import Iterable

from msgspec import Struct

from accord.boundaries.names.claims import Claim, Register
from accord.boundaries.names.compare import Answer, Sameness, alias_for, compared
from accord.boundaries.names.spelling import Name, spell
from accord.model.fact import Fact, Scope
from accord.model.place import Place
from accord.model.problem import Refused

__all__ = ["Answer", "Sameness", "same", "shown"]

SAME, DIFFERENT, UNKNOWABLE = Sameness.SAME, Sameness.DIFFERENT, Sameness.UNKNOWABLE


class _Side(Struct, frozen=True):
    """One of the two names: the party it stands for ("" where nobody says), and who says so."""

    name: Name
    party: str = ""
    because: str = ""
    places: tuple[Place, ...] = ()
    open: str = ""

    @property
    def is_unheard(self) -> bool:
        """A plain name that nothing read speaks of."""
        return not self.party and not self.name.system


def same(one: str, other: str, facts: Iterable[Fact]) -> Answer:
    """Whether two names are one party, as far as these facts and the spelling of addresses decide.

    Takes contract names, `system:name`, `namespace/name`, hosts and URLs. Raises Refused for what can be no name.
    """
    register = Register(facts)
    first, second = _side(register, one), _side(register, other)
    if first.name.system and first.name.key == second.name.key and not (first.party or second.party):
        return compared(first.name, second.name)
    undecided = first.open or second.open
    if undecided:
        return Answer(
            UNKNOWABLE,
            undecided,
            _places(first, second),
            "one party per name: one of the claims withdrawn, or a scope for each",
        )
    if first.party and second.party:
        return _two_parties(first, second)
    if first.party or second.party:
        return _half_known(register, first, second) if first.party else _half_known(register, second, first)
    return _unclaimed(register, first, second)


def shown(text: str) -> str:
    """A name as it may be shown: without the user and password of a URL."""
    try:
        return spell(text).shown
    except Refused:
        return text


def _side(register: Register, text: str) -> _Side:
    if text in register.names and ":" not in text:
        name = Name("", text, text)
        claims = register.claims_of_party(text)
        if not claims:
            return _Side(name, text)
    else:
        name = spell(text)
        claims = register.claims(name) if name.system else ()
    rivals = register.contested.get(name.key, ()) or register.contested.get(name.inside, ())
    parties = {claim.party for claim in (*claims, *rivals)}
    because = "; ".join(dict.fromkeys(_because(claim) for claim in (*claims, *rivals)))
    places = tuple(dict.fromkeys(place for claim in (*claims, *rivals) for place in claim.places))
    if len(parties) > 1:
        return _Side(
            name, places=places, open=f"{name.shown} is claimed by {' and by '.join(sorted(parties))}: {because}"
        )
    return _Side(name, parties.pop() if parties else "", because, places)


def _because(claim: Claim) -> str:
    where = _conditions(claim.scope)
    return f"{claim.because} (where {where})" if where else claim.because


def _conditions(scope: Scope) -> str:
    return " and ".join(
        f"{name} is {' or '.join(values)}" for name, values in scope if not name.startswith(("variant:", "requests:"))
    )


def _two_parties(first: _Side, second: _Side) -> Answer:
    reasons = "; ".join(dict.fromkeys(side.because for side in (first, second) if side.because))
    if first.party == second.party:
        return Answer(SAME, reasons or f"one name in contracts, {first.party}, is one party", _places(first, second))
    words = f"{first.party} and {second.party} are two parties, each with a name of its own in contracts"
    return Answer(DIFFERENT, f"{words}; {reasons}" if reasons else words, _places(first, second))


def _half_known(register: Register, known: _Side, unknown: _Side) -> Answer:
    """A party on one side, and on the other a name that nobody claims."""
    name = unknown.name
    if unknown.is_unheard:
        return Answer(
            UNKNOWABLE,
            f"nothing read here speaks of {name.shown}" + _heard_as(register, name),
            known.places,
            f"the system that {name.shown} is a name in, such as otel:{name.shown}, or a contract of {name.shown}",
        )
    aliases = register.aliases(known.party, name.system)
    answers = [compared(claim.alias, name) for claim in aliases]
    decide = f"{alias_for(name)} in the contract of {known.party}"
    places = tuple(place for claim in aliases for place in claim.places)
    if answers and all(answer.verdict is DIFFERENT for answer in answers):
        said = "; ".join(
            f"{claim.because}, and {answer.because}" for claim, answer in zip(aliases, answers, strict=True)
        )
        return Answer(DIFFERENT, said, places)
    equal = name.bare.rpartition("/")[2] == known.party
    because = f"{known.party} does not say that it is called {name.shown}"
    if equal:
        because = f"equal names are not yet one party, and {because}"
    return Answer(UNKNOWABLE, because, (*known.places, *places), decide)


def _heard_as(register: Register, name: Name) -> str:
    """The local names that end as a plain name does, for whoever left the system out."""
    heard = sorted(
        known for known in register.names if ":" in known and known.rpartition(":")[2].rpartition("/")[2] == name.key
    )
    return f" as a party, only {', '.join(heard[:3])}" if heard else ""


def _unclaimed(register: Register, first: _Side, second: _Side) -> Answer:
    one, other = first.name, second.name
    if first.is_unheard or second.is_unheard:
        unheard = [side.name.shown for side in (first, second) if side.is_unheard]
        words = f"nothing read here speaks of {' or of '.join(dict.fromkeys(unheard))}, and equal names are not yet one party"
        located = [side.name for side in (first, second) if side.name.system]
        decide = f"{alias_for(*located)} in the contract of {unheard[0]}" if located else f"a contract of {unheard[0]}"
        return Answer(UNKNOWABLE, words, (), decide)
    for key in (other.key, other.inside):
        ties = register.joined.reached(one.key).get(key) if key else None
        if ties:
            places = tuple(dict.fromkeys(place for tie in ties for place in tie.places))
            return Answer(SAME, "; ".join(tie.because for tie in ties), places)
    return compared(one, other)


def _places(*sides: _Side) -> tuple[Place, ...]:
    return tuple(dict.fromkeys(place for side in sides for place in side.places))
