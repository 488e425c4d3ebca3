"""Owners that no catalogue lists: who is certainly nobody, who may only be missing, and how many there are, in words."""

from accord.boundaries.people.owners import (
    ALERT,
    CATALOGUE,
    LINE,
    TAG,
    Naming,
    Owners,
    is_placeholder,
    is_slip,
    plain,
    shown,
)
from accord.model.fact import Fact

_THINGS = {ALERT: "alert", LINE: "line of CODEOWNERS", TAG: "object"}


def without_a_group(named: list[Naming], said: Owners) -> tuple[list[Naming], list[Naming]]:
    """Those who are certainly nobody, and those who may only be missing from the list; of one kind of artefact."""
    unknown = [naming for naming in said.unlisted(named) if not _may_be_a_user(naming, said)]
    if not unknown:
        return [], []
    known = {naming.key for naming in named if said.is_listed(naming)}
    strange = {naming.key for naming in unknown if not is_placeholder(naming.name)}
    told = len(known) >= 2 * len(strange)
    certain: list[Naming] = []
    doubtful: list[Naming] = []
    for one in unknown:
        if known and (told or is_placeholder(one.name)):
            certain.append(one)
        elif known or one.by == CATALOGUE:
            doubtful.append(one)
    return certain, doubtful


def _may_be_a_user(naming: Naming, said: Owners) -> bool:
    """Whether an entity names a user while the catalogue lists none, as where users come from elsewhere."""
    if not str(naming.fact.value).startswith("backstage:user:"):
        return False
    return not any(party.startswith("backstage:user:") for party in said.groups)


def name_of(naming: Naming, said: Owners) -> str:
    """The owner for a message; of an entity whose owner has the name of a group elsewhere the whole reference."""
    if naming.by == CATALOGUE and naming.key in said.listed:
        return str(naming.fact.value).removeprefix("backstage:").removeprefix("group:")
    return shown(naming.name)


def meant_by(naming: Naming, said: Owners) -> str:
    """The group that the name is a slip of, or that lies in another namespace; "" where there is none."""
    named = (party for party in said.groups if plain(party) == naming.key or is_slip(naming.key, plain(party)))
    return next(named, "").removeprefix("backstage:")


def naming_likewise(named: list[Naming], said: Owners) -> list[Fact]:
    """For each kind of name another one of the same kind that is listed: so such names do mean groups."""
    found = {}
    for naming in named:
        family = naming.fact.term if naming.by in (ALERT, TAG) else naming.by
        if naming.by in (ALERT, TAG, LINE) and family not in found:
            alike = (one for one in said.named if one.by == naming.by and said.is_listed(one))
            same = (one.fact for one in alike if naming.by == LINE or one.fact.term == naming.fact.term)
            fact = next(same, None)
            if fact is not None:
                found[family] = fact
    return list(found.values())


def counted(named: list[Naming]) -> str:
    """`10 components, 1 object and 2 alerts`."""
    counts: dict[str, int] = {}
    for naming in named:
        kind = _THINGS.get(naming.by, "party")
        kind = naming.thing.partition(" ")[0] if naming.by == CATALOGUE else kind
        counts[kind] = counts.get(kind, 0) + 1
    *before, last = (f"{number} {kind if number == 1 else _many(kind)}" for kind, number in counts.items())
    return f"{', '.join(before)} and {last}" if before else last


def _many(kind: str) -> str:
    if kind.endswith("y"):
        return f"{kind[:-1]}ies"
    return kind.replace("line", "lines", 1) if kind.startswith("line") else f"{kind}s"
