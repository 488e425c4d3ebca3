"""Of whom anything is said at all: where most parties are silent, only the others need be asked."""

from accord.boundaries.join.system import System


def telling(system: System, *terms: str) -> list[str]:
    """The parties of which, or of whose operations, any of these terms is said, in order of name; in whatever view."""
    return sorted({fact.provider for fact in system.about(*terms)})
