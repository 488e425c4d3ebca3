"""Two local names held side by side, by what their spelling alone decides. `same` only for one and the same address."""

from collections.abc import Callable
from enum import StrEnum
from ipaddress import ip_address

from msgspec import Struct
from msgspec.structs import replace

from accord.boundaries.names.likeness import look_alike
from accord.boundaries.names.spelling import Name
from accord.model.place import Place


class Sameness(StrEnum):
    """Whether two names are one party; unknowable is an answer, with what would decide it."""

    SAME = "same"
    DIFFERENT = "different"
    UNKNOWABLE = "unknowable"


class Answer(Struct, frozen=True):
    """The verdict, why, the places that say so, and what would decide an unknowable one."""

    verdict: Sameness
    because: str
    places: tuple[Place, ...] = ()
    would_decide: str = ""


def compared(one: Name, other: Name) -> Answer:
    """What two names say about each other; unclaimed names of two systems never decide."""
    if one.system != other.system:
        return _across(one, other)
    return _COMPARED.get(one.system, _entries)(one, other)


def alias_for(*names: Name) -> str:
    """The words in a contract that would claim these names: `names: {otel: payments}`."""
    by_system: dict[str, list[str]] = {}
    for name in names:
        texts = by_system.setdefault(name.system, [])
        text = _alias_text(name)
        if text not in texts:
            texts.append(text)
    parts = [
        f"{system}: {texts[0] if len(texts) == 1 else '[' + ', '.join(texts) + ']'}"
        for system, texts in by_system.items()
    ]
    return "`names: {" + ", ".join(parts) + "}`"


def _alias_text(name: Name) -> str:
    if name.system == "arn":
        return name.key
    if name.system == "kubernetes":
        text = name.bare.removeprefix("/")
        return f"{name.cluster}/{text}" if name.cluster else text
    return f"{name.bare}{f':{name.port}' if name.port else ''}{name.path}"


def _same(because: str) -> Answer:
    return Answer(Sameness.SAME, because)


def _different(because: str) -> Answer:
    return Answer(Sameness.DIFFERENT, because)


def _unknowable(because: str, one: Name, other: Name, decides: str = "") -> Answer:
    return Answer(Sameness.UNKNOWABLE, because, (), decides or f"a contract that claims both: {alias_for(one, other)}")


# ---------------------------------------------------------------------- two systems


def _across(one: Name, other: Name) -> Answer:
    for host, name in ((one, other), (other, one)):
        if host.inside and name.system == "kubernetes":
            answer = _objects(Name("kubernetes", host.inside, host.shown), name)
            return replace(answer, because=f"inside a cluster the host {host.bare} is {host.inside}; {answer.because}")
    words = (
        f"{one.system} and {other.system} name things each in its own way, and nothing read here joins the two names"
    )
    if _last(one) == _last(other):
        words = (
            f"equal names in two systems are not yet one party: nothing read here joins {one.shown} and {other.shown}"
        )
    return _unknowable(words, one, other)


def _last(name: Name) -> str:
    return name.bare.rpartition("/")[2].lower()


# ---------------------------------------------------------------------- Kubernetes


def _objects(one: Name, other: Name) -> Answer:
    (space, name), (space2, name2) = _space(one), _space(other)
    if one.cluster != other.cluster:
        return _in_clusters(one, other)
    if "*" in (name, name2) and (one.key != other.key):
        if space != space2 and space and space2:
            return _different(f"the namespaces {space} and {space2} keep them apart")
        return _unknowable(f"{one.shown if name == '*' else other.shown} is a pattern for many names", one, other)
    if space != space2 and space and space2:
        return _different(f"the namespaces {space} and {space2} keep them apart")
    if name == name2:
        return _same(_one_address(one, other)) if space == space2 else _without_namespace(one, other, space or space2)
    if look_alike(name, name2):
        return _unknowable(
            f"{name} and {name2} are two names, and one may carry or extend the other: no selector read here says",
            one,
            other,
        )
    return _different(f"{name} and {name2} are two names in Kubernetes")


def _space(name: Name) -> tuple[str, str]:
    namespace, _, own = name.bare.partition("/")
    return namespace, own


