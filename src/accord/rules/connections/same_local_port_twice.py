"""Same local port twice.

Two parties are to listen on one port of one host. Each statement is right by itself, and a list of listeners is valid
with both; only one of them can have the port, and whoever calls the other reaches nobody, or somebody else.

That two parties are on one host is known where one file of the house lists both, as a mapping reads it. Of two
contracts that state one port it is asked.

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

## Unanswered
```yaml file=accord.yaml
party: ledger
promises: {post: {at: tcp 5432}}  # finding: unanswered
---
party: orders
promises: {read: {at: tcp 5432}}
```

## What to do
One of the two: take another port. Where it is meant, for as long as one is moved to the other, waive the finding with a
day on which that ends.

## References
- RFC 6335, Internet Assigned Numbers Authority Procedures for Port Numbers
"""

from collections.abc import Iterator

from accord.boundaries.evidence import side_by_side
from accord.boundaries.system import System
from accord.boundaries.view import View, holds_in
from accord.model.fact import Fact
from accord.model.finding import Finding, Move, Question, Statement, Verdict

READS = ("at",)
LISTED = "mapping"
"""The source of facts that stand in one list of the house."""

_PORTS = ("tcp ", "udp ")
_Host = tuple[str, str]  # a file that lists what one host holds; two empty texts where nobody says which host it is


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Looks for addresses of one host that several parties state."""
    for (address, host), stated in sorted(_stated(system, view).items()):
        parties = {fact.provider: fact for fact in reversed(stated)}
        if len(parties) > 1:
            facts = sorted(parties.values(), key=lambda fact: fact.place)
            yield _taken_twice(address, facts) if host != ("", "") else _asked(address, facts)


def _stated(system: System, view: View) -> dict[tuple[str, _Host], list[Fact]]:
    found: dict[tuple[str, _Host], list[Fact]] = {}
    for fact in system.about("at"):
        host = (fact.place.root, fact.place.file) if fact.source == LISTED else ("", "")
        addresses = fact.value if isinstance(fact.value, tuple) and holds_in(fact.scope, view) else ()
        for address in addresses:
            if address.startswith(_PORTS):
                found.setdefault((address, host), []).append(fact)
    return found


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
