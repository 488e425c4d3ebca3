"""What a selector asks of the labels of a pod, in the words of kubectl: `app=web`, `tier in (a, b)`, `tier`, `!tier`."""

from collections.abc import Container, Iterable


def is_selected(asked: Iterable[str], labels: Iterable[str]) -> bool:
    """Whether labels, each as `key=value`, have everything that a selector asks for.

    As Kubernetes has it, `notin` is met by a pod without the label too.
    """
    carried = dict(label.split("=", 1) for label in labels if "=" in label)
    return all(_is_met(requirement, carried) for requirement in asked)


def _is_met(requirement: str, carried: dict[str, str]) -> bool:
    key, _, among = requirement.partition(" in ")
    if among:
        return key in carried and carried[key] in _values(among)
    key, _, among = requirement.partition(" notin ")
    if among:
        return key not in carried or carried[key] not in _values(among)
    if requirement.startswith("!"):
        return requirement[1:] not in carried
    key, is_named, value = requirement.partition("=")
    return key in carried and (not is_named or carried[key] == value)


def _values(among: str) -> Container[str]:
    return among.strip("()").split(", ")
