"""Scopes held against each other."""

from accord.model.fact import Scope


def joint_scope(one: Scope, other: Scope) -> Scope | None:
    """Where both scopes hold; None where they never meet."""
    if not one or not other or one == other:
        return one or other
    joint = dict(one)
    for dimension, values in other:
        known = joint.get(dimension)
        if known is None:
            joint[dimension] = values
        elif dimension in ("from", "until"):
            joint[dimension] = max(known, values) if dimension == "from" else min(known, values)
        else:
            joint[dimension] = tuple(value for value in known if value in values)
            if not joint[dimension]:
                return None
    if "from" in joint and "until" in joint and joint["from"] > joint["until"]:
        return None
    return tuple(sorted(joint.items()))


def is_only_of(scope: Scope, families: str | tuple[str, ...]) -> bool:
    """Whether every dimension of a scope begins like this, `variant:`."""
    return not [dimension for dimension, _ in scope if not dimension.startswith(families)]


def has_family(scope: Scope, family: str) -> bool:
    """Whether a dimension of a scope begins like this."""
    return bool([dimension for dimension, _ in scope if dimension.startswith(family)])
