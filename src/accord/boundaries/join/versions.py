"""Which version of a platform is in use where, as the configuration says, and which of its defaults hold there."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from accord.boundaries.join.facts import Facts
from accord.defaults.reader import Default, Pack
from accord.model.fact import Fact, Scope

_FAMILY = "platforms."


class Given(Struct, frozen=True):
    """A default that holds in a scope, and in words for which versions it is known to."""

    default: Default
    scope: Scope
    versions: str


def in_use(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    """By platform, what is said about the version in use."""
    found: dict[str, list[Fact]] = {}
    read = Facts.of(facts)
    terms = {term for term in read.terms if term.startswith(_FAMILY)}
    for fact in read if terms else ():
        if fact.term in terms:
            found.setdefault(fact.term.removeprefix(_FAMILY), []).append(fact)
    return found


def given(pack: Pack, said: Sequence[Fact], scope: Scope, own: str = "", at_least: str = "") -> Iterator[Given]:
    """The defaults of a platform where it is shown in this scope: of its `own` version, else of the one that is said.

    Where an environment inside the scope has a version of its own, its defaults are given for that alone; what that
    version does not decide is then given for none.
    """
    about = () if own else said
    meeting = [(joint, fact.value) for fact in about if (joint := _joint(scope, fact.scope)) is not None]
    version = own or next((value for joint, value in reversed(meeting) if joint == scope), "")
    narrower = [(joint, value, list(pack.deciding(value))) for joint, value in meeting if joint != scope]
    for joint, value, decided in narrower:
        yield from (Given(default, joint, in_words(pack, default, value)) for default in decided)
    rest = _without(scope, [joint for joint, _, _ in narrower])
    for default in pack.deciding(version, at_least):
        known = [any(_is_of_one(default, each) for each in decided) for _, _, decided in narrower]
        if rest is not None and all(known):
            yield Given(default, rest, in_words(pack, default, version))


def _is_of_one(one: Default, other: Default) -> bool:
    return (one.term, one.beside) == (other.term, other.beside)


def in_words(pack: Pack, default: Default, version: str) -> str:
    """The versions that a default holds for; for one that nobody has read, up to which it was read; "" for a service without."""
    if not pack.range:
        return ""
    newer = pack.beyond(version) == "newer"
    return f"{default.versions}, read up to {pack.range.rpartition(' ')[2]}" if newer else default.versions


def _joint(one: Scope, other: Scope) -> Scope | None:
    """Where both hold; None where they never meet."""
    joint = dict(one)
    for name, values in other:
        joint[name] = tuple(value for value in values if value in joint.get(name, values))
        if not joint[name]:
            return None
    return tuple(sorted(joint.items()))


def _without(scope: Scope, narrower: Iterable[Scope]) -> Scope | None:
    """The scope without those that would otherwise be as wide as it is; None where nothing is left."""
    left = dict(scope)
    for joint in narrower:
        if len(joint) > len(scope):
            continue  # it has more conditions, and so wins where both hold
        for name, values in joint:
            if values != dict(scope)[name]:
                left[name] = tuple(value for value in left[name] if value not in values)
    return tuple(left.items()) if all(left.values()) else None
