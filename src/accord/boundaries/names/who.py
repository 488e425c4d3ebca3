"""Who is who: every local name that has a link is replaced by the party it stands for.

Names in contracts are global. Names in artefacts are local; they are linked only by address, by explicit alias
(`names:` in a contract) or by what artefacts themselves tie together, never because two names are equal.
"""

import re
from collections.abc import Iterable, Iterator, Set
from operator import is_

from msgspec import Struct
from msgspec.structs import replace

from accord.boundaries.join.facts import Facts
from accord.boundaries.join.scopes import has_family, joint_scope
from accord.boundaries.names.claims import Claim, Register
from accord.boundaries.names.same import Answer, Sameness, same, shown
from accord.boundaries.names.spelling import spell
from accord.model.contract_values import Needs, Rung, WorkStep, references
from accord.model.fact import EVERYWHERE, Fact, Scope
from accord.model.place import Place
from accord.model.problem import Problem, Refused

__all__ = ["Answer", "Link", "Linked", "Sameness", "link", "same", "shown"]

_REFERRING = frozenset(
    (
        "needs",
        "owner",
        "group",
        "recover",
        "detect",
        "authority",
        "to",
        "dead_letter",
        "undo",
        "instead",
        "escalates",
        "steps",
        "fallback",
        "routes",
    )
)
_VERSION = "version:"
_LISTING = "requests."  # what lists the entries of a route, which are found by the whole scope of it
_SEVERAL = (tuple, Needs)
"""Types of values that hold several names."""
_OBJECTS = "kubernetes:"
_ADDRESSES = ("dns:", _OBJECTS)
_OF_A_PART = re.compile(r"kubernetes:[^/:|]+/[^/:|]+:[^/|]*")
"""`kubernetes:namespace/name:part`, such as the subset that a route names: no object has such a name."""
_NEVER_ALIASED = (
    "prometheus:",
    "alertmanager:",
    "codeowners:",
    "accord:",
    "mapping:",
)  # names that a reader made from a file and a rule in it


class Link(Struct, frozen=True):
    """`name` stands for `party` where `scope` holds; `because` says in words why."""

    name: str
    party: str
    because: str
    places: tuple[Place, ...] = ()
    scope: Scope = EVERYWHERE


class Linked(Struct, frozen=True):
    """The facts with every linked name replaced, the links they rest on in order of name, and what was refused."""

    facts: tuple[Fact, ...]
    links: tuple[Link, ...] = ()
    problems: tuple[Problem, ...] = ()


def link(facts: Iterable[Fact], said: Iterable[Fact] | None = None, without_saying: Set[int] = frozenset()) -> Linked:
    """The facts in terms of the parties they speak of; a name without a link stays local.

    A link that holds under a condition narrows the facts it renames to that condition. `said` are the facts as they
    were read, where these have been worked on since: what a workload is called is found there only. A fact whose scope
    has its id among those that go `without_saying` holds everywhere, unless it lists what else is found by its scope.
    """
    facts = Facts.of(facts)
    register = Register(facts if said is None else said)
    links = Links(register)
    found = Facts.made(_renamed(facts, links, without_saying), facts)
    known = links.known()
    if len(found) == len(facts):
        found = facts if all(map(is_, found, facts)) else found.of_terms_as(facts)
        if not any(each.scope for each in known):  # then none holds under a condition that held under none
            found.spots_of_conditions = [spot for spot in facts.spots_of_conditions if found[spot].scope]
    return Linked(found, known, tuple(register.problems))


_Sides = tuple[str, str, str, Scope]  # who says it, of which consumer and which provider, where it holds


