"""Who is who: every local name that has a link is replaced by the party it stands for.

Names in contracts are global. Names in artefacts are local; they are linked only by address, by explicit alias
(`names:` in a contract) or by what artefacts themselves tie together, never because two names are equal.
"""

from collections.abc import Iterable, Iterator
from operator import is_

from msgspec import Struct
from msgspec.structs import replace

from accord.boundaries.join.facts import Facts
from accord.boundaries.join.scopes import joint_scope
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
_ADDRESSES = ("dns:", "kubernetes:")
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


def link(facts: Iterable[Fact], said: Iterable[Fact] | None = None) -> Linked:
    """The facts in terms of the parties they speak of; a name without a link stays local.

    A link that holds under a condition narrows the facts it renames to that condition. `said` are the facts as they
    were read, where these have been worked on since: what a workload is called is found there only.
    """
    facts = Facts.of(facts)
    register = Register(facts if said is None else said)
    links = Links(register)
    linked = {name for name in facts.parties if not name.startswith(_NEVER_ALIASED) and links[name]}
    referring = {term for term in facts.terms if _refers(term)}
    renamed: list[Fact] = []
    for fact in facts if linked or referring or facts.dimensions else ():
        sided = linked and not linked.isdisjoint((fact.provider, fact.says, fact.consumer))
        refers = fact.term in referring and _may_be_local(fact.value)
        if sided:
            renamed += (_inside_renamed(one, links, refers) for one in _sides_renamed(fact, links))
        elif refers or fact.scope:
            renamed.append(_inside_renamed(fact, links, refers))
        else:
            renamed.append(fact)
    unchanged = not renamed or (len(renamed) == len(facts) and all(map(is_, renamed, facts)))
    found = tuple([known for name in sorted(links) for known in links[name]])
    return Linked(facts if unchanged else Facts(renamed), found, tuple(register.problems))


_Sides = tuple[str, str, str, Scope]  # who says it, of which consumer and which provider, where it holds


class Links(dict[str, tuple[Link, ...]]):
    """The links of every name, each worked out when it is first met, and what they make of sides and scopes."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.sides: dict[_Sides, list[_Sides]] = {}
        self.scopes: dict[Scope, Scope] = {}

    def __missing__(self, name: str) -> tuple[Link, ...]:
        found = self[name] = tuple(_links(self.register, name))
        return found


def _links(register: Register, name: str) -> Iterator[Link]:
    if ":" not in name:
        if "." in name:
            yield from (_claimed(name, claim) for claim in register.claims_of_party(name))
        return
    if name.startswith(_NEVER_ALIASED):
        return
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
    """Whether any name in a value has a mark without which no name has a link: `system:name`, or the dots of an address."""
    return isinstance(value, str | tuple | Needs) and any(":" in name or "." in name for name in references(value))


def _sides_renamed(fact: Fact, links: Links) -> list[Fact]:
    """The fact about the parties that its names stand for: once for each condition under which they do."""
    own = (fact.says, fact.consumer, fact.provider, fact.scope)
    found = links.sides.get(own)
    if found is None:
        found = links.sides[own] = _of_links(own, links)
    return [
        replace(fact, says=says, consumer=consumer, provider=provider, scope=scope)
        for says, consumer, provider, scope in found
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


def _inside_renamed(fact: Fact, links: Links, refers: bool) -> Fact:
    """The fact with the references in its value, where it `refers` to any, and the versions in its scope, renamed."""
    changes: dict[str, object] = {}
    scope = _scope_renamed(fact.scope, links) if fact.scope else fact.scope
    if scope != fact.scope:
        changes["scope"] = scope
    if refers:
        value = _value_renamed(fact.value, _References(links, fact.scope))
        if value is not fact.value:
            changes["value"] = value
    return replace(fact, **changes) if changes else fact


def _scope_renamed(scope: Scope, links: Links) -> Scope:
    known = links.scopes.get(scope)
    if known is None:
        known = scope
        if any(dimension.startswith(_VERSION) for dimension, _ in scope):
            known = tuple(sorted((_dimension_renamed(dimension, links), values) for dimension, values in scope))
        links.scopes[scope] = known
    return known


def _dimension_renamed(dimension: str, links: Links) -> str:
    known = links[dimension.removeprefix(_VERSION)] if dimension.startswith(_VERSION) else ()
    return _VERSION + known[0].party if len(known) == 1 else dimension


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
    return reference.startswith("kubernetes:") and reference.count("/") == 2


def _value_renamed(value: object, references: _References) -> object:
    """The value renamed; the very same object where nothing in it is."""
    if isinstance(value, str):
        return references.renamed(value)
    if isinstance(value, Needs):
        calls = tuple(references.all_renamed(together) for together in value.calls)
        return value if calls == value.calls else Needs(calls)
    if isinstance(value, tuple):
        parts = tuple(_part_renamed(part, references) for part in value)
        return value if all(part is old for part, old in zip(parts, value, strict=True)) else parts
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
