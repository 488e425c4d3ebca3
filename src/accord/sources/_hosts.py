"""Hosts as a mesh or a cluster writes them, as local party names."""

from accord.model.endings import PUBLIC_ENDINGS


def party_of_host(host: str, namespace: str) -> str:
    """`kubernetes:<namespace>/<name>` or `dns:<host>`; empty for a wildcard.

    A short name lies in the namespace of the object that names it; `x.ns` and `x.ns.svc...` lie in `ns`.
    """
    host = host.strip().rstrip(".").lower()
    if not host or "*" in host:
        return ""
    labels = host.split(".")
    if not all(labels):
        return ""
    if len(labels) == 1:
        return f"kubernetes:{namespace}/{host}"
    in_cluster = labels[2] == "svc" if len(labels) > 2 else labels[1] not in PUBLIC_ENDINGS
    return f"kubernetes:{labels[1]}/{labels[0]}" if in_cluster else f"dns:{host}"


def party_of_gateway(gateway: str, namespace: str) -> str:
    """`gateway:<namespace>/<name>` of a gateway named as `name` or `namespace/name`."""
    place, _, name = gateway.strip().rpartition("/")
    return f"gateway:{place or namespace}/{name}" if name else ""
