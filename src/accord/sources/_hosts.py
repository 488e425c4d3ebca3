"""Hosts as a mesh or a cluster writes them, as local party names."""

_ZONES = frozenset(
    (
        "ai",
        "app",
        "biz",
        "cloud",
        "co",
        "com",
        "de",
        "dev",
        "edu",
        "eu",
        "fr",
        "gov",
        "info",
        "int",
        "io",
        "jp",
        "mil",
        "net",
        "org",
        "ru",
        "uk",
        "us",
    )
)
"""Last labels that make a host of two labels a public name; any other is taken for a namespace."""


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
    in_cluster = labels[2] == "svc" if len(labels) > 2 else labels[1] not in _ZONES
    return f"kubernetes:{labels[1]}/{labels[0]}" if in_cluster else f"dns:{host}"


def party_of_gateway(gateway: str, namespace: str) -> str:
    """`gateway:<namespace>/<name>` of a gateway named as `name` or `namespace/name`."""
    place, _, name = gateway.strip().rpartition("/")
    return f"gateway:{place or namespace}/{name}" if name else ""
