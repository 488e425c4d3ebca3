"""Platform version never read.

The configuration says which version of a platform is in use, and it lies outside the versions whose defaults were read.
Whoever wrote it is right about what runs; the pack is right about what it read. Of a newer version the last known
defaults are taken, and each finding that rests on one says up to which version it was read. Of an older one nothing is
known: findings that would rest on what its mesh or its broker does by itself are silent, or ask.

## Example
```toml file=accord.toml
[platforms]
istio = "1.99"       # finding: note
prometheus = "1.8"   # finding: note
```
```yaml file=reviews.yaml
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec: {hosts: [reviews], http: [{route: [{destination: {host: reviews}}]}]}
```

## Not a gap
A version between the first and the last that were read:
```toml file=accord.toml
[platforms]
istio = "1.23.4"
```
```yaml file=reviews.yaml
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec: {hosts: [reviews], http: [{route: [{destination: {host: reviews}}]}]}
```

## Unanswered
No version is said: a default is taken where it is the same in every version that was read.
```yaml file=reviews.yaml
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec: {hosts: [reviews], http: [{route: [{destination: {host: reviews}}]}]}
```

## What to do
Whoever runs the platform: say the version in use; `accord defaults` shows what is known of it. Whoever keeps the pack:
read the defaults of that release.

## References
- `accord defaults`, and `[platforms]` in docs/configuration.md
"""

from collections.abc import Iterator

from accord.boundaries.join.system import System
from accord.boundaries.join.versions import in_use
from accord.boundaries.join.view import View
from accord.boundaries.join.vocabulary import CONFIGURATION
from accord.defaults.reader import Pack, pack
from accord.model.fact import Fact
from accord.model.finding import Finding, Statement, Verdict

READS = ("platforms",)
_TAKEN = {"newer": "its last known defaults are taken", "older": "nothing is known of its defaults"}


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds each version that is said against those whose defaults were read."""
    for platform, said in in_use(facts[0] for facts in system.party(CONFIGURATION, view).terms.values()).items():
        for fact in said:
            beyond = pack(platform).beyond(fact.value)
            if beyond:
                yield _finding(pack(platform), fact, beyond)


def _finding(known: Pack, fact: Fact, beyond: str) -> Finding:
    message = f"{known.platform} {fact.text} is {beyond} than any that was read ({known.range}): {_TAKEN[beyond]}"
    said = Statement(fact, f"the configuration says that {known.platform} {fact.text} is in use")
    return Finding(Verdict.NOTE, message, (said,), provider=known.platform)