class Links(dict[str, tuple[Link, ...]]):
    """The links of every name, each worked out when it is first met, and what they make of sides and scopes."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.plain: dict[str, str] = {}
        """By name the party of its only link, where that holds everywhere and is surely no name with a link itself."""
        self.others: set[str] = set()
        """The other names that have links."""

    def __missing__(self, name: str) -> tuple[Link, ...]:
        if not (":" in name or "." in name) or name.startswith(_NEVER_ALIASED):
            self[name] = ()
            return ()
        found = self[name] = tuple(_links(self.register, name))
        if len(found) == 1 and not found[0].scope and not _is_marked(found[0].party):
            self.plain[name] = found[0].party
        elif found:
            self.others.add(name)
        return found

    def known(self) -> tuple[Link, ...]:
        """Every link that was met, in order of name."""
        return tuple([link for name in sorted((*self.plain, *self.others)) for link in self[name]])

    def everywhere(self, says: str, consumer: str, provider: str) -> tuple[str, str, str] | None:
        """The parties that these stand for under every condition; None where one may stand for others, too."""
        if self.others and not self.others.isdisjoint((says, consumer, provider)):
            return None
        party = self.plain.get
        return party(says, says), party(consumer, consumer), party(provider, provider)

    def of_version(self, dimension: str) -> str:
        """A dimension of a scope, which may be the version of a party, in terms of what its name stands for."""
        known = self[dimension.removeprefix(_VERSION)] if dimension.startswith(_VERSION) else ()
        return _VERSION + known[0].party if len(known) == 1 else dimension


def _links(register: Register, name: str) -> Iterator[Link]:
    if ":" not in name:
        yield from (_claimed(name, claim) for claim in register.claims_of_party(name))
        return
    if _OF_A_PART.fullmatch(name):
        return  # which spell refuses, too: at more length
    try:
        spelled = spell(name)
    except Refused:
        return
    claims = register.claims(spelled)
    if claims:
        yield from (_claimed(name, claim) for claim in claims if not claim.in_part)
        return
    if not name.startswith(_ADDRESSES):
        return
    key = spelled.inside if spelled.inside in register.names else spelled.key
    if key != name and not (spelled.cluster or spelled.port or spelled.path):
        yield Link(name, key, f"{name.partition(':')[2]} is the address of {key}")


def _claimed(name: str, claim: Claim) -> Link:
    return Link(name, claim.party, claim.because, claim.places, claim.scope)


# ---------------------------------------------------------------------- renaming


def _refers(term: str) -> bool:
    return term.partition(".")[0] in _REFERRING


def _may_be_local(value: object) -> bool:
    """Whether any name in a value has the mark without which none has a link."""
    if isinstance(value, str):
        return ":" in value or "." in value
    return isinstance(value, _SEVERAL) and any(map(_is_marked, references(value)))


def _is_marked(name: str) -> bool:
    """Whether a name has a mark without which none has a link: `system:name`, or the dots of an address."""
    return ":" in name or "." in name


def _renamed(facts: Facts, links: Links, without_saying: Set[int]) -> list[Fact]:
    """The facts renamed; what becomes of the sides of those that follow each other and share them is asked once."""
    listing = facts.family(_LISTING)
    apart = listing.union([term for term in facts.terms if _refers(term)])
    renamed: list[Fact] = []
    says = consumer = provider = scope = None
    speaker, caller, called, own_scope, where = "", "", "", EVERYWHERE, EVERYWHERE
    is_linked: tuple[Link, ...] = ()
    is_free = stays = False
    for fact in facts:
        are_others = fact.provider is not provider or fact.consumer is not consumer or fact.says is not says
        if are_others or fact.scope is not scope:
            if are_others:
                says, consumer, provider = fact.says, fact.consumer, fact.provider
                of_provider, of_consumer, of_speaker = links[provider], links[consumer], links[says]
                is_linked = of_provider or of_consumer or of_speaker
                parties = links.everywhere(says, consumer, provider) if is_linked else (says, consumer, provider)
                if parties is not None:
                    speaker, caller, called = parties
            scope = own_scope = fact.scope
            several: list[_Sides] | None = None
            if parties is None:
                several = _of_links((fact.says, fact.consumer, fact.provider, scope), links)
                if len(several) == 1:
                    ((speaker, caller, called, own_scope),) = several
                    several = None
            is_free = id(scope) in without_saying
            where = EVERYWHERE if is_free and own_scope is scope else own_scope
            stays = where is scope and not is_linked
        if fact.term in apart and (fact.term in listing or _may_be_local(fact.value)):
            own = None if stays else several or [(speaker, caller, called, own_scope)]
            free = _freed(scope, own) if own and is_free else own
            renamed += _said(fact, own) if fact.term in listing else _inside_renamed(fact, own, free, links)
        elif stays:
            renamed.append(fact)
        elif several is None:
            renamed.append(replace(fact, says=speaker, consumer=caller, provider=called, scope=where))
        else:
            renamed += _said(fact, _freed(scope, several) if is_free else several)
    return _versions_renamed(renamed, links) if _has_versions(facts, links) else renamed


def _has_versions(facts: Facts, links: Links) -> bool:
    """Whether any of these may hold for versions of a party only."""
    scopes = (*facts.scopes.values(), *[known.scope for known in links.known()])
    return bool([name for scope in scopes for name, _ in scope if name.startswith(_VERSION)])


def _freed(scope: Scope, sides: list[_Sides]) -> list[_Sides]:
    """The sides, everywhere instead of where this scope holds."""
    return [
        (says, consumer, provider, EVERYWHERE if where is scope else where) for says, consumer, provider, where in sides
    ]


def _said(fact: Fact, sides: Iterable[_Sides] | None) -> list[Fact]:
    """The fact, said by and of these sides; itself where they are its own."""
    if sides is None:
        return [fact]
    return [
        replace(fact, says=says, consumer=consumer, provider=provider, scope=scope)
        for says, consumer, provider, scope in sides
    ]


def _of_links(sides: _Sides, links: Links) -> list[_Sides]:
    found = [sides]
    for name in dict.fromkeys(sides[:3]):
        if links[name]:
            found = [narrowed for one in found for narrowed in _one_renamed(one, name, links[name])]
    return found


def _one_renamed(sides: _Sides, name: str, links: tuple[Link, ...]) -> list[_Sides]:
    found = []
    for known in links:
        scope = joint_scope(sides[3], known.scope)
        if scope is not None:
            says, consumer, provider = (known.party if side == name else side for side in sides[:3])
            found.append((says, consumer, provider, scope))
    return found or [sides]


def _inside_renamed(fact: Fact, sides: list[_Sides] | None, free: list[_Sides] | None, links: Links) -> Iterator[Fact]:
    """What becomes of a fact on `free` sides, with the references in its value renamed as they are where it holds by its own."""
    if free is None:
        value = _value_renamed(fact.value, _References(links, fact.scope))
        yield fact if value is fact.value else replace(fact, value=value)
        return
    own = sides or ((fact.says, fact.consumer, fact.provider, fact.scope),)
    for (*_, scope), (says, consumer, provider, where) in zip(own, free, strict=True):
        value = _value_renamed(fact.value, _References(links, scope))
        yield replace(fact, says=says, consumer=consumer, provider=provider, scope=where, value=value)


def _versions_renamed(facts: list[Fact], links: Links) -> list[Fact]:
    """The facts with the versions in their scopes renamed; what becomes of a scope that many share is asked once."""
    scopes = {id(fact.scope): fact.scope for fact in facts if fact.scope}
    anew: dict[int, Scope] = {}
    for known, scope in scopes.items():
        if has_family(scope, _VERSION):
            renamed = tuple(sorted((links.of_version(dimension), values) for dimension, values in scope))
            if renamed != scope:
                anew[known] = renamed
    return [replace(fact, scope=anew[id(fact.scope)]) if id(fact.scope) in anew else fact for fact in facts]


class _References:
    """Renames the references in one fact's value: `kubernetes:shop/payments/charge` becomes `payments/charge`."""

    def __init__(self, links: Links, scope: Scope) -> None:
        self.links, self.scope = links, scope

    def renamed(self, reference: str) -> str:
        """The reference with its party replaced, itself where that party has no link under the fact's scope."""
        known = reference in self.links.register.names
        party = self._party(reference) if known or not _names_an_operation(reference) else ""
        if known or party:
            return party or reference
        mark = ":" if reference.count(":") > 1 else "/"  # a route's subset stands after a colon
        name, _, part = reference.rpartition(mark)
        party = self._party(name) if name else ""
        return f"{party}{mark}{part}" if party else reference

    def _party(self, name: str) -> str:
        for known in self.links[name]:
            if joint_scope(self.scope, known.scope) == self.scope:
                return known.party
        return ""

    def all_renamed(self, references: tuple[str, ...]) -> tuple[str, ...]:
        """The references renamed; the very same tuple where none is."""
        renamed = tuple(self.renamed(reference) for reference in references)
        return references if renamed == references else renamed


def _names_an_operation(reference: str) -> bool:
    """Whether this is `kubernetes:namespace/name/operation`, which a cluster's name before the namespace looks like."""
    return reference.startswith(_OBJECTS) and reference.count("/") == 2


def _value_renamed(value: object, references: _References) -> object:
    """The value renamed; the very same object where nothing in it is."""
    if isinstance(value, str):
        return references.renamed(value)
    if isinstance(value, Needs):
        calls = tuple(references.all_renamed(together) for together in value.calls)
        return value if calls == value.calls else Needs(calls)
    if isinstance(value, tuple):
        parts = [_part_renamed(part, references) for part in value]
        return value if all(map(is_, parts, value)) else tuple(parts)
    return value


def _part_renamed(part: object, references: _References) -> object:
    if isinstance(part, str):
        return references.renamed(part)
    if isinstance(part, Rung):
        to = references.renamed(part.to)
        return part if to == part.to else replace(part, to=to)
    if isinstance(part, WorkStep):
        by = references.renamed(part.by) if part.by else part.by
        needs = references.all_renamed(part.needs)
        return part if by == part.by and needs is part.needs else replace(part, by=by, needs=needs)
    return part
