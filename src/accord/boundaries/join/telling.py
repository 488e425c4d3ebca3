"""Of whom anything is said at all: where most parties are silent, only the others need be asked."""

from operator import attrgetter

from accord.boundaries.join.system import System

_PROVIDER = attrgetter("provider")


def telling(system: System, *terms: str) -> list[str]:
    """The parties of which, or of whose operations, any of these terms is said, in order of name; in whatever view."""
    return sorted(set[str]().union(*(map(_PROVIDER, system.about(term)) for term in terms)))