def _in_clusters(one: Name, other: Name) -> Answer:
    if not look_alike(_space(one)[1], _space(other)[1]):
        return _different(f"{_space(one)[1]} and {_space(other)[1]} are two names in Kubernetes")
    if one.cluster and other.cluster:
        return _unknowable(f"each of the clusters {one.cluster} and {other.cluster} has objects of its own", one, other)
    return _unknowable(f"only one of the two names its cluster, {one.cluster or other.cluster}", one, other)


def _without_namespace(one: Name, other: Name, namespace: str) -> Answer:
    words = "a manifest without a namespace goes where it is applied, `default` unless told otherwise"
    return _unknowable(
        words,
        one,
        other,
        f"metadata.namespace: {namespace} in the manifest, or a contract that claims both: {alias_for(one, other)}",
    )


def _one_address(one: Name, other: Name) -> str:
    if one.shown == other.shown:
        return f"one and the same name, {one.shown}"
    shown = [name.shown for name in (one, other) if name.shown != name.key]
    return f"{' and '.join(dict.fromkeys(shown))} {'is' if len(set(shown)) == 1 else 'are'} the address of {one.key}"


# ---------------------------------------------------------------------- hosts


def _hosts(one: Name, other: Name) -> Answer:
    if one.key != other.key:
        return _two_hosts(one, other)
    host = one.bare
    local = _local_reason(host)
    if local:
        return _unknowable(
            local, one, other, f"the full name of what answers there, or a contract with {alias_for(one, other)}"
        )
    if one.port and other.port and one.port != other.port:
        return _unknowable(f"two ports of the host {host} may be two parties", one, other)
    if one.path and other.path and one.path != other.path:
        return _unknowable(
            f"behind the host {host} the paths {one.path} and {other.path} may lead to two parties", one, other
        )
    return _same(_one_address(one, other))


def _two_hosts(one: Name, other: Name) -> Answer:
    for pattern, name in ((one, other), (other, one)):
        if pattern.bare.startswith("*."):
            covered = name.bare.endswith(pattern.bare[1:])
            words = f"{pattern.shown} is a pattern" + (
                f" that covers {name.shown}, and many hosts beside it" if covered else " for many hosts"
            )
            return _unknowable(words, one, other)
    return _unknowable(
        "DNS lets one party have many names, and nothing read here says whether one of these leads to the other",
        one,
        other,
    )


def _local_reason(host: str) -> str:
    """Why a host means another thing wherever it is asked; "" where it is one address for everybody."""
    if host == "localhost" or host.endswith(".localhost"):
        return f"{host} is whichever machine asks"
    try:
        address = ip_address(host)
    except ValueError:
        return "" if "." in host else f"{host} has no domain: it depends on where it is asked, and many are called so"
    if address.is_loopback or address.is_unspecified:
        return f"{host} is whichever machine asks"
    if address.is_link_local or address.is_private:
        return f"{host} is a private address, which each network gives out anew"
    return ""


# ---------------------------------------------------------------------- other systems


def _resources(one: Name, other: Name) -> Answer:
    if one.key == other.key:
        return _same(_one_address(one, other))
    shorter, longer = sorted((one.key, other.key), key=len)
    if "*" in one.key + other.key:
        return _unknowable("a pattern stands for many resources", one, other)
    if longer.startswith((f"{shorter}:", f"{shorter}/")):
        return _unknowable(f"{longer.removeprefix(shorter)[1:]} may be a version of it, or a part", one, other)
    return _different("an ARN names one resource of one account in one region, and these are two")


def _entries(one: Name, other: Name) -> Answer:
    """Two names in one register of names, such as `service.name` of telemetry or a catalogue."""
    if one.key == other.key:
        return _same(_one_address(one, other))
    if look_alike(one.bare, other.bare):
        return _unknowable(
            f"{one.bare} and {other.bare} are two names in {one.system}, and look like one party in two versions or environments",
            one,
            other,
        )
    return _different(f"{one.bare} and {other.bare} are two names in {one.system}")


_COMPARED: dict[str, Callable[[Name, Name], Answer]] = {"kubernetes": _objects, "dns": _hosts, "arn": _resources}
