"""Same local port twice.

Two parties are to listen on one port of one host. Each statement is right by itself, and a list of listeners is valid
with both; only one of them can have the port, and whoever calls the other reaches nobody, or somebody else.

That two parties are on one host is known where one mapping reads the ports of both at two lines of one file, and most
parties there have a port of their own. Where most share one, and of two contracts that state one port, it is asked.
Two services of one file of Docker Compose that publish one port can be meant to be started in turn: a condition.

## Example
```yaml file=accord-mapping.yaml
mapping: listeners of the proxy
files: [proxy.yaml]
each: .listeners
gives:
  party: to-<.name>
  kind: gateway
  promises: {any: {at: tcp <.port>}}
```
```yaml file=proxy.yaml
listeners:
  - {name: videos, port: 6036}  # finding: mismatch
  - {name: graphs, port: 6036}
  - {name: maps, port: 6037}
```

### Two services of Docker Compose
```yaml file=compose.yaml
name: shop
services:
  web: {image: web, ports: ["8080:80"]}  # finding: conditional
  api: {image: api, ports: [{target: 80, published: 8080}]}
  local: {image: api, ports: ["127.0.0.1:8081:80", "8080:80/udp"]}
```

## Not a gap
One port of two protocols, and two hosts, each with its own file:
```yaml file=accord-mapping.yaml
mapping: listeners of a host
files: [hosts/<host>.yaml]
each: .listeners
gives:
  party: <host>-<.name>
  promises: {any: {at: <.protocol> <.port>}}
```
```yaml file=hosts/one.yaml
listeners: [{name: names, protocol: udp, port: 53}, {name: transfers, protocol: tcp, port: 53}]
```
```yaml file=hosts/two.yaml
listeners: [{name: names, protocol: udp, port: 53}]
```

### One value for several
Two services that take their port from the same line of the house's file have a host each:
```yaml file=accord-mapping.yaml
mapping: services of a chart
files: [chart.yaml, <service>.yaml]
where: [{service: videos}, {service: graphs}]
gives: {party: <service>, promises: {any: {at: tcp <.port>}}}
```
```yaml file=chart.yaml
port: 8080
```
```yaml file=videos.yaml
replicas: 2
```

### Services that no profile starts together
```yaml file=compose.yaml
name: shop
services:
  web: {image: web, profiles: [plain], ports: ["8080:80"]}
  traced: {image: web, profiles: [traced], ports: ["8080:80"]}
```

## Unanswered
```yaml file=accord.yaml
party: ledger
promises: {post: {at: tcp 5432}}  # finding: unanswered
---
party: orders
promises: {read: {at: tcp 5432}}
```
### Most share one port
```yaml file=accord-mapping.yaml
mapping: applications
files: [apps.yaml]
each: .apps
gives: {party: <.name>, promises: {any: {at: tcp <.port>}}}
```
```yaml file=apps.yaml
apps:
  - {name: one, port: 8080}  # finding: unanswered
  - {name: two, port: 8080}
  - {name: three, port: 8080}
```

## What to do
One of the two: take another port. Where it is meant, for as long as one is moved to the other, waive the finding with a
day on which that ends.

## References
- RFC 6335, Internet Assigned Numbers Authority Procedures for Port Numbers
"""

from collections.abc import Iterator

from accord.boundaries.calls.evidence import side_by_side
from accord.boundaries.join.system import System
from accord.boundaries.join.view import View, holds_in
from accord.boundaries.platforms.published import published_twice
from accord.model.fact import Fact
from accord.model.finding import Finding, Move, Question, Statement, Verdict
from accord.model.subject import called

READS = ("at", "published", "profiles")
LISTED = "mapping"
"""The source of facts that stand in the house's own files."""

_PORTS = ("tcp ", "udp ")
_NOWHERE = ("", "", "")
_Host = tuple[str, str, str]
"""A file, and the mapping that reads what one host has there; empty texts where nobody says which host it is."""


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Looks for addresses of one host that several parties state."""
    by_host: dict[_Host, dict[str, list[Fact]]] = {}
    for fact in system.about("at"):
        addresses = fact.value if isinstance(fact.value, tuple) and holds_in(fact.scope, view) else ()
        for address in addresses:
            if address.startswith(_PORTS):
                by_host.setdefault(_host(fact), {}).setdefault(address, []).append(fact)
    for host, stated in sorted(by_host.items()):
        is_host = host != _NOWHERE and 2 * len(stated) >= len(
            {fact.provider for facts in stated.values() for fact in facts}
        )
        for address, facts in sorted(stated.items()):
            sharing = _sharing(facts)
            if len(sharing) > 1:
                yield _taken_twice(address, sharing) if is_host else _asked(address, sharing)
    for port, facts in published_twice(system, view):
        yield _published(port, facts)


def _published(port: str, facts: list[Fact]) -> Finding:
    named = " and ".join(called(fact.provider) for fact in facts)
    statements = tuple(Statement(fact, f"{called(fact.provider)} publishes {port}") for fact in facts)
    message = f"{named} publish {port} of one host: of those that are started together one has it"
    which = f"{named} are not" if len(facts) == 2 else f"no two of {named} are"
    condition = f"holds only while {which} started together"
    return Finding(Verdict.CONDITIONAL, message, statements, "", port, condition=condition)


def _host(fact: Fact) -> _Host:
    if fact.source != LISTED:
        return _NOWHERE
    return fact.place.root, fact.place.file, fact.version.partition(", over ")[0]


def _sharing(facts: list[Fact]) -> list[Fact]:
    """One statement of each party, by their places; of several at one place, which is one value for several, the first."""
    parties = {fact.provider: fact for fact in reversed(facts)}
    return sorted({fact.place: fact for fact in reversed(parties.values())}.values(), key=lambda fact: fact.place.spot)


def _taken_twice(address: str, facts: list[Fact]) -> Finding:
    sayings = [(fact, f"listens on {address}") for fact in facts]
    named = " and ".join(fact.provider for fact in facts)
    message = f"{address} of one host is taken by {named}"
    follows = f"{len(facts)} parties listen on {address} of one host: one has it, {_others(facts)} nobody reaches"
    return Finding(
        Verdict.MISMATCH,
        message,
        tuple(Statement(fact, f"{fact.provider} {says}") for fact, says in sayings),
        "",
        address,
        witness=side_by_side("port-belongs-to-one", sayings, (), follows),
        moves=(Move(facts[-1].provider, f"take another port than {address.partition(' ')[2]}"),),
    )


def _others(facts: list[Fact]) -> str:
    return "the other" if len(facts) == 2 else "the others"


def _asked(address: str, facts: list[Fact]) -> Finding:
    first, second = facts[0], facts[1]
    others = " and ".join(fact.provider for fact in facts[1:])
    message = f"{first.provider} and {others} listen on {address}; nobody says whether that is one host"
    statements = tuple(Statement(fact, f"{fact.provider} listens on {address}") for fact in facts)
    question = Question(second.provider, f"whether it has {address} of another host than {first.provider}")
    return Finding(Verdict.UNANSWERED, message, statements, "", address, questions=(question,))
