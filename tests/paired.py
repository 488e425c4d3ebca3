"""What is declared beside each pair of files before and after a fix: at most ten lines, as EXPECTED.csv of the set allows."""

SERVICES = "\n---\n".join(
    f"party: shellbox-{name}\npromises: {{any: {{latency: {{max: 60s}}}}}}"
    for name in ("media", "syntaxhighlight", "timeline")
)


def kept(listener: str, relation: str) -> str:
    return f"""\
mapping: what must hold for {listener}
files: [hieradata/common/profile/services_proxy/envoy.yaml]
each: .profile::services_proxy::envoy::listeners
where: [{{.name: {listener}}}]
keep:
  - {relation}
"""


PAIRED = {
    "shellbox-copied-10s": SERVICES,
    "parsoid-8s": kept("parsoid-php", "{this: 25s, below: <.timeout>, because: the client library waits 25s}"),
    "restbase-10s": kept("restbase", "{this: 25s, below: <.timeout>, because: the client library waits 25s}"),
    "keepalive-confused-with-timeout": kept(
        "schema", "{this: <.keepalive else 1h>, at_most: 10s, because: the service closes idle connections after 10s}"
    ),
    "keepalive-race": kept(
        "eventgate-analytics",
        "{this: <.keepalive else 1h>, at_most: 5s, because: the service closes idle connections after 5s}",
    ),
}


def declared(mapping: str, pair: str) -> str:
    """The mapping of the listeners alone, followed by what is declared for the pair."""
    return f"{mapping.partition('---')[0]}---\n{PAIRED[pair]}"
