"""Owner missing.

An alert names nobody who answers for it. Whoever wrote it knows whose it is; whoever routes it may know by the receiver.
The one who is woken by it, or finds it firing for a week, does not.

An owner is a label or an annotation of one of the names that the configuration lists (`vocabulary.owner`), a label that
the expression carries (`by (team)`, `group_left (team)`), one that the server adds (`external_labels`), or the code owner
of the file. Alerts of one folder that was read are told together, and once where none of them has an owner at all.

## Example
```yaml file=rules/shop.yaml
groups:
- name: shop
  rules:
  - alert: CheckoutDown  # finding: note
    expr: up{job="checkout"} == 0
    labels: {severity: page}
  - alert: StockDown
    expr: up{job="stock"} == 0
    labels: {severity: page, team: stock}
```

## Not a gap
The first carries its owner from the series, the second says it in a name that the configuration lists:
```toml file=accord.toml
[vocabulary]
owner = ["team", "answers"]
```
```yaml file=rules/shop.yaml
groups:
- name: shop
  rules:
  - alert: CheckoutDown
    expr: up{job="checkout"} * on (job) group_left (team) job_owner == 0
  - alert: StockDown
    expr: up{job="stock"} == 0
    annotations: {answers: stock}
```

## Unanswered
None of them names an owner, which is one cause and one finding:
```yaml file=rules/shop.yaml
groups:
- name: shop
  rules:
  - {alert: CheckoutDown, expr: up == 0}  # finding: note
  - {alert: StockDown, expr: stock == 0}
```

## What to do
The alert: name its owner in a label, so that routes can go by it. Or list the file among the code owners.

## References
- Prometheus, Alerting rules: labels
"""

from collections.abc import Iterator

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.join.vocabulary import Vocabulary, vocabulary
from accord.boundaries.people.owned_files import code_owners
from accord.boundaries.signals.alert_sets import carries, counted, note, roots
from accord.boundaries.signals.alerting import Alert
from accord.model.fact import Fact
from accord.model.finding import Finding

READS = ("alert", "label", "annotation", "external_label", "relabelled", "owns", "vocabulary")


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Looks for an owner of each alert."""
    words = vocabulary(system, view)
    files = code_owners(system, view)
    for root, alerts in roots(system, view).items():
        if _added(system, root, words):
            continue
        without = [alert for alert in alerts if not _has_owner(alert, words) and not any(files.of(alert.name.place))]
        if without:
            message = counted(without, "names no owner", "name no owner")
            if len(without) == len(alerts) > 1:
                message = f"none of {len(alerts)} alerts names an owner"
            yield note(without, message, _statement, words)


def _has_owner(alert: Alert, words: Vocabulary) -> bool:
    named = alert.first(words.owner)
    return (named is not None and bool(named.value)) or carries(alert, words.owner)


def _added(system: System, root: str, words: Vocabulary) -> bool:
    """Whether a server of this root adds an owner to every alert."""
    terms = {f"{by}.{name}" for by in ("external_label", "relabelled") for name in words.owner}
    return any(fact.place.root == root for fact in system.about(*terms))


def _statement(alert: Alert) -> tuple[Fact, str]:
    return alert.name, f"{alert.called} names no owner"
